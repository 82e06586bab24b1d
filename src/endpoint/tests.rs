use proptest::prelude::*;

use super::*;

fn parse(url: &str) -> Endpoint {
    Endpoint::parse(url).unwrap_or_else(|error| panic!("{url:?}: {error}"))
}

#[test]
fn urls_are_accepted_as_people_paste_them() {
    let domain = "search-x.us-east-1.es.amazonaws.com";
    for (pasted, origin) in [
        ("https://search-x.us-east-1.es.amazonaws.com", domain),
        ("https://search-x.us-east-1.es.amazonaws.com/", domain),
        ("https://search-x.us-east-1.es.amazonaws.com:443", domain),
        ("https://search-x.us-east-1.es.amazonaws.com:443/", domain),
        ("HTTPS://Search-X.US-East-1.ES.AmazonAWS.com", domain),
        ("https://search-x.us-east-1.es.amazonaws.com.", domain),
        ("search-x.us-east-1.es.amazonaws.com", domain),
        ("search-x.us-east-1.es.amazonaws.com:443", domain),
        ("  https://search-x.us-east-1.es.amazonaws.com\n", domain),
        (
            "https://search-x.us-east-1.es.amazonaws.com/_dashboards",
            domain,
        ),
        (
            "https://search-x.us-east-1.es.amazonaws.com/_dashboards/",
            domain,
        ),
        (
            "search-x.us-east-1.es.amazonaws.com/_dashboards/app/home?x=https://y#/(a)",
            domain,
        ),
        (
            "https://search-x.us-east-1.es.amazonaws.com/_plugin/kibana/",
            domain,
        ),
        (
            "https://search-x.us-east-1.es.amazonaws.com/_plugin/kibana#/home",
            domain,
        ),
        ("https://search.example.com:9200", "search.example.com:9200"),
        ("https://opensearch_node1:9200", "opensearch_node1:9200"),
        ("https://search.example.com:80", "search.example.com:80"),
        ("https://10.0.0.7", "10.0.0.7"),
        ("https://[2001:DB8:0:0::1]:9200/", "[2001:db8::1]:9200"),
    ] {
        let endpoint = parse(pasted);
        assert_eq!(
            endpoint.to_string(),
            format!("https://{origin}"),
            "{pasted:?}"
        );
        assert_eq!(endpoint.uri("/").unwrap().authority().unwrap(), origin);
    }
}

#[test]
fn loopback_needs_no_tls_and_no_scheme() {
    for (pasted, origin) in [
        ("localhost:9200", "http://localhost:9200"),
        ("LOCALHOST", "http://localhost"),
        ("127.0.0.1:9200/", "http://127.0.0.1:9200"),
        ("127.8.9.10:80", "http://127.8.9.10"),
        ("[::1]:9200", "http://[::1]:9200"),
        ("[::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://localhost:9200", "https://localhost:9200"),
    ] {
        let endpoint = parse(pasted);
        assert_eq!(endpoint.to_string(), origin, "{pasted:?}");
        assert!(endpoint.check().is_ok(), "{pasted:?}");
    }
}

#[test]
fn the_default_port_is_known_although_it_is_not_sent() {
    assert_eq!(parse("https://a.example").port(), 443);
    assert_eq!(parse("http://localhost").port(), 80);
    assert_eq!(parse("https://a.example:9200").port(), 9200);
}

