use std::time::Duration;

use super::get::Get;
use super::rename::Rename;
use super::selection::Selection;
use crate::opensearch::cat::RecoveryRow;
use crate::opensearch::client::Client;
use crate::opensearch::cluster::Status;
use crate::opensearch::error::{Error, ErrorKind};

/// What a restore waits for.
#[derive(Clone, Debug)]
pub(super) struct RestoreWait {
    pub(super) repository: String,
    pub(super) snapshot: String,
    pub(super) selection: Selection,
    pub(super) rename: Option<Rename>,
    pub(super) status: Status,
    pub(super) limit: Duration,
    /// The recoveries of a collection before the restore began, as far as they were read.
    pub(super) before: Vec<RecoveryRow>,
}

impl RestoreWait {
    /// Names in the snapshot and in the cluster.
    pub(super) async fn names(&self, client: &Client) -> Result<Vec<(String, String)>, Error> {
        let (repository, snapshot) = (&self.repository, &self.snapshot);
        let found = client.send(Get::new(repository, snapshot)).await?.pop();
        let info = found.ok_or_else(|| {
            let line = format!("repository `{repository}` has no snapshot `{snapshot}`");
            Error::new(ErrorKind::NotFound, line)
        })?;
        let selected = self.selection.of(&info.indices, &info.data_streams);
        let names = selected.into_iter().map(|source| {
            let target = match &self.rename {
                Some(rename) => rename.apply(source)?,
                None => source.to_owned(),
            };
            Ok((source.to_owned(), target))
        });
        names.collect()
    }
}
