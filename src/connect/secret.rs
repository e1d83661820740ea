//! Secrets, which are named in the configuration and held in the environment.

use std::fmt;

use super::ConnectError;

/// A secret text, which prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret that `env:NAME` names.
    ///
    /// # Errors
    /// For a text of another form, which may be the secret itself and so is not repeated, and
    /// for a variable that is not set.
    pub fn named(
        reference: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let Some(name) = reference.strip_prefix("env:") else {
            return Err(
                ConnectError::last("A secret stands in the configuration itself.")
                    .help("Put it into an environment variable and write `env:NAME` in its place."),
            );
        };
        match env(name).map(|value| value.trim().to_owned()) {
            Some(value) if !value.is_empty() => Ok(Secret(value)),
            _ => Err(
                ConnectError::last(format!("The environment variable {name} is not set.")).help(
                    format!("Set {name}, or write it into .env of the workspace, and start again."),
                ),
            ),
        }
    }

    /// Returns a secret that a service gave; `None` for one that no header can hold.
    pub(super) fn received(text: &str) -> Option<Self> {
        let is_fit = !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        is_fit.then(|| Secret(text.to_owned()))
    }

    /// Returns the secret itself, for the wire alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the text with the secret struck out.
    pub fn strike_from(&self, text: &str) -> String {
        text.replace(&self.0, "***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn env(name: &str) -> Option<String> {
        (name == "KEY").then(|| "s3cret\n".to_owned())
    }

    #[test]
    fn never_prints() {
        let secret = Secret::named("env:KEY", &env).unwrap();
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.reveal(), "s3cret");
        assert_eq!(secret.strike_from("bad token s3cret"), "bad token ***");
    }

    #[test]
    fn says_which_variable_is_missing() {
        let error = Secret::named("env:NONE", &env).unwrap_err();
        assert!(error.message.contains("NONE"));
        let error = Secret::named("s3cret", &env).unwrap_err();
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}
