//! A table of a service: its requests, page by page, and its rows.

use std::sync::Arc;

use async_trait::async_trait;
use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use reqwest::{Method, Url};
use serde_json::Value;

use super::Pause;
use super::description::{Moment, Next, Since, TableDescription};
use super::filling::Filling;
use super::held::Held;
use super::paging::{self, Page, Step};
use super::service::{Ask, LONGEST_WAIT, Line, check_filled, method};
use super::shape::{Shape, under_heads};
use super::template::{fill, fill_path, names, names_in};
use super::update::RestUpdate;
use crate::connect::listing::{self, Pages};
use crate::connect::records::Described;
use crate::connect::{ConnectError, ConnectErrorKind, Row};
use crate::spec::{self, FieldType};

/// Rows by which a table is described: each page is a request, and is made before every command.
const DESCRIBED: usize = 200;

/// How often a page is asked for where the service asks to wait.
const TRIES: u32 = 4;

/// A table.
pub struct RestTable {
    name: String,
    about: Option<String>,
    method: Method,
    path: String,
    query: Row,
    body: Option<Value>,
    rows: String,
    has_heads: bool,
    none: Option<String>,
    may_lack_rows: bool,
    next: Option<Next>,
    shape: Shape,
    columns: IndexMap<String, FieldType>,
    /// The column that tells its records apart.
    pub key: Option<String>,
    since: Option<(Since, Option<Cut>)>,
    /// How a record is changed, where it may be.
    pub update: Option<RestUpdate>,
}

/// Since when records are read.
#[derive(Debug, Clone, PartialEq)]
enum Cut {
    /// Since a day.
    Day(Date),
    /// For so long before now.
    Ago(std::time::Duration),
}

impl RestTable {
    /// Returns the table of a description; nothing, where it needs what was left open.
    ///
    /// # Errors
    /// For what is wrong with it.
    pub fn open(
        name: &str,
        described: TableDescription,
        filling: &Filling,
        since: Option<&str>,
        is_writable: bool,
        place: &str,
    ) -> Result<Option<Self>, ConnectError> {
        let shape = Shape::of(&described);
        let query = Value::Object(described.query);
        let body = described.body;
        let held = |query: &Value, body: &Option<Value>| {
            let mut held: Vec<String> = names_in(query).into_iter().map(str::to_owned).collect();
            held.extend(body.iter().flat_map(names_in).map(str::to_owned));
            held
        };
        let mut wanted = held(&query, &body);
        wanted.extend(names(&described.path).into_iter().map(str::to_owned));
        if filling.leaves_open(wanted.iter().map(String::as_str)) {
            return Ok(None);
        }
        let next_paths = described.next.iter().flat_map(Next::paths);
        for path in shape.paths().chain([&described.rows]).chain(next_paths) {
            listing::check_path(name, path)?;
        }
        let path = fill_path(place, &described.path, &filling.known)?;
        let query = fill(&query, &filling.known);
        let body = body.map(|body| fill(&body, &filling.known));
        check_filled(names(&path), &[], place, "A table's path has no arguments.")?;
        let left = held(&query, &body);
        let known: &[&str] = if described.since.is_some() {
            &["since"]
        } else {
            &[]
        };
        let what = "`{since}` is there where the table says `since = { field = …, as = … }`.";
        check_filled(left.iter().map(String::as_str), known, place, what)?;
        let since = described.since.map(|described| {
            let said = since.or(described.default.as_deref());
            let cut = said.map(|said| cut(said, place)).transpose()?;
            Ok::<_, ConnectError>((described, cut))
        });
        let update = described.update.map(|update| {
            let declared = described.columns.keys().cloned().collect();
            let record = (described.key.as_deref(), declared);
            RestUpdate::open(name, update, record, filling, place)
        });
        let update = update.transpose()?.filter(|_| is_writable);
        Ok(Some(RestTable {
            name: name.to_owned(),
            about: described.about,
            method: method(described.method.as_deref(), Method::GET, place)?,
            path,
            query: query.as_object().cloned().unwrap_or_default(),
            body,
            rows: described.rows,
            has_heads: described.heads,
            none: described.none,
            may_lack_rows: described.may_lack_rows,
            next: described.next,
            shape,
            columns: described.columns,
            key: described.key,
            since: since.transpose()?,
            update,
        }))
    }

