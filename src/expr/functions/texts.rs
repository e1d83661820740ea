//! Text, and structures held as text.

use std::cell::RefCell;
use std::collections::HashMap;

use minijinja::{Error, Value};
use regex::Regex;

use super::names::{normalize, similarity};
use super::{Function, always_any, always_boolean, always_number, always_text, fault, text};
use crate::expr::ops::is_missing;
use crate::expr::types::Type;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "contains",
        arguments: "text, part",
        arity: (2, 2),
        about: "whether a text (any case) or a list holds it",
        returns: always_boolean,
        strict: true,
        run: |_, args| contains(args),
    },
    Function {
        name: "contains_any",
        arguments: "text, [parts]",
        arity: (2, 2),
        about: "whether the text holds any of the parts, in any case, as whole words",
        returns: always_boolean,
        strict: true,
        run: |_, args| contains_any(args),
    },
    Function {
        name: "starts_with",
        arguments: "text, part",
        arity: (2, 2),
        about: "whether the text begins with it",
        returns: always_boolean,
        strict: true,
        run: |_, args| {
            Ok(text("starts_with", &args[0])?
                .starts_with(text("starts_with", &args[1])?)
                .into())
        },
    },
    Function {
        name: "ends_with",
        arguments: "text, part",
        arity: (2, 2),
        about: "whether the text ends with it",
        returns: always_boolean,
        strict: true,
        run: |_, args| {
            Ok(text("ends_with", &args[0])?
                .ends_with(text("ends_with", &args[1])?)
                .into())
        },
    },
    Function {
        name: "matches",
        arguments: "text, regex",
        arity: (2, 2),
        about: "whether the regular expression is found; anchor with ^ and $ for the whole text",
        returns: always_boolean,
        strict: true,
        run: |_, args| {
            let words = text("matches", &args[0])?;
            with_regex(text("matches", &args[1])?, |r| r.is_match(words).into())
        },
    },
    Function {
        name: "extract",
        arguments: "text, regex",
        arity: (2, 2),
        about: "the first match (its first group, if it has one), or missing",
        returns: always_text,
        strict: true,
        run: |_, args| {
            let words = text("extract", &args[0])?;
            with_regex(text("extract", &args[1])?, |r| first_match(r, words))
        },
    },
    Function {
        name: "normalize",
        arguments: "text",
        arity: (1, 1),
        about: "the text in lower case without accents, punctuation and double spaces",
        returns: always_text,
        strict: true,
        run: |_, args| Ok(normalize(text("normalize", &args[0])?).into()),
    },
    Function {
        name: "similarity",
        arguments: "a, b",
        arity: (2, 2),
        about: "how alike two names are, from 0 to 1, whatever the word order",
        returns: always_number,
        strict: true,
        run: |_, args| {
            if is_missing(&args[1]) {
                Ok(Value::from(()))
            } else {
                Ok(similarity(text("similarity", &args[0])?, text("similarity", &args[1])?).into())
            }
        },
    },
    Function {
        name: "split",
        arguments: "text, separator",
        arity: (1, 2),
        about: "the trimmed pieces between the separators (a comma without one)",
        returns: |_| Type::List(Box::new(Type::Text)),
        strict: true,
        run: |_, args| split(args),
    },
    Function {
        name: "parse_json",
        arguments: "text",
        arity: (1, 1),
        about: "the structure in a text, JSON or a Python literal",
        returns: always_any,
        strict: true,
        run: |_, args| parse_json(&args[0]),
    },
];

fn contains(args: &[Value]) -> Result<Value, Error> {
    if is_missing(&args[1]) {
        return Ok(Value::from(false));
    }
    match args[0].as_str() {
        Some(whole) => {
            let part = text("contains", &args[1])?;
            Ok(whole.to_lowercase().contains(&part.to_lowercase()).into())
        }
        None => Ok(super::items("contains", &args[0])?
            .contains(&args[1])
            .into()),
    }
}

