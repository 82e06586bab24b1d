//! The subjects: the signers, and the hashing that every signer must do.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity as AwsIdentity;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, Request};
use http_body_util::Full;
use sha2::{Digest, Sha256};
use sigtower::sigv4::{Explanation, Payload, SigV4Layer, Signer};
use tower::{Layer, Service};

use super::harness::Subject;
use super::work::{REGION, SERVICE, Work, time};

/// SHA-256 of the body, if there is one, and of the canonical request; HMAC-SHA-256 of the string
/// to sign with a prepared key. The texts exist before the clock starts.
pub(crate) fn floor(work: &Work) -> Subject {
    let shown = explain(work);
    let body = work.body.clone();
    let canonical = shown.reveal_canonical_request().to_owned();
    let string_to_sign = shown.string_to_sign().to_owned();
    let mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("HMAC takes any key");
    Subject::new(
        "floor",
        || [[0_u8; 32]; 3],
        move |out| {
            if !body.is_empty() {
                out[0] = Sha256::digest(&body).into();
            }
            out[1] = Sha256::digest(&canonical).into();
            let mut mac = mac.clone();
            mac.update(string_to_sign.as_bytes());
            out[2] = mac.finalize().into_bytes().into();
        },
    )
}

/// Our signer: from the parts and the body of a request to the same parts with signature headers.
pub(crate) fn sigtower(work: &Work) -> Subject {
    let (signer, identity) = (work.signer(), Arc::new(work.identity()));
    let (body, work) = (work.body.clone(), work.clone());
    Subject::new(
        "sigtower",
        move || work.request(()).into_parts().0,
        move |parts| {
            signer
                .sign_with(parts, Payload::Bytes(&body), &identity, time())
                .expect("signed");
        },
    )
}

/// Our layer over a service that does nothing: from the call to the response, with the system clock
/// and cached credentials.
pub(crate) fn layer(work: &Work) -> Subject {
    let layer = SigV4Layer::from_signer(work.signer());
    let work = work.clone();
    Subject::new(
        "sigtower",
        move || {
            let kept = Keep::default();
            let service = layer.layer(kept.clone());
            let request = work.request(Full::new(work.body.clone()));
            (service, Some(request), kept)
        },
        |(service, request, _)| {
            let response = pin!(service.call(request.take().expect("a request")));
            match response.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(response) => response.expect("signed"),
                Poll::Pending => panic!("the layer waits, but everything is in memory"),
            }
        },
    )
}

/// aws-sigv4, used as its documentation shows: from a request with its body to the same request with
/// signature headers. It receives the headers that our signer signs, and those in
/// [`Work::signed_without_list`], because it has no list of its own.
pub(crate) fn aws_sigv4(work: &Work) -> Subject {
    aws_sigv4_by("aws-sigv4", work, sign_with_aws(work))
}

/// aws-sigv4 with only the headers that our signer signs, for requests where [`aws_sigv4`] signs more.
pub(crate) fn aws_sigv4_filtered(work: &Work) -> Option<Subject> {
    let differs = !work.signed_without_list.is_empty();
    let sign = sign_with_aws_given(work, work.also_signed.clone());
    differs.then(|| aws_sigv4_by("aws-sigv4-filtered", work, sign))
}

fn aws_sigv4_by(
    name: &'static str,
    work: &Work,
    sign: impl Fn(&mut Request<Bytes>, SystemTime) + Clone + 'static,
) -> Subject {
    let work = work.clone();
    Subject::new(
        name,
        move || work.request(work.body.clone()),
        move |request| sign(request, time()),
    )
}

pub(crate) fn sign_with_aws(
    work: &Work,
) -> impl Fn(&mut Request<Bytes>, SystemTime) + Clone + use<> {
    let given = [&work.also_signed[..], &work.signed_without_list].concat();
    sign_with_aws_given(work, given)
}

fn sign_with_aws_given(
    work: &Work,
    also_signed: Vec<HeaderName>,
) -> impl Fn(&mut Request<Bytes>, SystemTime) + Clone + use<> {
    let identity: AwsIdentity = aws_credential_types::Credentials::from(work.credentials()).into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    move |request, time| {
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(SERVICE)
            .time(time)
            .settings(settings.clone())
            .build()
            .expect("parameters");
        let headers = request.headers().iter().filter(|(name, _)| {
            *name == "content-type"
                || name.as_str().starts_with("x-amz-")
                || also_signed.contains(name)
        });
        let headers =
            headers.map(|(name, value)| (name.as_str(), value.to_str().expect("visible ASCII")));
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.uri().to_string(),
            headers,
            SignableBody::Bytes(request.body()),
        );
        let signed = sign(signable.expect("signable"), &params.into()).expect("signed");
        signed.into_parts().0.apply_to_request_http1x(request);
    }
}

fn explain(work: &Work) -> Explanation {
    let signer: Signer = work.signer().with_clock(time());
    let parts = work.request(()).into_parts().0;
    let explained = pin!(signer.explain(&parts, Payload::Bytes(&work.body)));
    match explained.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(shown) => shown.expect("signable"),
        Poll::Pending => panic!("the signer waits, but the credentials are in memory"),
    }
}

/// Keeps the request, so that it is dropped while the clock is stopped.
#[derive(Clone, Default)]
struct Keep(Rc<Cell<Option<Request<Full<Bytes>>>>>);

impl Service<Request<Full<Bytes>>> for Keep {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        self.0.set(Some(request));
        ready(Ok(()))
    }
}

/// Responds with the request.
#[derive(Clone, Debug)]
pub(crate) struct Echo;

impl Service<Request<Full<Bytes>>> for Echo {
    type Response = Request<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(request))
    }
}
