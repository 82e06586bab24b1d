//! Typed calls to OpenSearch.
