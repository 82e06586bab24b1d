//! Values as OpenSearch indexes them, which may differ from what the document says.

use std::cmp::Ordering;

use serde_json::{Number, Value, json};

use super::super::json::text;
use super::date::is_date;
use super::kind::Kind;

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Term {
    Integer(i64),
    Float(f64),
    Text(String),
    Boolean(bool),
    /// The store checks dates, and does not compare them.
    Date,
}

/// Why a value does not fit a type: the type and the reason of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct TermError {
    pub(in super::super) kind: &'static str,
    pub(in super::super) reason: String,
}

impl Term {
    /// The order of values of one field.
    pub(in super::super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => Ordering::Equal,
            },
        }
    }

    pub(in super::super) fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "as OpenSearch converts it")]
            Self::Integer(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The value in a response.
    pub(in super::super) fn to_json(&self) -> Value {
        match self {
            Self::Integer(number) => json!(number),
            Self::Float(number) => json!(number),
            Self::Text(text) => json!(text),
            Self::Boolean(flag) => json!(flag),
            Self::Date => Value::Null,
        }
    }
}

/// Whether a value is a number to OpenSearch in some types of fields, and not in others: `"1d"`,
/// `" 1"`, or the double that is as small as the smallest long. The store refuses it.
pub(in super::super) fn is_odd_number(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Text | Kind::Keyword | Kind::Boolean | Kind::Date, _) => false,
        (_, Value::String(text)) => {
            let number = text.trim_end_matches(['d', 'D', 'f', 'F']);
            let has_suffix = number != text && number.parse::<f64>().is_ok();
            let is_hex = text.to_lowercase().contains("0x");
            has_suffix || is_hex || text == "NaN" || text.trim() != text
        }
        (_, value) => value.is_f64() && value.as_f64() == Some(-TWO_TO_63),
    }
}

/// The term of a value in a document; `None` if the value is not indexed.
pub(in super::super) fn of_document(kind: Kind, value: &Value) -> Result<Option<Term>, TermError> {
    match (kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Text | Kind::Keyword, Value::Object(_)) => Err(TermError {
            kind: "illegal_state_exception",
            reason: "Can't get text on a START_OBJECT".to_owned(),
        }),
        (Kind::Text | Kind::Keyword, value) => Ok(Some(Term::Text(text(value)))),
        (Kind::Boolean, value) => boolean(value).map(Term::Boolean).map(Some),
        (Kind::Date, value) => date(value).map(|()| Some(Term::Date)),
        (_, Value::String(text)) if text.is_empty() => Ok(None),
        (kind, value) if kind.is_whole_number() => {
            let number = truncated(whole(kind, value)?);
            let (min, max) = kind.range();
            match number {
                Some(number) if (min..=max).contains(&number) => Ok(Some(Term::Integer(number))),
                _ => Err(out_of_range(kind, value)),
            }
        }
        (kind, value) => float(kind, value).map(Term::Float).map(Some),
    }
}

/// The term of a value in a query, which may be a fraction even if the field has whole numbers.
pub(in super::super) fn of_query(kind: Kind, value: &Value) -> Result<Term, TermError> {
    match kind {
        Kind::Text | Kind::Keyword => Ok(Term::Text(text(value))),
        Kind::Boolean => match text(value).as_str() {
            "true" => Ok(Term::Boolean(true)),
            "false" => Ok(Term::Boolean(false)),
            other => Err(illegal(format!(
                "Can't parse boolean value [{other}], expected [true] or [false]"
            ))),
        },
        Kind::Date => Ok(Term::Date),
        kind if kind.is_whole_number() => {
            // OpenSearch reads shorts and bytes in queries as integers.
            let kind = match kind {
                Kind::Short | Kind::Byte => Kind::Integer,
                kind => kind,
            };
            let number = whole(kind, value)?;
            let (min, max) = kind.range();
            match truncated(number.clone()) {
                Some(whole) if (min..=max).contains(&whole) => Ok(match number {
                    Whole::Integer(number) => Term::Integer(number),
                    Whole::Float(number) if number.fract() == 0.0 => Term::Integer(whole),
                    Whole::Float(number) => Term::Float(number),
                }),
                _ => Err(out_of_range(kind, value)),
            }
        }
        kind => float(kind, value).map(Term::Float),
    }
}

/// A number that is to become a whole number.
#[derive(Debug, Clone)]
enum Whole {
    Integer(i64),
    Float(f64),
}

fn whole(kind: Kind, value: &Value) -> Result<Whole, TermError> {
    match value {
        Value::Number(number) => Ok(whole_of_number(number)),
        Value::String(text) => {
            let float = || text.parse().ok().filter(|_| is_decimal(text));
            let number = text.parse().map(Whole::Integer).ok();
            number
                .or_else(|| float().map(Whole::Float))
                .ok_or_else(|| not_a_number(kind, text))
        }
        other => Err(not_numeric(other)),
    }
}

fn whole_of_number(number: &Number) -> Whole {
    match number.as_i64() {
        Some(number) => Whole::Integer(number),
        None => Whole::Float(number.as_f64().unwrap_or(f64::INFINITY)),
    }
}

