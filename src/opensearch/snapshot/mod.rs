//! Snapshots: `/_snapshot`
//! ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/)).
//!
//! | to | use |
//! | --- | --- |
//! | register a bucket or a directory | [`Repository`] and [`Register`] |
//! | list, check, clean up and unregister repositories | [`GetRepository`], [`Verify`], [`Cleanup`], [`DeleteRepository`] |
//! | make a snapshot | [`Create`] |
//! | wait for one, or follow its progress | [`Finish`] |
//! | get, copy and delete snapshots | [`Get`], [`Status`], [`CloneSnapshot`], [`Delete`] |
//! | restore indices | [`Restore`] |
//! | list the snapshots that Amazon OpenSearch Service takes | [`automated`] |
//! | copy indices to a different domain | [`Migration`] |
//!
//! The whole workflow:
//!
//! ```no_run
//! # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
//! use sigtower::opensearch::snapshot::{Create, Repository, Restore};
//!
//! let repository = Repository::s3("my-bucket", "arn:aws:iam::123456789012:role/snapshots");
//! repository.register("backups").run(&client).await?;
//! Create::new("backups", "monday").indices("movies").run(&client).await?;
//! let restore = Restore::new("backups", "monday").rename("movies", "movies-restored");
//! restore.run(&client).await?.all()?;
//! # Ok(())
//! # }
//! ```
//!
//! Each of them is a call too: `client.send(Create::new("backups", "monday"))` sends one request, and
//! `wait` on its response does the rest.
//!
//! # Permissions
//!
//! On a domain, [`policy`](crate::policy) makes the documents that the workflow needs:
//!
//! | what is missing | how it shows | document |
//! | --- | --- | --- |
//! | the caller may not pass the role | 403, `iam:PassRole` | [`snapshot_access`](crate::policy::snapshot_access) |
//! | the caller's role is not mapped to `manage_snapshots` | 403, `cluster:admin/repository/put` | [`role_mapping`](crate::policy::role_mapping()) |
//! | the service may not assume the role | `sts:AssumeRole` | [`trust`](crate::policy::trust()) |
//!
//! The error's [`hint`](crate::opensearch::Error::hint) names the cause, and its
//! [`document`](crate::opensearch::Error::document) is the document.
//!
//! # Serverless collections
//!
//! A collection takes its own snapshots, every hour
//! ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-snapshots.html)).
//! [`automated`] and [`Get`] list them, and [`Restore`] restores all indices or some of them into the same collection,
//! one restore at a time. Each other call fails with
//! [`ErrorKind::Unsupported`](crate::opensearch::ErrorKind::Unsupported) before anything is sent.
//!
//! ```no_run
//! # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
//! use futures_util::TryStreamExt;
//! use sigtower::opensearch::snapshot::{self, Restore};
//!
//! let Some((repository, newest)) = snapshot::automated(&client).await?.pop() else {
//!     return Ok(());
//! };
//! let restore = Restore::new(repository, newest.snapshot).indices("movies").rename("(.+)", "restored-$1");
//! let restoring = client.send(&restore).await?;
//! let mut progress = std::pin::pin!(restoring.progress(&client));
//! while let Some(restored) = progress.try_next().await? {
//!     println!("{} of {} indices are restored", restored.ready(), restored.indices.len());
//! }
//! # Ok(())
//! # }
//! ```

mod advice;
mod automated;
mod cleanup;
mod clone_snapshot;
mod create;
mod delete;
mod delete_repository;
mod finish;
mod get;
mod get_repository;
mod info;
mod migrate;
mod name;
mod recovery;
mod register;
mod rename;
mod repository;
mod restore;
mod restore_progress;
mod restore_wait;
mod restored;
mod restored_index;
mod selection;
mod status;
mod verify;

#[cfg(test)]
mod tests;

pub use self::automated::automated;
pub use self::cleanup::{Cleanup, CleanupResponse, CleanupResults};
pub use self::clone_snapshot::CloneSnapshot;
pub use self::create::{Create, CreateResponse};
pub use self::delete::Delete;
pub use self::delete_repository::DeleteRepository;
pub use self::finish::Finish;
pub use self::get::Get;
pub use self::get_repository::{GetRepository, RegisteredRepository};
pub use self::info::{ShardFailure, SnapshotInfo, State};
pub use self::migrate::{MigratedIndex, Migration};
pub use self::name::{AUTOMATED, AUTOMATED_ENCRYPTED, AUTOMATED_SERVERLESS};
pub use self::register::Register;
pub use self::repository::Repository;
pub use self::restore::{Restore, RestoreResponse, RestoredSnapshot};
pub use self::restored::{Restored, RestoredIndex};
pub use self::status::{
    FileCount, IndexStatus, ShardStatus, ShardsStats, SnapshotStatus, Stats, Status,
};
pub use self::verify::{VerifiedNode, Verify, VerifyResponse};
