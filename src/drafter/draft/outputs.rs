//! Outputs, with texts made from the facts of a case.

use serde_json::{Map, Value as Json, json};

use super::levels::{Decided, judged};
use super::scope::Scope;
use super::{capital, facts};
use crate::drafter::condition::Reader;
use crate::drafter::statement::{Note, Wanted};
use crate::drafter::words::{stem, stems};
use crate::drafter::world::{Said, Table, fit};

/// What outputs are made from.
pub(super) struct Making<'m> {
    pub(super) reader: &'m Reader<'m>,
    /// The rules of the level, in order.
    pub(super) levels: &'m [Decided],
    /// Names of what is decided and found for a case.
    pub(super) result: &'m [String],
    /// Remarks for the texts.
    pub(super) notes: &'m [(Note, Said)],
}

impl Making<'_> {
    /// Returns the outputs that statements ask for; each kind once, citing all that ask for it.
    pub(super) fn outputs(&self, wanted: &[(Wanted, Said, Scope)]) -> Vec<Json> {
        let mut outputs: Vec<Json> = Vec::new();
        for (kind, said, scope) in wanted {
            let Some(mut output) = self.one(kind, said, scope) else {
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
    fn one(&self, kind: &Wanted, said: &Said, scope: &Scope) -> Option<Json> {
        let made = match kind {
            Wanted::Email => self.email(said, scope)?,
            Wanted::Document => self.document(said, scope),
            Wanted::Message(channel) => self.message(channel.as_deref(), scope),
            Wanted::Update => update(said, self.reader, self.result)?,
            Wanted::Table => self.table(scope),
        };
        let mut output = json!({"id": ""});
        if let (Some(fields), Some(own)) = (output.as_object_mut(), made.as_object()) {
            fields.extend(own.clone());
            let notes = self.notes_for(kind).map(|(_, note)| note.number);
            let cited: Vec<usize> = [said.number].into_iter().chain(notes).collect();
            fields.insert("sop".to_owned(), json!(cited));
            let is_per_case = own.get("per").is_none();
            if let Some(when) = guard(scope, said).filter(|_| is_per_case) {
                fields.insert("when".to_owned(), json!(when));
            }
        }
        Some(output)
    }

    /// Returns the remarks that belong into a text of some kind: "say so in the email" into
    /// emails alone, others into every text that people receive.
    fn notes_for(&self, kind: &Wanted) -> impl Iterator<Item = &(Note, Said)> {
        let is_email = *kind == Wanted::Email;
        let is_text = is_email || *kind == Wanted::Document;
        self.notes.iter().filter(move |(_, said)| {
            let lower = said.text.to_lowercase();
            let names_email = lower.contains("mail");
            let names_document = lower.contains("document") || lower.contains("brief");
            is_text && (names_email == names_document || names_email == is_email)
        })
    }

    /// Returns the text that people receive: what was decided, the facts, remarks, caveats.
    fn text(&self, kind: &Wanted, said: &Said, scope: &Scope) -> String {
        let mut text = String::new();
        for field in self.result {
            let words = field
                .split_once("_")
                .map_or(field.as_str(), |(first, _)| first);
            text += &format!("{}: {{{{ result.{field} }}}}\n", capital(words));
        }
        text += &facts::named(said, self.reader).unwrap_or_else(|| facts::usual(self.reader));
        if said.text.to_lowercase().contains("missing") {
            text += &self.missing(scope);
        }
        for (note, _) in self.notes_for(kind) {
            text += &format!("{{% if {} %}}\n", note.when.source);
            text += &format!(
                "Please note: {}{}\n",
                capital(&clean(&note.text)),
                counted(note)
            );
            text += "{% endif %}\n";
        }
        text + "{{ caveats_note }}"
    }

    /// Returns lines that say which of the values is missing that the levels of a scope hang on.
    fn missing(&self, scope: &Scope) -> String {
        let Scope::Levels(labels) = scope else {
            return String::new();
        };
        let rules = self
            .levels
            .iter()
            .filter(|rule| labels.contains(&rule.label));
        let values = rules.flat_map(|rule| rule.when.split(" or "));
        let asked = values.filter_map(|part| part.strip_suffix(" is missing"));
        asked
            .map(|value| {
                let column = value.rsplit('.').next().unwrap_or(value).replace('_', " ");
                format!("{{% if {value} is missing %}}\nMissing: {column}\n{{% endif %}}\n")
            })
            .collect()
    }

    fn email(&self, said: &Said, scope: &Scope) -> Option<Json> {
        let reader = self.reader;
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
        let text = self.text(&Wanted::Email, said, scope);
        Some(json!({
            "kind": "email_draft",
            "to": to,
            "subject": format!("{}: {}", title(reader), named(reader)),
            "body": format!("{}\n\n{text}", named(reader)),
        }))
    }

    fn document(&self, said: &Said, scope: &Scope) -> Json {
        let key = self.reader.cases.key().unwrap_or("id");
        let text = self.text(&Wanted::Document, said, scope);
        json!({
            "kind": "document",
            "file": format!("{{{{ {}.{key} }}}}.md", self.reader.item),
            "body": format!("# {}: {}\n\n{text}", title(self.reader), named(self.reader)),
        })
    }

    fn message(&self, channel: Option<&str>, scope: &Scope) -> Json {
        let to = channel.map_or_else(|| "slack.alerts".to_owned(), |c| format!("slack.{c}"));
        let count = |label: &String| {
            let among = among("item", std::slice::from_ref(label));
            format!("(cases | where(\"{among}\") | length)")
        };
        let each = |labels: &[String]| {
            let counts: Vec<String> = labels
                .iter()
                .map(|l| format!("{{{{ {} }}}} {}", count(l), l.replace('_', " ")))
                .collect();
            counts.join(", ")
        };
        let title = title(self.reader);
        // What hangs on a single case is said of that case.
        if matches!(scope, Scope::When(_) | Scope::Judged) {
            let text = format!("{title}: {}", named(self.reader));
            return json!({"kind": "message", "approval": "required", "to": to, "text": text});
        }
        let what = match scope {
            Scope::Levels(labels) => each(labels),
            Scope::Count(label, ..) => each(std::slice::from_ref(label)),
            _ => "{{ cases | where(\"item.status == 'done'\") | length }}".to_owned(),
        };
        let mut message = json!({"kind": "message", "per": "run", "approval": "required", "to": to,
            "text": format!("{title}: {what}")});
        if let Scope::Count(label, relation, number) = scope {
            message["when"] = json!(format!("{} {relation} {number}", count(label)));
        }
        message
    }

    fn table(&self, scope: &Scope) -> Json {
        let mut columns = Map::new();
        columns.insert("Case".to_owned(), json!("{{ case.key }}"));
        if self.reader.cases.columns.contains_key("name") {
            columns.insert("Name".to_owned(), json!("{{ case.item.name }}"));
        }
        for field in self.result {
            columns.insert(
                capital(field),
                json!(format!("{{{{ case.result.{field} }}}}")),
            );
        }
        let mut table = json!({"kind": "table", "per": "run", "file": format!("{}.csv", self.reader.world.name), "columns": columns});
        if let Scope::Levels(labels) = scope {
            table["where"] = json!(among("case", labels));
        }
        table
    }
}

/// Returns the condition that a case has one of some levels.
fn among(case: &str, labels: &[String]) -> String {
    let list: Vec<String> = labels.iter().map(|l| format!("'{l}'")).collect();
    match list.as_slice() {
        [one] => format!("{case}.result.level == {one}"),
        _ => format!("{case}.result.level in [{}]", list.join(", ")),
    }
}

/// Returns the condition on which an output is made for a case.
pub(super) fn guard(scope: &Scope, said: &Said) -> Option<String> {
    match scope {
        Scope::Levels(labels) => match labels.as_slice() {
            [one] => Some(format!("risk.level == '{one}'")),
            many => {
                let list: Vec<String> = many.iter().map(|l| format!("'{l}'")).collect();
                Some(format!("risk.level in [{}]", list.join(", ")))
            }
        },
        Scope::When(read) => Some(read.source.clone()),
        Scope::Judged => Some(judged(said.number)),
        Scope::Everyone | Scope::Count(..) | Scope::Unknown => None,
    }
}

/// Returns how many there are, where a remark asks for that.
fn counted(note: &Note) -> String {
    let asks = note.text.contains("how many");
    let list = note
        .when
        .source
        .strip_prefix("any(")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once(", "))
        .map(|(table, condition)| format!("{table} | where({condition})"));
    match list.filter(|_| asks) {
        Some(list) => format!(": {{{{ {list} | length }}}}"),
        None => String::new(),
    }
}

/// Returns words without the braces that a template would read.
fn clean(text: &str) -> String {
    text.replace(['{', '}'], "")
}

fn named(reader: &Reader<'_>) -> String {
    let column = if reader.cases.columns.contains_key("name") {
        "name"
    } else {
        reader.cases.key().unwrap_or("id")
    };
    format!("{{{{ {}.{column} }}}}", reader.item)
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

fn update(said: &Said, reader: &Reader<'_>, result: &[String]) -> Option<Json> {
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
    let target = table
        .columns
        .keys()
        .filter(is_target)
        .max_by(|a, b| fit(a, &words).total_cmp(&fit(b, &words)))?;
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

fn title(reader: &Reader<'_>) -> String {
    let world = reader.world;
    let title = if world.title.is_empty() {
        world.name.replace('-', " ")
    } else {
        world.title.clone()
    };
    crate::diag::one_line(&title.replace(['{', '}'], ""), 80)
}
