use crate::transport::Decoder;

/// Inflates responses, if that is compiled in.
#[cfg(feature = "compression")]
pub(super) fn decoder() -> Decoder {
    crate::compress::decoder
}

/// Inflates nothing.
#[cfg(not(feature = "compression"))]
pub(super) fn decoder() -> Decoder {
    |_| None
}
