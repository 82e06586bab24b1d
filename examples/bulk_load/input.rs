//! Opens the input: a file or standard input, perhaps compressed, perhaps with a byte order mark.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use sigtower::BoxError;

/// What can be read, how large it is, and how much of it has been read.
pub(crate) struct Input {
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// The beginning up to the end of the first line that is not blank, or a part of it.
    pub(crate) start: Vec<u8>,
    pub(crate) size: Option<u64>,
    pub(crate) read: Arc<AtomicU64>,
}

pub(crate) fn open(path: &Path) -> Result<Input, BoxError> {
    let read = Arc::new(AtomicU64::new(0));
    let (source, size): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
        (Box::new(io::stdin()), None)
    } else {
        let explain = |error| format!("cannot read {}: {error}", path.display());
        let file = File::open(path).map_err(explain)?;
        let data = file.metadata().map_err(explain)?;
        if data.is_dir() {
            return Err(format!("cannot read {}: it is a directory", path.display()).into());
        }
        (Box::new(file), data.is_file().then_some(data.len()))
    };
    let counted = Counted {
        source,
        read: Arc::clone(&read),
    };
    let explain = |error| format!("cannot read {}: {error}", path.display());
    let (start, source) = peek(counted).map_err(explain)?;
    let source = BufReader::with_capacity(BUFFER, source);
    let plain: Box<dyn Read + Send> = match start.starts_with(&GZIP) {
        true => Box::new(MultiGzDecoder::new(source)),
        false => Box::new(source),
    };
    let mut reader = BufReader::with_capacity(BUFFER, plain);
    let mut start = first_line(&mut reader).map_err(explain)?;
    if start.starts_with(&BYTE_ORDER_MARK) {
        start.drain(..BYTE_ORDER_MARK.len());
    }
    let reader = Box::new(io::Cursor::new(start.clone()).chain(reader));
    Ok(Input {
        reader,
        start,
        size,
        read,
    })
}

/// Takes the beginning up to the end of the first line that is not blank, but not much more.
fn first_line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    while start.len() < LONGEST_START {
        let room = (LONGEST_START - start.len()) as u64;
        let count = reader.by_ref().take(room).read_until(b'\n', &mut start)?;
        let text = start.strip_prefix(&BYTE_ORDER_MARK[..]).unwrap_or(&start);
        if count == 0 || !text.trim_ascii().is_empty() {
            break;
        }
    }
    Ok(start)
}

type Begun<R> = (Vec<u8>, io::Chain<io::Cursor<Vec<u8>>, R>);

/// The first bytes of a source, and a reader of the whole source. A pipe may deliver them one by one.
fn peek<R: Read>(mut source: R) -> io::Result<Begun<R>> {
    let mut start = Vec::new();
    source.by_ref().take(START).read_to_end(&mut start)?;
    Ok((start.clone(), io::Cursor::new(start).chain(source)))
}

struct Counted<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const START: u64 = 2;
const LONGEST_START: usize = 64 * 1024;
const BUFFER: usize = 256 * 1024;
