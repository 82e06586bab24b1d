//! Opens a point in time or, where there is none, scrolls.

use std::panic::resume_unwind;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use super::check;
use super::context::{Context, Kind};
use super::error::ExportError;
use super::pages::{self, Pages};
use super::settings::Settings;
use crate::opensearch::cluster::Info;
use crate::opensearch::search::Hit;
use crate::opensearch::{Client, Error};

/// All pages of all slices; the first poll opens the search, and the last one closes it.
pub(super) fn pages<T: DeserializeOwned + Send + 'static>(
    client: Client,
    settings: Arc<Settings>,
) -> impl Stream<Item = Result<Vec<Hit<T>>, ExportError>> + Send {
    let pages = async move {
        let slices = open_in_task::<T>(client, settings).await?;
        let contexts: Vec<_> = slices.iter().map(Pages::context).collect();
        let slices = slices.into_iter().map(|slice| slice.into_stream().boxed());
        let close = async move {
            for context in contexts {
                context.close().await;
            }
            Ok(Vec::new())
        };
        Ok(stream::select_all(slices).chain(stream::once(close)))
    };
    stream::once(pages).try_flatten()
}

/// Opens the search in a task of its own: if the export is dropped meanwhile, the task learns the id
/// of what the server keeps, and deletes it.
async fn open_in_task<T: DeserializeOwned + Send + 'static>(
    client: Client,
    settings: Arc<Settings>,
) -> Result<Vec<Pages<T>>, ExportError> {
    let Ok(runtime) = Handle::try_current() else {
        return open(client, settings).await;
    };
    let index = settings.index.clone();
    match runtime.spawn(open(client, settings)).await {
        Ok(opened) => opened,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(ExportError::Invalid {
                index,
                reason: "the runtime shuts down; start the export in a runtime that stays",
            }),
        },
    }
}

async fn open<T: DeserializeOwned + Send + 'static>(
    client: Client,
    settings: Arc<Settings>,
) -> Result<Vec<Pages<T>>, ExportError> {
    if settings.after.is_some() && settings.slices > 1 {
        return Err(ExportError::Invalid {
            index: settings.index.clone(),
            reason: "each slice has a position of its own; resume with one slice",
        });
    }
    if settings.scroll {
        return scrolls(&client, &settings).await;
    }
    match client.send(settings.create_pit()).await {
        Ok(pit) => {
            let context = Arc::new(Context::new(client, Kind::Pit, pit.pit_id));
            let slices = 0..settings.slices;
            let pages = slices
                .map(|slice| Pages::new(Arc::clone(&settings), Arc::clone(&context), slice, None));
            Ok(pages.collect())
        }
        Err(error) if has_no_pit(&client, &error).await => scrolls(&client, &settings).await,
        Err(source) => Err(ExportError::Open {
            index: settings.index.clone(),
            source,
        }),
    }
}

async fn scrolls<T: DeserializeOwned + Send + 'static>(
    client: &Client,
    settings: &Arc<Settings>,
) -> Result<Vec<Pages<T>>, ExportError> {
    if settings.after.is_some() {
        return Err(ExportError::Invalid {
            index: settings.index.clone(),
            reason: "a scroll cannot be resumed; this needs a point in time (OpenSearch 2.4)",
        });
    }
    let mut opened = Vec::new();
    for slice in 0..settings.slices {
        let mut search = settings.search_of_index();
        search = search.scroll(settings.keep_alive()).track_total_hits(true);
        search = match settings.sort.is_empty() {
            // The order of the index costs the server least.
            true => search.sort("_doc"),
            false => search.sort(settings.sort.clone()),
        };
        if settings.slices > 1 {
            search = search.body_param("slice", pages::slice(slice, settings));
        }
        let first = client
            .send(search)
            .await
            .map_err(|source| ExportError::Open {
                index: settings.index.clone(),
                source,
            })?;
        let Some(id) = first.scroll_id.clone() else {
            // OpenSearch Serverless ignores the parameter.
            return Err(ExportError::Invalid {
                index: settings.index.clone(),
                reason: "the server supports no scrolls; export without `scroll`",
            });
        };
        let context = Arc::new(Context::new(client.clone(), Kind::Scroll, id));
        check::complete(&first, settings)?;
        opened.push(Pages::new(
            Arc::clone(settings),
            context,
            slice,
            Some(first),
        ));
    }
    Ok(opened)
}

/// Whether the server refused a point in time because its version has none.
async fn has_no_pit(client: &Client, error: &Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    let is_missing_index = error.error_type() == Some("index_not_found_exception");
    if !matches!(status, Some(400 | 404 | 405 | 501)) || is_missing_index {
        return false;
    }
    let Ok(info) = client.send(Info::new()).await else {
        return false;
    };
    let mut numbers = info
        .version
        .number
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    info.version.distribution.as_deref() != Some("opensearch") || version < (2, 4)
}
