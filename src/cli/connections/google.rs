//! Addresses of Google sheets, as people copy them from a browser, as those of their CSVs.

use indexmap::IndexMap;

use super::asking::Secrets;
use crate::store::Workspace;

/// Where Google sheets are.
const SHEETS: &str = "https://docs.google.com/spreadsheets/d/";

/// Where their CSVs come from.
const CONTENT: &str = "*.googleusercontent.com";

/// Turns the address of a sheet into that of its CSV, and lets it lead to where Google has it, unless
/// something else is said.
pub(super) fn settle(
    workspace: &Workspace,
    set: &mut IndexMap<String, String>,
    secrets: &mut Secrets,
) {
    if let Some(address) = set.get_mut("address") {
        *address = as_csv(address);
    }
    for typed in secrets.typed.values_mut() {
        *typed = as_csv(typed);
    }
    let of_variable = |variable: &String| {
        let typed = secrets.typed.get(variable).cloned();
        typed.or_else(|| workspace.variable(variable))
    };
    let addresses = set.get("address").cloned();
    let secret = secrets.variables.get("address").and_then(of_variable);
    let is_sheet = addresses
        .or(secret)
        .is_some_and(|address| address.starts_with(SHEETS));
    if is_sheet && !set.contains_key("redirects_to") {
        set.insert("redirects_to".to_owned(), CONTENT.to_owned());
    }
}

/// Returns the address of the CSV of a sheet; any other address as it is.
fn as_csv(address: &str) -> String {
    let meant = || {
        let mut parts = address.strip_prefix(SHEETS)?.split(['/', '?', '#', '&']);
        let sheet = parts.next()?;
        // What is published has a key of another form.
        let (sheet, page) = match sheet {
            "e" => (format!("e/{}", parts.next()?), parts.next()?),
            _ => (sheet.to_owned(), parts.next()?),
        };
        let gid = parts
            .find_map(|part| part.strip_prefix("gid="))
            .filter(|gid| !gid.is_empty() && gid.bytes().all(|b| b.is_ascii_digit()));
        match page {
            "edit" | "view" => {
                let gid = gid.unwrap_or("0");
                Some(format!("{SHEETS}{sheet}/export?format=csv&gid={gid}"))
            }
            "pubhtml" => {
                let gid = gid.map_or_else(String::new, |gid| format!("gid={gid}&single=true&"));
                Some(format!("{SHEETS}{sheet}/pub?{gid}output=csv"))
            }
            _ => None,
        }
    };
    meant().unwrap_or_else(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_browser_becomes_that_of_the_csv() {
        let csv = format!("{SHEETS}1Bx-y/export?format=csv&gid=7");
        let published = format!("{SHEETS}e/2PACX-1/pub?gid=7&single=true&output=csv");
        for (written, meant) in [
            (format!("{SHEETS}1Bx-y/edit#gid=7"), csv.clone()),
            (format!("{SHEETS}1Bx-y/edit?gid=7#gid=7"), csv.clone()),
            (
                format!("{SHEETS}1Bx-y/edit?usp=sharing"),
                csv.replace("=7", "=0"),
            ),
            (format!("{SHEETS}1Bx-y/view?usp=x&gid=7"), csv.clone()),
            (csv.clone(), csv),
            (
                format!("{SHEETS}e/2PACX-1/pubhtml?gid=7&single=true"),
                published.clone(),
            ),
            (
                format!("{SHEETS}e/2PACX-1/pubhtml"),
                format!("{SHEETS}e/2PACX-1/pub?output=csv"),
            ),
            (published.clone(), published),
            (
                "https://bi.example/a.csv".to_owned(),
                "https://bi.example/a.csv".to_owned(),
            ),
        ] {
            assert_eq!(as_csv(&written), meant);
        }
    }
}
