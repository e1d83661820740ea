//! Sopwright turns a plain-language SOP into a validated workflow, and runs it.

pub mod diag;
pub mod model;
pub mod spec;
