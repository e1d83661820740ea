//! Dates and times in the forms that exports hold.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// How dates such as `3/4/2024` are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// Month, day, year.
    #[default]
    MonthFirst,
    /// Day, month, year.
    DayFirst,
}

/// What the cells of a column say about their [`DateOrder`].
#[derive(Debug, Default)]
pub struct OrderVotes {
    only_day_first: bool,
}

impl OrderVotes {
    /// Looks at a cell.
    pub fn see(&mut self, text: &str) {
        // Most dates begin with their year or are written with names: no order to find.
        let mut head = text.trim_start().bytes().take(3);
        if self.only_day_first || !head.any(|byte| matches!(byte, b'/' | b'-')) {
            return;
        }
        let fits = |order| Cursor::new(text).date(order).is_some();
        self.only_day_first =
            self.only_day_first || (!fits(DateOrder::MonthFirst) && fits(DateOrder::DayFirst));
    }

    /// Returns the order; month first where both would do.
    pub fn settle(&self) -> DateOrder {
        if self.only_day_first {
            DateOrder::DayFirst
        } else {
            DateOrder::MonthFirst
        }
    }
}

/// Reads a calendar day: `2024-01-22`, `22 Jan 2024`, `Jan 22, 2024`, `22.01.2024`, and `1/22/2024`
/// by the order given. Two-digit years are 1969 to 2068.
pub fn parse_date(text: &str, order: DateOrder) -> Option<Date> {
    let mut cursor = Cursor::new(text);
    let date = cursor.date(order)?;
    cursor.at_end().then_some(date)
}

