//! Which operations are acknowledged, in a file that a killed load leaves whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sigtower::BoxError;
use sigtower::ingest::Ids;

use super::args::Args;
use super::ranges::Ranges;

pub(crate) struct Ledger {
    path: Option<PathBuf>,
    file: File,
    done: Ranges,
    /// Operations below this number may have been sent by an earlier run.
    resumed_to: u64,
}

/// The content of the file.
#[derive(Default, Serialize, Deserialize)]
struct File {
    /// Begins the ids that are generated, so that every run gives a document the same id.
    load: String,
    /// The input; a different one would give the numbers a different meaning.
    input: String,
    /// No operation with this number or a higher one was ever sent.
    sent_to: u64,
    /// First number and end of each range of acknowledged operations.
    done: Vec<(u64, u64)>,
}

impl Ledger {
    pub(crate) fn open(args: &Args) -> Result<Self, BoxError> {
        let mut ledger = Self {
            path: args.resume.clone(),
            file: File::default(),
            done: Ranges::default(),
            resumed_to: 0,
        };
        let Some(path) = &args.resume else {
            return Ok(ledger);
        };
        if args.ids() == Ids::Server {
            return Err(
                "a load with --ids server cannot be resumed: documents would be doubled; \
                        use --ids generated or --ids caller"
                    .into(),
            );
        }
        let input = args.input_name();
        match fs::read(path) {
            Ok(content) => {
                let explain = |error| format!("{} is no resume file: {error}", path.display());
                ledger.file = serde_json::from_slice(&content).map_err(explain)?;
                if ledger.file.input != input {
                    return Err(format!(
                        "the resume file {} belongs to the input {}, not to {input}; \
                         delete the file to load everything",
                        path.display(),
                        ledger.file.input
                    )
                    .into());
                }
                ledger.done = Ranges::of(std::mem::take(&mut ledger.file.done));
                ledger.resumed_to = ledger.file.sent_to;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                ledger.file.load = new_name();
                ledger.file.input = input;
                ledger.save()?;
            }
            Err(error) => return Err(format!("cannot read {}: {error}", path.display()).into()),
        }
        Ok(ledger)
    }

    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed_to > 0
    }

    pub(crate) fn is_done(&self, number: u64) -> bool {
        self.done.contains(number)
    }

    /// Whether an earlier run may have sent this operation.
    pub(crate) fn may_have_been_sent(&self, number: u64) -> bool {
        number < self.resumed_to
    }

    /// The id of a document without one: the same in every run.
    pub(crate) fn id(&self, number: u64) -> Option<String> {
        self.path
            .as_ref()
            .map(|_| format!("{}-{number}", self.file.load))
    }

    pub(crate) fn done(&mut self, number: u64) {
        if self.path.is_some() {
            self.done.insert(number);
        }
    }

    /// Records that this operation may be sent, before it is.
    pub(crate) fn will_send(&mut self, number: u64) -> Result<(), BoxError> {
        if self.path.is_none() || number < self.file.sent_to {
            return Ok(());
        }
        self.file.sent_to = number + AHEAD;
        self.save()
    }

    /// Replaces the file in one step: a load that is killed leaves the old file or the new one.
    pub(crate) fn save(&mut self) -> Result<(), BoxError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        self.file.done = self.done.pairs();
        let explain = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let new = with_suffix(path, ".new");
        fs::write(&new, serde_json::to_vec(&self.file)?).map_err(explain)?;
        fs::rename(&new, path).map_err(explain)?;
        Ok(())
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A name that no other load has.
fn new_name() -> String {
    use std::hash::{BuildHasher, RandomState};

    // The standard library seeds each hasher with random keys.
    let random = || RandomState::new().hash_one(std::process::id());
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default();
    format!("{:x}-{:x}{:x}", now.as_nanos(), random(), random())
}

/// How many operations may be sent before the file is written again.
const AHEAD: u64 = 50_000;
