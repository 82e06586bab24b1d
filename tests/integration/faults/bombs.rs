//! Responses that would fill memory, and how much of it they use.

use http::Method;
use sigtower::opensearch::{Error, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::malformed::calls;
use super::server::{EMPTY_OBJECT, Server, read_request};
use crate::child::{self, memory};
use crate::transport::{builder, transport_error};

/// Each in a process of its own, so that only the client's memory is measured.
#[tokio::test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "memory is measured in /proc, which only Linux has"
)]
async fn no_response_takes_much_more_memory_than_its_limit() {
    for bomb in bombs() {
        let (name, becomes) = (bomb.name, bomb.becomes);
        let server = Server::start(move |stream| explode(stream, bomb.clone())).await;
        let mut process = child::running("faults::bombs::one_in_a_process_of_its_own");
        process.env("BOMB_URL", server.url());
        let said = child::said(process, "became: ").await;
        let (grown, outcome) = said.split_once(" MiB, ").unwrap();
        println!("{name}: {said}");
        assert!(outcome.starts_with(becomes), "{name}: {said}");
        let grown: usize = grown.parse().unwrap();
        assert!(grown <= LIMIT / MIB + 16, "{name}: {said}");
    }
}

#[tokio::test]
#[ignore = "a part of another, which starts the server"]
async fn one_in_a_process_of_its_own() {
    // The first request allocates memory that stays, which does not count.
    let harmless = Server::answering(EMPTY_OBJECT).await;
    explode_in_our_hands(&harmless.url()).await.unwrap();
    let url = std::env::var("BOMB_URL").unwrap();
    let before = memory("VmRSS:");
    let outcome = match explode_in_our_hands(&url).await {
        Ok(answer) if answer.body.starts_with(b"a") => format!("{} bytes", answer.body.len()),
        Ok(answer) => {
            let calls = calls::all();
            let read = calls.iter().map(|(_, call)| call.read(&answer));
            let accepted = read.filter(Result::is_ok).count();
            format!("an error to all but {accepted} calls")
        }
        Err(error) => format!("{:?}", transport_error(&error)),
    };
    let grown = memory("VmHWM:").saturating_sub(before) / 1024;
    println!("became: {grown} MiB, {outcome}");
}

async fn explode_in_our_hands(url: &str) -> Result<Response, Error> {
    let client = builder(url).response_limit(LIMIT).max_attempts(1);
    client.build().unwrap().raw(Method::GET, "/", ()).await
}

/// A head, followed by the same bytes again and again.
#[derive(Clone)]
struct Bomb {
    name: &'static str,
    head: String,
    filler: Vec<u8>,
    times: usize,
    becomes: &'static str,
}

fn bombs() -> Vec<Bomb> {
    let bomb = |name, head: &str, filler: &[u8], times, becomes| Bomb {
        name,
        head: format!("HTTP/1.1 200 OK\r\n{head}"),
        filler: filler.to_vec(),
        times,
        becomes,
    };
    let too_large = "ResponseTooLarge";
    let kib = [b'a'; 1024];
    let header = [&b"x-filler: "[..], &kib, b"\r\n"].concat();
    let deep = format!("content-length: {}\r\n\r\n", 500_000);
    let mut bombs = vec![
        bomb("a GiB of headers", "", &header, 1 << 20, "InvalidResponse"),
        bomb(
            "a header of a GiB",
            "x-filler: ",
            &kib,
            1 << 20,
            "InvalidResponse",
        ),
        bomb("a GiB and no end", "\r\n", &kib, 1 << 20, too_large),
        bomb(
            "a length of a TiB",
            "content-length: 1099511627776\r\n\r\n",
            &kib,
            1 << 20,
            too_large,
        ),
        bomb(
            "a length too short",
            "content-length: 10\r\n\r\n",
            &kib,
            1 << 20,
            "10 bytes",
        ),
        bomb(
            "a length too long",
            "content-length: 1000000\r\n\r\n",
            &kib,
            1,
            "Broken",
        ),
        bomb(
            "lengths that differ",
            "content-length: 1\r\ncontent-length: 2\r\n\r\n",
            &kib,
            1,
            "InvalidResponse",
        ),
        bomb("a chunk of an EiB", CHUNK, &kib, 1 << 20, too_large),
        bomb(
            "as much as may be",
            "\r\n",
            &kib,
            LIMIT / 1024,
            "33554432 bytes",
        ),
        bomb("arrays in arrays", &deep, b"[[[[[", 100_000, DEEP),
        bomb("objects in objects", &deep, b"{\"a\":", 100_000, DEEP),
    ];
    #[cfg(feature = "compression")]
    bombs
        .extend(compressed().map(|(name, head, filler, times, becomes)| {
            bomb(name, &head, &filler, times, becomes)
        }));
    bombs
}

/// Ten GiB in ten MiB, as members of 16 MiB each; and noise, which gzip cannot make smaller.
#[cfg(feature = "compression")]
fn compressed() -> [(&'static str, String, Vec<u8>, usize, &'static str); 4] {
    use std::io::Write;

    let gzip = |plain: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(plain).unwrap();
        gzip.finish().unwrap()
    };
    let member = gzip(&vec![0; 16 * MIB]);
    let mut random = fastrand::Rng::with_seed(6);
    let mut plain = vec![b'a'; 24 * MIB];
    random.fill(&mut plain[1..]);
    let noise = gzip(&plain);
    let head = |encoding, body: &[u8], times| {
        let length = body.len() * times;
        format!("content-encoding: {encoding}\r\ncontent-length: {length}\r\n\r\n")
    };
    let chunk = noise.len();
    let chunked =
        format!("content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n{chunk:x}\r\n");
    let end: &[u8] = b"\r\n0\r\n\r\n";
    [
        (
            "10 GiB of gzip",
            head("gzip", &member, 640),
            member.clone(),
            640,
            "ResponseTooLarge",
        ),
        (
            "zstd, not asked for",
            head("zstd", &member, 640),
            member,
            640,
            "Decompress",
        ),
        (
            "24 MiB of noise in gzip",
            head("gzip", &noise, 1),
            noise.clone(),
            1,
            "25165824 bytes",
        ),
        (
            "24 MiB of noise in gzip of unknown length",
            chunked,
            [&noise, end].concat(),
            1,
            "25165824 bytes",
        ),
    ]
}

async fn explode(mut stream: TcpStream, bomb: Bomb) {
    if read_request(&mut stream).await.is_none()
        || stream.write_all(bomb.head.as_bytes()).await.is_err()
    {
        return;
    }
    // Larger writes than one filler, which would take too long.
    let many = (64 * 1024 / bomb.filler.len()).clamp(1, bomb.times);
    let filler = bomb.filler.repeat(many);
    let mut left = bomb.times * bomb.filler.len();
    while left > 0 {
        let next = &filler[..filler.len().min(left)];
        if stream.write_all(next).await.is_err() {
            return;
        }
        left -= next.len();
    }
}

const MIB: usize = 1 << 20;
const LIMIT: usize = 32 * MIB;
/// The two calls that read no body.
const DEEP: &str = "an error to all but 2 calls";
const CHUNK: &str = "transfer-encoding: chunked\r\n\r\n7fffffffffffffff\r\n";
