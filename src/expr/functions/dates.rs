//! Days and moments. A day is text `YYYY-MM-DD`, a moment RFC 3339 text; the only clock is
//! the run's own, read from `run.date` and `run.time`.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};
use minijinja::{Error, State, Value};

use super::{
    Function, always_boolean, always_date, always_integer, always_number, always_text, fault, text,
    whole,
};
use crate::expr::types::Type;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "today",
        arguments: "",
        arity: (0, 0),
        about: "the run's own date",
        returns: always_date,
        strict: false,
        run: |state, _| Ok(today(state)?.to_string().into()),
    },
    Function {
        name: "now",
        arguments: "",
        arity: (0, 0),
        about: "the run's own time",
        returns: |_| Type::Time,
        strict: false,
        run: |state, _| run_field(state, "time"),
    },
    Function {
        name: "days_until",
        arguments: "date",
        arity: (1, 1),
        about: "whole days from today to a date; negative when it has passed",
        returns: always_integer,
        strict: true,
        run: |state, args| Ok(days(today(state)?, date("days_until", &args[0])?).into()),
    },
    Function {
        name: "days_since",
        arguments: "date",
        arity: (1, 1),
        about: "whole days from a date to today; negative when it lies ahead",
        returns: always_integer,
        strict: true,
        run: |state, args| Ok(days(date("days_since", &args[0])?, today(state)?).into()),
    },
    Function {
        name: "days_between",
        arguments: "from, to",
        arity: (2, 2),
        about: "whole days from one date to another",
        returns: always_integer,
        strict: true,
        run: |_, args| both("days_between", args, days),
    },
    Function {
        name: "business_days_between",
        arguments: "from, to",
        arity: (2, 2),
        about: "weekdays (Monday to Friday) after `from`, up to and with `to`",
        returns: always_integer,
        strict: true,
        run: |_, args| both("business_days_between", args, business_days),
    },
    Function {
        name: "hours_since",
        arguments: "time",
        arity: (1, 1),
        about: "hours from a time to now, with a fraction",
        returns: always_number,
        strict: true,
        run: |state, args| {
            Ok(hours(
                moment("hours_since", &args[0])?,
                moment("now", &run_field(state, "time")?)?,
            ))
        },
    },
    Function {
        name: "hours_between",
        arguments: "from, to",
        arity: (2, 2),
        about: "hours from one time to another, with a fraction",
        returns: always_number,
        strict: true,
        run: |_, args| {
            if super::is_missing(&args[1]) {
                Ok(Value::from(()))
            } else {
                Ok(hours(
                    moment("hours_between", &args[0])?,
                    moment("hours_between", &args[1])?,
                ))
            }
        },
    },
    Function {
        name: "add_days",
        arguments: "date, days",
        arity: (2, 2),
        about: "the date so many days later (earlier, if negative)",
        returns: always_date,
        strict: true,
        run: |_, args| shift("add_days", args, |n| Span::new().try_days(n)),
    },
    Function {
        name: "add_months",
        arguments: "date, months",
        arity: (2, 2),
        about: "the date so many months later; the last day where the month is shorter",
        returns: always_date,
        strict: true,
        run: |_, args| shift("add_months", args, |n| Span::new().try_months(n)),
    },
    Function {
        name: "add_business_days",
        arguments: "date, days",
        arity: (2, 2),
        about: "the date so many weekdays later",
        returns: always_date,
        strict: true,
        run: |_, args| add_business_days(args),
    },
    Function {
        name: "parse_date",
        arguments: "text, format",
        arity: (1, 2),
        about: "the date in a text; the format as in '%d/%m/%Y', or ISO without one",
        returns: always_date,
        strict: true,
        run: |_, args| parse_date(args),
    },
    Function {
        name: "format_date",
        arguments: "date, format",
        arity: (2, 2),
        about: "the date as text, as in '%B %-d, %Y'",
        returns: always_text,
        strict: true,
        run: |_, args| format_date(args),
    },
    Function {
        name: "weekday",
        arguments: "date",
        arity: (1, 1),
        about: "the day's English name, such as 'Monday'",
        returns: always_text,
        strict: true,
        run: |_, args| Ok(weekday_name(date("weekday", &args[0])?.weekday()).into()),
    },
    Function {
        name: "is_weekend",
        arguments: "date",
        arity: (1, 1),
        about: "whether it is a Saturday or Sunday",
        returns: always_boolean,
        strict: true,
        run: |_, args| Ok(is_weekend(date("is_weekend", &args[0])?).into()),
    },
];

