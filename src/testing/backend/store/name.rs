//! Names of indices, and patterns that they fit.

use super::error::ApiError;

/// Whether `name` fits a pattern with `*`.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|end| {
            let cuts = (0..=end.len()).filter(|at| end.is_char_boundary(*at));
            cuts.into_iter().any(|at| glob(rest, &end[at..]))
        }),
    }
}

/// Refuses a name that no index can have, and that is no pattern.
pub(super) fn check_reserved(name: &str) -> Result<(), ApiError> {
    if name.starts_with('_') {
        return Err(bad_name(name, "must not start with '_'."));
    }
    Ok(())
}

/// Refuses a name that no index can have.
pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    check_reserved(name)?;
    let problem = if name.chars().any(|c| "\\/*?\"<>| ,".contains(c)) {
        "must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]"
    } else if name.contains('#') {
        "must not contain '#'"
    } else if name.contains(':') {
        "must not contain ':'"
    } else if name.starts_with(['-', '+']) {
        "must not start with '_', '-', or '+'"
    } else if name != name.to_lowercase() {
        "must be lowercase"
    } else if name == "." || name == ".." {
        "must not be '.' or '..'"
    } else if name.len() > 255 {
        "index name is too long"
    } else {
        return Ok(());
    };
    Err(bad_name(name, problem))
}

fn bad_name(name: &str, problem: &str) -> ApiError {
    let reason = format!("Invalid index name [{name}], {problem}");
    ApiError::new(400, "invalid_index_name_exception", reason).about(name, "_na_")
}
