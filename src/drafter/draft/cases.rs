//! What a case is: which table's rows the SOP goes through.

use std::cmp::Reverse;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use super::reader;
use crate::drafter::statement::{Forms, Rule, meaning};
use crate::drafter::words::{plain_stem, stem, stems, tokens};
use crate::drafter::world::{Said, Table, World};

/// The question what a case is, where the SOP does not say.
pub(in crate::drafter) const CASES: &str = "What does the procedure go through, one by one?";

/// The most tables to choose from.
const SHOWN: usize = 4;

/// How much more a table has to be spoken of than the next, for no question to be asked.
const AHEAD: usize = 6;

/// What a case is.
pub(in crate::drafter) struct Cases<'w> {
    /// The table whose rows are the cases.
    pub(in crate::drafter) table: &'w Table,
    /// The tables to choose from, where the SOP does not say plainly which it is.
    pub(in crate::drafter) choices: Option<Vec<String>>,
}

/// Returns what a case is: a row of the table that the owner names, else of the one on which most
/// of the SOP can be read, and of which its title and the sentences that choose rows speak.
pub(in crate::drafter) fn cases(world: &World) -> Option<Cases<'_>> {
    let named = |answer: &str| world.tables.iter().find(|t| answer.contains(&t.name));
    let said = super::ask::rows_named(world);
    if let Some(table) = said.or_else(|| world.answer(CASES).and_then(named)) {
        return Some(Cases {
            table,
            choices: None,
        });
    }
    let known = known(world)?;
    Some(Cases {
        table: world.tables.iter().find(|t| t.name == known.table)?,
        choices: known.choices,
    })
}

/// What was found for an SOP and its tables.
#[derive(Debug, Clone)]
struct Known {
    of: u64,
    table: String,
    choices: Option<Vec<String>>,
}

/// Returns what a case is, worked out once: each turn of a conversation asks it again.
fn known(world: &World) -> Option<Known> {
    static LAST: Mutex<Option<Known>> = Mutex::new(None);
    let mut hasher = DefaultHasher::new();
    (&world.name, &world.title).hash(&mut hasher);
    for said in &world.statements {
        said.text.hash(&mut hasher);
    }
    for table in &world.tables {
        (&table.name, table.columns.len()).hash(&mut hasher);
        table.columns.keys().for_each(|name| name.hash(&mut hasher));
    }
    let of = hasher.finish();
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = last().as_ref().filter(|known| known.of == of) {
        return Some(known.clone());
    }
    let ranked = ranked(world);
    let (first, table) = ranked.first()?;
    let is_plain = match ranked.get(1) {
        Some((next, _)) => first.is_said && !next.is_said || first.score >= next.score + AHEAD,
        None => true,
    };
    let names = ranked.iter().take(SHOWN).map(|(_, t)| t.name.clone());
    let known = Known {
        of,
        table: table.name.clone(),
        choices: (!is_plain).then(|| names.collect()),
    };
    *last() = Some(known.clone());
    Some(known)
}

/// How much an SOP speaks of a table.
#[derive(Debug)]
struct Weight {
    /// Does it say so plainly: in its title, in "which vehicles", by a field that it sets?
    is_said: bool,
    score: usize,
}

/// Returns the tables whose rows have a key, the likeliest first.
fn ranked(world: &World) -> Vec<(Weight, &Table)> {
    let title = stems(&format!("{} {}", world.title, world.name.replace('-', " ")));
    let statements = crate::drafter::spoken(world);
    let forms = Forms::new(&statements);
    let weigh = |table: &Table| {
        let own = stems(&table.short().replace('_', " "));
        let says = |text: &str| {
            let words = stems(text);
            own.iter().any(|w| words.contains(w))
        };
        let spoken = || world.statements.iter().filter(|s| says(&s.text));
        let chosen = spoken().filter(|s| chooses(&s.text, &own)).count();
        // The last word of a name says what a row is: a seat snapshot is a snapshot.
        let is_titled = own.last().is_some_and(|w| title.contains(w));
        let is_named = own.len() > 1 && holds(&title, &own);
        let is_set = sets(table, world);
        // A CRM's accounts are what most procedures are about, named or not.
        let usual = usize::from(own.contains(&stem("account")));
        let literal = tokens(&format!("{} {}", world.title, world.name));
        let is_literal = tokens(&table.short().replace('_', " "))
            .iter()
            .any(|w| literal.iter().any(|l| plain_stem(l) == plain_stem(w)));
        let is_row = world.statements.iter().any(|s| has_row_per(&s.text, &own));
        let is_which = world
            .statements
            .iter()
            .any(|s| asks_which(&s.section, &own) || asks_which(&s.text, &own));
        let titled = 12 * usize::from(is_row || is_set || is_which)
            + 5 * usize::from(is_titled)
            + 5 * usize::from(is_named)
            + 2 * usize::from(is_literal);
        // Nobody reads what is never spoken of.
        let is_spoken = is_titled || usual > 0 || spoken().next().is_some();
        let read = if is_spoken {
            read_on(table, &statements, &forms, world)
        } else {
            0
        };
        Weight {
            is_said: is_titled || is_row || is_set || is_which,
            score: spoken().count().min(3) + 3 * chosen.min(2) + titled + usual + read,
        }
    };
    let tables = world.tables.iter().filter(|t| t.key().is_some());
    let mut ranked: Vec<(Weight, &Table)> = tables.map(|t| (weigh(t), t)).collect();
    ranked.sort_by_key(|(weight, _)| Reverse(weight.score));
    ranked
}

