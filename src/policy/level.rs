/// What a policy allows on a domain or a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// GET and HEAD everywhere, and POST only to the APIs that read: search, count and so on.
    ReadOnly,
    /// All requests to the domain.
    ReadWrite,
    /// All requests, and the configuration of the domain.
    Admin,
}
