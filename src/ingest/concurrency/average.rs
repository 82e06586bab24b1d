/// A moving average over about ten values.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Average(Option<f64>);

impl Average {
    pub(super) fn add(&mut self, value: f64) {
        self.0 = Some(self.0.map_or(value, |old| 0.9 * old + 0.1 * value));
    }

    /// `None` before the first value.
    pub(super) fn value(self) -> Option<f64> {
        self.0
    }
}
