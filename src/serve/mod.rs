//! Runs workflows when they are due, as long as it is up.

pub mod schedule;
pub mod signature;
