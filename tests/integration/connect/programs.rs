//! A program of about ten lines for each way to connect, as users write it.

use http::{Method, Request, Response};
use sigtower::body::Body;
use sigtower::opensearch::{self, CollectionType};
use sigtower::{BoxError, Client, Credentials, Scope, send_signed_for};
use tower::service_fn;

use super::{KEY, SECRET};

type Outcome = Result<opensearch::Response, BoxError>;

pub(super) async fn with_keys(url: &str) -> Outcome {
    let client = Client::builder(url)
        .region("eu-west-1") // a host of AWS contains both
        .service("es")
        .credentials(Credentials::new(KEY, SECRET, None))
        .build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

pub(super) async fn with_keys_of_an_async_function(url: &str) -> Outcome {
    let client = Client::builder(url)
        .region("eu-west-1")
        .service("es")
        .credentials_from(async || Ok::<_, BoxError>(Credentials::new(KEY, SECRET, None)))
        .build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

pub(super) async fn with_a_password(url: &str) -> Outcome {
    let client = Client::builder(url).basic_auth("admin", SECRET).build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

pub(super) async fn with_a_bearer_token(url: &str) -> Outcome {
    let client = Client::builder(url)
        .bearer_auth_from(async || Ok::<_, BoxError>(SECRET))
        .build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

pub(super) async fn without_a_login(url: &str) -> Outcome {
    let client = Client::builder(url).unauthenticated().build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

pub(super) async fn to_a_collection(url: &str) -> Outcome {
    let client = Client::builder(url)
        .region("eu-west-1")
        .service("aoss")
        .collection_type(CollectionType::Search)
        .credentials(Credentials::new(KEY, SECRET, None))
        .build()?;
    Ok(client.raw(Method::PUT, "/movies", ()).await?.success()?)
}

pub(super) async fn through_a_tunnel(host: &str, address: &str) -> Outcome {
    let client = Client::builder(format!("http://{host}"))
        .connect_to(address)
        .credentials(Credentials::new(KEY, SECRET, None))
        .build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

pub(super) async fn to_a_custom_domain_once(url: &str) -> Result<Response<bytes::Bytes>, BoxError> {
    let keys = Credentials::new(KEY, SECRET, None);
    let scope = Scope::new("eu-west-1", "es")?;
    Ok(send_signed_for(scope, Method::GET, url, &keys, ()).await?)
}

pub(super) async fn over_a_service_of_our_own() -> Outcome {
    let own = service_fn(async |request: Request<Body>| {
        let is_signed = request.headers().contains_key("authorization");
        Ok::<_, BoxError>(Response::new(Body::from(is_signed.to_string())))
    });
    let client = Client::builder("https://search-movies-abc.eu-west-1.es.amazonaws.com")
        .credentials(Credentials::new(KEY, SECRET, None))
        .over(own)
        .build()?;
    Ok(client.raw(Method::GET, "/", ()).await?.success()?)
}

#[cfg(any(feature = "rustls", feature = "ring"))]
pub(super) mod over_tls {
    use super::*;

    pub(in super::super) async fn through_a_proxy(url: &str, proxy: &str, pem: String) -> Outcome {
        let client = Client::builder(url)
            .proxy(proxy) // or `HTTPS_PROXY` in the environment
            .root_certificate_pem(pem)
            .basic_auth("admin", SECRET)
            .build()?;
        Ok(client.raw(Method::GET, "/", ()).await?.success()?)
    }

    pub(in super::super) async fn with_a_private_authority(url: &str, pem: String) -> Outcome {
        let client = Client::builder(url)
            .root_certificate_pem(pem)
            .basic_auth("admin", SECRET)
            .build()?;
        Ok(client.raw(Method::GET, "/", ()).await?.success()?)
    }

    pub(in super::super) async fn with_a_client_certificate(
        url: &str,
        pem: String,
        chain: String,
        key: String,
    ) -> Outcome {
        let client = Client::builder(url)
            .root_certificate_pem(pem)
            .client_certificate_pem(chain, key)
            .unauthenticated()
            .build()?;
        Ok(client.raw(Method::GET, "/", ()).await?.success()?)
    }

    pub(in super::super) async fn to_a_container(url: &str) -> Outcome {
        let client = Client::builder(url)
            .danger_accept_invalid_certificates(true)
            .basic_auth("admin", SECRET)
            .build()?;
        Ok(client.raw(Method::GET, "/", ()).await?.success()?)
    }
}
