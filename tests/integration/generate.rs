//! Random requests that every signer and verifier can express.

use http::Request;
use http::request::Parts;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::string::string_regex;

/// A request, its signing scope and its signing time.
#[derive(Clone, Debug)]
pub(crate) struct Generated {
    pub(crate) service: &'static str,
    pub(crate) region: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) token: Option<String>,
    pub(crate) seconds: u64,
}

impl Generated {
    pub(crate) fn is_s3(&self) -> bool {
        self.service == "s3"
    }

    pub(crate) fn parts(&self, origin: &str) -> Parts {
        let question = if self.query.is_empty() { "" } else { "?" };
        let uri = format!("{origin}{}{question}{}", self.path, self.query);
        let mut request = Request::builder().method(self.method).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(()).unwrap().into_parts().0
    }
}

pub(crate) fn requests() -> impl Strategy<Value = Generated> {
    let service = prop::sample::select(&["es", "aoss", "execute-api", "lambda", "s3"][..]);
    service.prop_flat_map(|service| {
        let s3 = service == "s3";
        (
            prop::sample::select(&["us-east-1", "eu-central-1", "cn-north-1"][..]),
            prop::sample::select(&["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"][..]),
            if s3 {
                object_path().boxed()
            } else {
                path().boxed()
            },
            if s3 {
                object_query().boxed()
            } else {
                query().boxed()
            },
            headers(),
            vec(any::<u8>(), 0..200),
            prop::option::of(string_regex("[A-Za-z0-9+/=]{20,400}").unwrap()),
            0..4_102_444_800_u64, // until 2100, the last year chrono and AWS agree on easily
        )
            .prop_map(
                move |(region, method, path, query, headers, body, token, seconds)| Generated {
                    service,
                    region,
                    method,
                    path,
                    query,
                    headers,
                    body,
                    token,
                    seconds,
                },
            )
    })
}

/// Segments of plain text, escapes of any byte in either case, raw reserved characters and raw
/// Unicode. Sometimes there are double slashes, `.` or `..` between segments.
fn path() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => string_regex("[A-Za-z0-9._~-]").unwrap(),
        2 => any::<(u8, bool)>().prop_map(|(byte, upper)| escape(byte, upper)),
        2 => string_regex("[!$&'()*+,;=:@]").unwrap(),
        1 => prop::sample::select(&["é", "ж", "映", "😀"][..]).prop_map(str::to_owned),
    ];
    let segment = vec(atom, 1..8).prop_map(|atoms| atoms.concat());
    let segment = segment.prop_filter("dots are refused", |segment| {
        let dots = segment.to_lowercase().replace("%2e", ".");
        dots != "." && dots != ".."
    });
    let step = prop_oneof![8 => Just("/"), 1 => Just("//"), 1 => Just("/./"), 1 => Just("/x/../")];
    (
        vec((step, segment), 0..5),
        prop::sample::select(&["/", "", "//"][..]),
    )
        .prop_map(|(steps, end)| {
            let text: String = steps
                .into_iter()
                .flat_map(|(a, b)| [a.to_owned(), b])
                .collect();
            if text.is_empty() {
                "/".to_owned()
            } else {
                text + end
            }
        })
}

/// For S3, only unambiguous paths: upper-case escapes of bytes that need one, none of `/` or `+`.
fn object_path() -> impl Strategy<Value = String> {
    let needs_escape = any::<u8>().prop_filter("stands for itself or is refused", |byte| {
        !byte.is_ascii_alphanumeric() && !b"-._~/+".contains(byte)
    });
    let atom = prop_oneof![
        4 => string_regex("[A-Za-z0-9_~-]").unwrap(),
        1 => needs_escape.prop_map(|byte| escape(byte, true)),
        1 => Just("/".to_owned()),
    ];
    vec(atom, 0..30).prop_map(|atoms| format!("/{}", atoms.concat()))
}

fn query() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => string_regex("[A-Za-z0-9._~-]").unwrap(),
        2 => any::<(char, bool)>().prop_map(|(char, upper)| escape_char(char, upper)),
        2 => string_regex("[!$'()*+,;:@/?]").unwrap(),
    ];
    let name = vec(atom.clone(), 1..6).prop_map(|atoms| atoms.concat());
    let value = prop_oneof![
        1 => Just(None),
        4 => vec(prop_oneof![8 => atom, 1 => Just("=".to_owned())], 0..8)
            .prop_map(|atoms| Some(atoms.concat())),
    ];
    vec((name, value), 0..8).prop_map(|pairs| join(pairs.into_iter()))
}

/// For S3: no plus, and no name twice.
fn object_query() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => string_regex("[A-Za-z0-9._~-]").unwrap(),
        1 => any::<char>().prop_map(|char| escape_char(char, true)),
    ];
    let name = string_regex("[a-z-]{1,6}").unwrap();
    let value = prop::option::of(vec(atom, 0..8).prop_map(|atoms| atoms.concat()));
    prop::collection::btree_map(name, value, 0..6).prop_map(|pairs| join(pairs.into_iter()))
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let value = string_regex("[!-~]([ -~]{0,30}[!-~])?").unwrap();
    let name = prop::sample::select(
        &[
            "x-amz-meta-a",
            "x-amz-meta-b",
            "x-amz-target",
            "accept",
            "user-agent",
            "x-opaque-id",
        ][..],
    );
    let content_type = prop::option::of(Just(("content-type", "application/json".to_owned())));
    (content_type, vec((name, value), 0..5))
        .prop_map(|(content_type, others)| content_type.into_iter().chain(others).collect())
}

fn join(pairs: impl Iterator<Item = (String, Option<String>)>) -> String {
    let parts = pairs.map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name,
    });
    parts.collect::<Vec<_>>().join("&")
}

fn escape(byte: u8, upper: bool) -> String {
    if upper {
        format!("%{byte:02X}")
    } else {
        format!("%{byte:02x}")
    }
}

fn escape_char(char: char, upper: bool) -> String {
    let mut utf8 = [0; 4];
    let bytes = char.encode_utf8(&mut utf8).bytes();
    bytes.map(|byte| escape(byte, upper)).collect()
}

/// Runs this many cases. Failures are printed and not written to a file.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
