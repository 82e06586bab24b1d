//! Parts that many requests and responses share.

mod acknowledged;
pub(crate) mod altered;
pub(crate) mod body;
pub(crate) mod json;
pub(crate) mod lenient;
pub(crate) mod metadata;
pub(crate) mod number;
pub(crate) mod object;
mod refresh;
mod shards;
mod verbatim;
mod version_type;

#[cfg(test)]
mod tests;

pub use self::acknowledged::Acknowledged;
pub use self::refresh::Refresh;
pub use self::shards::Shards;
pub use self::version_type::VersionType;
