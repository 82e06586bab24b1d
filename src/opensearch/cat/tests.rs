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
        (
            line(Recovery::new().index("logs-*")),
            "GET /_cat/recovery/logs-*?format=json&bytes=b&h=index%2Cshard%2C",
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
fn a_recovery_says_how_far_it_is() {
    use crate::opensearch::call::Call;

    let rows = r#"[{"index":"movies","shard":"3","type":"snapshot","stage":"index","repository":"r","snapshot":"s","start_time_millis":"1737971531953","bytes_percent":"42.5%"},{"index":"movies","stage":"done","bytes_percent":"n/a","x":1},{"stage":"DONE","bytes_percent":99.5}]"#;
    let rows = Recovery::new().decode(response(200, rows)).unwrap();
    assert_eq!(
        (rows[0].shard, rows[0].bytes_percent),
        (Some(3), Some(42.5))
    );
    assert_eq!(rows[0].start_time_millis, Some(1_737_971_531_953));
    let done: Vec<_> = rows.iter().map(RecoveryRow::is_done).collect();
    assert_eq!(done, [false, true, true]);
    assert_eq!((rows[1].shard, rows[1].bytes_percent), (None, None));
    assert_eq!(rows[2].bytes_percent, Some(99.5));
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
