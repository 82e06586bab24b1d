use std::collections::VecDeque;
use std::pin::pin;
use std::task::Waker;
use std::time::{Duration, SystemTime};

use hmac::Mac;
use http::HeaderMap;
use http::request::Parts;
use sha2::{Digest, Sha256};

use super::*;
use crate::credentials::{Credentials, Identity};
use crate::encode::hex;
use crate::sigv4::chunk_signer::ChunkSigner;
use crate::sigv4::clock::Timestamp;
use crate::sigv4::error::SignError;
use crate::sigv4::key::KeyCache;
use crate::sigv4::payload::Payload;
use crate::sigv4::scope::Scope;
use crate::sigv4::signer::Signer;

/// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.
#[test]
fn the_chunks_of_the_published_example_have_the_published_signatures() {
    let seed = b"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    let scope = Scope::new("us-east-1", "s3").unwrap();
    let time = Timestamp::new(at(1_369_353_600)).unwrap();
    let key = KeyCache::default().get(&example(), &time, &scope);

    // The example signs `content-length`, which this crate leaves out. So its seed is checked by its own text.
    let canonical = "PUT\n/examplebucket/chunkObject.txt\n\ncontent-encoding:aws-chunked\ncontent-length:66824\n\
        host:s3.amazonaws.com\nx-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nx-amz-date:20130524T000000Z\n\
        x-amz-decoded-content-length:66560\nx-amz-storage-class:REDUCED_REDUNDANCY\n\n\
        content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
        x-amz-storage-class\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let mut mac = key.mac();
    mac.update(&key.start_of_string_to_sign(&time).concat());
    mac.update(&hex(Sha256::digest(canonical).into()));
    assert_eq!(hex(mac.finalize().into_bytes().into()), *seed);

    let body = ChunkedBody::new(Source::of([vec![b'a'; 66_560]]), 66_560);
    assert_eq!(body.payload().encoded_length(), 66_824);
    body.payload().start(ChunkSigner::new(&key, &time, *seed));
    let expected = [
        b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
        &[b'a'; 65_536][..],
        b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
        &[b'a'; 1024],
        b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
    ];
    let frames = frames(body).unwrap();
    assert_eq!(frames.len(), 3);
    assert_eq!(frames.concat(), expected.concat());
}

#[test]
fn the_length_that_is_declared_is_the_length_that_is_sent() {
    const KIB: usize = 1024;
    for length in [
        0, 1, 15, 16, 8191, 8192, 8193, 24_576, 65_535, 65_536, 65_537, 200_000,
    ] {
        for size in [0, 8 * KIB, 10_000, 64 * KIB, usize::MAX] {
            let source = Source::of(vec![b'x'; length].chunks(7001));
            let body = ChunkedBody::new(source, length as u64).with_chunk_size(size);
            let (head, sent) = sign_and_send(body.clone()).unwrap();
            let declared = body.payload().encoded_length();
            assert_eq!(declared, sent.len() as u64, "{length} in {size}");
            assert_eq!(head["content-length"], sent.len().to_string());
            assert_eq!(head["x-amz-decoded-content-length"], length.to_string());
        }
    }
}

#[test]
fn a_source_of_another_length_is_an_error_before_the_last_chunk() {
    let tens = |count| Source::of(std::iter::repeat_n([7; 10], count));
    for (declared, source, expected) in [
        (11, tens(1), "ended after 10 of 11 bytes"),
        (1, tens(0), "ended after 0 of 1 bytes"),
        (9000, tens(890), "ended after 8900 of 9000 bytes"),
        (
            u64::MAX,
            tens(900),
            "ended after 9000 of 18446744073709551615 bytes",
        ),
        (9, tens(1), "more than the declared 9 bytes"),
        (0, tens(1), "more than the declared 0 bytes"),
        (10, tens(2), "more than the declared 10 bytes"),
        (
            8192,
            Source::of([vec![1; 8192], vec![], vec![1]]),
            "more than the declared 8192 bytes",
        ),
        (
            20,
            tens(1).failing(),
            "could not read the source of a chunked body: disk on fire",
        ),
        (
            10,
            tens(1).failing(),
            "could not read the source of a chunked body: disk on fire",
        ),
        (10, tens(1).with_trailers(), "trailers"),
    ] {
        let body = ChunkedBody::new(source, declared).with_chunk_size(8192);
        body.payload().start(signer());
        let mut body = pin!(body);
        let mut sent = Vec::new();
        let error = loop {
            match poll(body.as_mut()) {
                Some(Ok(frame)) => sent.extend_from_slice(&frame.into_data().unwrap()),
                Some(Err(error)) => break error,
                None => panic!("the body ended: {expected}"),
            }
        };
        assert!(error.to_string().contains(expected), "{error}");
        assert!(
            !sent.windows(20).any(|it| it == b"\r\n0;chunk-signature=") && !sent.starts_with(b"0;")
        );
        assert!(body.is_end_stream() && poll(body.as_mut()).is_none());
    }
}

