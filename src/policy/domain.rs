use std::net::IpAddr;

use super::arn::Arn;
use super::document::{Document, Principal, Statement};
use super::error::PolicyError;

/// Starts the access policy of a domain: who may call it
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html)).
///
/// ```
/// use sigtower::policy::{self, Arn};
///
/// let domain = Arn::domain("aws", "eu-west-1", "123456789012", "movies")?;
/// let role = Arn::parse("arn:aws:iam::123456789012:role/search")?;
/// let policy = policy::domain_access(&domain).allow(&role, ["es:ESHttp*"]).document()?;
/// assert!(policy.to_string().contains("domain/movies/*"));
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
pub fn domain_access(domain: &Arn) -> DomainAccess {
    DomainAccess {
        domain: domain.clone(),
        rules: Vec::new(),
        sources: Vec::new(),
    }
}

/// The access policy of a domain, being built; made by [`domain_access`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DomainAccess {
    domain: Arn,
    rules: Vec<Rule>,
    sources: Vec<String>,
}

#[derive(Clone, Debug)]
struct Rule {
    principal: Arn,
    actions: Vec<String>,
    paths: Vec<String>,
}

impl DomainAccess {
    /// Allows this principal these actions, such as `es:ESHttpGet`, on every path of the domain.
    pub fn allow<A: Into<String>>(
        self,
        principal: &Arn,
        actions: impl IntoIterator<Item = A>,
    ) -> Self {
        self.allow_on(principal, actions, ["/*"])
    }

    /// Allows this principal these actions on these paths, such as `/movies/_search`.
    ///
    /// `*` in a path matches any text, also with `/`.
    pub fn allow_on<A: Into<String>, P: Into<String>>(
        mut self,
        principal: &Arn,
        actions: impl IntoIterator<Item = A>,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        self.rules.push(Rule {
            principal: principal.clone(),
            actions: actions.into_iter().map(Into::into).collect(),
            paths: paths.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Allows requests only from this IP address or CIDR block; may be called several times.
    ///
    /// It has no effect on a domain in a VPC: use security groups there.
    pub fn from_address(mut self, address: impl Into<String>) -> Self {
        self.sources.push(address.into());
        self
    }

    /// Returns the document.
    ///
    /// # Errors
    ///
    /// When the domain's or a principal's ARN is of another kind, an address is not valid, a path does
    /// not begin with `/`, an action is not one of `es:`, or when the document would allow nothing.
    pub fn document(self) -> Result<Document, PolicyError> {
        self.domain.checked_domain()?;
        if self.rules.is_empty() {
            return Err(PolicyError::Empty(
                "the policy allows nothing; call `allow` with a principal",
            ));
        }
        for source in &self.sources {
            check_address(source)?;
        }
        let statements = self.rules.iter().map(|rule| self.statement(rule));
        Ok(Document::new(statements.collect::<Result<_, _>>()?))
    }

    fn statement(&self, rule: &Rule) -> Result<Statement, PolicyError> {
        let principal = rule.principal.checked_principal()?;
        if principal.partition() != self.domain.partition() {
            return Err(PolicyError::Partitions(
                principal.to_string(),
                self.domain.to_string(),
            ));
        }
        for action in &rule.actions {
            check(
                action,
                action.starts_with("es:"),
                "an action such as es:ESHttpGet",
            )?;
        }
        for path in &rule.paths {
            check(path, path.starts_with('/'), "a path that begins with `/`")?;
        }
        let resources = rule
            .paths
            .iter()
            .map(|path| format!("{}{path}", self.domain));
        let principal = Principal::Aws(vec![principal.to_string()]);
        let statement = Statement::allow(rule.actions.iter().cloned())
            .principal(principal)
            .on(resources);
        Ok(if self.sources.is_empty() {
            statement
        } else {
            statement.when("IpAddress", "aws:SourceIp", self.sources.clone())
        })
    }
}

fn check(value: &str, is_valid: bool, expected: &'static str) -> Result<(), PolicyError> {
    if is_valid {
        return Ok(());
    }
    Err(PolicyError::Name {
        value: value.into(),
        expected,
    })
}

fn check_address(source: &str) -> Result<(), PolicyError> {
    let (address, bits) = source.split_once('/').unwrap_or((source, "0"));
    let is_valid = match (address.parse::<IpAddr>(), bits.parse::<u8>()) {
        (Ok(IpAddr::V4(_)), Ok(bits)) => bits <= 32,
        (Ok(IpAddr::V6(_)), Ok(bits)) => bits <= 128,
        _ => false,
    };
    if is_valid {
        Ok(())
    } else {
        Err(PolicyError::Address(source.into()))
    }
}
