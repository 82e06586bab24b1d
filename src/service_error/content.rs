use super::cluster::ClusterError;
use super::times;

/// What a body says, in whichever format.
#[derive(Default)]
pub(super) struct Content {
    pub(super) form: Form,
    /// AWS's code, where only AWS writes.
    pub(super) code: Option<String>,
    /// AWS's message, or the heading or text of a proxy.
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) cluster: Option<ClusterError>,
    /// S3 states these two in elements of their own.
    pub(super) request_time: Option<String>,
    pub(super) server_time: Option<String>,
    /// How many bytes S3 accepts.
    pub(super) size_limit: Option<u64>,
}

/// The shape of a body, as far as it shows who wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// There is no body.
    Empty,
    /// A JSON document with a message and nothing else.
    MessageOnly,
    /// A document with `error` and `status`, or with a list of root causes.
    Cluster,
    /// The result of many operations, of which some failed.
    Result,
    /// What a proxy or load balancer writes when it has no server to send the request to.
    NoServer,
    /// Plain text.
    Text,
    /// Anything else.
    #[default]
    Unclear,
}

impl Content {
    /// Reads plain text.
    pub(super) fn from_text(text: &str) -> Self {
        let text = text.trim();
        if is_binary(text) {
            return Self::default();
        }
        Self {
            form: match is_no_server(text) {
                true => Form::NoServer,
                false => Form::Text,
            },
            message: (!text.is_empty()).then(|| text.to_owned()),
            ..Self::default()
        }
    }

    /// The times that S3 states, as signatures write them.
    pub(super) fn stated_times(&self) -> (Option<String>, Option<String>) {
        let basic = |time: &Option<String>| times::to_basic(time.as_deref()?);
        (basic(&self.request_time), basic(&self.server_time))
    }
}

/// Whether the heading of a page says that an exchange with a server began: Varnish, Fastly and Apache call it `Backend
/// fetch failed`, `first byte timeout` or `Error reading from remote server`.
pub(super) fn is_interrupted(heading: &str) -> bool {
    let heading = heading.to_ascii_lowercase();
    INTERRUPTED.iter().any(|words| heading.contains(words))
}

/// Whether a text is how proxies say that they have no server: Envoy, Traefik and others. The status and the word
/// `error` may stand before it.
fn is_no_server(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let words = text.split(|char: char| !char.is_ascii_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    let has_words = words.peek().is_some();
    while words
        .next_if(|word| matches!(*word, "503" | "error" | "http"))
        .is_some()
    {}
    let words: Vec<_> = words.take(MOST_WORDS).collect();
    let is_status_alone = has_words && words.is_empty();
    is_status_alone || NO_SERVER.contains(&&*words.join(" "))
}

/// CBOR, Smile and compressed bytes begin with bytes that no text has.
fn is_binary(text: &str) -> bool {
    let is_control =
        |char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\u{1b}');
    text.starts_with('\u{fffd}') || text.chars().take(BINARY_SAMPLE).any(is_control)
}

const NO_SERVER: [&str; 5] = [
    "no available server",
    "no healthy upstream",
    "service temporarily unavailable",
    "service unavailable",
    "temporarily unavailable",
];
const INTERRUPTED: [&str; 9] = [
    "backend",
    "closed",
    "disconnect",
    "premature",
    "read",
    "reset",
    "terminat",
    "timed out",
    "timeout",
];
const MOST_WORDS: usize = 4;
const BINARY_SAMPLE: usize = 512;
