//! A trace as one page that stands alone: no scripts, nothing to fetch.

use super::{Carrier, State, Trace, TraceRow};
use crate::spec::markup::escape;

/// Light and dark; no state is told by colour alone.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1f2733;--soft:#5a6575;--page:#fff;--line:#d9dee6;--head:#f4f6f9;--warn:#8a5a00;--link:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#a3adbb;--page:#14181f;--line:#343c49;--head:#1d232d;--warn:#e8b04c;--link:#8ab4f8}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{margin:0;font-size:1.5rem} h2{margin:2rem 0 .5rem;font-size:1.15rem}
.counts{margin:.25rem 0 1rem;color:var(--soft)} .caution{font-weight:600;color:var(--warn)}
table{width:100%;border-collapse:collapse} caption{text-align:left;color:var(--soft);padding-bottom:.5rem}
th,td{padding:.5rem .75rem;text-align:start;vertical-align:top;overflow-wrap:anywhere} tr{border-bottom:1px solid var(--line);break-inside:avoid}
thead th,.heading th{background:var(--head)} th[scope=row]{font-weight:400;color:var(--soft);text-align:end;white-space:nowrap} .said{width:42%}
ul{margin:0;padding-left:1.1rem} .state{font-weight:600} .open,.in_part,.assumed{color:var(--warn)} .waived,.more{color:var(--soft)}
a{color:var(--link)}";

/// Returns a trace as an HTML page.
pub fn html(trace: &Trace) -> String {
    let title = escape(&trace.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}: what carries out the SOP</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n\
         <h1 dir=\"auto\">{title}</h1>\n<p class=\"counts\">{}</p>\n",
        escape(&trace.counts.words())
    );
    if let Some(caution) = &trace.caution {
        page += &format!("<p class=\"caution\">{}</p>\n", escape(caution));
    }
    page += &table(&trace.rows);
    section(
        &mut page,
        "Not asked for by the SOP",
        trace.uncited.iter().map(carrier).collect(),
    );
    section(
        &mut page,
        "Assumed",
        trace
            .assumptions
            .iter()
            .map(|a| item("", &a.words()))
            .collect(),
    );
    page + "</main>\n</body>\n</html>\n"
}

fn table(rows: &[TraceRow]) -> String {
    let mut out = String::from(
        "<table>\n<caption>Each statement of the SOP, and what carries it out</caption>\n\
         <thead>\n<tr><th scope=\"col\">No.</th><th scope=\"col\" class=\"said\">The SOP says</th><th scope=\"col\">Carried out by</th></tr>\n</thead>\n",
    );
    for group in rows.chunk_by(|a, b| a.heading == b.heading) {
        out += "<tbody>\n";
        if let Some(heading) = group.first().and_then(|row| row.heading.as_deref()) {
            out += &format!(
                "<tr class=\"heading\"><th scope=\"rowgroup\" colspan=\"3\" dir=\"auto\">{}</th></tr>\n",
                escape(heading)
            );
        }
        for row in group {
            out += &format!(
                "<tr id=\"s{number}\"><th scope=\"row\">{number}</th><td dir=\"auto\">{}</td><td>{}</td></tr>\n",
                escape(&row.text),
                becomes(row),
                number = row.number,
            );
        }
        out += "</tbody>\n";
    }
    out + "</table>\n"
}

/// Returns what becomes of a statement: a remark, its carriers, what is assumed.
fn becomes(row: &TraceRow) -> String {
    let mut out = String::new();
    if let Some(remark) = row.remark() {
        let class = match row.state {
            State::CarriedOut => "waived",
            State::InPart => "in_part",
            State::Waived => "waived",
            State::Open => "open",
        };
        out += &format!(
            "<div class=\"state {class}\" dir=\"auto\">{}</div>",
            escape(&sentence(&remark))
        );
    }
    let carriers = row.carriers.iter().map(carrier);
    let assumed = row
        .assumptions
        .iter()
        .map(|a| item(" class=\"assumed\"", &format!("Assumed: {}", a.words())));
    let items: String = carriers.chain(assumed).collect();
    if !items.is_empty() {
        out += &format!("<ul>{items}</ul>");
    }
    out
}

fn carrier(carrier: &Carrier) -> String {
    let mut text = escape(&sentence(&carrier.text));
    if let Some(number) = carrier.told_at {
        text += &format!(
            " <span class=\"more\">(told at <a href=\"#s{number}\">statement {number}</a>)</span>"
        );
    } else if !carrier.details.is_empty() {
        let details: String = carrier.details.iter().map(|d| item("", d)).collect();
        text += &format!("<ul>{details}</ul>");
    }
    format!("<li dir=\"auto\">{text}</li>")
}

fn item(attributes: &str, text: &str) -> String {
    format!("<li{attributes} dir=\"auto\">{}</li>", escape(text))
}

fn section(page: &mut String, title: &str, items: Vec<String>) {
    if !items.is_empty() {
        *page += &format!("<h2>{title}</h2>\n<ul>\n{}\n</ul>\n", items.join("\n"));
    }
}

/// Returns words as they begin a line of the page.
fn sentence(words: &str) -> String {
    crate::spec::explain::capital(words)
}
