//! Reads JSON as OpenSearch writes it.
//!
//! OpenSearch holds text as UTF-16. Where it cuts a text inside a character outside the basic
//! plane, such as an emoji, half of a surrogate pair remains. It writes this half as an escape
//! (`\ud83d`), and it returns a stored document with the bytes that it received. serde_json refuses
//! both forms. One such highlight would make a whole page of hits unreadable.

use serde::de::DeserializeOwned;

use super::verbatim::{Texts, Verbatim};
use crate::surrogates;

/// Reads a value from JSON. U+FFFD replaces each half of a surrogate pair.
///
/// A [`RawValue`](serde_json::value::RawValue) keeps the text that the server sent, escapes
/// included. serde_json alone reads a text without halves, so leniency costs nothing there.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(json).or_else(|error| match surrogates::replace_halves(json) {
        Some(repaired) => from_repaired(json, &repaired),
        None => Err(error),
    })
}

fn from_repaired<T: DeserializeOwned>(
    original: &[u8],
    repaired: &[u8],
) -> Result<T, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(repaired);
    let value = T::deserialize(Verbatim::new(&mut json, Texts { original, repaired }))?;
    json.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::IgnoredAny;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character_wherever_it_stands() {
        for (text, value) in [
            (r#""cut \ud83d""#, json!("cut \u{fffd}")),
            (r#""\ude00 cut""#, json!("\u{fffd} cut")),
            (r#"["\uD83D","\uDE00"]"#, json!(["\u{fffd}", "\u{fffd}"])),
            (
                r#"{"\ud83d":{"a":["\udfac"]}}"#,
                json!({"\u{fffd}": {"a": ["\u{fffd}"]}}),
            ),
            (r#""\ud83d\ud83d\ude00""#, json!("\u{fffd}\u{1f600}")),
            (
                r#"[1.5,-2,true,null,"\ud83d"]"#,
                json!([1.5, -2, true, null, "\u{fffd}"]),
            ),
        ] {
            assert_eq!(
                from_slice::<Value>(text.as_bytes()).unwrap(),
                value,
                "{text}"
            );
        }
        let encoded = b"\"cut \xed\xa0\xbd\"";
        assert_eq!(from_slice::<String>(encoded).unwrap(), "cut \u{fffd}");
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Everything {
        text: String,
        letter: char,
        number: f64,
        small: u8,
        wide: i128,
        flag: bool,
        some: Option<String>,
        none: Option<String>,
        unit: (),
        newtype: Newtype,
        pair: (String, u8),
        map: BTreeMap<u8, String>,
        kind: Kind,
        object: Kind,
        list: Kind,
        either: Either,
        ignored: IgnoredAny,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Newtype(Vec<String>);

    #[derive(Debug, PartialEq, Deserialize)]
    enum Kind {
        Unit,
        Named { text: String },
        Pair(u8, String),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }

    #[test]
    fn every_type_is_read_beside_half_a_surrogate_pair() {
        let rest = |text: &str| {
            format!(
                r#"{{"text":"{text}","letter":"a","number":1.25,"small":7,"wide":-9,"flag":true,
                "some":"{text}","none":null,"unit":null,"newtype":["{text}"],"pair":["{text}",1],
                "map":{{"3":"{text}"}},"kind":"Unit","object":{{"Named":{{"text":"{text}"}}}},
                "list":{{"Pair":[1,"{text}"]}},"either":"{text}","ignored":["{text}"],
                "more":{{"deep":["{text}"]}}}}"#
            )
        };
        let read: Everything = from_slice(rest(r"\ud83d").as_bytes()).unwrap();
        // serde_json itself reads what the halves are replaced with.
        let expected: Everything = serde_json::from_str(&rest("\u{fffd}")).unwrap();
        assert_eq!(read, expected);
    }

    #[derive(Deserialize)]
    struct Page {
        preview: String,
        raw: Box<RawValue>,
        raws: Vec<Option<Box<RawValue>>>,
    }

    #[test]
    fn raw_json_keeps_every_byte_that_the_server_sent() {
        let raw = r#"{ "a" : "\ud83d \u00e9 é",  "b":1.50 }"#;
        let text = format!(r#"{{"preview":"\udfac","raw":{raw},"raws":["\ud83d",null, {raw}]}}"#);
        let page: Page = from_slice(text.as_bytes()).unwrap();
        assert_eq!(page.preview, "\u{fffd}");
        assert_eq!(page.raw.get(), raw);
        let raws: Vec<_> = page.raws.iter().flatten().map(|raw| raw.get()).collect();
        assert_eq!(raws, [r#""\ud83d""#, raw]);
        assert_eq!(
            from_slice::<Box<RawValue>>(raw.as_bytes()).unwrap().get(),
            raw
        );
    }

    #[test]
    fn raw_json_that_is_not_utf_8_is_repaired() {
        let text = b"[\"\xed\xa0\xbd\"]";
        let raws: Vec<Box<RawValue>> = from_slice(text).unwrap();
        assert_eq!(raws[0].get(), "\"\u{fffd}\"");
    }

    #[test]
    fn a_text_without_halves_is_refused_in_the_words_of_serde_json() {
        for text in [
            r#"{"a":"#,
            r#"["\u00e9""#,
            r#"["\ud83d\ude00"] x"#,
            r#"["\uzzzz"]"#,
            r#"{"a":1}"#,
        ] {
            let expected = serde_json::from_slice::<Vec<String>>(text.as_bytes()).unwrap_err();
            let error = from_slice::<Vec<String>>(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), expected.to_string(), "{text}");
        }
    }

    #[test]
    fn an_error_beside_a_half_names_the_fault_and_its_place() {
        for (text, expected) in [
            (
                r#"["\ud83d",1]"#,
                "invalid type: integer `1`, expected a string at line 1 column 11",
            ),
            (r#"["\ud83d"] x"#, "trailing characters at line 1 column 12"),
            (
                r#"["\ud83d""#,
                "EOF while parsing a list at line 1 column 9",
            ),
        ] {
            let error = from_slice::<Vec<String>>(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn deep_json_beside_a_half_is_an_error_and_no_overflow() {
        let deep = format!(r#"["\ud83d",{}"#, "[".repeat(100_000));
        let error = from_slice::<Value>(deep.as_bytes()).unwrap_err();
        assert!(
            error.to_string().starts_with("recursion limit exceeded"),
            "{error}"
        );
        let deep = format!(
            r#"["\ud83d",{}{}]"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(from_slice::<Value>(deep.as_bytes()).is_err());
        // serde_json skips such a value without recursion.
        assert_eq!(
            from_slice::<Vec<IgnoredAny>>(deep.as_bytes())
                .unwrap()
                .len(),
            2
        );
        let raws: Vec<Box<RawValue>> = from_slice(deep.as_bytes()).unwrap();
        assert_eq!(raws[1].get().len(), 200_000);
    }
}
