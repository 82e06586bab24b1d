use std::time::Duration;

use http::{Request, StatusCode};

use super::advice::{self, Context};
use super::name::check_repository;
use super::repository::Repository;
use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::client::Client;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;
use crate::pace::Polls;
use crate::policy::Arn;

/// Registers a repository: PUT /_snapshot/{repository}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/create-repository/)).
///
/// [`Repository::register`] makes it. Send it with [`run`](Self::run), or as any other call.
/// Registering a repository again replaces its settings.
///
/// When a permission is missing, the error's [`hint`](Error::hint) names the likely cause, and its
/// [`document`](Error::document) is the IAM document that allows it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Register {
    name: String,
    repository: Repository,
    query: Query,
    verification_timeout: Duration,
    domain: Option<Arn>,
}

impl Repository {
    /// Registers the repository under this name.
    pub fn register(&self, name: impl Into<String>) -> Register {
        Register {
            name: name.into(),
            repository: self.clone(),
            query: Query::default(),
            verification_timeout: Duration::from_secs(120),
            domain: None,
        }
    }
}

impl Register {
    /// Whether all nodes check that they can write to the repository; `true` by default.
    pub fn verify(mut self, verify: bool) -> Self {
        self.query.set("verify", verify);
        self
    }

    /// How long [`run`](Self::run) repeats a registration whose verification fails; 2 minutes by
    /// default.
    pub fn verification_timeout(mut self, limit: Duration) -> Self {
        self.verification_timeout = limit;
        self
    }

    /// Sets the domain's ARN, which the trust policy in an error names. [`run`](Self::run) derives it
    /// from the client's host.
    pub fn domain(mut self, domain: Arn) -> Self {
        self.domain = Some(domain);
        self
    }

    query_param!();

    /// Registers the repository, and sends the request again while its verification fails.
    ///
    /// IAM takes seconds to apply a new role or policy. Until then the registration fails with the
    /// status 500 and `repository_verification_exception`.
    ///
    /// ```no_run
    /// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
    /// use sigtower::opensearch::snapshot::Repository;
    ///
    /// let repository = Repository::s3("my-bucket", "arn:aws:iam::123456789012:role/snapshots");
    /// repository.register("backups").run(&client).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Client::send`]. The last verification failure is returned after the
    /// [`verification_timeout`](Self::verification_timeout).
    pub async fn run(mut self, client: &Client) -> Result<Acknowledged, Error> {
        if self.domain.is_none() {
            let role = self.repository.bucket_and_role();
            self.domain = role.and_then(|(_, role)| advice::domain_of(client, role));
        }
        let mut polls = Polls::new(self.verification_timeout);
        loop {
            match client.send(&self).await {
                Err(error) if is_unverified(&error) && polls.pause().await => {}
                outcome => return outcome,
            }
        }
    }

    fn request_in(&self, region: Option<&str>) -> Result<Request<Body>, Error> {
        check_repository(&self.name)?;
        let body = self.repository.body(region)?;
        Route::put()
            .literal("_snapshot")
            .segment("repository name", &self.name)
            .parameters(&self.query)
            .json(&body)
    }
}

impl Call for Register {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        self.request_in(None)
    }

    fn request_for(&self, endpoint: &Endpoint) -> Result<Request<Body>, Error> {
        self.request_in(endpoint.region().map(|region| region.as_str()))
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        let context = Context {
            access: self.repository.bucket_and_role(),
            domain: self.domain.as_ref(),
        };
        let response = advice::success(response, &context)?;
        // A domain answers `accepted` and a cluster `acknowledged`; both mean that it is done.
        if let Ok(body) = response.object::<serde_json::Map<_, serde_json::Value>>()
            && body.get("accepted") == Some(&true.into())
        {
            return Ok(Acknowledged::made());
        }
        Acknowledged::read(&response, &self.query)
    }
}

fn is_unverified(error: &Error) -> bool {
    error.status() == Some(StatusCode::INTERNAL_SERVER_ERROR)
        && error.error_type() == Some("repository_verification_exception")
}
