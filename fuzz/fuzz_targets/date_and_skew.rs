//! Whatever responses state about time: no panic, few attempts, a bounded wait, and a clock that is
//! off by at most a day. A server without TLS beyond loopback cannot change the clock.
#![no_main]

use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use arbitrary::Arbitrary;
use http::{HeaderName, HeaderValue, Request, Response};
use libfuzzer_sys::{Corpus, fuzz_target};
use sigtower::body::Body;
use sigtower::sigv4::{ClockSkew, Scope};
use sigtower::stack::{Stack, StackConfig};
use sigtower::{Credentials, SigV4Layer};
use tower::{ServiceExt, service_fn};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    seconds: u32,
    origin: Origin,
    method: Method,
    answers: Vec<Answer<'a>>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Origin {
    Tls,
    Loopback,
    Stranger,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Method {
    Get,
    Post,
}

#[derive(Arbitrary, Clone, Debug)]
struct Answer<'a> {
    status: Status,
    date: Option<Date<'a>>,
    retry_after: Option<&'a [u8]>,
    amz_retry_after: Option<&'a [u8]>,
    error_type: Option<&'a [u8]>,
    is_cached: bool,
    body: Text<'a>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Status {
    Ok,
    Forbidden,
    Throttled,
    Unavailable,
    Other(u16),
}

#[derive(Arbitrary, Clone, Debug)]
enum Date<'a> {
    Raw(&'a [u8]),
    OffBy(i32),
}

#[derive(Arbitrary, Clone, Debug)]
enum Text<'a> {
    Raw(&'a [u8]),
    Expired(&'a str, &'a str),
    FromTheFuture(u32),
}

fuzz_target!(|input: Input<'_>| -> Corpus {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(input.seconds.into());
    let answers: Option<Vec<_>> = input.answers.iter().map(|it| it.response(now)).collect();
    let Some(answers) = answers else {
        return Corpus::Reject;
    };
    let mut answers = answers.into_iter();
    let last = || Response::new(Body::empty());
    let remaining = Arc::new(Mutex::new(move || answers.next().unwrap_or_else(last)));
    let sent = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&sent);
    let service = service_fn(move |request: Request<Body>| {
        let date = request.headers()["x-amz-date"]
            .to_str()
            .expect("ours")
            .to_owned();
        record.lock().expect("not poisoned").push(date);
        ready(Ok::<_, Infallible>(
            remaining.lock().expect("not poisoned")(),
        ))
    });
    let keys = Credentials::new("AKIDEXAMPLE", "secret", None);
    let sign = SigV4Layer::new(Scope::new("us-east-1", "es").expect("both are"), keys);
    let stack = Stack::new(service, sign.with_clock(now), &StackConfig::new());

    let waited = runtime.block_on(async {
        let begun = tokio::time::Instant::now();
        for _ in 0..2 {
            let request = Request::builder()
                .method(input.method.name())
                .uri(input.origin.uri());
            let request = request.body(Body::empty()).expect("a request");
            let _ = stack.clone().oneshot(request).await;
        }
        begun.elapsed()
    });
    let sent = sent.lock().expect("not poisoned");
    assert!(sent.len() <= 2 * 4, "{} attempts", sent.len());
    assert!(waited <= Duration::from_secs(2 * 121), "{waited:?}");
    let skew = stack.clock_skew();
    assert!(
        skew.abs() <= Duration::from_secs(24 * 60 * 60 + 1),
        "{skew}"
    );
    if matches!(input.origin, Origin::Stranger) {
        assert_eq!(skew, ClockSkew::ZERO);
        assert!(sent.iter().all(|date| date == &sent[0]), "{sent:?}");
    }
    Corpus::Keep
});

impl Origin {
    fn uri(self) -> &'static str {
        match self {
            Self::Tls => "https://search.example/",
            Self::Loopback => "http://127.0.0.1:9200/",
            Self::Stranger => "http://search.example/",
        }
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Answer<'_> {
    fn response(&self, now: SystemTime) -> Option<Response<Body>> {
        let status = match self.status {
            Status::Ok => 200,
            Status::Forbidden => 403,
            Status::Throttled => 429,
            Status::Unavailable => 503,
            Status::Other(other) => 200 + other % 400,
        };
        let date = self.date.as_ref().map(|date| match date {
            Date::Raw(raw) => raw.to_vec(),
            Date::OffBy(seconds) => date_off_by(now, *seconds).into_bytes(),
        });
        let age = self.is_cached.then_some(&b"1"[..]);
        let mut response = Response::builder().status(status);
        for (name, value) in [
            ("date", date.as_deref()),
            ("retry-after", self.retry_after),
            ("x-amz-retry-after", self.amz_retry_after),
            ("x-amzn-errortype", self.error_type),
            ("age", age),
        ] {
            if let Some(value) = value {
                let name = HeaderName::from_static(name);
                response = response.header(name, HeaderValue::from_bytes(value).ok()?);
            }
        }
        response.body(Body::from(self.body.bytes())).ok()
    }
}

impl Text<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Raw(raw) => raw.to_vec(),
            Self::Expired(signed, now) => serde_json::json!({
                "message": format!("Signature expired: {signed} is now earlier than {now}")
            })
            .to_string()
            .into(),
            Self::FromTheFuture(digits) => serde_json::json!({
                "message": format!(
                    "Signature not yet current: 20240522T121000Z is still later than \
                     20240522T120500Z ({digits:08}T120000Z + 5 min.)"
                )
            })
            .to_string()
            .into(),
        }
    }
}

fn date_off_by(now: SystemTime, seconds: i32) -> String {
    let distance = Duration::from_secs(seconds.unsigned_abs().into());
    let there = if seconds < 0 {
        now.checked_sub(distance)
    } else {
        now.checked_add(distance)
    };
    let there = there.filter(|there| *there >= SystemTime::UNIX_EPOCH);
    httpdate::fmt_http_date(there.unwrap_or(now))
}
