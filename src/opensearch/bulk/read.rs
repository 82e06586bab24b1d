//! Reads the response to a bulk: one item for each operation, in their order.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess};
use serde_json::Value;

use super::action::Action;
use super::mismatch::Mismatch;
use super::operation::Operation;
use super::outcome::{BulkResponse, Done, Rejected};
use crate::opensearch::call::Query;
use crate::opensearch::document::Change;
use crate::opensearch::error::{ApiError, Error, Scrub, json_error};
use crate::opensearch::response::Response;
use crate::opensearch::wire::metadata::Metadata;
use crate::opensearch::wire::object::{self, Name, Object, Other};
use crate::opensearch::wire::{altered, json};

/// Reads the outcomes of these operations from the response to a call with these parameters.
pub(super) fn read(
    operations: &[Operation],
    query: &Query,
    response: Response,
) -> Result<BulkResponse, Error> {
    let is_filtered = altered::is_filtered(query);
    let outcomes = match json::from_slice(&response.body) {
        Ok(body) => {
            pair(operations, body, is_filtered, &Scrub::of(&response)).map_err(|what| (what, None))
        }
        Err(error) => Err((
            "the response cannot be read".to_owned(),
            Some(json_error(&response, &error)),
        )),
    };
    outcomes.map_err(|(what, source)| {
        let hint = if is_filtered { FILTER_HINT } else { "" };
        let mismatch = Mismatch {
            what: what + hint,
            operations: operations.to_vec(),
            response: response.clone(),
            source,
        };
        Error::decode(&response, mismatch)
    })
}

/// Pairs operations and items. The status of an item decides, and no flag, with one exception: a
/// filter removes parts of items, so there `errors: false` means that all operations succeeded.
fn pair(
    operations: &[Operation],
    body: BulkBody,
    is_filtered: bool,
    scrub: &Scrub,
) -> Result<BulkResponse, String> {
    let BulkBody {
        took,
        errors,
        items,
    } = body;
    let all_succeeded = is_filtered && errors == Some(false);
    let items = items.unwrap_or_default();
    let outcomes = if items.len() == operations.len() {
        let pairs = operations.iter().zip(items).enumerate();
        let outcomes = pairs.map(|(position, (operation, item))| {
            let (action, mut item) = item.split();
            check(position, operation, action, &item)?;
            if all_succeeded {
                item.status = item.status.or(Some(200));
            }
            item.into_outcome(position, operation, scrub)
        });
        outcomes.collect::<Result<_, _>>()?
    } else if all_succeeded {
        operations.iter().map(succeeded).map(Ok).collect()
    } else {
        let (items, operations) = (items.len(), operations.len());
        return Err(format!(
            "{operations} operations, but {items} items in the response"
        ));
    };
    Ok(BulkResponse { took, outcomes })
}

/// Checks that an item is for this operation.
fn check(
    position: usize,
    operation: &Operation,
    action: Action,
    item: &Item,
) -> Result<(), String> {
    let sent = operation.action();
    if action != sent {
        return Err(format!(
            "operation {position} is `{sent}`, item {position} is `{action}`"
        ));
    }
    match (operation.document_id(), &item.metadata.id) {
        (Some(sent), Some(received)) if sent != received => Err(format!(
            "item {position} has a different id than operation {position}"
        )),
        _ => Ok(()),
    }
}

/// The outcome of an operation whose item was filtered out.
fn succeeded(operation: &Operation) -> Done {
    Done {
        action: operation.action(),
        index: operation.index_name().unwrap_or_default().to_owned(),
        id: operation.document_id().unwrap_or_default().to_owned(),
        status: 200,
        result: None,
        version: None,
        seq_no: None,
        primary_term: None,
        other: Value::Null,
    }
}

/// The body of the response to a bulk.
#[derive(serde::Deserialize)]
struct BulkBody {
    #[serde(default)]
    took: u64,
    errors: Option<bool>,
    items: Option<Vec<ItemOf>>,
}

/// An item, under the name of its action.
#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum ItemOf {
    Index(Item),
    Create(Item),
    Update(Item),
    Delete(Item),
}

impl ItemOf {
    fn split(self) -> (Action, Item) {
        match self {
            Self::Index(item) => (Action::Index, item),
            Self::Create(item) => (Action::Create, item),
            Self::Update(item) => (Action::Update, item),
            Self::Delete(item) => (Action::Delete, item),
        }
    }
}

/// What the server says about one operation.
struct Item {
    metadata: Metadata,
    status: Option<u16>,
    result: Option<Change>,
    error: Value,
    other: Other,
}

impl Item {
    fn into_outcome(
        self,
        position: usize,
        operation: &Operation,
        scrub: &Scrub,
    ) -> Result<Result<Done, Rejected>, String> {
        let Some(status) = self.status else {
            return Err(format!("item {position} has no status"));
        };
        let (action, metadata) = (operation.action(), self.metadata);
        let found_nothing = action == Action::Delete
            && self.result == Some(Change::NotFound)
            && self.error.is_null();
        if (200..300).contains(&status) || found_nothing {
            return Ok(Ok(Done {
                action,
                index: metadata.index,
                id: metadata.id.unwrap_or_default(),
                status,
                result: self.result,
                version: metadata.version,
                seq_no: metadata.seq_no,
                primary_term: metadata.primary_term,
                other: self.other.into_json(),
            }));
        }
        let error = ApiError::of_item(&self.error, scrub);
        let id = metadata.id;
        Ok(Err(Rejected {
            position,
            operation: Box::new(operation.clone()),
            action,
            index: metadata.index,
            id: id.or_else(|| operation.document_id().map(Into::into)),
            status,
            error_type: error.error_type,
            reason: error.reason,
            cause: error.cause,
        }))
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        object::read(json)
    }
}

impl<'de> Object<'de> for Item {
    const WHAT: &'static str = "an item of a bulk";

    fn empty() -> Self {
        Self {
            metadata: Metadata::default(),
            status: None,
            result: None,
            error: Value::Null,
            other: Other::default(),
        }
    }

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        match &*name {
            "status" => self.status = fields.next_value()?,
            "result" => self.result = fields.next_value()?,
            "error" => self.error = fields.next_value()?,
            // Every item has shards, and every item of Elasticsearch has a type. Neither is kept.
            "_shards" | "_type" => drop(fields.next_value::<IgnoredAny>()?),
            name if self.metadata.read_field(name, fields)? => {}
            _ => self.other.read_field(name, fields)?,
        }
        Ok(())
    }
}

const FILTER_HINT: &str = "; the request set `filter_path`, which removes parts of the response: keep `errors`, \
    or `items.*._id`, `items.*.status` and `items.*.error`";
