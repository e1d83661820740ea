//! The settings of a workspace, `sopwright.toml`.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::secrets::SecretsConfig;
use super::sight::{LogConfig, Privacy, RetentionConfig};
use crate::connect::ConnectionsConfig;
use crate::diag::{Error, Result};
use crate::model::ModelConfig;
use crate::spec::DayLimits;

/// What `sopwright.toml` says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What the workspace is about, for people.
    pub about: Option<String>,
    /// Where data and tools are.
    pub connections: ConnectionsConfig,
    /// Where the values of variables are that are not in the environment or in `.env`.
    pub secrets: SecretsConfig,
    /// Which model builds and answers.
    pub model: ModelConfig,
    /// Which connections take what is made.
    pub outputs: OutputsConfig,
    /// How long what waits for approval waits.
    pub inbox: InboxConfig,
    /// Where `serve` is asked over HTTP, and by whom.
    pub serve: ServeConfig,
    /// Where runs stop.
    pub limits: LimitsConfig,
    /// The Restate server that runs can be driven through.
    pub restate: RestateConfig,
    /// What is logged, and how.
    pub log: LogConfig,
    /// What logs must not tell.
    pub privacy: Privacy,
    /// How long runs are kept.
    pub retention: RetentionConfig,
}

/// What `[restate]` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestateConfig {
    /// Are runs driven through it unless they say otherwise, those that `serve` begins included?
    pub default: bool,
    /// The URL where the server takes invocations.
    pub ingress: String,
    /// The URL where the server takes registrations of workers.
    pub admin: String,
    /// The address that a worker listens on.
    pub listen: String,
    /// The URL under which the server reaches the worker, where it is another than that address.
    pub advertise: Option<String>,
    /// The public key by which requests of the server are known; a worker that listens beyond its
    /// machine needs it.
    pub identity: Option<String>,
}

impl Default for RestateConfig {
    fn default() -> Self {
        RestateConfig {
            default: false,
            ingress: "http://127.0.0.1:8080".to_owned(),
            admin: "http://127.0.0.1:9070".to_owned(),
            listen: "127.0.0.1:9080".to_owned(),
            advertise: None,
            identity: None,
        }
    }
}

/// What `[serve]` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeConfig {
    /// The address, such as `127.0.0.1:7420`; anything beyond this machine needs a token.
    pub listen: String,
    /// Where the token is that requests hold, as `env:NAME`.
    pub token: Option<String>,
}

impl Default for ServeConfig {
    fn default() -> Self {
        ServeConfig {
            listen: "127.0.0.1:7420".to_owned(),
            token: None,
        }
    }
}

/// What `[limits]` says: it holds for every run of the workspace.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// The most cases of a run.
    pub cases: Option<usize>,
    /// The most that model calls of a run may cost, in US dollars.
    pub model_cost_usd: Option<f64>,
    /// The most calls of models in a run.
    pub model_calls: Option<u64>,
    /// The longest that a run may take, such as `2h`.
    pub time: Option<String>,
    /// The same for all runs of a day together.
    pub per_day: DayLimits,
    /// How many cases of a run that wait for tools or models go on at once.
    pub at_once: Option<u16>,
    /// How long a run waits for a connection or model that is down, before it pauses.
    pub outage: Option<String>,
}

/// What `[outputs]` says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputsConfig {
    /// The connection that takes drafts of email, beside their files.
    pub email: Option<String>,
    /// Is an email sent when it is approved, and not placed among the drafts? Then each waits for a
    /// person, whatever its workflow says.
    pub send: bool,
}

/// What `[inbox]` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InboxConfig {
    /// How long somebody can decide, such as `12h` or `30d`; after that it never leaves. `never`
    /// keeps it for good.
    pub expires: String,
}

impl Default for InboxConfig {
    fn default() -> Self {
        InboxConfig {
            expires: "30d".to_owned(),
        }
    }
}

impl InboxConfig {
    /// Returns how long somebody can decide, where there is an end to it.
    ///
    /// # Errors
    /// If the setting is no time.
    pub fn expires(&self) -> Result<Option<Duration>> {
        if self.expires == "never" {
            return Ok(None);
        }
        let time = crate::spec::duration(&self.expires).filter(|time| !time.is_zero());
        time.map(Some).ok_or_else(|| {
            Error::input(format!(
                "`expires` of [inbox] is not a time: `{}`",
                self.expires
            ))
            .help("Write it like `12h` or `30d`, or `never`.")
        })
    }
}

impl Settings {
    /// Reads the settings; a file that is not there says nothing.
    ///
    /// # Errors
    /// If the file is not TOML or says something that is not known, with line and column.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(e) => {
                return Err(Error::input(format!("{} cannot be read", path.display())).caused_by(e));
            }
        };
        Self::parse(&text, path)
    }

    /// Reads the text of settings; `path` is where it stands.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub(super) fn parse(text: &str, path: &Path) -> Result<Self> {
        toml::from_str(text).map_err(|e| {
            let place = e.span().map_or(String::new(), |span| {
                let before = &text[..span.start.min(text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
                format!(" (line {line}, column {column})")
            });
            Error::input(format!(
                "The settings {} cannot be used{place}",
                path.display()
            ))
            .because(crate::diag::one_line(e.message(), 300))
            .help("Mend that line; docs/settings.md lists what can be set.")
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_waits_expires_when_the_settings_say() {
        let expires = |text: &str| toml::from_str::<InboxConfig>(text).unwrap().expires();
        let days = |n: u64| Some(Duration::from_secs(n * 86_400));
        assert_eq!(expires("").unwrap(), days(30));
        assert_eq!(expires("expires = '7d'").unwrap(), days(7));
        assert_eq!(expires("expires = 'never'").unwrap(), None);
        assert!(expires("expires = 'soon'").unwrap_err().help.is_some());
    }

    #[test]
    fn a_wrong_setting_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sopwright.toml");
        std::fs::write(
            &path,
            "about = \"x\"\n\n[conections.crm]\nkind = \"folder\"\n",
        )
        .unwrap();
        let error = Settings::read(&path).unwrap_err();
        assert!(error.message.contains("line 3"), "{error}");
        assert!(error.causes[0].contains("conections"), "{error}");
        assert!(
            Settings::read(&folder.path().join("none.toml"))
                .unwrap()
                .connections
                .is_empty()
        );
    }
}
