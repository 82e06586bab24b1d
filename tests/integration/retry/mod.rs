//! Attempts: how many, when, signed with what, and what the error says after the last one.

mod agreement;
mod attempts;
mod clock;
mod connections;
mod credentials;
mod differences;
mod hostile_dates;
mod origins;
mod quota;
mod unavailable;
mod words;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use sigtower::body::Body;
use sigtower::opensearch::{Client, ClientBuilder};
use sigtower::sigv4::Clock;
use sigtower::testing::{Domain, Principal, VerificationError, Verifier};
use sigtower::{BoxError, Credentials};
use tower::service_fn;

const URL: &str = "https://search-x.eu-west-1.es.amazonaws.com";

pub(super) type Reply = Result<Response<Full<Bytes>>, BoxError>;

/// A client of a service that is a function of the attempt's number, from 1, and the request.
pub(super) fn client_of<F>(respond: F) -> ClientBuilder
where
    F: Fn(usize, Request<Body>) -> Reply + Send + Sync + 'static,
{
    let respond = Arc::new(respond);
    let count = Arc::new(Mutex::new(0));
    Client::builder(URL)
        .credentials(Principal::admin().credentials())
        .over(service_fn(move |request: Request<Body>| {
            let mut count = count.lock().unwrap();
            *count += 1;
            std::future::ready(respond(*count, request))
        }))
}

pub(super) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Ok(response.body(Full::new(body.into()))?)
}

/// AWS's response to a request that it refuses at this time.
fn refuse(refused: &VerificationError, time: SystemTime) -> Reply {
    reply(
        refused.status().as_u16(),
        &[
            ("x-amzn-errortype", refused.error_type()),
            ("date", &http_date(time)),
        ],
        refused.body(),
    )
}

/// A front end that knows [`Principal::admin`] and has this clock.
pub(super) fn verifier(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Verifier {
    Verifier::new("eu-west-1", "es")
        .with_principal(Principal::admin())
        .with_clock(clock)
}

/// The response of a front end to a request, at this time.
pub(super) fn verified(verifier: &Verifier, request: Request<Body>, time: SystemTime) -> Reply {
    let (head, body) = request.into_parts();
    match verifier.verify(&head, body.as_bytes()) {
        Ok(_) => reply(200, &[("date", &http_date(time))], INFO),
        Err(refused) => refuse(&refused, time),
    }
}

pub(super) fn http_date(time: SystemTime) -> String {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let time = chrono::DateTime::from_timestamp(seconds.try_into().unwrap(), 0).unwrap();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads `20240522T120000Z`.
pub(super) fn at(text: &str) -> SystemTime {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap();
    let seconds = time.and_utc().timestamp().try_into().unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A clock that the test sets.
#[derive(Clone, Debug)]
struct HandClock(Arc<Mutex<SystemTime>>);

impl HandClock {
    fn new(time: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    fn set(&self, time: SystemTime) {
        *self.0.lock().unwrap() = time;
    }
}

impl Clock for HandClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

pub(super) const INFO: &str = r#"{"cluster_name":"c","version":{"number":"2.19.4"}}"#;
