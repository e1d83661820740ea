//! Outputs, with texts made from the facts of a case.

use serde_json::{Map, Value as Json, json};

use crate::drafter::condition::Reader;
use crate::drafter::statement::Wanted;
use crate::drafter::words::{stem, stems};
use crate::drafter::world::{Said, Table};

/// Returns the outputs that statements ask for; each kind once, citing all that ask for it.
pub(super) fn outputs(
    wanted: &[(Wanted, Said)],
    reader: &Reader<'_>,
    labels: &[String],
    result: Vec<&'static str>,
) -> Vec<Json> {
    let mut outputs: Vec<Json> = Vec::new();
    for (kind, said) in wanted {
        let Some(mut output) = one(kind, said, reader, labels, &result) else {
            continue;
        };
        let same = |known: &&mut Json| {
            ["kind", "to", "when", "file", "in"]
                .iter()
                .all(|f| known.get(*f) == output.get(*f))
        };
        if let Some(cited) = outputs
            .iter_mut()
            .find(same)
            .and_then(|known| known["sop"].as_array_mut())
        {
            cited.push(json!(said.number));
            continue;
        }
        let id = match kind {
            Wanted::Email => "email",
            Wanted::Document => "brief",
            Wanted::Message(_) => "alert",
            Wanted::Update => "record",
            Wanted::Table => "list",
        };
        let taken = outputs
            .iter()
            .filter(|o| o["id"].as_str().is_some_and(|known| known.starts_with(id)))
            .count();
        output["id"] = if taken == 0 {
            json!(id)
        } else {
            json!(format!("{id}_{}", taken + 1))
        };
        outputs.push(output);
    }
    outputs
}

/// Returns the output that a statement asks for.
fn one(
    kind: &Wanted,
    said: &Said,
    reader: &Reader<'_>,
    labels: &[String],
    result: &[&str],
) -> Option<Json> {
    let made = match kind {
        Wanted::Email => email(said, reader, result)?,
        Wanted::Document => document(reader, result),
        Wanted::Message(channel) => message(channel.as_deref(), said, reader, labels),
        Wanted::Update => update(said, reader, result)?,
        Wanted::Table => table(reader, result),
    };
    let mut output = json!({"id": ""});
    if let (Some(fields), Some(own)) = (output.as_object_mut(), made.as_object()) {
        fields.extend(own.clone());
        fields.insert("sop".to_owned(), json!([said.number]));
        let is_per_case = own.get("per").is_none();
        if let Some(when) = guard(said, labels).filter(|_| is_per_case && !result.is_empty()) {
            fields.insert("when".to_owned(), json!(when));
        }
    }
    Some(output)
}

/// Levels of cases that nobody is told of.
const QUIET: [&str; 7] = ["low", "green", "none", "light", "ok", "healthy", "fine"];

/// Returns the condition that a statement puts on an output: "for high and medium …".
fn guard(said: &Said, labels: &[String]) -> Option<String> {
    let words = crate::drafter::words::tokens(&said.text);
    let named: Vec<&String> = labels
        .iter()
        .filter(|label| words.contains(&label.replace('_', " ")) || words.contains(label))
        .collect();
    match named.as_slice() {
        // Only a level that says "nothing to do" leaves a case out where no level is named.
        [] => labels
            .iter()
            .find(|label| QUIET.contains(&label.as_str()))
            .map(|quiet| format!("risk.level != '{quiet}'")),
        [one] => Some(format!("risk.level == '{one}'")),
        many => {
            let list: Vec<String> = many.iter().map(|l| format!("'{l}'")).collect();
            Some(format!("risk.level in [{}]", list.join(", ")))
        }
    }
}

fn named(reader: &Reader<'_>) -> String {
    let column = if reader.cases.columns.contains_key("name") {
        "name"
    } else {
        reader.cases.key().unwrap_or("id")
    };
    format!("{{{{ {}.{column} }}}}", reader.item)
}

/// Returns the facts of a case as lines of a text.
fn facts(reader: &Reader<'_>, result: &[&str]) -> String {
    let mut lines = String::new();
    for field in result {
        lines += &format!("{}: {{{{ result.{field} }}}}\n", super::capital(field));
    }
    let told = reader.cases.columns.iter().filter(|(name, c)| {
        !name.ends_with("email")
            && !name.ends_with("_id")
            && *name != "name"
            && c.kind != "list"
            && c.kind != "object"
    });
    for (name, _) in told.take(8) {
        lines += &format!(
            "{}: {{{{ {}.{name} }}}}\n",
            super::capital(&name.replace('_', " ")),
            reader.item
        );
    }
    lines + "{{ caveats_note }}"
}

