use serde_json::{Map, Value};

/// Header and body of a search as one of many.
pub(super) type Lines = (Map<String, Value>, Map<String, Value>);
