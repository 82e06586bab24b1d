//! Finds the path to a place in a JSON text, for error messages: `hits.hits[3]._source`.
//!
//! serde_json knows the place of an error, but not its path. Reading the text again up to the place costs nothing where
//! there is no error, which a deserializer that tracks its path would.

/// The path of the value at which serde_json stopped, by its line and column. Empty for the whole document, and where
/// the place is not known.
pub(super) fn at(json: &[u8], line: usize, column: usize) -> String {
    let before = json.split_inclusive(|byte| *byte == b'\n');
    let start: usize = before.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let end = json.len().min(start.saturating_add(column));
    // A value that begins here is the one that counts, not the first one inside of it.
    let json = match &json[..end] {
        [before @ .., b'{' | b'['] => before,
        before => before,
    };
    let mut open = Vec::new();
    let mut at = 0;
    while at < json.len() {
        match json[at] {
            b'{' => open.push(Open::Object(None)),
            b'[' => open.push(Open::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Open::Object(name)) => *name = None,
                Some(Open::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let text = text(&json[at..]);
                if let Some(Open::Object(name @ None)) = open.last_mut() {
                    *name = Some(text);
                }
                at += text.len();
            }
            _ => {}
        }
        at += 1;
    }
    shown(&open)
}

/// An object or array that the place is in.
enum Open<'a> {
    /// The name of the current field, with its first quotation mark, as it is in the text.
    Object(Option<&'a [u8]>),
    /// The index of the current element.
    Array(usize),
}

/// The text that begins here, up to its closing quotation mark.
fn text(json: &[u8]) -> &[u8] {
    let mut at = 1;
    while at < json.len() && json[at] != b'"' {
        at += if json[at] == b'\\' { 2 } else { 1 };
    }
    &json[..at.min(json.len())]
}

fn shown(open: &[Open<'_>]) -> String {
    let mut path = String::new();
    for part in open {
        if path.len() > MOST_BYTES {
            path.push('…');
            break;
        }
        match part {
            Open::Object(Some(name)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&String::from_utf8_lossy(&name[1..]));
            }
            Open::Object(None) => {}
            Open::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

const MOST_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_place_in_any_text_has_a_path() {
        let json = r#"{"a\"b": [1, {"c": "x]y", "d": {}}], "e": 2}"#;
        for (before, path) in [
            ("", ""),
            ("1", r#"a\"b[0]"#),
            (r#""x]y""#, r#"a\"b[1].c"#),
            (r#""d": {"#, r#"a\"b[1].d"#),
            ("{}", r#"a\"b[1].d"#),
            ("{}}", r#"a\"b[1]"#),
            ("]", r#"a\"b[1].c"#),
            ("}}]", r#"a\"b"#),
            ("2", "e"),
            ("2}", ""),
        ] {
            let column = json.find(before).unwrap() + before.len();
            assert_eq!(at(json.as_bytes(), 1, column), path, "{before}");
        }
        for column in 0..100 {
            for line in [0, 1, 2, usize::MAX] {
                at(json.as_bytes(), line, column);
                at(b"\\\"\\", line, column);
                at(b"]]}}\"", line, column);
            }
        }
        at(json.as_bytes(), usize::MAX, usize::MAX);
    }
}
