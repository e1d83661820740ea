//! The workflow language.

mod field;

pub use field::FieldType;
