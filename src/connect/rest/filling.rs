//! What a person fills into a description: its blanks, and where its secrets are.

use indexmap::IndexMap;
use serde_json::Value;

use super::description::{Blank, SecretAsked};
use super::template;
use crate::connect::{ConnectError, Row};
use crate::diag::did_you_mean;

/// How a text of a description names a secret.
const SECRET: &str = "secret:";

/// What the blanks are filled with.
#[derive(Debug, Clone, Default)]
pub struct Filling {
    /// The values by name.
    pub known: Row,
    /// Blanks that may be left open, and are.
    pub open: Vec<String>,
}

impl Filling {
    /// Returns what blanks are filled with: what a person says, else what holds unless said.
    ///
    /// # Errors
    /// For a blank that has to be filled in and is not, and for one that there is not.
    pub fn of(blanks: &IndexMap<String, Blank>, set: &Row) -> Result<Self, ConnectError> {
        let mut filling = Filling::default();
        let mut missing = Vec::new();
        check_names(blanks, set)?;
        for (name, blank) in blanks {
            let said = set.get(name).filter(|value| !is_empty(value));
            match said.or(blank.default.as_ref()) {
                Some(value) => {
                    filling.known.insert(name.clone(), value.clone());
                }
                None if blank.optional => filling.open.push(name.clone()),
                None => missing.push((name, blank)),
            }
        }
        let Some((first, blank)) = missing.first() else {
            return Ok(filling);
        };
        let names: Vec<&str> = missing.iter().map(|(name, _)| name.as_str()).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        Err(ConnectError::last(format!(
            "`{}` {verb} not filled in.",
            names.join("`, `")
        ))
        .help(format!(
            "Add to the connection in sopwright.toml: set = {{ {first} = \"…\" }}. It is: {}",
            blank.ask
        )))
    }

    /// Returns the same with what one table says of its own.
    ///
    /// # Errors
    /// For a blank that there is not.
    pub fn with(&self, blanks: &IndexMap<String, Blank>, set: &Row) -> Result<Self, ConnectError> {
        check_names(blanks, set)?;
        let mut filling = self.clone();
        filling.open.retain(|name| !set.contains_key(name));
        filling.known.extend(set.clone());
        Ok(filling)
    }

    /// Does one of these names stand for what was left open?
    pub fn leaves_open<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        names
            .into_iter()
            .any(|name| self.open.iter().any(|open| open == name))
    }

    /// Fills in an address. What is filled in can only be a part of the host's name or of the
    /// path, and so cannot lead to another host.
    ///
    /// # Errors
    /// For a value with other characters, and for a blank that is not declared.
    pub fn address(&self, text: &str) -> Result<String, ConnectError> {
        for name in template::names(text) {
            let value = self.known.get(name).ok_or_else(|| {
                ConnectError::last(format!("`{name}` of the address {text} is no blank.")).help(
                    format!("Declare it: [blanks.{name}] with `ask`, what it is."),
                )
            })?;
            let value = value.as_str().unwrap_or_default();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            if value.is_empty() || !value.bytes().all(is_plain) {
                return Err(ConnectError::last(format!(
                    "`{name}` is filled in with \"{value}\", which cannot stand in {text}."
                ))
                .help("It has letters, digits, dots and hyphens, and no slashes or spaces."));
            }
        }
        Ok(template::fill_text(text, &self.known))
    }
}

