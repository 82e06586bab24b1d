//! Profile files as people have them, and the one line that says which source failed and why.

use super::aws::Server;
use super::child::{Child, file};

const KEYS: &str = "[default]\naws_access_key_id = AKIDx\naws_secret_access_key = secret\n";

/// A child with this credentials file.
fn child_with(test: &str, name: &str, text: &[u8]) -> Child {
    let path = file(name, text);
    Child::new(test).env("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap())
}

#[tokio::test]
async fn files_that_botocore_reads_and_files_with_a_byte_order_mark_are_read() {
    let indented =
        "[default]\n  # mine\n  aws_access_key_id = AKIDx\n  aws_secret_access_key = secret\n";
    let colons = "[default]\naws_access_key_id: AKIDx\naws_secret_access_key : secret\n";
    let foreign = "[other]\nnested =\n  a = 1\n  b = 2\n\n[more stuff]\nkey with blanks = 1\n";
    let cases: [(&str, Vec<u8>); 9] = [
        ("plain", KEYS.into()),
        ("bom", [b"\xef\xbb\xbf", KEYS.as_bytes()].concat()),
        ("crlf", KEYS.replace('\n', "\r\n").into()),
        ("cr", KEYS.replace('\n', "\r").into()),
        ("latin_1", [b"# caf\xe9\r\n", KEYS.as_bytes()].concat()),
        ("indented", indented.into()),
        ("colons", colons.into()),
        (
            "empty_token",
            [KEYS, "aws_session_token =\n"].concat().into(),
        ),
        ("foreign", [foreign, KEYS].concat().into()),
    ];
    for (name, text) in cases {
        let child = child_with("aws::print_a_key", &format!("file_{name}"), &text);
        assert_eq!(child.run().await, "AKIDx", "{name}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_an_error_that_names_file_and_line() {
    let utf_16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(KEYS.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        (
            "broken",
            [KEYS, "\n[other]\nthis is no property\n"].concat().into(),
            &[" line 6 is invalid: expected an '=' sign defining a property"],
        ),
        (
            "broken_header",
            [KEYS, "[other\na = b\n"].concat().into(),
            &[" line 4 is invalid: profile definition must end with ']'"],
        ),
        (
            "no_header",
            "aws_access_key_id = AKIDx\n".into(),
            &[" line 1 is invalid: expected a profile definition"],
        ),
        (
            "latin_1_value",
            [KEYS.as_bytes(), b"region = caf\xe9\n"].concat(),
            &[" line 4 is not valid UTF-8"],
        ),
        ("utf_16", utf_16, &[" is UTF-16; save it as UTF-8"]),
        (
            "half",
            "[default]\naws_access_key_id = AKIDx\n".into(),
            &["profile `default` (", "missing aws_secret_access_key"],
        ),
    ];
    for (name, text, expected) in cases {
        let name = format!("bad_file_{name}");
        let line = child_with("aws::print_the_error", &name, &text).run().await;
        assert!(line.contains(&format!("credentials_{name}")), "{line}");
        for part in expected {
            assert!(line.contains(part), "{line}");
        }
        assert!(
            !line.contains("AKIDx") && !line.contains("secret\n"),
            "{line}"
        );
    }
    let directory = env!("CARGO_TARGET_TMPDIR");
    let child = Child::new("aws::print_the_error").env("AWS_CONFIG_FILE", directory);
    let line = child.run().await;
    assert!(
        line.contains(&format!("cannot read {directory}: ")),
        "{line}"
    );
}

#[tokio::test]
async fn an_empty_token_of_a_profile_is_not_sent_to_sts() {
    let response = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
        <Credentials><AccessKeyId>ASIAx</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
        <SessionToken>token</SessionToken><Expiration>2086-01-01T00:00:00Z</Expiration></Credentials>\
        </AssumeRoleResult></AssumeRoleResponse>";
    let sts = Server::start([("POST /", response)]).await;
    let config = "[default]\nrole_arn = arn:aws:iam::123456789012:role/search\nsource_profile = base\n\n\
        [profile base]\naws_access_key_id = AKIDx\naws_secret_access_key = secret\naws_session_token =\n";
    let config = file("empty_base_token", config);
    let child = Child::new("aws::print_a_key")
        .env("AWS_CONFIG_FILE", config.to_str().unwrap())
        .env("AWS_ENDPOINT_URL_STS", &sts.origin);
    assert_eq!(child.run().await, "ASIAx");
    let seen = sts.seen();
    assert!(!seen[0].contains("x-amz-security-token"), "{seen:#?}");
}

#[tokio::test]
async fn an_empty_token_of_a_process_or_a_variable_means_none() {
    let json = r#"{"Version": 1, "AccessKeyId": "AKIDx", "SecretAccessKey": "secret", "SessionToken": ""}"#;
    let config = format!("[default]\ncredential_process = echo '{json}'\n");
    let config = file("process_without_token", &config);
    let process =
        Child::new("aws::send_without_a_token").env("AWS_CONFIG_FILE", config.to_str().unwrap());
    assert_eq!(process.run().await, "sent");
    let variables = Child::new("aws::send_without_a_token")
        .env("AWS_ACCESS_KEY_ID", "AKIDx")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_SESSION_TOKEN", "");
    assert_eq!(variables.run().await, "sent");
    let empty = [KEYS, "aws_session_token=\n"].concat();
    let file = child_with(
        "aws::send_without_a_token",
        "file_without_token",
        empty.as_bytes(),
    );
    assert_eq!(file.run().await, "sent");
}

#[tokio::test]
async fn an_error_names_each_source_if_none_is_configured() {
    let line = Child::new("aws::print_the_error")
        .env("AWS_PROFILE", "search")
        .run()
        .await;
    for part in [
        "no usable credentials: no source of credentials is configured: ",
        "environment variable AWS_ACCESS_KEY_ID is missing",
        "profile `search` is not defined in ",
        "credentials_empty",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set",
        "EC2 instance metadata: ",
    ] {
        assert!(line.contains(part), "{part} is missing from {line}");
    }
    let region_only = child_with(
        "aws::print_the_error",
        "region_only",
        b"[default]\nregion = eu-west-1\n",
    );
    let line = region_only.run().await;
    assert!(
        line.contains("credentials_region_only) contains no credentials"),
        "{line}"
    );
}

#[tokio::test]
async fn an_error_of_web_identity_names_the_variable_and_the_file() {
    let line = Child::new("aws::print_the_error")
        .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/search")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/token")
        .run()
        .await;
    let expected = "web identity (AWS_WEB_IDENTITY_TOKEN_FILE names /no/such/token): No such file";
    assert!(line.contains(expected), "{line}");
}

#[tokio::test]
async fn an_error_of_a_container_s_endpoint_has_its_message_and_no_secret() {
    let message = r#"{"code": "InvalidToken", "message": "pod canary-token-1 may not assume search", "Token": "canary-token-22222222"}"#;
    for status in ["400 Bad Request", "403 Forbidden"] {
        let endpoint = Server::refusing(status, [("GET /keys", message)]).await;
        let line = Child::new("aws::print_the_error")
            .env(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                format!("{}/keys", endpoint.origin),
            )
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary-token-1")
            .run()
            .await;
        let expected = format!(
            "the container's credentials endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI) failed: HTTP status {}",
            &status[..3]
        );
        assert!(line.contains(&expected), "{line}");
        assert!(line.contains("may not assume search"), "{line}");
        assert!(!line.contains("canary"), "{line}");
    }
}

#[tokio::test]
async fn an_error_of_a_process_has_its_words_and_no_secret() {
    let config = file(
        "failing_process",
        "[profile search]\naws_secret_access_key = canary-secret\n\
         credential_process = echo 'no ticket for anna; canary-secret {\"SessionToken\": \"canary\"}' >&2; exit 3\n",
    );
    let line = Child::new("aws::print_the_error")
        .env("AWS_CONFIG_FILE", config.to_str().unwrap())
        .env("AWS_PROFILE", "search")
        .run()
        .await;
    assert!(line.contains("profile `search` ("), "{line}");
    assert!(line.contains("no ticket for anna"), "{line}");
    assert!(!line.contains("canary"), "{line}");
}

#[tokio::test]
async fn an_expired_sso_session_is_an_error_that_says_how_to_sign_in() {
    let of_session = "[profile search]\nsso_session = work\nsso_account_id = 123456789012\n\
        sso_role_name = reader\n\n[sso-session work]\nsso_region = us-east-1\n\
        sso_start_url = https://example.awsapps.com/start\n";
    let by_role =
        "[profile top]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = search\n\n";
    for (index, (profile, config, expired)) in [
        ("search", of_session.to_owned(), true),
        ("search", of_session.to_owned(), false), // never signed in
        ("top", format!("{by_role}{of_session}"), true),
    ]
    .into_iter()
    .enumerate()
    {
        let home = super::aws::home(
            &format!("sso_expired_{index}"),
            expired.then_some("2020-01-01T00:00:00Z"),
        );
        let config = file(&format!("sso_config_{index}"), &config);
        let line = Child::new("aws::print_the_error")
            .env("HOME", home.to_str().unwrap())
            .env("AWS_CONFIG_FILE", config.to_str().unwrap())
            .env("AWS_PROFILE", profile)
            .run()
            .await;
        assert!(line.contains(&format!("profile `{profile}` (")), "{line}");
        assert!(line.contains("SSO"), "{line}");
        assert!(
            line.ends_with("run `aws sso login --profile search`"),
            "{line}"
        );
        assert!(!line.contains("signed in"), "{line}");
    }
}

#[tokio::test]
async fn settings_are_read_from_files_that_need_cleaning() {
    let config = file(
        "cleaned_settings",
        b"\xef\xbb\xbf[default]\r\n  max_attempts: 7\r\n",
    );
    let child =
        Child::new("profile::with_settings").env("AWS_CONFIG_FILE", config.to_str().unwrap());
    let settings = child.run().await;
    assert!(settings.contains("max_attempts: 7"), "{settings}");
}
