//! What databases that are asked in SQL have in common: what their columns hold, how a table is
//! described, how what is wanted becomes a query, and how a row is changed.

mod address;
mod change;
mod condition;
mod connection;
mod errors;
mod moments;
mod query;
mod typed;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;

use super::ConnectError;
use crate::spec::FieldType;

pub use address::{Address, Tls};
pub use connection::SqlConnection;
pub use errors::{Errors, Explain};
pub use query::{Query, text_of};

/// What a column holds, as far as comparing it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Text of any length.
    Text,
    /// Something that reads as text: an enumeration, an address, a time of day.
    Other,
    /// A UUID.
    Uuid,
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// A decimal number; `exact` if it has at most 15 digits, so that a 64-bit float tells every
    /// two of them apart.
    Decimal {
        /// Are floats as good?
        exact: bool,
    },
    /// A 64-bit float.
    Float,
    /// A number that cannot be compared there as it is here, such as a 32-bit float.
    Inexact,
    /// A day.
    Date,
    /// A moment; `zoned` if the server keeps it with its zone.
    Moment {
        /// Does it know its zone?
        zoned: bool,
    },
    /// A list, read as JSON.
    List,
    /// Bytes, which are left out.
    Binary,
}

impl Class {
    /// Returns the type that its values have here.
    pub fn field(self) -> FieldType {
        match self {
            Class::Text | Class::Other | Class::Uuid | Class::Binary => FieldType::Text,
            Class::Boolean => FieldType::Boolean,
            Class::Integer => FieldType::Integer,
            Class::Decimal { .. } | Class::Float | Class::Inexact => FieldType::Number,
            Class::Date => FieldType::Date,
            Class::Moment { .. } => FieldType::Time,
            Class::List => FieldType::List,
        }
    }

    /// Is a value of it read as what it is, when it is read as that type?
    pub fn is_natural(self, field: FieldType) -> bool {
        let own = self.field();
        own == field || (own == FieldType::Integer && field == FieldType::Number)
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumn {
    /// What it holds.
    pub class: Class,
    /// Its type as the server writes it.
    pub declared: String,
    /// Are two texts in it the same there only if they are the same here?
    pub is_exact: bool,
}

/// A table or view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlTable {
    /// Its columns, in their order.
    pub columns: IndexMap<String, SqlColumn>,
    /// The columns of its primary key; none for a view.
    pub key: Vec<String>,
    /// Can rows be changed, as far as its kind goes?
    pub is_table: bool,
}

/// A value that goes with a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// No value.
    Null,
    /// A text; also whatever the query says that it is to be read as.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
}

/// The cells of a row as the server writes them; `None` for no value.
pub type Cells = Vec<Option<String>>;

/// How a server wants things said. `column` is always the quoted name.
pub trait Dialect: Send + Sync {
    /// Returns a name in quotes.
    fn quoted(&self, name: &str) -> String;

    /// Returns a table's name with where it is, in quotes.
    fn table(&self, name: &str) -> String;

    /// Returns what reads a cell as text, in the form that cells are read in.
    fn cell(&self, column: &str, of: &SqlColumn) -> String;

    /// Returns the place of one more parameter, number `number` from 1 on, read as a type.
    fn place(&self, number: usize, read_as: ReadAs<'_>) -> String;

    /// Returns what a number is compared by, and how what it is compared with is read; `None`
    /// where the server would compare otherwise than it is done here.
    fn number(&self, column: &str, class: Class, is_whole: bool) -> Option<(String, ReadAs<'_>)>;

    /// Returns the condition that a cell which is not null has a value here too; `None` where
    /// every one has.
    fn is_value(&self, column: &str, class: Class) -> Option<String>;

    /// Returns the condition that a text is just this one, byte by byte; `place` gives a place of
    /// that text, as often as it is asked for one.
    fn same_text(&self, column: &str, of: &SqlColumn, place: &mut dyn FnMut() -> String) -> String;

    /// Returns what is looked up in a list of texts. It may find more than is the same.
    fn listed(&self, column: &str, of: &SqlColumn) -> String;

    /// Returns a cell as text, in the form in which it is read.
    fn as_text(&self, column: &str) -> String;

    /// Returns the condition that a text may begin or end with what is trimmed away here.
    fn may_be_padded(&self, column: &str) -> String;

    /// Returns the condition that a cell may be something else here than the server takes it for;
    /// `None` where columns hold what they are declared to hold.
    fn is_odd(&self, _: &str, _: Class) -> Option<String> {
        None
    }

    /// Returns a moment without fractions of a second, for ordering.
    fn second(&self, column: &str) -> String;

    /// Returns a value as it goes with a query, and the place that reads it as the column's type.
    fn given(&self, number: usize, value: &Value, of: &SqlColumn) -> (Parameter, String);

    /// Can a column hold such a value at all, so that it may be looked for there?
    fn can_hold(&self, _: &Value, _: &SqlColumn) -> bool {
        true
    }
}

/// What a parameter is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadAs<'t> {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A 64-bit float.
    Float,
    /// A day.
    Date,
    /// A moment.
    Moment {
        /// Does it know its zone?
        zoned: bool,
    },
    /// A UUID.
    Uuid,
    /// A type of the server's own.
    Named(&'t str),
}

/// Takes rows as they come. False once no more are wanted.
#[async_trait]
pub trait Taker: Send {
    /// Takes some.
    async fn take(&mut self, rows: Vec<Cells>) -> Result<bool, ConnectError>;
}

/// A server, or a database on one.
#[async_trait]
pub trait Server: Dialect + 'static {
    /// The kind in the configuration.
    const KIND: &'static str;

    /// Opens a session.
    ///
    /// # Errors
    /// If the server cannot be reached or does not let in. No secret is in the text.
    async fn session(&self) -> Result<Box<dyn Session>, ConnectError>;
}

/// A session on a server.
#[async_trait]
pub trait Session: Send {
    /// Returns the tables that may be read, by name.
    async fn tables(&mut self) -> Result<IndexMap<String, SqlTable>, ConnectError>;

    /// Reads what a query gives, piece by piece, so that little of it is in memory at a time.
    ///
    /// # Errors
    /// If the server refuses it, goes away, or takes too long.
    async fn read(&mut self, query: &Query, taker: &mut dyn Taker) -> Result<(), ConnectError>;

    /// Carries out a change of one row. Changes nothing if it would be another number of rows, and
    /// returns that number.
    ///
    /// # Errors
    /// As [`Session::read`]; unclear where it may have been carried out.
    async fn change(&mut self, query: &Query) -> Result<u64, ConnectError>;
}
