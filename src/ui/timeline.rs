//! What happened to a case, in the order of time: what it called and asked, what waited for whom,
//! and what was decided.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::inbox::{pairs, what};
use super::{Style, paint, spending, unpainted};
use crate::diag::one_line;
use crate::store::journal::{Approval, ApprovalState, Effect, EffectState, Reason, moment};

/// Something that happened to a case.
#[derive(Debug)]
pub struct Happened {
    /// Milliseconds since 1970.
    at: i64,
    /// How long it took, in milliseconds, where that is known.
    took: Option<i64>,
    part: String,
    words: String,
}

/// Returns what happened to a case, the earliest first.
pub fn timeline(effects: &[Effect], approvals: &[Approval]) -> Vec<Happened> {
    let mut all: Vec<Happened> = effects.iter().map(effect).collect();
    for approval in approvals {
        all.extend(waited(approval));
    }
    // What was begun at the same moment stays in the order of the journal.
    all.sort_by_key(|happened| happened.at);
    all
}

/// Returns a line for each, with the time of day, and the day where it is another one.
pub(super) fn lines(all: &[Happened]) -> Vec<String> {
    let mut day = None;
    let mut lines = Vec::new();
    for happened in all {
        let at = Timestamp::from_millisecond(happened.at).unwrap_or_default();
        let at = at.to_zoned(TimeZone::system());
        if day.replace(at.date()).is_some_and(|day| day != at.date()) {
            lines.push(at.strftime("%-d %b %Y").to_string());
        }
        let took = happened.took.filter(|ms| *ms > 0).map(took);
        let took = took.map_or(String::new(), |took| format!(" ({took})"));
        lines.push(format!(
            "{}  {}{took}",
            at.strftime("%H:%M:%S"),
            happened.words
        ));
    }
    lines
}

/// Returns it for programs.
impl From<&Happened> for Json {
    fn from(happened: &Happened) -> Json {
        json!({"at": moment(happened.at), "part": happened.part, "ms": happened.took,
            "what": unpainted(&happened.words)})
    }
}

