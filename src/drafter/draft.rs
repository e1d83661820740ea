//! The workflow, put together from what the statements were read as.

mod ask;
mod assembly;
mod cases;
mod choice;
mod doubts;
mod exceptions;
mod facts;
mod levels;
mod outputs;
mod parts;
mod plan;
mod ranks;
mod scope;
mod settle;
mod steps;
mod update;

pub(super) use ask::Question;
use assembly::Assembly;
use cases::Cases;
pub(super) use cases::{CASES, cases};
use parts::plain;
pub(super) use ranks::rank;

use serde_json::{Value as Json, json};

use super::condition::Reader;
use super::mend::Refused;
use super::statement::{Forms, Rule, definition, meaning, pieces};
use super::world::{Said, Table, World};

/// What was made of an SOP.
#[derive(Debug)]
pub(super) struct Drafted {
    /// The workflow.
    pub(super) document: Json,
    /// Statements that were not understood.
    pub(super) open: Vec<Said>,
    /// How it goes, in plain lines.
    pub(super) plan: String,
    /// The tables whose rows a case may be, where the SOP does not say plainly.
    pub(super) choices: Option<Vec<String>>,
    /// Questions about what was not read.
    pub(super) asked: Vec<Question>,
    /// What the owner should look at before all else.
    notices: Vec<String>,
}

/// The question about what was not understood.
pub(super) const OPEN: &str =
    "Some statements cannot be turned into rules by the built-in drafter. Leave them to people?";

/// Puts the workflow together; nothing if there is no table to work on.
pub(super) fn draft(world: &World) -> Option<Drafted> {
    drafted(world, false)
}

/// Puts the workflow together, with the questions that are left.
pub(super) fn draft_and_ask(world: &World) -> Option<Drafted> {
    drafted(world, true)
}

fn drafted(world: &World, asks: bool) -> Option<Drafted> {
    let Cases { table, choices } = cases(world)?;
    let statements = super::spoken(world);
    let forms = Forms::new(&statements);
    // Numbers name what was shown, which was before anything was refused.
    let nothing = Refused::default();
    let shown = (world.refused != nothing).then(|| {
        let reader = reader(world, table, &statements, &forms);
        gathered(&reader, &statements, &nothing, None).1.shown
    });
    let reader = reader(world, table, &statements, &forms);
    let (mut builder, settled) = gathered(&reader, &statements, &world.refused, shown.as_deref());
    for said in notes(world, &reader) {
        builder.add_note(&said, meaning(&said, &reader));
    }
    if choices.is_some() {
        builder.assume(format!(
            "A case is a row of {}, the table that the SOP speaks of most",
            table.name
        ));
    }
    let levels = builder.level_labels();
    let judged = builder.judged_rules();
    let remarks = builder.remarks();
    let known = ask::known(&builder);
    let mut drafted = builder.finish();
    let unread = ask::unread_told(settled.unread_wishes.iter(), &reader);
    drafted.plan = plan::told(&drafted, &known, &unread, !world.wishes.is_empty());
    if asks {
        let of = ask::Asked {
            open: &drafted.open,
            judged: &judged,
            remarks: &remarks,
            levels: &levels,
            known: &known,
            settled: &settled,
        };
        drafted.asked = ask::questions(&of, &reader);
    }
    Some(Drafted { choices, ..drafted })
}

/// Gathers what the statements are read as, and what the owner has said; `refused` is what turned out not to
/// work, `shown` what the numbers name that the owner said, where that is known.
fn gathered<'r>(
    reader: &'r Reader<'r>,
    statements: &[Said],
    refused: &Refused,
    shown: Option<&[Vec<ask::Line>]>,
) -> (Assembly<'r>, ask::Settled) {
    let mut builder = Assembly::new(reader, reader.cases);
    let open = refused_statements(reader, refused, statements);
    let mut hangs = false;
    for said in statements {
        let before = builder.chosen();
        if open.contains(&said.number) || hangs {
            builder.open.push(said.clone());
        } else {
            for (said, meaning) in pieces(said, reader) {
                match doubts::is_doubtful(&said, &meaning, reader) {
                    true => builder.open.push(said),
                    false => builder.add(&said, meaning),
                }
            }
        }
        // Half of what two sentences say together is something else.
        hangs = doubts::goes_on(&said.text) && builder.chosen() == before;
        reader.pass(&said.text);
    }
    builder.widen(refused.too_narrow);
    builder.leave_open_with_the_next(statements);
    let settled = ask::settle(&mut builder, refused, shown);
    (builder, settled)
}

/// Is what the owner said to a plan a change to what was read?
pub(super) fn is_change(world: &World, wish: &str) -> bool {
    let Some(Cases { table, .. }) = cases(world) else {
        return false;
    };
    let statements = super::spoken(world);
    let reader = reader(world, table, &statements, &Forms::new(&statements));
    ask::is_change(wish, &reader)
}

/// Returns the statements whose reading was refused: those that hold an expression which was, or where none
/// does, all that the refused part carries out.
fn refused_statements(of: &Reader<'_>, refused: &Refused, statements: &[Said]) -> Vec<usize> {
    let numbers = &refused.statements;
    if numbers.is_empty() {
        return Vec::new();
    }
    let reader = reader(of.world, of.cases, statements, &of.forms);
    let mut held = Vec::new();
    for said in statements {
        let read = pieces(said, &reader);
        let holds = read.iter().any(|(_, meaning)| {
            let rules = meaning.rules.iter().filter_map(Rule::condition);
            let mut read = rules.chain(&meaning.only).chain(&meaning.skip);
            read.any(|read| refused.holds(&read.source))
        });
        if holds && numbers.contains(&said.number) {
            held.push(said.number);
        }
        reader.pass(&said.text);
    }
    if held.is_empty() {
        numbers.clone()
    } else {
        held
    }
}

