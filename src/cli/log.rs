//! What is logged, and how: the command line asks for it, the environment, or the settings.

use super::Context;
use super::args::Log;
use crate::diag::{Error, Result};
use crate::store::{LogFormat, LogLevel};
use crate::ui;

/// Down to what it is logged, as one of `error`, `warn`, `info` and `debug`.
const LEVEL: &str = "SOPWRIGHT_LOG";

/// Begins to log, if that is asked for.
pub(super) fn begin(context: &Context) -> Result<()> {
    let settings = context.workspace.settings().log;
    let named = match std::env::var(LEVEL).as_deref() {
        Err(_) | Ok("") => None,
        Ok(word) => Some(level(word)?),
    };
    let asked = context.log();
    // The command line asks for it without a level.
    let otherwise = asked.map(|_| LogLevel::Info);
    let Some(level) = named.or(settings.level).or(otherwise) else {
        return Ok(());
    };
    let format = match asked {
        Some(Log::Human) => LogFormat::Human,
        Some(Log::Json) => LogFormat::Json,
        None => settings.format,
    };
    ui::log(level, format);
    Ok(())
}

/// Is anything logged?
pub(super) fn is_on() -> bool {
    tracing::enabled!(tracing::Level::ERROR)
}

fn level(word: &str) -> Result<LogLevel> {
    let levels = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
    ];
    let found = levels.into_iter().find(|(name, _)| *name == word);
    found.map(|(_, level)| level).ok_or_else(|| {
        Error::usage(format!("{LEVEL} is `{word}`, which is no level"))
            .help("It is one of error, warn, info and debug.")
    })
}
