use std::fmt;

/// How the version that the caller gives compares to the version of the stored document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionType {
    /// The given version must be higher.
    External,
    /// The given version must be higher or equal.
    ExternalGte,
}

impl fmt::Display for VersionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::External => "external",
            Self::ExternalGte => "external_gte",
        })
    }
}
