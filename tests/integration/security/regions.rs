//! A hostile region, service or endpoint is refused when the client is built, before any I/O.

use std::net::TcpListener;

use sigtower::Credentials;
use sigtower::endpoint::Endpoint;
use sigtower::opensearch::{BuildError, Client};
use sigtower::sigv4::{Region, Scope, ServiceName};

/// Not one of these is a lower-case DNS label.
const HOSTILE_LABELS: [&str; 61] = [
    "",
    " ",
    "\t",
    "\0",
    "\n",
    "us-east-1\n",
    "us-east-1\r\nhost: evil.example",
    " us-east-1",
    "us-east-1 ",
    "us-east-1%0A",
    "us east 1",
    "us-east-1\0",
    "us-east-1\u{7f}",
    "us-east-1.",
    ".us-east-1",
    "us-east-1.evil.example",
    "us.east.1",
    "..",
    "../../etc",
    "us-east-1/..",
    "us-east-1/es/aws4_request",
    "us-east-1/es",
    "/",
    "//evil.example",
    "\\",
    "us-east-1\\evil",
    "@evil.example",
    "x@evil.example",
    "x@evil.example:443/#",
    "us-east-1@evil.example",
    "us-east-1:443",
    ":",
    "us-east-1#",
    "#",
    "us-east-1?x=y",
    "?",
    "us-east-1&x=y",
    "us-east-1%2eevil%2eexample",
    "%00",
    "us-east-1;x",
    "us-east-1,x",
    "us-east-1, SignedHeaders=host",
    "'us-east-1'",
    "\"us-east-1\"",
    "${region}",
    "{region}",
    "<region>",
    "*",
    "us-east-*",
    "-us-east-1",
    "us-east-1-",
    "-",
    "US-EAST-1",
    "Us-east-1",
    "us_east_1",
    "us-éast-1",
    "us\u{2010}east\u{2010}1",
    "us-east-\u{0661}",
    "\u{1d42e}s-east-1",
    "us-east-1\u{200b}",
    "\u{202e}1-tsae-su",
];

/// Not one of these is an endpoint. `PORT` is the port of a local listener.
const HOSTILE_URLS: [&str; 79] = [
    "",
    " ",
    "http://",
    "https://",
    "://",
    "https:///",
    "https:///etc/passwd",
    "file:///etc/passwd",
    "ftp://127.0.0.1:PORT",
    "gopher://127.0.0.1:PORT/_",
    "javascript:alert(1)",
    "data:text/plain,x",
    "ws://127.0.0.1:PORT",
    "unix:/var/run/docker.sock",
    "https+unix://x",
    "jar:http://127.0.0.1:PORT!/",
    "http:127.0.0.1:PORT",
    "http:/127.0.0.1:PORT",
    "http://http://127.0.0.1:PORT",
    "https://127.0.0.1:PORT@search-x.us-east-1.es.amazonaws.com",
    "https://search-x.us-east-1.es.amazonaws.com@127.0.0.1:PORT",
    "https://search-x.us-east-1.es.amazonaws.com:443@127.0.0.1:PORT",
    "http://user@127.0.0.1:PORT",
    "http://user:password@127.0.0.1:PORT",
    "http://:password@127.0.0.1:PORT",
    "http://@127.0.0.1:PORT",
    "http://%40127.0.0.1:PORT",
    "http://127.0.0.1:PORT\\@search-x.us-east-1.es.amazonaws.com",
    "http://127.0.0.1:PORT#@search-x.us-east-1.es.amazonaws.com",
    "http://127.0.0.1:PORT?@search-x.us-east-1.es.amazonaws.com",
    "http://127.0.0.1:PORT/@search-x.us-east-1.es.amazonaws.com",
    "http://127.0.0.1:PORT/?x",
    "http://127.0.0.1:PORT/#x",
    "http://127.0.0.1:PORT/x",
    "http://127.0.0.1:PORT//",
    "http://127.0.0.1:PORT/..",
    "http://127.0.0.1:PORT/_dashboardsx",
    "http://127.0.0.1:PORT\r\nx-evil: 1",
    "http://127.0.0.1\n:PORT",
    "http://127.0.0.1:PORT\0",
    "http://127.0.0.1 :PORT",
    "http://127.0.0.1\t:PORT",
    "http:// 127.0.0.1:PORT",
    "http://127.0.0.1:PORT evil.example",
    "http://127.0.0.1:PORT,evil.example",
    "http://127.0.0.1:PORT;evil.example",
    "http://127.0.0.1:PORT:80",
    "http://127.0.0.1:",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:-1",
    "http://127.0.0.1:+1",
    "http://127.0.0.1:0x50",
    "http://127.0.0.1:٨٠",
    "http://127.1:PORT",
    "http://127.0.1:PORT",
    "http://2130706433:PORT",
    "http://0x7f000001:PORT",
    "http://0x7f.0.0.1:PORT",
    "http://0177.0.0.1:PORT",
    "http://017700000001:PORT",
    "http://127.0.0.01:PORT",
    "http://127.0.0.256:PORT",
    "http://127.0.0.1.:PORTx",
    "http://①②⑦.0.0.1:PORT",
    "http://127。0。0。1:PORT",
    "http://lоcalhost:PORT",
    "http://localhost\u{200b}:PORT",
    "http://[::1:PORT",
    "http://::1:PORT",
    "http://[::1]x:PORT",
    "http://[::1%25lo]:PORT",
    "http://[fe80::1%lo]:PORT",
    "http://[v1.x]:PORT",
    "http://[127.0.0.1]:PORT",
    "http://-localhost:PORT",
    "http://a..example:PORT",
    "http://*.es.amazonaws.com:PORT",
];

#[test]
fn two_hundred_hostile_regions_services_and_endpoints_are_refused_before_any_io() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut refused = 0;
    let mut refuse = |built: Result<Client, BuildError>, what: &str| {
        let error = built.expect_err(what);
        assert!(
            matches!(error, BuildError::Endpoint(_)),
            "{what:?}: {error:?}"
        );
        refused += 1;
    };

    let here = format!("http://127.0.0.1:{port}");
    for label in HOSTILE_LABELS {
        refuse(client(&here).region(label).service("es").build(), label);
        refuse(
            client(&here).region("us-east-1").service(label).build(),
            label,
        );
        assert!(Region::new(label).is_err() && ServiceName::new(label).is_err());
        assert!(Scope::new(label, "es").is_err() && Scope::new("us-east-1", label).is_err());
    }
    for url in HOSTILE_URLS {
        let url = url.replace("PORT", &port);
        let scoped = client(&url).region("us-east-1").service("es");
        refuse(scoped.build(), &url);
        // The same text is no address to connect to.
        if Endpoint::parse(&here)
            .unwrap()
            .with_connect_to(&url)
            .is_ok()
        {
            panic!("{url:?} was accepted as an address");
        }
    }
    assert!(refused >= 200, "{refused}");
    assert!(listener.accept().is_err(), "a connection was opened");
}

#[test]
fn a_domains_host_keeps_its_region_and_service() {
    let host = "https://search-x.us-east-1.es.amazonaws.com";
    for (region, service) in [
        ("us-east-2", "es"),
        ("us-east-1", "aoss"),
        ("us-east-1", "s3"),
        ("cn-north-1", "es"),
    ] {
        let built = client(host).region(region).service(service).build();
        assert!(built.is_err(), "{region} {service}");
    }
}

/// Building a client does no I/O, so the tests need no runtime.
fn client(url: &str) -> sigtower::opensearch::ClientBuilder {
    Client::builder(url).credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
}