fn contains_any(args: &[Value]) -> Result<Value, Error> {
    let whole = format!(" {} ", normalize(text("contains_any", &args[0])?));
    for part in super::items("contains_any", &args[1])? {
        let part = normalize(text("contains_any", &part)?);
        if !part.is_empty() && whole.contains(&format!(" {part} ")) {
            return Ok(Value::from(true));
        }
    }
    Ok(Value::from(false))
}

/// Runs something with a compiled expression; each thread keeps those it has used.
///
/// In a text, `\b` is a backspace, which nobody looks for: a word boundary is meant.
fn with_regex<T>(pattern: &str, on: impl FnOnce(&Regex) -> T) -> Result<T, Error> {
    thread_local!(static KNOWN: RefCell<HashMap<String, Regex>> = RefCell::default());
    KNOWN.with_borrow_mut(|known| {
        if !known.contains_key(pattern) {
            let regex = regex::RegexBuilder::new(&pattern.replace('\u{8}', r"\b"))
                .size_limit(1 << 20)
                .build()
                .map_err(|e| {
                    fault(format!(
                        "'{pattern}' is not a regular expression: {}",
                        crate::diag::one_line(&e.to_string(), 100)
                    ))
                })?;
            if known.len() > 200 {
                known.clear();
            }
            known.insert(pattern.to_owned(), regex);
        }
        known
            .get(pattern)
            .map(on)
            .ok_or_else(|| fault("a regular expression was lost"))
    })
}

fn first_match(regex: &Regex, words: &str) -> Value {
    regex
        .captures(words)
        .and_then(|c| c.get(1).or_else(|| c.get(0)))
        .map_or(Value::from(()), |m| Value::from(m.as_str()))
}

fn split(args: &[Value]) -> Result<Value, Error> {
    let separator = args.get(1).map_or(Ok(","), |s| text("split", s))?;
    let words = text("split", &args[0])?;
    let pieces: Vec<Value> = match separator {
        "" => words.split_whitespace().map(Value::from).collect(),
        separator => words
            .split(separator)
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .map(Value::from)
            .collect(),
    };
    Ok(Value::from(pieces))
}

fn parse_json(value: &Value) -> Result<Value, Error> {
    let Some(words) = value.as_str() else {
        return Ok(value.clone());
    };
    serde_json::from_str::<serde_json::Value>(words)
        .or_else(|_| serde_json::from_str(&from_python(words)))
        .map(|json| crate::expr::from_json(&json))
        .map_err(|_| {
            fault(format!(
                "`parse_json`: '{}' is neither JSON nor a Python literal",
                crate::diag::one_line(words, 60)
            ))
        })
}

/// Rewrites a Python literal as JSON: quotes, `True`, `False`, `None`, tuples.
fn from_python(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let mut inner = String::new();
                while let Some(n) = chars.next() {
                    match n {
                        '\\' => match chars.next() {
                            Some('n') => inner.push('\n'),
                            Some('t') => inner.push('\t'),
                            Some(other) => inner.push(other),
                            None => {}
                        },
                        n if n == c => break,
                        n => inner.push(n),
                    }
                }
                out.push_str(&serde_json::Value::from(inner).to_string());
            }
            '(' => out.push('['),
            ')' => out.push(']'),
            c if c.is_alphabetic() => {
                let mut word = String::from(c);
                while let Some(n) = chars.next_if(|n| n.is_alphanumeric() || *n == '_') {
                    word.push(n);
                }
                out.push_str(match word.as_str() {
                    "True" => "true",
                    "False" => "false",
                    "None" | "nan" | "NaN" => "null",
                    other => other,
                });
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_literals_become_json() {
        assert_eq!(
            from_python("{'a': [True, None, (1, 2)], \"b\": 'it\\'s'}"),
            r#"{"a": [true, null, [1, 2]], "b": "it's"}"#
        );
    }
}
