//! `sopwright check`

use std::process::ExitCode;

use super::Context;
use crate::check::check as review;
use crate::diag::Result;
use crate::{store, ui};

pub(super) async fn check(context: &Context, name: &str) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, name)?;
    let catalog = context.connections().catalog().await;
    let review = review(&stored.draft, &stored.sop, &catalog);
    if context.is_json() {
        let json = serde_json::json!({"workflow": stored.name, "errors": review.errors(), "findings": review.findings});
        ui::out(serde_json::to_string_pretty(&json).unwrap_or_default());
    } else {
        ui::out(ui::diagnostics(&review.findings));
    }
    Ok(if review.errors() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
