use std::time::Duration;

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::advice::{self, Context};
use super::finish::{Finish, WAIT_TIMEOUT};
use super::info::SnapshotInfo;
use super::name::{check_repository, check_snapshot, check_writable};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::client::Client;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::body_param;

/// Makes a snapshot: PUT /_snapshot/{repository}/{snapshot}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/create-snapshot/)).
///
/// [`run`](Self::run) also waits until the snapshot is complete. A partial snapshot, in which shards
/// are missing, is an error unless [`partial`](Self::partial) accepts it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Create {
    repository: String,
    snapshot: String,
    indices: Vec<String>,
    accepts_partial: bool,
    wait_timeout: Duration,
    body: Map<String, Value>,
    query: Query,
}

impl Create {
    /// Makes a snapshot of this name.
    pub fn new(repository: impl Into<String>, snapshot: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            snapshot: snapshot.into(),
            indices: Vec::new(),
            accepts_partial: false,
            wait_timeout: WAIT_TIMEOUT,
            body: Map::new(),
            query: Query::default(),
        }
    }

    /// Contains these indices: a name, or a list with wildcards. Several calls add up. Without it,
    /// the snapshot contains all indices.
    pub fn indices(mut self, indices: impl Into<String>) -> Self {
        self.indices.push(indices.into());
        self
    }

    /// Whether to leave out indices that do not exist, instead of failing.
    pub fn ignore_unavailable(self, ignore: bool) -> Self {
        self.body_param("ignore_unavailable", ignore)
    }

    /// Whether the snapshot contains the state of the cluster, such as templates; the server's
    /// default is `true`.
    pub fn include_global_state(self, include: bool) -> Self {
        self.body_param("include_global_state", include)
    }

    /// Whether to accept a snapshot in which shards are missing.
    pub fn partial(mut self, accept: bool) -> Self {
        self.accepts_partial = accept;
        self.body_param("partial", accept)
    }

    /// Whether the server responds only when the snapshot is complete.
    ///
    /// A snapshot that takes longer than the client's attempt timeout then fails with a timeout while
    /// the server goes on. Use [`run`](Self::run) for such snapshots.
    pub fn wait_for_completion(mut self, wait: bool) -> Self {
        self.query.set("wait_for_completion", wait);
        self
    }

    /// How long [`run`](Self::run) and [`CreateResponse::wait`] wait; 1 hour by default. The server
    /// goes on after that.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.wait_timeout = limit;
        self
    }

    body_param!();
    query_param!();

    /// Makes the snapshot and waits until it is complete.
    ///
    /// ```no_run
    /// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
    /// use sigtower::opensearch::snapshot::Create;
    ///
    /// let snapshot = Create::new("backups", "monday").indices("movies").run(&client).await?;
    /// println!("{} shards", snapshot.shards.successful);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If the response to the request is lost, the snapshot is looked up and waited for. If you drop
    /// the future, the server goes on; wait again with [`Finish`].
    ///
    /// # Errors
    ///
    /// As [`Client::send`]; [`ErrorKind::Incomplete`] when the snapshot failed or is partial;
    /// [`ErrorKind::Timeout`] after the [`wait_timeout`](Self::wait_timeout).
    pub async fn run(self, client: &Client) -> Result<SnapshotInfo, Error> {
        match client.send(&self).await {
            Ok(response) => response.wait(client).await,
            Err(lost) if lost.kind() == ErrorKind::Unknown => {
                match self.finish().run(client).await {
                    Err(error) if error.kind() == ErrorKind::NotFound => Err(lost),
                    outcome => outcome,
                }
            }
            Err(error) => Err(error),
        }
    }

    fn finish(&self) -> Finish {
        Finish::new(&self.repository, &self.snapshot)
            .partial(self.accepts_partial)
            .wait_timeout(self.wait_timeout)
    }
}

impl Call for Create {
    type Output = CreateResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        check_writable(&self.repository)?;
        check_snapshot(&self.snapshot)?;
        let mut body = self.body.clone();
        if !self.indices.is_empty() {
            body.insert("indices".into(), self.indices.join(",").into());
        }
        let route = Route::put()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .segment("snapshot name", &self.snapshot)
            .parameters(&self.query)
            .idempotent(false);
        if body.is_empty() {
            return route.empty();
        }
        route.json(&body)
    }

    fn decode(&self, response: Response) -> Result<CreateResponse, Error> {
        let response = advice::success(response, &Context::default())?;
        let written: Written = altered::read(&response, &self.query)?;
        let snapshot = written
            .snapshot
            .map(|snapshot| snapshot.checked(&self.repository, self.accepts_partial));
        Ok(CreateResponse {
            snapshot: snapshot.transpose()?,
            finish: self.finish(),
        })
    }
}

/// The response to [`Create`]: the server makes the snapshot, or has made it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreateResponse {
    /// The snapshot, with [`wait_for_completion`](Create::wait_for_completion).
    pub snapshot: Option<SnapshotInfo>,
    finish: Finish,
}

impl CreateResponse {
    /// Waits until the snapshot is complete.
    ///
    /// # Errors
    ///
    /// As [`Create::run`].
    pub async fn wait(self, client: &Client) -> Result<SnapshotInfo, Error> {
        match self.snapshot {
            Some(snapshot) => Ok(snapshot),
            None => self.finish.run(client).await,
        }
    }
}

#[derive(Deserialize)]
struct Written {
    snapshot: Option<SnapshotInfo>,
}