    /// Returns what the table holds, as its first rows show it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn describe(&self, reader: Reader<'_>) -> Result<Described, ConnectError> {
        let asked = self.asked(&reader);
        let (rows, is_whole) = listing::read(&asked, DESCRIBED).await?;
        let mut described = listing::describe(&rows, is_whole, &self.columns);
        let table = &mut described.table;
        if let Some(key) = &self.key
            && let Some(column) = table.columns.get_mut(key)
        {
            column.unique = true;
        }
        table.writable = self.update.is_some();
        let mut notes: Vec<String> = self.about.iter().cloned().collect();
        if !is_whole {
            notes.push(format!("Described by its first {} rows.", rows.len()));
        }
        if let (Some((since, Some(_))), Some(moment)) = (&self.since, self.moment(&reader)) {
            notes.push(format!(
                "Only records whose `{}` is {} or later.",
                since.field,
                moment.strftime("%Y-%m-%d")
            ));
        }
        if let Some(update) = &self.update {
            notes.extend(update.note());
        }
        table.notes.splice(0..0, notes);
        Ok(described)
    }

    /// Returns all rows, each field read as it is to be.
    ///
    /// # Errors
    /// If they cannot all be read, a field that is wanted is not there, or a value does not fit.
    pub async fn rows(
        &self,
        reader: Reader<'_>,
        fields: &IndexMap<String, FieldType>,
    ) -> Result<Vec<Row>, ConnectError> {
        let rows = match reader.held.rows(&self.name) {
            Some(rows) => rows,
            None => {
                let (rows, _) = listing::read(&self.asked(&reader), usize::MAX).await?;
                let rows = Arc::new(rows);
                reader.held.hold(&self.name, &rows);
                rows
            }
        };
        let inferred = listing::describe(&rows, true, &self.columns);
        listing::typed(&self.name, Arc::unwrap_or_clone(rows), &inferred, fields)
    }

    fn means_none(&self, error: &ConnectError) -> bool {
        matches!(&error.kind, ConnectErrorKind::Refused { code } if self.none.as_ref() == Some(code))
    }

    fn asked<'a>(&'a self, reader: &'a Reader<'a>) -> Asked<'a> {
        Asked {
            table: self,
            reader,
            lister: format!("{} {}", self.method, self.path),
            since: self.said_since(reader),
        }
    }

    fn moment(&self, reader: &Reader<'_>) -> Option<Timestamp> {
        let (_, cut) = self.since.as_ref()?;
        match cut.as_ref()? {
            Cut::Day(day) => day
                .to_zoned(TimeZone::UTC)
                .ok()
                .map(|start| start.timestamp()),
            Cut::Ago(time) => (reader.now)().checked_sub(*time).ok(),
        }
    }

    /// Returns since when records are read, as the service wants to be told; null where that is
    /// not said.
    fn said_since(&self, reader: &Reader<'_>) -> Option<Value> {
        let (since, _) = self.since.as_ref()?;
        Some(match (self.moment(reader), since.form) {
            (None, _) => Value::Null,
            (Some(moment), Moment::Unix) => moment.as_second().into(),
            (Some(moment), Moment::Time) => {
                moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
            }
            (Some(moment), Moment::Date) => moment.strftime("%Y-%m-%d").to_string().into(),
        })
    }
}

impl Next {
    /// Returns the paths into an answer that it holds.
    fn paths(&self) -> Vec<&String> {
        match self {
            Next::Cursor { at, more, .. } => std::iter::once(at).chain(more).collect(),
            Next::Last { more, .. } => vec![more],
            Next::Link { link } => vec![link],
            Next::Number { .. } | Next::Offset { .. } | Next::Header { .. } => Vec::new(),
        }
    }
}

fn cut(said: &str, place: &str) -> Result<Cut, ConnectError> {
    let day = said.parse::<Date>().ok().map(Cut::Day);
    day.or_else(|| spec::duration(said).map(Cut::Ago))
        .ok_or_else(|| {
            ConnectError::last(format!(
                "In {place}: `since` is no day and no time: {said}."
            ))
            .help("Write a day like 2026-01-01, or a time like 365d.")
        })
}

