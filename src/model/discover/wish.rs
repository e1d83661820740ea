//! A model as people name it in a flag or a variable.

use crate::diag;
use crate::model::config::Provider;

/// What was wished for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The built-in drafter.
    BuiltIn,
    /// A provider's model; its first or usual one where none is named.
    Model(Provider, Option<String>),
}

impl Wish {
    /// Reads `provider/model`, a provider alone, `built-in`, or a model whose name tells its
    /// provider; `other` is the provider of all other names.
    pub(super) fn read(text: &str, other: Option<Provider>) -> diag::Result<Wish> {
        let text = text.trim();
        if text == "built-in" {
            return Ok(Wish::BuiltIn);
        }
        if let Some(provider) = Provider::named(text) {
            return Ok(Wish::Model(provider, None));
        }
        if let Some((provider, model)) = text.split_once('/')
            && let Some(provider) = Provider::named(provider)
            && !model.is_empty()
        {
            return Ok(Wish::Model(provider, Some(model.to_owned())));
        }
        let provider = match text {
            name if name.starts_with("claude-") => Some(Provider::Anthropic),
            name if name.starts_with("gpt-") && !name.contains(':') => Some(Provider::OpenAi),
            _ => other,
        };
        match provider {
            Some(provider) if !text.is_empty() => Ok(Wish::Model(provider, Some(text.to_owned()))),
            _ => Err(unknown(text)),
        }
    }
}

/// Returns the error for a name that is no model's.
pub(super) fn unknown(text: &str) -> diag::Error {
    diag::Error::usage(format!("`{text}` names no model")).help(
        "Write anthropic/NAME, openai/NAME, ollama/NAME, llamacpp, or built-in for the drafter that needs no model.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn models_are_named_with_their_provider() {
        let model = |provider, name: &str| Wish::Model(provider, Some(name.to_owned()));
        let read = |text| Wish::read(text, None).unwrap();
        assert_eq!(
            read("openai/meta/llama"),
            model(Provider::OpenAi, "meta/llama")
        );
        assert_eq!(read("claude-x"), model(Provider::Anthropic, "claude-x"));
        assert_eq!(read("llamacpp"), Wish::Model(Provider::LlamaCpp, None));
        assert_eq!(read("built-in"), Wish::BuiltIn);
        assert!(Wish::read("gpt-oss:20b", None).is_err());
        assert!(Wish::read("ollama/", None).is_err());
        let other = Wish::read("gpt-oss:20b", Some(Provider::Ollama)).unwrap();
        assert_eq!(other, model(Provider::Ollama, "gpt-oss:20b"));
    }
}
