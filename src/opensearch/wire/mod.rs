//! Parts that many requests and responses share.

pub(crate) mod json;
pub(crate) mod lenient;
mod refresh;
mod shards;
mod surrogates;
mod verbatim;
mod version_type;

pub use self::refresh::Refresh;
pub use self::shards::Shards;
pub use self::version_type::VersionType;
