use std::fmt;
use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::BoxError;
use crate::transport::{Decode, Decoded};

/// The decoder for a response with these headers; none for a body that is not encoded.
pub(crate) fn decoder(headers: &HeaderMap) -> Option<Box<dyn Decode>> {
    let mut is_gzip = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        for encoding in value.as_bytes().split(|&byte| byte == b',') {
            match encoding.trim_ascii().to_ascii_lowercase().as_slice() {
                b"" | b"identity" => {}
                b"gzip" | b"x-gzip" if !is_gzip => is_gzip = true,
                _ => {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    return Some(Box::new(Unsupported(value)));
                }
            }
        }
    }
    is_gzip.then(|| Box::new(Gunzip::new()) as _)
}

/// Decodes gzip: one member or several.
struct Gunzip {
    /// None between two members.
    member: Option<Box<Decompress>>,
    has_begun: bool,
    slice: Vec<u8>,
}

impl Gunzip {
    fn new() -> Self {
        Self {
            member: None,
            has_begun: false,
            slice: Vec::with_capacity(SLICE),
        }
    }
}

impl Decode for Gunzip {
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Decoded, BoxError> {
        let mut work = 0;
        let member = self.member.get_or_insert_with(|| {
            work += MEMBER;
            Box::new(Decompress::new_gzip(WINDOW_BITS))
        });
        self.has_begun = true;
        self.slice.clear();
        let input = &input[..input.len().min(SLICE)];
        let before = member.total_in();
        // It fills what the vector has room for, and no more.
        let status = member.decompress_vec(input, &mut self.slice, FlushDecompress::None)?;
        let used = (member.total_in() - before) as usize; // less than a slice
        let is_end = status == Status::StreamEnd;
        if is_end {
            self.member = None;
        } else if used == 0 && self.slice.is_empty() && !input.is_empty() {
            return Err("the gzip decoder makes no progress".into());
        }
        output.try_reserve(self.slice.len())?;
        output.extend_from_slice(&self.slice);
        Ok(Decoded {
            used,
            has_more: !is_end && self.slice.len() == self.slice.capacity(),
            work: work + used + self.slice.len(),
        })
    }

    fn finish(&mut self) -> Result<(), BoxError> {
        if self.has_begun && self.member.is_none() {
            return Ok(());
        }
        let cut = "the gzip data is cut off";
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, cut).into())
    }
}

/// Stands in for the decoder of an encoding that was not asked for.
#[derive(Debug)]
struct Unsupported(String);

impl Decode for Unsupported {
    fn decode(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<Decoded, BoxError> {
        Err(Self(self.0.clone()).into())
    }

    fn finish(&mut self) -> Result<(), BoxError> {
        Err(Self(self.0.clone()).into())
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unsupported content-encoding {:?}", self.0)
    }
}

impl std::error::Error for Unsupported {}

/// 64 KiB of output take 0.1 to 0.4 ms.
const SLICE: usize = 64 * 1024;
/// Beginning a member takes as long as so many bytes of output.
const MEMBER: usize = 4 * 1024;
/// The largest window there is.
const WINDOW_BITS: u8 = 15;
