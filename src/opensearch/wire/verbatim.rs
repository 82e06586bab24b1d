//! Reads a repaired copy of JSON, but takes raw JSON from the original.
//!
//! The wrapper here passes everything on between serde_json and the type that is read. It acts in
//! one place: where a [`RawValue`](serde_json::value::RawValue) receives its text.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// The JSON that the server sent, and a repaired copy of the same length.
#[derive(Clone, Copy)]
pub(super) struct Texts<'de> {
    pub(super) original: &'de [u8],
    pub(super) repaired: &'de [u8],
}

impl<'de> Texts<'de> {
    /// Returns what the server sent in the place of this part of the copy, if that is UTF-8.
    fn original_of(self, part: &'de str) -> &'de str {
        let start = part.as_ptr().addr();
        start
            .checked_sub(self.repaired.as_ptr().addr())
            .and_then(|start| self.original.get(start..)?.get(..part.len()))
            .and_then(|bytes| str::from_utf8(bytes).ok())
            .unwrap_or(part)
    }
}

/// Wraps a deserializer, a visitor, a seed or an access of serde.
pub(super) struct Verbatim<'de, T> {
    inner: T,
    texts: Texts<'de>,
    place: Place,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Any value.
    Value,
    /// The value of a newtype. serde_json gives it a map only if it is raw JSON.
    Newtype,
    /// The text of raw JSON.
    Raw,
}

impl<'de, T> Verbatim<'de, T> {
    pub(super) fn new(inner: T, texts: Texts<'de>) -> Self {
        let place = Place::Value;
        Self {
            inner,
            texts,
            place,
        }
    }

    fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }
}

/// Passes methods of a deserializer on, each with a wrapped visitor.
macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = Verbatim::new(visitor, self.texts).at(self.place);
            self.inner.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Verbatim<'de, D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Verbatim::new(visitor, self.texts).at(Place::Newtype);
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    pass_on! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

/// Passes methods of a visitor on.
macro_rules! pass_values_on {
    ($($method:ident($type:ty);)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Verbatim<'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        self.inner.visit_borrowed_str(match self.place {
            Place::Raw => self.texts.original_of(text),
            Place::Value | Place::Newtype => text,
        })
    }

    pass_values_on! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Verbatim::new(inner, self.texts))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let inner = Verbatim::new(inner, self.texts);
        self.inner.visit_newtype_struct(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Verbatim::new(access, self.texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = Verbatim::new(access, self.texts);
        self.inner.visit_map(match self.place {
            Place::Newtype => access.at(Place::Raw),
            Place::Value | Place::Raw => access,
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Verbatim::new(access, self.texts))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Verbatim<'de, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let inner = Verbatim::new(inner, self.texts).at(self.place);
        self.inner.deserialize(inner)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Verbatim<'de, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = Verbatim::new(seed, self.texts);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Verbatim<'de, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = Verbatim::new(seed, self.texts);
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = Verbatim::new(seed, self.texts).at(self.place);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Verbatim<'de, A> {
    type Error = A::Error;
    type Variant = Verbatim<'de, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let seed = Verbatim::new(seed, self.texts);
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, Verbatim::new(variant, self.texts)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Verbatim<'de, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = Verbatim::new(seed, self.texts);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = Verbatim::new(visitor, self.texts);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = Verbatim::new(visitor, self.texts);
        self.inner.struct_variant(fields, visitor)
    }
}
