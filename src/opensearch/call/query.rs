//! The query parameters that a call has collected, and the methods that many calls have for them.

/// The query parameters of a call: names and values, each name once.
///
/// ```
/// use sigtower::opensearch::{Error, Query, Route};
///
/// let mut query = Query::default();
/// query.set("h", "count").set("v", true);
/// let request = Route::get().literal("_cat/count").parameters(&query).empty()?;
/// assert_eq!(request.uri(), "/_cat/count?h=count&v=true");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Sets a parameter; a later value replaces an earlier one of the same name.
    pub fn set(&mut self, name: &str, value: impl ToString) -> &mut Self {
        let value = value.to_string();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
        self
    }

    /// Returns the value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Returns names and values in the order in which they were first set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// The method that every call has for parameters without a method.
macro_rules! query_param {
    () => {
        /// Sets a query parameter that has no method here, by its name in the reference.
        pub fn query_param(mut self, name: &str, value: impl Into<String>) -> Self {
            self.query.set(name, value.into());
            self
        }
    };
}
pub(crate) use query_param;

macro_rules! routing {
    () => {
        /// Goes to the shard of this routing value instead of the shard of the id.
        pub fn routing(mut self, routing: impl Into<String>) -> Self {
            self.query.set("routing", routing.into());
            self
        }
    };
}
pub(crate) use routing;

macro_rules! refresh {
    () => {
        /// When searches see the change.
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

macro_rules! indices_options {
    () => {
        /// Sets whether a missing or closed index in the list is no error.
        pub fn ignore_unavailable(mut self, ignore: bool) -> Self {
            self.query.set("ignore_unavailable", ignore);
            self
        }

        /// Sets whether wildcards that match no index are no error.
        pub fn allow_no_indices(mut self, allow: bool) -> Self {
            self.query.set("allow_no_indices", allow);
            self
        }

        /// Sets which indices wildcards match: `open`, `closed`, `hidden`, `none`, `all`, or a list of them.
        pub fn expand_wildcards(mut self, states: impl Into<String>) -> Self {
            self.query.set("expand_wildcards", states.into());
            self
        }
    };
}
pub(crate) use indices_options;

macro_rules! state_timeouts {
    () => {
        /// Sets how long the server waits until all nodes know the change: `30s`. After that,
        /// [`acknowledged`](crate::opensearch::Acknowledged::acknowledged) is `false`.
        pub fn timeout(mut self, timeout: impl Into<String>) -> Self {
            self.query.set("timeout", timeout.into());
            self
        }

        /// Sets how long the server waits for the node that manages the cluster: `30s`.
        pub fn cluster_manager_timeout(mut self, timeout: impl Into<String>) -> Self {
            self.query.set("cluster_manager_timeout", timeout.into());
            self
        }
    };
}
pub(crate) use state_timeouts;

macro_rules! wait_for_active_shards {
    () => {
        /// Sets how many copies of each shard must be active first: a number, or `all`.
        pub fn wait_for_active_shards(mut self, copies: impl ToString) -> Self {
            self.query.set("wait_for_active_shards", copies);
            self
        }
    };
}
pub(crate) use wait_for_active_shards;
