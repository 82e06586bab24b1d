//! Documents, and the conditions on which they are written.

use serde_json::Value;

use super::error::ApiError;

/// A version of a document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) source: Value,
    pub(super) version: i64,
    pub(super) seq_no: u64,
    pub(super) routing: Option<String>,
}

/// Where a write leaves a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) version: i64,
    pub(super) seq_no: u64,
}

/// On which conditions, and with which routing, a document is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    pub(super) routing: Option<String>,
    pub(super) if_seq_no: Option<i64>,
    pub(super) if_primary_term: Option<i64>,
    pub(super) version: Option<i64>,
    pub(super) version_type: VersionType,
    /// The document must not exist.
    pub(super) create: bool,
}

/// Who counts the versions of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum VersionType {
    #[default]
    Internal,
    /// The caller, and each version must be greater than the last.
    External,
    /// The caller, and no version may be smaller than the last.
    ExternalOrEqual,
}

impl VersionType {
    pub(super) fn read(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            None | Some("internal") => Ok(Self::Internal),
            Some("external") => Ok(Self::External),
            Some("external_gte") => Ok(Self::ExternalOrEqual),
            Some(other) => Err(ApiError::illegal_argument(format!(
                "No version type match [{other}]"
            ))),
        }
    }
}

impl Conditions {
    /// Refuses conditions that contradict one another.
    pub(super) fn validate(&self, has_id: bool) -> Result<(), ApiError> {
        for number in [self.if_seq_no, self.if_primary_term].into_iter().flatten() {
            if number < 0 {
                return Err(ApiError::illegal_argument(format!(
                    "sequence numbers must be non negative. got [{number}]."
                )));
            }
        }
        let is_internal = self.version_type == VersionType::Internal;
        let problem = if self.create && !is_internal {
            "create operations only support internal versioning. use index instead".to_owned()
        } else if self.create && self.if_seq_no.is_some() {
            "create operations do not support compare and set. use index instead".to_owned()
        } else if !has_id && (!is_internal || self.version.is_some()) {
            "an id must be provided if version type or value are set".to_owned()
        } else if is_internal && self.version.is_some() {
            "internal versioning can not be used for optimistic concurrency control. \
             Please use `if_seq_no` and `if_primary_term` instead"
                .to_owned()
        } else if !is_internal && self.version.is_none_or(|version| version < 0) {
            let name = match self.version_type {
                VersionType::ExternalOrEqual => "EXTERNAL_GTE",
                _ => "EXTERNAL",
            };
            let version = self.version.unwrap_or(-3);
            format!("illegal version value [{version}] for version type [{name}]")
        } else if !is_internal && self.if_seq_no.is_some() {
            "compare and write operations can not use versioning".to_owned()
        } else {
            match (self.if_seq_no, self.if_primary_term.unwrap_or(0)) {
                (Some(_), 0) => "ifSeqNo is set, but primary term is [0]".to_owned(),
                (None, term) if term != 0 => {
                    format!("ifSeqNo is unassigned, but primary term is [{term}]")
                }
                _ => return Ok(()),
            }
        };
        Err(ApiError::validation(&problem))
    }

    /// Why these conditions forbid a write, if they do.
    ///
    /// `known` is the document, `deleted_version` the version of its deletion if it is deleted.
    pub(super) fn conflict(
        &self,
        known: Option<&Document>,
        deleted_version: Option<i64>,
    ) -> Option<String> {
        if let (true, Some(known)) = (self.create, known) {
            return Some(format!(
                "document already exists (current version [{}])",
                known.version
            ));
        }
        let current = known.map(|known| known.version).or(deleted_version);
        if let (Some(given), Some(current)) = (self.version, current) {
            let (is_refused, compared) = match self.version_type {
                VersionType::Internal => (false, ""),
                VersionType::External => (given <= current, "higher or equal to"),
                VersionType::ExternalOrEqual => (given < current, "higher than"),
            };
            if is_refused {
                return Some(format!(
                    "current version [{current}] is {compared} the one provided [{given}]"
                ));
            }
        }
        let (Some(seq_no), Some(term)) = (self.if_seq_no, self.if_primary_term) else {
            return None;
        };
        let required = format!("required seqNo [{seq_no}], primary term [{term}].");
        match known {
            Some(known) if u64::try_from(seq_no) == Ok(known.seq_no) && term == PRIMARY_TERM => {
                None
            }
            Some(known) => Some(format!(
                "{required} current document has seqNo [{}] and primary term [{PRIMARY_TERM}]",
                known.seq_no
            )),
            None => Some(format!("{required} but no document was found")),
        }
    }

    /// The version that a write leads to.
    pub(super) fn next_version(&self, current: Option<i64>) -> i64 {
        match (self.version_type, self.version) {
            (VersionType::External | VersionType::ExternalOrEqual, Some(version)) => version,
            // OpenSearch wraps as well.
            _ => current.unwrap_or(0).wrapping_add(1),
        }
    }
}

/// The term of every primary shard of the store: none ever fails.
pub(super) const PRIMARY_TERM: i64 = 1;
