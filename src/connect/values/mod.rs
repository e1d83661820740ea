//! Reading cells: what a text means as a value, and which type a whole column has.
//!
//! Pure: nothing here reads a file, so every kind of connection shares it.

mod cell;
mod date;
mod infer;
mod reading;

pub(super) use cell::{is_missing, is_plain_number};
pub(super) use date::OrderVotes;
pub(super) use infer::{Profile, Profiled};
pub(super) use reading::{Reading, holds};
