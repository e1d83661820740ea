//! What runs next, as a table.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Style, paint, width};
use crate::diag::count;

/// A workflow that runs by itself, and when.
pub struct Next {
    /// When it is looked after next, where a clock says so.
    pub at: Option<Timestamp>,
    /// The workflow.
    pub workflow: String,
    /// What starts it, in words.
    pub when: String,
}

/// Returns a row per enabled workflow: when it runs or looks next, in local time and from now, and
/// what starts it; below it those that cannot run, with why.
pub fn upcoming(next: &[Next], unusable: &[(&str, &str)], now: Timestamp) -> String {
    let mut text = String::new();
    if !next.is_empty() {
        let mut table = Table::new();
        table
            .load_style(UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width()).unwrap_or(100))
            .set_header(["workflow", "next", "in", "runs"]);
        for next in next {
            let at = next.at.map_or(String::new(), |at| {
                let local = at.to_zoned(TimeZone::system());
                local.strftime("%a %Y-%m-%d %H:%M %Z").to_string()
            });
            let within = next.at.map_or(String::new(), |at| from_now(at, now));
            table.add_row([next.workflow.clone(), at, within, next.when.clone()]);
        }
        text += &format!("{table}\n");
    }
    for (name, why) in unusable {
        text += &format!(
            "{}\n",
            paint(Style::Warn, format!("{name} cannot run by itself: {why}"))
        );
    }
    text
}

/// Returns how long it is until a moment, in its two greatest units.
fn from_now(at: Timestamp, now: Timestamp) -> String {
    let minutes = at.duration_since(now).as_secs() / 60;
    if at <= now {
        return "due now".to_owned();
    }
    let unit = |n: i64, what: &str| count(usize::try_from(n).unwrap_or(0), what);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, m) => unit(m, "minute"),
        (0, h, m) => format!("{} {m} min", unit(h, "hour")),
        (d, h, _) => format!("{} {h} h", unit(d, "day")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_told_from_now() {
        let now: Timestamp = "2026-11-16T08:00:00Z".parse().unwrap();
        let told = |at: &str| from_now(at.parse().unwrap(), now);
        assert_eq!(told("2026-11-16T08:00:30Z"), "less than a minute");
        assert_eq!(told("2026-11-16T08:12:00Z"), "12 minutes");
        assert_eq!(told("2026-11-16T09:05:00Z"), "1 hour 5 min");
        assert_eq!(told("2026-11-18T11:00:00Z"), "2 days 3 h");
        assert_eq!(told("2026-11-16T08:00:00Z"), "due now");
    }
}
