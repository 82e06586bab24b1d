//! The YAML tests of a different project: each runs twice on a real OpenSearch, once by the signed client and once by plain
//! hyper, and every step must have the same outcome.
//!
//! The tests are those of `org.elasticsearch:rest-api-spec`, from which OpenSearch's own descend. Their licence is Apache 2.0;
//! `tests/rest-api-spec.sh` downloads them to `target`. Whether an expectation of a test holds does not matter here, because
//! OpenSearch is a different server. It matters that it holds, or does not hold, in both ways.

mod api;
mod clean;
mod compare;
mod expectation;
mod files;
mod outcome;
mod plain;
mod run;
mod signed;
mod stash;
mod table;
mod typed;

use std::path::PathBuf;

use sigtower::testing::Domain;

use self::api::Apis;
use self::clean::clean;
use self::compare::{Verdict, compare};
use self::plain::Plain;
use self::run::run;
use self::signed::Signed;
use self::table::Table;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the YAML tests and a real OpenSearch without data: .ci/soak yaml"]
async fn each_step_of_the_yaml_tests_has_the_same_outcome_signed_and_plain() {
    let directory = PathBuf::from(variable("REST_API_SPEC"));
    let upstream = variable("OPENSEARCH_UPSTREAM");
    let only = std::env::var("YAML_ONLY").unwrap_or_default();
    let (part, parts) = part();
    let apis = Apis::read(&directory.join("api"));
    let domain = Domain::builder().upstream(&upstream).start().await;
    let plain = Plain::new(&upstream);
    let signed = Signed::new(&domain);
    let mut table = Table::default();
    for (number, test) in files::read(&directory.join("test")).into_iter().enumerate() {
        if !test.name.starts_with(&only) || number % parts != part % parts {
            continue;
        }
        println!("{}", test.name);
        if let Some(reason) = test.skipped {
            table.skip(reason);
            continue;
        }
        clean(&plain).await;
        let by_signed = run(&test, &apis, &signed).await;
        clean(&plain).await;
        let by_plain = run(&test, &apis, &plain).await;
        // The domain keeps every request that it has received.
        domain.clear_requests();
        let verdict = compare(&by_signed, &by_plain);
        if let Verdict::Different(what) = &verdict {
            println!("DIFFERENT {}: {what}", test.name);
        }
        table.add(&verdict, &by_signed);
    }
    clean(&plain).await;
    println!("{table}");
    let is_part = !only.is_empty() || parts > 1;
    assert!(table.is_proof(is_part), "see the table above");
}

/// `YAML_PART=2/10` runs every tenth test. The ten parts together run each test once.
fn part() -> (usize, usize) {
    let part = std::env::var("YAML_PART").unwrap_or_else(|_| "1/1".into());
    let numbers = part.split_once('/').expect("YAML_PART is like 2/10");
    (numbers.0.parse().unwrap(), numbers.1.parse().unwrap())
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; .ci/soak yaml sets it"))
}
