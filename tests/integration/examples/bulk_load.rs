use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sigtower::opensearch::search::Count;
use sigtower::testing::{Domain, Fault};

use super::*;

#[tokio::test]
async fn every_format_is_read_and_bad_lines_are_rejected_with_their_place() {
    let ndjson = "\u{feff}{\"a\":1}\r\n\r\n  \n{\"a\":}\n[1]\n{\"a\":2}";
    let bulk = "\n{\"index\":{\"_id\":\"1\"}}\n{\"a\":1}\n\n{\"bogus\":{}}\n{\"a\":2}\n\
                {\"delete\":{\"_id\":\"1\"}}\r\n{\"create\":{\"_id\":\"2\"}}\r\n{\"a\":3}\r\n\
                {\"index\":{\"_id\":\"3\"}}\n{\"a\"\n{\"index\":{}}";
    let json = "[\n {\"a\": \"],{\\\"\"}, {\"a\":\n  tru},\n7, {\"a\":\n\n1}]\n";
    let csv = "a,b\r\n\r\n1,2\r\n3\r\n\"x\ny\",\"\"\"\"\r\n1,2,3\r\n";
    for (name, input, ok, places) in [
        ("a.ndjson", ndjson, 2, &["4:6", "5:1"][..]),
        ("a.bulk", bulk, 3, &["5:1", "11:4", "12:13"]),
        ("a.json", json, 2, &["3:6", "4:1"]),
        ("a.csv", csv, 2, &["4:2", "7:3"]),
        ("empty", "", 0, &[]),
        ("array", " [ ] ", 0, &[]),
        ("open", "[{\"a\":1}", 0, &["1:9"]),
        ("after", "[{\"a\":1}] x", 0, &["1:11"]),
    ] {
        for gzip in [false, true] {
            let directory = Directory::new();
            let bytes = if gzip {
                gzipped(input)
            } else {
                input.as_bytes().to_vec()
            };
            let file = directory.write(name, &bytes);
            let rejects = directory.path("rejects");
            let summary = directory.path("summary");
            let arguments = [
                "--file",
                &file,
                "--rejects",
                &rejects,
                "--summary",
                &summary,
            ];
            let run = example("bulk_load").args(arguments).run().await;
            let code = if places.is_empty() { 0 } else { 2 };
            assert_eq!(run.code, code, "{name} {run:?}");
            let found: Vec<_> = bad_lines(&rejects).iter().map(place).collect();
            let expected: Vec<_> = places
                .iter()
                .map(|place| format!("{file}:{place}"))
                .collect();
            assert_eq!(found, expected, "{name}");
            for place in &expected {
                assert!(
                    run.stderr.contains(&format!("{place}: ")),
                    "{place} {run:?}"
                );
            }
            assert_summary(&summary, ok, places.len() as u64);
        }
    }
}

#[tokio::test]
async fn the_id_and_the_routing_come_from_fields() {
    let domain = domain().await;
    let input = "{\"k\":\"a b\",\"r\":7}\n{\"k\":12,\"r\":8}\n{\"r\":1}\n{\"k\":\"\",\"r\":1}\n";
    let fields = [
        "--file",
        "-",
        "--index",
        "m",
        "--id-field",
        "k",
        "--routing-field",
        "r",
    ];
    let run = on(&domain).args(fields).input(input).run().await;
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("-:3:1: the document has no field `k`"),
        "{run:?}"
    );
    let mut hits = sigtower_hits(&domain, "m").await;
    hits.sort();
    let pair = |id: &str, routing: &str| (id.to_owned(), Some(routing.to_owned()));
    assert_eq!(hits, [pair("12", "8"), pair("a b", "7")]);
    // The same documents are no longer new.
    let run = on(&domain)
        .args(fields)
        .args(["--op", "create"])
        .input(input)
        .run()
        .await;
    assert!(run.stderr.contains("version_conflict"), "{run:?}");
    let run = on(&domain)
        .args(fields[..6].iter().copied())
        .args(["--op", "update", "--no-gzip"])
        .input(input)
        .run()
        .await;
    assert!(run.stdout.starts_with("loaded 2 of 4"), "{run:?}");
}

