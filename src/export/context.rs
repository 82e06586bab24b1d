use std::fmt;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;

use crate::opensearch::search::{ClearScroll, DeletePit};
use crate::opensearch::{Client, Error};

/// What the server keeps for an export: deleted when it is closed or dropped.
pub(super) struct Context {
    client: Client,
    kind: Kind,
    id: Mutex<Option<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pit,
    Scroll,
}

impl Context {
    pub(super) fn new(client: Client, kind: Kind, id: String) -> Self {
        Self {
            client,
            kind,
            id: Mutex::new(Some(id)),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The id for the next page.
    pub(super) fn id(&self) -> String {
        let id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
        id.clone().unwrap_or_default()
    }

    /// Each page may have a new id for the next one.
    pub(super) fn renew(&self, new: Option<String>) {
        let mut id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
        if new.is_some() && id.is_some() {
            *id = new;
        }
    }

    /// Deletes what the server keeps. If that fails, the server deletes it when its `keep_alive` has passed.
    pub(super) async fn close(&self) {
        if let Some(id) = self.take() {
            delete(&self.client, self.kind, id).await;
        }
    }

    fn take(&self) -> Option<String> {
        self.id
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let (Some(id), Ok(runtime)) = (self.take(), Handle::try_current()) else {
            return;
        };
        let (client, kind) = (self.client.clone(), self.kind);
        runtime.spawn(async move { delete(&client, kind, id).await });
    }
}

async fn delete(client: &Client, kind: Kind, id: String) {
    let deleted: Result<(), Error> = match kind {
        Kind::Pit => client.send(DeletePit::new([id])).await.map(drop),
        Kind::Scroll => client.send(ClearScroll::new([id])).await.map(drop),
    };
    if let Err(error) = deleted {
        tracing::debug!(%error, ?kind, "the search of an export is not deleted and will expire");
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
