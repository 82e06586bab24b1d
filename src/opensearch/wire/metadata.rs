use serde::de::MapAccess;

use super::object;

/// What the server writes about a document beside its source.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) index: String,
    /// OpenSearch Serverless may leave it out.
    pub(crate) id: Option<String>,
    pub(crate) version: Option<i64>,
    pub(crate) seq_no: Option<i64>,
    pub(crate) primary_term: Option<i64>,
    pub(crate) routing: Option<String>,
}

impl Metadata {
    /// Reads the value of the field of this name; returns `false` if the field is not metadata.
    pub(crate) fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        fields: &mut A,
    ) -> Result<bool, A::Error> {
        match name {
            "_index" => self.index = object::or_default(fields)?,
            "_id" => self.id = fields.next_value()?,
            "_version" => self.version = fields.next_value()?,
            "_seq_no" => self.seq_no = fields.next_value()?,
            "_primary_term" => self.primary_term = fields.next_value()?,
            "_routing" => self.routing = fields.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}
