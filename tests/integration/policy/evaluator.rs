//! A small evaluator of IAM policies, written from AWS's [evaluation
//! logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html)
//! and [grammar](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). It
//! reads JSON only and shares no code with `sigtower::policy`.

use std::net::IpAddr;

use serde_json::Value;

/// What somebody wants to do.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) principal: &'a str,
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
    /// The condition keys and their values.
    pub(super) context: &'a [(&'a str, &'a str)],
}

/// Whether a document allows a request: a matching deny wins, else a matching allow is needed.
pub(super) fn allows(document: &Value, request: Request<'_>) -> bool {
    let statements = document["Statement"].as_array().unwrap();
    let matching = statements.iter().filter(|it| is_match(it, request));
    let effects: Vec<_> = matching.map(|it| it["Effect"].as_str().unwrap()).collect();
    effects.contains(&"Allow") && !effects.contains(&"Deny")
}

/// Fails if a document does not follow the grammar.
pub(super) fn check_grammar(document: &Value, is_resource_policy: bool) {
    assert_eq!(document["Version"], "2012-10-17");
    assert_eq!(document.as_object().unwrap().len(), 2, "{document}");
    for statement in document["Statement"].as_array().unwrap() {
        for (key, value) in statement.as_object().unwrap() {
            match key.as_str() {
                "Sid" => assert!(
                    value
                        .as_str()
                        .unwrap()
                        .bytes()
                        .all(|it| it.is_ascii_alphanumeric())
                ),
                "Effect" => assert!(value == "Allow" || value == "Deny"),
                "Principal" => assert!(is_resource_policy, "{statement}"),
                "Action" => assert!(!texts(value).is_empty()),
                "Resource" => assert!(texts(value).iter().all(|it| it.starts_with("arn:"))),
                "Condition" => assert!(value.is_object()),
                _ => panic!("{key} is not in the grammar"),
            }
        }
        assert_eq!(statement.get("Principal").is_some(), is_resource_policy);
        for action in texts(&statement["Action"]) {
            let (service, name) = action.split_once(':').unwrap();
            assert!(!service.is_empty() && !name.is_empty(), "{action}");
        }
    }
}

fn is_match(statement: &Value, request: Request<'_>) -> bool {
    let any = |patterns: &Value, text: &str| texts(patterns).iter().any(|it| glob(it, text));
    let principal = match &statement["Principal"] {
        Value::Null => true,
        Value::Object(kinds) => kinds.values().any(|it| any(it, request.principal)),
        other => panic!("{other}"),
    };
    let resource = &statement["Resource"];
    principal
        && any(&statement["Action"], request.action)
        && (resource.is_null() || any(resource, request.resource))
        && statement["Condition"].as_object().is_none_or(|operators| {
            operators
                .iter()
                .all(|(operator, keys)| holds(operator, keys, request))
        })
}

fn holds(operator: &str, keys: &Value, request: Request<'_>) -> bool {
    keys.as_object().unwrap().iter().all(|(key, values)| {
        let found = request.context.iter().find(|(name, _)| name == key);
        let Some((_, value)) = found else {
            return false;
        };
        texts(values).iter().any(|expected| match operator {
            "StringEquals" => expected == value,
            "ArnLike" => glob(expected, value),
            "IpAddress" => contains(expected, value.parse().unwrap()),
            other => panic!("{other} is not known"),
        })
    })
}

fn contains(block: &str, address: IpAddr) -> bool {
    let (network, bits) = block.split_once('/').unwrap_or((block, "128"));
    match (network.parse().unwrap(), address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let bits: u32 = bits.parse::<u32>().unwrap().min(32);
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(network) & mask == u32::from(address) & mask
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX
                .checked_shl(128 - bits.parse::<u32>().unwrap())
                .unwrap_or(0);
            u128::from(network) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}

/// `*` matches any text, `?` one character.
fn glob(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return text.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    match (first, text.chars().next()) {
        ('*', _) => (0..=text.len()).any(|at| text.is_char_boundary(at) && glob(rest, &text[at..])),
        ('?', Some(char)) => glob(rest, &text[char.len_utf8()..]),
        (_, Some(char)) => char == first && glob(rest, &text[char.len_utf8()..]),
        (_, None) => false,
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(texts) => texts.iter().map(|it| it.as_str().unwrap()).collect(),
        other => panic!("{other} is neither a string nor a list"),
    }
}
