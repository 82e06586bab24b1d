use std::fmt;

use serde_json::error::Category;

use super::json_path;
use super::scrub::Scrub;
use crate::error::BoxError;
use crate::opensearch::response::Response;

/// How a body differs from what a call expects. It names the field, but no value from the body.
#[derive(Debug)]
struct Unexpected {
    /// `hits.total.value` for instance; empty for the whole document.
    path: String,
    /// `expected u64, found string`
    problem: String,
}

/// Why the body of a response cannot be read as JSON, or as the JSON that a call expects.
pub(crate) fn json_error(response: &Response, error: &serde_json::Error) -> BoxError {
    let (line, column) = (error.line(), error.column());
    let path = json_path::at(&response.body, line, column);
    let problem = match error.classify() {
        Category::Eof => format!("the JSON ends too early, at line {line} column {column}"),
        Category::Syntax => format!("it is not valid JSON at line {line} column {column}"),
        Category::Data | Category::Io => problem(&error.to_string()),
    };
    let scrub = Scrub::of(response);
    Unexpected {
        path: scrub.keep_line(&path),
        problem: scrub.keep_line(&problem),
    }
    .into()
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.path {
            "" => f.write_str(&self.problem),
            path => write!(f, "`{path}`: {}", self.problem),
        }
    }
}

impl std::error::Error for Unexpected {}

/// What serde says, without the value it quotes: `invalid type: string "many", expected u64 at line 1 column 12` as
/// `expected u64, found string`.
fn problem(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(message, _)| message);
    for prefix in ["invalid type: ", "invalid value: ", "invalid length "] {
        let Some(rest) = message.strip_prefix(prefix) else {
            continue;
        };
        // The value may hold any text; what is expected comes last.
        let Some((found, expected)) = rest.rsplit_once(", expected ") else {
            continue;
        };
        let found = found.split([' ', '`', '"']).next().unwrap_or_default();
        let found = match (prefix, found) {
            ("invalid length ", length) => format!("length {length}"),
            (_, "floating") => "floating point number".to_owned(),
            (_, kind) => kind.to_owned(),
        };
        return format!("expected {expected}, found {found}");
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let expected = rest
            .rsplit_once(", expected ")
            .map(|(_, expected)| expected);
        return format!("unknown value, expected {}", expected.unwrap_or("none"));
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading counts")]
    struct Page {
        took: u64,
        hits: Hits,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading counts")]
    struct Hits {
        total: u8,
        list: Vec<Hit>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading counts")]
    struct Hit {
        score: f64,
        #[serde(default)]
        relation: Relation,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Relation {
        #[default]
        Eq,
        Gte,
    }

    fn said<T: DeserializeOwned>(body: &str) -> String {
        let response = Response::new(StatusCode::OK, HeaderMap::new(), body.to_owned());
        let error = serde_json::from_str::<T>(body).err().unwrap();
        json_error(&response, &error).to_string()
    }

    #[test]
    fn the_field_and_the_expected_type_are_named() {
        for (body, expected) in [
            (r#"{"took":"many"}"#, "`took`: expected u64, found string"),
            (r#"{"took":-1}"#, "`took`: expected u64, found integer"),
            (
                r#"{"took":1.5}"#,
                "`took`: expected u64, found floating point number",
            ),
            (r#"{"took":{"a":1}}"#, "`took`: expected u64, found map"),
            (r#"{"took":[1]}"#, "`took`: expected u64, found sequence"),
            (r#"{"took":null}"#, "`took`: expected u64, found null"),
            (
                r#"{"took":1,"hits":{"total":300}}"#,
                "`hits.total`: expected u8, found integer",
            ),
            (
                r#"{"took":1,"hits":{"total":3,"list":[{"score":1},{"x":[1,{}],"score":"a, expected b"}]}}"#,
                "`hits.list[1].score`: expected f64, found string",
            ),
            (
                r#"{"took":1,"hits":{"total":3,"list":[{"score":1,"relation":"TOKEN"}]}}"#,
                "`hits.list[0].relation`: unknown value, expected `eq` or `gte`",
            ),
            (
                r#"{"took":1,"hits":{"total":3}}"#,
                "`hits`: missing field `list`",
            ),
            (r#"{"took":1}"#, "missing field `hits`"),
            (
                "{\"took\":1,\n \"hits\": {\"total\":3,\n  \"list\": 7}}",
                "`hits.list`: expected a sequence, found integer",
            ),
            (
                "[]",
                "invalid length 0, expected struct Page with 2 elements",
            ),
        ] {
            let expected = expected.replace(
                "invalid length 0, expected struct Page with 2 elements",
                "expected struct Page with 2 elements, found length 0",
            );
            assert_eq!(said::<Page>(body), expected, "{body}");
        }
    }

    #[test]
    fn broken_json_is_located() {
        for (body, expected) in [
            ("", "the JSON ends too early, at line 1 column 0"),
            (
                r#"{"took":1,"hits":{"total":"#,
                "`hits.total`: the JSON ends too early, at line 1 column 26",
            ),
            ("<html>", "it is not valid JSON at line 1 column 1"),
        ] {
            assert_eq!(said::<Page>(body), expected, "{body}");
        }
    }

    #[test]
    fn no_secret_of_a_body_is_quoted() {
        let token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";
        type Map = std::collections::HashMap<String, u8>;
        for body in [
            format!(r#"{{"x-amz-security-token":"{token}"}}"#),
            format!(r#"{{"a":"x-amz-security-token: {token}"}}"#),
            format!(r#"{{"x-amz-security-token={token}":"a"}}"#),
            format!(r#"{{"a":0,"x-amz-security-token":{{}},"x":"x-amz-security-token={token}"}}"#),
            format!(r#"{{"{token}":"x-amz-security-token={token}"}}"#),
        ] {
            let said = said::<Map>(&body);
            assert!(!said.contains("IQoJ"), "{said}");
        }
    }
}
