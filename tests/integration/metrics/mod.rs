//! What recorders are told: names, labels, values; and never more than that.

mod ingest;
mod recorder;

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::{Method, Request};
use metrics::Unit;
use serde_json::json;
use sigtower::body::Body;
use sigtower::credentials::{CachedCredentials, from_fn};
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{cluster, document};
use sigtower::sigv4::ClockSkew;
use sigtower::testing::{Domain, Principal};
use sigtower::{BoxError, Credentials};
use tower::service_fn;

use self::recorder::Kept;
use super::retry::{INFO, Reply, at, client_of, reply, verified, verifier};

const NOON: &str = "20240522T120000Z";
const SERVER: &str = "server.address=search-x.eu-west-1.es.amazonaws.com,server.port=443";

/// A request that takes ten seconds of the paused clock, after one that is declined at once.
#[tokio::test(start_paused = true)]
async fn a_call_and_each_attempt_are_timed_in_seconds() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let attempts = Arc::new(AtomicUsize::new(0));
    let service = service_fn(move |_: Request<Body>| {
        let is_first = attempts.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            if is_first {
                return reply(503, &[], "{}");
            }
            tokio::time::sleep(Duration::from_secs(10)).await;
            reply(200, &[], r#"{"hits":{"hits":[]}}"#)
        }
    });
    let client = client_of(|_, _| unreachable!("another service answers"));
    let client = client.over(service).build().unwrap();
    let search = Search::<serde_json::Value>::new("_all").q("title:CanaryQuery");
    client.send(search).await.unwrap();

    let calls = kept.values(
        "db.client.operation.duration\
         {db.operation.name=search,db.response.status_code=200,db.system.name=opensearch}",
    );
    // With a wait of up to 50 ms between its attempts.
    assert!(
        calls.len() == 1 && (10.0..10.1).contains(&calls[0]),
        "{kept:?}"
    );
    let attempts = |outcome: &str| {
        kept.values(&format!(
            "http.client.request.duration{{{outcome},{SERVER}}}"
        ))
    };
    let failed = "error.type=503,http.request.method=POST,http.response.status_code=503";
    assert_eq!(attempts(failed), [0.0], "{kept:?}");
    let answered = attempts("http.request.method=POST,http.response.status_code=200");
    assert_eq!(answered, [10.0], "{kept:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_are_counted_by_reason_and_those_denied_too() {
    for (answers, path, retried, denied) in [
        (&[429, 200][..], "/", &["throttling"][..], None),
        (
            &[503, 503, 503],
            "/",
            &["transient", "transient"],
            Some("attempts"),
        ),
        (&[502, 200], "/", &["lost"], None),
        (&[0, 200], "/", &["lost"], None),
        (&[502], "/movies/_doc", &[], Some("not_idempotent")),
        (&[404], "/", &[], None),
        (&[200], "/", &[], None),
    ] {
        let kept = Kept::default();
        let _guard = metrics::set_default_local_recorder(&kept);
        let script = answers.to_vec();
        let client = client_of(move |attempt, _| match script[attempt - 1] {
            0 => Err("reset".into()),
            200 => reply(200, &[], INFO),
            status => reply(status, &[], ""),
        });
        let method = if path == "/" {
            Method::GET
        } else {
            Method::POST
        };
        let _ = client.build().unwrap().raw(method, path, "{}").await;
        let of_reason =
            |name: &str, reason: &str| kept.count(&format!("{name}{{reason={reason}}}"));
        for reason in ["transient", "throttling", "lost", "clock", "credentials"] {
            let expected = retried.iter().filter(|retry| **retry == reason).count();
            let counted = of_reason("sigtower.retry.count", reason);
            assert_eq!(counted, expected as f64, "{answers:?} {reason}");
        }
        for reason in [
            "attempts",
            "not_idempotent",
            "unhelpful",
            "deadline",
            "quota",
        ] {
            let expected = f64::from(denied == Some(reason));
            let counted = of_reason("sigtower.retry.denied", reason);
            assert_eq!(counted, expected, "{answers:?} {reason}");
        }
        let lost = kept
            .names()
            .iter()
            .any(|name| name.contains("error.type=_OTHER"));
        assert!(!lost, "our own stack names what failed: {kept:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_and_too_short_a_time_deny_retries() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let client = client_of(|_, _| reply(429, &[], "{}")).build().unwrap();
    for _ in 0..200 {
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    assert_eq!(kept.count("sigtower.retry.count{reason=throttling}"), 100.0);
    assert_eq!(kept.count("sigtower.retry.denied{reason=attempts}"), 50.0);
    assert_eq!(kept.count("sigtower.retry.denied{reason=quota}"), 150.0);

    let client = client_of(|_, _| reply(429, &[("retry-after", "4")], "{}"))
        .total_timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(kept.count("sigtower.retry.denied{reason=deadline}"), 1.0);
}

#[tokio::test(start_paused = true)]
async fn the_skew_of_the_services_clock_is_told_and_what_it_cost() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let there = at(NOON) + Duration::from_secs(3600);
    let verifier = verifier(move || there);
    let client = client_of(move |_, request| verified(&verifier, request, there));
    let client = client.clock(at(NOON)).build().unwrap();
    client.send(cluster::Info::new()).await.unwrap();
    assert_eq!(
        kept.values(&format!("sigtower.clock.skew{{{SERVER}}}")),
        [3600.0, 3600.0]
    );
    assert_eq!(kept.count("sigtower.retry.count{reason=clock}"), 1.0);
}

/// No client, no stack: the cache alone.
#[tokio::test]
async fn refreshes_failures_and_the_age_of_credentials_are_told_by_the_cache_itself() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let now = at(NOON);
    let calls = AtomicUsize::new(0);
    let provider = from_fn(move || {
        let lasting = |seconds| {
            let keys = Credentials::new("AKIDCANARY", "CanarySecret", Some("CanaryToken".into()));
            keys.with_expiry(now + Duration::from_secs(seconds))
        };
        ready(match calls.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(lasting(3600)),
            1 => Err(BoxError::from("vault is sealed")),
            2 => Ok(lasting(0)),
            3 => Ok(Credentials::new("AKID\n", "CanarySecret", None)),
            4 => Ok(lasting(7200)),
            _ => Ok(Credentials::new("AKIDCANARY", "CanarySecret", None)),
        })
    });
    let cache = CachedCredentials::new(provider);
    // Ten minutes and more apart: no pause after a failure is longer.
    for second in [0, 3550, 4200, 4900, 5600, 7150] {
        cache
            .get(now + Duration::from_secs(second), ClockSkew::ZERO)
            .await
            .unwrap();
    }

    assert_eq!(kept.count("sigtower.credentials.refresh.count"), 6.0);
    assert_eq!(
        kept.values("sigtower.credentials.refresh.duration").len(),
        6
    );
    for failure in ["provider", "expired", "invalid"] {
        let name = format!("sigtower.credentials.refresh.failures{{error.type={failure}}}");
        assert_eq!(kept.count(&name), 1.0, "{failure}: {kept:?}");
    }
    let noon = unix(now);
    let whole = |name: &str| -> Vec<f64> {
        let values = kept.values(name).into_iter();
        values.map(|value| (value - noon).round()).collect()
    };
    assert_eq!(
        whole("sigtower.credentials.obtained"),
        [0.0, 5600.0, 7150.0]
    );
    assert_eq!(
        whole("sigtower.credentials.expiry"),
        [3600.0, 7200.0, f64::INFINITY]
    );
    assert!(
        !format!("{kept:?}").to_lowercase().contains("canary"),
        "{kept:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_a_timeout() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let hangs = from_fn(std::future::pending::<Result<Credentials, BoxError>>);
    let client = client_of(|_, _| -> Reply { unreachable!("nothing is signed") });
    let client = client.credentials(hangs).build().unwrap();
    client.send(cluster::Info::new()).await.unwrap_err();
    let failures = "sigtower.credentials.refresh.failures{error.type=timeout}";
    assert_eq!(kept.count(failures), 1.0, "{kept:?}");
    assert_eq!(
        kept.values(
            "db.client.operation.duration\
            {db.operation.name=info,db.system.name=opensearch,error.type=Credentials}"
        )
        .len(),
        1,
        "{kept:?}"
    );
}

#[tokio::test]
async fn no_index_id_query_or_key_is_in_any_label() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let principal = Principal::new("AKIDCANARY", "CanarySecret").with_token("CanaryToken");
    let domain = Domain::builder().principal(principal).start().await;
    let client = domain.client();
    let canary = json!({ "text": "CanaryDocument" });
    let write = document::Index::new("canary-index", &canary).id("CanaryId");
    client.send(write).await.unwrap();
    let read = document::Get::<serde_json::Value>::new("canary-index", "CanaryId");
    client.send(read).await.unwrap();
    for path in [
        "/_search/scroll/CanaryScroll",
        "/_CanaryApi",
        "/_nodes/CanaryNode",
        "/canary-index/_search?q=CanaryQuery",
        "/%63anary%2Findex",
        "/_cat/CanaryCat",
    ] {
        client.raw(Method::GET, path, ()).await.unwrap();
    }
    let odd = Method::from_bytes(b"CANARY").unwrap();
    client.raw(odd, "/canary", ()).await.unwrap();
    domain.reset_next_at(0).drop_next();
    client
        .raw(Method::DELETE, "/canary-index", ())
        .await
        .unwrap();

    let names = kept.names();
    assert!(names.len() > 10, "{names:#?}");
    assert!(
        names
            .iter()
            .any(|name| name.contains("http.request.method=_OTHER"))
    );
    let hits: Vec<_> = names
        .iter()
        .filter(|name| name.to_lowercase().contains("canary"))
        .collect();
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn every_metric_is_described_with_the_unit_the_page_gives() {
    let kept = Kept::default();
    metrics::with_local_recorder(&kept, sigtower::metrics::describe);
    let page = include_str!("../../../src/metrics/mod.rs");
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("//! | [`"))
        .collect();
    let units = kept.units();
    assert_eq!((rows.len(), units.len()), (18, 18));
    for row in rows {
        let name = row.split('`').nth(1).unwrap();
        let unit = if row.contains(", bytes |") {
            Unit::Bytes
        } else if row.contains("| counter |") || row.contains("| gauge |") {
            Unit::Count
        } else {
            Unit::Seconds
        };
        assert_eq!(units[name], Some(unit), "{row}");
    }
}

fn unix(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}