fn run_field(state: &State, field: &str) -> Result<Value, Error> {
    state
        .lookup("run")
        .and_then(|run| run.get_attr(field).ok())
        .filter(|value| !value.is_undefined())
        .ok_or_else(|| fault("there is no clock here: `run` is not in scope"))
}

fn today(state: &State) -> Result<Date, Error> {
    date("today", &run_field(state, "date")?)
}

/// Reads a day from a day or a moment.
fn date(function: &str, value: &Value) -> Result<Date, Error> {
    let text = text(function, value)?.trim();
    let day = text.get(..10).unwrap_or(text);
    day.parse().map_err(|_| not_a_date(function, text))
}

fn not_a_date(function: &str, text: &str) -> Error {
    fault(format!(
        "`{function}` needs a date, and was given '{}'; pin the field as date, or use parse_date(text, format)",
        crate::diag::one_line(text, 40)
    ))
}

/// Reads a moment.
fn moment(function: &str, value: &Value) -> Result<Timestamp, Error> {
    let text = text(function, value)?.trim();
    moment_of(text).ok_or_else(|| not_a_date(function, text))
}

/// Returns the moment that a text says; one without a zone is in UTC, a day is its midnight.
pub(crate) fn moment_of(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = || {
        text.parse::<DateTime>()
            .or_else(|_| text.parse::<Date>().map(|d| d.at(0, 0, 0, 0)))
    };
    text.parse::<Timestamp>()
        .or_else(|_| {
            civil()
                .and_then(|c| c.to_zoned(TimeZone::UTC))
                .map(|z| z.timestamp())
        })
        .ok()
}

fn hours(from: Timestamp, to: Timestamp) -> Value {
    let seconds = to.duration_since(from).as_secs_f64();
    crate::expr::ops::from_float(seconds / 3600.0)
}

fn days(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

fn both(function: &str, args: &[Value], on: fn(Date, Date) -> i64) -> Result<Value, Error> {
    if super::is_missing(&args[1]) {
        return Ok(Value::from(()));
    }
    Ok(on(date(function, &args[0])?, date(function, &args[1])?).into())
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn business_days(from: Date, to: Date) -> i64 {
    if to < from {
        return -business_days(to, from);
    }
    let total = days(from, to);
    let mut count = total / 7 * 5;
    let mut day = from;
    for _ in 0..total % 7 {
        day = day.saturating_add(1.day());
        count += i64::from(!is_weekend(day));
    }
    count
}

fn add_business_days(args: &[Value]) -> Result<Value, Error> {
    if super::is_missing(&args[1]) {
        return Ok(Value::from(()));
    }
    let mut day = date("add_business_days", &args[0])?;
    let count = whole("add_business_days", &args[1])?;
    if count.abs() > 10_000 {
        return Err(fault("`add_business_days` goes at most 10,000 days"));
    }
    for _ in 0..count.abs() {
        day = day.saturating_add(count.signum().days());
        while is_weekend(day) {
            day = day.saturating_add(count.signum().days());
        }
    }
    Ok(day.to_string().into())
}

fn shift(
    function: &str,
    args: &[Value],
    span: fn(i64) -> Result<Span, jiff::Error>,
) -> Result<Value, Error> {
    if super::is_missing(&args[1]) {
        return Ok(Value::from(()));
    }
    let count = whole(function, &args[1])?;
    span(count)
        .and_then(|span| {
            date(function, &args[0]).map_or(Ok(None), |d| d.checked_add(span).map(Some))
        })
        .map_err(|_| fault(format!("`{function}` leaves the calendar with {count}")))?
        .map(|d| d.to_string().into())
        .ok_or_else(|| not_a_date(function, args[0].as_str().unwrap_or_default()))
}

fn parse_date(args: &[Value]) -> Result<Value, Error> {
    let words = text("parse_date", &args[0])?.trim();
    let Some(format) = args.get(1) else {
        return date("parse_date", &args[0]).map(|d| d.to_string().into());
    };
    let format = text("parse_date", format)?;
    Date::strptime(format, words)
        .map(|d| d.to_string().into())
        .map_err(|_| {
            fault(format!(
                "`parse_date`: '{words}' is not a date in the format '{format}'"
            ))
        })
}

fn format_date(args: &[Value]) -> Result<Value, Error> {
    let day = date("format_date", &args[0])?;
    let format = text("format_date", &args[1])?;
    jiff::fmt::strtime::format(format, day)
        .map(Value::from)
        .map_err(|e| {
            fault(format!(
                "`format_date` cannot use the format '{format}': {e}"
            ))
        })
}

fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
