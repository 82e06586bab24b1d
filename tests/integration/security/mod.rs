//! What must never happen: a secret shown, a request led astray, text that becomes something else.

mod bodies;
mod canary;
mod cleartext;
mod hostile_text;
mod identifiers;
#[cfg(unix)]
mod memory;
mod redirects;
mod regions;

/// What stands behind percent-encoding; `None` for an escape that is none.
fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let digits: Vec<u8> = bytes.by_ref().take(2).collect();
            u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    Some(decoded)
}
