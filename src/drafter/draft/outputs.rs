//! Outputs, with texts made from the facts of a case.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::levels::{Decided, judged};
use super::scope::Scope;
use super::update::update;
use super::{capital, facts};
use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::people::{Person, recipients};
use crate::drafter::statement::{Note, Wanted};
use crate::drafter::world::Said;

/// What outputs are made from.
pub(super) struct Making<'m> {
    pub(super) reader: &'m Reader<'m>,
    /// The rules of the level, in order.
    pub(super) levels: &'m [Decided],
    /// Who gets mails of which nothing else is said, and the statement that says so.
    pub(super) addressee: Option<&'m (String, usize)>,
    /// The labels that cases may get.
    pub(super) all: &'m [String],
    /// Names of what is decided and found for a case.
    pub(super) result: &'m [String],
    /// Remarks for the texts.
    pub(super) notes: &'m [(Note, Said)],
    /// Addresses that may not be known, each with the one that is used instead.
    pub(super) instead: &'m [(String, String, Said)],
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
                if !cited.contains(&json!(said.number)) {
                    cited.push(json!(said.number));
                }
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
            Wanted::Message(channel) => self.message(channel.as_deref(), said, scope),
            Wanted::Update => update(said, self.reader, self.all)?,
            Wanted::Table => self.table(said, scope),
        };
        let mut output = json!({"id": ""});
        if let (Some(fields), Some(own)) = (output.as_object_mut(), made.as_object()) {
            fields.extend(own.clone());
            let notes = self.notes_for(kind).map(|(_, note)| note.number);
            let to = own.get("to").and_then(Json::as_str).unwrap_or_default();
            let instead = self.instead.iter();
            let instead = instead.filter(|(of, ..)| to.contains(&format!("coalesce({of}, ")));
            let addressee = self.addressee.filter(|(address, _)| to.contains(address));
            let cited: BTreeSet<usize> = [said.number]
                .into_iter()
                .chain(notes)
                .chain(instead.map(|(.., said)| said.number))
                .chain(addressee.map(|(_, number)| *number))
                .collect();
            fields.insert("sop".to_owned(), json!(cited));
            let is_per_case = own.get("per").is_none();
            // Where no rule applied there is nothing to write.
            let writes_level = own.get("set").is_some_and(|set| {
                set.to_string().contains("result.level") && self.all.iter().any(|l| l == "none")
            });
            let decided = || writes_level.then(|| "risk.level != 'none'".to_owned());
            let when = guard(scope, said).or_else(decided);
            if let Some(when) = when.filter(|_| is_per_case) {
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
                capital(&note.text.replace(['{', '}'], "")),
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
        let (to, copies) = match (recipients(&said.text, self.reader), self.addressee) {
            (Some(named), _) => named,
            (None, Some((address, _))) => (vec![Person::at(address)], Vec::new()),
            (None, None) => return None,
        };
        let list = |people: &[Person]| {
            let each: Vec<String> = people.iter().map(|p| self.address(p)).collect();
            each.join(", ")
        };
        let to = list(&to);
        let text = self.text(&Wanted::Email, said, scope);
        let mut email = json!({
            "kind": "email_draft",
            "to": to,
            "subject": format!("{}: {}", title(self.reader), named(self.reader)),
            "body": format!("{}\n\n{text}", named(self.reader)),
        });
        if !copies.is_empty() {
            email["cc"] = json!(list(&copies));
        }
        Some(email)
    }

    /// Returns the address of somebody, or of who gets their mail where it is not known.
    fn address(&self, person: &Person) -> String {
        let instead = self.instead.iter().find(|(of, ..)| of == &person.address);
        let address = match instead {
            Some((_, other, _)) => format!("coalesce({}, {other})", person.address),
            None => person.address.clone(),
        };
        match address
            .strip_prefix('\'')
            .and_then(|a| a.strip_suffix('\''))
        {
            Some(literal) => literal.to_owned(),
            None => format!("{{{{ {address} }}}}"),
        }
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

    fn message(&self, channel: Option<&str>, said: &Said, scope: &Scope) -> Json {
        let to = match channel {
            Some(whole) if whole.contains('.') => whole.to_owned(),
            Some(name) => format!("slack.{name}"),
            None => "slack.alerts".to_owned(),
        };
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
        let lower = said.text.to_lowercase();
        let is_told = facts::named(said, self.reader).is_some();
        let is_each = matches!(scope, Scope::Levels(_))
            && (is_told || [" each ", " every "].iter().any(|w| lower.contains(w)));
        if is_each || matches!(scope, Scope::When(_) | Scope::Some(..) | Scope::Judged) {
            let facts = facts::named(said, self.reader).unwrap_or_default();
            let text = format!("{title}: {}\n{facts}", named(self.reader));
            let text = text.trim_end();
            return json!({"kind": "message", "approval": "required", "to": to, "text": text});
        }
        let what = match scope {
            Scope::Levels(labels) => each(labels),
            Scope::Count(label, ..) => each(std::slice::from_ref(label)),
            _ => "{{ cases | where(\"item.status == 'done'\") | length }}".to_owned(),
        };
        let mut message = json!({"kind": "message", "per": "run", "approval": "required", "to": to,
            "text": format!("{title}: {what}")});
        // An alarm is raised where there is something to tell; a count is told in any case.
        let counts = ["how many", "count", "number", "total"];
        if let Scope::Levels(labels) = scope
            && labels.len() < self.all.len()
            && !counts.iter().any(|word| lower.contains(word))
        {
            let each: Vec<String> = labels.iter().map(|l| format!("{} > 0", count(l))).collect();
            message["when"] = json!(each.join(" or "));
        }
        if let Scope::Count(label, relation, number) = scope {
            message["when"] = json!(format!("{} {relation} {number}", count(label)));
        }
        message
    }

    fn table(&self, said: &Said, scope: &Scope) -> Json {
        let mut columns = Map::new();
        columns.insert("Case".to_owned(), json!("{{ case.key }}"));
        if self.reader.cases.columns.contains_key("name") {
            columns.insert("Name".to_owned(), json!("{{ case.item.name }}"));
        }
        let (named, _) = facts::columns(said, self.reader);
        let has = |column: &str, named: &[(String, String)]| {
            named.iter().any(|(_, value)| value.contains(column))
        };
        for field in self.result {
            let value = format!("case.result.{field} ");
            // What the statement lists is listed as it says.
            if !has(&value, &named) {
                columns.insert(capital(field), json!(format!("{{{{ {value}}}}}")));
            }
        }
        columns.extend(named.into_iter().map(|(head, value)| (head, json!(value))));
        let mut table = json!({"kind": "table", "per": "run", "file": format!("{}.csv", self.reader.world.name), "columns": columns});
        if let Scope::Levels(labels) = scope {
            table["where"] = json!(among("case", labels));
        }
        if let Some(order) = self.order(&said.text) {
            table["order_by"] = json!([order]);
        }
        table
    }
}

impl Making<'_> {
    /// Returns what a list is sorted by: "biggest amounts at the top", "by ARR, highest first".
    fn order(&self, text: &str) -> Option<String> {
        static ORDER: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)\b(biggest|largest|highest|longest|latest|newest|smallest|lowest|oldest|earliest|shortest) ([\w -]{3,25}?)(?: first| at the top| on top)\b|\bsorted by ([\w -]{3,25})",
            )
        });
        let found = ORDER.captures(text)?;
        let words = found.get(2).or(found.get(3))?.as_str();
        let (_, column) = facts::column_for(self.reader.cases, words)?;
        let rises = found.get(1).is_some_and(|m| {
            let first = ["smallest", "lowest", "oldest", "earliest", "shortest"];
            first.contains(&m.as_str().to_lowercase().as_str())
        });
        let sign = if rises { "" } else { "-" };
        Some(format!("{sign}case.item.{column}"))
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
        Scope::Some(labels, read) => Some(format!(
            "{} and {}",
            guard(&Scope::Levels(labels.clone()), said)?,
            grouped(&read.source)
        )),
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

fn named(reader: &Reader<'_>) -> String {
    let column = if reader.cases.columns.contains_key("name") {
        "name"
    } else {
        reader.cases.key().unwrap_or("id")
    };
    format!("{{{{ {}.{column} }}}}", reader.item)
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

/// Returns a condition that can stand beside others.
fn grouped(source: &str) -> String {
    if source.contains(" or ") {
        format!("({source})")
    } else {
        source.to_owned()
    }
}
