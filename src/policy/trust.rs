use super::arn::Arn;
use super::document::{Document, Principal, Statement};
use super::error::PolicyError;

/// The service that may assume a snapshot role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServicePrincipal {
    /// `es.amazonaws.com`, which domains use.
    #[default]
    Es,
    /// `opensearchservice.amazonaws.com`.
    OpenSearchService,
}

/// Starts the trust policy of a snapshot role: the service that may assume it for this domain.
///
/// The conditions `aws:SourceAccount` and `aws:SourceArn` protect against the [confused
/// deputy](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html): only this domain
/// of this account can make the service assume the role.
///
/// ```
/// use sigtower::policy::{self, Arn};
///
/// let domain = Arn::domain("aws", "eu-west-1", "123456789012", "movies")?;
/// println!("{}", policy::trust(&domain).document()?);
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
pub fn trust(domain: &Arn) -> Trust {
    Trust {
        domain: domain.clone(),
        service: ServicePrincipal::default(),
    }
}

/// A trust policy, being built; made by [`trust`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Trust {
    domain: Arn,
    service: ServicePrincipal,
}

impl Trust {
    /// Sets the service that may assume the role; `es.amazonaws.com` by default.
    pub fn service(mut self, service: ServicePrincipal) -> Self {
        self.service = service;
        self
    }

    /// Returns the document.
    ///
    /// # Errors
    ///
    /// [`PolicyError::WrongKind`] when the ARN is not one of a domain.
    pub fn document(self) -> Result<Document, PolicyError> {
        let domain = self.domain.checked_domain()?;
        let service = match self.service {
            ServicePrincipal::Es => "es.amazonaws.com",
            ServicePrincipal::OpenSearchService => "opensearchservice.amazonaws.com",
        };
        let account = vec![domain.account().to_owned()];
        Ok(Document::new(vec![
            Statement::allow(["sts:AssumeRole"])
                .principal(Principal::Service(vec![service.into()]))
                .when("StringEquals", "aws:SourceAccount", account)
                .when("ArnLike", "aws:SourceArn", vec![domain.to_string()]),
        ]))
    }
}
