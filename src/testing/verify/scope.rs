use std::fmt;

use super::error::VerificationError;

/// The credential scope of a signature, as the request states it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialScope {
    /// The day, as `20150830`.
    pub date: String,
    /// The region.
    pub region: String,
    /// The service's signing name.
    pub service: String,
    /// The last part: `aws4_request`.
    pub terminator: String,
}

impl CredentialScope {
    /// Splits the `Credential` of a signature into the access key id and the scope.
    pub(super) fn read(credential: &str) -> Result<(String, Self), VerificationError> {
        let mut parts = credential.rsplitn(5, '/').map(str::to_owned);
        let read = [
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ];
        let [
            Some(terminator),
            Some(service),
            Some(region),
            Some(date),
            Some(access_key),
        ] = read
        else {
            return Err(VerificationError::incomplete(
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/term.",
            ));
        };
        Ok((
            access_key,
            Self {
                date,
                region,
                service,
                terminator,
            },
        ))
    }
}

impl fmt::Display for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{}",
            self.date, self.region, self.service, self.terminator
        )
    }
}
