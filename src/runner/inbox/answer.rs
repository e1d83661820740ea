//! A person's answer to a question that a step asks.

use serde_json::{Map, Value as Json, json};

use super::{Decided, Decision, Inbox};
use crate::diag::{Error, Result};
use crate::engine::{Content, PersonRequest};
use crate::model::structured::answer_schema;
use crate::store::journal::moment;

impl Inbox {
    /// Answers a question: with one of its choices, by word or number, or with `name=value` for
    /// each of its fields.
    ///
    /// # Errors
    /// If there is no such question, or the answer does not fit.
    pub async fn answer(&self, id: i64, words: &[String]) -> Result<Decided> {
        let _held = self.hold()?;
        self.expire().await?;
        let approval = self.open(id)?;
        let Content::Question(request) = &approval.delivery().content else {
            return Err(Error::input(format!("{id} is no question")).help(format!(
                "`sopwright inbox approve {id}` or `reject {id}` decides about it."
            )));
        };
        let mut answer = read(request, words)?;
        let told = told(&answer);
        answer.insert("who".to_owned(), json!(self.who));
        answer.insert("at".to_owned(), json!(moment(self.at)));
        let by = (self.who.as_str(), self.at);
        let answer = Json::Object(answer);
        if !self.journal.answer(&approval, &answer, &told, by).await? {
            return Err(Error::blocked(format!("{id} was answered a moment ago"))
                .help(format!("`sopwright inbox show {id}` tells by whom.")));
        }
        self.decided(id, Decision::Answered(told))
    }
}

/// Returns the fields of an answer, as a person gave it.
fn read(request: &PersonRequest, words: &[String]) -> Result<Map<String, Json>> {
    let said = words.join(" ");
    let said = said.trim();
    if !request.choices.is_empty() {
        return choice(&request.choices, said);
    }
    let mut fields = Map::new();
    if let Ok(Json::Object(written)) = serde_json::from_str(said) {
        fields = written;
    } else if let (Some((name, schema)), 1) = (request.returns.iter().next(), request.returns.len())
    {
        let prefix = format!("{name}=");
        let value = said.strip_prefix(&prefix).unwrap_or(said);
        fields.insert(name.clone(), typed(schema, value));
    } else {
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| unfit(request, word))?;
            let schema = request.returns.get(name).unwrap_or(&Json::Null);
            fields.insert(name.to_owned(), typed(schema, value));
        }
    }
    let schema = answer_schema(&request.returns);
    let whole = Json::Object(fields.clone());
    let validator = jsonschema::draft202012::new(&schema)
        .map_err(|e| Error::input("The question has no usable form").caused_by(e))?;
    match validator.iter_errors(&whole).next() {
        None => Ok(fields),
        Some(wrong) => Err(unfit(request, said).because(wrong.to_string())),
    }
}

fn choice(choices: &[String], said: &str) -> Result<Map<String, Json>> {
    let by_number = said.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let by_word = choices
        .iter()
        .find(|choice| choice.trim().to_lowercase() == said.to_lowercase());
    let chosen = by_word.or_else(|| choices.get(by_number?));
    match chosen {
        Some(chosen) => Ok(Map::from_iter([("answer".to_owned(), json!(chosen))])),
        None => {
            let listed: Vec<String> = choices
                .iter()
                .enumerate()
                .map(|(index, choice)| format!("{}. {choice}", index + 1))
                .collect();
            Err(
                Error::input(format!("“{said}” is none of the answers")).help(format!(
                    "Choose one, by word or number: {}.",
                    listed.join("  ")
                )),
            )
        }
    }
}

/// Returns a value as its field wants it, from a text.
fn typed(schema: &Json, text: &str) -> Json {
    let text = text.trim();
    let wants_text = match &schema["type"] {
        Json::String(kind) => kind == "string",
        Json::Array(kinds) => kinds.iter().any(|kind| kind == "string"),
        _ => schema["enum"]
            .as_array()
            .is_some_and(|all| all.iter().all(Json::is_string)),
    };
    if wants_text {
        return json!(text);
    }
    let yes_or_no = match text.to_lowercase().as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    match (yes_or_no, &schema["type"]) {
        (Some(yes), Json::String(kind)) if kind == "boolean" => json!(yes),
        _ => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
    }
}

fn unfit(request: &PersonRequest, said: &str) -> Error {
    let fields: Vec<String> = request
        .returns
        .keys()
        .map(|name| format!("{name}=…"))
        .collect();
    Error::input(format!("“{said}” does not answer the question"))
        .help(format!("Write: {}", fields.join(" ")))
}

/// Returns an answer in a line.
fn told(answer: &Map<String, Json>) -> String {
    let value = |value: &Json| value.as_str().map_or(value.to_string(), str::to_owned);
    match answer.get("answer") {
        Some(only) if answer.len() == 1 => value(only),
        _ => {
            let fields = answer
                .iter()
                .map(|(name, held)| format!("{name}={}", value(held)));
            fields.collect::<Vec<_>>().join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(choices: &[&str], returns: Json) -> PersonRequest {
        serde_json::from_value(
            json!({"step": "s", "question": "?", "choices": choices, "returns": returns}),
        )
        .unwrap()
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn choices_are_given_by_word_or_number() {
        let asked = request(&["Yes, send", "No"], json!({}));
        for said in ["yes, send", "1", " Yes, send "] {
            assert_eq!(
                read(&asked, &[said.to_owned()]).unwrap()["answer"],
                "Yes, send"
            );
        }
        for wrong in ["3", "0", "maybe", ""] {
            let error = read(&asked, &[wrong.to_owned()]).unwrap_err();
            assert!(error.help.unwrap().contains("2. No"), "{wrong}");
        }
    }

    #[test]
    fn fields_are_given_by_name_and_fit_their_types() {
        let asked = request(
            &[],
            json!({"amount": {"type": "number"}, "ok": {"type": "boolean"}, "code": {"type": "string"}}),
        );
        let answer = read(&asked, &words("amount=12.5 ok=yes code=007")).unwrap();
        assert_eq!(
            Json::Object(answer),
            json!({"amount": 12.5, "ok": true, "code": "007"})
        );
        for wrong in [
            "amount=many ok=yes code=1",
            "amount=1 ok=no",
            "yes",
            "amount=1 ok=no code=1 x=2",
        ] {
            assert!(read(&asked, &words(wrong)).is_err(), "{wrong}");
        }
        let one = request(&[], json!({"note": {"type": "string"}}));
        assert_eq!(
            read(&one, &words("all is well")).unwrap()["note"],
            "all is well"
        );
    }
}
