//! What spans and events say of calls, attempts and credentials, and that they say no more.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde_json::json;
use sigtower::credentials::{CachedCredentials, from_fn};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{cluster, document, index, search};
use sigtower::sigv4::ClockSkew;
use sigtower::testing::{Domain, Principal};
use sigtower::{BoxError, Credentials};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber, subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry;

use super::listening::keep_callsites_on;
use super::retry::{INFO, at, client_of, reply, verified, verifier};

pub(crate) type Fields = BTreeMap<&'static str, String>;

/// What this crate has told, in the order in which it began.
#[derive(Clone, Default)]
pub(crate) struct Told {
    spans: Arc<Mutex<Vec<Span>>>,
    events: Arc<Mutex<Vec<(Level, Fields)>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) id: u64,
    pub(crate) parent: Option<u64>,
    name: &'static str,
    pub(crate) fields: Fields,
}

struct Collect<'a>(&'a mut Fields);

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        self.0
            .insert(field.name(), text.trim_matches('"').to_owned());
    }
}

impl<S: Subscriber> Layer<S> for Told {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if metadata.target().starts_with("sigtower") {
            let mut fields = Fields::new();
            attributes.record(&mut Collect(&mut fields));
            self.spans.lock().unwrap().push(Span {
                id: id.into_u64(),
                parent: context.current_span().id().map(Id::into_u64),
                name: metadata.name(),
                fields,
            });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut spans = self.spans.lock().unwrap();
        let mut ours = spans.iter_mut().rev();
        if let Some(span) = ours.find(|span| span.id == id.into_u64()) {
            values.record(&mut Collect(&mut span.fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("sigtower") {
            let mut fields = Fields::new();
            event.record(&mut Collect(&mut fields));
            let mut events = self.events.lock().unwrap();
            events.push((*event.metadata().level(), fields));
        }
    }
}

impl Told {
    /// What is told while this runs.
    async fn during(work: impl Future<Output = ()>) -> Self {
        let told = Self::default();
        keep_callsites_on();
        work.with_subscriber(registry().with(told.clone())).await;
        told
    }

    pub(crate) fn spans(&self, name: &str) -> Vec<Span> {
        let spans = self.spans.lock().unwrap();
        spans
            .iter()
            .filter(|span| span.name == name)
            .cloned()
            .collect()
    }

    pub(crate) fn events(&self, message: &str) -> Vec<(Level, Fields)> {
        let mut events = self.events.lock().unwrap().clone();
        events.retain(|(_, fields)| fields["message"].starts_with(message));
        events
    }
}

/// All of these fields, with these values; `None` is a field that is not there.
fn assert_fields(fields: &Fields, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        assert_eq!(
            fields.get(name).map(String::as_str),
            *value,
            "{name}: {fields:?}"
        );
    }
}

#[tokio::test]
async fn a_call_has_one_span_with_the_names_of_opentelemetry() {
    let domain = Domain::start().await;
    let reader = domain.client_as(&Principal::reader());
    domain
        .client()
        .send(index::Create::new("movies"))
        .await
        .unwrap();

    let told = Told::during(async {
        domain.next_response(429);
        let search = Search::<serde_json::Value>::new("movies").q("title:canary");
        reader.send(search).await.unwrap();
        reader.send(index::Create::new("other")).await.unwrap_err();
        reader.send(cluster::Info::new()).await.unwrap();
    })
    .await;

    let spans = told.spans("opensearch");
    let spans: Vec<Fields> = spans.into_iter().map(|span| span.fields).collect();
    let [search, create, info] = &spans[..] else {
        panic!("{spans:?}")
    };
    for (name, value) in [
        ("otel.kind", "client"),
        ("db.system.name", "opensearch"),
        ("db.operation.name", "search"),
        ("db.collection.name", "movies"),
        ("db.response.status_code", "200"),
        ("http.request.method", "POST"),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "1"),
        ("server.address", "127.0.0.1"),
        ("cloud.region", "us-east-1"),
        ("aws.service", "es"),
    ] {
        assert_eq!(search.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(search.contains_key("aws.request_id") && !search.contains_key("error.type"));
    assert_eq!(
        (
            &*create["error.type"],
            &*create["http.response.status_code"]
        ),
        ("403", "403")
    );
    assert_eq!(
        (&*info["db.operation.name"], info.get("db.collection.name")),
        ("info", None)
    );
    let all = format!("{spans:?}");
    assert!(
        !all.contains("canary") && !all.contains("Credential="),
        "{all}"
    );
}

#[tokio::test]
async fn each_attempt_has_a_span_under_its_call() {
    let domain = Domain::start().await;
    let client = domain.client();
    let url: http::Uri = domain.url().parse().unwrap();
    let told = Told::during(async {
        domain.next_response(503).reset_next_at(0);
        client.send(cluster::Info::new()).await.unwrap();
    })
    .await;

    let calls = told.spans("opensearch");
    let attempts = told.spans("http");
    assert_eq!((calls.len(), attempts.len()), (1, 3));
    let port = url.port().unwrap().to_string();
    let outcomes = [
        (None, None, Some("503"), Some("503")),
        (Some("1"), Some("transient"), None, Some("broken")),
        (Some("2"), Some("lost"), Some("200"), None),
    ];
    for (attempt, (resend, reason, status, error)) in attempts.iter().zip(outcomes) {
        assert_eq!(attempt.parent, Some(calls[0].id));
        assert_fields(
            &attempt.fields,
            &[
                ("otel.kind", Some("client")),
                ("otel.name", Some("GET")),
                ("http.request.method", Some("GET")),
                ("http.request.resend_count", resend),
                ("http.response.status_code", status),
                ("network.protocol.version", status.map(|_| "1.1")),
                ("server.address", Some("127.0.0.1")),
                ("server.port", Some(&port)),
                ("error.type", error),
                ("retry.reason", reason),
            ],
        );
        let has = |name: &str| attempt.fields.contains_key(name);
        assert_eq!(has("aws.request_id"), status.is_some());
        assert_eq!(has("retry.wait"), resend.is_some());
    }
    assert_eq!(
        attempts[2].fields["aws.request_id"],
        calls[0].fields["aws.request_id"]
    );
}

#[tokio::test(start_paused = true)]
async fn decisions_say_why_and_how_long() {
    let client = client_of(|attempt, _| match attempt {
        1 => reply(429, &[("retry-after", "3")], "{}"),
        2 => reply(200, &[], INFO),
        _ => reply(502, &[], "{}"),
    });
    let client = client.build().unwrap();
    let told = Told::during(async {
        client.raw(Method::GET, "/", ()).await.unwrap();
        client
            .raw(Method::POST, "/movies/_doc", "{}")
            .await
            .unwrap();
    })
    .await;

    let again = told.events("sending the request again");
    assert_eq!((again.len(), again[0].0), (1, Level::DEBUG));
    assert_fields(
        &again[0].1,
        &[
            ("attempts", Some("1")),
            ("retry.reason", Some("throttling")),
            ("retry.wait", Some("3.0")),
        ],
    );
    assert_fields(
        &told.spans("http")[1].fields,
        &[("retry.wait", Some("3.0"))],
    );
    let denied = told.events("not sending the request again");
    assert_eq!((denied.len(), denied[0].0), (1, Level::DEBUG));
    assert_fields(
        &denied[0].1,
        &[
            ("attempts", Some("1")),
            ("retry.reason", Some("lost")),
            ("retry.denied", Some("not_idempotent")),
        ],
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_is_told() {
    let client = client_of(|_, _| reply(429, &[], "{}")).build().unwrap();
    let told = Told::during(async {
        for _ in 0..51 {
            client.raw(Method::GET, "/", ()).await.unwrap();
        }
    })
    .await;
    let denied = told.events("not sending the request again");
    let (_, last) = denied.last().unwrap();
    assert_fields(
        last,
        &[("attempts", Some("1")), ("retry.denied", Some("quota"))],
    );
}

#[tokio::test(start_paused = true)]
async fn a_skew_is_told_once_and_its_attempts_have_it() {
    let noon = at("20240522T120000Z");
    let there = noon - Duration::from_secs(3600);
    let verifier = verifier(move || there);
    let client = client_of(move |_, request| verified(&verifier, request, there));
    let client = client.clock(noon).build().unwrap();
    let told = Told::during(async {
        for _ in 0..2 {
            client.send(cluster::Info::new()).await.unwrap();
        }
    })
    .await;
    let learned = told.events("the service's clock differs");
    assert_eq!((learned.len(), learned[0].0), (1, Level::INFO));
    assert_fields(
        &learned[0].1,
        &[
            ("clock.skew", Some("-3600.0 s")),
            ("clock.skew.before", Some("+0.0 s")),
        ],
    );
    let skews: Vec<_> = told
        .spans("http")
        .iter()
        .map(|span| span.fields.get("clock.skew").cloned())
        .collect();
    let followed = Some("-3600.0".to_owned());
    assert_eq!(skews, [None, followed.clone(), followed]);
    assert_fields(
        &told.spans("http")[0].fields,
        &[
            ("http.response.status_code", Some("403")),
            ("error.type", Some("403")),
        ],
    );
    assert_fields(
        &told.spans("http")[1].fields,
        &[("retry.reason", Some("clock"))],
    );
}

#[tokio::test]
async fn refreshes_are_told_and_one_that_fails_once() {
    let noon = at("20240522T120000Z");
    let calls = Mutex::new(0);
    let provider = from_fn(move || {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        let keys = Credentials::new("AKIDEXAMPLE", "CanarySecret", Some("CanaryToken".into()));
        ready(match *calls {
            1 => Ok(keys.with_expiry(noon + Duration::from_secs(600))),
            _ => Err(BoxError::from("vault is sealed")),
        })
    });
    let told = Told::during(async {
        let cache = CachedCredentials::new(provider);
        for second in [0, 560, 570, 599, 700] {
            cache
                .get(noon + Duration::from_secs(second), ClockSkew::ZERO)
                .await
                .unwrap();
        }
        let sealed = from_fn(|| ready(Err::<Credentials, _>(BoxError::from("vault is sealed"))));
        CachedCredentials::new(sealed)
            .get(noon, ClockSkew::ZERO)
            .await
            .unwrap_err();
    })
    .await;
    let [obtained] = &told.events("credentials obtained")[..] else {
        panic!("{:?}", told.events)
    };
    assert_eq!(obtained.0, Level::DEBUG);
    let [failed] = &told.events("credentials refresh failed")[..] else {
        panic!("{:?}", told.events)
    };
    assert_eq!(failed.0, Level::WARN);
    let [nothing] = &told.events("there are no usable credentials")[..] else {
        panic!("{:?}", told.events)
    };
    assert_eq!(nothing.0, Level::DEBUG);
    assert!(!format!("{:?}", told.events).contains("Canary"));
}

#[tokio::test]
async fn a_bulk_request_tells_its_size_unless_it_is_one() {
    let domain = Domain::start().await;
    let client = domain.client();
    let told = Told::during(async {
        for size in [1, 3] {
            let mut bulk = Bulk::new("movies");
            for id in 0..size {
                bulk.index(json!({})).id(id.to_string());
            }
            client.send(bulk).await.unwrap();
        }
    })
    .await;
    let sizes: Vec<_> = told
        .spans("opensearch")
        .iter()
        .map(|span| span.fields.get("db.operation.batch.size").cloned())
        .collect();
    assert_eq!(sizes, [None, Some("3".to_owned())]);
}

#[tokio::test]
async fn the_text_of_a_query_is_told_on_request_and_a_document_never() {
    let domain = Domain::start().await;
    let calls = async |client: sigtower::Client| {
        let movie = json!({ "title": "canary-document" });
        let write = document::Index::new("movies", &movie).id("1");
        client.send(write).await.unwrap();
        let wanted = json!({ "match": { "title": "canary" } });
        let search = Search::<serde_json::Value>::new("movies").query(wanted);
        client.send(search).await.unwrap();
        let both = Search::<serde_json::Value>::new("movies").q("title:canary");
        client.send(both.size(1)).await.unwrap();
        client.send(search::Count::new("movies")).await.unwrap();
    };
    for on in [None, Some(false), Some(true)] {
        let mut client = domain.client_builder();
        if let Some(on) = on {
            client = client.record_query_text(on);
        }
        let told = Told::during(calls(client.build().unwrap())).await;
        let texts: Vec<_> = told
            .spans("opensearch")
            .iter()
            .map(|span| {
                span.fields
                    .get("db.query.text")
                    .cloned()
                    .unwrap_or_default()
            })
            .collect();
        let [write, search, both, count] = &texts[..] else {
            panic!("{texts:?}")
        };
        assert_eq!(write, "");
        if on == Some(true) {
            assert!(
                search.contains("match") && search.contains("canary"),
                "{search}"
            );
            assert!(
                both.contains("q=title%3Acanary") && both.contains("size"),
                "{both}"
            );
            assert_eq!(count, "");
        } else {
            assert_eq!((&**search, &**both), ("", ""));
        }
    }
}

/// Without a subscriber that wants it, a span costs nothing and is none.
#[tokio::test]
async fn nobody_listening_changes_nothing() {
    let domain = Domain::start().await;
    let _quiet = subscriber::set_default(subscriber::NoSubscriber::default());
    domain.client().send(cluster::Info::new()).await.unwrap();
}
