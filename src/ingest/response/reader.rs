use std::fmt;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::item::{Fields, Item};
use super::key::Key;
use crate::opensearch::bulk::Action;

/// Hands each item to `on_item`, in order. An error may come after some items: then nothing that
/// was handed out counts.
pub(in super::super) fn read<'a>(
    body: &'a str,
    mut on_item: impl FnMut(Item<'a>) -> Result<(), String>,
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(body);
    let has_items = Response(&mut on_item).deserialize(&mut reader)?;
    reader.end()?;
    if has_items {
        Ok(())
    } else {
        Err(serde_json::Error::custom("the response has no items"))
    }
}

struct Response<'s, F>(&'s mut F);
struct Items<'s, F>(&'s mut F);
struct One<'s, F>(&'s mut F);

impl<'a, F: FnMut(Item<'a>) -> Result<(), String>> DeserializeSeed<'a> for Response<'_, F> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a, F: FnMut(Item<'a>) -> Result<(), String>> Visitor<'a> for Response<'_, F> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bulk response")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut has_items = false;
        while let Some(key) = map.next_key::<Key>()? {
            if key == Key::Items {
                if has_items {
                    return Err(A::Error::custom("the response has items twice"));
                }
                has_items = true;
                map.next_value_seed(Items(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(has_items)
    }
}

impl<'a, F: FnMut(Item<'a>) -> Result<(), String>> DeserializeSeed<'a> for Items<'_, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a, F: FnMut(Item<'a>) -> Result<(), String>> Visitor<'a> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(One(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'a, F: FnMut(Item<'a>) -> Result<(), String>> DeserializeSeed<'a> for One<'_, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a, F: FnMut(Item<'a>) -> Result<(), String>> Visitor<'a> for One<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item with the name of its action")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let action = match map.next_key::<Key>()? {
            Some(Key::Index) => Action::Index,
            Some(Key::Create) => Action::Create,
            Some(Key::Update) => Action::Update,
            Some(Key::Delete) => Action::Delete,
            _ => return Err(A::Error::custom("an item without an action")),
        };
        let item = map.next_value_seed(Fields(action))?;
        if map.next_key::<Key>()?.is_some() {
            return Err(A::Error::custom("an item with two actions"));
        }
        (self.0)(item).map_err(A::Error::custom)
    }
}
