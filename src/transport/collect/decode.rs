use crate::error::BoxError;

/// Undoes a content encoding, one slice of work at a time.
pub(crate) trait Decode: Send {
    /// Decodes a part of `input` and appends the result to `output`.
    ///
    /// One call works for much less than a millisecond, and appends 64 KiB at most.
    ///
    /// # Errors
    ///
    /// When the input is damaged, or there is no memory for the output.
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Decoded, BoxError>;

    /// Checks that the input ended where it may end.
    ///
    /// # Errors
    ///
    /// When the input was cut off.
    fn finish(&mut self) -> Result<(), BoxError>;
}

/// What one call of [`Decode::decode`] did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoded {
    /// How many bytes of the input were consumed.
    pub(crate) used: usize,
    /// Whether more output may follow without more input.
    pub(crate) has_more: bool,
    /// How much work it was, in bytes of output.
    pub(crate) work: usize,
}
