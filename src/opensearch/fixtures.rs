//! What the tests of the calls share: captured responses, and requests as text.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Request, StatusCode};

use crate::Credentials;
use crate::body::Body;
use crate::error::BoxError;
use crate::opensearch::call::Call;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::{Client, ClientBuilder};

/// OpenSearch 2.19 and 3.8, and Elasticsearch 7.10.
pub(crate) const VERSIONS: [&str; 3] = ["2.19", "3.8", "es-7.10"];

/// The captured responses of one version, with their file names.
pub(crate) fn captured(version: &str) -> Vec<(String, Response)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/opensearch")
        .join(version);
    let table = directory.join("answers.tsv");
    let table = fs::read_to_string(&table).unwrap_or_else(|error| {
        let place = "captured responses are in the repository, not in the published package";
        panic!("cannot read {}: {error}; {place}", table.display())
    });
    let rows = table.lines().skip(1).map(|row| {
        let mut columns = row.split('\t');
        let (file, status) = (columns.next().unwrap(), columns.next().unwrap());
        let body = fs::read(directory.join(file)).unwrap();
        let response = Response::new(
            status.parse::<StatusCode>().unwrap(),
            HeaderMap::new(),
            body,
        );
        (file.to_owned(), response)
    });
    rows.collect()
}

/// Decodes the captured responses of this name, one for each version that has it, and checks each.
pub(crate) fn decoded<C: Call>(file: &str, call: impl Fn() -> C, check: impl Fn(C::Output)) {
    for (version, response) in captured_as(file) {
        match call().decode(response) {
            Ok(output) => check(output),
            Err(error) => panic!("{version}/{file}: {error:?}"),
        }
    }
}

/// The same, for a response that is an error.
pub(crate) fn refused<C: Call>(file: &str, call: impl Fn() -> C, check: impl Fn(Error)) {
    for (version, response) in captured_as(file) {
        match call().decode(response) {
            Ok(_) => panic!("{version}/{file} is no error"),
            Err(error) => check(error),
        }
    }
}

/// The captured responses of this name, with their versions.
pub(crate) fn captured_as(file: &str) -> Vec<(&'static str, Response)> {
    let responses: Vec<_> = VERSIONS
        .into_iter()
        .flat_map(|version| captured(version).into_iter().map(move |row| (version, row)))
        .filter(|(_, (name, _))| name == file)
        .map(|(version, (_, response))| (version, response))
        .collect();
    assert!(!responses.is_empty(), "no version has {file}");
    responses
}

/// A client whose server is this function: it gets method and target on one line, and the body, and
/// returns status and body.
pub(crate) fn client_of(
    server: impl FnMut(&str, &str) -> (u16, String) + Send + 'static,
) -> Client {
    client_of_service("es", server)
}

/// The same for a domain (`es`) or a serverless collection (`aoss`).
pub(crate) fn client_of_service(
    service: &str,
    server: impl FnMut(&str, &str) -> (u16, String) + Send + 'static,
) -> Client {
    builder_of_service(service, server).build().unwrap()
}

/// The builder of such a client, for other settings.
pub(crate) fn builder_of_service(
    service: &str,
    server: impl FnMut(&str, &str) -> (u16, String) + Send + 'static,
) -> ClientBuilder {
    let url = format!("https://search-x.us-east-1.{service}.amazonaws.com");
    let server = Arc::new(Mutex::new(server));
    let over = tower::service_fn(move |request: Request<Body>| {
        let target = request.uri().path_and_query().unwrap();
        let line = format!("{} {target}", request.method());
        let body = String::from_utf8_lossy(request.body().as_bytes()).into_owned();
        let (status, body) = (server.lock().unwrap())(&line, &body);
        let response = http::Response::builder().status(status);
        std::future::ready(Ok::<_, BoxError>(response.body(Body::from(body)).unwrap()))
    });
    Client::builder(url)
        .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
        .over(over)
}

/// A response without headers.
pub(crate) fn response(status: u16, body: impl Into<String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    Response::new(status, HeaderMap::new(), body.into())
}

/// A call's request as text: method, URI and body.
pub(crate) fn line(call: impl Call) -> String {
    let request = call.request().unwrap();
    let body = String::from_utf8(request.body().as_bytes().to_vec()).unwrap();
    let content_type = request.headers().get("content-type");
    assert_eq!(content_type.is_some(), !body.is_empty());
    assert!(request.headers().len() <= 1);
    let line = format!("{} {} {body}", request.method(), request.uri());
    line.trim_end().to_owned()
}

#[test]
fn every_captured_error_has_a_line_with_type_and_reason() {
    let mut errors = 0;
    for version in VERSIONS {
        for (file, response) in captured(version) {
            let status = response.status;
            let Err(error) = response.success() else {
                continue;
            };
            println!("{version}/{file}: {error}");
            errors += 1;
            assert_eq!(error.status(), Some(status));
            let line = error.to_string();
            let complains = !NO_COMPLAINT.contains(&&*file);
            assert_eq!(
                !line.contains("states no reason"),
                complains,
                "{version}/{file}: {line}"
            );
            assert!(!line.contains(['\n', '{']), "{version}/{file}: {line}");
            assert!(line.ends_with(&format!("({})", status.as_u16())), "{line}");
        }
    }
    assert!(errors > 80, "{errors}");
}

/// Responses with a status other than 2xx that describe no error.
const NO_COMPLAINT: [&str; 6] = [
    "health_timed_out.json",
    "document_get_missing.json",
    "document_get_missing_filtered.json",
    "document_delete_missing.json",
    "document_delete_missing_filtered.json",
    "pipeline_missing.json",
];
