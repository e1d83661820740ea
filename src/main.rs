//! The `sopwright` command.
fn main() {}
