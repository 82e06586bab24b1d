//! Reads an error document in YAML, in the one style in which OpenSearch writes it.
//!
//! Every text stands in quotation marks on a line of its own, with the quotation marks inside escaped. So a text cannot
//! look like a field.

use super::cluster::ClusterError;
use super::content::{Content, Form};

/// Reads a document that begins with `---` and has `error` and `status` at its top. `None` for any other text.
pub(super) fn read(text: &str) -> Option<Content> {
    let mut lines = text.trim_start().lines();
    if lines.next()?.trim_end() != "---" {
        return None;
    }
    let mut found = ClusterError::default();
    let (mut has_error, mut has_status) = (false, false);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let (name, value) = (name.trim_end(), value.trim());
        match name {
            "status" => has_status = value.parse::<u16>().is_ok(),
            "error" => {
                has_error = true;
                if let Some(text) = quoted(value) {
                    found = ClusterError::from_text(&text);
                }
            }
            "  type" => found.error_type = quoted(value),
            "  reason" => found.reason = quoted(value),
            _ => {}
        }
        match name.trim_start_matches([' ', '-']) {
            "type" => found.types.extend(quoted(value)),
            "durability" => found.is_permanent |= value == "\"PERMANENT\"",
            _ => {}
        }
    }
    (has_error && has_status).then(|| Content {
        form: Form::Cluster,
        cluster: Some(found),
        ..Content::default()
    })
}

/// A text in quotation marks that begins and ends on this line. JSON has the same escapes, but for a few rare ones.
fn quoted(value: &str) -> Option<String> {
    let text: String = serde_json::from_str(value).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
