//! Plain hyper: no signature, no retries. Headers identify the sender as an administrator.

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sigtower::testing::Principal;

use super::api::{Apis, Ask, Plan};
use super::outcome::{Answer, Outcome};

pub(super) struct Plain {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Plain {
    pub(super) fn new(url: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    pub(super) async fn ask(&self, ask: &Ask, apis: &Apis) -> Outcome {
        let Some(plan) = apis.plan(ask) else {
            return Outcome::Unsendable;
        };
        let method = plan.method.clone();
        match self.send(plan).await {
            Ok((status, headers, body)) => {
                Outcome::Answered(Answer::new(&ask.api, &method, status, &headers, &body))
            }
            Err(error) => Outcome::Failed(error),
        }
    }

    /// A request without a body, for which the response is JSON.
    pub(super) async fn json(
        &self,
        method: Method,
        target: &str,
        body: &str,
    ) -> (u16, serde_json::Value) {
        let content_type = (!body.is_empty()).then(|| "application/json".to_owned());
        let plan = Plan {
            method,
            target: target.to_owned(),
            headers: Vec::new(),
            content_type,
            body: body.to_owned().into(),
        };
        let (status, _, body) = self.send(plan).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn send(&self, plan: Plan) -> Result<(u16, HeaderMap, Bytes), String> {
        let administrator = Principal::admin().role_arn().to_owned();
        let mut request = Request::builder()
            .method(plan.method)
            .uri(format!("{}{}", self.url, plan.target))
            .header("x-forwarded-for", "127.0.0.1")
            .header("x-proxy-user", &administrator)
            .header("x-proxy-roles", &administrator);
        for (name, value) in plan.headers.iter().chain(
            plan.content_type
                .map(|value| ("content-type".to_owned(), value))
                .iter(),
        ) {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::from(plan.body))
            .map_err(|error| error.to_string())?;
        let response = self.client.request(request).await;
        let (head, body) = response.map_err(|error| format!("{error:?}"))?.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?;
        Ok((head.status.as_u16(), head.headers, body.to_bytes()))
    }
}
