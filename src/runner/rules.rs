//! What the settings of a workspace say about its runs.

use std::sync::Arc;
use std::time::Duration;

use super::Ways;
use crate::diag::{Error, Result};
use crate::spec::duration;
use crate::store::{LimitsConfig, Privacy, Settings};

/// How long a run waits for what is down, unless the settings say otherwise.
const OUTAGE: Duration = Duration::from_secs(300);
/// How long the answers of models are kept, unless the settings say otherwise.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// What the settings of a workspace say about its runs.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Where runs stop.
    pub limits: LimitsConfig,
    /// How long a run waits for what is down.
    pub outage: Duration,
    /// How old an answer of a model may be that is used again; none is where there is no age.
    pub keep_answers: Option<Duration>,
    /// What logs must not tell.
    pub privacy: Arc<Privacy>,
    /// By which ways things leave.
    pub ways: Arc<Ways>,
    /// The day that spending counts to, as `2026-11-16`.
    pub today: fn() -> String,
}

impl Rules {
    /// Reads them.
    ///
    /// # Errors
    /// If a time is none.
    pub fn of(settings: &Settings) -> Result<Self> {
        let limits = settings.limits.clone();
        for time in [&limits.time, &limits.per_day.time].into_iter().flatten() {
            time_of("time", "limits", time)?;
        }
        let outage = limits.outage.as_deref();
        let kept = settings.model.keep_answers.as_deref();
        Ok(Rules {
            outage: outage.map_or(Ok(OUTAGE), |text| time_of("outage", "limits", text))?,
            keep_answers: match kept {
                None => Some(KEPT),
                Some("never") => None,
                Some(text) => Some(time_of("keep_answers", "model", text)?),
            },
            today: || jiff::Zoned::now().date().to_string(),
            ways: Arc::new(Ways::of(settings)?),
            privacy: Arc::new(settings.privacy.clone()),
            limits,
        })
    }
}

fn time_of(key: &str, section: &str, text: &str) -> Result<Duration> {
    duration(text).ok_or_else(|| {
        Error::input(format!("`{key}` of [{section}] is not a time: `{text}`"))
            .help("Write it like `30s`, `5m`, `12h` or `30d`.")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<Rules> {
        Rules::of(&toml::from_str(text).unwrap())
    }

    #[test]
    fn times_are_read_and_a_wrong_one_is_named() {
        let rules = read("[limits]\noutage = '0s'\n[model]\nkeep_answers = 'never'").unwrap();
        assert_eq!((rules.outage, rules.keep_answers), (Duration::ZERO, None));
        let rules = read("").unwrap();
        assert_eq!((rules.outage, rules.keep_answers), (OUTAGE, Some(KEPT)));
        for wrong in [
            "[limits]\ntime = 'long'",
            "[limits.per_day]\ntime = '2 hours'",
            "[model]\nkeep_answers = 'always'",
        ] {
            assert!(read(wrong).unwrap_err().help.is_some(), "{wrong}");
        }
    }
}
