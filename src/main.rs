//! The `sopwright` command.

use std::process::ExitCode;

/// Runs allocate in small pieces on all threads, which the allocators of most systems are slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sopwright::cli::main()
}
