//! Documents that differ, made beforehand.

use serde::Serialize;

/// A log line; with a message, a longer one.
#[derive(Serialize)]
pub(crate) struct Document {
    timestamp: u64,
    client: String,
    request: String,
    status: u16,
    size: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
}

/// Of 126 bytes on average.
pub(crate) fn small() -> Vec<Document> {
    documents(0)
}

/// Of 2.3 KB on average.
pub(crate) fn large() -> Vec<Document> {
    documents(2200)
}

fn documents(message: usize) -> Vec<Document> {
    let mut state = 1u64;
    let mut random = move |bound: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut document = |_| Document {
        timestamp: 1_700_000_000_000 + random(10_000_000_000),
        client: format!(
            "{}.{}.{}.{}",
            random(256),
            random(256),
            random(256),
            random(256)
        ),
        request: format!(
            "GET /{}/{:x}.html",
            WORDS[random(8) as usize],
            random(1 << 20)
        ),
        status: [200, 304, 404, 500][random(4) as usize],
        size: random(100_000) as u32,
        message: {
            let mut text = String::new();
            while text.len() < message {
                text += WORDS[random(8) as usize];
                text += if random(12) == 0 { "\n" } else { " " };
            }
            text
        },
    };
    (0..10_000).map(&mut document).collect()
}

const WORDS: [&str; 8] = [
    "images",
    "search",
    "movies",
    "article",
    "checkout",
    "login",
    "profile",
    "recommendations",
];
