//! Numbers that are read from texts have one unit.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::connect::Column;
use crate::diag::Diagnostic;
use crate::expr::ast::Node;
use crate::expr::show;
use crate::spec::FieldType;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Node::Call(name, args, _) = node else {
                return;
            };
            let ("number", Some(subject)) = (name.as_str(), args.first()) else {
                return;
            };
            let Some(column) = context.column(site, subject, item) else {
                return;
            };
            let units = units(column);
            let is_asked = |unit: &&str| site.source.contains(&format!("'{unit}'"));
            if units.len() < 2 || units.iter().any(is_asked) {
                return;
            }
            let shown: Vec<&str> = units.into_iter().collect();
            let subject = show(subject);
            let mut finding = Diagnostic::warning(
                "mixed-units",
                &site.at,
                format!("`{subject}` is given in {}, and number() leaves the unit out", shown.join(" and ")),
            )
            .excerpt(show(node))
            .help(format!(
                "Bring them to one unit first, as in `number({subject}) * (1000 if ends_with({subject}, '{}') else 1)`.",
                shown[0]
            ));
            finding.part.clone_from(&site.part);
            findings.push(finding);
        });
    }
}

/// Returns the units after the numbers of a column, where all that are known are a number and a unit.
fn units(column: &Column) -> BTreeSet<&str> {
    if column.field != FieldType::Text {
        return BTreeSet::new();
    }
    let known = column.values.as_ref().unwrap_or(&column.examples);
    let read: Option<Vec<&str>> = known.iter().map(|value| unit(value.as_str()?)).collect();
    read.unwrap_or_default().into_iter().collect()
}

/// Returns the unit of `500 Mbps`; that of `1.2k` is part of the number.
fn unit(text: &str) -> Option<&str> {
    let end = text
        .trim()
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | ' ')))?;
    let (number, unit) = text.trim().split_at(end);
    let is_unit = unit
        .chars()
        .all(|c| c.is_alphabetic() || "%/€$".contains(c));
    (number.contains(|c: char| c.is_ascii_digit())
        && is_unit
        && !["k", "K", "m", "M"].contains(&unit))
    .then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_follows_its_number() {
        assert_eq!(unit("500 Mbps"), Some("Mbps"));
        assert_eq!(unit("1.5GB"), Some("GB"));
        assert_eq!(unit("12%"), Some("%"));
        assert_eq!(unit("1.2k"), None);
        assert_eq!(unit("12 Main St"), None);
        assert_eq!(unit("Mbps"), None);
    }
}
