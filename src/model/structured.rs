//! One question with a typed answer, as an `llm` step asks it.

use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

use super::{
    ChatModel, Message, ModelError, Request, Stop, SystemPart, ToolChoice, ToolResult, ToolSpec,
    Usage,
};

/// The tool through which the answer comes; calling it is the answer.
const ANSWER: &str = "answer";

/// The most tokens of an answer.
const MAX_TOKENS: u32 = 4096;

/// A question for a model.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// What holds for all such questions.
    pub system: &'q str,
    /// What is asked, facts included.
    pub text: &'q str,
    /// JSON Schema properties of the answer; all of them are required.
    pub returns: &'q Map<String, Json>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// The model could not be asked.
    Model(ModelError),
    /// It answered twice in another shape than was asked for; what was wrong with it.
    Invalid(String),
}

/// Returns a model's answer in the shape that was asked for; a first answer of another shape is
/// sent back once with what is wrong with it. With it come the tokens and the calls that it took.
///
/// # Errors
/// If the model cannot be asked, or its second answer has the wrong shape too.
pub async fn ask(
    model: &dyn ChatModel,
    question: Question<'_>,
) -> (Result<Map<String, Json>, NoAnswer>, Usage, u64) {
    let schema = answer_schema(question.returns);
    let mut request = Request {
        system: vec![SystemPart {
            text: question.system.to_owned(),
            cacheable: true,
        }],
        messages: vec![Message::user(question.text)],
        tools: vec![ToolSpec {
            name: ANSWER.to_owned(),
            description: "Gives the answer.".to_owned(),
            parameters: schema.clone(),
        }],
        tool_choice: ToolChoice::Named(ANSWER.to_owned()),
        max_tokens: MAX_TOKENS,
    };
    let mut usage = Usage::default();
    let mut wrong = String::new();
    let mut calls = 0;
    for _ in 0..2 {
        calls += 1;
        let reply = match model.complete(&request, &mut |_| {}).await {
            Ok(reply) => reply,
            Err(error) => return (Err(NoAnswer::Model(error)), usage, calls),
        };
        usage += reply.usage;
        match read(&reply, &schema) {
            Ok(answer) => return (Ok(answer), usage, calls),
            Err(why) => wrong = why,
        }
        let complaint = format!(
            "That is not the answer that was asked for: {wrong}. Call `{ANSWER}` again, with every field."
        );
        let made = reply.calls.clone();
        if reply.text.is_empty() && made.is_empty() {
            continue;
        }
        request.messages.push(reply.into_message());
        request.messages.push(match made.is_empty() {
            true => Message::user(complaint),
            false => Message::ToolResults {
                results: made
                    .iter()
                    .map(|call| ToolResult {
                        call_id: call.id.clone(),
                        content: complaint.clone(),
                        is_error: true,
                    })
                    .collect(),
            },
        });
    }
    (Err(NoAnswer::Invalid(wrong)), usage, calls)
}

/// Returns the JSON Schema of an answer with these fields, all of them and no others.
pub fn answer_schema(fields: &Map<String, Json>) -> Json {
    json!({
        "type": "object",
        "properties": fields,
        "required": fields.keys().collect::<Vec<_>>(),
        "additionalProperties": false
    })
}

/// Returns what holds an answer against a schema. A run asks the same of many cases, so that the
/// last few are kept.
fn validator(schema: &Json) -> Result<Arc<Validator>, String> {
    const KEPT: usize = 16;
    static LAST: Mutex<Vec<(Json, Arc<Validator>)>> = Mutex::new(Vec::new());
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = last().iter().find(|(of, _)| of == schema) {
        return Ok(known.clone());
    }
    let made =
        jsonschema::draft202012::new(schema).map_err(|e| format!("its schema is not one ({e})"))?;
    let made = Arc::new(made);
    let mut last = last();
    if last.len() == KEPT {
        last.remove(0);
    }
    last.push((schema.clone(), made.clone()));
    Ok(made)
}

fn read(reply: &super::Reply, schema: &Json) -> Result<Map<String, Json>, String> {
    if reply.stop == Stop::Length {
        return Err("it was cut off".to_owned());
    }
    // Servers that drop tools leave the answer in the text, often in a fence.
    let source = match reply.calls.first() {
        Some(call) => call.arguments.as_str(),
        None => {
            let (Some(start), Some(end)) = (reply.text.find('{'), reply.text.rfind('}')) else {
                return Err("it holds no JSON object".to_owned());
            };
            reply.text.get(start..=end).unwrap_or_default()
        }
    };
    fields(source, schema)
}

/// Returns the fields of an answer, if it fits its schema.
///
/// # Errors
/// What is wrong with it, as the model is told.
pub(super) fn fields(source: &str, schema: &Json) -> Result<Map<String, Json>, String> {
    let value: Json = serde_json::from_str(source).map_err(|e| format!("it is not JSON ({e})"))?;
    let validator = validator(schema)?;
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .take(5)
        .map(|e| e.to_string())
        .collect();
    match (errors.is_empty(), value) {
        (true, Json::Object(fields)) => Ok(fields),
        (true, _) => Err("it is not an object".to_owned()),
        (false, _) => Err(errors.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::ScriptedModel;
    use super::*;

    fn returns() -> Map<String, Json> {
        json!({"level": {"type": "string", "enum": ["high", "low"]}})
            .as_object()
            .unwrap()
            .clone()
    }

    async fn asked(replies: Vec<super::super::Reply>) -> Result<Map<String, Json>, NoAnswer> {
        let returns = returns();
        let model = ScriptedModel::new(replies);
        let question = Question {
            system: "s",
            text: "t",
            returns: &returns,
        };
        ask(&model, question).await.0
    }

    #[tokio::test]
    async fn an_answer_of_the_wrong_shape_is_sent_back_once() {
        let wrong = ScriptedModel::calls(&[("1", "answer", json!({"level": "medium"}))]);
        let right = ScriptedModel::calls(&[("2", "answer", json!({"level": "high"}))]);
        let answer = asked(vec![wrong.clone(), right]).await.unwrap();
        assert_eq!(answer["level"], "high");
        let Err(NoAnswer::Invalid(why)) = asked(vec![wrong.clone(), wrong]).await else {
            panic!("it is refused")
        };
        assert!(why.contains("medium"), "{why}");
    }

    #[tokio::test]
    async fn an_answer_in_the_text_is_read_too() {
        let reply = ScriptedModel::text("Sure:\n```json\n{\"level\": \"low\"}\n```");
        assert_eq!(asked(vec![reply]).await.unwrap()["level"], "low");
    }
}
