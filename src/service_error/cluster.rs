//! Reads the `error` of a document that OpenSearch wrote: of a whole response, or of one item of a bulk.

use serde_json::Value;

/// What the cluster says about an error.
#[derive(Default)]
pub(crate) struct ClusterError {
    /// `index_not_found_exception` for instance.
    pub(crate) error_type: Option<String>,
    /// Why, in the cluster's words.
    pub(crate) reason: Option<String>,
    /// The root cause, or the deepest cause, if it is a different one.
    pub(crate) cause: Option<String>,
    /// The types of the error and of all its causes.
    pub(super) types: Vec<String>,
    /// The cluster says that the error does not pass: `"durability": "PERMANENT"`.
    pub(super) is_permanent: bool,
    /// The error is an object without a list of root causes, as OpenSearch Serverless writes it.
    pub(super) has_no_root_cause: bool,
}

impl ClusterError {
    /// Reads an object with `type`, `reason`, `root_cause` and `caused_by`, or the one text that stands there when
    /// `http.detailed_errors.enabled` is off.
    pub(crate) fn read(error: &Value) -> Self {
        if let Some(text) = error.as_str() {
            return Self::from_text(text);
        }
        let roots = error.get("root_cause").and_then(Value::as_array);
        let root = roots.and_then(|roots| roots.first());
        let of = |value: Option<&Value>, key| text(value?.get(key)?);
        let reason = of(Some(error), "reason").or_else(|| of(root, "reason"));
        let mut found = Self {
            error_type: of(Some(error), "type").or_else(|| of(root, "type")),
            cause: [root, deepest_cause(error)]
                .into_iter()
                .flatten()
                .find(|cause| of(Some(cause), "reason").is_some_and(|its| Some(its) != reason))
                .and_then(|cause| match of(Some(cause), "type") {
                    Some(kind) => Some(format!("{kind}: {}", of(Some(cause), "reason")?)),
                    None => of(Some(cause), "reason"),
                }),
            reason,
            has_no_root_cause: error.is_object() && roots.is_none(),
            ..Self::default()
        };
        found.collect_types(error);
        found
    }

    /// Reads `IndexNotFoundException[no such index [movies]]`, or a text without a type.
    pub(super) fn from_text(text: &str) -> Self {
        let text = text.trim();
        let (error_type, reason) = match typed(text) {
            Some((name, reason)) => (Some(snake_case(name)), reason),
            None => (None, text),
        };
        Self {
            types: error_type.iter().cloned().collect(),
            error_type,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
            ..Self::default()
        }
    }

    fn collect_types(&mut self, error: &Value) {
        if self.types.len() >= MAX_CAUSES || !error.is_object() {
            return;
        }
        let name = |key| error.get(key).and_then(Value::as_str);
        self.types.extend(name("type").map(str::to_owned));
        self.is_permanent |= name("durability") == Some("PERMANENT");
        for key in ["caused_by", "reason"] {
            if let Some(cause) = error.get(key) {
                self.collect_types(cause);
            }
        }
        for key in ["root_cause", "failed_shards"] {
            let causes = error.get(key).and_then(Value::as_array);
            for cause in causes.into_iter().flatten() {
                self.collect_types(cause);
            }
        }
    }
}

/// The end of the chain of `caused_by`.
fn deepest_cause(error: &Value) -> Option<&Value> {
    let mut deepest = error.get("caused_by")?;
    while let Some(next) = deepest.get("caused_by").filter(|next| next.is_object()) {
        deepest = next;
    }
    Some(deepest)
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The name of a Java exception, and the text in the brackets after it.
fn typed(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once('[')?;
    let is_name = name.starts_with(|char: char| char.is_ascii_uppercase())
        && name.ends_with("Exception")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then(|| (name, rest.strip_suffix(']').unwrap_or(rest)))
}

/// `IndexNotFoundException` as `index_not_found_exception`.
fn snake_case(name: &str) -> String {
    let name = ["OpenSearch", "Elasticsearch"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, char) in name.char_indices() {
        if char.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

/// More than an error has; the cluster groups the failures of shards by their cause.
const MAX_CAUSES: usize = 64;
