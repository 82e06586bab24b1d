//! Moves a long query string from the URL into the body.

use serde_json::{Map, Value, json};

use crate::encode;
use crate::opensearch::call::Query;

/// Moves `q` into a query for the body, if the URL would become too long with it.
///
/// Returns the parameters that stay, and the query. The parameters that say how to read `q` become
/// part of the query, as
/// [the server does it](https://docs.opensearch.org/latest/query-dsl/full-text/query-string/).
pub(super) fn into_body(index: Option<&str>, query: &Query) -> Option<(Query, Value)> {
    query.get("q")?;
    let parameters = query
        .iter()
        .map(|(name, value)| length(name) + length(value) + 2);
    if index.map_or(0, length) + parameters.sum::<usize>() <= LONGEST {
        return None;
    }
    as_clause(query)
}

/// Moves `q` into a query for the body. Returns the parameters that stay, and the query.
pub(super) fn as_clause(query: &Query) -> Option<(Query, Value)> {
    query.get("q")?;
    let mut rest = Query::default();
    let mut clause = Map::new();
    for (name, value) in query.iter() {
        let (name, value) = match name {
            "q" => ("query", value.into()),
            "df" => ("default_field", value.into()),
            "analyzer" | "default_operator" => (name, value.into()),
            "analyze_wildcard" | "lenient" => (name, flag(value)),
            _ => {
                rest.set(name, value);
                continue;
            }
        };
        clause.insert(name.into(), value);
    }
    Some((rest, json!({ "query_string": clause })))
}

/// Returns how long a text is when it is percent-encoded.
fn length(text: &str) -> usize {
    let lengths = text.bytes().map(|byte| match encode::is_unreserved(byte) {
        true => 1,
        false => 3,
    });
    lengths.sum()
}

/// Reads a flag of a URL: a parameter without a value is set.
fn flag(value: &str) -> Value {
    match value {
        "" | "true" => true.into(),
        "false" => false.into(),
        other => other.into(),
    }
}

/// The server refuses a request line of more than 4 KiB (`http.max_initial_line_length`). The rest
/// is for the method, for a path in the endpoint's URL, and for the API.
const LONGEST: usize = 3 * 1024;

#[cfg(test)]
mod tests {
    use crate::opensearch::fixtures::line;
    use crate::opensearch::search::{Count, Search};

    #[test]
    fn a_short_query_string_stays_in_the_url() {
        let short = "x".repeat(2_500);
        let search = Search::<()>::new("movies")
            .q(&short)
            .query_param("df", "title");
        let expected = format!("POST /movies/_search?q={short}&df=title {{}}");
        assert_eq!(line(search), expected);
        let count = Count::new("movies").q(&short);
        assert_eq!(line(count), format!("POST /movies/_count?q={short}"));
    }

    #[test]
    fn a_long_query_string_is_sent_in_the_body_with_the_parameters_that_say_how_to_read_it() {
        // 3 bytes each when encoded.
        let long = "é".repeat(600);
        let search = Search::<()>::new("movies")
            .q(&long)
            .query_param("df", "title")
            .query_param("default_operator", "AND")
            .query_param("analyzer", "standard")
            .query_param("analyze_wildcard", "true")
            .query_param("lenient", "")
            .query_param("preference", "_local")
            .size(3);
        let clause = format!(
            r#"{{"query_string":{{"analyze_wildcard":true,"analyzer":"standard","default_field":"title","default_operator":"AND","lenient":true,"query":"{long}"}}}}"#
        );
        let expected =
            format!(r#"POST /movies/_search?preference=_local {{"query":{clause},"size":3}}"#);
        assert_eq!(line(search), expected);

        let count = Count::new("movies").q(&long).routing("r");
        let expected = format!(
            r#"POST /movies/_count?routing=r {{"query":{{"query_string":{{"query":"{long}"}}}}}}"#
        );
        assert_eq!(line(count), expected);
    }

    #[test]
    fn a_query_string_beside_a_long_list_of_indices_is_sent_in_the_body() {
        let indices = vec!["logs-2026.11.25"; 200].join(",");
        let line = line(Search::<()>::new(indices).q("title:heat"));
        assert!(line.ends_with(r#"/_search {"query":{"query_string":{"query":"title:heat"}}}"#));
    }
}
