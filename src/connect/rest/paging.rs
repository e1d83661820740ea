//! What asks for the next page.

use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};
use serde_json::{Value, json};

use super::description::Next;
use crate::connect::ConnectError;
use crate::connect::listing::cursor_at;

/// What asks for a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The request as it is.
    First,
    /// With a parameter.
    With(String, Value),
    /// At an address that the service gave.
    At(Url),
}

/// What an answer held of the page that was asked for.
pub struct Page<'a> {
    /// What asked for it.
    pub step: &'a Step,
    /// Where it was.
    pub url: &'a Url,
    /// The answer.
    pub answer: &'a Value,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// How many records it held.
    pub count: usize,
    /// The last of them.
    pub last: Option<&'a Value>,
}

/// Returns what asks for the first page.
pub fn first(next: Option<&Next>) -> Step {
    match next {
        Some(Next::Number { parameter, from }) => Step::With(parameter.clone(), json!(from)),
        Some(Next::Offset {
            parameter,
            rows_from,
        }) => Step::With(parameter.clone(), json!(rows_from)),
        _ => Step::First,
    }
}

/// Returns what asks for the page after this one; `None` after the last.
///
/// # Errors
/// For an address on another host: what is sent there would hold the secret.
pub fn following(next: Option<&Next>, page: &Page<'_>) -> Result<Option<Step>, ConnectError> {
    // A page that is shorter than asked for need not be the last, since a service may give fewer:
    // the end is an empty one.
    let counted = |parameter: &String, by: u64| match page.step {
        Step::With(_, number) if page.count > 0 => {
            let number = number.as_u64().unwrap_or_default() + by;
            Some(Step::With(parameter.clone(), json!(number)))
        }
        _ => None,
    };
    Ok(match next {
        None => None,
        Some(Next::Number { parameter, .. }) => counted(parameter, 1),
        Some(Next::Offset { parameter, .. }) => counted(parameter, page.count as u64),
        Some(Next::Cursor {
            parameter,
            at,
            more,
        }) => {
            let is_more = more.as_ref().is_none_or(|more| is_true(page.answer, more));
            let cursor = cursor_at(page.answer, at).filter(|_| is_more);
            cursor.map(|cursor| Step::With(parameter.clone(), cursor))
        }
        Some(Next::Last {
            parameter,
            last,
            more,
        }) => {
            let value = page.last.and_then(|record| record.get(last));
            let value = value.filter(|value| is_true(page.answer, more) && !value.is_null());
            value.map(|value| Step::With(parameter.clone(), value.clone()))
        }
        Some(Next::Link { link }) => {
            let address = cursor_at(page.answer, link);
            address
                .as_ref()
                .and_then(Value::as_str)
                .map(|address| same_host(page.url, address))
                .transpose()?
        }
        Some(Next::Header { header }) => page
            .headers
            .get_all(LINK)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .find_map(|links| linked(links, header))
            .map(|address| same_host(page.url, &address))
            .transpose()?,
    })
}

fn is_true(answer: &Value, path: &str) -> bool {
    answer.pointer(path) == Some(&Value::Bool(true))
}

fn same_host(from: &Url, address: &str) -> Result<Step, ConnectError> {
    let url = from.join(address).ok();
    let url = url.filter(|url| url.origin() == from.origin());
    url.map(Step::At).ok_or_else(|| {
        ConnectError::last(format!(
            "{} names a next page on another host, which is not asked.",
            from.host_str().unwrap_or_default()
        ))
    })
}

/// Returns the address with a relation in a header such as `<https://…>; rel="next", <…>`.
fn linked(links: &str, relation: &str) -> Option<String> {
    links.split('<').skip(1).find_map(|link| {
        let (address, rest) = link.split_once('>')?;
        let is_it = rest.split([';', ',']).any(|part| {
            let (name, value) = part.split_once('=').unwrap_or_default();
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value.split_ascii_whitespace().any(|said| said == relation)
        });
        is_it.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn after(next: Value, step: &Step, answer: Value, link: &str, count: usize) -> Option<Step> {
        let next: Next = serde_json::from_value(next).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LINK, link.parse().unwrap());
        let url = Url::parse("https://x.test/v1/deals?limit=2").unwrap();
        let last = answer.pointer("/rows/0").cloned();
        let page = Page {
            step,
            url: &url,
            answer: &answer,
            headers: &headers,
            count,
            last: last.as_ref(),
        };
        following(Some(&next), &page).unwrap()
    }

    fn with(name: &str, value: Value) -> Option<Step> {
        Some(Step::With(name.to_owned(), value))
    }

    #[test]
    fn each_way_of_paging_goes_on_and_ends() {
        let first = Step::First;
        let cursor = json!({"parameter": "after", "at": "/next", "more": "/more"});
        let more = json!({"next": "c2", "more": true});
        assert_eq!(
            after(cursor.clone(), &first, more, "", 2),
            with("after", json!("c2"))
        );
        let end = json!({"next": "c2", "more": false});
        assert_eq!(after(cursor, &first, end, "", 2), None);

        let page = json!({"parameter": "page", "from": 1});
        let second = with("page", json!(2)).unwrap();
        assert_eq!(
            after(page.clone(), &second, json!({}), "", 1),
            with("page", json!(3))
        );
        assert_eq!(after(page, &second, json!({}), "", 0), None);

        let offset = json!({"parameter": "skip", "rows_from": 0});
        let at = with("skip", json!(40)).unwrap();
        assert_eq!(
            after(offset, &at, json!({}), "", 20),
            with("skip", json!(60))
        );

        let last = json!({"parameter": "starting_after", "last": "id", "more": "/more"});
        let answer = json!({"rows": [{"id": "x9"}], "more": true});
        assert_eq!(
            after(last, &first, answer, "", 1),
            with("starting_after", json!("x9"))
        );

        let link = json!({"link": "/next"});
        let answer = json!({"next": "/v1/deals?cursor=2"});
        let Some(Step::At(url)) = after(link.clone(), &first, answer, "", 1) else {
            panic!("an address")
        };
        assert_eq!(url.as_str(), "https://x.test/v1/deals?cursor=2");
        assert_eq!(after(link, &first, json!({"next": null}), "", 1), None);

        let header = json!({"header": "next"});
        let links =
            "<https://x.test/v1/deals?page=1>; rel=\"prev\", </v1/deals?page=3>; rel=\"next\"";
        let Some(Step::At(url)) = after(header.clone(), &first, json!({}), links, 1) else {
            panic!("an address")
        };
        assert_eq!(url.as_str(), "https://x.test/v1/deals?page=3");
        assert_eq!(
            after(header, &first, json!({}), "</a>; rel=\"prev\"", 1),
            None
        );
    }

    #[test]
    fn another_host_is_not_asked() {
        let url = Url::parse("https://x.test/").unwrap();
        let error = same_host(&url, "https://evil.test/next").unwrap_err();
        assert!(error.message.contains("another host"), "{error}");
    }
}
