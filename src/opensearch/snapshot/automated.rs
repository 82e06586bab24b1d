use super::get::Get;
use super::info::SnapshotInfo;
use super::name::automated_repositories;
use crate::opensearch::client::Client;
use crate::opensearch::error::{Error, ErrorKind};

/// Lists the snapshots that the service has taken of a domain or a collection, with the name of their repository, the
/// oldest first.
///
/// A domain has one of [`AUTOMATED`](super::AUTOMATED) and
/// [`AUTOMATED_ENCRYPTED`](super::AUTOMATED_ENCRYPTED). A serverless collection has
/// [`AUTOMATED_SERVERLESS`](super::AUTOMATED_SERVERLESS). Restore one of the snapshots with
/// [`Restore`](super::Restore).
///
/// ```no_run
/// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
/// use sigtower::opensearch::snapshot::{self, Restore};
///
/// if let Some((repository, newest)) = snapshot::automated(&client).await?.pop() {
///     let restore = Restore::new(repository, newest.snapshot).indices("movies");
///     restore.rename("movies", "movies-restored").run(&client).await?.all()?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`Client::send`]. A repository that does not exist is no error.
pub async fn automated(client: &Client) -> Result<Vec<(&'static str, SnapshotInfo)>, Error> {
    let mut found = Vec::new();
    for &repository in automated_repositories(client.target()) {
        match client.send(Get::all(repository)).await {
            Ok(snapshots) => found.extend(snapshots.into_iter().map(|it| (repository, it))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by_key(|(_, snapshot)| snapshot.start_time_in_millis);
    Ok(found)
}
