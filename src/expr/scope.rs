//! The names that an expression can use, and the notes that its evaluation leaves.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object};
use minijinja::{State, Value};

use super::{Error, functions};

/// The names in scope with their values. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    names: Arc<Names>,
    notes: Arc<Notes>,
}

#[derive(Debug, Clone, Default)]
struct Names {
    values: Vec<(String, Value)>,
    notes: Option<Value>,
}

/// What an evaluation met and went on from, such as a comparison with a missing value.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<String>>);

const NOTES: &str = "__notes";
const NOTES_KEPT: usize = 100;

impl Scope {
    /// Returns a scope without names.
    pub fn new() -> Self {
        let notes = Arc::new(Notes::default());
        Scope {
            names: Arc::new(Names {
                values: Vec::new(),
                notes: Some(Value::from_dyn_object(notes.clone())),
            }),
            notes,
        }
    }

    /// Sets a name, replacing an earlier value of it.
    pub fn set(&mut self, name: &str, value: Value) {
        let values = &mut Arc::make_mut(&mut self.names).values;
        match values.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => values.push((name.to_owned(), value)),
        }
    }

    /// Takes a name out of scope.
    pub fn remove(&mut self, name: &str) {
        Arc::make_mut(&mut self.names)
            .values
            .retain(|(n, _)| n != name);
    }

    /// Returns the value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names
            .values
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v)
    }

    /// Returns the same names, and notes of its own.
    pub fn fork(&self) -> Self {
        let mut fork = Scope::new();
        Arc::make_mut(&mut fork.names)
            .values
            .clone_from(&self.names.values);
        fork
    }

    /// Takes the notes left since the last time, each once, in order.
    pub fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes sure that names are there.
    pub(super) fn has_all(&self, names: &[String]) -> Result<(), Error> {
        match names.iter().find(|name| self.get(name).is_none()) {
            Some(absent) if matches!(absent.as_str(), "null" | "nil" | "undefined") => {
                Err(Error::new(format!(
                    "There is no `{absent}` here: write `none`, or ask `x is missing`"
                )))
            }
            Some(absent) => Err(Error::new(format!("There is no `{absent}` here"))),
            None => Ok(()),
        }
    }

    pub(super) fn root(&self) -> Value {
        Value::from_dyn_object(self.names.clone())
    }
}

/// Returns the names that something uses, without those of functions.
pub(super) fn names_of(used: impl IntoIterator<Item = String>) -> Arc<[String]> {
    used.into_iter()
        .filter(|name| !name.starts_with("__") && functions::find(name).is_none())
        .collect()
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == NOTES {
            return self.notes.clone();
        }
        self.values
            .iter()
            .find(|(n, _)| n == key)
            .map(|(_, v)| v.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.values.iter().map(|(n, _)| Value::from(n)).collect())
    }
}

impl Object for Notes {}

/// Leaves a note in the scope that an evaluation runs in.
pub(super) fn note(state: &State, text: &str) {
    let Some(value) = state.lookup(NOTES) else {
        return;
    };
    if let Some(notes) = value.downcast_object_ref::<Notes>() {
        let mut notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < NOTES_KEPT && !notes.iter().any(|n| n == text) {
            notes.push(text.to_owned());
        }
    }
}

/// One item set over the names of a running evaluation, for conditions over lists.
#[derive(Debug)]
pub(super) struct WithItem {
    pub(super) item: Value,
    pub(super) around: Vec<(String, Value)>,
}

impl Object for WithItem {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "item" => Some(self.item.clone()),
            _ => self
                .around
                .iter()
                .find(|(n, _)| n == key)
                .map(|(_, v)| v.clone()),
        }
    }
}

/// Returns the values that a condition over a list can use, notes included.
pub(super) fn around(state: &State) -> Vec<(String, Value)> {
    let mut around: Vec<(String, Value)> = state
        .known_variables()
        .into_iter()
        .filter_map(|name| state.lookup(&name).map(|value| (name.into_owned(), value)))
        .collect();
    around.extend(state.lookup(NOTES).map(|notes| (NOTES.to_owned(), notes)));
    around
}
