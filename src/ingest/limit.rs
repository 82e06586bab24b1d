//! How large requests may be: as set, then as learned from what the server refuses.

/// The sizes that are in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeLimit {
    /// A chunk is closed before it grows over this.
    pub(super) chunk: usize,
    /// No request is larger.
    pub(super) request: usize,
}

impl SizeLimit {
    pub(super) fn new(chunk: usize, request: usize) -> Self {
        let request = request.clamp(1, u32::MAX as usize);
        Self {
            chunk: chunk.clamp(1, request),
            request,
        }
    }

    /// The server refused a request of `sent` bytes as too large, with these words.
    pub(super) fn learn(&mut self, sent: usize, message: &str) {
        let stated = stated(message, sent);
        let request = stated.unwrap_or(sent / 2).max(1);
        self.request = self.request.min(request);
        // Some room, since proxies count the head as well.
        self.chunk = self.chunk.min(request - request / 20).max(1);
    }
}

/// The limit that a message states: `Request size exceeded 10485760 bytes`.
///
/// Only a number that explains the refusal counts, so that a hostile or strange one does no harm.
fn stated(message: &str, sent: usize) -> Option<usize> {
    let numbers = message.split(|char: char| !char.is_ascii_digit());
    let plausible = |limit: &usize| (LEAST_STATED..sent).contains(limit);
    numbers
        .filter_map(|number| number.parse().ok())
        .filter(plausible)
        .max()
}

/// Whether the message of an error other than 413 means that the request is too large.
pub(super) fn says_too_large(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "request size exceeded",
        "request entity too large",
        "content too long",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// A smaller number in a message is not taken for the limit. Halving finds such a limit.
const LEAST_STATED: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_limit_is_taken_and_one_that_explains_nothing_is_not() {
        let sent = 20_000_000;
        for (message, request) in [
            ("Request size exceeded 10485760 bytes", 10_485_760),
            ("413 Request Entity Too Large", sent / 2),
            ("limit is 99999999999999999999999 bytes", sent / 2),
            ("limit is 30000000", sent / 2),
            ("limit is 17", sent / 2),
            ("", sent / 2),
        ] {
            let mut limit = SizeLimit::new(sent, sent);
            limit.learn(sent, message);
            assert_eq!(limit.request, request, "{message}");
            assert!(
                limit.chunk <= request && limit.chunk > request / 2,
                "{message}"
            );
        }
    }

    #[test]
    fn sizes_never_reach_nothing() {
        let mut limit = SizeLimit::new(0, 0);
        for sent in [1, 0, usize::MAX] {
            limit.learn(sent, "413");
            assert_eq!((limit.chunk, limit.request), (1, 1));
        }
    }
}
