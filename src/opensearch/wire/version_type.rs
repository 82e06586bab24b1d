use std::fmt;

/// How a version given by the caller compares to the one a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionType {
    /// It must be higher.
    External,
    /// It must be higher or equal.
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
