use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::key::Key;
use super::value::{Named, Number};
use crate::opensearch::bulk::Action;
use crate::opensearch::document::Change;

/// One item of a response.
#[derive(Debug)]
pub(in super::super) struct Item<'a> {
    pub(in super::super) action: Action,
    pub(in super::super) status: Option<u16>,
    pub(in super::super) error: Option<&'a RawValue>,
    pub(in super::super) id: Option<&'a RawValue>,
    pub(in super::super) result: Option<Change>,
    pub(in super::super) version: Option<i64>,
    pub(in super::super) seq_no: Option<i64>,
    pub(in super::super) primary_term: Option<i64>,
}

/// Reads the members of the item of one operation with this action.
pub(super) struct Fields(pub(super) Action);

impl<'a> DeserializeSeed<'a> for Fields {
    type Value = Item<'a>;

    fn deserialize<D: serde::Deserializer<'a>>(
        self,
        deserializer: D,
    ) -> Result<Item<'a>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Fields {
    type Value = Item<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Item<'a>, A::Error> {
        let mut item = Item {
            action: self.0,
            status: None,
            error: None,
            id: None,
            result: None,
            version: None,
            seq_no: None,
            primary_term: None,
        };
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Status => item.status = map.next_value::<Number>()?.status(),
                Key::Error => {
                    let error: &RawValue = map.next_value()?;
                    item.error = (error.get() != "null").then_some(error);
                }
                Key::Id => item.id = Some(map.next_value()?),
                Key::Result => item.result = map.next_value::<Named>()?.0,
                Key::Version => item.version = map.next_value::<Number>()?.0,
                Key::SeqNo => item.seq_no = map.next_value::<Number>()?.0,
                Key::PrimaryTerm => item.primary_term = map.next_value::<Number>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(item)
    }
}
