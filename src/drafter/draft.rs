//! The workflow, put together from what the statements were read as.

mod outputs;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::condition::{Read, Reader};
use super::statement::{Meaning, Wanted, meaning};
use super::words::{stem, stems};
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
}

/// The question about what was not understood.
pub(super) const OPEN: &str =
    "Some statements cannot be turned into rules by the built-in drafter. Leave them to people?";

/// Puts the workflow together; nothing if there is no table to work on.
pub(super) fn draft(world: &World) -> Option<Drafted> {
    let cases = case_table(world)?;
    let item = singular(cases.short());
    let reader = Reader {
        world,
        cases,
        item: item.clone(),
    };
    let mut builder = Assembly::new(&reader, cases);
    for said in &world.statements {
        builder.add(said, meaning(said, &reader));
    }
    Some(builder.finish())
}

/// Returns the table whose rows are the cases: the one that the SOP speaks of most, the title
/// and the sentences that choose rows first.
pub(super) fn case_table(world: &World) -> Option<&Table> {
    let title = stems(&world.title);
    let score = |table: &&Table| {
        let own = stems(&table.short().replace('_', " "));
        let said = |text: &str| {
            let words = stems(text);
            own.iter().any(|w| words.contains(w))
        };
        let mentions = world.statements.iter().filter(|s| said(&s.text)).count();
        let chosen = world
            .statements
            .iter()
            .filter(|s| said(&s.text) && chooses(&s.text))
            .count();
        let titled = usize::from(own.iter().any(|w| title.contains(w)));
        let keyed = usize::from(table.key().is_some());
        // A CRM's accounts are what most procedures are about, named or not.
        let usual = usize::from(own.contains(&stem("account")));
        mentions + 3 * chosen + 4 * titled + 2 * keyed + 4 * usual
    };
    world.tables.iter().max_by_key(score)
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
        "any ",
    ]
    .iter()
    .any(|w| lower.contains(w))
}

