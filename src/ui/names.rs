//! Names as they are written and as tables have them.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::width;
use crate::connect::Alias;
use crate::rehearse::SearchedName;

/// Returns a row for each name that was searched for: where, of which case, what is taken for it,
/// and what is most like it otherwise.
pub fn searched(names: &[&SearchedName]) -> String {
    let mut table = table(["name", "in", "of", "taken for it", "also alike"]);
    for name in names {
        let of = match name.cases {
            1 => name.case.clone(),
            n => format!("{} and {} more", name.case, n - 1),
        };
        let taken = match name.taken.is_empty() {
            true => "nothing".to_owned(),
            false => listed(&name.taken),
        };
        let others = listed(&name.others);
        table.add_row([name.written.clone(), name.table.clone(), of, taken, others]);
    }
    format!("{table}\n")
}

/// Returns a row for each thing that was said about names.
pub fn aliases(said: &[Alias]) -> String {
    let mut table = table(["table", "written", "", "name", "said by", "on"]);
    for alias in said {
        let is = if alias.same { "is" } else { "is not" };
        table.add_row([
            alias.table.as_str(),
            &alias.written,
            is,
            &alias.name,
            &alias.by,
            &alias.on,
        ]);
    }
    format!("{table}\n")
}

fn listed(names: &[(String, f64)]) -> String {
    let one = |(name, likeness): &(String, f64)| format!("{name} ({:.0} %)", likeness * 100.0);
    names.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn table<const N: usize>(heads: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width()).unwrap_or(100))
        .set_header(heads);
    table
}