fn email(said: &Said, reader: &Reader<'_>, result: &[&str]) -> Option<Json> {
    let own = address(said, reader.cases).map(|to| format!("{{{{ {}.{to} }}}}", reader.item));
    let joined = || {
        let others = reader
            .world
            .tables
            .iter()
            .filter(|t| t.name != reader.cases.name && reader.is_joined(t));
        let mut found = others
            .filter(|t| {
                t.key()
                    .is_some_and(|key| reader.cases.columns.contains_key(key))
            })
            .filter_map(|t| address(said, t).map(|to| (t, to)));
        found
            .next()
            .map(|(table, to)| format!("{{{{ max({}, '{to}') }}}}", table.short()))
    };
    let to = own.or_else(joined)?;
    Some(json!({
        "kind": "email_draft",
        "to": to,
        "subject": format!("{}: {}", title(reader), named(reader)),
        "body": format!("{}\n\n{}", named(reader), facts(reader, result)),
    }))
}

/// Returns the column of the address that a statement's words name.
fn address(said: &Said, table: &Table) -> Option<String> {
    let words = stems(&said.text);
    let columns = table.columns.keys().filter(|name| name.contains("email"));
    let named = columns.map(|name| {
        let own: Vec<String> = name
            .split('_')
            .filter(|w| *w != "email")
            .map(stem)
            .collect();
        (
            own.iter().filter(|w| words.contains(w)).count() as f64 / own.len().max(1) as f64,
            name,
        )
    });
    named
        .filter(|(fit, _)| *fit > 0.0)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.clone())
}

fn document(reader: &Reader<'_>, result: &[&str]) -> Json {
    let key = reader.cases.key().unwrap_or("id");
    json!({
        "kind": "document",
        "file": format!("{{{{ {}.{key} }}}}.md", reader.item),
        "body": format!("# {}: {}\n\n{}", title(reader), named(reader), facts(reader, result)),
    })
}

fn message(channel: Option<&str>, said: &Said, reader: &Reader<'_>, labels: &[String]) -> Json {
    let to = channel.map_or_else(|| "slack.alerts".to_owned(), |c| format!("slack.{c}"));
    let words = crate::drafter::words::tokens(&said.text);
    let what = labels.iter().find(|l| words.contains(l)).or(labels.first());
    let (count, what) = match what {
        Some(label) => (
            format!("cases | where(\"item.result.level == '{label}'\") | length"),
            format!(" {}", label.replace('_', " ")),
        ),
        None => ("cases | length".to_owned(), String::new()),
    };
    json!({"kind": "message", "per": "run", "approval": "required", "to": to, "text": format!("{}: {{{{ {count} }}}}{what}", title(reader))})
}

fn update(said: &Said, reader: &Reader<'_>, result: &[&str]) -> Option<Json> {
    let table = reader.cases;
    if !table.writable || result.is_empty() {
        return None;
    }
    let words = stems(&said.text);
    let is_target = |name: &&String| {
        ["level", "risk", "priority", "tier", "flag"]
            .iter()
            .any(|w| name.contains(w))
    };
    let target = table.columns.keys().filter(is_target).max_by(|a, b| {
        crate::drafter::world::fit(a, &words).total_cmp(&crate::drafter::world::fit(b, &words))
    })?;
    let key = table.key()?;
    let mut by = Map::new();
    by.insert(
        key.to_owned(),
        json!(format!("{{{{ {}.{key} }}}}", reader.item)),
    );
    let mut set = Map::new();
    set.insert(target.clone(), json!("{{ result.level }}"));
    Some(json!({"kind": "update", "approval": "required", "in": table.name, "key": by, "set": set}))
}

fn table(reader: &Reader<'_>, result: &[&str]) -> Json {
    let mut columns = Map::new();
    columns.insert("Case".to_owned(), json!("{{ case.key }}"));
    if reader.cases.columns.contains_key("name") {
        columns.insert("Name".to_owned(), json!("{{ case.item.name }}"));
    }
    for field in result {
        columns.insert(
            super::capital(field),
            json!(format!("{{{{ case.result.{field} }}}}")),
        );
    }
    json!({"kind": "table", "per": "run", "file": format!("{}.csv", reader.world.name), "columns": columns})
}

fn title(reader: &Reader<'_>) -> String {
    let world = reader.world;
    let title = if world.title.is_empty() {
        world.name.replace('-', " ")
    } else {
        world.title.clone()
    };
    crate::diag::one_line(&title.replace(['{', '}'], ""), 80)
}
