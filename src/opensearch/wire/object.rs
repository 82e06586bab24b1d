//! Reads a JSON object field by field.
//!
//! A reader that serde derives skips unknown fields; with `flatten` it keeps them, but buffers the
//! whole object first. The readers here keep unknown fields and buffer nothing else.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What is read from the fields of an object.
pub(crate) trait Object<'de>: Sized {
    /// What the object is, for errors: `a hit`.
    const WHAT: &'static str;

    /// Returns the value of an object without fields.
    fn empty() -> Self;

    /// Reads the value of the field of this name.
    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error>;
}

/// Reads an object. Anything else, arrays included, is an error.
pub(crate) fn read<'de, O: Object<'de>, D: Deserializer<'de>>(json: D) -> Result<O, D::Error> {
    json.deserialize_map(Fields(PhantomData))
}

struct Fields<O>(PhantomData<O>);

impl<'de, O: Object<'de>> Visitor<'de> for Fields<O> {
    type Value = O;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(O::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<O, A::Error> {
        let mut object = O::empty();
        while let Some(name) = fields.next_key()? {
            object.read_field(name, &mut fields)?;
        }
        Ok(object)
    }
}

/// Reads the value of a field; `null` gives the default.
pub(crate) fn or_default<'de, T, A>(fields: &mut A) -> Result<T, A::Error>
where
    T: Deserialize<'de> + Default,
    A: MapAccess<'de>,
{
    Ok(fields.next_value::<Option<T>>()?.unwrap_or_default())
}

/// The name of a field, borrowed where possible.
pub(crate) struct Name<'de>(Cow<'de, str>);

impl Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_identifier(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(name.into()))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(name.to_owned().into()))
    }
}

/// The fields of an object that have no place of their own.
#[derive(Debug, Default)]
pub(crate) struct Other(Map<String, Value>);

impl Other {
    /// Reads the value of a field and keeps it.
    pub(crate) fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        let value = fields.next_value()?;
        self.keep(name, value);
        Ok(())
    }

    /// Keeps a value unless it is `null`.
    pub(crate) fn keep(&mut self, name: Name<'_>, value: Value) {
        if !value.is_null() {
            self.0.insert(name.0.into_owned(), value);
        }
    }

    /// Whether there is a field of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns them as an object; `null` if there are none.
    pub(crate) fn into_json(self) -> Value {
        match self.0.is_empty() {
            true => Value::Null,
            false => Value::Object(self.0),
        }
    }
}
