use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// An IAM policy document
/// ([grammar](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)).
///
/// `Display` prints it as indented JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Document {
    /// The version of the grammar, `2012-10-17`.
    pub version: &'static str,
    /// The statements.
    pub statement: Vec<Statement>,
}

/// One statement of a [`Document`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Statement {
    /// The name of the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'static str>,
    /// Whether the statement allows or denies.
    pub effect: Effect,
    /// Whom the statement is about; only in resource policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// The actions, with wildcards.
    pub action: Vec<String>,
    /// The resources, with wildcards; none in a trust policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Operator → key → values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>,
}

/// Whether a [`Statement`] allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// Whom a [`Statement`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Principal {
    /// Accounts, roles and users, by ARN.
    #[serde(rename = "AWS")]
    Aws(Vec<String>),
    /// Services, by name.
    Service(Vec<String>),
}

impl Document {
    pub(super) fn new(statement: Vec<Statement>) -> Self {
        Self {
            version: "2012-10-17",
            statement,
        }
    }
}

impl Statement {
    pub(super) fn allow<A: Into<String>>(action: impl IntoIterator<Item = A>) -> Self {
        Self {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            action: action.into_iter().map(Into::into).collect(),
            resource: Vec::new(),
            condition: BTreeMap::new(),
        }
    }

    pub(super) fn sid(mut self, sid: &'static str) -> Self {
        self.sid = Some(sid);
        self
    }

    pub(super) fn on<R: Into<String>>(mut self, resource: impl IntoIterator<Item = R>) -> Self {
        self.resource = resource.into_iter().map(Into::into).collect();
        self
    }

    pub(super) fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    pub(super) fn when(
        mut self,
        operator: &'static str,
        key: &'static str,
        values: Vec<String>,
    ) -> Self {
        let keys = self.condition.entry(operator).or_default();
        keys.insert(key, values);
        self
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, f)
    }
}

/// Writes a document as indented JSON.
pub(super) fn write_json(document: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let json = serde_json::to_string_pretty(document).map_err(|_| fmt::Error)?;
    f.write_str(&json)
}
