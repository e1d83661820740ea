//! `sopwright mcp`

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::Context;
use crate::diag::Result;
use crate::mcp::{self, Desk};
use crate::serve::Launcher;

/// Serves an assistant on standard input and output.
pub(super) async fn mcp(context: &Context) -> Result<ExitCode> {
    let (resources, _) = context.resources_unseen().await?;
    let launcher = Launcher {
        workspace: context.workspace.clone(),
        journal: context.journal()?,
        llm: context.llm().await?,
        stop: CancellationToken::new(),
        at_once: context.at_once(None),
    };
    mcp::serve(Desk::new(resources, launcher.into())).await?;
    Ok(ExitCode::SUCCESS)
}
