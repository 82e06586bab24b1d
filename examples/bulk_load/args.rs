use std::path::PathBuf;

use clap::{ArgGroup, Parser, ValueEnum};
use sigtower::ingest::Ids;

/// Loads documents into OpenSearch, and accounts for each of them.
#[derive(Clone, Debug, Parser)]
#[command(name = "bulk_load", group(ArgGroup::new("input").required(true).args(["file", "generate"])))]
pub(crate) struct Args {
    /// The index for operations that name none
    #[arg(long, default_value = "bulk-load")]
    pub(crate) index: String,
    /// The file to load, or `-` for standard input; gzip is detected
    #[arg(long, value_name = "F|-")]
    pub(crate) file: Option<PathBuf>,
    /// Generates this many documents instead of reading a file
    #[arg(long, value_name = "N")]
    pub(crate) generate: Option<u64>,
    /// The format of the input; by default, the first character that is not blank decides
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// The top-level field of each document with its id
    #[arg(long, value_name = "F")]
    pub(crate) id_field: Option<String>,
    /// Where ids come from; by default from the caller with --id-field, generated otherwise
    #[arg(long)]
    pub(crate) ids: Option<IdSource>,
    /// What to do with documents of inputs that name no action
    #[arg(long, default_value = "index")]
    pub(crate) op: Op,
    /// The ingest pipeline for operations that name none
    #[arg(long, value_name = "P")]
    pub(crate) pipeline: Option<String>,
    /// The top-level field of each document with its routing value
    #[arg(long, value_name = "F")]
    pub(crate) routing_field: Option<String>,
    /// Keeps what was not loaded in this file, which can be loaded again
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Records in this file what was loaded; a second run with it loads only the rest
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Writes a summary to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    /// Sends requests without compression
    #[arg(long)]
    pub(crate) no_gzip: bool,
    /// The most requests in flight; how many of them there are is learned
    #[arg(long, value_name = "N")]
    pub(crate) max_in_flight: Option<usize>,
    /// The most memory for operations that are not yet loaded, in bytes
    #[arg(long, value_name = "BYTES")]
    pub(crate) memory: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON document on each line
    Ndjson,
    /// Lines of the `_bulk` API: actions and documents
    Bulk,
    /// One JSON array of documents
    Json,
    /// CSV with a header; all values are strings
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IdSource {
    /// Each operation has an id already
    Caller,
    /// Documents without an id get one here, so that they can be sent again
    Generated,
    /// The server gives documents an id, and lost requests are not sent again
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Op {
    /// Replaces a document with the same id
    Index,
    /// Keeps a document with the same id, and rejects the new one
    Create,
    /// Merges the fields into the document with the same id
    Update,
}

impl Args {
    /// The name of the input in messages.
    pub(crate) fn input_name(&self) -> String {
        match &self.file {
            Some(file) => file.display().to_string(),
            None => "generated".to_owned(),
        }
    }

    pub(crate) fn ids(&self) -> Ids {
        match (self.ids, &self.id_field) {
            (Some(IdSource::Caller), _) | (None, Some(_)) => Ids::Caller,
            (Some(IdSource::Server), _) => Ids::Server,
            _ => Ids::Generated,
        }
    }
}
