//! `sopwright trace`

use std::path::Path;

use super::Context;
use super::args::Format;
use crate::diag::{Error, Result};
use crate::spec::trace;
use crate::ui::Layout;
use crate::{store, ui};

pub(super) fn trace(context: &Context, name: &str, out: Option<&Path>) -> Result<()> {
    let stored = store::load(&context.workspace, name)?;
    let workflow = super::show::sound(&stored)?;
    if stored.sop.statements.is_empty() {
        return Err(
            Error::input(format!("`{}` has no SOP beside it to trace", stored.name)).help(format!(
                "Put the SOP's text into {} in the workflow's folder.",
                workflow.sop.file
            )),
        );
    }
    let traced = trace::trace(workflow, &stored.sop);
    let told = |layout| match context.format {
        Format::Json => serde_json::to_string_pretty(&traced).unwrap_or_default(),
        Format::Html => trace::html(&traced),
        Format::Text | Format::Mermaid | Format::Svg => ui::trace(&traced, layout),
    };
    match out {
        Some(path) => {
            let text = ui::unpainted(&told(Layout::whole_lines()));
            store::write_atomically(path, text.as_bytes())
        }
        None => {
            ui::out(told(Layout::here()));
            Ok(())
        }
    }
}
