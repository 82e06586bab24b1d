//! `{"bool": {"must": {"match": {"title": "redemption"}}}}`.

use serde_json::{Map, Value};

use super::super::error::ApiError;
use super::super::scalar::text;
use super::query::{How, Query};
use super::query_string;

impl Query {
    pub(super) fn read(query: &Value) -> Result<Self, ApiError> {
        if query.is_null() {
            return Ok(Self::All);
        }
        let mut clauses = query.as_object().into_iter().flatten();
        let (Some((name, given)), None) = (clauses.next(), clauses.next()) else {
            return Err(ApiError::parsing(
                "[bool] query malformed, no start_object after query name",
            ));
        };
        Ok(match name.as_str() {
            "match_all" => Self::All,
            "match_none" => Self::Nothing,
            "term" => {
                let (field, value) = of_field(name, given, "value")?;
                Self::Terms {
                    field,
                    values: vec![value],
                }
            }
            "terms" => {
                let (field, values) = of_field(name, given, "")?;
                Self::Terms {
                    field,
                    values: values.as_array().cloned().unwrap_or_default(),
                }
            }
            "match" | "match_phrase" => {
                let (field, value) = of_field(name, given, "query")?;
                let operator = given[&field]["operator"].as_str().unwrap_or("or");
                let how = match (name.as_str(), operator) {
                    ("match_phrase", _) => How::InARow,
                    (_, "and" | "AND") => How::Every,
                    _ => How::Any,
                };
                Self::Match {
                    text: text(&value),
                    field: Some(field),
                    how,
                }
            }
            "multi_match" => {
                let wanted = text(&given["query"]);
                let fields = given["fields"].as_array().into_iter().flatten().map(text);
                let should = fields.map(|field| {
                    let field = Some(field.split('^').next().unwrap_or_default().to_owned());
                    Self::Match {
                        field,
                        text: wanted.clone(),
                        how: How::Any,
                    }
                });
                Self::any(should.collect())
            }
            "ids" => Self::Ids(
                given["values"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(text)
                    .collect(),
            ),
            "exists" => Self::Exists(text(&given["field"])),
            "range" => {
                let (field, bounds) = of_field(name, given, "")?;
                let bounds = bounds.as_object().cloned().unwrap_or_default();
                Self::Range {
                    field,
                    bounds: bounds.into_iter().collect(),
                }
            }
            "prefix" => {
                let (field, value) = of_field(name, given, "value")?;
                Self::Like {
                    field,
                    pattern: format!("{}*", text(&value)),
                }
            }
            "wildcard" => {
                let (field, value) = of_field(name, given, "value")?;
                Self::Like {
                    field,
                    pattern: text(&value),
                }
            }
            "query_string" | "simple_query_string" => {
                let mut fields: Vec<String> = given["fields"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(text)
                    .collect();
                fields.extend(given["default_field"].as_str().map(str::to_owned));
                query_string::parse(&text(&given["query"]), &fields)
            }
            "constant_score" => Self::read(&given["filter"])?,
            "bool" => Self::read_bool(given)?,
            other => {
                let reason = format!("unknown field [{other}]");
                return Err(ApiError::parsing(format!("unknown query [{other}]"))
                    .because("named_object_not_found_exception", &reason));
            }
        })
    }

    fn read_bool(given: &Value) -> Result<Self, ApiError> {
        let clauses = |names: &[&str]| -> Result<Vec<Self>, ApiError> {
            let given = names.iter().map(|name| &given[*name]);
            let all = given.flat_map(|clause| match clause {
                Value::Null => Vec::new(),
                Value::Array(clauses) => clauses.iter().collect(),
                one => vec![one],
            });
            all.map(Self::read).collect()
        };
        for name in given.as_object().into_iter().flat_map(Map::keys) {
            if ![
                "must",
                "filter",
                "should",
                "must_not",
                "minimum_should_match",
                "boost",
            ]
            .contains(&&**name)
            {
                return Err(ApiError::parsing(format!(
                    "[bool] query does not support [{name}]"
                )));
            }
        }
        let (must, should) = (clauses(&["must", "filter"])?, clauses(&["should"])?);
        let least = usize::from(must.is_empty() && !should.is_empty());
        let wanted = given["minimum_should_match"].as_u64();
        let at_least = wanted
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(least);
        Ok(Self::Bool {
            must,
            should,
            must_not: clauses(&["must_not"])?,
            at_least,
        })
    }
}

/// The one field a query is about, and its value: bare, or in an object under `key`.
fn of_field(query: &str, given: &Value, key: &str) -> Result<(String, Value), ApiError> {
    let fields = given.as_object().into_iter().flatten();
    let mut fields = fields.filter(|(name, _)| !["boost", "_name"].contains(&name.as_str()));
    let (Some((field, value)), None) = (fields.next(), fields.next()) else {
        let reason = format!("[{query}] query doesn't support multiple fields");
        return Err(ApiError::parsing(reason));
    };
    let inner = value.get(key).filter(|_| value.is_object());
    Ok((field.clone(), inner.unwrap_or(value).clone()))
}
