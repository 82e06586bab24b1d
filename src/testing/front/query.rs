use http::Uri;

/// The URI without the parameters that `is_removed` accepts. All others keep their order and their
/// escapes. `None` without a query.
pub(super) fn without_parameters(uri: &Uri, is_removed: impl Fn(&str) -> bool) -> Option<Uri> {
    let kept: Vec<&str> = uri
        .query()?
        .split('&')
        .filter(|parameter| !is_removed(parameter))
        .collect();
    let target = match kept.join("&") {
        query if query.is_empty() => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}
