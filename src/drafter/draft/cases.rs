//! What a case is: which table's rows the SOP goes through.

use crate::drafter::words::{stem, stems};
use crate::drafter::world::{Table, World};

/// The question what a case is, where the SOP does not say.
pub(in crate::drafter) const CASES: &str = "What does the procedure go through, one by one?";

/// The most tables to choose from.
const SHOWN: usize = 4;

/// Returns the table whose rows are the cases: the one that the owner names, else the one that
/// the SOP speaks of most, its title and the sentences that choose rows first.
pub(in crate::drafter) fn case_table(world: &World) -> Option<&Table> {
    let named = |answer: &str| world.tables.iter().find(|t| answer.contains(&t.name));
    world
        .answer(CASES)
        .and_then(named)
        .or_else(|| ranked(world).into_iter().next().map(|(_, table)| table))
}

/// Returns the tables to choose from, where neither title nor a sentence says what a case is.
pub(in crate::drafter) fn choices(world: &World) -> Option<Vec<String>> {
    let ranked = ranked(world);
    let (first, _) = ranked.first()?;
    let names = ranked.iter().take(SHOWN).map(|(_, t)| t.name.clone());
    (!first.is_said && ranked.len() > 1).then(|| names.collect())
}

/// How much an SOP speaks of a table.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    /// Does its title or a sentence that chooses rows name it?
    is_said: bool,
    score: usize,
}

/// Returns the tables whose rows have a key, the likeliest first.
fn ranked(world: &World) -> Vec<(Weight, &Table)> {
    let title = stems(&format!("{} {}", world.title, world.name.replace('-', " ")));
    let weigh = |table: &Table| {
        let own = stems(&table.short().replace('_', " "));
        let says = |text: &str| {
            let words = stems(text);
            own.iter().any(|w| words.contains(w))
        };
        let spoken = || world.statements.iter().filter(|s| says(&s.text));
        let chosen = spoken().filter(|s| chooses(&s.text)).count();
        let is_titled = own.iter().any(|w| title.contains(w));
        // A CRM's accounts are what most procedures are about, named or not.
        let usual = usize::from(own.contains(&stem("account")));
        let titled = 5 * usize::from(is_titled);
        Weight {
            is_said: is_titled || chosen > 0,
            score: spoken().count().min(3) + 3 * chosen.min(2) + titled + usual,
        }
    };
    let tables = world.tables.iter().filter(|t| t.key().is_some());
    let mut ranked: Vec<(Weight, &Table)> = tables.map(|t| (weigh(t), t)).collect();
    ranked.sort_by_key(|(weight, _)| std::cmp::Reverse(weight.score));
    ranked
}

fn chooses(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "for each",
        "for every",
        "look at",
        "go through",
        "pull",
        "list",
        "every new",
        "when a",
    ]
    .iter()
    .any(|w| lower.contains(w))
}