#[test]
fn hostile_and_mistaken_urls_are_refused() {
    use EndpointError as E;
    let long_label = format!("https://{}.example", "a".repeat(64));
    let long_name = format!("https://{}example", "abcdefgh.".repeat(32));
    let host = |text: &str| E::Host(text.into());
    let port = |text: &str| E::Port(text.into());
    for (url, expected) in [
        ("", E::Empty),
        (" \t\r\n", E::Empty),
        ("https://", E::MissingHost),
        ("https:///", E::MissingHost),
        ("https:///etc/passwd", E::Path("/etc/passwd".into())),
        ("//a.example", E::Path("//a.example".into())),
        ("https://:443", E::MissingHost),
        ("https://.", host(".")),
        ("https://..", host("..")),
        ("https://a..example", host("a..example")),
        ("https://a.example..", host("a.example..")),
        ("https://.a.example", host(".a.example")),
        ("https://-a.example", host("-a.example")),
        ("https://a-.example", host("a-.example")),
        (&long_label, host(&long_label[8..])),
        (&long_name, host(&long_name[8..])),
        ("https://user@a.example", E::UserInfo),
        ("https://user:hunter2@a.example", E::UserInfo),
        ("https://user:hun/ter2@a.example", E::UserInfo),
        ("https://a.example@evil.example", E::UserInfo),
        ("https://a.example/@evil.example", E::UserInfo),
        (
            "https://search-x.us-east-1.es.amazonaws.com:443@evil.example",
            E::UserInfo,
        ),
        ("ftp://a.example", E::Scheme("ftp".into())),
        ("file:///etc/passwd", E::Scheme("file".into())),
        ("javascript://a.example", E::Scheme("javascript".into())),
        ("httpss://a.example", E::Scheme("httpss".into())),
        ("://a.example", E::Scheme(String::new())),
        ("https:a.example", port("a.example")),
        ("https:/a.example", E::Path("/a.example".into())),
        ("https://https://a.example", E::Path("//a.example".into())),
        ("https://a.example:", port("")),
        ("https://a.example:0", port("0")),
        ("https://a.example:65536", port("65536")),
        ("https://a.example:+443", port("+443")),
        ("https://a.example:-1", port("-1")),
        ("https://a.example:443:443", port("443:443")),
        ("https://a.example:4a", port("4a")),
        ("https://::1", port(":1")),
        ("https://2001:db8::1", port("db8::1")),
        ("https://[::1", host("[::1")),
        ("https://::1]", port(":1]")),
        ("https://[::1]x", host("[::1]x")),
        ("https://[::1%25lo]", host("[::1%25lo]")),
        ("https://[fe80::1%lo]:443", host("[fe80::1%lo]")),
        ("https://[127.0.0.1]", host("[127.0.0.1]")),
        ("https://[a.example]", host("[a.example]")),
        ("https://127.1", host("127.1")),
        ("https://2130706433", host("2130706433")),
        ("https://0x7f000001", host("0x7f000001")),
        ("https://0x7f.0.0.0x1", host("0x7f.0.0.0x1")),
        ("https://0177.0.0.1", host("0177.0.0.1")),
        ("https://127.0.0.1.1", host("127.0.0.1.1")),
        ("https://256.0.0.1", host("256.0.0.1")),
        ("https://a%2eexample", host("a%2eexample")),
        ("https://a.example%00", host("a.example%00")),
        ("https://a,b.example", host("a,b.example")),
        ("https://a;b.example", host("a;b.example")),
        ("https://*.example", host("*.example")),
        ("https://a.example\\@b.example", E::UserInfo),
        ("https://a.example\\.b.example", E::Character('\\')),
        ("https://a.ex ample", E::Character(' ')),
        ("https://a.example\r\nhost: evil", E::Character('\r')),
        ("https://a.example\0", E::Character('\0')),
        ("https://a\tb.example", E::Character('\t')),
        ("https://a.example\u{7f}", E::Character('\u{7f}')),
        ("https://münchen.example", E::NotAscii),
        ("https://a\u{3002}example", E::NotAscii),
        ("https://\u{ff4c}ocalhost", E::NotAscii),
        ("https://a.example/index", E::Path("/index".into())),
        ("https://a.example//", E::Path("//".into())),
        (
            "https://a.example/_dashboardsx",
            E::Path("/_dashboardsx".into()),
        ),
        ("https://a.example/_plugin", E::Path("/_plugin".into())),
        ("https://a.example/..", E::Path("/..".into())),
        ("https://a.example?x=secret", E::Query),
        ("https://a.example/?X-Amz-Security-Token=secret", E::Query),
        ("https://a.example#", E::Query),
        ("a.example?next=https://b.example", E::Query),
    ] {
        assert_eq!(Endpoint::parse(url), Err(expected), "{url:?}");
    }
}

#[test]
fn errors_repeat_neither_passwords_nor_queries() {
    for url in [
        "https://user:hunter2@a.example",
        "https://hunter2@a.example/x?y#z",
        "user:hun/ter2@a.example:x",
        "https://a.example/?token=hunter2",
        "https://a.example?hunter2://",
        "hunter2?x@",
        "a.example?hunter2=https://b",
    ] {
        let error = Endpoint::parse(url).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("ter2"),
            "{url}: {error}"
        );
    }
}

#[test]
fn a_custom_domain_must_be_given_region_and_service() {
    let endpoint = parse("https://search.example.com");
    assert!(matches!(
        endpoint.scope(),
        Err(EndpointError::MissingRegion { .. })
    ));
    let endpoint = endpoint.with_region("eu-west-1").unwrap();
    assert!(matches!(
        endpoint.scope(),
        Err(EndpointError::MissingService { .. })
    ));
    let endpoint = endpoint.with_service("es").unwrap();
    assert_eq!(endpoint.scope().unwrap().to_string(), "eu-west-1/es");
}

#[test]
fn a_contradiction_names_both_values() {
    let domain = parse("https://search-x.us-east-1.es.amazonaws.com");
    assert!(domain.clone().with_region("us-east-1").is_ok());
    assert!(domain.clone().with_service("es").is_ok());
    let error = domain
        .clone()
        .with_region("eu-west-1")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("us-east-1") && error.contains("eu-west-1"),
        "{error}"
    );
    let error = domain.with_service("aoss").unwrap_err().to_string();
    assert!(error.contains("aoss") && error.contains(" es"), "{error}");
}