fn singular(name: &str) -> String {
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

/// How rows of a table are joined to a case.
pub(super) fn join(cases: &Table, table: &Table, item: &str) -> Option<(String, Json)> {
    let shared = table
        .columns
        .keys()
        .find(|name| cases.columns.contains_key(*name) && (name.ends_with("_id") || *name == "id"));
    if let Some(column) = shared {
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

struct Assembly<'r> {
    reader: &'r Reader<'r>,
    cases: &'r Table,
    /// Parts -> the statements that they carry out.
    cites: BTreeMap<&'static str, Vec<usize>>,
    trigger: Option<super::when::When>,
    only: Vec<Read>,
    skips: Vec<Read>,
    rules: Vec<(String, Read, usize, String)>,
    otherwise: Option<String>,
    top: Option<(usize, Option<String>)>,
    outputs: Vec<(Wanted, Said)>,
    judgements: Vec<Said>,
    waived: BTreeMap<String, Vec<usize>>,
    sources: BTreeMap<String, Vec<usize>>,
    open: Vec<Said>,
    assumed: Vec<String>,
}

impl<'r> Assembly<'r> {
    fn new(reader: &'r Reader<'r>, cases: &'r Table) -> Self {
        Assembly {
            reader,
            cases,
            cites: BTreeMap::new(),
            trigger: None,
            only: Vec::new(),
            skips: Vec::new(),
            rules: Vec::new(),
            otherwise: None,
            top: None,
            outputs: Vec::new(),
            judgements: Vec::new(),
            waived: BTreeMap::new(),
            sources: BTreeMap::new(),
            open: Vec::new(),
            assumed: Vec::new(),
        }
    }

    fn cite(&mut self, part: &'static str, number: usize) {
        self.cites.entry(part).or_default().push(number);
    }

    fn cited(&self, part: &str) -> Vec<usize> {
        self.cites.get(part).cloned().unwrap_or_default()
    }

    /// Takes what a statement was read as.
    fn add(&mut self, said: &Said, meaning: Meaning) {
        let number = said.number;
        if let Some(reason) = meaning.waived {
            self.waived
                .entry(reason.to_owned())
                .or_default()
                .push(number);
            return;
        }
        if meaning.is_open() {
            match self
                .reader
                .world
                .table_for(&said.text)
                .filter(|t| t.name != self.cases.name && self.reader.is_joined(t))
            {
                Some(table) if reads(&said.text) => self
                    .sources
                    .entry(table.name.clone())
                    .or_default()
                    .push(number),
                _ => self.open.push(said.clone()),
            }
            return;
        }
        if let Some(when) = meaning.when {
            self.cite("trigger", number);
            self.assumed.extend(when.assumed.clone());
            self.trigger = Some(when);
        }
        match meaning.only {
            // "Check the open tickets" says what is read, not which cases there are.
            Some(only) if !only.joined.is_empty() => {
                for table in only.joined {
                    self.sources.entry(table).or_default().push(number);
                }
            }
            Some(only) => {
                self.cite("cases", number);
                self.only.push(only);
            }
            None => {}
        }
        if let Some(skip) = meaning.skip {
            self.cite("cases", number);
            self.skips.push(skip);
        }
        if let Some((label, read)) = meaning.rule {
            self.cite("level", number);
            self.rules.push((label, read, number, said.text.clone()));
        }
        if let Some(label) = meaning.otherwise {
            self.cite("level", number);
            self.otherwise = Some(label);
        }
        if let Some(top) = meaning.top {
            self.cite("top", number);
            self.top = Some(top);
        }
        if meaning.judgement {
            self.judgements.push(said.clone());
        }
        self.outputs.extend(
            meaning
                .outputs
                .into_iter()
                .map(|wanted| (wanted, said.clone())),
        );
    }

    fn finish(mut self) -> Drafted {
        let world = self.reader.world;
        if self.otherwise.is_none() && !self.rules.is_empty() {
            self.otherwise = Some("none".to_owned());
            self.assumed
                .push("A case for which no rule applies has the level “none”".to_owned());
        }
        let mut steps = self.steps();
        let outputs = outputs::outputs(
            &self.outputs,
            self.reader,
            &self.level_labels(),
            self.result_fields(),
        );
        let joined = self.joined(&steps, &outputs);
        let data = self.data(&joined, &steps, &outputs);
        if steps.is_empty() && outputs.is_empty() {
            steps.push(json!({"id": "found", "kind": "compute", "sop": self.cited("cases"), "set": {"matches": true}}));
        }
        self.settle_open();
        let key = self.cases.key().unwrap_or("id");
        let waived: Vec<Json> = self
            .waived
            .iter()
            .map(|(because, numbers)| json!({"statements": numbers, "because": because}))
            .collect();
        let trigger = match &self.trigger {
            Some(when) => when.trigger(&self.cited("trigger")),
            None => json!({"kind": "manual"}),
        };
        let title = if world.title.is_empty() {
            world.name.replace('-', " ")
        } else {
            world.title.clone()
        };
        let objective = world
            .statements
            .first()
            .map(|s| s.text.clone())
            .unwrap_or_default();
        let result = self.result(&steps);
        let document = json!({
            "name": world.name, "title": title, "objective": crate::diag::one_line(&objective, 200),
            "sop": {"waived": waived},
            "assumptions": self.assumed.iter().map(|text| json!({"text": text, "from": "builder"})).collect::<Vec<_>>(),
            "trigger": trigger,
            "data": data,
            "for_each": {"in": self.cases.short(), "as": self.reader.item, "key": format!("{}.{key}", self.reader.item)},
            "steps": steps,
            "result": result,
            "outputs": outputs,
        });
        Drafted {
            plan: self.plan(&document),
            open: self.open,
            document,
        }
    }

    /// Waives what nobody has said more about; it stays visible in the workflow.
    fn settle_open(&mut self) {
        let numbers: Vec<usize> = self.open.iter().map(|s| s.number).collect();
        if numbers.is_empty() {
            return;
        }
        let reason = match self.reader.world.answer(OPEN) {
            Some(_) => "left to people",
            None => "not understood by the built-in drafter, and so left to people",
        };
        self.waived
            .entry(reason.to_owned())
            .or_default()
            .extend(numbers);
    }

    fn level_labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for label in self
            .rules
            .iter()
            .map(|(label, ..)| label)
            .chain(&self.otherwise)
        {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        labels
    }

    fn result_fields(&self) -> Vec<&'static str> {
        if self.rules.is_empty() {
            Vec::new()
        } else {
            vec!["level", "reason"]
        }
    }

    fn steps(&self) -> Vec<Json> {
        let mut steps = Vec::new();
        if !self.rules.is_empty() {
            let rules: Vec<Json> = self
                .rules
                .iter()
                .map(|(label, read, _, text)| json!({"when": read.source, "then": {"level": label}, "because": plain(text)}))
                .collect();
            steps.push(json!({"id": "risk", "kind": "decide", "sop": self.cited("level"), "rules": rules, "otherwise": {"level": self.otherwise}}));
        }
        if let Some((count, by)) = &self.top {
            let column = by.as_ref().and_then(|by| self.numeric_column(by));
            let order: Vec<String> = column
                .map(|c| format!("-{}.{c}", self.reader.item))
                .into_iter()
                .collect();
            steps.push(json!({"id": "top", "kind": "select", "sop": self.cited("top"), "order_by": order, "at_most": count}));
            steps.push(json!({"id": "others", "kind": "stop", "when": "not top.chosen", "sop": self.cited("top"), "because": format!("not among the first {count}")}));
        }
        for said in &self.judgements {
            let id = format!("judgement_{}", said.number);
            let mut input = Map::new();
            input.insert(
                self.reader.item.clone(),
                json!(format!("{{{{ {} }}}}", self.reader.item)),
            );
            if let Some(table) = self.source_of(&said.text) {
                input.insert(
                    table.short().to_owned(),
                    json!(format!("{{{{ {} }}}}", table.short())),
                );
            }
            steps.push(json!({"id": id, "kind": "llm", "sop": [said.number], "instructions": said.text, "input": input, "returns": {"finding": {"type": "string"}},
                "on_error": {"use": {"finding": "(not worked out)"}, "caveat": format!("Statement {} of the SOP could not be carried out.", said.number)}}));
        }
        steps
    }

    fn numeric_column(&self, by: &str) -> Option<String> {
        let said = stems(by);
        let columns = self
            .cases
            .columns
            .iter()
            .filter(|(_, c)| matches!(c.kind.as_str(), "number" | "integer"));
        columns
            .map(|(name, _)| (super::world::fit(name, &said), name))
            .filter(|(f, _)| *f > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, n)| n.clone())
    }

    fn source_of(&self, text: &str) -> Option<&Table> {
        self.reader
            .world
            .table_for(text)
            .filter(|t| t.name != self.cases.name && self.reader.is_joined(t))
    }

    /// Returns the other tables that something uses.
    fn joined(&self, steps: &[Json], outputs: &[Json]) -> BTreeSet<String> {
        let conditions = self
            .only
            .iter()
            .chain(&self.skips)
            .chain(self.rules.iter().map(|(_, read, ..)| read));
        let mut joined: BTreeSet<String> = conditions
            .flat_map(|read| read.joined.iter().cloned())
            .collect();
        joined.extend(self.sources.keys().cloned());
        let text = json!([steps, outputs]).to_string();
        for table in self
            .reader
            .world
            .tables
            .iter()
            .filter(|t| self.reader.is_joined(t))
        {
            if text.contains(&format!("{{{{ {} }}}}", table.short())) {
                joined.insert(table.name.clone());
            }
        }
        joined.remove(&self.cases.name);
        joined
    }

    fn data(
        &mut self,
        joined: &BTreeSet<String>,
        steps: &[Json],
        outputs: &[Json],
    ) -> Map<String, Json> {
        let mut data = Map::new();
        let text = json!([steps, outputs]).to_string();
        let mut conditions: Vec<String> = Vec::new();
        let mut columns: BTreeSet<String> = BTreeSet::new();
        let mut late = Vec::new();
        let sided = self
            .only
            .iter()
            .map(|read| (read.clone(), true))
            .chain(self.skips.iter().map(|read| (read.clone(), false)));
        for (read, is_kept) in sided.collect::<Vec<_>>() {
            columns.extend(read.columns.clone());
            let read = if is_kept { read } else { read.negated() };
            if read.joined.is_empty() {
                let source = read
                    .source
                    .replace(&format!("{}.", self.reader.item), "row.");
                conditions.push(if source.contains(" or ") {
                    format!("({source})")
                } else {
                    source
                });
            } else {
                late.push(read);
            }
        }
        // What depends on other tables cannot choose rows; the cases are stopped later instead.
        for read in late {
            self.assumed.push(format!(
                "Cases are left out only after other tables were read: {}",
                read.source
            ));
        }
        columns.extend(self.columns_in(&text));
        columns.extend(
            self.rules
                .iter()
                .flat_map(|(_, read, ..)| read.columns.clone()),
        );
        columns.extend(self.cases.key().map(str::to_owned));
        columns.extend(self.cases.columns.keys().filter(|c| *c == "name").cloned());
        for table in joined
            .iter()
            .filter_map(|name| self.reader.world.tables.iter().find(|t| t.name == *name))
        {
            if let Some((_, value)) = join(self.cases, table, &self.reader.item) {
                columns.extend(self.columns_in(&value.to_string()));
            }
        }
        let fields: Map<String, Json> = self
            .cases
            .columns
            .iter()
            .filter(|(name, _)| columns.contains(*name))
            .map(|(name, c)| (name.clone(), json!(c.kind)))
            .collect();
        let mut pull =
            json!({"from": self.cases.name, "fields": fields, "sop": self.cited("cases")});
        if !conditions.is_empty() {
            pull["where"] = json!(conditions.join(" and "));
        }
        data.insert(self.cases.short().to_owned(), pull);
        for name in joined {
            let Some(table) = self.reader.world.tables.iter().find(|t| t.name == *name) else {
                continue;
            };
            let Some((column, value)) = join(self.cases, table, &self.reader.item) else {
                continue;
            };
            let fields: Map<String, Json> = table
                .columns
                .iter()
                .map(|(name, c)| (name.clone(), json!(c.kind)))
                .collect();
            let short = table.short().to_owned();
            data.insert(
                short.clone(),
                json!({"from": name, "match": {column: value}, "fields": fields, "sop": self.sources.get(name).cloned().unwrap_or_default(),
                       "if_unavailable": {"continue": format!("{} could not be read.", capital(&short.replace('_', " ")))}}),
            );
        }
        data
    }

    /// Returns the columns of the case table that a text names as `item.column`.
    fn columns_in(&self, text: &str) -> Vec<String> {
        let prefix = format!("{}.", self.reader.item);
        let names = text.split(&prefix).skip(1).filter_map(|rest| {
            rest.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
        });
        names
            .filter(|n| self.cases.columns.contains_key(*n))
            .map(str::to_owned)
            .collect()
    }

    fn result(&self, steps: &[Json]) -> Map<String, Json> {
        let mut result = Map::new();
        if !self.rules.is_empty() {
            result.insert("level".to_owned(), json!("{{ risk.level }}"));
            result.insert("reason".to_owned(), json!("{{ risk.because }}"));
        }
        if self.top.is_some() {
            result.insert("rank".to_owned(), json!("{{ top.rank }}"));
        }
        for said in &self.judgements {
            result.insert(
                format!("finding_{}", said.number),
                json!(format!("{{{{ judgement_{}.finding }}}}", said.number)),
            );
        }
        if result.is_empty() {
            let name = if self.cases.columns.contains_key("name") {
                "name"
            } else {
                self.cases.key().unwrap_or("id")
            };
            let _ = steps;
            result.insert(
                name.to_owned(),
                json!(format!("{{{{ {}.{name} }}}}", self.reader.item)),
            );
        }
        result
    }

    fn plan(&self, document: &Json) -> String {
        let draft = crate::spec::read_value({
            let mut whole = document.clone();
            whole["workflow"] = json!(1);
            whole["sop"]["file"] = json!("sop.md");
            whole["sop"]["statements"] = json!(self.reader.world.statements.len());
            whole
        });
        let mut plan = draft
            .workflow
            .map(|w| crate::spec::explain(&w))
            .unwrap_or_default();
        if !self.open.is_empty() {
            plan += "\n## Not understood, and so left to people\n";
            for said in &self.open {
                plan += &format!("- {}. {}\n", said.number, said.text);
            }
        }
        plan
    }
}

fn reads(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "check", "look", "read", "pull", "count", "see", "note", "use", "from", "open", "get",
    ]
    .iter()
    .any(|w| lower.contains(w))
}

/// Returns a statement's words as a reason, which is a template: braces would be read as one.
fn plain(text: &str) -> String {
    crate::diag::one_line(&text.replace(['{', '}'], ""), 160)
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}