/// What reads a table.
pub struct Reader<'a> {
    /// The way to the service.
    pub line: &'a Line,
    /// Waits for a while.
    pub pause: &'a Arc<dyn Pause>,
    /// Tables that were just read.
    pub held: &'a Held,
    /// Tells the time.
    pub now: fn() -> Timestamp,
}

/// A table with what reads it.
struct Asked<'a> {
    table: &'a RestTable,
    reader: &'a Reader<'a>,
    lister: String,
    since: Option<Value>,
}

impl Asked<'_> {
    /// Returns the request for a page, and where it goes.
    fn request(&self, step: &Step) -> (Ask, Url) {
        let table = self.table;
        let known: Row = self
            .since
            .iter()
            .map(|since| ("since".to_owned(), since.clone()))
            .collect();
        let query = fill(&Value::Object(table.query.clone()), &known);
        let mut ask = Ask {
            method: table.method.clone(),
            path: table.path.clone(),
            query: query.as_object().cloned().unwrap_or_default(),
            headers: Vec::new(),
            body: table.body.as_ref().map(|body| fill(body, &known)),
        };
        match step {
            Step::With(name, value) => match &mut ask.body {
                Some(body) => put(body, name, value.clone()),
                None => {
                    ask.query.insert(name.clone(), value.clone());
                }
            },
            Step::At(url) => return (ask, url.clone()),
            Step::First => {}
        }
        let url = self.reader.line.url(&ask);
        (ask, url)
    }

    /// Asks for a page, and again where the service says when to come back: rather than beginning
    /// anew with the first page.
    async fn answer(
        &self,
        step: &Step,
    ) -> Result<(Value, reqwest::header::HeaderMap, Url), ConnectError> {
        let what = format!("The table `{}` ({})", self.table.name, self.lister);
        let mut tries = 1;
        loop {
            let (ask, url) = self.request(step);
            let error = match self.reader.line.ask_at(&what, ask, url.clone()).await {
                Ok((answer, headers)) => return Ok((answer, headers, url)),
                Err(error) => error,
            };
            let wait = match error.kind {
                ConnectErrorKind::Transient { retry_after } => retry_after,
                _ => None,
            };
            match wait.filter(|wait| tries < TRIES && *wait <= LONGEST_WAIT) {
                Some(wait) => self.reader.pause.pause(wait).await,
                None => return Err(error),
            }
            tries += 1;
        }
    }
}

#[async_trait]
impl Pages for Asked<'_> {
    type Step = Step;

    fn names(&self) -> (&str, &str) {
        (&self.table.name, &self.lister)
    }

    fn key(&self) -> Option<&str> {
        self.table.key.as_deref()
    }

    fn first(&self) -> Step {
        paging::first(self.table.next.as_ref())
    }

    async fn page(&self, step: &Step) -> Result<(Vec<Row>, Option<Step>), ConnectError> {
        let table = self.table;
        let (mut answer, headers, url) = match self.answer(step).await {
            Err(error) if table.means_none(&error) => return Ok((Vec::new(), None)),
            answered => answered?,
        };
        if table.may_lack_rows && answer.pointer(&table.rows).is_none() {
            put(&mut answer, &table.rows, Value::Array(Vec::new()));
        }
        let listed = listing::list_at(&answer, &table.rows, self.names())?;
        let page = Page {
            step,
            url: &url,
            answer: &answer,
            headers: &headers,
            count: listed.len(),
            last: listed.last(),
        };
        let next = paging::following(table.next.as_ref(), &page)?;
        let records = match table.has_heads {
            true => under_heads(listed),
            false => listing::records_at(&answer, &table.rows, self.names())?,
        };
        let rows = records.into_iter().map(|record| table.shape.row(record));
        Ok((rows.collect(), next))
    }
}

/// Puts a value into a body: under a name, or at a path where the name is one.
fn put(body: &mut Value, name: &str, value: Value) {
    let (parent, last) = match name.strip_prefix('/') {
        None => ("", name),
        Some(_) => name.rsplit_once('/').unwrap_or(("", name)),
    };
    if let Some(Value::Object(parts)) = body.pointer_mut(parent) {
        parts.insert(last.to_owned(), value);
    }
}
