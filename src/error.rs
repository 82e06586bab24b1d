//! The error type that tower stacks pass along.

/// Any error, boxed: what a tower stack passes along.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