/// A frame is passed on before the source is asked for what follows the chunk.
#[test]
fn no_more_than_a_chunk_and_a_frame_is_read_ahead() {
    let frames = std::iter::repeat_n(vec![3; 5000], 100);
    let body = ChunkedBody::new(Source::of(frames), 500_000).with_chunk_size(10_000);
    body.payload().start(signer());
    let mut body = pin!(body);
    let mut sent = 0;
    while let Some(frame) = poll(body.as_mut()) {
        let length = frame.unwrap().into_data().unwrap().len();
        assert!(length <= 10_100, "{length}");
        sent += length;
        let read = 500_000 - 5000 * body.source.0.len();
        assert!(read <= sent + 5000, "{read} read, {sent} sent");
    }
}

#[test]
fn only_s3_accepts_a_body_in_chunks() {
    for service in ["es", "aoss", "execute-api", "vpc-lattice-svcs"] {
        let body = ChunkedBody::new(Source::of([[1; 3]]), 3);
        let signer = Signer::new(Scope::new("us-east-1", service).unwrap(), credentials());
        let (mut head, ()) = head().into_parts();
        let signed = signer.sign_with(
            &mut head,
            Payload::Chunked(&body.payload()),
            &example(),
            at(0),
        );
        let error = signed.unwrap_err();
        assert!(matches!(error, SignError::ChunkedUnsupported(_)));
        let text = error.to_string();
        assert!(
            text.contains(service) && text.contains("OpenSearch does not"),
            "{text}"
        );
        assert_eq!(head.headers.len(), 1, "the head is unchanged");
        assert!(matches!(frames(body), Err(ChunkedBodyError::NotSigned)));
    }
}

#[test]
fn the_encodings_of_the_data_follow_aws_chunked() {
    for (given, expected) in [
        (&[][..], "aws-chunked"),
        (&["gzip"], "aws-chunked,gzip"),
        (&["gzip, br", "zstd"], "aws-chunked,gzip,br,zstd"),
        (&["aws-chunked"], "aws-chunked"),
        (&["AWS-Chunked,gzip"], "aws-chunked,gzip"),
        (&[""], "aws-chunked"),
    ] {
        let mut head = head();
        for value in given {
            head.headers_mut()
                .append("content-encoding", value.parse().unwrap());
        }
        head.headers_mut()
            .insert("transfer-encoding", "chunked".parse().unwrap());
        head.headers_mut()
            .insert("content-length", "3".parse().unwrap());
        let body = ChunkedBody::new(Source::of([[1; 3]]), 3);
        let (mut head, ()) = head.into_parts();
        // Signing a head again changes nothing but the signature.
        for _ in 0..2 {
            sign(&mut head, &body.payload()).unwrap();
            let all: Vec<_> = head.headers.get_all("content-encoding").iter().collect();
            assert_eq!(all, [expected], "{given:?}");
            assert!(!head.headers.contains_key("transfer-encoding"));
            assert_eq!(
                head.headers["content-length"],
                body.payload().encoded_length().to_string()
            );
            assert_eq!(
                head.headers["x-amz-content-sha256"],
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
            );
        }
    }
}

