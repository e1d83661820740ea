//! A server that answers as a service is documented to, and fails as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use reqwest::Url;
use serde_json::{Value, json};

use crate::connect::http::server::Server;

/// A request in short: its method, path and query, decoded; its headers; its body.
#[derive(Debug, Clone)]
pub struct Asked {
    /// As in `GET /v1/deals?limit=100`.
    pub line: String,
    /// All headers, in small letters.
    pub head: String,
    /// The body: JSON as such, a form as text.
    pub body: Value,
}

/// An answer that goes wrong, for the next request of its kind.
pub struct Fault {
    /// The line of the request.
    pub line: String,
    /// Its body, where that tells it apart.
    pub body: Option<Value>,
    /// What is answered.
    pub answer: (String, String),
}

/// The server.
pub struct Desk {
    server: Server,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl Desk {
    /// Starts it. Each answer has an `ask`, as [`Asked::line`]; and it may have the `body` that is
    /// needed, a `status`, `headers`, and the `answer`.
    pub async fn start(answers: Vec<Value>, needs: Vec<String>) -> Self {
        let faults: Arc<Mutex<VecDeque<Fault>>> = Arc::default();
        let waiting = faults.clone();
        let server = Server::start_whole(move |request| {
            let asked = asked(request);
            let mut faults = waiting.lock().unwrap();
            let fault = faults.iter().position(|fault| {
                let is_body = fault.body.as_ref().is_none_or(|body| *body == asked.body);
                in_order(&fault.line) == asked.line && is_body
            });
            if let Some(place) = fault {
                return faults.remove(place).unwrap().answer;
            }
            let found = answers.iter().find(|answer| {
                in_order(answer["ask"].as_str().unwrap()) == asked.line
                    && answer.get("body").is_none_or(|body| *body == asked.body)
            });
            let Some(answer) = found else {
                let told = format!("nothing is answered to {} {}", asked.line, asked.body);
                let told = json!({ "code": "unasked", "message": told });
                return ("418 I'm a teapot".to_owned(), told.to_string());
            };
            let is_open = answer["open"] == json!(true);
            for need in needs.iter().filter(|_| !is_open) {
                if !asked.head.contains(&need.to_lowercase()) {
                    let told = format!("{} lacks {need}", asked.line);
                    return ("401 Unauthorized".to_owned(), told);
                }
            }
            let status = answer["status"].as_u64().unwrap_or(200);
            let mut head = format!("{status} OK\r\nContent-Type: application/json");
            for (name, value) in answer["headers"].as_object().into_iter().flatten() {
                head += &format!("\r\n{name}: {}", value.as_str().unwrap());
            }
            match &answer["answer"] {
                Value::Null => (head, String::new()),
                answer => (head, answer.to_string()),
            }
        });
        Desk {
            server: server.await,
            faults,
        }
    }

    /// Returns where it is.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// Lets the next request with that line go wrong.
    pub fn fails(&self, line: &str, head: &str, body: &Value) {
        self.fails_for((line, None), head, body);
    }

    /// Lets the next request with that line and body go wrong.
    pub fn fails_for(&self, (line, asked): (&str, Option<&Value>), head: &str, body: &Value) {
        self.faults.lock().unwrap().push_back(Fault {
            line: line.to_owned(),
            body: asked.cloned(),
            answer: (
                format!("{head}\r\nContent-Type: application/json"),
                body.to_string(),
            ),
        });
    }

    /// Returns the requests since a number of them.
    pub fn asked(&self, since: usize) -> Vec<Asked> {
        self.server
            .requests()
            .iter()
            .skip(since)
            .map(|r| asked(r))
            .collect()
    }

    /// Returns how many requests there were.
    pub fn count(&self) -> usize {
        self.server.requests().len()
    }
}

fn asked(request: &str) -> Asked {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (first, head) = head.split_once("\r\n").unwrap();
    let mut parts = first.split(' ');
    let (method, target) = (parts.next().unwrap(), parts.next().unwrap());
    let url = Url::parse(&format!("http://desk{target}")).unwrap();
    let query: Vec<String> = url
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let query = match query.is_empty() {
        true => String::new(),
        false => format!("?{}", query.join("&")),
    };
    Asked {
        line: in_order(&format!("{method} {}{query}", url.path())),
        head: head.to_lowercase(),
        body: match body {
            "" => Value::Null,
            body => serde_json::from_str(body).unwrap_or_else(|_| body.into()),
        },
    }
}

/// Returns a line with its query in the order of the alphabet, since a service takes it in any.
pub fn in_order(line: &str) -> String {
    let Some((path, query)) = line.split_once('?') else {
        return line.to_owned();
    };
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.sort_unstable();
    format!("{path}?{}", parts.join("&"))
}
