//! `sopwright diagram`

use std::path::Path;

use super::Context;
use super::args::Format;
use crate::diag::Result;
use crate::spec::diagram as draw;
use crate::{store, ui};

pub(super) fn diagram(context: &Context, name: &str, out: Option<&Path>) -> Result<()> {
    let stored = store::load(&context.workspace, name)?;
    let workflow = super::show::sound(&stored)?;
    let picture = match context.format {
        Format::Text | Format::Json | Format::Html => draw::text(workflow, ui::width()),
        Format::Mermaid => draw::mermaid(workflow),
        Format::Svg => draw::svg(workflow),
    };
    match out {
        Some(path) => store::write_atomically(path, picture.as_bytes()),
        None => {
            ui::out(picture);
            Ok(())
        }
    }
}
