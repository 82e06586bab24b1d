use std::env;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError as SdkError;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::credentials::error::Described;
use crate::credentials::reason;

/// The endpoint that ECS and EKS give a container.
#[derive(Debug)]
pub(super) struct ContainerSource {
    provider: EcsCredentialsProvider,
    message: Message,
}

/// What the endpoint's last error response said. The SDK keeps only the status.
type Message = Arc<Mutex<Option<String>>>;

impl ContainerSource {
    pub(super) fn new(config: &ProviderConfig) -> Self {
        let message = Message::default();
        let config = config.clone().with_http_client(client(&message));
        Self {
            provider: EcsCredentialsProvider::builder().configure(&config).build(),
            message,
        }
    }

    pub(super) async fn fetch(&self) -> Result<SdkCredentials, SdkError> {
        *self.message.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let error = match self.provider.credentials().await {
            Ok(credentials) => return Ok(credentials),
            Err(error) => error,
        };
        let message = self
            .message
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        Err(match (error, message) {
            (SdkError::CredentialsNotLoaded(_), _) => SdkError::not_loaded(Described(format!(
                "container: {RELATIVE_URI} and {FULL_URI} are not set"
            ))),
            (_, Some(message)) => failed(&message),
            (error, None) => failed(&reason::texts(&error)),
        })
    }
}

fn failed(reason: &str) -> SdkError {
    let token_file = env::var_os("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let token = token_file.and_then(|file| fs::read_to_string(file).ok());
    let secrets: Vec<_> = token.into_iter().collect();
    let reason = reason::one_line(reason, &secrets);
    let variable = [RELATIVE_URI, FULL_URI]
        .into_iter()
        .find(|name| env::var_os(name).is_some());
    let variable = variable.unwrap_or(FULL_URI);
    SdkError::provider_error(Described(format!(
        "the container's credentials endpoint ({variable}) failed: {reason}"
    )))
}

/// An HTTP client that keeps the body of a response that is an error. It uses no proxy: the endpoint
/// is on the machine itself.
fn client(message: &Message) -> SharedHttpClient {
    let message = Arc::clone(message);
    let inner = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector =
            ConnectorBuilder::default().tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        connector.set_proxy_config(Some(ProxyConfig::disabled()));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    });
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Connector {
            inner: inner.http_connector(settings, components),
            message: Arc::clone(&message),
        })
    })
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    message: Message,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (response, message) = (self.inner.call(request), Arc::clone(&self.message));
        HttpConnectorFuture::new(async move {
            let mut response = response.await?;
            if !response.status().is_success() {
                let text = read(&mut response).await;
                let status = response.status().as_u16();
                let line = format!("HTTP status {status}: {}", String::from_utf8_lossy(&text));
                *message.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
                *response.body_mut() = SdkBody::from(text);
            }
            Ok(response)
        })
    }
}

/// The body of a response, cut after a limit.
async fn read(response: &mut HttpResponse) -> Vec<u8> {
    let mut body = ByteStream::new(response.take_body());
    let mut text = Vec::new();
    while let Some(Ok(chunk)) = body.next().await {
        text.extend_from_slice(&chunk[..chunk.len().min(LIMIT - text.len())]);
        if text.len() == LIMIT {
            break;
        }
    }
    text
}

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const LIMIT: usize = 16 * 1024;
