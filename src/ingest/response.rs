//! Reads the items of a bulk response, without an allocation for those that succeeded.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::opensearch::bulk::Action;
use crate::opensearch::document::Change;
use crate::opensearch::wire::json;

/// One item of a response.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) action: Action,
    pub(super) status: Option<u16>,
    pub(super) error: Option<&'a RawValue>,
    pub(super) id: Option<&'a RawValue>,
    pub(super) result: Option<Change>,
    pub(super) version: Option<i64>,
    pub(super) seq_no: Option<i64>,
    pub(super) primary_term: Option<i64>,
}

/// Hands each item to `on_item`, in order. An error may come after some items: then nothing that
/// was handed out counts.
pub(super) fn read<'a>(
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
struct Fields(Action);

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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Items,
    Index,
    Create,
    Update,
    Delete,
    Status,
    Error,
    Id,
    Result,
    Version,
    SeqNo,
    PrimaryTerm,
    Other,
}

impl<'a> Deserialize<'a> for Key {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl Visitor<'_> for Keys {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
                self.visit_bytes(name.as_bytes())
            }

            fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<Key, E> {
                Ok(match name {
                    b"status" => Key::Status,
                    b"index" => Key::Index,
                    b"create" => Key::Create,
                    b"update" => Key::Update,
                    b"delete" => Key::Delete,
                    b"error" => Key::Error,
                    b"_id" => Key::Id,
                    b"result" => Key::Result,
                    b"_version" => Key::Version,
                    b"_seq_no" => Key::SeqNo,
                    b"_primary_term" => Key::PrimaryTerm,
                    b"items" => Key::Items,
                    _ => Key::Other,
                })
            }
        }
        // As bytes, so that an unknown name with half a surrogate is only unknown.
        deserializer.deserialize_bytes(Keys)
    }
}

/// A number, or nothing: whatever else stands there is not read as one.
struct Number(Option<i64>);

impl Number {
    fn status(self) -> Option<u16> {
        self.0.and_then(|number| u16::try_from(number).ok())
    }
}

impl<'a> Deserialize<'a> for Number {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl Visitor<'_> for Numbers {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(i64::try_from(number).ok()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(Some(number)))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number(text.parse().ok()))
            }
        }
        deserializer.deserialize_any(Numbers)
    }
}

/// What changed, if it is text.
struct Named(Option<Change>);

impl<'a> Deserialize<'a> for Named {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// Text of a JSON string; half a surrogate becomes U+FFFD, as servers write it when they cut text.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    json::from_slice(raw.get().as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(body: &str) -> Result<Vec<(Action, Option<u16>, bool)>, String> {
        let mut items = Vec::new();
        let read = read(body, |item| {
            items.push((item.action, item.status, item.error.is_some()));
            Ok(())
        });
        read.map(|()| items).map_err(|error| error.to_string())
    }

    #[test]
    fn items_are_read_whatever_stands_around_them() {
        for body in [
            r#"{"items":[{"index":{"status":201}},{"delete":{"status":404,"error":null}}]}"#,
            r#"{ "errors" : true , "items" : [ {"index" : {"status" : 201}}, {"delete":{"_id":"\ud83d","status":404}} ], "took":3}"#,
            r#"{"took":null,"errors":"x","items":[{"index":{"a":{"b":[1]},"status":201,"\ud83d":1}},{"delete":{"status":"404"}}]}"#,
        ] {
            assert_eq!(
                statuses(body).unwrap(),
                [
                    (Action::Index, Some(201), false),
                    (Action::Delete, Some(404), false)
                ],
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_no_bulk_response_is_an_error() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"items":null}"#,
            r#"{"items":{}}"#,
            r#"{"items":[{}]}"#,
            r#"{"items":[{"index":{"status":201}}"#,
            r#"{"items":[{"get":{"status":200}}]}"#,
            r#"{"items":[{"index":{},"delete":{}}]}"#,
            r#"{"items":[]}{}"#,
            r#"{"items":[],"items":[]}"#,
            r#"{"message":"Request throttled"}"#,
            "\u{feff}{\"items\":[]}",
        ] {
            assert!(statuses(body).is_err(), "{body}");
        }
    }

    #[test]
    fn half_surrogates_are_replaced_and_whole_ones_kept() {
        for (json, expected) in [
            (r#""cut \uD83D""#, "cut \u{fffd}"),
            (r#""\ude00x""#, "\u{fffd}x"),
            (r#""\ud83d\ude00\uD83D\uD83D\uDE00""#, "😀\u{fffd}😀"),
            (r#""\\ud83d \"\u0041""#, "\\ud83d \"A"),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(text(raw).as_deref(), Some(expected), "{json}");
        }
    }
}
