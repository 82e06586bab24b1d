//! Servers that send back the secrets of the attempt, in every encoding that gateways and programs use.

use std::convert::Infallible;
use std::error::Error as _;
use std::future::ready;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Method, Request, Response};
use serde_json::{Value, json};
use sigtower::Credentials;
use sigtower::body::Body;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{Client, Error, document};
use tower::service_fn;

type Shape = fn(&str) -> String;

const SHAPES: [(&str, Shape); 24] = [
    ("as it is", str::to_owned),
    ("as a header", |secret| {
        format!("x-amz-security-token: {secret}")
    }),
    ("as Ruby shows a hash", |secret| {
        format!(r#"{{"x-amz-security-token"=>"{secret}"}}"#)
    }),
    ("as CGI names it", |secret| {
        format!("HTTP_X_AMZ_SECURITY_TOKEN: {secret}")
    }),
    ("as a pair", |secret| {
        format!(r#"["x-amz-security-token","{secret}"]"#)
    }),
    ("as a list", |secret| {
        format!("X-Amz-Security-Token: ['{secret}']")
    }),
    ("without its name", |secret| {
        format!("token {secret} is not valid")
    }),
    ("in lower case", str::to_lowercase),
    ("URL-encoded", |secret| {
        each(secret, |char| match char.is_ascii_alphanumeric() {
            true => char.into(),
            false => format!("%{:02X}", char as u32),
        })
    }),
    ("URL-encoded twice", |secret| {
        each(secret, |char| match char.is_ascii_alphanumeric() {
            true => char.into(),
            false => format!("%25{:02x}", char as u32),
        })
    }),
    ("JSON-escaped", |secret| {
        each(secret, |char| match char.is_ascii_alphanumeric() {
            true => char.into(),
            false => format!("\\u{:04x}", char as u32),
        })
    }),
    ("JSON-escaped by PHP", |secret| secret.replace('/', "\\/")),
    ("HTML-escaped", |secret| {
        each(secret, |char| match char.is_ascii_alphanumeric() {
            true => char.into(),
            false => format!("&#x{:X};", char as u32),
        })
    }),
    ("HTML-escaped by numbers", |secret| {
        each(secret, |char| format!("&#{};", char as u32))
    }),
    ("HTML-escaped by names", |secret| {
        secret.replace('/', "&sol;").replace('=', "&equals;")
    }),
    ("of the URL alphabet", |secret| {
        secret.replace('+', "-").replace('/', "_").replace('=', "")
    }),
    ("from a form", |secret| secret.replace('+', " ")),
    ("wrapped", |secret| {
        format!("{}\r\n\t{}", &secret[..20], &secret[20..])
    }),
    ("without its end", |secret| {
        secret[..secret.len() / 2].to_owned()
    }),
    ("without its start", |secret| {
        secret[secret.len() / 2..].to_owned()
    }),
    ("in base64", |secret| STANDARD.encode(format!("a{secret}b"))),
    ("in base64 for URLs", |secret| {
        URL_SAFE_NO_PAD.encode(secret)
    }),
    ("in hex, as S3 writes it", |secret| {
        let bytes: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    }),
    ("in bytes", |secret| format!("{:?}", secret.as_bytes())),
];

fn each(secret: &str, encode: impl Fn(char) -> String) -> String {
    secret.chars().map(encode).collect()
}

/// Bodies that contain a text, in the forms of proxies, AWS and OpenSearch.
fn bodies(echo: &str) -> Vec<String> {
    let item = json!({ "index": { "_index": "a", "_id": "1", "status": 400,
        "error": { "type": "x", "reason": echo, "caused_by": { "type": "y", "reason": format!("b {echo}") } } } });
    vec![
        echo.to_owned(),
        format!("<html><title>{echo}</title><pre>{echo}</pre></html>"),
        format!("<Error><Code>X</Code><Message>{echo}</Message><Token-0>{echo}</Token-0></Error>"),
        json!({ "message": echo }).to_string(),
        json!({ "message": echo, "__type": echo }).to_string(),
        json!({ "error": echo, "status": 403 }).to_string(),
        json!({ "error": { "type": echo, "reason": "a", "root_cause": [{ "type": "x", "reason": echo }] } })
            .to_string(),
        json!({ echo: { echo: echo } }).to_string(),
        json!({ "took": echo }).to_string(),
        json!({ "took": 1, "errors": true, "items": [item] }).to_string(),
    ]
}

#[tokio::test(start_paused = true)]
async fn no_encoding_of_an_echoed_secret_is_kept_or_shown() {
    let mut shown = 0;
    for (name, shape) in SHAPES {
        for secret in [Echoed::Token, Echoed::Secret, Echoed::Signature] {
            for status in [200, 403, 503] {
                for variant in 0..bodies("").len() {
                    let text = shown_of(status, variant, shape, secret).await;
                    shown += usize::from(text.contains("[redacted]"));
                    for part in parts(shape(&secret.known())) {
                        assert!(
                            !text.contains(&part),
                            "{name} {secret:?} {status} {variant}: {part} in {text}"
                        );
                    }
                }
            }
        }
    }
    // If nothing had been shown, the rest would prove nothing.
    assert!(shown > 500, "{shown}");
}

/// Which secret a server sends back.
#[derive(Clone, Copy, Debug)]
enum Echoed {
    Token,
    Secret,
    Signature,
}

impl Echoed {
    /// The secret as the server knows it from the request.
    fn of(self, request: &Request<Body>) -> String {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        match self {
            Self::Signature => authorization.rsplit('=').next().unwrap().to_owned(),
            _ => self.known(),
        }
    }

    /// The secret as the test knows it beforehand; the signature follows from the fixed clock.
    fn known(self) -> String {
        match self {
            Self::Token => TOKEN.to_owned(),
            Self::Secret => SECRET.to_owned(),
            Self::Signature => SIGNATURE.with(|known| known.borrow().clone()),
        }
    }
}

thread_local! {
    static SIGNATURE: std::cell::RefCell<String> = std::cell::RefCell::new("0".repeat(64));
}

/// All that errors show of a response that echoes.
async fn shown_of(status: u16, variant: usize, shape: Shape, secret: Echoed) -> String {
    let service = service_fn(move |request: Request<Body>| {
        let echo = secret.of(&request);
        if matches!(secret, Echoed::Signature) {
            SIGNATURE.with(|known| *known.borrow_mut() = echo.clone());
        }
        let body = bodies(&shape(&echo)).swap_remove(variant);
        let response = Response::builder().status(status);
        ready(Ok::<_, Infallible>(
            response.body(Body::from(body)).unwrap(),
        ))
    });
    let credentials = Credentials::new("ASIASHOWNEXAMPLE", SECRET, Some(TOKEN.to_owned()));
    let client = Client::builder("https://search-x.eu-west-1.es.amazonaws.com")
        .credentials(credentials)
        .clock(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_716_379_200))
        .max_attempts(1)
        .over(service)
        .build()
        .unwrap();
    let mut shown = String::new();
    // One request, so that there is one signature.
    match variant % 3 {
        0 => match client.raw(Method::GET, "/", ()).await {
            Ok(response) => {
                show(response.json::<Vec<u8>>().err(), &mut shown);
                shown += &format!("{response:?}");
                show(response.success().err(), &mut shown);
            }
            Err(error) => show(Some(error), &mut shown),
        },
        1 => {
            let search = Search::<Value>::new("movies");
            show(client.send(search).await.err(), &mut shown);
        }
        _ => {
            let put = document::Index::new("movies", json!({})).id("1");
            show(client.send(put).await.err(), &mut shown);
        }
    }
    if variant == bodies("").len() - 1 && status == 200 && !matches!(secret, Echoed::Signature) {
        let mut bulk = Bulk::new("a");
        bulk.index(json!({})).id("1");
        for outcome in client.send(bulk).await.unwrap() {
            let rejected = outcome.unwrap_err();
            shown += &format!("{rejected} {rejected:?} {rejected:#?}");
        }
    }
    shown
}

fn show(error: Option<Error>, shown: &mut String) {
    let Some(error) = error else {
        return;
    };
    *shown += &format!("{error} {error:?} {error:#?} {:?}", error.refusal());
    for text in [
        error.body(),
        error.reason(),
        error.cause(),
        error.error_type(),
        error.hint(),
        error.request_id(),
        error.response_hint(),
    ] {
        shown.push_str(text.unwrap_or_default());
    }
    let mut next = error.source();
    while let Some(source) = next {
        *shown += &format!("{source} {source:?} {source:#?}");
        next = source.source();
    }
}

/// Pieces of an encoded secret, long enough not to be in other text by accident.
fn parts(encoded: String) -> Vec<String> {
    let padding = |text: &str| {
        let rest = text
            .replace("%3D", "")
            .replace("%253d", "")
            .replace("\\u003d", "");
        let rest = rest
            .replace("&#x3D;", "")
            .replace("&#61;", "")
            .replace("&equals;", "");
        rest.chars().any(|char| char.is_ascii_alphanumeric())
    };
    let name = "x-amz-security-token";
    let chars: Vec<char> = encoded.chars().collect();
    let windows = chars
        .windows(24)
        .map(|window| window.iter().collect::<String>());
    windows
        .filter(|part| {
            padding(part) && !part.to_lowercase().replace('_', "-").contains(&name[..12])
        })
        .filter(|part| !part.contains("token") && !part.contains("TOKEN"))
        .collect()
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ+/aB9EXAMPLE/x8zQ==";
