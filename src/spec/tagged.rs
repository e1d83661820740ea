//! Parts of a workflow that come in kinds: common fields, and those of the kind that `kind` names.

/// Declares a part with kinds: the struct, strict reading and writing, the schema in which an
/// error is the named kind's own, and the table of kinds that guide and docs are made from.
macro_rules! tagged {
    (
        $(#[$meta:meta])*
        $name:ident, $kind:ident, common $common:ident [$($field:literal),*], {
            $( $(#[doc = $about:literal])+ $variant:ident($body:ident) = $tag:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// The fields that every kind has.
            pub common: $common,
            /// The fields of its kind.
            pub kind: $kind,
        }

        #[doc = concat!("The kinds of [`", stringify!($name), "`].")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum $kind {
            $( $(#[doc = $about])+ $variant($body), )+
        }

        impl $kind {
            /// Returns the name of the kind, as a workflow writes it.
            pub fn name(&self) -> &'static str {
                match self { $( $kind::$variant(_) => $tag, )+ }
            }
        }

        impl $name {
            /// The kinds: name, and what it does.
            pub const KINDS: &'static [(&'static str, &'static str)] =
                &[$( ($tag, concat!($($about),+)), )+];

            /// The fields that every kind has, besides `kind`.
            pub const COMMON: &'static [&'static str] = &[$($field),*];
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let body = match &self.kind {
                    $( $kind::$variant(body) => serde_json::to_value(body), )+
                };
                let common = serde_json::to_value(&self.common).map_err(serde::ser::Error::custom)?;
                $crate::spec::tagged::join(common, self.kind.name(), body.map_err(serde::ser::Error::custom)?)
                    .serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                let whole = serde_json::Map::deserialize(deserializer)?;
                let (common, tag, body) = $crate::spec::tagged::part(whole, Self::COMMON);
                let kind = match tag.as_deref() {
                    $( Some($tag) => $kind::$variant(serde_json::from_value(body).map_err(D::Error::custom)?), )+
                    Some(other) => return Err(D::Error::custom(format!("there is no kind `{other}`"))),
                    None => return Err(D::Error::custom("`kind` is missing")),
                };
                Ok($name { common: serde_json::from_value(common).map_err(D::Error::custom)?, kind })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let common = <$common as schemars::JsonSchema>::json_schema(generator);
                let kinds = vec![$( (
                    $tag,
                    stringify!($variant),
                    concat!($($about),+).trim(),
                    <$body as schemars::JsonSchema>::json_schema(generator),
                ), )+];
                $crate::spec::schema::kinds(generator, stringify!($name), &common, kinds)
            }
        }
    };
}

pub(super) use tagged;

use serde_json::{Map, Value as Json};

/// Puts the fields of a part in reading order: `id`, `kind`, the other common ones, its own.
pub(super) fn join(common: Json, kind: &str, body: Json) -> Map<String, Json> {
    let mut whole = Map::new();
    let mut common = match common {
        Json::Object(fields) => fields,
        _ => Map::new(),
    };
    if let Some(id) = common.remove("id") {
        whole.insert("id".to_owned(), id);
    }
    whole.insert("kind".to_owned(), kind.into());
    whole.extend(common);
    if let Json::Object(fields) = body {
        whole.extend(fields);
    }
    whole
}

/// Takes a part apart: the common fields, the kind's name, the fields of the kind.
pub(super) fn part(whole: Map<String, Json>, common: &[&str]) -> (Json, Option<String>, Json) {
    let mut shared = Map::new();
    let mut own = Map::new();
    let mut kind = None;
    for (name, value) in whole {
        if name == "kind" {
            kind = value.as_str().map(str::to_owned);
        } else if common.contains(&name.as_str()) {
            shared.insert(name, value);
        } else {
            own.insert(name, value);
        }
    }
    (Json::Object(shared), kind, Json::Object(own))
}
