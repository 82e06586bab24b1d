//! An endpoint is an error, or its text parses to the same endpoint. Clear text stays on loopback.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::{Corpus, fuzz_target};
use sigtower::endpoint::Endpoint;
use sigtower::sigv4::{Region, ServiceName};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    url: &'a str,
    region: Option<&'a str>,
    service: Option<&'a str>,
    tunnel: Option<&'a str>,
    path: &'a str,
}

fuzz_target!(|input: Input<'_>| -> Corpus {
    let region = input.region.map(Region::new);
    let service = input.service.map(ServiceName::new);
    for label in [
        region.iter().flatten().next().map(Region::as_str),
        service.iter().flatten().next().map(ServiceName::as_str),
    ] {
        let one_label = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        assert!(label.is_none_or(one_label));
    }
    let Ok(endpoint) = Endpoint::parse(input.url) else {
        return Corpus::Keep;
    };
    check_origin(&endpoint);
    let mut endpoint = endpoint;
    if let Some(region) = input.region {
        match endpoint.clone().with_region(region) {
            Ok(changed) => endpoint = changed,
            Err(_) => return Corpus::Keep,
        }
        let signed_for = endpoint.region().map(Region::as_str);
        assert_eq!(signed_for, Some(region), "a given region is used or refused");
    }
    if let Some(service) = input.service {
        match endpoint.clone().with_service(service) {
            Ok(changed) => endpoint = changed,
            Err(_) => return Corpus::Keep,
        }
        let signed_for = endpoint.service().map(ServiceName::as_str);
        assert_eq!(signed_for, Some(service), "a given service is used or refused");
    }
    if let Some(tunnel) = input.tunnel
        && let Ok(changed) = endpoint.clone().with_connect_to(tunnel)
    {
        assert_eq!(changed.authority(), endpoint.authority());
        assert!(changed.connect_to().unwrap().port().is_some());
        endpoint = changed;
    }
    check_uri(&endpoint, input.path);
    Corpus::Keep
});

/// The text of the endpoint is a plain origin and parses to the same endpoint.
fn check_origin(endpoint: &Endpoint) {
    let text = endpoint.to_string();
    let again = Endpoint::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(&again, endpoint);
    assert!(
        text.is_ascii() && !text.contains(['@', '\\', '?', '#', ' ', '%']),
        "{text}"
    );
    assert!(
        !text
            .bytes()
            .any(|byte| byte.is_ascii_control() || byte.is_ascii_uppercase())
    );
    assert!(endpoint.port() > 0 && !endpoint.host().is_empty());
}

/// The URI of a path has the origin of the endpoint and the path unchanged.
fn check_uri(endpoint: &Endpoint, path: &str) {
    let Ok(uri) = endpoint.uri(path) else {
        return;
    };
    assert_eq!(uri.authority(), Some(endpoint.authority()));
    assert_eq!(uri.scheme(), Some(endpoint.scheme()));
    assert_eq!(uri.path_and_query().unwrap().as_str(), path);
    if *endpoint.scheme() != http::uri::Scheme::HTTPS {
        let host = endpoint
            .connect_to()
            .unwrap_or(endpoint.authority())
            .host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let loopback = host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.to_canonical().is_loopback());
        assert!(loopback, "{endpoint:?}");
    }
}