fn check_names(blanks: &IndexMap<String, Blank>, set: &Row) -> Result<(), ConnectError> {
    let known = || blanks.keys().map(String::as_str);
    match set.keys().find(|name| !blanks.contains_key(*name)) {
        None => Ok(()),
        Some(name) => {
            let names: Vec<&str> = known().collect();
            let help = match names.as_slice() {
                [] => "It has nothing to fill in.".to_owned(),
                names => format!("What can be filled in: {}.", names.join(", ")),
            };
            Err(
                ConnectError::last(format!("`set` fills in `{name}`, which there is not."))
                    .help(help)
                    .maybe_help(did_you_mean(name, known())),
            )
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Returns what shows who is calling, as a section would say it: blanks filled in, and each secret
/// by the variable that holds it. A secret that may be left out, and is, is not there.
///
/// # Errors
/// For a secret that is not described.
pub fn auth(
    described: &Value,
    filling: &Filling,
    asked: &IndexMap<String, SecretAsked>,
    named: &IndexMap<String, String>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Value, ConnectError> {
    let known = || asked.keys().map(String::as_str);
    if let Some(name) = named.keys().find(|name| !asked.contains_key(*name)) {
        return Err(
            ConnectError::last(format!("`secrets` names `{name}`, which there is not."))
                .help("Take it out.")
                .maybe_help(did_you_mean(name, known())),
        );
    }
    let mut auth = Row::new();
    for (key, value) in described.as_object().into_iter().flatten() {
        let text = match value {
            Value::String(text) => text,
            value => {
                auth.insert(key.clone(), value.clone());
                continue;
            }
        };
        if key == "token_url" {
            auth.insert(key.clone(), filling.address(text)?.into());
            continue;
        }
        let Some(name) = text.strip_prefix(SECRET) else {
            auth.insert(
                key.clone(),
                template::fill_text(text, &filling.known).into(),
            );
            continue;
        };
        let secret = asked.get(name).ok_or_else(|| {
            ConnectError::last(format!(
                "`auth` names the secret `{name}`, which is not described."
            ))
            .help(format!(
                "Describe it: [secrets.{name}] with `ask` and `env`."
            ))
        })?;
        let reference = named.get(name).cloned();
        let reference = reference.unwrap_or_else(|| format!("env:{}", secret.env));
        let is_there = || {
            let variable = reference.strip_prefix("env:").unwrap_or_default();
            env(variable).is_some_and(|value| !value.trim().is_empty())
        };
        if !secret.optional || named.contains_key(name) || is_there() {
            auth.insert(key.clone(), reference.into());
        }
    }
    Ok(Value::Object(auth))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn blanks() -> IndexMap<String, Blank> {
        serde_json::from_value(json!({
            "subdomain": { "ask": "The first part of your address" },
            "size": { "ask": "How many", "default": "100" },
            "sheet": { "ask": "Which", "optional": true },
        }))
        .unwrap()
    }

    fn row(value: Value) -> Row {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn blanks_are_filled_or_asked_for() {
        let filling = Filling::of(&blanks(), &row(json!({ "subdomain": "acme" }))).unwrap();
        assert_eq!(filling.known["size"], "100");
        assert!(filling.leaves_open(["sheet"]));
        let error = Filling::of(&blanks(), &Row::new()).unwrap_err();
        assert_eq!(error.message, "`subdomain` is not filled in.");
        assert!(
            error
                .help
                .unwrap()
                .contains("The first part of your address")
        );
        let error = Filling::of(&blanks(), &row(json!({ "subdomian": "a" }))).unwrap_err();
        assert!(error.help.unwrap().contains("Did you mean `subdomain`?"));
    }

    #[test]
    fn what_is_filled_in_cannot_lead_to_another_host() {
        let address = |subdomain: &str| {
            let filling = Filling::of(&blanks(), &row(json!({ "subdomain": subdomain }))).unwrap();
            filling.address("https://{subdomain}.zendesk.com")
        };
        assert_eq!(address("acme").unwrap(), "https://acme.zendesk.com");
        for evil in [
            "evil.test/",
            "evil.test#",
            "a@evil.test",
            "evil.test?",
            "a b",
            "evil:80",
        ] {
            assert!(address(evil).is_err(), "{evil}");
        }
    }

    #[test]
    fn secrets_are_named_by_their_variables() {
        let asked: IndexMap<String, SecretAsked> = serde_json::from_value(json!({
            "token": { "ask": "A token", "env": "DESK_TOKEN" },
            "refresh": { "ask": "A token", "env": "DESK_REFRESH", "optional": true },
        }))
        .unwrap();
        let described = json!({ "client_secret": "secret:token", "refresh_token": "secret:refresh",
            "token_url": "https://x.test", "in_header": true });
        let none = IndexMap::new();
        let made = auth(&described, &Filling::default(), &asked, &none, &|_| None).unwrap();
        assert_eq!(
            made,
            json!({ "client_secret": "env:DESK_TOKEN", "token_url": "https://x.test", "in_header": true })
        );
        let named = IndexMap::from([("refresh".to_owned(), "env:OTHER".to_owned())]);
        let made = auth(&described, &Filling::default(), &asked, &named, &|_| None).unwrap();
        assert_eq!(made["refresh_token"], "env:OTHER");
        let named = IndexMap::from([("tokn".to_owned(), "env:OTHER".to_owned())]);
        assert!(auth(&described, &Filling::default(), &asked, &named, &|_| None).is_err());
    }
}
