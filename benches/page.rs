//! Measures how long it takes to read a page of 10,000 hits (9 MB), next to serde_json reading the
//! same fields into a derived struct. The goal is 1.1 times as long.
//!
//! `cargo bench --bench page` writes `bench/page.json` to cargo's target directory. Counted in
//! instructions (valgrind) the ratio is 1.04: on a busy machine, count.

mod support;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{Call, Response};
use support::harness::{Measured, Subject, measure, time_for_each};
use support::summary::Summary;

fn main() -> std::io::Result<()> {
    let time = time_for_each(Duration::from_secs(10));
    let mut summary = Summary::default();
    summary.add("page, structs", read_into::<Movie>(time));
    summary.add("page, JSON values", read_into::<Value>(time));
    summary.add("page, raw JSON", read_into::<Box<RawValue>>(time));
    summary.finish("page")?;
    Ok(())
}

fn read_into<T: DeserializeOwned + 'static>(time: Duration) -> Vec<Measured> {
    let response = Response::new(StatusCode::OK, HeaderMap::new(), page());
    let body = response.body.clone();
    let plain = move |(): &mut ()| {
        drop(black_box(
            serde_json::from_slice::<Plain<T>>(&body).unwrap(),
        ))
    };
    let typed = move |(): &mut ()| {
        let found = Search::<T>::new("movies").decode(response.clone());
        drop(black_box(found.unwrap()));
    };
    let subjects = vec![
        Subject::new("floor", || (), plain),
        Subject::new("sigtower", || (), typed),
    ];
    measure(subjects, time)
}

#[derive(Clone, Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Movie {
    title: String,
    year: u16,
    rating: f64,
    genres: Vec<String>,
    plot: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Plain<T> {
    took: u64,
    timed_out: bool,
    hits: PlainHits<T>,
    #[serde(default)]
    aggregations: Value,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct PlainHits<T> {
    max_score: Option<f64>,
    hits: Vec<PlainHit<T>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct PlainHit<T> {
    _index: String,
    _id: String,
    _score: Option<f64>,
    _source: T,
    #[serde(default)]
    sort: Vec<Value>,
    #[serde(default)]
    fields: Value,
    #[serde(default)]
    highlight: BTreeMap<String, Vec<String>>,
    _routing: Option<String>,
    _version: Option<i64>,
    _seq_no: Option<i64>,
    _primary_term: Option<i64>,
    #[serde(default)]
    other: Value,
}

fn page() -> String {
    let plot = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(13);
    let hits: Vec<_> = (0..10_000)
        .map(|number| {
            let (score, year) = (20.0 - f64::from(number) / 1000.0, 1900 + number % 120);
            format!(
                r#"{{"_index":"movies","_id":"tt{number:07}","_score":{score:.7},"_source":{{"title":"Movie {number}","year":{year},"rating":7.5,"genres":["drama","crime"],"plot":"{plot}"}}}}"#
            )
        })
        .collect();
    let hits = hits.join(",");
    format!(
        r#"{{"took":12,"timed_out":false,"_shards":{{"total":1,"successful":1,"skipped":0,"failed":0}},"hits":{{"total":{{"value":10000,"relation":"eq"}},"max_score":20.0,"hits":[{hits}]}}}}"#
    )
}
