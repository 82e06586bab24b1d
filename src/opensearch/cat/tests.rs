use super::*;
use crate::opensearch::fixtures::{decoded, line, response};

#[test]
fn requests_are_as_the_reference_has_them() {
    for (request, start) in [
        (
            line(Indices::new().index("logs-*").health("green")),
            "GET /_cat/indices/logs-*?format=json&bytes=b&h=health%2C",
        ),
        (
            line(Shards::new()),
            "GET /_cat/shards?format=json&bytes=b&h=index%2C",
        ),
        (
            line(Nodes::new().query_param("full_id", "true")),
            "GET /_cat/nodes?format=json&bytes=b&h=ip%2C",
        ),
    ] {
        assert!(request.starts_with(start), "{request}");
    }
}

#[test]
fn rows_are_read_from_text_and_from_nothing() {
    use crate::opensearch::call::Call;

    decoded("cat_indices.json", Indices::new, |rows| {
        assert_eq!(rows[0].index, "movies");
        assert_eq!(rows[0].primaries, Some(1));
        // Captured without `bytes=b`.
        assert_eq!(rows[0].store_size, None);
    });
    let closed = r#"[{"health":null,"status":"close","index":"a","docs.count":null,"store.size":"","pri":"1","x":"y"}]"#;
    let rows = Indices::new().decode(response(200, closed)).unwrap();
    assert_eq!((rows[0].docs_count, rows[0].store_size), (None, None));
    assert_eq!(
        (rows[0].primaries, rows[0].other["x"].as_str()),
        (Some(1), Some("y"))
    );
    assert!(
        Indices::new()
            .decode(response(404, r#"{"error":"no such index"}"#))
            .is_err()
    );
}
