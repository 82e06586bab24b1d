//! opensearch-rs has no bulk helper: its `Bulk` call in a loop written by hand.

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use opensearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
use opensearch::{BulkOperation, BulkParts, OpenSearch};
use serde::Deserialize;

use super::cpu;
use super::documents::Document;

#[derive(Deserialize)]
struct Response {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Status,
}

#[derive(Deserialize)]
struct Status {
    status: u16,
}

/// Sends one request of about 5 MiB after another, and reads the status of each item.
pub(crate) async fn load(
    origin: &str,
    documents: &[Document],
    count: usize,
    is_signed: bool,
) -> Duration {
    let pool = SingleNodeConnectionPool::new(url::Url::parse(origin).expect("a URL"));
    let mut transport = TransportBuilder::new(pool);
    if is_signed {
        let keys = sigtower::Credentials::new("AKIDEXAMPLE", "secret", None);
        let keys = SharedCredentialsProvider::new(aws_credential_types::Credentials::from(keys));
        let region = aws_types::region::Region::new("us-east-1");
        let auth = opensearch::auth::Credentials::AwsSigV4(keys, region);
        transport = transport.auth(auth).service_name("es");
    }
    let client = OpenSearch::new(transport.build().expect("a transport"));
    let began = cpu();
    let mut all = documents.iter().cycle().take(count).peekable();
    let mut done = 0;
    while all.peek().is_some() {
        let chunk = all.by_ref().take(DOCUMENTS_OF_5_MIB);
        let operations: Vec<BulkOperation<_>> = chunk
            .map(|document| BulkOperation::index(document).into())
            .collect();
        let response = client
            .bulk(BulkParts::Index("logs"))
            .filter_path(&["errors", "items.*.status", "items.*.error"])
            .body(operations)
            .send()
            .await;
        let response = response.expect("a response").json::<Response>().await;
        let items = response.expect("a bulk response").items;
        done += items.iter().filter(|item| item.index.status == 201).count();
    }
    assert_eq!(done, count);
    cpu() - began
}

/// A document has 126 bytes on average, its action line and the newlines 14.
const DOCUMENTS_OF_5_MIB: usize = 5 * 1024 * 1024 / 140;
