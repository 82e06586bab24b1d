use http::Extensions;

use crate::sigv4::overrides::SigningOverride;
use crate::sigv4::payload::PayloadSigning;
use crate::sigv4::scope::ServiceKind;
use crate::sigv4::signer::Signer;

/// What a layer and all its services share.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) signer: Signer,
    pub(super) payload: PayloadSigning,
    pub(super) body_limit: usize,
}

impl Settings {
    /// How the body of a request with these extensions is treated.
    #[inline]
    pub(super) fn payload_of<'a>(&'a self, extensions: &'a Extensions) -> &'a PayloadSigning {
        let overrides = extensions.get::<SigningOverride>();
        let service = self.signer.scope().service();
        let service = overrides.map_or(service, |it| it.service_or(service));
        let payload = overrides.and_then(SigningOverride::payload_signing);
        let payload = payload.unwrap_or(&self.payload);
        // A body in chunks goes to the signer, which refuses it.
        if service.kind() == ServiceKind::Lattice && !matches!(payload, PayloadSigning::Chunked(_))
        {
            return &PayloadSigning::Unsigned;
        }
        payload
    }
}
