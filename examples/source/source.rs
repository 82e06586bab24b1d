use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use futures_util::TryStreamExt;
use serde_json::Value;
use sigtower::BoxError;
use sigtower::export::{Hit, HitStream};
use sigtower::opensearch::Client;

/// Follows an index by a timestamp and a tiebreaker, with a cursor kept in a file.
pub(crate) struct Source {
    documents: HitStream<Value>,
    cursor: PathBuf,
}

impl Source {
    /// Continues after the cursor in the file, or begins with the first document.
    pub(crate) fn open(client: &Client, index: &str, cursor: &Path) -> Result<Self, BoxError> {
        let export = client.export(index).sort("time").tiebreaker("_id");
        let export = match fs::read_to_string(cursor) {
            Ok(text) => export.resume_after(serde_json::from_str::<Vec<Value>>(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => export,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            documents: export.follow(Duration::from_secs(1)),
            cursor: cursor.to_owned(),
        })
    }

    /// The next document; waits until there is one.
    pub(crate) async fn next(&mut self) -> Result<Hit<Value>, BoxError> {
        let next = self.documents.try_next().await?;
        next.ok_or_else(|| "the source has failed before".into())
    }

    /// Moves the cursor after a document that was processed. A source that is killed before delivers
    /// the document again, and loses none.
    pub(crate) fn acknowledge(&self, hit: &Hit<Value>) -> Result<(), BoxError> {
        let new = self.cursor.with_extension("new");
        fs::write(&new, serde_json::to_string(&hit.sort)?)?;
        fs::rename(new, &self.cursor)?;
        Ok(())
    }
}
