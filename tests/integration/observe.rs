//! What a call's span says, and that it says no more.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use sigtower::opensearch::search::Search;
use sigtower::opensearch::{Info, index};
use sigtower::testing::{Domain, Principal};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry;

type Fields = BTreeMap<&'static str, String>;

/// The fields of the spans named `opensearch`, in the order in which they began.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<(u64, Fields)>>>);

struct Collect<'a>(&'a mut Fields);

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        self.0
            .insert(field.name(), text.trim_matches('"').to_owned());
    }
}

impl<S: Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if attributes.metadata().name() == "opensearch" {
            let mut fields = Fields::new();
            attributes.record(&mut Collect(&mut fields));
            self.0.lock().unwrap().push((id.into_u64(), fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut spans = self.0.lock().unwrap();
        let mut ours = spans.iter_mut().rev();
        if let Some((_, fields)) = ours.find(|(span, _)| *span == id.into_u64()) {
            values.record(&mut Collect(fields));
        }
    }
}

#[tokio::test]
async fn a_call_has_one_span_with_the_names_of_opentelemetry() {
    let domain = Domain::start().await;
    let reader = domain.client_as(&Principal::reader());
    domain
        .client()
        .send(index::Create::new("movies"))
        .await
        .unwrap();

    let spans = Spans::default();
    let calls = async {
        // Other tests' threads may have met these spans first, with nobody listening.
        tracing::callsite::rebuild_interest_cache();
        domain.next_response(429);
        let search = Search::<serde_json::Value>::new("movies").q("title:canary");
        reader.send(search).await.unwrap();
        reader.send(index::Create::new("other")).await.unwrap_err();
        reader.send(Info::new()).await.unwrap();
    };
    calls.with_subscriber(registry().with(spans.clone())).await;

    let spans: Vec<Fields> = spans
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|(_, fields)| fields.clone())
        .collect();
    let [search, create, info] = &spans[..] else {
        panic!("{spans:?}")
    };
    for (name, value) in [
        ("otel.kind", "client"),
        ("db.system.name", "opensearch"),
        ("db.operation.name", "search"),
        ("db.collection.name", "movies"),
        ("db.response.status_code", "200"),
        ("http.request.method", "POST"),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "1"),
        ("server.address", "127.0.0.1"),
        ("cloud.region", "us-east-1"),
        ("aws.service", "es"),
    ] {
        assert_eq!(search.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(search.contains_key("aws.request_id") && !search.contains_key("error.type"));
    assert_eq!(
        (
            &*create["error.type"],
            &*create["http.response.status_code"]
        ),
        ("403", "403")
    );
    assert_eq!(
        (&*info["db.operation.name"], info.get("db.collection.name")),
        ("info", None)
    );
    let all = format!("{spans:?}");
    assert!(
        !all.contains("canary") && !all.contains("Credential="),
        "{all}"
    );
}

/// Without a subscriber that wants it, a span costs nothing and is none.
#[tokio::test]
async fn nobody_listening_changes_nothing() {
    let domain = Domain::start().await;
    let _quiet = subscriber::set_default(subscriber::NoSubscriber::default());
    domain.client().send(Info::new()).await.unwrap();
}
