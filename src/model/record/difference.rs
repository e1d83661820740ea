//! What sets a request apart from the recorded ones.

use serde::Serialize;
use serde_json::Value;

use crate::diag::one_line;
use crate::model::Request;

/// Returns the first difference from the recorded request that begins most like this one.
pub(super) fn from_nearest<'a>(
    request: &Request,
    recorded: impl Iterator<Item = &'a Request>,
) -> String {
    let wanted = parts(request);
    let nearest = recorded
        .map(parts)
        .max_by_key(|known| (shared(&wanted, known), wanted.len() == known.len()));
    let Some(known) = nearest else {
        return "nothing was recorded".to_owned();
    };
    let at = shared(&wanted, &known);
    let name = |parts: &[Part]| parts.get(at).map(|part| part.name.clone());
    let text = |parts: &[Part]| parts.get(at).map_or_else(String::new, |p| p.text.clone());
    let (now, then) = (text(&wanted), text(&known));
    let same = now
        .chars()
        .zip(then.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let name = name(&wanted).or_else(|| name(&known)).unwrap_or_default();
    format!(
        "the nearest one differs in {name}: recorded {}, now {}",
        excerpt(&then, same),
        excerpt(&now, same)
    )
}

/// A part of a request, in the order in which models read them.
struct Part {
    name: String,
    text: String,
}

fn parts(request: &Request) -> Vec<Part> {
    let mut parts = Vec::new();
    for (number, tool) in request.tools.iter().enumerate() {
        parts.push(part(format!("tool {}", number + 1), tool));
    }
    for (number, system) in request.system.iter().enumerate() {
        parts.push(part(format!("system part {}", number + 1), system));
    }
    parts.push(part("tool_choice".to_owned(), &request.tool_choice));
    parts.push(part("max_tokens".to_owned(), &request.max_tokens));
    for (number, message) in request.messages.iter().enumerate() {
        parts.push(part(format!("message {}", number + 1), message));
    }
    parts
}

fn part(name: String, value: &impl Serialize) -> Part {
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    let text = super::sorted(value).to_string();
    Part { name, text }
}

fn shared(a: &[Part], b: &[Part]) -> usize {
    let pairs = a.iter().zip(b);
    pairs
        .take_while(|(a, b)| a.name == b.name && a.text == b.text)
        .count()
}

/// Returns the text around the first character that is not the same.
fn excerpt(text: &str, same: usize) -> String {
    if text.is_empty() {
        return "nothing".to_owned();
    }
    let from = same.saturating_sub(20);
    let rest: String = text.chars().skip(from).take(100).collect();
    let dots = if from > 0 { "…" } else { "" };
    format!("`{dots}{}`", one_line(&rest, 80))
}
