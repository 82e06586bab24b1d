use super::payload::PayloadSigning;
use super::scope::{Region, Scope, ServiceName};

/// What one request is signed for, where that differs from its signer.
///
/// Put it into the request's extensions:
///
/// ```
/// use http::Request;
/// use sigtower::sigv4::{Region, SigningOverride};
///
/// let other_region = SigningOverride::new().with_region(Region::new("eu-west-1")?);
/// let request = Request::get("https://abc.execute-api.eu-west-1.amazonaws.com/")
///     .extension(other_region)
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
    /// Overrides nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs for this region.
    pub fn with_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Signs for this service, by its rules.
    pub fn with_service(mut self, service: ServiceName) -> Self {
        self.service = Some(service);
        self
    }

    /// Treats the body this way. Only [`SigV4Layer`](super::SigV4Layer) reads it: a
    /// [`Signer`](super::Signer) gets a [`Payload`](super::Payload) from its caller.
    pub fn with_payload_signing(mut self, payload: PayloadSigning) -> Self {
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

/// In a request's extensions: path segments `%2E` and `%2E%2E` are names, for example of a document.
///
/// Without it such a segment is refused, because many clients and proxies resolve it as `.` or `..`.
/// The typed calls add it for an id that is `.` or `..`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EncodedDotSegments;
