use super::*;
use crate::opensearch::cluster::Status;
use crate::opensearch::fixtures::{decoded, line, response};

#[test]
fn requests_are_as_the_reference_has_them() {
    for (request, start) in [
        (
            line(Indices::new().index("logs-*").health(Status::Green)),
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
fn rows_of_a_server_are_read() {
    decoded("cat_indices_columns.json", Indices::new, |rows| {
        let row = &rows[0];
        assert_eq!(
            (&*row.index, row.status.as_deref()),
            ("movies", Some("open"))
        );
        assert_eq!(row.health, Some(Status::Yellow));
        assert_eq!((row.primaries, row.replicas), (Some(1), Some(1)));
        assert!(row.docs_count.unwrap() > 0 && row.store_size.unwrap() > 1000);
        assert!(row.other.is_empty(), "{:?}", row.other);
    });
    decoded("cat_shards.json", Shards::new, |rows| {
        let [primary, replica] = &rows[..] else {
            panic!("{rows:?}")
        };
        assert_eq!(
            (primary.is_primary, replica.is_primary),
            (Some(true), Some(false))
        );
        assert_eq!(primary.state.as_deref(), Some("STARTED"));
        assert!(primary.store.unwrap() > 1000 && primary.node.is_some());
        assert_eq!((replica.docs, replica.node.as_deref()), (None, None));
        assert_eq!(replica.unassigned_reason.as_deref(), Some("INDEX_CREATED"));
    });
    decoded("cat_nodes.json", Nodes::new, |rows| {
        let row = &rows[0];
        assert_eq!(row.is_cluster_manager, Some(true));
        assert!(row.disk_total.unwrap() > row.disk_available.unwrap());
        assert!(row.heap_percent.is_some() && row.cpu.is_some() && row.version.is_some());
        assert!(row.other.is_empty(), "{:?}", row.other);
    });
}

#[test]
fn the_node_that_manages_the_cluster_is_known_by_both_names_of_the_column() {
    use crate::opensearch::call::Call;

    for (columns, expected) in [
        (r#""cluster_manager":"*""#, Some(true)),
        (r#""cluster_manager":"-","master":"-""#, Some(false)),
        (r#""master":"*""#, Some(true)),
        (r#""name":"n""#, None),
    ] {
        let rows = response(200, format!("[{{{columns}}}]"));
        let rows = Nodes::new().decode(rows).unwrap();
        assert_eq!(rows[0].is_cluster_manager, expected, "{columns}");
        assert!(rows[0].other.is_empty());
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