/// The number without its fraction; `None` if no 64-bit integer can hold it.
fn truncated(number: Whole) -> Option<i64> {
    match number {
        Whole::Integer(number) => Some(number),
        // -2^63 and 2^63 are exact in a double.
        Whole::Float(number) if (-TWO_TO_63..TWO_TO_63).contains(&number) =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "the fraction is cut off")]
            Some(number as i64)
        }
        Whole::Float(_) => None,
    }
}

fn float(kind: Kind, value: &Value) -> Result<f64, TermError> {
    let number = match value {
        Value::Number(number) => number.as_f64().unwrap_or(f64::INFINITY),
        Value::String(text) => text.parse().map_err(|_| not_a_number(kind, text))?,
        other => return Err(not_numeric(other)),
    };
    #[expect(clippy::cast_possible_truncation, reason = "as OpenSearch stores it")]
    let stored = match kind {
        Kind::Float => f64::from(number as f32),
        _ => number,
    };
    if stored.is_finite() {
        return Ok(stored);
    }
    let shown = if stored.is_nan() { "NaN" } else { "Infinity" };
    Err(illegal(format!(
        "[{}] supports only finite values, but got [{shown}]",
        kind.name()
    )))
}

fn boolean(value: &Value) -> Result<bool, TermError> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text.is_empty() || text == "false" => Ok(false),
        Value::String(text) => Err(illegal(format!(
            "Failed to parse value [{text}] as only [true] or [false] are allowed."
        ))),
        _ => Err(TermError {
            kind: "json_parse_exception",
            reason: "Current token not of boolean type".to_owned(),
        }),
    }
}

fn date(value: &Value) -> Result<(), TermError> {
    let text = text(value);
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let is_millis = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if value.is_number() || is_millis || (value.is_string() && is_date(&text)) {
        return Ok(());
    }
    if text.is_empty() {
        return Err(illegal("cannot parse empty date".to_owned()));
    }
    Err(illegal(format!(
        "failed to parse date field [{text}] with format [strict_date_optional_time||epoch_millis]"
    )))
}

/// Whether a text is a number as JSON writes it, and not `inf` or `NaN`.
fn is_decimal(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
}

fn not_a_number(kind: Kind, text: &str) -> TermError {
    TermError {
        kind: match kind {
            Kind::Long => "illegal_argument_exception",
            _ => "number_format_exception",
        },
        reason: format!("For input string: \"{text}\""),
    }
}

fn not_numeric(value: &Value) -> TermError {
    let token = match value {
        Value::Object(_) => "START_OBJECT",
        Value::Array(_) => "START_ARRAY",
        Value::Bool(true) => "VALUE_TRUE",
        Value::Bool(false) => "VALUE_FALSE",
        _ => "VALUE_NULL",
    };
    TermError {
        kind: "json_parse_exception",
        reason: format!("Current token ({token}) not numeric, can not use numeric value accessors"),
    }
}

fn out_of_range(kind: Kind, value: &Value) -> TermError {
    let name = kind.name();
    let article = if kind == Kind::Integer { "an" } else { "a" };
    let value = text(value);
    illegal(format!(
        "Value [{value}] is out of range for {article} {name}"
    ))
}

fn illegal(reason: String) -> TermError {
    TermError {
        kind: "illegal_argument_exception",
        reason,
    }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_indexed_as_opensearch_indexes_them() {
        for (kind, value, expected) in [
            (Kind::Integer, json!(7), Some(Term::Integer(7))),
            (Kind::Integer, json!(1.9), Some(Term::Integer(1))),
            (Kind::Integer, json!(-1.9), Some(Term::Integer(-1))),
            (Kind::Integer, json!("7.9"), Some(Term::Integer(7))),
            (Kind::Integer, json!(""), None),
            (Kind::Integer, json!(null), None),
            (Kind::Long, json!(i64::MAX), Some(Term::Integer(i64::MAX))),
            (Kind::Long, json!(i64::MIN), Some(Term::Integer(i64::MIN))),
            (Kind::Double, json!(9.3), Some(Term::Float(9.3))),
            (
                Kind::Float,
                json!(9.3),
                Some(Term::Float(9.300_000_190_734_863)),
            ),
            (Kind::Float, json!("1e3"), Some(Term::Float(1000.0))),
        ] {
            assert_eq!(of_document(kind, &value), Ok(expected), "{kind:?} {value}");
        }
        for (kind, value) in [
            (Kind::Integer, json!(3_000_000_000_u64)),
            (Kind::Integer, json!(-2_147_483_649_i64)),
            (Kind::Long, json!(9_223_372_036_854_775_808_u64)),
            (Kind::Long, json!("9223372036854775808")),
            (Kind::Long, json!(1e19)),
            (Kind::Short, json!(32_768)),
            (Kind::Short, json!(40_000.5)),
            (Kind::Byte, json!(-129)),
            (Kind::Integer, json!("x")),
            (Kind::Integer, json!("NaN")),
            (Kind::Integer, json!(true)),
            (Kind::Integer, json!({ "a": 1 })),
            (Kind::Double, json!("NaN")),
            (Kind::Double, json!("Infinity")),
            (Kind::Float, json!(1e39)),
            (Kind::Boolean, json!(1)),
            (Kind::Boolean, json!("yes")),
            (Kind::Date, json!("now")),
            (Kind::Date, json!("")),
            (Kind::Date, json!(true)),
        ] {
            assert!(of_document(kind, &value).is_err(), "{kind:?} {value}");
        }
    }
}
