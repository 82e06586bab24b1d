//! Runs the steps of one test in one way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::api::{Apis, Ask};
use super::expectation::{at, holds};
use super::files::{Step, Test};
use super::outcome::Outcome;
use super::plain::Plain;
use super::signed::Signed;
use super::stash::{Stash, text};

/// A way to send requests.
pub(super) trait Way {
    async fn send(&self, ask: &Ask, apis: &Apis) -> Outcome;
}

impl Way for Signed {
    async fn send(&self, ask: &Ask, apis: &Apis) -> Outcome {
        self.ask(ask, apis).await
    }
}

impl Way for Plain {
    async fn send(&self, ask: &Ask, apis: &Apis) -> Outcome {
        self.ask(ask, apis).await
    }
}

/// The outcome of each step. A step that fails does not end the test: the steps after it are compared as well.
pub(super) async fn run(test: &Test, apis: &Apis, way: &impl Way) -> Vec<Outcome> {
    let (mut stash, mut last, mut outcomes) = (Stash::default(), Value::Null, Vec::new());
    for Step { verb, arguments } in &test.steps {
        match verb.as_str() {
            "do" => {
                let Some(ask) = ask(arguments, &stash) else {
                    continue;
                };
                let outcome = way.send(&ask, apis).await.for_request(&ask);
                last = match &outcome {
                    Outcome::Answered(answer) => answer.body.clone(),
                    _ => Value::Null,
                };
                outcomes.push(outcome);
            }
            "set" => {
                for (path, name) in arguments.as_object().into_iter().flatten() {
                    if let Some(value) = at(&last, path, &stash) {
                        stash.keep(name.as_str().unwrap_or_default(), value);
                    }
                }
            }
            _ => outcomes.push(Outcome::Judged(holds(verb, arguments, &last, &stash))),
        }
    }
    outcomes
}

/// What a `do` asks for. What it says of the outcome is left out, because outcomes are compared.
fn ask(arguments: &Value, stash: &Stash) -> Option<Ask> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let arguments = arguments.as_object()?;
    let (api, given) = arguments
        .iter()
        .find(|(name, _)| !OPTIONS.contains(&name.as_str()))?;
    let mut parameters = BTreeMap::new();
    let mut body = None;
    for (name, value) in given.as_object().into_iter().flatten() {
        let value = stash.fill(value);
        match name.as_str() {
            "body" => body = Some(value),
            // For a client: these statuses are no failure.
            "ignore" => {}
            _ => {
                parameters.insert(name.clone(), text(&value));
            }
        }
    }
    let headers = arguments.get("headers").and_then(Value::as_object);
    let headers = headers.into_iter().flatten();
    let headers = headers.map(|(name, value)| (name.to_lowercase(), text(&stash.fill(value))));
    Some(Ask {
        api: api.clone(),
        parameters,
        headers: headers.collect(),
        opaque_id: format!("step-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
        body: body.filter(|body| !body.is_null()),
    })
}

const OPTIONS: [&str; 5] = [
    "catch",
    "headers",
    "warnings",
    "allowed_warnings",
    "node_selector",
];
