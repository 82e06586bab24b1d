//! Services that state a false time to obtain signatures for a different time.

use std::convert::Infallible;
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderValue, Method};
use sigtower::SigV4Layer;
use sigtower::credentials::{ProvideCredentials, from_fn};
use sigtower::opensearch::cluster;
use sigtower::sigv4::{ClockSkew, Payload, Scope, Signer};
use sigtower::stack::{Stack, StackConfig};
use tower::ServiceExt;

use super::clock::{NOON, client_off_by, shifted};
use super::*;

#[tokio::test(start_paused = true)]
async fn a_clock_more_than_a_day_off_is_not_followed() {
    for seconds in [-90_000, 90_000] {
        let client = client_off_by(seconds).build().unwrap();
        let error = client.send(cluster::Info::new()).await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        assert_eq!(client.clock_skew(), ClockSkew::ZERO);
    }
}

/// No `Date`, and no number of them, makes a signature for a time more than a day from the local one.
#[tokio::test(start_paused = true)]
async fn no_date_moves_a_signature_by_more_than_a_day() {
    let dates: [&[u8]; 17] = [
        b"Fri, 31 Dec 9999 23:59:59 GMT",
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"Wed, 31 Dec 1969 23:59:59 GMT",
        b"Mon, 01 Jan 0001 00:00:00 GMT",
        b"Fri, 31 Dec 99999 23:59:59 GMT",
        b"Thu, 23 May 2024 12:00:01 GMT",
        b"Tue, 21 May 2024 11:59:59 GMT",
        b"Thu, 23 May 2024 12:00:02 GMT",
        b"Thursday, 23-May-24 12:00:00 GMT",
        b"Thu May 23 12:00:00 2024",
        b"Wed, 22 May 2024 12:00:60 GMT",
        b"Wed, 22 May 2024 25:00:00 GMT",
        b"Wed, 22 May 2024 23:00:00 +1400",
        b"20991231T235959Z",
        b"-9223372036854775808",
        b"\xff\xfe",
        b"",
    ];
    for status in [200, 403] {
        for date in dates {
            for words in ["", "99991231T235959Z", "20240523T115959Z"] {
                let client =
                    lying(move |_| (status, HeaderValue::from_bytes(date).unwrap(), words));
                for _ in 0..3 {
                    client.raw(Method::GET, "/", ()).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn false_dates_do_not_add_up() {
    for hours in [-23, 23] {
        let client = lying(move |signed| {
            let date = http_date(shifted(signed, hours * 3600));
            (403, date.try_into().unwrap(), "")
        });
        for _ in 0..10 {
            client.raw(Method::GET, "/", ()).await.unwrap();
        }
        assert_ne!(client.clock_skew(), ClockSkew::ZERO, "not believed once");
    }
}

#[tokio::test(start_paused = true)]
async fn no_clock_is_followed_over_cleartext() {
    let hour_ahead = || service_fn(|_: Request<Body>| ready(hour_ahead()));
    for (url, learned) in [
        ("http://search.example.com", false),
        ("http://10.0.0.1:9200", false),
        ("http://127.0.0.1:9200", true),
        ("https://search.example.com", true),
    ] {
        let client = Client::builder(url)
            .region("eu-west-1")
            .service("es")
            .credentials(Principal::admin().credentials())
            .allow_cleartext(true)
            .clock(at(NOON))
            .over(hour_ahead())
            .build()
            .unwrap();
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(response.attempts(), if learned { 2 } else { 1 }, "{url}");
        assert_eq!(client.clock_skew() != ClockSkew::ZERO, learned, "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_one_origin_does_not_count_for_another() {
    let service = service_fn(|request: Request<Body>| {
        let is_own = *request.uri() == "https://own.example/";
        let signed = header(request.headers(), "x-amz-date");
        assert!(!is_own || signed == NOON, "signed {signed}");
        ready(match is_own {
            true => reply(200, &[("date", &http_date(at(NOON)))], ""),
            false => hour_ahead(),
        })
    });
    let stack = Stack::new(
        service,
        SigV4Layer::from_signer(signer()),
        &StackConfig::new(),
    );
    for foreign in [
        "https://foreign.example/",
        "https://own.example:444/",
        "http://own.example/",
    ] {
        for url in ["https://own.example/", foreign, "https://own.example/"] {
            let request = Request::get(url).body(Body::empty()).unwrap();
            stack.clone().oneshot(request).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn presigned_urls_use_the_local_clock() {
    let signer = signer();
    let service = service_fn(|_: Request<Body>| ready(hour_ahead()));
    let layer = SigV4Layer::from_signer(signer.clone());
    let stack = Stack::new(service, layer.clone(), &StackConfig::new());
    let request = Request::get("https://own.example/").body(Body::empty());
    stack.clone().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(stack.clock_skew().as_millis(), 3_600_000);
    for signer in [&signer, layer.signer()] {
        let (parts, ()) = Request::get("https://own.example/")
            .body(())
            .unwrap()
            .into_parts();
        let url = signer
            .presign(&parts, Payload::Empty, Duration::from_secs(60))
            .await;
        let url = url.unwrap().to_string();
        assert!(url.contains(&format!("X-Amz-Date={NOON}")), "{url}");
    }
}

/// A time at which keys seem to have expired is a reason to fetch new ones, but not again and again.
#[tokio::test(start_paused = true)]
async fn false_dates_cause_few_calls_to_the_provider() {
    for hours in [-23, 23] {
        for expiring in [false, true] {
            for status in [200, 403] {
                let calls = Arc::new(AtomicUsize::new(0));
                let provider = counted(&calls, expiring);
                let client = client_of(move |attempt, request| {
                    let signed = at(header(request.headers(), "x-amz-date"));
                    // Never the same time twice.
                    let date =
                        http_date(shifted(signed, hours * 3600 + attempt as i64 * 61 % 3600));
                    reply(status, &[SKEWED, ("date", &date)], "{}")
                });
                let client = client
                    .credentials(provider)
                    .clock(at(NOON))
                    .build()
                    .unwrap();
                for _ in 0..200 {
                    client.raw(Method::GET, "/", ()).await.unwrap();
                }
                let calls = calls.load(Ordering::SeqCst);
                let case = format!("{hours} h, expiring {expiring}, {status}: {calls} calls");
                assert!((1..=3).contains(&calls), "{case}");
            }
        }
    }
}

/// A presigned URL takes its time from the local clock, so no service can have it call the provider.
#[tokio::test(start_paused = true)]
async fn false_dates_do_not_make_presigned_urls_call_the_provider() {
    let calls = Arc::new(AtomicUsize::new(0));
    let scope = Scope::new("eu-west-1", "execute-api").unwrap();
    let signer = Signer::new(scope, counted(&calls, true)).with_clock(at(NOON));
    let service = service_fn(|_: Request<Body>| ready(hour_ahead()));
    let stack = Stack::new(
        service,
        SigV4Layer::from_signer(signer.clone()),
        &StackConfig::new(),
    );
    for _ in 0..50 {
        let request = Request::get("https://own.example/").body(Body::empty());
        stack.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, ()) = Request::get("https://own.example/")
            .body(())
            .unwrap()
            .into_parts();
        let url = signer
            .presign(&parts, Payload::Empty, Duration::from_secs(60))
            .await;
        assert!(url.unwrap().to_string().contains(NOON));
    }
    let calls = calls.load(Ordering::SeqCst);
    assert!((1..=3).contains(&calls), "{calls} calls");
}

/// A provider that counts its calls. Its keys have new names each time, and may live for an hour from noon.
fn counted(calls: &Arc<AtomicUsize>, expiring: bool) -> impl ProvideCredentials + 'static {
    let calls = Arc::clone(calls);
    from_fn(move || {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        let keys = Credentials::new(format!("AKID{call}"), "secret", None);
        let keys = match expiring {
            true => keys.with_expiry(shifted(at(NOON), 3600)),
            false => keys,
        };
        ready(Ok::<_, Infallible>(keys))
    })
}

/// A signer whose clock shows noon.
fn signer() -> Signer {
    let scope = Scope::new("eu-west-1", "execute-api").unwrap();
    Signer::new(scope, Principal::admin().credentials()).with_clock(at(NOON))
}

/// A client whose clock shows noon, for a service that chooses status, `Date` and the time in its text by the time of
/// the signature. That time must be within a day of noon.
fn lying<F>(lie: F) -> Client
where
    F: Fn(SystemTime) -> (u16, HeaderValue, &'static str) + Send + Sync + 'static,
{
    let client = client_of(move |_, request| {
        let signed = at(header(request.headers(), "x-amz-date"));
        let off = ClockSkew::between(at(NOON), signed);
        assert!(off.abs() <= A_DAY, "signed {off} from our time");
        let (status, date, words) = lie(signed);
        let text = format!("{{\"message\":\"Signature expired: it is now {words}\"}}");
        let mut reply = reply(status, &[SKEWED], text)?;
        reply.headers_mut().insert("date", date);
        Ok(reply)
    });
    client.clock(at(NOON)).build().unwrap()
}

fn hour_ahead() -> Reply {
    let date = http_date(shifted(at(NOON), 3600));
    reply(403, &[SKEWED, ("date", &date)], "{}")
}

const SKEWED: (&str, &str) = ("x-amzn-errortype", "InvalidSignatureException");
const A_DAY: Duration = Duration::from_secs(24 * 3600 + 1);
