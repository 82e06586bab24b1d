//! The signed client, by a typed call where one can say the step, or else by a raw request.

use http::Method;
use sigtower::opensearch::{Client, Raw, Response};
use sigtower::testing::Domain;

use super::api::{Apis, Ask};
use super::outcome::{Answer, Outcome};
use super::typed::{self, Typed};

pub(super) struct Signed(Client);

impl Signed {
    /// Each step is one attempt, as it is by plain hyper.
    pub(super) fn new(domain: &Domain) -> Self {
        Self(domain.client_builder().max_attempts(1).build().unwrap())
    }

    pub(super) async fn ask(&self, ask: &Ask, apis: &Apis) -> Outcome {
        let Some(plan) = apis.plan(ask) else {
            return Outcome::Unsendable;
        };
        match typed::send(&self.0, ask).await {
            Typed::Read(response) => {
                return Outcome::Answered(answer(ask, &plan.method, &response).typed());
            }
            Typed::Failed(error) => return Outcome::Failed(error),
            Typed::NoCall => {}
        }
        let mut raw = Raw::new(plan.method.clone(), plan.target).body(plan.body);
        if let Some(content_type) = &plan.content_type {
            raw = raw.content_type(content_type);
        }
        for (name, value) in &plan.headers {
            raw = raw.header(name.as_str(), value.as_str());
        }
        match self.0.send(raw).await {
            Ok(response) => Outcome::Answered(answer(ask, &plan.method, &response)),
            Err(error) => Outcome::Failed(format!("{} {}: {error}", ask.api, plan.method)),
        }
    }
}

fn answer(ask: &Ask, method: &Method, response: &Response) -> Answer {
    Answer::new(
        &ask.api,
        method,
        response.status.as_u16(),
        &response.headers,
        &response.body,
    )
}
