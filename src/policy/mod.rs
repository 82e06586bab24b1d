//! IAM and serverless access documents as values: data only, no client.
//!
//! In: ARNs, bucket names and collection names. Out: the JSON document that AWS expects. You paste the
//! document into the console, or pass it to the CLI or to your infrastructure tool.
//!
//! | document | function |
//! | --- | --- |
//! | who may call a domain (the domain's access policy) | [`domain_access`] |
//! | what a user or role may do on a domain (an identity policy) | [`identity`] |
//! | access to the bucket of a snapshot repository, and `iam:PassRole` | [`snapshot_access`] |
//! | who may assume the snapshot role (its trust policy) | [`trust`] |
//! | a role mapping of fine-grained access control | [`role_mapping`] |
//! | data access to a serverless collection | [`serverless_data`] |
//! | network access to a serverless collection | [`serverless_network`] |
//! | encryption of a serverless collection | [`serverless_encryption`] |
//!
//! ```
//! use sigtower::policy::{self, Arn};
//!
//! let role = Arn::parse("arn:aws:iam::123456789012:role/snapshots")?;
//! println!("{}", policy::snapshot_access("my-bucket", &role)?);
//! # Ok::<(), sigtower::policy::PolicyError>(())
//! ```
//!
//! The partition (`aws`, `aws-cn`, `aws-us-gov`, `aws-iso`, …) of a generated ARN is the partition of
//! the ARN that you pass.

mod arn;
mod document;
mod domain;
mod error;
mod identity;
mod level;
mod partition;
mod role_mapping;
mod serverless;
mod snapshot;
mod trust;

#[cfg(test)]
mod tests;

pub use self::arn::Arn;
pub use self::document::{Document, Effect, Principal, Statement};
pub use self::domain::{DomainAccess, domain_access};
pub use self::error::PolicyError;
pub use self::identity::identity;
pub use self::level::Level;
pub(crate) use self::partition::partition_of;
pub use self::role_mapping::{RoleMapping, role_mapping};
pub(crate) use self::serverless::data_access_for;
pub use self::serverless::{
    DataAccess, Encryption, NetworkAccess, serverless_data, serverless_encryption,
    serverless_network,
};
pub use self::snapshot::snapshot_access;
pub use self::trust::{ServicePrincipal, Trust, trust};
