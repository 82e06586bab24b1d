use serde_json::json;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused, response};

#[test]
fn requests_are_as_the_reference_has_them() {
    for (request, expected) in [
        (
            line(
                Put::new("a b", ["logs-*", "l"])
                    .template(json!({}))
                    .priority(3)
                    .composed_of(["c"])
                    .create(true),
            ),
            r#"PUT /_index_template/a%20b?create=true {"composed_of":["c"],"index_patterns":["logs-*","l"],"priority":3,"template":{}}"#,
        ),
        (line(Get::all()), "GET /_index_template"),
        (line(Get::new("l*")), "GET /_index_template/l*"),
        (line(Delete::new("l")), "DELETE /_index_template/l"),
    ] {
        assert_eq!(request, expected);
    }
    assert!(Delete::new("").request().is_err());
}

#[test]
fn templates_are_read() {
    decoded(
        "template_put.json",
        || Put::new("logs", ["logs-*"]),
        |put| {
            assert!(put.acknowledged);
        },
    );
    refused(
        "template_put_exists.json",
        || Put::new("logs", ["logs-*"]),
        |error| {
            assert_eq!(error.kind(), ErrorKind::BadRequest);
        },
    );
    decoded(
        "template_get.json",
        || Get::new("logs"),
        |known| {
            assert_eq!((known.len(), &*known[0].name), (1, "logs"));
            let template = &known[0].index_template;
            assert_eq!(
                (&template["priority"], &template["index_patterns"]),
                (&json!(7), &json!(["logs-*"]))
            );
        },
    );
    refused(
        "template_missing.json",
        || Get::new("nothing"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::NotFound);
        },
    );
    decoded(
        "template_delete.json",
        || Delete::new("logs"),
        |deleted| {
            assert!(deleted.acknowledged);
        },
    );
    let known = r#"{"index_templates":[{"name":"l","index_template":{"index_patterns":["l*"],"priority":3}}]}"#;
    let known = Get::all().decode(response(200, known)).unwrap();
    assert_eq!(
        (known[0].name.as_str(), &known[0].index_template["priority"]),
        ("l", &json!(3))
    );
    assert!(
        Get::all()
            .decode(response(200, r#"{"index_templates":[]}"#))
            .unwrap()
            .is_empty()
    );
}
