//! Secrets, which are named in the configuration and held in the environment.

use std::fmt;

use serde_json::Value;

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

    /// Returns a text that is made of the secret and as good as it, such as its encoded form.
    pub(super) fn made(text: String) -> Self {
        Secret(text)
    }

    /// Strikes the secret out of a text that is about to be told.
    pub fn strike_from(&self, text: &mut String) {
        if text.contains(&self.0) {
            *text = text.replace(&self.0, STRUCK);
        }
    }

    /// Strikes the secret out of data, where a service has put it. One that is so short that it may
    /// be there by chance is left.
    pub fn strike_from_data(&self, text: &mut String) {
        if self.0.len() >= TELLING {
            self.strike_from(text);
        }
    }
}

/// What stands in the place of a secret.
const STRUCK: &str = "***";

/// Bytes from which on a secret does not stand in data by chance.
const TELLING: usize = 8;

/// Calls a function with every text in a value.
pub(super) fn each_text(value: &mut Value, change: &dyn Fn(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|value| each_text(value, change)),
        _ => {}
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
        let mut text = "bad token s3cret".to_owned();
        secret.strike_from_data(&mut text);
        assert_eq!(text, "bad token s3cret", "so short a text may be data");
        secret.strike_from(&mut text);
        assert_eq!(text, "bad token ***");
    }

    #[test]
    fn says_which_variable_is_missing() {
        let error = Secret::named("env:NONE", &env).unwrap_err();
        assert!(error.message.contains("NONE"));
        let error = Secret::named("s3cret", &env).unwrap_err();
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}
