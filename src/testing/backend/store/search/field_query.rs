//! What a query asks of one field.

use serde_json::Value;

use super::super::error::ApiError;
use super::super::json::{is_listed, text};
use super::super::mapping::{Kind, Term, TermError, is_odd_number, of_query};
use super::super::name::glob;
use super::super::snapshot::{IndexView, Row};
use super::analysis::words;

/// A condition on one field.
#[derive(Debug)]
pub(super) struct FieldQuery<'a> {
    pub(super) path: String,
    pub(super) condition: Condition<'a>,
    /// Whether a value that does not fit the field matches nothing, instead of being an error.
    pub(super) lenient: bool,
    /// Whether the query is about all fields, and this is just one of them.
    pub(super) of_all_fields: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Condition<'a> {
    /// One of these values as a whole.
    Terms(&'a [Value]),
    /// Words of a text. A field that is not analyzed must have the text as a whole.
    Match(&'a Value, TextMatch),
    /// Values within all of these bounds.
    Range(&'a [(Bound, Value)]),
    Like(&'a Pattern),
}

/// Which words of a text a field must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextMatch {
    Any,
    All,
    /// All, one after another.
    Phrase,
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// A pattern of terms.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    Prefix(String),
    /// With `*`.
    Wildcard(String),
    /// With `*`, and in lower case for fields that are analyzed.
    OfQueryString(String),
}

impl FieldQuery<'_> {
    /// Refuses a condition that does not fit the field of an index.
    pub(super) fn check(&self, index: &IndexView) -> Result<(), ApiError> {
        let Some(kind) = index.kind(&self.path) else {
            let is_metadata = is_listed(METADATA, &self.path);
            let is_id = self.path == "_id" && matches!(self.condition, Condition::Terms(_));
            return if is_metadata && !is_id {
                Err(ApiError::unsupported(&self.path, "as a field of a query"))
            } else {
                Ok(())
            };
        };
        match (kind, self.condition) {
            // No date field has a text that is no date.
            (Kind::Date, Condition::Match(text, _)) if self.of_all_fields && !may_be_date(text) => {
            }
            (Kind::Date, _) => {
                let place = "as a field of a query: its type is date";
                return Err(ApiError::unsupported(&self.path, place));
            }
            (Kind::Boolean, Condition::Range(_)) => {
                let place = "as a field of a range: its type is boolean";
                return Err(ApiError::unsupported(&self.path, place));
            }
            _ => {}
        }
        let values: Vec<&Value> = match self.condition {
            Condition::Terms(values) => values.iter().collect(),
            Condition::Match(text, _) => vec![text],
            Condition::Range(bounds) => bounds.iter().map(|(_, value)| value).collect(),
            Condition::Like(_) => Vec::new(),
        };
        if let Some(value) = values.iter().find(|value| is_odd_number(kind, value)) {
            let place = format_args!("as the number in a query of field `{}`", self.path);
            return Err(ApiError::unsupported(value, place));
        }
        if self.lenient {
            return Ok(());
        }
        let failed = |error: TermError| {
            let reason = format!("failed to create query: {}", error.reason);
            index
                .query_error(&reason)
                .caused_by(error.kind, &error.reason)
        };
        match self.condition {
            Condition::Like(pattern) if !matches!(kind, Kind::Text | Kind::Keyword) => Err(index
                .query_error(&format!(
                    "Can only use {} queries on keyword and text fields - not on [{}] which is of \
                 type [{}]",
                    pattern.name(),
                    self.path,
                    kind.name()
                ))),
            _ => values
                .into_iter()
                .try_for_each(|value| of_query(kind, value).map(drop).map_err(failed)),
        }
    }

    /// The score of a document; `None` if the condition does not hold.
    pub(super) fn score(&self, row: &Row<'_>) -> Option<f64> {
        if let ("_id", Condition::Terms(values)) = (&*self.path, self.condition) {
            let is_match = values.iter().any(|value| text(value) == row.id);
            return is_match.then_some(1.0);
        }
        let kind = row.index.kind(&self.path)?;
        let is_match = match self.condition {
            Condition::Match(wanted, how) if kind == Kind::Text => {
                return self.score_of_words(row, &words(&text(wanted)), how);
            }
            Condition::Match(wanted, _) => self.has(row, kind, std::slice::from_ref(wanted)),
            Condition::Terms(values) => self.has(row, kind, values),
            Condition::Range(bounds) => self.is_within(row, kind, bounds),
            Condition::Like(pattern) => {
                let is_text = kind == Kind::Text;
                self.tokens(row, kind)
                    .iter()
                    .any(|token| pattern.matches(token, is_text))
            }
        };
        is_match.then_some(1.0)
    }

    /// Whether the field has one of these terms.
    fn has(&self, row: &Row<'_>, kind: Kind, values: &[Value]) -> bool {
        let wanted = values.iter().filter_map(|value| of_query(kind, value).ok());
        let wanted: Vec<Term> = wanted.collect();
        if kind == Kind::Text {
            let tokens = self.tokens(row, kind).into_iter().map(Term::Text);
            return tokens.into_iter().any(|token| wanted.contains(&token));
        }
        let terms = row.terms(&self.path);
        let mut pairs = terms
            .iter()
            .flat_map(|term| wanted.iter().map(move |wanted| (term, wanted)));
        kind != Kind::Date && pairs.any(|(term, wanted)| term.compare(wanted).is_eq())
    }

    fn is_within(&self, row: &Row<'_>, kind: Kind, bounds: &[(Bound, Value)]) -> bool {
        let read = bounds
            .iter()
            .map(|(bound, value)| Some((*bound, of_query(kind, value).ok()?)));
        let Some(bounds) = read.collect::<Option<Vec<(Bound, Term)>>>() else {
            return false;
        };
        let terms = match kind {
            Kind::Text => self.tokens(row, kind).into_iter().map(Term::Text).collect(),
            _ => row.terms(&self.path),
        };
        let fits = |term: &Term| {
            let mut bounds = bounds.iter();
            bounds.all(|(bound, value)| bound.allows(term, value))
        };
        terms.iter().any(fits)
    }

    fn score_of_words(&self, row: &Row<'_>, wanted: &[String], how: TextMatch) -> Option<f64> {
        let values: Vec<Vec<String>> = self.texts(row).iter().map(|text| words(text)).collect();
        let has = |word: &&String| values.iter().any(|words| words.contains(*word));
        let found = wanted.iter().filter(has).count();
        let is_match = match how {
            TextMatch::Any => found > 0,
            TextMatch::All => found == wanted.len(),
            TextMatch::Phrase => values.iter().any(|words| {
                let mut parts = words.windows(wanted.len().max(1));
                parts.any(|part| part == wanted)
            }),
        };
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        (is_match && found > 0).then_some(found as f64)
    }

    /// The terms of a text field are its words, and those of a keyword its values.
    fn tokens(&self, row: &Row<'_>, kind: Kind) -> Vec<String> {
        let texts = self.texts(row).into_iter();
        match kind {
            Kind::Text => texts.flat_map(|text| words(&text)).collect(),
            _ => texts.collect(),
        }
    }

    fn texts(&self, row: &Row<'_>) -> Vec<String> {
        let terms = row.terms(&self.path).into_iter();
        terms
            .filter_map(|term| match term {
                Term::Text(text) => Some(text),
                _ => None,
            })
            .collect()
    }
}

impl Bound {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name {
            "gt" => Some(Self::Above),
            "gte" => Some(Self::AtLeast),
            "lt" => Some(Self::Below),
            "lte" => Some(Self::AtMost),
            _ => None,
        }
    }

    fn allows(self, term: &Term, bound: &Term) -> bool {
        let order = term.compare(bound);
        match self {
            Self::Above => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }
}

impl Pattern {
    fn name(&self) -> &'static str {
        match self {
            Self::Prefix(_) => "prefix",
            _ => "wildcard",
        }
    }

    fn matches(&self, token: &str, is_text: bool) -> bool {
        match self {
            Self::Prefix(prefix) => token.starts_with(prefix),
            Self::OfQueryString(pattern) if is_text => glob(&pattern.to_lowercase(), token),
            Self::Wildcard(pattern) | Self::OfQueryString(pattern) => glob(pattern, token),
        }
    }
}

/// Whether OpenSearch might read a text as a date.
fn may_be_date(value: &Value) -> bool {
    let text = text(value);
    text.starts_with("now") || text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
}

const METADATA: &str = "\
    _doc_count _field_names _id _ignored _index _nested_path _primary_term _routing _seq_no \
    _source _version";
