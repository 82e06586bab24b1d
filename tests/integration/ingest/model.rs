//! A model of the server, in this process: it applies bulk requests to documents, remembers in
//! which order, and misbehaves as it is told.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use sigtower::body::Body;
use sigtower::{BoxError, Client, Credentials};
use tower::Service;

/// Cheap to clone; clones share the documents.
#[derive(Clone)]
pub(crate) struct Model(Arc<Mutex<Inner>>);

struct Inner {
    plan: Box<dyn FnMut(&Asked) -> Behaviour + Send>,
    documents: HashMap<(String, String), Value>,
    /// The `n` of each operation that was applied, by index and id, in order.
    applied: HashMap<(String, String), Vec<u64>>,
    requests: usize,
    made_up: u64,
    sizes: Vec<usize>,
    operations: usize,
    in_flight: usize,
    most_in_flight: usize,
    /// Paths and bodies of requests that change settings.
    settings: Vec<(String, Value)>,
    /// The first line of each operation.
    first_lines: Vec<Value>,
}

/// A request that came.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Which request it is, from 0.
    pub(crate) number: usize,
    pub(crate) operations: usize,
    pub(crate) bytes: usize,
    pub(crate) is_gzip: bool,
}

/// What the server does with a request.
pub(crate) struct Behaviour {
    pub(crate) takes: Duration,
    pub(crate) what: What,
}

pub(crate) enum What {
    /// Applies each operation, or responds to it with this status.
    Items(Box<dyn FnMut(usize) -> Option<(u16, Value)> + Send>),
    /// Applies nothing and responds so.
    Status(u16, String),
    /// The connection breaks; before that, this many operations are applied.
    Lost(usize),
    /// Applies everything, and responds with the body that this makes of the right one.
    Body(fn(Value) -> String),
}

impl Behaviour {
    pub(crate) fn well() -> Self {
        Self::items(|_| None)
    }

    pub(crate) fn items(
        status: impl FnMut(usize) -> Option<(u16, Value)> + Send + 'static,
    ) -> Self {
        What::Items(Box::new(status)).into()
    }

    pub(crate) fn status(status: u16, body: &str) -> Self {
        What::Status(status, body.to_owned()).into()
    }

    pub(crate) fn after(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }
}

impl From<What> for Behaviour {
    fn from(what: What) -> Self {
        let takes = Duration::from_millis(5);
        Self { takes, what }
    }
}

impl Model {
    pub(crate) fn new(plan: impl FnMut(&Asked) -> Behaviour + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            plan: Box::new(plan),
            documents: HashMap::new(),
            applied: HashMap::new(),
            requests: 0,
            made_up: 0,
            sizes: Vec::new(),
            operations: 0,
            in_flight: 0,
            most_in_flight: 0,
            settings: Vec::new(),
            first_lines: Vec::new(),
        })))
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with(Credentials::new("AKIDEXAMPLE", "secret", None))
    }

    pub(crate) fn client_with(&self, credentials: Credentials) -> Client {
        let client = Client::builder("https://search-x.us-east-1.es.amazonaws.com");
        let client = client.credentials(credentials).over(self.clone());
        client.build().unwrap()
    }

    /// How often each `n` was applied.
    pub(crate) fn counts(&self) -> HashMap<u64, usize> {
        let inner = self.0.lock().unwrap();
        let mut counts = HashMap::new();
        for n in inner.applied.values().flatten() {
            *counts.entry(*n).or_default() += 1;
        }
        counts
    }

    /// The documents' `n`, which must differ.
    pub(crate) fn stored(&self) -> HashSet<u64> {
        let inner = self.0.lock().unwrap();
        let stored: HashSet<_> = inner
            .documents
            .values()
            .map(|document| document["n"].as_u64().unwrap())
            .collect();
        assert_eq!(
            stored.len(),
            inner.documents.len(),
            "a document is there twice"
        );
        stored
    }

    /// For each id, the `n` of its operations in the order in which they were applied.
    pub(crate) fn applied(&self) -> Vec<Vec<u64>> {
        self.0.lock().unwrap().applied.values().cloned().collect()
    }

    pub(crate) fn requests(&self) -> usize {
        self.0.lock().unwrap().requests
    }

    /// The bytes of each request, uncompressed.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.0.lock().unwrap().sizes.clone()
    }

    /// How many operations all requests had.
    pub(crate) fn operations(&self) -> usize {
        self.0.lock().unwrap().operations
    }

    /// The first lines of all operations that came.
    pub(crate) fn first_lines(&self) -> Vec<Value> {
        self.0.lock().unwrap().first_lines.clone()
    }

    /// What the indices were set to, one after the other.
    pub(crate) fn settings(&self) -> Vec<(String, Value)> {
        self.0.lock().unwrap().settings.clone()
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.0.lock().unwrap().most_in_flight
    }
}

impl Service<Request<Body>> for Model {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let model = self.clone();
        Box::pin(async move { model.respond(request).await })
    }
}

