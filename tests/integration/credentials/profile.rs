//! The settings that a client takes from AWS's profile.

use sigtower::testing::Domain;

use super::child::{Child, file};

#[tokio::test]
async fn settings_come_from_variables_or_else_from_the_profile() {
    let config = file(
        "settings",
        "[profile search]\ndisable_clock_skew_correction = True\nmax_attempts = 7\n\
         [profile wrong]\nmax_attempts = many\n",
    );
    let child = || {
        let child = Child::new("profile::with_settings");
        child.env("AWS_CONFIG_FILE", config.to_str().unwrap())
    };
    let said = child().env("AWS_PROFILE", "search").run().await;
    assert!(said.contains("max_attempts: 7"), "{said}");
    assert!(said.contains("follows_service_clock: false"), "{said}");

    let said = child()
        .env("AWS_PROFILE", "search")
        .env("AWS_MAX_ATTEMPTS", "2")
        .env("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "false");
    let said = said.run().await;
    assert!(said.contains("max_attempts: 2"), "{said}");
    assert!(said.contains("follows_service_clock: true"), "{said}");

    let said = child().run().await;
    assert!(said.contains("max_attempts: 3"), "{said}");
    assert!(said.contains("follows_service_clock: true"), "{said}");

    let said = child().env("AWS_PROFILE", "wrong").run().await;
    assert!(
        said.contains("`max_attempts` in the AWS profile")
            && said.contains("a number of 1 or more"),
        "{said}"
    );
    let said = child().env("AWS_MAX_ATTEMPTS", "0").run().await;
    assert!(
        said.contains("environment variable AWS_MAX_ATTEMPTS"),
        "{said}"
    );
    // The error about credentials says what is wrong with the file.
    let said = child().env("AWS_CONFIG_FILE", "/").run().await;
    assert!(said.contains("max_attempts: 3"), "{said}");
}

#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn with_settings() {
    let domain = Domain::start().await;
    match domain.client_builder().aws_settings().await {
        Ok(builder) => println!("key: {builder:?}"),
        Err(error) => println!("key: {error}"),
    }
}
