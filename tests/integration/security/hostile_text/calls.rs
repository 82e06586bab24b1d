//! What typed calls are given arrives as it was.

use http::Request;
use serde_json::{Value, json};
use sigtower::body::Body;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{ClearScroll, CreatePit, DeletePit, Scroll, Search};
use sigtower::opensearch::{Call, Error, Response, Route, cluster, document, index, search};
use sigtower::testing::{Domain, ReceivedRequest};

use super::hostile_chars;
use crate::security::percent_decoded;

type Build = fn(String) -> Result<Request<Body>, Error>;

/// Where a text stands in a request.
#[derive(Clone, Copy)]
enum Place {
    Segment(usize),
    Value(&'static str),
    Name,
    Body(&'static str),
    FirstLine(&'static str),
}
use Place::*;

const CALLS: [(&str, Place, Build); 45] = [
    ("index::Create", Segment(0), |t| {
        index::Create::new(t).request()
    }),
    ("index::Delete", Segment(0), |t| {
        index::Delete::new(t).request()
    }),
    ("index::Exists", Segment(0), |t| {
        index::Exists::new(t).request()
    }),
    ("index::GetMapping", Segment(0), |t| {
        index::GetMapping::new(t).request()
    }),
    ("index::Refresh", Segment(0), |t| {
        index::Refresh::new(t).request()
    }),
    ("Count", Segment(0), |t| search::Count::new(t).request()),
    ("Search", Segment(0), |t| Search::<Value>::new(t).request()),
    ("CreatePit", Segment(0), |t| {
        CreatePit::new(t, "1m").request()
    }),
    ("Bulk", Segment(0), |t| delete_one(Bulk::new(t)).request()),
    ("Health.index", Segment(2), |t| {
        cluster::Health::new().index(t).request()
    }),
    ("document::Get", Segment(0), |t| get(t, "1").request()),
    ("document::Get id", Segment(2), |t| get("i", t).request()),
    ("document::Index id", Segment(2), |t| {
        write().id(t).request()
    }),
    ("document::Create", Segment(0), |t| {
        document::Create::new(t, "1", 1).request()
    }),
    ("document::Create id", Segment(2), |t| {
        document::Create::new("i", t, 1).request()
    }),
    ("document::Update", Segment(0), |t| {
        document::Update::new(t, "1", 1).request()
    }),
    ("document::Update id", Segment(2), |t| {
        document::Update::new("i", t, 1).request()
    }),
    ("document::Delete id", Segment(2), |t| {
        document::Delete::new("i", t).request()
    }),
    ("document::Exists id", Segment(2), |t| {
        document::Exists::new("i", t).request()
    }),
    ("Route.segment", Segment(0), |t| {
        Route::get().segment("name", &t).empty()
    }),
    ("Health.timeout", Value("timeout"), |t| {
        cluster::Health::new().timeout(t).request()
    }),
    ("Search.q", Value("q"), |t| {
        Search::<Value>::new("i").q(t).request()
    }),
    ("Search.scroll", Value("scroll"), |t| {
        Search::<Value>::new("i").scroll(t).request()
    }),
    ("Count.q", Value("q"), |t| {
        search::Count::new("i").q(t).request()
    }),
    ("CreatePit.keep_alive", Value("keep_alive"), |t| {
        CreatePit::new("i", t).request()
    }),
    ("Index.routing", Value("routing"), |t| {
        write().routing(t).request()
    }),
    ("Index.pipeline", Value("pipeline"), |t| {
        write().pipeline(t).request()
    }),
    ("Bulk.pipeline", Value("pipeline"), |t| {
        delete_one(Bulk::new("i").pipeline(t)).request()
    }),
    ("Get.routing", Value("routing"), |t| {
        get("i", "1").routing(t).request()
    }),
    ("Delete.routing", Value("routing"), |t| {
        document::Delete::new("i", "1").routing(t).request()
    }),
    ("query_param", Value("x"), |t| {
        search::Count::new("i").query_param("x", t).request()
    }),
    ("query_param name", Name, |t| {
        search::Count::new("i").query_param(&t, "x").request()
    }),
    ("Route.query", Value("x"), |t| {
        Route::get().query("x", &t).empty()
    }),
    ("Route.query name", Name, |t| {
        Route::get().query(&t, "x").empty()
    }),
    ("Search.pit", Body("/pit/id"), |t| {
        Search::<Value>::new("").pit(t, "1m").request()
    }),
    ("Search.pit keep_alive", Body("/pit/keep_alive"), |t| {
        Search::<Value>::new("").pit("p", t).request()
    }),
    ("Scroll", Body("/scroll_id"), |t| {
        Scroll::<Value>::new(t, "1m").request()
    }),
    ("Scroll keep_alive", Body("/scroll"), |t| {
        Scroll::<Value>::new("s", t).request()
    }),
    ("ClearScroll", Body("/scroll_id/0"), |t| {
        ClearScroll::new([t]).request()
    }),
    ("DeletePit", Body("/pit_id/0"), |t| {
        DeletePit::new([t]).request()
    }),
    ("bulk id", FirstLine("/index/_id"), |t| {
        let mut bulk = Bulk::new("i");
        bulk.index(1).id(t);
        bulk.request()
    }),
    ("bulk routing", FirstLine("/delete/routing"), |t| {
        let mut bulk = Bulk::new("i");
        bulk.delete("1").routing(t);
        bulk.request()
    }),
    ("bulk index", FirstLine("/delete/_index"), |t| {
        let mut bulk = Bulk::new("i");
        bulk.delete("1").in_index(t);
        bulk.request()
    }),
    ("a document", Body("/text"), |t| {
        document::Index::new("i", json!({ "text": t }))
            .id("1")
            .request()
    }),
    ("settings", Body("/settings/x"), |t| {
        index::Create::new("i")
            .settings(json!({ "x": t }))
            .request()
    }),
];

#[tokio::test]
async fn text_given_to_a_call_arrives_as_given() {
    let mut texts: Vec<String> = hostile_chars()
        .filter(|char| char.is_ascii_control())
        .map(|char| format!("a{char}b"))
        .collect();
    texts.push(hostile_chars().filter(|char| !char.is_ascii()).collect());
    for text in [
        "x\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1\r\nhost: a",
        "a/../b",
        "..",
        ".",
        "%00",
        "%2e%2e",
        "%zz",
        "%FF",
        "a+b &c=d;e?f#g",
        "\"}\n{\"delete\":{",
        "\u{2028}\u{feff}",
        "\u{fffd}",
        "\u{10ffff}",
    ] {
        texts.push(text.to_owned());
    }

    for text in &texts {
        let domain = Domain::start().await;
        let client = domain.client();
        for (name, place, build) in CALLS {
            let request = build(text.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let before = domain.requests().len();
            let answer = client.send(Prepared(request)).await.unwrap();
            assert_ne!(answer.status, 403, "{name} {text:?}: {}", answer.text());
            let received = &domain.requests()[before..];
            assert_eq!(received.len(), 1, "{name} {text:?}");
            let arrived = place.read(&received[0]);
            assert_eq!(arrived.as_deref(), Some(text.as_str()), "{name}");
            assert!(!received[0].headers.contains_key("x-evil"));
        }
    }
}

impl Place {
    fn read(self, received: &ReceivedRequest) -> Option<String> {
        let pair = || received.uri.query()?.split_once('=');
        let json = |text: &[u8], pointer| {
            let json: Value = serde_json::from_slice(text).ok()?;
            Some(json.pointer(pointer)?.as_str()?.to_owned())
        };
        match self {
            Segment(at) => decoded(received.uri.path().split('/').nth(at + 1)?),
            Value(name) => decoded(pair().filter(|(sent, _)| *sent == name)?.1),
            Name => decoded(pair()?.0),
            Body(pointer) => json(&received.body, pointer),
            FirstLine(pointer) => {
                let end = received.body.iter().position(|&byte| byte == b'\n')?;
                json(&received.body[..end], pointer)
            }
        }
    }
}

/// A call made beforehand, whose answer is taken as it comes.
struct Prepared(Request<Body>);

impl Call for Prepared {
    type Output = Response;

    fn request(&self) -> Result<Request<Body>, Error> {
        Ok(self.0.clone())
    }

    fn decode(&self, answer: Response) -> Result<Response, Error> {
        Ok(answer)
    }
}

fn get(index: impl Into<String>, id: impl Into<String>) -> document::Get<Value> {
    document::Get::new(index, id)
}

fn write() -> document::Index<i32> {
    document::Index::new("i", 1)
}

fn delete_one(mut bulk: Bulk) -> Bulk {
    bulk.delete("1");
    bulk
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(percent_decoded(text)?).ok()
}
