//! Logs on standard error: a line for each event, for people or as JSON, with what it belongs to.
//! Only what this program says itself is logged, never what its libraries do.

use std::fmt::{self, Write as _};
use std::io::Write as _;

use serde_json::{Map, Value as Json, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::{Style, paint};
use crate::store::{LogFormat, LogLevel};

/// Begins to log, for as long as the program runs. A second call changes nothing.
pub fn log(level: LogLevel, format: LogFormat) {
    let lines = Lines {
        level: match level {
            LogLevel::Error => Level::ERROR,
            LogLevel::Warn => Level::WARN,
            LogLevel::Info => Level::INFO,
            LogLevel::Debug => Level::DEBUG,
        },
        format,
        write: |line| {
            // Where nobody takes it, a run goes on all the same.
            let _ = writeln!(anstream::stderr(), "{line}");
        },
    };
    let _ = tracing::subscriber::set_global_default(Registry::default().with(lines));
}

/// Writes a line for each event.
struct Lines {
    level: Level,
    format: LogFormat,
    write: fn(&str),
}

/// The fields of a span or an event, in their order.
#[derive(Default)]
struct Fields(Map<String, Json>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0
            .insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let short = (value * 10_000.0).round() / 10_000.0;
        self.0.insert(field.name().to_owned(), json!(short));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn enabled(&self, of: &Metadata<'_>, _: Context<'_, S>) -> bool {
        of.target().starts_with("sopwright") && *of.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.level))
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut all = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|s| s.from_root())
        {
            if let Some(Fields(fields)) = span.extensions().get::<Fields>() {
                all.extend(fields.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        all.extend(fields.0);
        let at = jiff::Timestamp::now();
        (self.write)(&line(self.format, *event.metadata().level(), at, all));
    }
}

/// Returns the line of an event.
fn line(
    format: LogFormat,
    level: Level,
    at: jiff::Timestamp,
    mut fields: Map<String, Json>,
) -> String {
    let message = fields.shift_remove("message");
    if format == LogFormat::Json {
        let mut whole = Map::new();
        whole.insert("at".to_owned(), format!("{at:.3}").into());
        whole.insert("level".to_owned(), level.as_str().to_lowercase().into());
        whole.extend(message.map(|message| ("message".to_owned(), message)));
        whole.extend(fields);
        return Json::Object(whole).to_string();
    }
    let here = at.to_zoned(jiff::tz::TimeZone::system());
    let time = paint(Style::Faint, here.strftime("%Y-%m-%d %H:%M:%S%.3f"));
    let style = match level {
        Level::ERROR => Style::Bad,
        Level::WARN => Style::Warn,
        _ => Style::Faint,
    };
    let mut text = format!("{time} {}", paint(style, format!("{:<5}", level.as_str())));
    if let Some(Json::String(message)) = message {
        text += &format!(" {message}");
    }
    for (name, value) in fields {
        let value = match value {
            Json::String(value) if !value.is_empty() && !value.contains([' ', '"', '=']) => value,
            value => value.to_string(),
        };
        let _ = write!(text, " {}{value}", paint(Style::Faint, format!("{name}=")));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Mutex;

    static WRITTEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

    #[test]
    fn an_event_is_a_line_with_what_it_belongs_to() {
        let lines = Lines {
            level: Level::INFO,
            format: LogFormat::Json,
            write: |line| WRITTEN.lock().unwrap().push(line.to_owned()),
        };
        tracing::subscriber::with_default(Registry::default().with(lines), || {
            let run = tracing::error_span!(target: "sopwright", "run", run = "a-1");
            let _run = run.enter();
            let case = tracing::error_span!(target: "sopwright", "case", case = "A-17");
            let _case = case.enter();
            tracing::warn!(target: "sopwright", part = "rating", ms = 12, "failed");
            tracing::debug!(target: "sopwright", "too small");
            tracing::warn!(target: "hyper", "of a library");
        });
        let written = WRITTEN.lock().unwrap();
        assert_eq!(written.len(), 1, "{written:?}");
        let told: Json = serde_json::from_str(&written[0]).unwrap();
        assert_eq!(
            (&told["level"], &told["run"], &told["case"], &told["ms"]),
            (&json!("warn"), &json!("a-1"), &json!("A-17"), &json!(12))
        );
        let at = "2026-11-16T09:00:00Z".parse().unwrap();
        let fields = json!({"message": "failed", "why": "no room", "ms": 3});
        let told = line(
            LogFormat::Human,
            Level::WARN,
            at,
            fields.as_object().unwrap().clone(),
        );
        let told = super::super::unpainted(&told);
        assert!(
            told.ends_with("WARN  failed why=\"no room\" ms=3"),
            "{told}"
        );
    }
}
