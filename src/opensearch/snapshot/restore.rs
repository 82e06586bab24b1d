use std::time::Duration;

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::advice::{self, Context};
use super::finish::WAIT_TIMEOUT;
use super::get::Get;
use super::name::{check_repository, check_snapshot};
use super::rename::Rename;
use super::restore_wait::RestoreWait;
use super::restored::Restored;
use super::selection::Selection;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::cat;
use crate::opensearch::client::Client;
use crate::opensearch::cluster;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::response::Response;
use crate::opensearch::target::Target;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::body_param;
use crate::opensearch::wire::lenient::or_default;

/// Restores indices of a snapshot: POST /_snapshot/{repository}/{snapshot}/_restore
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/restore-snapshot/)).
///
/// Unless asked for, a restore contains no system indices (whose names begin with a dot, as the
/// security index does), no aliases, and no state of the cluster. A restore into an open index is an
/// [`ErrorKind::Conflict`] that names the index.
///
/// In a serverless collection, a restore into an open index replaces its documents, unless the index gets a new name
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-snapshots.html)). Requests to
/// the indices fail meanwhile, and only one restore may run. [`run`](Self::run) and
/// [`progress`](RestoreResponse::progress) read `_cat/recovery` there, and a restored index counts as green.
///
/// ```no_run
/// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
/// use sigtower::opensearch::snapshot::Restore;
///
/// let restore = Restore::new("backups", "monday").rename("movies", "movies-restored");
/// for index in restore.run(&client).await?.all()? {
///     println!("{} is {}", index.index, index.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Restore {
    repository: String,
    snapshot: String,
    selection: Selection,
    rename: Option<Rename>,
    wait_for_status: cluster::Status,
    wait_timeout: Duration,
    body: Map<String, Value>,
    query: Query,
}

