use super::{PayloadSigning, Region, Scope, ServiceName};

/// What one request is signed for, where that differs from its signer.
///
/// Put it into the request's extensions:
///
/// ```
/// use http::Request;
/// use sigtower::sigv4::{Region, SigningOverride};
///
/// let elsewhere = SigningOverride::new().region(Region::new("eu-west-1")?);
/// let request = Request::get("https://abc.execute-api.eu-west-1.amazonaws.com/")
///     .extension(elsewhere)
///     .body(())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SigningOverride {
    region: Option<Region>,
    service: Option<ServiceName>,
    payload: Option<PayloadSigning>,
}

impl SigningOverride {
    /// Overrides nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs for this region.
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Signs for this service, by its rules.
    pub fn service(mut self, service: ServiceName) -> Self {
        self.service = Some(service);
        self
    }

    /// Treats the body this way. Heeded by [`SigV4Layer`](super::SigV4Layer); a bare
    /// [`Signer`](super::Signer) is told by its [`Payload`](super::Payload).
    pub fn payload(mut self, payload: PayloadSigning) -> Self {
        self.payload = Some(payload);
        self
    }

    pub(super) fn scope(&self, default: &Scope) -> Scope {
        let region = self.region.as_ref().unwrap_or_else(|| default.region());
        let service = self.service_or(default.service());
        Scope::from((region.clone(), service.clone()))
    }

    pub(super) fn service_or<'a>(&'a self, default: &'a ServiceName) -> &'a ServiceName {
        self.service.as_ref().unwrap_or(default)
    }

    pub(super) fn payload_signing(&self) -> Option<&PayloadSigning> {
        self.payload.as_ref()
    }
}

/// Says that a path segment `%2E` or `%2E%2E` is a name, of a document for instance, not a step.
///
/// Such a segment is refused otherwise, because many a client or proxy resolves it on the way.
/// The typed calls put this into a request's extensions for an id that is `.` or `..`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EncodedDotSegments;
