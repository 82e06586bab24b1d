//! Signs the calls of a gRPC client of tonic.
//!
//! Run: `cargo run --example with_tonic`
//!
//! The server is part of the example. The layer goes around tonic's `Channel` in the same way as around hyper's client.

use std::convert::Infallible;

use http::uri::PathAndQuery;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use sigtower::sigv4::Scope;
use sigtower::{BoxError, Credentials, SigV4Layer};
use tokio::net::TcpListener;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Layer, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(serve(listener));

    let channel = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<tonic::body::Body>();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    let sign = SigV4Layer::new(Scope::new("us-east-1", "execute-api")?, credentials);
    let signed = sign
        .with_body_from(|bytes| tonic::body::Body::new(Full::new(bytes)))
        .layer(channel);
    // A signature covers the host, so the client must know it. Generated clients have `with_origin`, too.
    let mut grpc = tonic::client::Grpc::with_origin(signed, url.parse()?);
    grpc.ready().await?;
    let path = PathAndQuery::from_static("/greeter.Greeter/Hello");
    // The message is a `google.protobuf.StringValue`.
    let codec = ProstCodec::<String, String>::default();
    let response = grpc
        .unary(Request::new("Ada".to_owned()), path, codec)
        .await?;
    println!("{}", response.into_inner());
    Ok(())
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let service = hyper::service::service_fn(|request: http::Request<_>| async move {
            let greeter = service_fn(|call: Request<String>| async move {
                let signature = call.metadata().get("authorization");
                let scope = signature.and_then(|it| it.to_str().ok()?.split([' ', ',']).nth(1));
                let scope = scope.unwrap_or("nothing").to_owned();
                let text = format!("hello {}, signed with {scope}", call.into_inner());
                Ok::<_, Status>(Response::new(text))
            });
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<String, String>::default());
            Ok::<_, Infallible>(grpc.unary(greeter, request).await)
        });
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new()).http2_only();
            let _ = builder
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
