//! `sopwright export` and `sopwright import`

use std::path::{Path, PathBuf};

use super::Context;
use crate::diag::{Error, Result};
use crate::{store, ui};

pub(super) fn export(context: &Context, name: &str, out: Option<&Path>) -> Result<()> {
    let text = store::export(&context.workspace, name)?;
    let path = out.map_or_else(
        || PathBuf::from(format!("{name}.sopwright.json")),
        Path::to_owned,
    );
    if path.as_os_str() == "-" {
        ui::out(text);
        return Ok(());
    }
    store::write_atomically(&path, text.as_bytes())?;
    ui::out(format!("Written to {}", path.display()));
    Ok(())
}

pub(super) fn import(context: &Context, file: &Path, name: Option<&str>) -> Result<()> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Error::input(format!("{} cannot be read", file.display())).caused_by(e))?;
    let name = store::import(&context.workspace, &text, name)?;
    ui::out(format!(
        "Imported as generated/{name}. `sopwright check {name}` says whether its connections are there."
    ));
    Ok(())
}