impl Model {
    async fn respond(self, request: Request<Body>) -> Result<Response<Full<Bytes>>, BoxError> {
        let is_gzip = request.headers().contains_key("content-encoding");
        let mut body = Vec::new();
        match is_gzip {
            true => drop(
                flate2::read::GzDecoder::new(&request.body().as_bytes()[..])
                    .read_to_end(&mut body)?,
            ),
            false => body.extend_from_slice(request.body().as_bytes()),
        }
        if request.uri().path().ends_with("/_settings") {
            if !body.is_empty() {
                let settings = serde_json::from_slice(&body)?;
                let path = request.uri().path().to_owned();
                self.0.lock().unwrap().settings.push((path, settings));
            }
            let settings = json!({
                "logs-1": {"settings": {"index.number_of_replicas": "2"}},
                "logs-2": {"settings": {"index.refresh_interval": "30s"}},
            });
            return Ok(Response::new(settings.to_string().into()));
        }
        let index = request.uri().path().split('/').nth(1).unwrap().to_owned();
        let operations = parse(&body, &index);
        let behaviour = {
            let mut inner = self.0.lock().unwrap();
            let asked = Asked {
                number: inner.requests,
                operations: operations.len(),
                bytes: body.len(),
                is_gzip,
            };
            inner.requests += 1;
            inner.operations += operations.len();
            let first_lines = operations
                .iter()
                .map(|operation| operation.first_line.clone());
            inner.first_lines.extend(first_lines);
            inner.sizes.push(body.len());
            inner.in_flight += 1;
            inner.most_in_flight = inner.most_in_flight.max(inner.in_flight);
            (inner.plan)(&asked)
        };
        tokio::time::sleep(behaviour.takes).await;
        let mut inner = self.0.lock().unwrap();
        inner.in_flight -= 1;
        let mut status = 200;
        let body = match behaviour.what {
            What::Items(mut fail) => {
                let items = operations.iter().enumerate().map(|(position, operation)| {
                    match fail(position) {
                        Some((status, error)) => operation.item(status, error),
                        None => inner.apply(operation),
                    }
                });
                answer(items.collect()).to_string()
            }
            What::Body(make) => {
                let items = operations.iter().map(|operation| inner.apply(operation));
                let items = items.collect();
                make(answer(items))
            }
            What::Lost(count) => {
                for operation in &operations[..count.min(operations.len())] {
                    inner.apply(operation);
                }
                return Err("the connection broke".into());
            }
            What::Status(code, body) => {
                status = code;
                body
            }
        };
        Ok(Response::builder().status(status).body(body.into())?)
    }
}

fn answer(items: Vec<Value>) -> Value {
    let errors = items.iter().any(|item| item.to_string().contains("error"));
    json!({"took": 1, "errors": errors, "items": items})
}

#[derive(Clone)]
struct Operation {
    action: String,
    index: String,
    id: Option<String>,
    source: Value,
    first_line: Value,
}

impl Operation {
    fn item(&self, status: u16, error: Value) -> Value {
        let mut item = json!({"_index": self.index, "_id": self.id, "status": status});
        if !error.is_null() {
            item["error"] = error;
        }
        json!({ &*self.action: item })
    }
}

impl Inner {
    fn apply(&mut self, operation: &Operation) -> Value {
        let id = operation.id.clone().unwrap_or_else(|| {
            self.made_up += 1;
            format!("made up {}", self.made_up)
        });
        let key = (operation.index.clone(), id);
        let is_there = self.documents.contains_key(&key);
        let conflict = json!({"type": "version_conflict_engine_exception", "reason": "document already exists"});
        let (status, document) = match &*operation.action {
            "create" if is_there => return operation.item(409, conflict),
            "delete" if !is_there => return operation.item(404, Value::Null),
            "delete" => (200, None),
            "update" => (200, Some(operation.source["doc"].clone())),
            _ => (
                if is_there { 200 } else { 201 },
                Some(operation.source.clone()),
            ),
        };
        if let Some(n) = document
            .as_ref()
            .and_then(|document| document["n"].as_u64())
        {
            self.applied.entry(key.clone()).or_default().push(n);
        }
        match document {
            Some(document) => drop(self.documents.insert(key, document)),
            None => drop(self.documents.remove(&key)),
        }
        operation.item(status, Value::Null)
    }
}

fn parse(body: &[u8], index: &str) -> Vec<Operation> {
    assert!(body.ends_with(b"\n"));
    let text = std::str::from_utf8(body).unwrap();
    let mut lines = text.lines();
    let mut operations = Vec::new();
    while let Some(line) = lines.next() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (action, meta) = line.as_object().unwrap().iter().next().unwrap();
        let source = match &**action {
            "delete" => Value::Null,
            _ => serde_json::from_str(lines.next().unwrap()).unwrap(),
        };
        operations.push(Operation {
            action: action.clone(),
            index: meta["_index"].as_str().unwrap_or(index).to_owned(),
            id: meta["_id"].as_str().map(Into::into),
            source,
            first_line: line.clone(),
        });
    }
    operations
}
