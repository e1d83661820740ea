//! Steps, data and result of the workflow.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::scope::is_quiet;
use super::{Assembly, capital};
use crate::drafter::condition::of_every;
use crate::drafter::words::stems;
use crate::drafter::world::{Table, fit};
use crate::expr::{Condition, Template};

impl Assembly<'_> {
    pub(super) fn steps(&self) -> Vec<Json> {
        let mut steps = Vec::new();
        if !self.defined.is_empty() {
            let figures = self.defined.iter();
            let set: Map<String, Json> = figures
                .clone()
                .map(|(d, read, _)| (d.name.clone(), json!(format!("{{{{ {} }}}}", read.source))))
                .collect();
            let cited: Vec<usize> = figures.map(|(.., said)| said.number).collect();
            steps.push(json!({"id": "figures", "kind": "compute", "sop": cited, "set": set}));
        }
        // What hangs on other tables cannot choose rows; the cases are stopped instead.
        for (read, said) in self
            .skips
            .iter()
            .filter(|(read, _)| !read.joined.is_empty())
        {
            let id = self.left_out_id(&steps, said.number);
            // Notes of the owner have numbers of their own, which the SOP does not know.
            let of_sop = self.reader.world.statements.len();
            let cited: Vec<usize> = [said.number].into_iter().filter(|n| *n <= of_sop).collect();
            steps.push(json!({"id": id, "kind": "stop", "sop": cited, "when": read.source, "because": plain(&said.text)}));
        }
        steps.extend(self.judging_steps());
        if !self.rules.is_empty() {
            let rules: Vec<Json> = self
                .levels()
                .iter()
                .map(|rule| rule.json("level"))
                .collect();
            steps.push(json!({"id": "risk", "kind": "decide", "sop": self.cited("level"), "rules": rules, "otherwise": {"level": self.otherwise}}));
        }
        steps.extend(self.route_step());
        if let Some((count, by)) = &self.top {
            let column = by.as_ref().and_then(|by| self.numeric_column(by));
            let order: Vec<String> = column
                .map(|c| format!("-{}.{c}", self.reader.item))
                .into_iter()
                .collect();
            let mut top = json!({"id": "top", "kind": "select", "sop": self.cited("top"), "order_by": order, "at_most": count});
            let quiet: Vec<String> = self
                .level_labels()
                .into_iter()
                .filter(|label| is_quiet(label))
                .map(|label| format!("risk.level != '{label}'"))
                .collect();
            // Those with nothing to report take no place among the first.
            if !quiet.is_empty() {
                top["where"] = json!(quiet.join(" and "));
            }
            steps.push(top);
            steps.push(json!({"id": "others", "kind": "stop", "when": "not top.chosen", "sop": self.cited("top"), "because": format!("not among the first {count}")}));
        }
        for said in &self.judgements {
            let id = format!("judgement_{}", said.number);
            let input = self.input_for(&said.text);
            let mut step = json!({"id": id, "kind": "llm", "sop": [said.number], "instructions": asked(&said.text), "input": input, "returns": {"finding": {"type": "string"}},
                "on_error": {"use": {"finding": "(not worked out)"}, "caveat": format!("Nobody worked this out: {}", plain(&said.text))}});
            if let Some(condition) = self.judged_for.get(&said.number) {
                step["when"] = json!(condition);
            }
            steps.push(step);
        }
        steps
    }

    /// Returns the facts that a model gets for a statement: the case, and the table it speaks of.
    pub(super) fn input_for(&self, text: &str) -> Map<String, Json> {
        let whole = |name: &str| (name.to_owned(), json!(format!("{{{{ {name} }}}}")));
        // What the case itself tells ("it's in the notes") needs no other table.
        let said = stems(text);
        let own = self.cases.columns.iter();
        let is_own = own
            .filter(|(name, c)| c.kind == "text" && !name.contains('_') && c.values.is_empty())
            .any(|(name, _)| fit(name, &said) >= 1.0);
        let named = |table: &&Table| {
            let own = stems(&table.short().replace('_', " "));
            table.name != self.cases.name
                && own.iter().any(|word| said.contains(word))
                && self.reader.is_joined(table)
        };
        let others = self.reader.world.tables.iter().filter(named);
        let is_told = |table: &&Table| {
            let mut names = table.columns.keys().filter(|name| !name.ends_with("_id"));
            names.any(|name| fit(name, &said) >= 1.0)
        };
        let parents = self.reader.parents().filter(is_told);
        let source = self.source_of(text);
        let mut tables: Vec<&str> = source
            .into_iter()
            .chain(others)
            .chain(parents)
            .filter(|_| !is_own)
            .map(Table::short)
            .collect();
        tables.sort_unstable();
        tables.dedup();
        let mut input: Map<String, Json> = [whole(&self.reader.item)]
            .into_iter()
            .chain(tables.into_iter().map(whole))
            .collect();
        // What happened when is seen from the day of the run.
        let times = [
            " day", " week", " month", " ago", " since", " recent", " last ", " next ",
        ];
        if times.iter().any(|word| text.contains(word)) {
            input.insert("today".to_owned(), json!("{{ today() }}"));
        }
        input
    }

    pub(super) fn numeric_column(&self, by: &str) -> Option<String> {
        let said = stems(by);
        let columns = self
            .cases
            .columns
            .iter()
            .filter(|(_, c)| matches!(c.kind.as_str(), "number" | "integer"));
        columns
            .map(|(name, _)| (fit(name, &said), name))
            .filter(|(f, _)| *f > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, n)| n.clone())
    }

    pub(super) fn source_of(&self, text: &str) -> Option<&Table> {
        self.reader
            .world
            .table_for(text)
            .filter(|t| t.name != self.cases.name && self.reader.is_joined(t))
    }

    /// Returns the other tables that something uses.
    pub(super) fn joined(&self, steps: &[Json], outputs: &[Json]) -> BTreeSet<String> {
        let mut joined: BTreeSet<String> = BTreeSet::new();
        joined.extend(self.sources.keys().cloned());
        let mut used = BTreeSet::new();
        names_in(&json!([steps, outputs]), &mut used);
        let tables = self.reader.world.tables.iter();
        joined.extend(
            tables
                .filter(|t| used.contains(t.short()) && self.reader.is_joined(t))
                .map(|t| t.name.clone()),
        );
        let through: Vec<String> = self
            .reader
            .world
            .tables
            .iter()
            .filter(|t| joined.contains(&t.name))
            .filter_map(|t| self.goes_through(t).map(|parent| parent.name.clone()))
            .collect();
        joined.extend(through);
        joined.remove(&self.cases.name);
        joined
    }

    /// Returns the table through which another is joined, if it is not joined to the case itself.
    fn goes_through(&self, table: &Table) -> Option<&Table> {
        let (_, value) = self.reader.join(table)?;
        let (parent, _) = self.reader.through(table)?;
        let is_through = value
            .as_str()?
            .starts_with(&format!("max({},", parent.short()));
        is_through.then_some(parent)
    }

    pub(super) fn data(
        &mut self,
        joined: &BTreeSet<String>,
        steps: &[Json],
        outputs: &[Json],
    ) -> Map<String, Json> {
        let mut data = Map::new();
        let text = json!([steps, outputs]).to_string();
        let mut conditions: Vec<String> = Vec::new();
        let mut columns: BTreeSet<String> = BTreeSet::new();
        let skips = self.skips.iter().map(|(read, _)| read.clone().negated());
        let chosen = self.only.iter().map(|(only, _)| only.clone()).chain(skips);
        for read in chosen.filter(|read| read.joined.is_empty()) {
            columns.extend(read.columns);
            let source = read
                .source
                .replace(&format!("{}.", self.reader.item), "row.");
            conditions.push(if source.contains(" or ") {
                format!("({source})")
            } else {
                source
            });
        }
        columns.extend(self.columns_in(&text));
        if text.contains(&format!("{{{{ {} }}}}", self.reader.item)) {
            columns.extend(self.cases.columns.keys().cloned());
        }
        columns.extend(self.cases.key().map(str::to_owned));
        columns.extend(self.cases.columns.keys().filter(|c| *c == "name").cloned());
        let peers = self.peers(steps, outputs);
        for (_, _, matched) in &peers {
            columns.extend(self.columns_in(&matched.to_string()));
        }
        for table in joined
            .iter()
            .filter_map(|name| self.reader.world.tables.iter().find(|t| t.name == *name))
        {
            if let Some((_, value)) = self.reader.join(table) {
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
        // What others are joined through is read before them.
        let is_through = |name: &&String| {
            let table = self.reader.world.tables.iter().find(|t| t.name == **name);
            table.is_some_and(|t| self.goes_through(t).is_some())
        };
        let (behind, first): (Vec<&String>, Vec<&String>) = joined.iter().partition(is_through);
        for name in first.into_iter().chain(behind) {
            let Some(table) = self.reader.world.tables.iter().find(|t| t.name == *name) else {
                continue;
            };
            let Some((column, value)) = self.reader.join(table) else {
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
        for (name, table, matched) in peers {
            let fields: Map<String, Json> = table
                .columns
                .iter()
                .map(|(name, c)| (name.clone(), json!(c.kind)))
                .collect();
            let said = capital(&of_every(&name).unwrap_or(&name).replace('_', " "));
            let mut rows = json!({"from": table.name, "fields": fields,
                "if_unavailable": {"continue": format!("{said} could not be read.")}});
            if !matched.is_null() {
                rows["match"] = matched;
            }
            data.insert(name, rows);
        }
        data
    }

    /// Returns the lists of other rows of a kind that parts use: their name, table, and how they are
    /// matched.
    fn peers(&self, steps: &[Json], outputs: &[Json]) -> Vec<(String, &Table, Json)> {
        let mut used = BTreeSet::new();
        let parts = json!([steps, outputs]);
        names_in(&parts, &mut used);
        // What is looked up for each of some rows is named within a condition about them.
        let text = parts.to_string();
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        used.extend(
            words
                .filter(|word| of_every(word).is_some())
                .map(str::to_owned),
        );
        let found = used.into_iter().filter_map(|name| {
            let (table, matched) = self.reader.peers_called(&name)?;
            Some((name, table, matched))
        });
        found.collect()
    }

    /// Returns a name for the step that leaves out cases by a statement.
    fn left_out_id(&self, steps: &[Json], number: usize) -> String {
        let id = format!("left_out_{number}");
        let is_free = |id: &String| !steps.iter().any(|step| step["id"] == id.as_str());
        let more = (3..).map(|n| format!("{id}_{n}"));
        let mut names = [id.clone(), format!("{id}_too")].into_iter().chain(more);
        names.find(is_free).unwrap_or(id)
    }

    /// Returns the columns of the case table that a text names as `item.column`.
    pub(super) fn columns_in(&self, text: &str) -> Vec<String> {
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

    pub(super) fn result(&self) -> Map<String, Json> {
        let mut result = Map::new();
        if !self.rules.is_empty() {
            result.insert("level".to_owned(), json!("{{ risk.level }}"));
            result.insert("reason".to_owned(), json!("{{ risk.because }}"));
        }
        if let Some(noun) = self.route_noun() {
            result.insert(noun.to_owned(), json!(format!("{{{{ {noun}.{noun} }}}}")));
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
            result.insert(
                name.to_owned(),
                json!(format!("{{{{ {}.{name} }}}}", self.reader.item)),
            );
        }
        result
    }
}

/// Adds the names that the texts and conditions of a part use.
fn names_in(part: &Json, names: &mut BTreeSet<String>) {
    match part {
        Json::String(text) => {
            let used = Template::compile(text);
            names.extend(used.iter().flat_map(Template::names).map(str::to_owned));
        }
        Json::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        Json::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("when" | "where", Json::String(source)) => {
                        let used = Condition::compile(source);
                        names.extend(used.iter().flat_map(|c| c.names().iter().cloned()));
                    }
                    _ => names_in(value, names),
                }
            }
        }
        _ => {}
    }
}

/// Returns a statement's words as what a model is asked.
pub(super) fn asked(text: &str) -> String {
    crate::diag::one_line(&text.replace(['{', '}'], ""), 1000)
}

/// Returns a statement's words as a reason, which is a template: braces would be read as one.
pub(super) fn plain(text: &str) -> String {
    crate::diag::one_line(&text.replace(['{', '}'], ""), 160)
}
