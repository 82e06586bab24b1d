//! The source of a stream processor: follows an index, and continues after the last document that was
//! processed. `source.rs` is all of it.
//!
//! Run: `cargo run --example source`
//!
//! With `OPENSEARCH_URL` it follows an index of that domain, with credentials and region from the
//! `AWS_*` variables: `cargo run --example source -- logs cursor.json`. Its documents need a field `time`.

mod source;

use std::env;
use std::path::Path;

use serde_json::json;
use sigtower::BoxError;
use sigtower::opensearch::{Client, Refresh, document};
use sigtower::testing::Domain;

use self::source::Source;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    if env::var_os("OPENSEARCH_URL").is_some() {
        let mut arguments = env::args().skip(1);
        let (Some(index), Some(cursor)) = (arguments.next(), arguments.next()) else {
            return Err("usage: source INDEX CURSOR_FILE".into());
        };
        let client = Client::from_env()?;
        return follow(&client, &index, Path::new(&cursor), u64::MAX).await;
    }
    let domain = Domain::start().await;
    let client = domain.client();
    let cursor = env::temp_dir().join(format!("sigtower-source-{}", std::process::id()));
    for round in 0..2 {
        for n in 0..3 {
            let log = json!({ "time": round * 1000 + n / 2, "message": format!("hello {n}") });
            let write = document::Index::new("logs", &log).id(format!("{round}-{n}"));
            client.send(write.refresh(Refresh::True)).await?;
        }
        // The second round continues where the first one ended.
        follow(&client, "logs", &cursor, 3).await?;
    }
    std::fs::remove_file(cursor)?;
    Ok(())
}

async fn follow(client: &Client, index: &str, cursor: &Path, most: u64) -> Result<(), BoxError> {
    let mut source = Source::open(client, index, cursor)?;
    for _ in 0..most {
        let hit = source.next().await?;
        println!("{} {}", hit.id, hit.source);
        source.acknowledge(&hit)?;
    }
    Ok(())
}
