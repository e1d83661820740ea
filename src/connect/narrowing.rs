//! What of a table is wanted, as a source can be told: a small language of tests on single cells.
//!
//! A test says what holds for every row that is wanted, and may hold for more: what it cannot say
//! is [`Test::Anything`]. Cells are meant as they are read, by the type that the reader pins.

use jiff::civil::Date;

/// What of a table is wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Narrowing {
    /// What holds for every row that is wanted.
    pub test: Test,
    /// Columns whose values have to be among some keys.
    pub among: Vec<(String, Vec<String>)>,
    /// The order in which rows are wanted; in that of the table where it is empty.
    pub order_by: Vec<Order>,
    /// How many are wanted of those that hold, in that order.
    pub limit: Option<usize>,
}

/// A column to order by. What is missing comes last, whatever the direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: String,
    /// Does the greatest come first?
    pub descending: bool,
}

/// A condition on the cells of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Test {
    /// Holds for every row, as far as can be said.
    #[default]
    Anything,
    /// Holds where all hold.
    All(Vec<Test>),
    /// Holds where one holds.
    Any(Vec<Test>),
    /// Holds where a cell is what is said; negated, where it is not, a missing one included.
    Cell {
        /// The column.
        column: String,
        /// What its cell is.
        is: Is,
        /// Is it turned round?
        negated: bool,
    },
}

/// What a cell is. A missing one compares with nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Is {
    /// It compares so with a value.
    Compared(Comparison, Literal),
    /// It is one of some values.
    OneOf(Vec<Literal>),
    /// It has no value.
    Missing,
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They are the same.
    Equal,
    /// They differ.
    Unequal,
    /// The cell is less.
    Less,
    /// The cell is less or the same.
    AtMost,
    /// The cell is greater.
    Greater,
    /// The cell is greater or the same.
    AtLeast,
}

/// A value that a cell is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Yes or no.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text; also a day or a moment as it is written.
    Text(String),
    /// A day with which the day of the cell is compared.
    Day(Date),
}

impl Comparison {
    /// Returns how the sides compare when they change places.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::AtMost => Comparison::AtLeast,
            Comparison::Greater => Comparison::Less,
            Comparison::AtLeast => Comparison::AtMost,
            same => same,
        }
    }

    /// Returns it as SQL writes it.
    pub fn sql(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::Unequal => "<>",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Greater => ">",
            Comparison::AtLeast => ">=",
        }
    }
}
