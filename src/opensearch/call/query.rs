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
        /// Sets the routing value, which chooses the shard.
        pub fn routing(mut self, routing: impl Into<String>) -> Self {
            self.query.set("routing", routing.into());
            self
        }
    };
}
pub(crate) use routing;

macro_rules! refresh {
    () => {
        /// Sets when searches see the change.
        pub fn refresh(mut self, refresh: $crate::opensearch::wire::Refresh) -> Self {
            self.query.set("refresh", refresh);
            self
        }
    };
}
pub(crate) use refresh;

macro_rules! if_seq_no {
    () => {
        /// Makes the call conditional: the document's last change must have this sequence number. Set
        /// [`if_primary_term`](Self::if_primary_term) too.
        pub fn if_seq_no(mut self, seq_no: i64) -> Self {
            self.query.set("if_seq_no", seq_no);
            self
        }

        /// Makes the call conditional: the document's last change must be of this primary term. Set
        /// [`if_seq_no`](Self::if_seq_no) too.
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

        $crate::opensearch::call::query::expand_wildcards!();
    };
}
pub(crate) use indices_options;

macro_rules! expand_wildcards {
    () => {
        /// Sets which indices wildcards match: `open`, `closed`, `hidden`, `none`, `all`, or a list of them.
        pub fn expand_wildcards(mut self, states: impl Into<String>) -> Self {
            self.query.set("expand_wildcards", states.into());
            self
        }
    };
}
pub(crate) use expand_wildcards;

macro_rules! preference {
    () => {
        /// Sets which copies of a shard respond: `_local`, or any text, so that equal texts get the same
        /// copies.
        pub fn preference(mut self, preference: impl Into<String>) -> Self {
            self.query.set("preference", preference.into());
            self
        }
    };
}
pub(crate) use preference;

macro_rules! state_timeouts {
    () => {
        /// Sets how long the server waits until all nodes know the change: `30s`. After that,
        /// [`acknowledged`](crate::opensearch::Acknowledged::acknowledged) is `false`.
        pub fn timeout(mut self, timeout: impl Into<String>) -> Self {
            self.query.set("timeout", timeout.into());
            self
        }

        $crate::opensearch::call::query::cluster_manager_timeout!();
    };
}
pub(crate) use state_timeouts;

macro_rules! cluster_manager_timeout {
    () => {
        /// Sets how long the server waits for the node that manages the cluster: `30s`.
        pub fn cluster_manager_timeout(mut self, timeout: impl Into<String>) -> Self {
            self.query.set("cluster_manager_timeout", timeout.into());
            self
        }
    };
}
pub(crate) use cluster_manager_timeout;

macro_rules! shard_options {
    () => {
        /// Sets how long the server waits for a shard that is not available: `1m`, its default.
        pub fn timeout(mut self, timeout: impl Into<String>) -> Self {
            self.query.set("timeout", timeout.into());
            self
        }

        $crate::opensearch::call::query::wait_for_active_shards!();
    };
}
pub(crate) use shard_options;

macro_rules! source_fields {
    () => {
        /// Sets which fields of a document to return: a list with wildcards.
        pub fn source_includes(mut self, fields: impl Into<String>) -> Self {
            self.query.set("_source_includes", fields.into());
            self
        }

        /// Sets which fields of a document to leave out: a list with wildcards.
        pub fn source_excludes(mut self, fields: impl Into<String>) -> Self {
            self.query.set("_source_excludes", fields.into());
            self
        }
    };
}
pub(crate) use source_fields;

macro_rules! realtime {
    () => {
        /// Sets whether changes count that searches do not see yet; the server's default is `true`.
        pub fn realtime(mut self, realtime: bool) -> Self {
            self.query.set("realtime", realtime);
            self
        }
    };
}
pub(crate) use realtime;

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
