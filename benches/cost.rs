//! Measures how the body, the headers, the query and unusual content change the cost of a signature.
//!
//! `cargo bench --bench cost` writes `bench/cost.json` to cargo's target directory.

mod support;

use std::time::Duration;

use support::harness::{measure, time_for_each};
use support::signers;
use support::summary::Summary;
use support::work::{Work, get_health, json, put_300, search_1k};

fn main() -> std::io::Result<()> {
    let time = time_for_each(Duration::from_secs(3));
    let mut summary = Summary::default();
    for work in body_sizes().chain(headers()).chain(queries()) {
        let subjects = vec![signers::floor(&work), signers::sigtower(&work)];
        summary.add(work.name, measure(subjects, time));
    }
    for (plain, odd) in oddities() {
        let plain = signers::sigtower(&plain).named("floor");
        let subjects = vec![plain, signers::sigtower(&odd)];
        summary.add(odd.name, measure(subjects, time)); // the ratio is unusual / usual
    }
    let roomless = signers::sigtower(&put_300().without_room()).named("no room");
    let subjects = vec![signers::sigtower(&put_300()), roomless];
    summary.add("header map without room", measure(subjects, time));
    summary.finish("cost")?;
    Ok(())
}

fn body_sizes() -> impl Iterator<Item = Work> {
    let sizes = [
        ("body 0", 0),
        ("body 100 B", 100),
        ("body 1 KiB", 1 << 10),
        ("body 10 KiB", 10 << 10),
        ("body 100 KiB", 100 << 10),
        ("body 1 MiB", 1 << 20),
    ];
    sizes
        .into_iter()
        .map(|(name, size)| put_300().with_body(json(size)).named(name))
}

fn headers() -> impl Iterator<Item = Work> {
    let with = |name: &'static str, count: usize, signed: bool| {
        let names = &NAMES[..count];
        let work = names.iter().fold(get_health(), |work, header| {
            work.with_header(header, "a value of a usual length")
        });
        let work = work.named(name);
        if signed {
            work.with_every_header_signed()
        } else {
            work
        }
    };
    [
        with("5 more headers", 5, false),
        with("10 more headers", 10, false),
        with("20 more headers", 20, false),
        with("5 more headers, signed", 5, true),
        with("10 more headers, signed", 10, true),
        with("20 more headers, signed", 20, true),
    ]
    .into_iter()
}

fn queries() -> impl Iterator<Item = Work> {
    let with = |name, count: usize| {
        let parameters: Vec<_> = (10..10 + count).map(|at| format!("p{at}=v{at}")).collect();
        let path = format!("/movies/_search?{}", parameters.join("&"));
        get_health().with_path(&path).named(name)
    };
    [
        with("1 parameter", 1),
        with("10 parameters", 10),
        with("50 parameters", 50),
    ]
    .into_iter()
}

/// Pairs of a usual request and an unusual one of the same length, which needs more work to become
/// canonical.
fn oddities() -> Vec<(Work, Work)> {
    let path = |plain: &str, odd: &str, name| {
        let put = || put_300();
        (put().with_path(plain), put().with_path(odd).named(name))
    };
    let header = |plain, odd, name| {
        let put = || put_300();
        (
            put().with_header("x-amz-meta-title", plain),
            put().with_header("x-amz-meta-title", odd).named(name),
        )
    };
    let sorted = search_1k();
    let unsorted = "/movies/_search?size=50&routing=user-1017&request_cache=true\
                    &ignore_unavailable=true&allow_no_indices=true";
    let repeated = "/movies/_search?allow_no_indices=true&ignore_unavailable=true\
                    &request_cache=true&routing=user-1017&routing";
    vec![
        path(
            "/movies/_doc/cafe-noir-and-other-stories-of-the-night",
            "/movies/_doc/caf%C3%A9%20noir%20and%20other%20stories",
            "odd: id with escapes",
        ),
        path(
            "/movies/_doc/a-b-c-d",
            "/movies/_doc/a%2Fb%20c",
            "odd: id with a slash",
        ),
        (
            sorted.clone(),
            sorted
                .clone()
                .with_path(unsorted)
                .named("odd: unsorted query"),
        ),
        (
            sorted.clone(),
            sorted.with_path(repeated).named("odd: repeated parameter"),
        ),
        header(
            "the-quick-brown-fox-jumps-over-the-lazy-dog",
            " the quick  brown fox jumps over the  lazy ",
            "odd: spaces in a header",
        ),
    ]
}

const NAMES: [&str; 20] = [
    "x-app-a", "x-app-b", "x-app-c", "x-app-d", "x-app-e", "x-app-f", "x-app-g", "x-app-h",
    "x-app-i", "x-app-j", "x-app-k", "x-app-l", "x-app-m", "x-app-n", "x-app-o", "x-app-p",
    "x-app-q", "x-app-r", "x-app-s", "x-app-t",
];
