//! `sopwright list`

use serde_json::json;

use super::Context;
use crate::ui::{self, Style, paint};
use crate::{spec, store};

pub(super) fn list(context: &Context) {
    let workflows = store::list(&context.workspace);
    let sops = context.workspace.sops();
    if context.is_json() {
        ui::out(json!({"workflows": workflows, "sops": sops}).to_string());
        return;
    }
    let mut text = format!("{}\n", paint(Style::Strong, "Workflows"));
    for name in &workflows {
        let about = match store::load(&context.workspace, name).map(|stored| stored.draft.workflow)
        {
            Ok(Some(workflow)) => format!("{}; {}", workflow.title, spec::when(&workflow)),
            _ => paint(Style::Bad, "cannot be read: sopwright check says why"),
        };
        text += &format!("  {name:<32} {about}\n");
    }
    if workflows.is_empty() {
        text += "  none yet: sopwright build SOP makes one\n";
    }
    text += &format!("{}\n", paint(Style::Strong, "SOPs"));
    for name in &sops {
        text += &format!("  {name}\n");
    }
    if sops.is_empty() {
        text += "  none: put text or Markdown files under sops/\n";
    }
    ui::out(text);
}
