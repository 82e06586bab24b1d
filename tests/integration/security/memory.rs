//! What is left of secrets in the memory of a process.
//!
//! A process of its own gets its secrets masked, unmasks them only for the provider of credentials, and looks for them in all of
//! its writable memory. It compares masked bytes, so it never makes copies of what it looks for.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use sha2::Sha256;
use sigtower::Credentials;
use sigtower::credentials::from_fn;
use sigtower::opensearch::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::child;
use crate::faults::server::{EMPTY_OBJECT, Server, read_request};

#[tokio::test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "memory is read from /proc, which only Linux has"
)]
async fn no_old_secret_or_signing_key_stays_in_memory() {
    let old_requests = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |stream| serve(stream, Arc::clone(&old_requests))).await;
    let mut process = child::running("security::memory::one_rotation_in_a_process_of_its_own");
    process.env("MEMORY_URL", server.url());
    for (name, needle) in needles() {
        process.env(name, masked_hex(&needle));
    }
    // With one arena, freed memory of each thread is used again, or found.
    process.env("MALLOC_ARENA_MAX", "1");
    println!("{}", child::said(process, "found: ").await);
}

/// Accepts the old keys for twenty requests, and then reports them as expired.
async fn serve(mut stream: TcpStream, old_requests: Arc<AtomicUsize>) {
    while let Some(received) = read_request(&mut stream).await {
        let is_old = received.head.contains("Credential=AKIDOLD/");
        let accepted = !is_old || old_requests.fetch_add(1, Ordering::SeqCst) < 20;
        let response = if accepted { EMPTY_OBJECT } else { EXPIRED };
        if stream.write_all(response).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
#[ignore = "a part of another, which starts the process"]
async fn one_rotation_in_a_process_of_its_own() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let provider = from_fn(move || {
        let generation = count.fetch_add(1, Ordering::SeqCst);
        async move {
            let [id, secret, token] = GENERATIONS[generation.min(1)];
            Ok::<_, std::env::VarError>(Credentials::new(
                id,
                unmasked(secret),
                Some(unmasked(token)),
            ))
        }
    });
    let client = Client::builder(std::env::var("MEMORY_URL").unwrap())
        .region(REGION)
        .service(SERVICE)
        .clock(SystemTime::UNIX_EPOCH + Duration::from_secs(NOON))
        .credentials(provider)
        .build()
        .unwrap();
    for _ in 0..20 {
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    let before = Memory::scan();
    // Controls: the scan finds what is in use, and a copy that is leaked.
    assert!(before.count("OLD_SECRET") > 0, "{before:?}");
    assert_eq!(before.count("LEAKED"), 0, "{before:?}");
    let leaked = Box::leak(unmasked("LEAKED").into_boxed_str());
    assert_eq!(Memory::scan().count("LEAKED"), 1);

    for _ in 0..40 {
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2, "the keys were not rotated");
    let rotated = Memory::scan();
    drop(client);
    // The tasks of the connections end.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let dropped = Memory::scan();
    println!("found: before {before:?}; after rotation {rotated:?}; after drop {dropped:?}");
    assert!(rotated.count("NEW_SECRET") > 0, "{rotated:?}");
    for part in [
        "SECRET",
        "DATE_KEY",
        "REGION_KEY",
        "SERVICE_KEY",
        "SIGNING_KEY",
    ] {
        let old = format!("OLD_{part}");
        assert_eq!(rotated.count(&old), 0, "{old} after rotation: {rotated:?}");
        for name in [old, format!("NEW_{part}")] {
            assert_eq!(dropped.count(&name), 0, "{name} after drop: {dropped:?}");
        }
    }
    assert_eq!(dropped.count("LEAKED"), 1, "{leaked}");
}

/// How many copies of the end of each needle are in memory.
#[derive(Debug)]
struct Memory(Vec<(&'static str, usize)>);

impl Memory {
    /// Reads all writable memory of this process, except the buffer that it reads into.
    fn scan() -> Self {
        let mut search = Search::new();
        let mut buffer = vec![0; 1 << 20];
        let start = buffer.as_ptr() as u64;
        let end = start + buffer.len() as u64;
        let memory = File::open("/proc/self/mem").unwrap();
        for (from, to) in writable() {
            search.range(&memory, from, to.min(start), &mut buffer);
            search.range(&memory, from.max(end), to, &mut buffer);
        }
        Self(search.found())
    }

    fn count(&self, name: &str) -> usize {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map_or(0, |(_, count)| *count)
    }
}

/// Looks for all needles at once.
struct Search {
    needles: Vec<(&'static str, Vec<u8>, usize)>,
    /// Whether a needle begins with this byte.
    is_first: [bool; 256],
}

impl Search {
    fn new() -> Self {
        // The allocator overwrites the beginning of freed memory, so the end is what stays.
        let end = |mut needle: Vec<u8>| needle.split_off(needle.len() - END);
        let needles = NAMES.map(|name| (name, end(masked(name)), 0));
        let mut is_first = [false; 256];
        for (_, needle, _) in &needles {
            is_first[usize::from(needle[0] ^ MASK)] = true;
        }
        Self {
            needles: needles.into(),
            is_first,
        }
    }

    /// Searches the memory between two addresses, part by part.
    fn range(&mut self, memory: &File, from: u64, to: u64, buffer: &mut [u8]) {
        let mut at = from;
        while at < to {
            let wanted = buffer.len().min(usize::try_from(to - at).unwrap());
            // Some mappings cannot be read.
            let Ok(read @ 1..) = memory.read_at(&mut buffer[..wanted], at) else {
                return;
            };
            let is_last = at + read as u64 >= to || read <= END;
            // A needle that begins near the end of a part is found in the next part.
            let step = if is_last { read } else { read - END };
            for position in 0..step {
                if self.is_first[usize::from(buffer[position])] {
                    self.look(&buffer[position..read]);
                }
            }
            at += step as u64;
        }
    }

    fn look(&mut self, memory: &[u8]) {
        for (_, needle, count) in &mut self.needles {
            let mut pairs = memory.iter().zip(needle.iter());
            let fits = memory.len() >= needle.len();
            *count += usize::from(fits && pairs.all(|(byte, masked)| byte ^ MASK == *masked));
        }
    }

    fn found(&self) -> Vec<(&'static str, usize)> {
        let found = self.needles.iter().filter(|(_, _, count)| *count > 0);
        found.map(|(name, _, count)| (*name, *count)).collect()
    }
}

/// The mappings that this process may write, from the kernel's table.
fn writable() -> Vec<(u64, u64)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let rows = maps.lines().filter_map(|row| {
        let (range, rest) = row.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let bound = |text| u64::from_str_radix(text, 16).unwrap();
        rest.starts_with("rw").then(|| (bound(from), bound(to)))
    });
    rows.collect()
}

/// What the process looks for, by the variable that has it masked. Only this process computes it.
fn needles() -> Vec<(String, Vec<u8>)> {
    let text = |seed: &str, length| {
        let digits: String = hmac(b"seed", seed.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        digits.repeat(4).as_bytes()[..length].to_vec()
    };
    let mut needles = vec![("LEAKED".to_owned(), text("leaked", 40))];
    for generation in ["OLD", "NEW"] {
        let secret = text(&format!("{generation} secret"), 40);
        let date = hmac(&[b"AWS4", &*secret].concat(), b"20240522");
        let region = hmac(&date, REGION.as_bytes());
        let service = hmac(&region, SERVICE.as_bytes());
        let signing = hmac(&service, b"aws4_request");
        let token = text(&format!("{generation} token"), 200);
        for (name, needle) in [
            ("SECRET", secret),
            ("DATE_KEY", date),
            ("REGION_KEY", region),
            ("SERVICE_KEY", service),
            ("SIGNING_KEY", signing),
            ("TOKEN", token),
        ] {
            needles.push((format!("{generation}_{name}"), needle));
        }
    }
    needles
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn masked_hex(needle: &[u8]) -> String {
    needle
        .iter()
        .map(|byte| format!("{:02x}", byte ^ MASK))
        .collect()
}

fn masked(name: &str) -> Vec<u8> {
    let hex = std::env::var(name).unwrap();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// The only copy of a needle, which never moves.
fn unmasked(name: &str) -> String {
    let masked = masked(name);
    let mut text = String::with_capacity(masked.len());
    text.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
    text
}

const GENERATIONS: [[&str; 3]; 2] = [
    ["AKIDOLD", "OLD_SECRET", "OLD_TOKEN"],
    ["AKIDNEW", "NEW_SECRET", "NEW_TOKEN"],
];
const NAMES: [&str; 13] = [
    "LEAKED",
    "OLD_SECRET",
    "OLD_DATE_KEY",
    "OLD_REGION_KEY",
    "OLD_SERVICE_KEY",
    "OLD_SIGNING_KEY",
    "OLD_TOKEN",
    "NEW_SECRET",
    "NEW_DATE_KEY",
    "NEW_REGION_KEY",
    "NEW_SERVICE_KEY",
    "NEW_SIGNING_KEY",
    "NEW_TOKEN",
];
const REGION: &str = "eu-west-1";
const SERVICE: &str = "es";
/// 2024-05-22T12:00:00Z
const NOON: u64 = 1_716_379_200;
const MASK: u8 = 0x5a;
/// How many bytes at the end of a needle are looked for.
const END: usize = 16;
const EXPIRED: &[u8] = b"HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: ExpiredTokenException\r\ncontent-length: 68\r\n\r\n{\"message\":\"The security token included in the request is expired\"}\n";