/// Returns a reader of an SOP whose cases are the rows of a table.
pub(super) fn reader<'w>(
    world: &'w World,
    cases: &'w Table,
    statements: &[Said],
    forms: &Forms,
) -> Reader<'w> {
    let item = singular(cases.short());
    let mut reader = Reader::new(world, cases, item, forms.clone());
    // What is defined anywhere holds everywhere.
    for said in statements {
        reader.hear(&said.text);
    }
    for (words, said) in ask::meanings(world) {
        reader.mean(&words, &said);
    }
    let texts = statements.iter().map(|said| said.text.clone());
    let texts = texts.chain(ask::defines(world));
    // A figure may be worked out of those that were defined before it.
    for text in texts {
        if let Some((defined, _)) = definition(&text, &reader) {
            reader.define(defined);
        }
    }
    reader
}

/// Returns the sentences of the owner's notes that answer no question, numbered after the SOP's.
fn notes(world: &World, reader: &Reader<'_>) -> Vec<Said> {
    let after = world.statements.len();
    // Lines that stand below each other would be read as one paragraph.
    let lines = world.notes.lines();
    let says_nothing = |line: &str| {
        let line = line.trim().trim_end_matches('.').to_lowercase();
        matches!(line.as_str(), "skip" | "yes" | "no" | "ok")
    };
    let lines = lines.filter(|line| !says_nothing(line) && !ask::is_answer(line, reader));
    let lines: Vec<&str> = lines.collect();
    let notes = crate::sop::Sop::parse(&lines.join("\n")).statements;
    let said = notes
        .into_iter()
        .map(|s| Said::new(after + s.number, &s.text, ""));
    said.collect()
}

pub(super) fn singular(name: &str) -> String {
    let name = name.replace('-', "_").to_lowercase();
    let one = name
        .strip_suffix("ies")
        .map(|s| format!("{s}y"))
        .or_else(|| name.strip_suffix('s').map(str::to_owned))
        .unwrap_or_else(|| format!("one_{name}"));
    if matches!(one.as_str(), "case" | "item" | "row" | "run" | "result") {
        format!("one_{one}")
    } else {
        one
    }
}

/// Returns the column of a case that names the one row of another table that belongs to it.
pub(super) fn refers<'t>(cases: &'t Table, table: &Table) -> Option<&'t str> {
    let key = table.key()?;
    let mut columns = cases.columns.keys().map(String::as_str);
    let ends = format!("_{key}");
    columns
        .clone()
        .find(|name| *name == key)
        .or_else(|| columns.find(|name| key.ends_with("_id") && name.ends_with(&ends)))
}

/// How rows of a table are joined to a case.
pub(super) fn join(cases: &Table, table: &Table, item: &str) -> Option<(String, Json)> {
    let is_id = |name: &str| {
        name == "id"
            || ["_id", "_number", "_no", "_code", "_key"]
                .iter()
                .any(|end| name.ends_with(end))
    };
    let shared = |name: &&String| is_id(name) && cases.columns.contains_key(name.as_str());
    let key = |name: &&String| cases.key() == Some(name.as_str());
    // Rows that name the case itself belong to it; others belong to what it belongs to.
    let of_case = table.columns.keys().filter(shared).find(key);
    // "reporter_contact_id" names one contact, not all that belong to the same account.
    if of_case.is_none()
        && let Some(column) = refers(cases, table)
        && let Some(key) = table.key()
    {
        return Some((key.to_owned(), json!(format!("{item}.{column}"))));
    }
    let shared = of_case.or_else(|| table.columns.keys().find(shared));
    if let Some(column) = shared {
        return Some((column.clone(), json!(format!("{item}.{column}"))));
    }
    // "An incident of its app": what both name alike, and that is no name of a person or thing of
    // its own.
    let link = |name: &&String| {
        let is_link = ["_name", "_domain", "_sku", "_email"]
            .iter()
            .any(|end| name.ends_with(end));
        let is_usual = [
            "account", "company", "customer", "full", "first", "last", "owner", "display",
        ];
        is_link
            && cases.columns.contains_key(name.as_str())
            && !is_usual.iter().any(|usual| name.starts_with(usual))
    };
    if let Some(column) = table.columns.keys().find(link) {
        return Some((column.clone(), json!(format!("{item}.{column}"))));
    }
    let name = cases.columns.keys().find(|n| {
        matches!(
            n.as_str(),
            "name" | "account_name" | "customer_name" | "company"
        )
    })?;
    let like = table
        .columns
        .iter()
        .find(|(n, c)| {
            c.kind == "text"
                && matches!(
                    n.as_str(),
                    "customer" | "account" | "account_name" | "company" | "customer_name" | "name"
                )
        })?
        .0;
    Some((
        like.clone(),
        json!({"like": format!("{item}.{name}"), "at_least": 0.82}),
    ))
}

fn capital(words: &str) -> String {
    if let "arr" | "mrr" | "nps" = words {
        return words.to_uppercase();
    }
    let mut chars = words.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}
