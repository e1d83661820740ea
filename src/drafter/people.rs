//! People that a sentence names, as the tables know their addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::condition::Reader;
use super::pattern::pattern;
use super::words::{plain_stem, stem, tokens};
use super::world::Table;

/// Somebody that a sentence names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Where the sentence names them, and in how many words.
    at: usize,
    length: usize,
    /// Their address, as an expression.
    pub(super) address: String,
}

impl Person {
    /// Returns somebody whose address is known, though no word names them.
    pub(super) fn at(address: &str) -> Self {
        Person {
            at: 0,
            length: 0,
            address: address.to_owned(),
        }
    }
}

/// A way of naming somebody whose address a table holds.
struct Known {
    words: Vec<String>,
    address: String,
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"));

/// Returns the people that a sentence names, in the order in which it does.
pub(super) fn people(text: &str, reader: &Reader<'_>) -> Vec<Person> {
    let mut people: Vec<Person> = ADDRESS
        .find_iter(text)
        // Whom it is from gets none.
        .filter(|found| !text[..found.start()].trim_end().ends_with("from"))
        .map(|found| Person {
            at: tokens(&text[..found.start()]).len(),
            length: tokens(found.as_str()).len(),
            address: format!("'{}'", found.as_str()),
        })
        .collect();
    let words = tokens(text);
    let known = known(reader);
    // The word itself names somebody more surely than one that means the same.
    let by_word = known.iter().flat_map(|k| named(k, &words, plain_stem));
    let by_word: Vec<Person> = by_word.collect();
    let by_meaning: Vec<Person> = known.iter().flat_map(|k| named(k, &words, stem)).collect();
    for mut found in [by_word, by_meaning] {
        found.sort_by_key(|person| std::cmp::Reverse(person.length));
        for person in found {
            let is_taken = |other: &Person| {
                person.at < other.at + other.length && other.at < person.at + person.length
            };
            if !people.iter().any(is_taken) {
                people.push(person);
            }
        }
    }
    people.sort_by_key(|person| person.at);
    people
}

/// Returns who gets an email that a sentence asks for, and who gets a copy.
pub(super) fn recipients(text: &str, reader: &Reader<'_>) -> Option<(Vec<Person>, Vec<Person>)> {
    const ASKS: [&str; 19] = [
        "email", "emails", "mail", "tell", "notify", "inform", "send", "write", "draft", "ask",
        "remind", "nudge", "ping", "let", "warn", "alert", "gets", "get", "copied",
    ];
    let words = tokens(text);
    let mut all = people(text, reader);
    // Whom it comes from gets none.
    let is_sender = |person: &Person| {
        let before = words[..person.at].iter().rev();
        let mut named = before.filter(|w| !matches!(w.as_str(), "the" | "our" | "their" | "its"));
        named.next().is_some_and(|w| w == "from")
    };
    // "The most sensible remaining contact" is somebody else than the one whom a case names.
    let is_other = |person: &Person| {
        const OTHERS: [&str; 6] = [
            "remaining",
            "another",
            "other",
            "suitable",
            "sensible",
            "best",
        ];
        let near = &words[person.at.saturating_sub(3)..person.at];
        near.iter().any(|word| OTHERS.contains(&word.as_str()))
    };
    all.retain(|person| !is_sender(person) && !is_other(person));
    let asks =
        |words: &[String], all: &[&str]| words.iter().position(|w| all.contains(&w.as_str()));
    let asked = asks(&words, &ASKS).or_else(|| asks(&words, &["to", "for", "with"]))?;
    // "The CSM gets an email": who is named before the request is whom it is for.
    let is_passive = matches!(words[asked].as_str(), "gets" | "get" | "copied");
    let first = all
        .iter()
        .position(|person| person.at > asked)
        .filter(|_| !is_passive)
        .or_else(|| (!all.is_empty()).then_some(0))?;
    let mut to = vec![all[first].clone()];
    let mut copies = Vec::new();
    for pair in all[first..].windows(2) {
        let between = &words[pair[0].at + pair[0].length..pair[1].at];
        let has = |all: &[&str]| between.iter().any(|w| all.contains(&w.as_str()));
        let end = pair[1].at + pair[1].length;
        let behind = words
            .get(end..(end + 3).min(words.len()))
            .unwrap_or_default();
        let in_copy = behind
            .iter()
            .any(|w| matches!(w.as_str(), "copy" | "copied" | "cc"));
        if in_copy || has(&["cc", "copy", "copying", "copied"]) {
            copies.push(pair[1].clone());
        } else if has(&["and"]) && between.len() <= 2 {
            to.push(pair[1].clone());
        } else {
            break;
        }
    }
    copies.retain(|copy| !to.iter().any(|person| person.address == copy.address));
    Some((to, copies))
}

/// Returns the ways of naming people that the tables allow.
fn known(reader: &Reader<'_>) -> Vec<Known> {
    let mut known = Vec::new();
    let own = |column: &str| format!("{}.{column}", reader.item);
    let called = |table: &Table| vec![super::draft::singular(table.short())];
    for column in addresses(reader.cases) {
        let words = match names_of(column) {
            words if words.is_empty() => called(reader.cases),
            words => words,
        };
        known.push(Known {
            words,
            address: own(column),
        });
    }
    let parents: Vec<&Table> = reader.parents().collect();
    for table in &parents {
        for column in addresses(table) {
            let mut words = names_of(column);
            let address = format!("max({}, '{column}')", table.short());
            if words.is_empty() {
                words = through(reader, table);
                // "The person who asked" is the one contact that a request names.
                for word in ["person", "requester", "sender"] {
                    known.push(Known {
                        words: vec![word.to_owned()],
                        address: address.clone(),
                    });
                }
            }
            // "The owner contact" is the contact whom an `owner_contact_id` names.
            if names_of(column).is_empty() && words != called(table) && !words.is_empty() {
                let whole = words.iter().cloned().chain(called(table));
                known.push(Known {
                    words: whole.collect(),
                    address: address.clone(),
                });
            }
            if words.is_empty() {
                words = called(table);
            }
            known.push(Known { words, address });
        }
    }
    let is_other = |t: &&Table| {
        t.name != reader.cases.name
            && reader.is_joined(t)
            && !parents.iter().any(|p| p.name == t.name)
    };
    for table in reader.world.tables.iter().filter(is_other) {
        let Some(column) = addresses(table).next() else {
            continue;
        };
        let roles = table
            .columns
            .iter()
            .filter(|(name, _)| name.contains("role"));
        // "The primary contact" of contacts that say which is primary.
        let flags = table.columns.iter().filter_map(|(name, about)| {
            let flag = name.strip_prefix("is_")?;
            (about.kind == "boolean").then_some((name, flag))
        });
        for (name, flag) in flags {
            known.push(Known {
                words: flag.split('_').map(str::to_owned).collect(),
                address: format!(
                    "({} | where(\"item.{name} == true\") | first).{column}",
                    table.short()
                ),
            });
        }
        for (role, about) in roles {
            for (value, words) in &about.spoken {
                known.push(Known {
                    words: words.clone(),
                    address: format!(
                        "({} | where(\"item.{role} == '{value}'\") | first).{column}",
                        table.short()
                    ),
                });
            }
        }
    }
    known.retain(|k| !k.words.is_empty());
    known
}

/// Returns the words by which a case names the row of another table: "reporter" of a
/// `reporter_contact_id`.
fn through(reader: &Reader<'_>, table: &Table) -> Vec<String> {
    let Some((_, value)) = super::draft::join(reader.cases, table, &reader.item) else {
        return Vec::new();
    };
    let column = value.as_str().unwrap_or_default();
    let column = column.rsplit('.').next().unwrap_or_default();
    let ending = table.key().unwrap_or_default();
    let role = column.strip_suffix(ending).unwrap_or_default();
    let words = role.split('_').filter(|w| !w.is_empty());
    words.map(str::to_owned).collect()
}

fn addresses(table: &Table) -> impl Iterator<Item = &str> {
    let names = table.columns.keys().map(String::as_str);
    names.filter(|name| name.contains("email") && !name.contains("opt"))
}

/// Returns the words of a column's name that say whose address it is.
fn names_of(column: &str) -> Vec<String> {
    let parts = column.split(['_', ' ', '-']);
    let parts = parts.filter(|part| !matches!(*part, "email" | "mail" | "address" | ""));
    parts.map(str::to_lowercase).collect()
}

/// Returns where words name somebody: by each word of their name, or by what it abbreviates
/// ("project manager" for pm).
fn named(known: &Known, words: &[String], stem_of: fn(&str) -> String) -> Vec<Person> {
    let name: Vec<String> = known.words.iter().map(|w| stem_of(w)).collect();
    let said: Vec<String> = words.iter().map(|w| stem_of(w)).collect();
    let short: Vec<char> = match known.words.as_slice() {
        [one] if (2..=3).contains(&one.len()) => one.chars().collect(),
        _ => Vec::new(),
    };
    let person = |at: usize, length: usize| Person {
        at,
        length,
        address: known.address.clone(),
    };
    (0..words.len())
        .filter_map(|at| {
            if said[at..].starts_with(&name) {
                return Some(person(at, name.len()));
            }
            let spelled = words.get(at..at + short.len())?;
            let spells = !short.is_empty()
                && spelled
                    .iter()
                    .zip(&short)
                    .all(|(word, c)| word.starts_with(*c) && word.len() > 3);
            spells.then(|| person(at, short.len()))
        })
        .collect()
}
