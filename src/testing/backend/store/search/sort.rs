//! The order of hits.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::json::{is_listed, members, text};
use super::super::mapping::{Kind, Term, of_query};
use super::super::snapshot::{Row, Snapshot};

/// What hits are sorted by, the first key first. Without keys, by score.
#[derive(Debug, Clone, Default)]
pub(super) struct Sort(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    field: String,
    descending: bool,
}

/// What a key compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// The order in which documents were written.
    Age,
    Id,
    Field(Kind),
}

impl Sort {
    /// Reads `field:asc,field:desc` of a query string.
    pub(super) fn of_param(param: &str) -> Result<Self, ApiError> {
        let parts = param.split(',').filter(|part| !part.is_empty());
        let keys = parts.map(|part| {
            let (field, order) = part.split_once(':').unwrap_or((part, "asc"));
            Key::new(field, order)
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Reads `sort` of a body.
    pub(super) fn of_body(body: &Value) -> Result<Self, ApiError> {
        let one = std::slice::from_ref(body);
        let given = body.as_array().map_or(one, Vec::as_slice);
        given
            .iter()
            .map(Key::read)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn is_by_score(&self) -> bool {
        self.0.is_empty()
    }

    /// Sorts rows, each with the values that it is sorted by, and keeps those after `after`.
    pub(super) fn order<'a>(
        &self,
        snapshot: &Snapshot,
        mut rows: Vec<Row<'a>>,
        after: Option<&[Value]>,
    ) -> Result<Vec<(Row<'a>, Vec<Value>)>, ApiError> {
        if self.is_by_score() {
            if after.is_some() {
                let reason = "Sort must contain at least one field.";
                return Err(ApiError::illegal_argument(reason));
            }
            rows.sort_by(|a, b| b.score.total_cmp(&a.score));
            return Ok(rows.into_iter().map(|row| (row, Vec::new())).collect());
        }
        let compared = self.compared(snapshot)?;
        let after = after
            .map(|values| self.after(&compared, values))
            .transpose()?;
        let keyed = rows.into_iter().map(|row| {
            let keys = self.0.iter().zip(&compared);
            let terms = keys.map(|(key, compared)| key.term(*compared, &row));
            let terms: Vec<Option<Term>> = terms.collect();
            (row, terms)
        });
        let mut keyed: Vec<_> = keyed
            .filter(|(_, terms)| {
                let after = after.as_ref();
                after.is_none_or(|after| self.compare(terms, after).is_gt())
            })
            .collect();
        keyed.sort_by(|(_, a), (_, b)| self.compare(a, b));
        let shown = keyed.into_iter().map(|(row, terms)| {
            let keys = self.0.iter().zip(&compared).zip(&terms);
            let values = keys.map(|((key, compared), term)| key.shown(*compared, term.as_ref()));
            let values = values.collect();
            (row, values)
        });
        Ok(shown.collect())
    }

    /// What each key compares; an error if it cannot be sorted by.
    fn compared(&self, snapshot: &Snapshot) -> Result<Vec<Compared>, ApiError> {
        let keys = self.0.iter().map(|key| match key.field.as_str() {
            "_doc" => Ok(Compared::Age),
            "_id" => Ok(Compared::Id),
            field => {
                let reason = format!("No mapping found for [{field}] in order to sort on");
                let errors: Vec<ApiError> = snapshot
                    .indices()
                    .filter(|index| index.kind(field).is_none())
                    .map(|index| index.query_error(&reason))
                    .collect();
                ApiError::of_shards(errors, snapshot.indices().count())?;
                match snapshot.kind(field)? {
                    Some(Kind::Text) => Err(no_fielddata(field)),
                    Some(Kind::Date) => Err(ApiError::unsupported(
                        field,
                        "as a field to sort by: its type is date",
                    )),
                    Some(kind) => Ok(Compared::Field(kind)),
                    // There is no index, and so nothing to sort.
                    None => Ok(Compared::Id),
                }
            }
        });
        keys.collect()
    }

    fn after(
        &self,
        compared: &[Compared],
        values: &[Value],
    ) -> Result<Vec<Option<Term>>, ApiError> {
        if values.len() != self.0.len() {
            return Err(ApiError::illegal_argument(format!(
                "search_after has {} value(s) but sort has {}.",
                values.len(),
                self.0.len()
            )));
        }
        let keys = self.0.iter().zip(compared).zip(values);
        keys.map(|((key, compared), value)| key.after(*compared, value))
            .collect()
    }

    fn compare(&self, a: &[Option<Term>], b: &[Option<Term>]) -> Ordering {
        for (key, (a, b)) in self.0.iter().zip(a.iter().zip(b)) {
            // A missing value comes last in both directions.
            let order = match (a, b) {
                (Some(a), Some(b)) if key.descending => b.compare(a),
                (Some(a), Some(b)) => a.compare(b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl Key {
    fn new(field: &str, order: &str) -> Result<Self, ApiError> {
        if is_listed(REFUSED, field) {
            return Err(ApiError::unsupported(field, "in `sort`"));
        }
        let descending = match order.to_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            _ => {
                let order = format!("{field}:{order}");
                return Err(ApiError::unsupported(order, "in `sort`"));
            }
        };
        Ok(Self {
            field: field.to_owned(),
            descending,
        })
    }

    fn read(key: &Value) -> Result<Self, ApiError> {
        let mut members_of_key = match key {
            Value::String(field) => return Self::new(field, "asc"),
            Value::Object(members) if members.len() == 1 => members.iter(),
            other => return Err(ApiError::unsupported(other, "in `sort`")),
        };
        let Some((field, order)) = members_of_key.next() else {
            return Err(ApiError::unsupported(key, "in `sort`"));
        };
        match order {
            Value::String(order) => Self::new(field, order),
            order => {
                let order = members(order, "order", "in `sort`")?.get("order");
                Self::new(field, &order.map_or_else(|| "asc".to_owned(), text))
            }
        }
    }

    fn term(&self, compared: Compared, row: &Row<'_>) -> Option<Term> {
        match compared {
            Compared::Age => Some(Term::Integer(row.number.into())),
            Compared::Id => Some(Term::Text(row.id.to_owned())),
            Compared::Field(_) => {
                let terms = row.terms(&self.field).into_iter();
                if self.descending {
                    terms.max_by(Term::compare)
                } else {
                    terms.min_by(Term::compare)
                }
            }
        }
    }

    /// The value in the `sort` of a hit.
    fn shown(&self, compared: Compared, term: Option<&Term>) -> Value {
        let Compared::Field(kind) = compared else {
            return term.map_or(Value::Null, Term::to_json);
        };
        match (kind, term) {
            (Kind::Boolean, Some(Term::Boolean(flag))) => json!(u8::from(*flag)),
            (Kind::Float, Some(Term::Float(number))) => json!(shortest(*number)),
            (_, Some(term)) => term.to_json(),
            (_, None) => missing(kind, self.descending),
        }
    }

    /// Reads a value of `search_after`.
    fn after(&self, compared: Compared, value: &Value) -> Result<Option<Term>, ApiError> {
        let kind = match compared {
            Compared::Age => Kind::Long,
            Compared::Id => Kind::Keyword,
            Compared::Field(kind) => kind,
        };
        match (kind, value) {
            (Kind::Keyword, Value::Null) => Ok(None),
            (kind, value) if *value == missing(kind, self.descending) => Ok(None),
            (Kind::Boolean, value) => match value.as_i64() {
                Some(0) => Ok(Some(Term::Boolean(false))),
                Some(1) => Ok(Some(Term::Boolean(true))),
                _ => Err(ApiError::unsupported(value, "in `search_after`")),
            },
            (_, Value::Null) => Err(ApiError::unsupported("null", "in `search_after`")),
            (kind, value) => of_query(kind, value)
                .map(Some)
                .map_err(|_| ApiError::unsupported(value, "in `search_after`")),
        }
    }
}

/// The error of a text field that is sorted or aggregated by.
pub(super) fn no_fielddata(field: &str) -> ApiError {
    ApiError::illegal_argument(format!(
        "Text fields are not optimised for operations that require per-document field data like \
         aggregations and sorting, so these operations are disabled by default. Please use a \
         keyword field instead. Alternatively, set fielddata=true on [{field}] in order to load \
         field data by uninverting the inverted index. Note that this can use significant memory."
    ))
}

/// What OpenSearch shows in place of a missing value.
fn missing(kind: Kind, descending: bool) -> Value {
    match kind {
        Kind::Long if descending => json!(i64::MIN),
        Kind::Long => json!(i64::MAX),
        Kind::Integer | Kind::Short | Kind::Byte | Kind::Boolean if descending => json!(i32::MIN),
        Kind::Integer | Kind::Short | Kind::Byte | Kind::Boolean => json!(i32::MAX),
        Kind::Double | Kind::Float if descending => json!("-Infinity"),
        Kind::Double | Kind::Float => json!("Infinity"),
        Kind::Text | Kind::Keyword | Kind::Date => Value::Null,
    }
}

/// The shortest decimal number that reads as the same float.
fn shortest(number: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "it was a float")]
    let float = number as f32;
    float.to_string().parse().unwrap_or(number)
}

/// Keys whose values the store does not know as OpenSearch does.
const REFUSED: &str = "_score _script _geo_distance _index _routing _seq_no _source _version";
