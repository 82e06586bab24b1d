use super::repository::Repository;
use super::restore::Restore;
use crate::opensearch::client::Client;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::index;
use crate::opensearch::search::Count;

/// Copies indices from one domain to another through a repository that both reach.
///
/// 1. Registers the repository on the target, read-only: only one cluster may write to it.
/// 2. Restores the indices of the snapshot there, and waits for them.
/// 3. Compares the number of documents of each index on both.
///
/// Make the snapshot on the source first, and stop writing to the indices before that. For S3, the
/// trust policy of the role must admit both domains.
///
/// ```no_run
/// # async fn example(old: sigtower::Client, new: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
/// use sigtower::opensearch::snapshot::{Create, Migration, Repository, Restore};
///
/// let repository = Repository::s3("my-bucket", "arn:aws:iam::123456789012:role/snapshots");
/// repository.register("migration").run(&old).await?;
/// Create::new("migration", "monday").indices("movies").run(&old).await?;
///
/// let restore = Restore::new("migration", "monday").indices("movies");
/// for index in Migration::new(repository, restore).run(&old, &new).await? {
///     println!("{}: {} documents", index.target, index.documents);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Migration {
    repository: Repository,
    restore: Restore,
}

/// An index that a [`Migration`] copied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigratedIndex {
    /// The index on the source.
    pub source: String,
    /// The index on the target.
    pub target: String,
    /// How many documents each of both has.
    pub documents: u64,
}

impl Migration {
    /// Copies what `restore` names. Its repository is registered on the target under the same name.
    pub fn new(repository: Repository, restore: Restore) -> Self {
        Self {
            repository,
            restore,
        }
    }

    /// Copies the indices.
    ///
    /// # Errors
    ///
    /// As [`Register::run`](super::Register::run) and [`Restore::run`]; [`ErrorKind::Incomplete`] when
    /// the numbers of documents differ, with the name of the index.
    pub async fn run(self, source: &Client, target: &Client) -> Result<Vec<MigratedIndex>, Error> {
        let repository = self.repository.readonly(true);
        let register = repository.register(self.restore.repository());
        register.run(target).await?;
        let restored = self.restore.run(target).await?.all()?;
        let mut migrated = Vec::new();
        for index in restored {
            let before = count(source, &index.source).await?;
            let documents = count(target, &index.index).await?;
            if before != documents {
                let line = format!(
                    "index `{}` has {before} documents on the source, but `{}` has {documents} on the target",
                    index.source, index.index
                );
                let hint = "stop writing to the source, make a new snapshot, delete the index on the target, and migrate again";
                return Err(Error::new(ErrorKind::Incomplete, line).with_hint(hint));
            }
            migrated.push(MigratedIndex {
                source: index.source,
                target: index.index,
                documents,
            });
        }
        Ok(migrated)
    }
}

async fn count(client: &Client, name: &str) -> Result<u64, Error> {
    client.send(index::Refresh::new(name)).await?;
    Ok(client.send(Count::new(name)).await?.count)
}
