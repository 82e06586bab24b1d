//! Settings that AWS's tools read from a variable, or else from the profile in use.

use super::builder::{BuildError, ClientBuilder};

/// One of them, by both of its names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) variable: &'static str,
    pub(crate) key: &'static str,
}

/// What one says, and where.
pub(crate) enum Said {
    Variable(String),
    #[cfg_attr(
        not(feature = "aws-config"),
        expect(dead_code, reason = "read there only")
    )]
    Profile(String),
}

impl ClientBuilder {
    /// Takes what this finds.
    pub(crate) fn with_settings(
        mut self,
        read: impl Fn(Setting) -> Result<Option<Said>, BuildError>,
    ) -> Result<Self, BuildError> {
        if let Some(said) = read(MAX_ATTEMPTS)? {
            let attempts = said.text().parse().ok().filter(|number| *number > 0);
            let wrong = || said.wrong(MAX_ATTEMPTS, "a number of 1 or more");
            self = self.max_attempts(attempts.ok_or_else(wrong)?);
        }
        if let Some(said) = read(NO_SKEW_CORRECTION)? {
            let disabled = said.text().to_ascii_lowercase().parse::<bool>();
            let wrong = |_| said.wrong(NO_SKEW_CORRECTION, "true or false");
            self = self.clock_skew_correction(!disabled.map_err(wrong)?);
        }
        Ok(self)
    }
}

impl Said {
    fn text(&self) -> &str {
        let (Self::Variable(text) | Self::Profile(text)) = self;
        text.trim()
    }

    fn wrong(&self, setting: Setting, expected: &'static str) -> BuildError {
        match self {
            Self::Variable(_) => BuildError::Value {
                variable: setting.variable,
                expected,
            },
            Self::Profile(_) => BuildError::Profile {
                key: setting.key,
                expected,
            },
        }
    }
}

/// The values in the profile that AWS's tools would use now. One that cannot be read has none: the
/// credentials chain says why, if it needs it.
#[cfg(feature = "aws-config")]
pub(crate) async fn of_the_profile() -> impl Fn(&str) -> Option<String> {
    // The machine's own environment, file system and places of the files.
    let (files, variables, places) = Default::default();
    let profiles = aws_config::profile::load(&files, &variables, &places, None).await;
    move |key| Some(profiles.as_ref().ok()?.get(key)?.to_owned())
}

const MAX_ATTEMPTS: Setting = Setting {
    variable: "AWS_MAX_ATTEMPTS",
    key: "max_attempts",
};
const NO_SKEW_CORRECTION: Setting = Setting {
    variable: "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
    key: "disable_clock_skew_correction",
};