fn took(ms: i64) -> String {
    match ms as f64 / 1000.0 {
        s if s < 10.0 => format!("{ms} ms"),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

fn effect(e: &Effect) -> Happened {
    let turn = match e.turn {
        0 => String::new(),
        n => format!(" ({})", n + 1),
    };
    let did = did(e);
    let arrow = if did == "wrote" { "" } else { " →" };
    Happened {
        at: e.begun,
        took: e.ended.map(|ended| ended - e.begun),
        part: e.part.clone(),
        words: format!("`{}`{turn} {did}{arrow} {}", e.part, came(e)),
    }
}

fn did(e: &Effect) -> String {
    let pairs_of = |field: &str| e.request[field].as_object().map(pairs).unwrap_or_default();
    let text_of = |field: &str| e.request[field].as_str().unwrap_or_default();
    let by_model = |what: &str| match &e.spent {
        Some(spent) => format!("{what} ({})", spending::answer(spent)),
        None => what.to_owned(),
    };
    match e.kind.as_str() {
        "tool" | "call" => {
            let arguments = one_line(&pairs_of("arguments"), 90);
            format!("called {}: {arguments}", text_of("tool"))
        }
        "llm" => by_model("asked the model"),
        "agent" => by_model("let the model find out"),
        "ask" => "asked a person".to_owned(),
        "wait" => match e.request["event"].as_str() {
            Some(event) => format!("waited for the event `{event}`"),
            None => format!("waited until {}", text_of("until")),
        },
        "select" => "was set beside the other cases".to_owned(),
        "message" => format!("sent a message to {}", text_of("to")),
        "update" => format!(
            "updated {}: {}",
            text_of("table"),
            one_line(&pairs_of("set"), 90)
        ),
        _ if e.answer.get("file").is_some() => "wrote".to_owned(),
        kind => kind.to_owned(),
    }
}

fn came(e: &Effect) -> String {
    match e.state {
        EffectState::Done => match e.answer.get("file").map_or_else(|| plain(&e.answer), plain) {
            answer if answer.is_empty() => "done".to_owned(),
            answer => match e.answer["by"].as_str() {
                Some(by) => one_line(&format!("{answer}, and called {by}"), 140),
                None => one_line(&answer, 140),
            },
        },
        EffectState::Failed => {
            let message = e.answer["message"].as_str().unwrap_or_default();
            paint(Style::Bad, format!("failed: {message}"))
        }
        EffectState::Begun if matches!(e.kind.as_str(), "ask" | "wait") => {
            paint(Style::Warn, "still waits")
        }
        EffectState::Begun => paint(Style::Warn, "begun; what came of it is not known"),
        EffectState::Again => "is done again when the run is resumed".to_owned(),
        EffectState::NotDone => "is done when the run is resumed".to_owned(),
        EffectState::Left => "a person left it as it is".to_owned(),
    }
}

/// Returns when something was put before a person, and when it was decided.
fn waited(a: &Approval) -> Vec<Happened> {
    let happened = |at: i64, took: Option<i64>, words: String| Happened {
        at,
        took,
        part: a.part.name.clone(),
        words: format!("`{}` {words}", a.part.name),
    };
    let about = one_line(&what(a.delivery()), 90);
    let waits = match (a.state, a.expires) {
        (ApprovalState::Waiting, Some(expires)) => format!(
            " {}",
            paint(Style::Warn, format!("(waits until {})", super::at(expires)))
        ),
        (ApprovalState::Waiting, None) => format!(" {}", paint(Style::Warn, "(waits)")),
        _ => String::new(),
    };
    let put = match a.reason {
        Reason::Question => "asked, in the inbox as number",
        _ => "put before a person, in the inbox as number",
    };
    let mut all = vec![happened(
        a.created,
        None,
        format!("{put} {}: {about}{waits}", a.id),
    )];
    let why = a
        .why
        .as_ref()
        .map_or(String::new(), |why| format!(": {why}"));
    let did = match a.state {
        ApprovalState::Waiting => None,
        ApprovalState::Approved => Some("approved, and not delivered yet"),
        ApprovalState::Sending => Some("approved; whether it was delivered is not known"),
        ApprovalState::Sent => Some("approved and delivered"),
        ApprovalState::Rejected => Some("rejected"),
        ApprovalState::Expired => Some("expired: nobody decided in time"),
        ApprovalState::Answered => Some("answered"),
    };
    if let Some((by, at)) = &a.decided {
        let by = format!("{} by {by}{why}", did.unwrap_or("changed"));
        let problem = a.problem.as_ref();
        let problem = problem.map_or(String::new(), |p| paint(Style::Bad, format!(" ({p})")));
        all.push(happened(*at, Some(at - a.created), by + &problem));
    } else if let (Some(did), Some(at)) = (did, a.expires) {
        all.push(happened(at, None, did.to_owned()));
    }
    all
}

/// Returns a value as people read it.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Object(fields) => pairs(fields),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: &str, part: &str, state: EffectState, times: (i64, Option<i64>)) -> Effect {
        Effect {
            part: part.to_owned(),
            turn: 0,
            kind: kind.to_owned(),
            state,
            request: json!({"event": "paid", "tool": "desk.note", "arguments": {"id": "7"}}),
            answer: json!({"amount": 3}),
            begun: times.0,
            ended: times.1,
            spent: None,
        }
    }

    #[test]
    fn what_happened_is_told_in_the_order_of_time_with_what_still_waits() {
        const DAY: i64 = 86_400_000;
        let effects = [
            made(
                "wait",
                "payment",
                EffectState::Done,
                (1_000, Some(2 * DAY + 1_000)),
            ),
            made(
                "call",
                "note",
                EffectState::Done,
                (2 * DAY + 2_000, Some(2 * DAY + 2_020)),
            ),
            made("ask", "fine", EffectState::Begun, (500, None)),
        ];
        let all = timeline(&effects, &[]);
        let told: Vec<&str> = all.iter().map(|h| h.part.as_str()).collect();
        assert_eq!(told, ["fine", "payment", "note"]);
        let lines: Vec<String> = lines(&all).iter().map(|line| unpainted(line)).collect();
        assert!(
            lines[0].ends_with("`fine` asked a person → still waits"),
            "{lines:?}"
        );
        assert!(
            lines[1].ends_with("`payment` waited for the event `paid` → amount 3 (2.0 days)"),
            "{lines:?}"
        );
        assert!(
            lines[3].ends_with("`note` called desk.note: id 7 → amount 3 (20 ms)"),
            "{lines:?}"
        );
        let json = Json::from(&all[2]);
        assert_eq!((&json["ms"], &json["part"]), (&json!(20), &json!("note")));
    }
}
