/// In a request's extensions: the caller itself retries what was refused. A wrong clock and expired
/// credentials are still corrected here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallerRetries;
