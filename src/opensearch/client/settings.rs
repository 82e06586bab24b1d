//! Settings that AWS's tools read from a variable, or else from the profile in use.

use super::build_error::BuildError;

/// One setting, by both of its names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) variable: &'static str,
    pub(super) key: &'static str,
}

/// A setting's text, and where it was found.
pub(super) enum Found {
    InVariable(String),
    #[cfg_attr(
        not(feature = "aws-config"),
        expect(dead_code, reason = "only aws-config reads profiles")
    )]
    InProfile(String),
}

/// How often a request is sent at most.
pub(super) fn max_attempts(
    read: impl Fn(Setting) -> Result<Option<Found>, BuildError>,
) -> Result<Option<u32>, BuildError> {
    let Some(found) = read(MAX_ATTEMPTS)? else {
        return Ok(None);
    };
    let attempts = found.text().parse().ok().filter(|number| *number > 0);
    match attempts {
        Some(attempts) => Ok(Some(attempts)),
        None => Err(found.invalid(MAX_ATTEMPTS, "a number of 1 or more")),
    }
}

/// Whether signatures follow the service's clock.
pub(super) fn clock_skew_correction(
    read: impl Fn(Setting) -> Result<Option<Found>, BuildError>,
) -> Result<Option<bool>, BuildError> {
    let Some(found) = read(NO_SKEW_CORRECTION)? else {
        return Ok(None);
    };
    match found.text().to_ascii_lowercase().parse::<bool>() {
        Ok(disabled) => Ok(Some(!disabled)),
        Err(_) => Err(found.invalid(NO_SKEW_CORRECTION, "true or false")),
    }
}

impl Found {
    fn text(&self) -> &str {
        let (Self::InVariable(text) | Self::InProfile(text)) = self;
        text.trim()
    }

    fn invalid(&self, setting: Setting, expected: &'static str) -> BuildError {
        match self {
            Self::InVariable(_) => BuildError::Value {
                variable: setting.variable,
                expected,
            },
            Self::InProfile(_) => BuildError::Profile {
                key: setting.key,
                expected,
            },
        }
    }
}

/// Returns the values in the profile that AWS's tools would use now.
///
/// A profile that cannot be read has no values; the credential chain reports why, if it needs it.
#[cfg(feature = "aws-config")]
pub(super) async fn of_the_profile() -> impl Fn(&str) -> Option<String> {
    let profiles = crate::credentials::profile_in_use().await;
    move |key| Some(profiles.as_ref()?.get(key)?.to_owned())
}

const MAX_ATTEMPTS: Setting = Setting {
    variable: "AWS_MAX_ATTEMPTS",
    key: "max_attempts",
};
const NO_SKEW_CORRECTION: Setting = Setting {
    variable: "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
    key: "disable_clock_skew_correction",
};