/// Reads a moment to the second: a date in any of the forms, then `10:30`, `10:30:15`, `10:30 PM`, with
/// `Z` or an offset; UTC where there is none. A date alone is its midnight.
pub fn parse_time(text: &str, order: DateOrder) -> Option<Timestamp> {
    let mut cursor = Cursor::new(text);
    let date = cursor.date(order)?;
    if cursor.at_end() {
        return Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    }
    cursor.eat(b',');
    if !(cursor.eat(b'T') || cursor.spaces()) {
        return None;
    }
    let (hour, minute, second) = cursor.clock()?;
    let offset = cursor.offset()?;
    let moment = date.to_datetime(jiff::civil::Time::new(hour, minute, second, 0).ok()?);
    cursor.at_end().then_some(())?;
    offset.to_timestamp(moment).ok()
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Cursor {
            rest: text.trim().as_bytes(),
        }
    }

    fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        if eaten {
            self.rest = &self.rest[1..];
        }
        eaten
    }

    fn spaces(&mut self) -> bool {
        let before = self.rest.len();
        while self.eat(b' ') {}
        self.rest.len() < before
    }

    fn take_while(&mut self, belongs: impl Fn(&u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !belongs(byte));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Reads a number and how many digits it has: at most 9.
    fn number(&mut self) -> Option<(i32, usize)> {
        let digits = self.take_while(u8::is_ascii_digit);
        if digits.is_empty() || digits.len() > 9 {
            return None;
        }
        let value = digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
        Some((value, digits.len()))
    }

    /// Reads a number of one or two digits.
    fn short(&mut self) -> Option<i8> {
        let (value, digits) = self.number()?;
        (digits <= 2).then_some(value as i8)
    }

    fn month_name(&mut self) -> Option<i8> {
        let name = self
            .take_while(u8::is_ascii_alphabetic)
            .to_ascii_lowercase();
        let is_it = |month: &&str| name.len() >= 3 && month.as_bytes().starts_with(&name);
        let index = MONTHS.iter().position(is_it)?;
        self.eat(b'.');
        Some(index as i8 + 1)
    }

    /// Reads a year of four digits, or of two where the form allows it.
    fn year(&mut self, two_digits: bool) -> Option<i16> {
        match self.number()? {
            (year, 4) => Some(year as i16),
            (year, 2) if two_digits && year < 69 => Some(2000 + year as i16),
            (year, 2) if two_digits => Some(1900 + year as i16),
            _ => None,
        }
    }

    fn date(&mut self, order: DateOrder) -> Option<Date> {
        let (year, month, day) = if self.peek()?.is_ascii_digit() {
            self.date_from_number(order)?
        } else {
            self.date_from_month_name()?
        };
        Date::new(year, month, day).ok()
    }

    /// `Jan 22, 2024`
    fn date_from_month_name(&mut self) -> Option<(i16, i8, i8)> {
        let month = self.month_name()?;
        self.spaces().then_some(())?;
        let day = self.short()?;
        let comma = self.eat(b',');
        (self.spaces() || comma).then_some(())?;
        Some((self.year(false)?, month, day))
    }

    fn date_from_number(&mut self, order: DateOrder) -> Option<(i16, i8, i8)> {
        let (first, digits) = self.number()?;
        let separator = self.peek()?;
        self.rest = &self.rest[1..];
        if digits == 4 {
            matches!(separator, b'-' | b'/' | b'.').then_some(())?;
            let month = self.short()?;
            self.eat(separator).then_some(())?;
            return Some((first as i16, month, self.short()?));
        }
        if digits > 2 || !matches!(separator, b'-' | b'/' | b'.' | b' ') {
            return None;
        }
        let first = first as i8;
        if self.peek()?.is_ascii_alphabetic() {
            let month = self.month_name()?;
            let joined = self.eat(separator) || self.eat(b',');
            (self.spaces() || joined).then_some(())?;
            return Some((self.year(true)?, month, first));
        }
        let (second, second_digits) = self.number()?;
        (second_digits <= 2 && self.eat(separator)).then_some(())?;
        let second = second as i8;
        // `1.2.24` is rather a version and `10-11-12` rather a part number than a date.
        let two_digit_year = match separator {
            b'.' => digits == 2 && second_digits == 2,
            separator => separator == b'/',
        };
        let year = self.year(two_digit_year)?;
        Some(match (separator, order) {
            (b' ', _) => return None,
            (b'.', _) | (_, DateOrder::DayFirst) => (year, second, first),
            (_, DateOrder::MonthFirst) => (year, first, second),
        })
    }

    fn clock(&mut self) -> Option<(i8, i8, i8)> {
        let hour = self.short()?;
        self.eat(b':').then_some(())?;
        let minute = self.short()?;
        let mut second = 0;
        if self.eat(b':') {
            second = self.short()?;
            if self.eat(b'.') || self.eat(b',') {
                self.take_while(u8::is_ascii_digit);
            }
        }
        self.spaces();
        let half = match self.rest {
            [half, b'm' | b'M', ..] => half.to_ascii_lowercase(),
            _ => return Some((hour, minute, second)),
        };
        self.rest = &self.rest[2..];
        self.spaces();
        let hour = match (half, hour) {
            (b'a', 12) => 0,
            (b'a', 1..12) | (b'p', 12) => hour,
            (b'p', 1..12) => hour + 12,
            _ => return None,
        };
        Some((hour, minute, second))
    }

    fn offset(&mut self) -> Option<Offset> {
        let sign = match self.rest {
            [] | b"Z" | b"z" | b"UTC" | b"GMT" => {
                self.rest = &[];
                return Some(Offset::UTC);
            }
            [b'+', ..] => 1,
            [b'-', ..] => -1,
            _ => return None,
        };
        self.rest = &self.rest[1..];
        let (mut hours, digits) = self.number()?;
        let mut minutes = 0;
        if digits == 4 {
            (hours, minutes) = (hours / 100, hours % 100);
        } else if self.eat(b':') {
            minutes = i32::from(self.short()?);
        }
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn date(text: &str) -> Option<String> {
        parse_date(text, DateOrder::MonthFirst).map(|date| date.to_string())
    }

    fn time(text: &str) -> Option<String> {
        parse_time(text, DateOrder::MonthFirst).map(|time| time.to_string())
    }

    #[test]
    fn reads_dates_of_every_form() {
        for text in [
            "2024-01-22",
            "2024/01/22",
            "22 Jan 2024",
            "Jan 22, 2024",
            "January 22, 2024",
            "22-Jan-24",
            "22-Jan-2024",
            "22 january 2024",
            "1/22/2024",
            "1/22/24",
            "01-22-2024",
            "22.01.2024",
            "22.1.2024",
            "22.01.24",
            " 2024-1-22 ",
            "Jan. 22, 2024",
            "Jan 22 2024",
        ] {
            assert_eq!(date(text).as_deref(), Some("2024-01-22"), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_only_resembles_a_date() {
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2024-02-30",
            "1.2.24",
            "10-11-12",
            "12345",
            "22 Foo 2024",
            "May",
            "2024-01",
            "1/2",
            "1 2 2024",
            "ORD-001",
            "2024-01-22 10:00",
            "2024-01-22x",
            "é/1/2024",
            "Ma 1, 2024",
        ] {
            assert_eq!(date(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_order_settles_slashes() {
        let day_first = parse_date("3/4/2024", DateOrder::DayFirst).unwrap();
        assert_eq!(day_first.to_string(), "2024-04-03");
        assert_eq!(date("3/4/2024").unwrap(), "2024-03-04");
        let mut votes = OrderVotes::default();
        votes.see("3/4/2024");
        votes.see("not a date");
        assert_eq!(votes.settle(), DateOrder::MonthFirst);
        votes.see("22/4/2024 10:00");
        assert_eq!(votes.settle(), DateOrder::DayFirst);
    }

    #[test]
    fn two_digit_years_turn_at_69() {
        assert_eq!(date("1/1/68").unwrap(), "2068-01-01");
        assert_eq!(date("1/1/69").unwrap(), "1969-01-01");
    }

    #[test]
    fn reads_times_in_utc() {
        for text in [
            "2024-01-22T15:30:00Z",
            "2024-01-22 15:30",
            "2024-01-22 15:30:00",
            "2024-01-22T15:30:00.123Z",
            "2024-01-22T16:30:00+01:00",
            "2024-01-22T16:30:00+0100",
            "2024-01-22 10:30:00-05",
            "1/22/2024 3:30 PM",
            "1/22/2024, 3:30:00 pm",
            "22 Jan 2024 15:30 UTC",
        ] {
            assert_eq!(
                time(text).as_deref(),
                Some("2024-01-22T15:30:00Z"),
                "{text:?}"
            );
        }
        assert_eq!(time("2024-01-22").unwrap(), "2024-01-22T00:00:00Z");
        assert_eq!(time("1/22/2024 12:05 am").unwrap(), "2024-01-22T00:05:00Z");
        for text in [
            "10:30",
            "2024-01-22T25:00",
            "2024-01-22 13:00 PM",
            "2024-01-22 10",
            "2024-01-22 10:00 CET",
        ] {
            assert_eq!(time(text), None, "{text:?}");
        }
    }
}
