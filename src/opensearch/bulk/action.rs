use std::fmt;

/// What an [`Operation`](super::Operation) does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Stores a document, new or in place of another.
    Index,
    /// Stores a new document.
    Create,
    /// Changes part of a document.
    Update,
    /// Deletes a document.
    Delete,
}

impl Action {
    /// `index`, `create`, `update` or `delete`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
