//! What a column of a Parquet file holds, and its cells as values.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Span, Timestamp};
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::record::Field;
use parquet::schema::types::Type;
use serde_json::{Map, Number, Value};

use crate::spec::FieldType;

/// What a column holds, or the elements of a list, as far as it is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Yes or no.
    Boolean,
    /// Whole numbers.
    Integer,
    /// Numbers, and decimals with all their digits.
    Number,
    /// Days.
    Date,
    /// Moments; without a zone they are in UTC.
    Moment,
    /// Moments, counted in nanoseconds.
    MomentNanos,
    /// Times of day.
    Clock,
    /// Times of day, counted in nanoseconds.
    ClockNanos,
    /// Texts, and bytes that are one.
    Text,
    /// Identifiers of 16 bytes.
    Uuid,
    /// Lists.
    List(Box<Kind>),
    /// What maps have for each of their keys.
    Map(Box<Kind>, Box<Kind>),
    /// Fields with names.
    Record(Vec<Kind>),
}

impl Kind {
    /// Returns what a column holds; nothing for what is not read.
    pub fn of(column: &Type) -> Option<Kind> {
        let info = column.get_basic_info();
        if info.repetition() == Repetition::REPEATED {
            return None;
        }
        if column.is_primitive() {
            return Kind::of_values(column);
        }
        let inner = |column: &Type| match column.get_fields() {
            [repeated] if repeated.get_basic_info().repetition() == Repetition::REPEATED => {
                (!repeated.is_primitive()).then(|| repeated.clone())
            }
            _ => None,
        };
        match info.converted_type() {
            ConvertedType::LIST => {
                let repeated = inner(column)?;
                // What old writers called so are the elements themselves.
                let is_old = repeated.name() == "array" || repeated.name().ends_with("_tuple");
                match repeated.get_fields() {
                    [element] if !is_old => Some(Kind::List(Box::new(Kind::of(element)?))),
                    _ => None,
                }
            }
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => {
                match inner(column)?.get_fields() {
                    [key, value] => Some(Kind::Map(
                        Box::new(Kind::of(key)?),
                        Box::new(Kind::of(value)?),
                    )),
                    _ => None,
                }
            }
            ConvertedType::NONE if info.logical_type_ref().is_none() => {
                let fields = column.get_fields().iter();
                let kinds: Option<Vec<Kind>> = fields.map(|field| Kind::of(field)).collect();
                kinds.map(Kind::Record)
            }
            _ => None,
        }
    }

    fn of_values(column: &Type) -> Option<Kind> {
        let is_nanos = |unit: &TimeUnit| matches!(unit, TimeUnit::NANOS);
        match column.get_basic_info().logical_type_ref() {
            Some(LogicalType::Timestamp(of)) if is_nanos(&of.unit) => {
                return Some(Kind::MomentNanos);
            }
            Some(LogicalType::Time(of)) if is_nanos(&of.unit) => return Some(Kind::ClockNanos),
            Some(LogicalType::Uuid) => return Some(Kind::Uuid),
            // Columns of which nothing is known but that all is missing.
            Some(LogicalType::Unknown) => return Some(Kind::Text),
            Some(LogicalType::Float16) => return Some(Kind::Number),
            Some(
                LogicalType::Variant(_)
                | LogicalType::Geometry(_)
                | LogicalType::Geography(_)
                | LogicalType::File
                | LogicalType::_Unknown { .. },
            ) => return None,
            _ => {}
        }
        Some(
            match (
                column.get_basic_info().converted_type(),
                column.get_physical_type(),
            ) {
                (ConvertedType::DECIMAL, _) => Kind::Number,
                (ConvertedType::DATE, Physical::INT32) => Kind::Date,
                (ConvertedType::TIME_MILLIS, Physical::INT32)
                | (ConvertedType::TIME_MICROS, Physical::INT64) => Kind::Clock,
                (
                    ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS,
                    Physical::INT64,
                )
                | (ConvertedType::NONE, Physical::INT96) => Kind::Moment,
                (ConvertedType::NONE, Physical::BOOLEAN) => Kind::Boolean,
                (ConvertedType::NONE, Physical::FLOAT | Physical::DOUBLE) => Kind::Number,
                (
                    ConvertedType::NONE
                    | ConvertedType::INT_8
                    | ConvertedType::INT_16
                    | ConvertedType::INT_32
                    | ConvertedType::UINT_8
                    | ConvertedType::UINT_16
                    | ConvertedType::UINT_32,
                    Physical::INT32,
                )
                | (
                    ConvertedType::NONE | ConvertedType::INT_64 | ConvertedType::UINT_64,
                    Physical::INT64,
                ) => Kind::Integer,
                (
                    ConvertedType::NONE
                    | ConvertedType::UTF8
                    | ConvertedType::ENUM
                    | ConvertedType::JSON,
                    Physical::BYTE_ARRAY,
                ) => Kind::Text,
                _ => return None,
            },
        )
    }

