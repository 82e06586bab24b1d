use super::super::chunk::Chunk;
use super::context::Context;
use super::verdict::Verdict;
use super::{items, whole};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Judges a chunk; marks in it what may have been applied.
pub(in super::super) fn judge(
    chunk: &mut Chunk,
    result: Result<Response, Error>,
    context: Context<'_>,
) -> Verdict {
    let response = match result {
        Ok(response) => response,
        Err(error) => return whole::failed(chunk, &error, None, context),
    };
    if response.status.is_success() {
        return items::items(chunk, &response, context);
    }
    let headers = response.headers.clone();
    match response.success() {
        Err(error) => whole::failed(chunk, &error, Some(&headers), context),
        // A status is a success or not.
        Ok(_) => Verdict::lost(chunk, "the response contradicts itself", context),
    }
}
