//! The query parameters a call has collected.

use super::Route;

#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Sets a parameter; the last value wins.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// Puts the parameters on a route.
    pub(super) fn on(&self, route: Route) -> Route {
        self.0
            .iter()
            .fold(route, |route, (name, value)| route.query(name, value))
    }
}

/// Every call's way to the parameters that it does not model.
macro_rules! query_param {
    () => {
        /// Sets a query parameter that has no method here, by the name it has in the reference.
        pub fn query_param(mut self, name: &str, value: impl Into<String>) -> Self {
            self.query.set(name, value);
            self
        }
    };
}
pub(super) use query_param;
