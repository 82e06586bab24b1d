/// Whether bodies are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Gzip {
    Off,
    Untried,
    Works,
}
