//! Compresses a body, in slices, so that other tasks run in between.

#[cfg(feature = "compression")]
pub(super) async fn gzip(buffer: Vec<u8>, plain: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    use std::io::Write;

    let mut encoder = flate2::write::GzEncoder::new(buffer, flate2::Compression::fast());
    for slice in plain.chunks(SLICE) {
        // A vector takes all of it.
        if encoder.write_all(slice).is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    match encoder.finish() {
        Ok(compressed) if compressed.len() < plain.len() => Ok(compressed),
        Ok(larger) => Err(larger),
        // A vector takes all of it.
        Err(_) => Err(Vec::new()),
    }
}

/// Some milliseconds of work.
#[cfg(feature = "compression")]
const SLICE: usize = 512 * 1024;

/// Bodies stay plain in builds without compression.
#[cfg(not(feature = "compression"))]
pub(super) async fn gzip(buffer: Vec<u8>, _: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    Err(buffer)
}