#[test]
fn a_clone_is_sent_with_the_signature_of_its_own_head() {
    let body = ChunkedBody::new(Source::of([[1; 3]]), 3);
    let first = sign_and_send(body.clone()).unwrap().1;
    let second = sign_and_send(body.clone()).unwrap().1;
    assert_eq!(first, second);
    assert!(
        matches!(frames(body), Err(ChunkedBodyError::NotSigned)),
        "one signature, one body"
    );
}

#[test]
fn debug_shows_neither_data_nor_keys_nor_signatures() {
    let body = ChunkedBody::new(Source::of([b"a secret document"]), 17);
    let (mut head, ()) = head().into_parts();
    sign(&mut head, &body.payload()).unwrap();
    let text = format!(
        "{body:?} {:?} {:?}",
        body.payload(),
        Payload::Chunked(&body.payload())
    );
    assert!(
        text.contains("decoded_length: 17") && !text.contains("document"),
        "{text}"
    );
    let authorization = head.headers["authorization"].to_str().unwrap();
    let signature = authorization.rsplit('=').next().unwrap();
    assert!(
        !text.contains(signature) && !text.contains("ChunkSigner {"),
        "{text}"
    );
}

/// A source of these frames.
#[derive(Clone)]
struct Source(VecDeque<Result<Step, &'static str>>);

#[derive(Clone)]
enum Step {
    Data(Bytes),
    Trailers,
}

impl Source {
    fn of(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let data = |part: &[u8]| Ok(Step::Data(Bytes::copy_from_slice(part)));
        Self(parts.into_iter().map(|part| data(part.as_ref())).collect())
    }

    fn failing(mut self) -> Self {
        self.0.push_back(Err("disk on fire"));
        self
    }

    fn with_trailers(mut self) -> Self {
        self.0.push_back(Ok(Step::Trailers));
        self
    }
}

impl Body for Source {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let frame = |step| match step {
            Step::Data(data) => Frame::data(data),
            Step::Trailers => Frame::trailers(HeaderMap::new()),
        };
        Poll::Ready(self.0.pop_front().map(|step| step.map(frame)))
    }
}

fn poll<B>(body: Pin<&mut B>) -> Option<Result<Frame<Bytes>, B::Error>>
where
    B: Body<Data = Bytes>,
{
    match body.poll_frame(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(frame) => frame,
        Poll::Pending => panic!("these sources never wait"),
    }
}

fn frames(body: ChunkedBody<Source>) -> Result<Vec<Bytes>, ChunkedBodyError> {
    let mut body = pin!(body);
    let mut frames = Vec::new();
    while let Some(frame) = poll(body.as_mut()) {
        frames.push(frame?.into_data().unwrap());
        let sent: usize = frames.iter().map(Bytes::len).sum();
        let left = body.payload.encoded_length() - sent as u64;
        assert_eq!(body.size_hint().exact(), Some(left));
    }
    Ok(frames)
}

fn sign_and_send(body: ChunkedBody<Source>) -> Result<(HeaderMap, Vec<u8>), ChunkedBodyError> {
    let (mut head, ()) = head().into_parts();
    sign(&mut head, &body.payload()).unwrap();
    Ok((head.headers, frames(body)?.concat()))
}

fn sign(head: &mut Parts, payload: &ChunkedPayload) -> Result<(), SignError> {
    let signer = Signer::new(Scope::new("us-east-1", "s3").unwrap(), credentials());
    signer.sign_with(head, Payload::Chunked(payload), &example(), at(0))
}

fn head() -> Request<()> {
    let head = Request::put("https://examplebucket.s3.amazonaws.com/chunkObject.txt");
    head.header("x-amz-storage-class", "STANDARD")
        .body(())
        .unwrap()
}

fn signer() -> ChunkSigner {
    let scope = Scope::new("us-east-1", "s3").unwrap();
    let time = Timestamp::new(at(0)).unwrap();
    let key = KeyCache::default().get(&example(), &time, &scope);
    ChunkSigner::new(&key, &time, [b'0'; 64])
}

fn example() -> Identity {
    Identity::new(&credentials().into()).unwrap()
}

fn credentials() -> Credentials {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None)
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
