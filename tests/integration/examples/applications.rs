use sigtower::testing::Domain;

use super::*;

#[tokio::test]
async fn with_dsl_searches_an_embedded_domain_and_one_at_a_url() {
    let domain = Domain::builder().principal(principal()).start().await;
    let at_url = example("with_dsl")
        .keys(KEY, SECRET, "")
        .env("AWS_REGION", "us-east-1")
        .env("OPENSEARCH_URL", &domain.url());
    for run in [example("with_dsl"), at_url] {
        let run = run.run().await;
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let printed: Vec<_> = run.stdout.lines().collect();
        assert_eq!(printed, ["Alien of 1979", "horror: 2", "crime: 1"]);
    }
    let last = domain.requests().pop().unwrap();
    assert_eq!(last.method, "DELETE");
}

#[tokio::test]
#[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
async fn everyday_does_its_work_on_opensearch() {
    let url = std::env::var("OPENSEARCH_UPSTREAM");
    let url = url.expect("OPENSEARCH_UPSTREAM is the URL of an OpenSearch");
    let admin = principal().with_role_arn("arn:aws:iam::123456789012:role/admin");
    let domain = Domain::builder().principal(admin).upstream(&url);
    let domain = domain.start().await;
    let run = example("everyday")
        .keys(KEY, SECRET, "")
        .env("AWS_REGION", "us-east-1")
        .env("OPENSEARCH_URL", &domain.url())
        .run()
        .await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let printed: Vec<_> = run.stdout.lines().collect();
    assert_eq!(
        printed,
        [
            "stored 1",
            "stored 2",
            "stored 3",
            "search 0: Heat of 1995",
            "search 0: Ronin of 1998",
            "search 1: Alien of 1979",
            "crime: 2, the newest of 1998",
            "horror: 1, the newest of 1979",
            "2 of 2 seen",
        ]
    );
}