#[tokio::test]
async fn rejected_operations_can_be_loaded_again() {
    let domain = domain().await;
    let directory = Directory::new();
    let (rejects, summary) = (directory.path("rejects"), directory.path("summary"));
    domain.next_passes().next_items([201, 400, 201, 400, 400]);
    let input = "{\"index\":{\"_id\":\"0\"}}\n{\"n\":0}\n{\"index\":{\"_id\":\"1\",\"routing\":\"ж\"}}\n{\"n\":1}\n\
                 {\"index\":{\"_id\":\"2\"}}\n{\"n\":2}\n{\"create\":{\"_id\":\"3\",\"_index\":\"other\"}}\n{\"n\":3}\n\
                 {\"update\":{\"_id\":\"4\"}}\n{\"doc\":{\"n\":4},\"doc_as_upsert\":true}\n";
    let arguments = [
        "--file",
        "-",
        "--index",
        "m",
        "--rejects",
        &rejects,
        "--summary",
        &summary,
    ];
    let run = on(&domain).args(arguments).input(input).run().await;
    let kept = std::fs::read_to_string(&rejects).unwrap();
    let summary = read_summary(&summary);
    let rejected = summary["rejected"].as_u64().unwrap();
    assert_eq!((run.code, rejected > 0), (2, true), "{run:?} {kept}");
    assert_eq!(kept.matches("not_loaded").count() as u64, rejected);
    let again = on(&domain)
        .args(["--file", &rejects, "--index", "unused"])
        .run()
        .await;
    assert_eq!(again.code, 0, "{again:?} {kept}");
    let mut hits = sigtower_hits(&domain, "m").await;
    hits.extend(sigtower_hits(&domain, "other").await);
    hits.sort();
    let ids: Vec<_> = hits.iter().map(|(id, _)| &**id).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    assert_eq!(hits[1].1.as_deref(), Some("ж"));
}

#[tokio::test]
async fn bad_lines_that_are_loaded_again_keep_their_place() {
    let directory = Directory::new();
    let file = directory.write("bad.ndjson", b"{\"a\":1}\n{\"a\":}\n");
    let (first, second) = (directory.path("first"), directory.path("second"));
    let run = example("bulk_load")
        .args(["--file", &file, "--rejects", &first])
        .run()
        .await;
    assert_eq!(run.code, 2, "{run:?}");
    let run = example("bulk_load")
        .args(["--file", &first, "--rejects", &second])
        .run()
        .await;
    assert_eq!(run.code, 2, "{run:?}");
    let [first, second] = [first, second].map(|path| std::fs::read_to_string(path).unwrap());
    assert_eq!(first, second);
}

#[tokio::test]
async fn an_interrupted_load_knows_every_outcome_and_continues() {
    let domain = domain().await;
    domain.every(1, Fault::delay(Duration::from_millis(20)));
    let directory = Directory::new();
    let (summary, resume) = (directory.path("summary"), directory.path("resume"));
    let arguments = || slow(&["--index", "m", "--summary", &summary, "--resume", &resume]);
    let mut child = on(&domain).args(arguments().iter().map(|it| &**it)).spawn();
    while loaded(&resume) < 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let pid = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().await.unwrap().code(), Some(2));
    let first = read_summary(&summary)["ok"].as_u64().unwrap();
    assert!((200..KILLED).contains(&first), "{first}");
    assert_summary(&summary, first, 0);
    let run = on(&domain)
        .args(arguments().iter().map(|it| &**it))
        .run()
        .await;
    assert_eq!(run.code, 0, "{run:?}");
    assert_summary(&summary, KILLED - first, 0);
    let count = domain.client().send(Count::new("m")).await.unwrap().count;
    assert_eq!(count, KILLED);
}

#[tokio::test]
async fn what_cannot_be_loaded_at_all_exits_with_1() {
    let directory = Directory::new();
    let resume = directory.path("resume");
    let cut = directory.write("cut.gz", &gzipped(&"{\"a\":1}\n".repeat(1000))[..60]);
    for (arguments, message) in [
        (&[][..], "--file"),
        (&["--file", "a", "--generate", "1"], "cannot be used with"),
        (&["--file", "/no/such/file"], "cannot read /no/such/file"),
        (&["--file", &cut], "cannot read the input further"),
        (
            &["--generate", "1", "--ids", "server", "--resume", &resume],
            "cannot be resumed",
        ),
    ] {
        let run = example("bulk_load")
            .args(arguments.iter().copied())
            .run()
            .await;
        assert_eq!(run.code, 1, "{arguments:?} {run:?}");
        assert!(run.stderr.contains(message), "{run:?}");
    }
    assert_eq!(example("bulk_load").args(["--help"]).run().await.code, 0);
    let run = example("bulk_load")
        .args(["--generate", "3", "--resume", &resume])
        .run()
        .await;
    assert_eq!(run.code, 0, "{run:?}");
    let run = example("bulk_load")
        .args(["--file", &cut, "--resume", &resume])
        .run()
        .await;
    assert!(
        run.code == 1 && run.stderr.contains("belongs to the input"),
        "{run:?}"
    );
}

/// Exports one index into a file, and loads the file into another one.
pub(crate) async fn round_trip(domain: &Domain, from: &str, to: &str) {
    let directory = Directory::new();
    let file = directory.path("documents");
    let run = at(example("export"), domain)
        .args(["--index", from, "--out", &file])
        .run()
        .await;
    assert_eq!(run.code, 0, "{run:?}");
    let run = on(domain)
        .args(["--file", &file, "--index", to])
        .run()
        .await;
    assert_eq!(run.code, 0, "{run:?}");
}

