//! Names of indices and aliases, and patterns of names.

use super::error::ApiError;

/// Whether a name matches a pattern with `*`.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|end| {
            let cuts = (0..=end.len()).filter(|at| end.is_char_boundary(*at));
            cuts.into_iter().any(|at| glob(rest, &end[at..]))
        }),
    }
}

/// Refuses a name that no index can have and that is not a pattern either.
pub(super) fn check_reserved(name: &str) -> Result<(), ApiError> {
    if name.starts_with('_') {
        return Err(invalid(name, "must not start with '_'."));
    }
    if name.starts_with('<') {
        return Err(ApiError::unsupported(name, "as an index name (date math)"));
    }
    Ok(())
}

/// Refuses a name that no index can have.
pub(super) fn check_index(name: &str) -> Result<(), ApiError> {
    check_reserved(name)?;
    if name != name.to_lowercase() {
        return Err(invalid(name, "must be lowercase"));
    }
    match problem(name) {
        Some(problem) => Err(invalid(name, problem)),
        None => Ok(()),
    }
}

/// Refuses a name that no alias can have. Unlike an index, an alias may have capital letters.
pub(super) fn check_alias(name: &str) -> Result<(), ApiError> {
    let problem = if name.starts_with('_') {
        Some("must not start with '_', '-', or '+'")
    } else {
        problem(name)
    };
    match problem {
        Some(problem) => {
            let reason = format!("Invalid alias name [{name}]: {problem}");
            Err(ApiError::new(400, "invalid_alias_name_exception", reason).with_index(name, "_na_"))
        }
        None => Ok(()),
    }
}

pub(super) fn invalid(name: &str, problem: &str) -> ApiError {
    let reason = format!("Invalid index name [{name}], {problem}");
    ApiError::new(400, "invalid_index_name_exception", reason).with_index(name, "_na_")
}

fn problem(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.chars().any(|c| "\\/*?\"<>| ,".contains(c)) {
        Some("must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]")
    } else if name.contains('#') {
        Some("must not contain '#'")
    } else if name.contains(':') {
        Some("must not contain ':'")
    } else if name.starts_with(['-', '+']) {
        Some("must not start with '_', '-', or '+'")
    } else if name == "." || name == ".." {
        Some("must not be '.' or '..'")
    } else if name.len() > 255 {
        Some("index name is too long, it must be at most 255 bytes")
    } else {
        None
    }
}
