use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// Keeps everything that was told, by `name{label=value,…}` with the labels in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    values: Arc<Mutex<BTreeMap<String, Vec<f64>>>>,
    described: Arc<Mutex<BTreeMap<String, Option<Unit>>>>,
}

impl Kept {
    /// What was told under this name and these labels, in order.
    pub(super) fn values(&self, name: &str) -> Vec<f64> {
        let values = self.values.lock().unwrap();
        values.get(name).cloned().unwrap_or_default()
    }

    /// The sum of a counter.
    pub(super) fn count(&self, name: &str) -> f64 {
        self.values(name).iter().sum()
    }

    /// All names with their labels.
    pub(super) fn names(&self) -> Vec<String> {
        self.values.lock().unwrap().keys().cloned().collect()
    }

    pub(super) fn units(&self) -> BTreeMap<String, Option<Unit>> {
        self.described.lock().unwrap().clone()
    }

    fn metric(&self, key: &Key) -> Arc<Metric> {
        let mut labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        labels.sort();
        let name = match &labels[..] {
            [] => key.name().to_owned(),
            labels => format!("{}{{{}}}", key.name(), labels.join(",")),
        };
        Arc::new(Metric {
            name,
            values: Arc::clone(&self.values),
        })
    }

    fn describe(&self, name: &KeyName, unit: Option<Unit>) {
        let mut described = self.described.lock().unwrap();
        described.insert(name.as_str().to_owned(), unit);
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, unit);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, unit);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.metric(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.metric(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.metric(key))
    }
}

struct Metric {
    name: String,
    values: Arc<Mutex<BTreeMap<String, Vec<f64>>>>,
}

impl Metric {
    fn keep(&self, value: f64) {
        let mut values = self.values.lock().unwrap();
        values.entry(self.name.clone()).or_default().push(value);
    }
}

impl CounterFn for Metric {
    fn increment(&self, value: u64) {
        self.keep(value as f64);
    }

    fn absolute(&self, _: u64) {
        unreachable!("counters only go up");
    }
}

impl GaugeFn for Metric {
    fn increment(&self, value: f64) {
        self.keep(value);
    }

    fn decrement(&self, value: f64) {
        self.keep(-value);
    }

    fn set(&self, value: f64) {
        self.keep(value);
    }
}

impl HistogramFn for Metric {
    fn record(&self, value: f64) {
        self.keep(value);
    }
}
