//! The workflow language: its types, the strict reader, the JSON Schema, edits, differences,
//! and a workflow in plain language and pictures.

mod changes;
mod choice;
pub mod cron;
pub mod diagram;
mod duration;
mod edit;
mod explain;
mod field;
mod given;
pub(crate) mod markup;
mod output;
mod place;
mod read;
mod schema;
mod step;
mod tagged;
mod text;
pub mod trace;
mod trigger;
mod when;
mod workflow;

pub use changes::{Detail, PartChange, changes};
pub use choice::{Handler, IfUnavailable, Like, Match, OnError};
pub use duration::duration;
pub use edit::{Edit, EditError, apply};
pub use explain::{capital, explain, uncapital};
pub use field::FieldType;
pub use given::Given;
pub use output::*;
pub use place::Place;
pub use read::{Draft, read, read_value};
pub use schema::schema;
pub use step::*;
pub use text::{Expr, Text};
pub use trigger::*;
pub use when::when;
pub use workflow::*;
