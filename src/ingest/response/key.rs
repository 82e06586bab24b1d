use std::fmt;

use serde::Deserialize;
use serde::de::Visitor;

/// A name of a member that matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
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
