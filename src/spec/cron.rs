//! Times in a schedule: cron expressions and time zones, checked and told in words.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;

/// Reads a cron expression of five fields.
///
/// # Errors
/// In words, if it is not one.
pub fn parse(expression: &str) -> Result<Cron, String> {
    let fields = expression.split_whitespace().count();
    if fields != 5 {
        return Err(format!("it has {fields} fields, and needs 5"));
    }
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
        .parse(expression)
        .map_err(|e| e.to_string())
}

/// Returns a time zone by its IANA name.
///
/// # Errors
/// With the nearest name, if there is one, where there is no such zone.
pub fn timezone(name: &str) -> Result<TimeZone, Option<String>> {
    TimeZone::get(name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|n| n.as_str().to_owned())
            .collect();
        // People know the city: "London" is Europe/London.
        let city = known.iter().find(|zone| {
            zone.rsplit('/')
                .next()
                .is_some_and(|c| c.eq_ignore_ascii_case(&name.replace(' ', "_")))
        });
        city.cloned().or_else(|| {
            crate::diag::nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
        })
    })
}

/// Returns a cron expression in words, where it is of a common form.
pub fn words(expression: &str) -> String {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return expression.to_owned();
    };
    let time = match (minute.parse::<u8>(), hour.parse::<u8>()) {
        (Ok(minute), Ok(hour)) => format!("at {hour}:{minute:02}"),
        (Ok(0), Err(_)) if fields[1..] == ["*"; 4] => return "every hour".to_owned(),
        _ => return format!("at the times {expression}"),
    };
    let days = match (*day, *month, *weekday) {
        ("*", "*", "*") => "every day".to_owned(),
        ("*", "*", "MON-FRI" | "1-5") => "every weekday".to_owned(),
        ("*", "*", days) => match days.split(',').map(day_name).collect::<Option<Vec<_>>>() {
            Some(names) => format!("every {}", names.join(" and ")),
            None => return format!("at the times {expression}"),
        },
        (day, "*", "*") if day.parse::<u8>().is_ok() => format!("on day {day} of every month"),
        _ => return format!("at the times {expression}"),
    };
    format!("{days} {time}")
}

fn day_name(day: &str) -> Option<&'static str> {
    Some(match day.to_ascii_uppercase().as_str() {
        "MON" | "1" => "Monday",
        "TUE" | "2" => "Tuesday",
        "WED" | "3" => "Wednesday",
        "THU" | "4" => "Thursday",
        "FRI" | "5" => "Friday",
        "SAT" | "6" => "Saturday",
        "SUN" | "0" | "7" => "Sunday",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crons_are_checked_and_told() {
        assert!(parse("0 8 * * MON").is_ok());
        assert!(parse("2026-01-01").is_err_and(|e| e.contains("1 fields")));
        assert!(parse("0 25 * * *").is_err());
        assert_eq!(words("0 8 * * MON"), "every Monday at 8:00");
        assert_eq!(words("30 9 * * MON-FRI"), "every weekday at 9:30");
        assert_eq!(words("0 7 1 * *"), "on day 1 of every month at 7:00");
        assert_eq!(words("*/5 * * * *"), "at the times */5 * * * *");
    }

    #[test]
    fn zones_are_known_by_name_and_guessed_by_city() {
        assert!(timezone("Europe/London").is_ok());
        assert_eq!(
            timezone("London").err().flatten().as_deref(),
            Some("Europe/London")
        );
        assert_eq!(
            timezone("new york").err().flatten().as_deref(),
            Some("America/New_York")
        );
    }
}