/// Loads [`KILLED`] documents; three loads are killed on the way.
pub(crate) async fn killed_three_times(domain: &Domain, index: &str) {
    domain.every(1, Fault::delay(Duration::from_millis(20)));
    let directory = Directory::new();
    let (summary, resume) = (directory.path("summary"), directory.path("resume"));
    let arguments = slow(&["--index", index, "--resume", &resume, "--summary", &summary]);
    let mut resent = 0;
    for round in 1..=3 {
        let mut child = on(domain).args(arguments.iter().map(|it| &**it)).spawn();
        while loaded(&resume) < round * KILLED / 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().await.unwrap();
        resent = loaded(&resume);
    }
    assert!(resent < KILLED, "all was loaded before the last kill");
    let run = on(domain)
        .args(arguments.iter().map(|it| &**it))
        .run()
        .await;
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(loaded(&resume), KILLED);
    assert_summary(&summary, KILLED - resent, 0);
}

/// How many documents a load has that is killed.
pub(crate) const KILLED: u64 = 2_000;

/// Many small requests.
fn slow(more: &[&str]) -> Vec<String> {
    let count = KILLED.to_string();
    let all = [
        "--generate",
        &count,
        "--memory",
        "65536",
        "--max-in-flight",
        "4",
    ];
    all.iter().chain(more).map(|&it| it.to_owned()).collect()
}

/// How many operations the resume file says are loaded.
fn loaded(resume: &str) -> u64 {
    let Ok(content) = std::fs::read(resume) else {
        return 0;
    };
    let content: Value = serde_json::from_slice(&content).expect("the file is always whole");
    let ranges = content["done"].as_array().unwrap().iter();
    ranges
        .map(|range| range[1].as_u64().unwrap() - range[0].as_u64().unwrap())
        .sum()
}

async fn domain() -> Domain {
    Domain::builder().principal(principal()).start().await
}

/// The example on this domain.
fn on(domain: &Domain) -> Example {
    at(example("bulk_load"), domain)
}

fn at(example: Example, domain: &Domain) -> Example {
    // With the rights of an administrator, also where a real OpenSearch has access control.
    domain.add_principal(principal().with_arn("arn:aws:iam::123456789012:role/admin"));
    let example = example.keys(KEY, SECRET, "");
    let example = example
        .env("AWS_REGION", domain.region())
        .env("AWS_SERVICE", domain.service());
    example.env("OPENSEARCH_URL", &domain.url())
}

/// Ids and routing values.
async fn sigtower_hits(domain: &Domain, index: &str) -> Vec<(String, Option<String>)> {
    use futures_util::TryStreamExt;

    let hits = domain.client().export::<Value>(index).stream();
    let hits: Vec<_> = hits.try_collect().await.unwrap();
    hits.into_iter().map(|hit| (hit.id, hit.routing)).collect()
}

fn assert_summary(path: &str, ok: u64, rejected: u64) {
    let summary = read_summary(path);
    let names: Vec<_> = summary
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = [
        "submitted",
        "ok",
        "rejected",
        "unknown",
        "retried",
        "requests",
        "bytes",
        "wire_bytes",
        "seconds",
        "peak_buffer_bytes",
    ];
    expected.sort();
    assert_eq!(names, expected);
    assert_eq!(
        (&summary["ok"], &summary["rejected"]),
        (&ok.into(), &rejected.into()),
        "{summary}"
    );
    assert_eq!(
        (&summary["submitted"], &summary["unknown"]),
        (&(ok + rejected).into(), &0.into()),
        "{summary}"
    );
}

fn read_summary(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bad_lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["bad_line"].is_object())
        .map(|mut line| line["bad_line"].take())
        .collect()
}

fn place(bad: &Value) -> String {
    format!(
        "{}:{}:{}",
        bad["file"].as_str().unwrap(),
        bad["line"],
        bad["column"]
    )
}

fn gzipped(text: &str) -> Vec<u8> {
    // Two members, as `cat a.gz b.gz` makes them.
    let half = text
        .char_indices()
        .nth(text.chars().count() / 2)
        .map_or(0, |(at, _)| at);
    let mut bytes = Vec::new();
    for part in [&text[..half], &text[half..]] {
        let mut encoder = GzEncoder::new(bytes, Compression::fast());
        encoder.write_all(part.as_bytes()).unwrap();
        bytes = encoder.finish().unwrap();
    }
    bytes
}

/// A directory for one test, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sigtower-bulk-load-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: &[u8]) -> String {
        std::fs::write(Path::new(&self.path(name)), content).unwrap();
        self.path(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