/// Returns how much of an SOP can be read on a table: what it says of the table's own columns
/// weighs more than what other tables tell.
fn read_on(table: &Table, statements: &[Said], forms: &Forms, world: &World) -> usize {
    let reader = reader(world, table, statements, forms);
    let weigh = |said: &Said| {
        let meaning = meaning(said, &reader);
        let stated = meaning.rules.iter().filter_map(Rule::condition);
        let read = stated.chain(&meaning.only).chain(&meaning.skip);
        read.map(|read| if read.columns.is_empty() { 1 } else { 2 })
            .max()
            .unwrap_or(0)
    };
    statements.iter().map(weigh).sum()
}

/// Does an SOP set a field that this table alone has: "put it in the reply plan of the request"?
/// What is set is of what was gone through.
fn sets(table: &Table, world: &World) -> bool {
    const SETTING: [&str; 7] = ["set", "put", "write", "update", "fill", "record", "note"];
    let is_own = |column: &str| {
        let others = world.tables.iter().filter(|t| t.name != table.name);
        !others.into_iter().any(|t| t.columns.contains_key(column))
    };
    let fields = table.columns.keys().filter(|column| is_own(column));
    // A single word may be meant otherwise.
    let fields: Vec<Vec<String>> = fields
        .map(|column| stems(&column.replace('_', " ")))
        .filter(|words| words.len() > 1)
        .collect();
    world.statements.iter().any(|said| {
        let words = tokens(&said.text);
        SETTING.iter().any(|verb| words.iter().any(|w| w == verb))
            && fields.iter().any(|field| holds(&stems(&said.text), field))
    })
}

/// Do words hold others, one after the other?
fn holds(words: &[String], others: &[String]) -> bool {
    words.windows(others.len()).any(|window| window == others)
}

/// Does a sentence say that a table of some name has a row for each thing that is gone through: "the
/// report has one row per customer and month"?
fn has_row_per(text: &str, called: &[String]) -> bool {
    let lower = text.to_lowercase();
    let says = [
        " one row per ",
        " a row per ",
        " one row for each ",
        " one line per ",
        " a line per ",
        " one line for each ",
        " one entry per ",
    ];
    let before = says.iter().find_map(|said| lower.split_once(said));
    before.is_some_and(|(before, _)| {
        let words = stems(before);
        called.iter().all(|word| words.contains(word))
    })
}

/// Does a heading, or the beginning of a sentence, ask which rows there are: "Which vehicles"?
fn asks_which(text: &str, called: &[String]) -> bool {
    /// How many words the rows may be named in.
    const NAMED_IN: usize = 3;
    let words = tokens(text);
    let mut led = words.iter().take(4).map(String::as_str);
    let Some(at) = led.position(|word| word == "which" || word == "what") else {
        return false;
    };
    let near: Vec<&str> = words
        .iter()
        .skip(at + 1)
        .take(NAMED_IN)
        .map(String::as_str)
        .collect();
    let near = stems(&near.join(" "));
    called.last().is_some_and(|last| near.contains(last))
}

/// Does a sentence choose rows that are called one of some words: "go through the open tickets"?
fn chooses(text: &str, called: &[String]) -> bool {
    const CHOOSING: [&str; 10] = [
        "handle",
        "for each",
        "for every",
        "look at",
        "go through",
        "pull",
        "list",
        "take",
        "every new",
        "when a",
    ];
    /// How many words what is chosen may be said in.
    const SAID_IN: usize = 6;
    let text = tokens(text).join(" ");
    CHOOSING.iter().any(|choosing| {
        let padded = format!(" {text} ");
        let Some((_, rest)) = padded.split_once(&format!(" {choosing} ")) else {
            return false;
        };
        let near: Vec<&str> = rest.split(' ').take(SAID_IN).collect();
        stems(&near.join(" ")).iter().any(|w| called.contains(w))
    })
}