impl Restore {
    /// Restores from this snapshot: all indices except those of the system.
    pub fn new(repository: impl Into<String>, snapshot: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            snapshot: snapshot.into(),
            selection: Selection::default(),
            rename: None,
            wait_for_status: cluster::Status::Yellow,
            wait_timeout: WAIT_TIMEOUT,
            body: Map::new(),
            query: Query::default(),
        }
        .include_global_state(false)
        .include_aliases(false)
    }

    /// Restores these indices only: a name, or a list with wildcards such as `logs-*,-logs-old`.
    /// Several calls add up.
    pub fn indices(mut self, indices: impl Into<String>) -> Self {
        self.selection.patterns.push(indices.into());
        self
    }

    /// Renames the indices: `rename("(.+)", "restored-$1")`.
    ///
    /// The pattern is a regular expression that may match any part of a name; the replacement may use
    /// its groups. Both are checked before anything is sent. Look-around is not supported.
    pub fn rename(mut self, pattern: impl Into<String>, replacement: impl Into<String>) -> Self {
        self.rename = Some(Rename {
            pattern: pattern.into(),
            replacement: replacement.into(),
        });
        self
    }

    /// Whether wildcards match system indices too. Amazon OpenSearch Service refuses to restore the
    /// security index.
    pub fn include_system_indices(mut self, include: bool) -> Self {
        self.selection.with_system_indices = include;
        self
    }

    /// Whether to restore the state of the cluster, such as templates; `false` by default.
    pub fn include_global_state(self, include: bool) -> Self {
        self.body_param("include_global_state", include)
    }

    /// Whether to restore the aliases of the indices; `false` by default.
    pub fn include_aliases(self, include: bool) -> Self {
        self.body_param("include_aliases", include)
    }

    /// Whether to leave out indices that the snapshot does not contain, instead of failing.
    pub fn ignore_unavailable(self, ignore: bool) -> Self {
        self.body_param("ignore_unavailable", ignore)
    }

    /// Whether to restore indices of which shards are missing in the snapshot.
    pub fn partial(self, accept: bool) -> Self {
        self.body_param("partial", accept)
    }

    /// Replaces settings of the restored indices, as JSON: `json!({"index.number_of_replicas": 0})`.
    pub fn index_settings(self, settings: Value) -> Self {
        self.body_param("index_settings", settings)
    }

    /// Whether the server responds only when the restore is complete.
    ///
    /// A restore that takes longer than the client's attempt timeout then fails with a timeout while
    /// the server goes on. Use [`run`](Self::run) for such restores.
    pub fn wait_for_completion(mut self, wait: bool) -> Self {
        self.query.set("wait_for_completion", wait);
        self
    }

    /// The status that [`run`](Self::run) waits for; yellow by default.
    pub fn wait_for_status(mut self, status: cluster::Status) -> Self {
        self.wait_for_status = status;
        self
    }

    /// How long [`run`](Self::run) and [`RestoreResponse::wait`] wait; 1 hour by default. The server
    /// goes on after that.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.wait_timeout = limit;
        self
    }

    body_param!();
    query_param!();

    pub(super) fn repository(&self) -> &str {
        &self.repository
    }

    /// Restores the indices and waits until each has the
    /// [status waited for](Self::wait_for_status).
    ///
    /// The wait reads the snapshot and the health of the cluster: the caller needs
    /// `cluster:monitor/health` in addition to `manage_snapshots`.
    ///
    /// # Errors
    ///
    /// As [`Client::send`]. What happened to each index is in [`Restored`].
    pub async fn run(self, client: &Client) -> Result<Restored, Error> {
        let mut before = Vec::new();
        if client.target() == Target::Collection {
            // Rows of an earlier restore must not count as this one's.
            before = client.send(cat::Recovery::new()).await?;
        }
        match client.send(&self).await {
            Ok(mut response) => {
                response.wait.before = before;
                response.wait(client).await
            }
            // With access control, a cluster answers 403 if the snapshot does not exist.
            Err(error) if error.kind() == ErrorKind::Denied => {
                let get = Get::new(&self.repository, &self.snapshot);
                match client.send(get).await {
                    Err(missing) if missing.kind() == ErrorKind::NotFound => Err(missing),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }
}

impl Call for Restore {
    type Output = RestoreResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        check_snapshot(&self.snapshot)?;
        let mut body = self.body.clone();
        body.insert("indices".into(), self.selection.expression().into());
        if let Some(rename) = &self.rename {
            rename.check()?;
            body.insert("rename_pattern".into(), rename.pattern.as_str().into());
            body.insert(
                "rename_replacement".into(),
                rename.replacement.as_str().into(),
            );
        }
        Route::post()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .segment("snapshot name", &self.snapshot)
            .literal("_restore")
            .parameters(&self.query)
            .idempotent(false)
            .json(&body)
    }

    fn decode(&self, response: Response) -> Result<RestoreResponse, Error> {
        let response = advice::success(response, &Context::default());
        let response = response.map_err(|error| self.about_a_clash(error))?;
        let written: Written = altered::read(&response, &self.query)?;
        Ok(RestoreResponse {
            snapshot: written.snapshot,
            wait: RestoreWait {
                repository: self.repository.clone(),
                snapshot: self.snapshot.clone(),
                selection: self.selection.clone(),
                rename: self.rename.clone(),
                status: self.wait_for_status,
                limit: self.wait_timeout,
                before: Vec::new(),
            },
        })
    }
}

impl Restore {
    /// The server answers 500 when an open index has the name of a restored one. It did nothing then.
    fn about_a_clash(&self, error: Error) -> Error {
        if error.error_type() != Some("snapshot_restore_exception") {
            return error;
        }
        let index = error.reason().and_then(|reason| {
            let (_, rest) = reason.split_once("cannot restore index [")?;
            let (index, rest) = rest.split_once(']')?;
            rest.contains("already exists").then(|| index.to_owned())
        });
        let (repository, snapshot) = (&self.repository, &self.snapshot);
        match index {
            Some(index) => error
                .with_line(
                    ErrorKind::Conflict,
                    format!(
                        "cannot restore index `{index}` of snapshot `{snapshot}` in repository `{repository}`: an open index has this name"
                    ),
                )
                .with_hint("close or delete the open index, or restore under a different name with `rename`"),
            None => error.not_applied(ErrorKind::BadRequest),
        }
    }
}

/// The response to [`Restore`]: the server restores the indices, or has restored them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RestoreResponse {
    /// What was restored, with [`wait_for_completion`](Restore::wait_for_completion).
    pub snapshot: Option<RestoredSnapshot>,
    wait: RestoreWait,
}

/// What the server says of a complete restore.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RestoredSnapshot {
    /// The snapshot's name.
    #[serde(default)]
    pub snapshot: String,
    /// The restored indices, under their new names.
    #[serde(default, deserialize_with = "or_default")]
    pub indices: Vec<String>,
    /// How many shards were restored.
    #[serde(default, deserialize_with = "or_default")]
    pub shards: Shards,
}

impl RestoreResponse {
    /// Waits until each index has the status waited for.
    ///
    /// # Errors
    ///
    /// As [`Restore::run`].
    pub async fn wait(self, client: &Client) -> Result<Restored, Error> {
        self.wait.run(client).await
    }

    /// Returns the progress as a stream: what is known of each index, until all are ready or have
    /// failed, and after an error. Dropping it does not stop the restore.
    pub fn progress(
        &self,
        client: &Client,
    ) -> impl futures_util::Stream<Item = Result<Restored, Error>> + Send + use<> {
        self.wait.progress(client)
    }
}

#[derive(Deserialize)]
struct Written {
    snapshot: Option<RestoredSnapshot>,
}
