use crate::opensearch::call::Query;

/// The parameters for a table of these columns, as JSON and with sizes in bytes.
pub(super) fn table(columns: &str) -> Query {
    let mut query = Query::default();
    query
        .set("format", "json")
        .set("bytes", "b")
        .set("h", columns);
    query
}
