use serde_json::json;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused, response};

#[test]
fn requests_are_as_the_reference_has_them() {
    let set = || json!({"set": {"field": "a", "value": 1}});
    for (request, expected) in [
        (
            line(Put::new("p/1").description("d").processor(set())),
            r#"PUT /_ingest/pipeline/p%2F1 {"description":"d","processors":[{"set":{"field":"a","value":1}}]}"#,
        ),
        (
            line(Put::new("p")),
            r#"PUT /_ingest/pipeline/p {"processors":[]}"#,
        ),
        (line(Get::new("p*")), "GET /_ingest/pipeline/p*"),
        (line(Get::all()), "GET /_ingest/pipeline"),
        (line(Delete::new("p")), "DELETE /_ingest/pipeline/p"),
        (
            line(Simulate::new("p").document(json!({"b": 2})).verbose(true)),
            r#"POST /_ingest/pipeline/p/_simulate?verbose=true {"docs":[{"_source":{"b":2}}]}"#,
        ),
        (
            line(
                Simulate::definition(json!({"processors": []})).document_with(json!({"_id": "1"})),
            ),
            r#"POST /_ingest/pipeline/_simulate {"docs":[{"_id":"1"}],"pipeline":{"processors":[]}}"#,
        ),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn pipelines_of_a_server_are_read_and_tried() {
    decoded(
        "pipeline_get.json",
        || Get::new("seen"),
        |known| {
            assert_eq!(known["seen"]["processors"][0]["set"]["field"], "seen");
        },
    );
    refused(
        "pipeline_missing.json",
        || Get::new("nothing"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::NotFound);
        },
    );
    refused(
        "pipeline_put_unknown_processor.json",
        || Put::new("bad"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::BadRequest);
            assert!(error.to_string().contains("[no_such]"), "{error}");
        },
    );
    decoded(
        "pipeline_simulate.json",
        || Simulate::new("seen"),
        |tried| {
            let expected = json!({"title": "Heat", "seen": true});
            assert_eq!(tried.docs[0].source(), Some(&expected));
        },
    );
    decoded(
        "pipeline_simulate_failing.json",
        || Simulate::new("seen"),
        |tried| {
            assert_eq!(tried.docs[0].error["reason"], "no");
            assert_eq!(tried.docs[0].source(), None);
        },
    );
    decoded(
        "pipeline_simulate_verbose.json",
        || Simulate::new("seen"),
        |tried| {
            let results = &tried.docs[0].processor_results;
            assert_eq!(results[0]["processor_type"], "set");
        },
    );
    decoded(
        "pipeline_delete.json",
        || Delete::new("seen"),
        |deleted| {
            assert!(deleted.acknowledged);
        },
    );
}

#[test]
fn no_pipeline_at_all_is_an_empty_response_and_a_missing_one_an_error() {
    let none = || response(404, "{}");
    assert!(Get::all().decode(none()).unwrap().is_empty());
    assert!(Get::new("p*").decode(none()).unwrap().is_empty());
    assert!(Get::new("p").decode(none()).is_err());
    assert!(Get::all().decode(response(404, "<html>")).is_err());
    decoded(
        "ingest_pipeline.json",
        || Put::new("seen"),
        |put| assert!(put.acknowledged),
    );
}
