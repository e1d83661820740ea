//! Bodies of web forms.

use reqwest::Url;
use serde_json::Value;

use super::operation::text_of;

/// Returns fields as `application/x-www-form-urlencoded`.
pub fn form<K: AsRef<str>, V: AsRef<str>>(fields: impl IntoIterator<Item = (K, V)>) -> String {
    // Any address does: only its query is taken.
    let Ok(mut url) = Url::parse("http://form/") else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

/// Returns a structure as fields, in which what is inside something is named in brackets, as in
/// `metadata[key]` and `items[0][price]`.
pub fn fields(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(String::new(), value, &mut found);
    found
}

fn collect(name: String, value: &Value, found: &mut Vec<(String, String)>) {
    let inside = |part: &str| match name.as_str() {
        "" => part.to_owned(),
        name => format!("{name}[{part}]"),
    };
    match value {
        Value::Null => {}
        Value::Object(parts) => {
            for (part, value) in parts {
                collect(inside(part), value, found);
            }
        }
        Value::Array(parts) => {
            for (place, value) in parts.iter().enumerate() {
                collect(inside(&place.to_string()), value, found);
            }
        }
        value => found.push((name, text_of(value))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_inside_is_named_in_brackets() {
        let body = json!({ "email": "a&b@x.test", "metadata": { "risk": "high" }, "none": null,
            "items": [{ "price": "p", "quantity": 2 }] });
        assert_eq!(
            form(fields(&body)),
            "email=a%26b%40x.test&metadata%5Brisk%5D=high&items%5B0%5D%5Bprice%5D=p&items%5B0%5D%5Bquantity%5D=2"
        );
    }
}