    /// Returns the type of its values.
    pub fn field(&self) -> FieldType {
        match self {
            Kind::Boolean => FieldType::Boolean,
            Kind::Integer => FieldType::Integer,
            Kind::Number => FieldType::Number,
            Kind::Date => FieldType::Date,
            Kind::Moment | Kind::MomentNanos => FieldType::Time,
            Kind::Clock | Kind::ClockNanos | Kind::Text | Kind::Uuid => FieldType::Text,
            Kind::List(_) => FieldType::List,
            Kind::Map(..) | Kind::Record(_) => FieldType::Object,
        }
    }

    /// Is that the type, whatever the values are? Texts may be days, and whole numbers too large to
    /// be calculated with are texts.
    pub fn is_certain(&self) -> bool {
        !matches!(self, Kind::Text | Kind::Integer)
    }

    /// Returns a cell as a value: decimals as the text of their digits, which a number is read of;
    /// what is no finite number, or bytes that are no text, as missing; and a day or moment that
    /// cannot be one as its count, which fits no column of days.
    pub fn value(&self, cell: Field) -> Value {
        match (self, cell) {
            (Kind::MomentNanos, Field::Long(n)) => moment(Timestamp::from_nanosecond(n.into()), n),
            (Kind::ClockNanos, Field::Long(n)) => clock(SignedDuration::from_nanos(n)),
            (Kind::Uuid, Field::Bytes(bytes)) => uuid(bytes.data()).into(),
            (Kind::List(kind), Field::ListInternal(list)) => {
                let elements = list.elements().iter();
                elements
                    .map(|element| kind.value(element.clone()))
                    .collect()
            }
            (Kind::Map(keys, values), Field::MapInternal(map)) => {
                let entries = map.entries().iter().map(|(key, value)| {
                    let key = match keys.value(key.clone()) {
                        Value::String(text) => text,
                        other => other.to_string(),
                    };
                    (key, values.value(value.clone()))
                });
                Value::Object(entries.collect())
            }
            (Kind::Record(kinds), Field::Group(row)) => {
                let fields = row.into_columns().into_iter().zip(kinds);
                let fields: Map<String, Value> = fields
                    .map(|((name, field), kind)| (name, kind.value(field)))
                    .collect();
                Value::Object(fields)
            }
            (_, cell) => plain(cell),
        }
    }
}

fn plain(cell: Field) -> Value {
    match cell {
        Field::Bool(value) => value.into(),
        Field::Byte(n) => n.into(),
        Field::Short(n) => n.into(),
        Field::Int(n) => n.into(),
        Field::Long(n) => n.into(),
        Field::UByte(n) => n.into(),
        Field::UShort(n) => n.into(),
        Field::UInt(n) => n.into(),
        Field::ULong(n) => n.into(),
        // The digits that are meant, and not those which a longer number would need.
        Field::Float16(n) => shortest(&n),
        Field::Float(n) => shortest(&n),
        Field::Double(n) => Number::from_f64(n).map_or(Value::Null, Value::Number),
        Field::Decimal(_) => cell.to_string().into(),
        Field::Str(text) => text.into(),
        Field::Bytes(bytes) => {
            std::str::from_utf8(bytes.data()).map_or(Value::Null, |text| text.into())
        }
        Field::Date(days) => {
            let day = Span::new()
                .try_days(days)
                .and_then(|days| Date::new(1970, 1, 1)?.checked_add(days));
            day.map_or_else(|_| days.into(), |day| day.to_string().into())
        }
        Field::TimeMillis(n) => clock(SignedDuration::from_millis(n.into())),
        Field::TimeMicros(n) => clock(SignedDuration::from_micros(n)),
        Field::TimestampMillis(n) => moment(Timestamp::from_millisecond(n), n),
        Field::TimestampMicros(n) => moment(Timestamp::from_microsecond(n), n),
        Field::Null | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            Value::Null
        }
    }
}

fn shortest(number: &dyn std::fmt::Display) -> Value {
    let number = number.to_string().parse().ok().and_then(Number::from_f64);
    number.map_or(Value::Null, Value::Number)
}

fn moment(moment: Result<Timestamp, jiff::Error>, count: i64) -> Value {
    moment.map_or_else(|_| count.into(), |moment| moment.to_string().into())
}

fn clock(since_midnight: SignedDuration) -> Value {
    let time = Time::midnight().checked_add(since_midnight);
    time.map_or(Value::Null, |time| time.to_string().into())
}

fn uuid(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match hex.len() {
        32 => [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ]
        .join("-"),
        _ => hex,
    }
}
