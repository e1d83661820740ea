//! The edits that a request asks for: the fewest that do it.

use serde_json::{Value as Json, json};

use super::{outputs, rules, times};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::draft;
use crate::drafter::statement::{Forms, Meaning, meaning};
use crate::drafter::world::{Said, World};

/// Returns the edits that a request asks for, if it was understood.
pub(super) fn edits(world: &World, request: &str, document: &Json) -> Option<Vec<Json>> {
    let item = document["for_each"]["as"]
        .as_str()
        .unwrap_or("account")
        .to_owned();
    let cases = document["for_each"]["in"]
        .as_str()
        .and_then(|name| document["data"][name]["from"].as_str());
    let table = cases.and_then(|name| world.tables.iter().find(|t| t.name == name));
    let table = match table {
        Some(table) => table,
        None => draft::cases(world)?.table,
    };
    let reader = Reader::new(world, table, item, Forms::new(&world.statements));
    outputs::edits(request, document)
        .or_else(|| rules::threshold(&reader, request, document))
        .or_else(|| skip(&reader, request, document))
        .or_else(|| times::schedule(request, document))
        .or_else(|| statement(&reader, request, document))
        .or_else(|| times::adjusted(request, document))
}

/// Reads a request as a sentence that the SOP could hold: an exception, or rows to leave out.
fn statement(reader: &Reader<'_>, request: &str, document: &Json) -> Option<Vec<Json>> {
    let Meaning {
        rules,
        skip,
        only,
        says_more,
        ..
    } = meaning(&Said::new(0, request.trim(), ""), reader);
    if says_more {
        return None;
    }
    if !rules.is_empty() {
        return rules::stated(reader, &rules, request, document);
    }
    match (skip, only) {
        (Some(read), None) => scope(reader, &read.negated(), document),
        (None, Some(read)) => scope(reader, &read, document),
        _ => None,
    }
}

fn skip(reader: &Reader<'_>, request: &str, document: &Json) -> Option<Vec<Json>> {
    let pattern = regex::Regex::new(r"(?i)^\W*(?:please )?(?:skip|ignore|exclude|leave out|don'?t include|do not include|drop) (?:any |all |the |those |accounts? (?:with|that are|that|in)? ?|customers? (?:with|that are)? ?|tickets? (?:with|that are)? ?)*(.+)$").ok()?;
    let read = reader.read(pattern.captures(request.trim())?.get(1)?.as_str())?;
    scope(reader, &read.negated(), document)
}

/// Returns the edits that keep only rows of a certain kind as cases.
fn scope(reader: &Reader<'_>, read: &Read, document: &Json) -> Option<Vec<Json>> {
    if !read.joined.is_empty() {
        return None;
    }
    let name = document["for_each"]["in"].as_str()?;
    let source = read.source.replace(&format!("{}.", reader.item), "row.");
    let whole = match document["data"][name]["where"].as_str() {
        Some(old) => format!("({old}) and {}", wrapped(&source)),
        None => source,
    };
    let mut edits = vec![json!({"op": "set", "at": format!("/data/{name}/where"), "value": whole})];
    edits.extend(needed(reader, read, document));
    Some(edits)
}

/// Returns a condition as it stands beside another one.
pub(super) fn wrapped(source: &str) -> String {
    if source.contains(" or ") {
        format!("({source})")
    } else {
        source.to_owned()
    }
}

/// Returns the edits that bring in what a condition reads: columns and other tables.
pub(super) fn needed(reader: &Reader<'_>, read: &Read, document: &Json) -> Vec<Json> {
    let mut edits = Vec::new();
    let name = document["for_each"]["in"].as_str().unwrap_or_default();
    for column in &read.columns {
        if document["data"][name]["fields"].get(column).is_none()
            && let Some(known) = reader.cases.columns.get(column)
        {
            edits.push(json!({"op": "set", "at": format!("/data/{name}/fields/{column}"), "value": known.kind}));
        }
    }
    for table in &read.joined {
        let Some(table) = reader.world.tables.iter().find(|t| t.name == *table) else {
            continue;
        };
        if document["data"].get(table.short()).is_none()
            && let Some((column, value)) = reader.join(table)
        {
            let fields: serde_json::Map<String, Json> = table
                .columns
                .iter()
                .map(|(n, c)| (n.clone(), json!(c.kind)))
                .collect();
            edits.push(json!({"op": "set", "at": format!("/data/{}", table.short()), "value": {"from": table.name, "match": {column: value}, "fields": fields}}));
        }
    }
    edits
}