#[test]
fn an_error_says_what_to_set() {
    let error = |outcome: Result<Scope, EndpointError>| outcome.unwrap_err().to_string();
    let custom = parse("https://search.example.com");
    assert_eq!(
        error(custom.scope()),
        "cannot determine the region from search.example.com; set it, for example `us-east-1`"
    );
    assert_eq!(
        error(custom.with_region("eu-west-1").unwrap().scope()),
        "cannot determine the service from search.example.com; set it: `es` for a domain, `aoss` for serverless"
    );
}

#[test]
fn a_region_is_never_spliced_into_a_host() {
    for region in [
        "x@evil.example:443/#",
        "us-east-1.evil",
        "",
        "US-EAST-1",
        "us-east-1\n",
    ] {
        let error = parse("https://a.example").with_region(region).unwrap_err();
        assert!(
            matches!(error, EndpointError::Scope(_)),
            "{region:?}: {error}"
        );
    }
}

#[test]
fn cleartext_stays_on_loopback_unless_allowed() {
    for url in [
        "http://a.example",
        "http://127.attacker.example",
        "http://127.0.0.1.attacker.example",
        "http://localhost.attacker.example",
        "http://xlocalhost",
        "http://sub.localhost",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://128.0.0.1",
        "http://[::]",
        "http://[::2]",
        "http://[fe80::1]",
        "http://[::ffff:10.0.0.1]",
    ] {
        let endpoint = parse(url);
        assert!(
            matches!(endpoint.check(), Err(EndpointError::Cleartext { .. })),
            "{url}"
        );
        assert!(
            matches!(endpoint.uri("/"), Err(EndpointError::Cleartext { .. })),
            "{url}"
        );
        let allowed = endpoint.with_cleartext(true);
        assert!(allowed.uri("/").is_ok(), "{url}");
        assert!(allowed.with_cleartext(false).uri("/").is_err(), "{url}");
    }
}

#[test]
fn cleartext_is_judged_by_where_the_bytes_go() {
    let tunnel = parse("http://search.example.com")
        .with_connect_to("localhost:8157")
        .unwrap();
    assert!(tunnel.check().is_ok());
    let detour = parse("http://localhost:9200")
        .with_connect_to("a.example:80")
        .unwrap();
    assert!(matches!(
        detour.check(),
        Err(EndpointError::Cleartext { .. })
    ));
}

#[test]
fn a_tunnel_changes_only_where_connections_go() {
    let plain = parse("https://vpc-x.us-east-1.es.amazonaws.com");
    let tunnel = plain.clone().with_connect_to("LocalHost:8157").unwrap();
    assert_eq!(tunnel.connect_to().unwrap(), "localhost:8157");
    assert_eq!(tunnel.uri("/a?b").unwrap(), plain.uri("/a?b").unwrap());
    assert_eq!(tunnel.scope(), plain.scope());
    assert_eq!(
        plain
            .with_connect_to("[::1]:443")
            .unwrap()
            .connect_to()
            .unwrap(),
        "[::1]:443"
    );
}

#[test]
fn a_tunnel_needs_a_host_and_a_port() {
    for address in [
        "localhost",
        "",
        ":1",
        "localhost:",
        "http://localhost:1",
        "localhost:1/",
        "a b:1",
        "u@h:1",
        "localhost:0",
        "localhost:99999",
        "localhost:44a",
        "localhost:+443",
        "[::1]:",
        "[::1]:65536",
        "::1:443",
    ] {
        assert!(
            parse("https://a.example").with_connect_to(address).is_err(),
            "{address:?}"
        );
    }
}

#[test]
fn a_request_target_is_kept_byte_for_byte_or_refused() {
    let endpoint = parse("https://a.example");
    for target in [
        "/",
        "/a%2Fb/_doc/%D0%B6?routing=x%20y",
        "/a,b*/_search?q=a:b",
        "/?",
        "/a//b",
    ] {
        let uri = endpoint.uri(target).unwrap();
        assert_eq!(uri.path_and_query().unwrap().as_str(), target);
        assert_eq!(uri.authority().unwrap(), "a.example");
    }
    for target in [
        "",
        "a",
        "*",
        "https://evil.example/",
        "@evil.example/",
        "/a b",
        "/a#b",
        "/a\r\nb",
        "/\0",
    ] {
        assert!(endpoint.uri(target).is_err(), "{target:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_means_the_same_when_read_again(
        text in r"(https?://|HTTP://|)[a-zA-Z0-9.:\[\]/_%@?#-]{0,40}|\PC{0,40}",
    ) {
        if let Ok(endpoint) = Endpoint::parse(&text) {
            let again = Endpoint::parse(endpoint.to_string()).unwrap();
            prop_assert_eq!(&again, &endpoint);
            prop_assert_eq!(endpoint.host(), endpoint.host().to_ascii_lowercase());
            let uri = endpoint.with_cleartext(true).uri("/x").unwrap();
            prop_assert_eq!(uri.host(), Some(again.host()));
            prop_assert!(uri.port_u16().is_none_or(|port| port == again.port()));
        }
    }
}
