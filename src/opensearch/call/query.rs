//! The query parameters a call has collected, and the methods that many calls have for them.

use super::route::Route;

#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Sets a parameter; the last value wins.
    pub(crate) fn set(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// Whether a parameter is set.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Puts the parameters on a route.
    pub(crate) fn on(&self, route: Route) -> Route {
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
            self.query.set(name, value.into());
            self
        }
    };
}
pub(crate) use query_param;

macro_rules! routing {
    () => {
        /// Goes to the shard of this routing value instead of that of the id.
        pub fn routing(mut self, routing: impl Into<String>) -> Self {
            self.query.set("routing", routing.into());
            self
        }
    };
}
pub(crate) use routing;

macro_rules! refresh {
    () => {
        /// When searches shall see the change.
        pub fn refresh(mut self, refresh: $crate::opensearch::wire::Refresh) -> Self {
            self.query.set("refresh", refresh);
            self
        }
    };
}
pub(crate) use refresh;

macro_rules! if_seq_no {
    () => {
        /// Only if the document's last change has this sequence number; goes with
        /// [`if_primary_term`](Self::if_primary_term).
        pub fn if_seq_no(mut self, seq_no: i64) -> Self {
            self.query.set("if_seq_no", seq_no);
            self
        }

        /// Only if the document's last change is of this primary term; goes with
        /// [`if_seq_no`](Self::if_seq_no).
        pub fn if_primary_term(mut self, primary_term: i64) -> Self {
            self.query.set("if_primary_term", primary_term);
            self
        }
    };
}
pub(crate) use if_seq_no;

macro_rules! version {
    () => {
        /// Gives the document this version, if that is higher than the one it has (or not lower,
        /// with [`VersionType::ExternalGte`](crate::opensearch::VersionType::ExternalGte)).
        pub fn version(
            mut self,
            version: i64,
            version_type: $crate::opensearch::wire::VersionType,
        ) -> Self {
            self.query.set("version", version);
            self.query.set("version_type", version_type);
            self
        }
    };
}
pub(crate) use version;
