/// Whether bodies are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Gzip {
    Off,
    Untried,
    Works,
    /// The server refused a compressed body, and has not accepted the same body uncompressed yet. Bodies
    /// are sent uncompressed.
    Doubted,
}
