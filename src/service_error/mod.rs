//! Reads once what AWS and OpenSearch write into an error response.
//!
//! In: status, headers and body. Out: a [`ServiceError`] with its [`Author`], its [`Meaning`] and the texts to show.
//! Next: `retry` judges by it whether the request is sent again, and `opensearch::error` reports it.
//!
//! Servers echo text that a caller chose: a document id, an index name, a query. Therefore a code is read only from
//! places that no echo reaches, and a text is never searched for the name of a code:
//!
//! - the header `x-amzn-errortype`;
//! - the fields `__type`, `code` and `Code` at the top of a JSON document;
//! - the element `<Code>` at the start of an AWS `<Error>` document;
//! - the `error` of a document that the cluster wrote, where it names the type of each cause;
//! - a message of the front of Amazon OpenSearch Service. This front often omits the code. Its message counts if it
//!   is the whole document, with status 403, and is a known sentence from its first character on. Other services are
//!   not read like this: behind API Gateway, a program of the caller's own writes such documents.

mod cluster;
mod codes;
mod content;
mod json;
mod markup;
mod meaning;
mod read;
mod sentences;
mod times;
mod yaml;

#[cfg(test)]
mod tests;

#[cfg(feature = "opensearch")]
pub(crate) use self::cluster::ClusterError;
pub(crate) use self::meaning::Meaning;
#[cfg(feature = "opensearch")]
pub(crate) use self::meaning::{ScopeMismatch, SignatureTimes};
pub(crate) use self::read::{Author, Service, ServiceError, request_id};
