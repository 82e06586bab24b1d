use serde::{Deserialize, Serialize};

/// Where ids come from, and with that what may be sent again after a request was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Ids {
    /// The caller gives every operation an id. `index`, `delete` and partial updates are sent
    /// again; `create` too, but a conflict after a lost request is unknown, since another
    /// program may have stored the document. An operation without an id is rejected.
    Caller,
    /// Documents without an id get one here, and become `create`: a conflict after a lost request
    /// means that the lost request stored the document, which is a success. The default.
    #[default]
    Generated,
    /// Documents without an id are sent without, and the server gives them one. After a lost request
    /// they are unknown, and never sent again. Time series and vector search collections of OpenSearch Serverless need
    /// this: there, an operation that stores a document under an id is rejected, before it is sent if the client knows
    /// [that ids are refused](crate::Client::supports_document_ids).
    Server,
}

/// Makes ids that no other engine makes: 96 random bits for the engine, then a counter.
///
/// Ids that grow keep Lucene's term dictionaries small, as the server's own ids do.
#[derive(Debug)]
pub(super) struct Generator {
    id: [u8; LENGTH],
    next: u64,
}

impl Generator {
    pub(super) fn new() -> Self {
        let mut id = [0; LENGTH];
        write_digits(&mut id[..8], fastrand::u64(..));
        write_digits(&mut id[8..16], fastrand::u64(..));
        Self { id, next: 0 }
    }

    pub(super) fn next(&mut self) -> &str {
        write_digits(&mut self.id[16..], self.next);
        self.next += 1;
        // All digits are ASCII.
        str::from_utf8(&self.id).unwrap_or_default()
    }
}

/// The lowest bits in base 64, the most significant first.
fn write_digits(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number & 63) as usize];
        number >>= 6;
    }
}

/// In the order of ASCII, safe in URLs.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 24;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ_and_grow() {
        let mut generator = Generator::new();
        let ids: Vec<_> = (0..100_000).map(|_| generator.next().to_owned()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        let other = Generator::new().next().to_owned();
        assert_ne!(other[..16], ids[0][..16]);
        assert!(other.bytes().all(|byte| DIGITS.contains(&byte)));
    }
}
