//! The conditions on which a document is written.

use super::error::ApiError;
use super::index::Index;
use super::params::Params;

/// On what condition, and with what routing, a document is written.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) routing: Option<String>,
    pub(super) if_seq_no: Option<u64>,
    pub(super) if_primary_term: Option<u64>,
    /// The caller's own version, which must grow.
    pub(super) external_version: Option<u64>,
    /// Only if there is no such document.
    pub(super) create: bool,
}

impl Terms {
    pub(super) fn read(params: &Params, create: bool) -> Result<Self, ApiError> {
        check_refresh(params)?;
        let op_type = params.get("op_type").unwrap_or("index");
        if !["index", "create"].contains(&op_type) {
            return Err(ApiError::illegal(format!(
                "opType must be 'create' or 'index', found: [{op_type}]"
            )));
        }
        let external = matches!(
            params.get("version_type"),
            Some("external" | "external_gte")
        );
        Ok(Self {
            routing: params.get("routing").map(str::to_owned),
            if_seq_no: params.number("if_seq_no")?,
            if_primary_term: params.number("if_primary_term")?,
            external_version: params.number("version")?.filter(|_| external),
            create: create || op_type == "create",
        })
    }

    pub(super) fn check(&self, name: &str, index: &Index, id: &str) -> Result<(), ApiError> {
        let known = index.documents.get(id);
        let conflict = |problem: String| {
            let reason = format!("[{id}]: version conflict, {problem}");
            Err(ApiError::conflict(name, &index.uuid, reason))
        };
        if let (true, Some(known)) = (self.create, known) {
            let version = known.version;
            return conflict(format!(
                "document already exists (current version [{version}])"
            ));
        }
        if let (Some(given), Some(known)) = (self.external_version, known)
            && given <= known.version
        {
            return conflict(format!(
                "current version [{}] is higher or equal to the one provided [{given}]",
                known.version
            ));
        }
        let (seq_no, term) = match (self.if_seq_no, self.if_primary_term) {
            (None, None) => return Ok(()),
            (Some(seq_no), Some(term)) => (seq_no, term),
            _ => {
                return Err(ApiError::validation(
                    "ifSeqNo and ifPrimaryTerm must be given together",
                ));
            }
        };
        match known {
            Some(known) if (known.seq_no, PRIMARY_TERM) == (seq_no, term) => Ok(()),
            Some(known) => conflict(format!(
                "required seqNo [{seq_no}], primary term [{term}]. \
                 current document has seqNo [{}] and primary term [{PRIMARY_TERM}]",
                known.seq_no
            )),
            None => conflict(format!(
                "required seqNo [{seq_no}], primary term [{term}]. but no document was found"
            )),
        }
    }
}

/// Refuses a `refresh` that OpenSearch does not know.
pub(super) fn check_refresh(params: &Params) -> Result<(), ApiError> {
    match params.get("refresh") {
        None | Some("" | "true" | "false" | "wait_for") => Ok(()),
        Some(other) => Err(ApiError::illegal(format!(
            "Unknown value for refresh: [{other}]."
        ))),
    }
}

pub(super) const PRIMARY_TERM: u64 = 1;
