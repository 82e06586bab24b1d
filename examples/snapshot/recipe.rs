//! The recipe, step by step.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, TryStreamExt};
use sigtower::BoxError;
use sigtower::opensearch::snapshot::{Create, Finish, Get, Restore, SnapshotInfo, State};
use sigtower::opensearch::{Client, index};

use super::Arguments;
use super::documents::Documents;

pub(crate) async fn follow(client: &Client, arguments: &Arguments) -> Result<(), BoxError> {
    let (index, repository) = (&*arguments.index, &*arguments.repository);
    arguments.place().register(repository).run(client).await?;
    println!("registered: repository {repository}");
    let known = client.send(Get::all(repository)).await?;

    if !client.send(index::Exists::new(index)).await? {
        let Some(snapshot) = newest(&known, index, arguments.snapshot.as_deref()) else {
            let message = format!(
                "index {index} does not exist, and no complete snapshot in {repository} contains it"
            );
            return Err(message.into());
        };
        println!("found: index {index} is missing, and snapshot {snapshot} contains it");
        restore(client, repository, snapshot, index).await?;
        let documents = Documents::read(client, index).await?;
        println!(
            "restored: {} documents, with nothing to compare them to",
            documents.len()
        );
        return Ok(());
    }

    let before = Documents::read(client, index).await?;
    let snapshot = free_name(&known, arguments);
    client.send(create(repository, &snapshot, index)).await?;
    let finish = Finish::new(repository, &snapshot);
    let mut progress = finish.progress(client).boxed();
    while let Some(status) = progress.try_next().await? {
        let shards = status.shards_stats;
        println!("snapshot: {} of {} shards", shards.done, shards.total);
    }
    finish.run(client).await?;
    println!("made: snapshot {snapshot} with {} documents", before.len());

    Documents::read(client, index)
        .await?
        .check_same(&before)
        .map_err(|difference| {
            format!("index {index} changed during the snapshot and was not deleted: {difference}")
        })?;
    client.send(index::Delete::new(index)).await?;
    println!("deleted: index {index}");
    restore(client, repository, &snapshot, index).await?;
    Documents::read(client, index)
        .await?
        .check_same(&before)
        .map_err(|difference| {
            format!("index {index} differs from what it was before: {difference}")
        })?;
    println!(
        "compared: {} documents are the same as before",
        before.len()
    );
    Ok(())
}

pub(crate) fn create(repository: &str, snapshot: &str, index: &str) -> Create {
    Create::new(repository, snapshot)
        .indices(index)
        .include_global_state(false)
}

pub(crate) fn restore_of(repository: &str, snapshot: &str, index: &str) -> Restore {
    Restore::new(repository, snapshot).indices(index)
}

async fn restore(
    client: &Client,
    repository: &str,
    snapshot: &str,
    index: &str,
) -> Result<(), BoxError> {
    let response = client.send(restore_of(repository, snapshot, index)).await?;
    let mut progress = response.progress(client).boxed();
    while let Some(restored) = progress.try_next().await? {
        println!(
            "restore: {} of {} indices",
            restored.ready(),
            restored.indices.len()
        );
    }
    for index in response.wait(client).await?.all()? {
        println!("restored: index {} is {}", index.index, index.status);
    }
    Ok(())
}

/// The newest complete snapshot that contains the index, or the one of this name.
fn newest<'a>(known: &'a [SnapshotInfo], index: &str, name: Option<&str>) -> Option<&'a str> {
    let candidates = known.iter().filter(|it| {
        it.state == State::Success
            && it.indices.iter().any(|it| it == index)
            && name.is_none_or(|name| {
                it.snapshot == name || it.snapshot.starts_with(&format!("{name}-"))
            })
    });
    let newest = candidates.max_by_key(|it| it.start_time_in_millis)?;
    Some(&newest.snapshot)
}

/// The given name, or one of the index and the time; with a number if a snapshot has this name.
fn free_name(known: &[SnapshotInfo], arguments: &Arguments) -> String {
    let name = name(arguments);
    let is_free = |name: &String| known.iter().all(|it| it.snapshot != *name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone())
        .chain(numbered)
        .find(is_free)
        .unwrap_or(name)
}

pub(crate) fn name(arguments: &Arguments) -> String {
    arguments.snapshot.clone().unwrap_or_else(|| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        format!("{}-{}", arguments.index, now.as_secs())
    })
}
