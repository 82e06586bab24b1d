use serde_json::json;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::fixtures::{decoded, line, refused, response};

#[test]
fn requests_are_as_the_reference_has_them() {
    let add = Action::add("a*", "m")
        .filter(json!({"match_all": {}}))
        .routing("7")
        .is_write_index(true)
        .is_hidden(true);
    for (request, expected) in [
        (line(Get::new()), "GET /_alias"),
        (
            line(Get::new().index("a,b*").name("m*")),
            "GET /a,b*/_alias/m*",
        ),
        (
            line(
                Update::new()
                    .add("new", "m")
                    .remove("old", "m")
                    .remove_index("older")
                    .timeout("5s"),
            ),
            r#"POST /_aliases?timeout=5s {"actions":[{"add":{"alias":"m","index":"new"}},{"remove":{"alias":"m","index":"old"}},{"remove_index":{"index":"older"}}]}"#,
        ),
        (
            line(Update::new().action(add)),
            r#"POST /_aliases {"actions":[{"add":{"alias":"m","filter":{"match_all":{}},"index":"a*","is_hidden":true,"is_write_index":true,"routing":"7"}}]}"#,
        ),
    ] {
        assert_eq!(request, expected);
    }
    assert!(Update::new().request().is_err(), "nothing to do");
}

#[test]
fn responses_are_read() {
    decoded("aliases.json", Update::new, |changed| {
        assert!(changed.acknowledged)
    });
    decoded("alias_get.json", Get::new, |known| {
        assert!(known["copies"].aliases.contains_key("films"));
    });
    refused("alias_missing.json", Get::new, |error| {
        assert_eq!(error.to_string(), "alias [nothing] missing (404)");
    });
    let known = r#"{"a":{"aliases":{"m":{"filter":{"term":{"x":1}},"index_routing":"1","search_routing":"1,2"},"n":{}}},"b":{"aliases":{}}}"#;
    let known = Get::new().decode(response(200, known)).unwrap();
    let m = &known["a"].aliases["m"];
    assert_eq!(
        (m.search_routing.as_deref(), m.is_write_index),
        (Some("1,2"), None)
    );
    assert!(known["a"].aliases["n"].filter.is_null() && known["b"].aliases.is_empty());
    let missing = r#"{"error":"alias [x] missing","status":404}"#;
    let error = Get::new()
        .name("x")
        .decode(response(404, missing))
        .unwrap_err();
    assert_eq!(error.to_string(), "alias [x] missing (404)");
}
