//! How a record of a table is changed.

use indexmap::IndexMap;
use reqwest::Method;
use serde_json::Value;

use super::description::UpdateDescription;
use super::filling::Filling;
use super::service::{Ask, check_filled, method};
use super::template::{fill, fill_path, names, names_in};
use crate::connect::http::text_of;
use crate::connect::{ConnectError, Row};

/// How a record is changed.
pub struct RestUpdate {
    method: Method,
    path: String,
    body: Value,
    fixed: Vec<String>,
    names: IndexMap<String, String>,
    /// The part for columns that are not declared, and those that are.
    others: Option<(String, Vec<String>)>,
    as_text: bool,
}

impl RestUpdate {
    /// Returns the update of a description.
    ///
    /// # Errors
    /// For what is wrong with it.
    pub fn open(
        table: &str,
        described: UpdateDescription,
        (key, declared): (Option<&str>, Vec<String>),
        filling: &Filling,
        place: &str,
    ) -> Result<Self, ConnectError> {
        let key = key.ok_or_else(|| {
            ConnectError::last(format!(
                "In {place}: `update` needs to know which record is meant."
            ))
            .help(format!("Say the `key` of the table `{table}`."))
        })?;
        let path = fill_path(place, &described.path, &filling.known)?;
        let body = described.body.unwrap_or_else(|| "{set}".into());
        let body = fill(&body, &filling.known);
        let help = format!("An update has {{{key}}} and {{set}}.");
        check_filled(names(&path), &[key], place, &help)?;
        check_filled(names_in(&body), &[key, "set"], place, &help)?;
        let has_key = names(&path).contains(&key) || names_in(&body).contains(&key);
        if !has_key || !names_in(&body).contains(&"set") {
            return Err(ConnectError::last(format!(
                "In {place}: `update` does not use {{{key}}} and {{set}}."
            ))
            .help("Without the key every record is meant, and without `set` nothing is changed."));
        }
        Ok(RestUpdate {
            method: method(described.method.as_deref(), Method::PATCH, place)?,
            path,
            body,
            fixed: described
                .fixed
                .into_iter()
                .chain([key.to_owned()])
                .collect(),
            names: described.names,
            others: described.others.map(|part| (part, declared)),
            as_text: described.as_text,
        })
    }

    /// Returns what there is to know before it is planned for.
    pub fn note(&self) -> Option<String> {
        let fixed: Vec<String> = self.fixed.iter().map(|name| format!("`{name}`")).collect();
        Some(format!("Updates cannot set {}.", fixed.join(", ")))
    }

    /// Returns the request that sets columns of the record with a key.
    ///
    /// # Errors
    /// For a column that cannot be set.
    pub fn request(
        &self,
        table: &str,
        key: (&str, &Value),
        set: &Row,
    ) -> Result<Ask, ConnectError> {
        if let Some(name) = set.keys().find(|name| self.fixed.contains(name)) {
            return Err(ConnectError::last(format!(
                "`{name}` of the table `{table}` cannot be set."
            ))
            .help("Take it out of what the update sets."));
        }
        let (mut own, mut others) = (Row::new(), Row::new());
        for (name, value) in set {
            let value = match value {
                // What is emptied is an empty text where all values are texts.
                value if self.as_text => text_of(value).into(),
                value => value.clone(),
            };
            let is_other = match &self.others {
                Some((_, declared)) => !declared.contains(name),
                None => false,
            };
            let called = self.names.get(name).unwrap_or(name).clone();
            match is_other {
                true => others.insert(called, value),
                false => own.insert(called, value),
            };
        }
        if let Some((part, _)) = &self.others
            && !others.is_empty()
        {
            own.insert(part.clone(), Value::Object(others));
        }
        let (name, value) = key;
        let mut known = Row::from_iter([(name.to_owned(), value.clone())]);
        let path = fill_path(&format!("The table `{table}`"), &self.path, &known)?;
        known.insert("set".to_owned(), Value::Object(own));
        Ok(Ask {
            method: self.method.clone(),
            path,
            query: Row::new(),
            headers: Vec::new(),
            body: Some(fill(&self.body, &known)),
        })
    }
}
