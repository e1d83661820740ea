//! Findings and errors as people read them: what, where, what to do.

use super::{Style, paint};
use crate::diag::{Diagnostic, Error, Severity, count};

/// Returns a finding over a few lines.
pub fn diagnostic(finding: &Diagnostic) -> String {
    let (word, style) = match finding.severity {
        Severity::Error => ("error", Style::Bad),
        Severity::Warning => ("warning", Style::Warn),
    };
    let place = match &finding.part {
        Some(part) => format!("{part}  {}", finding.at),
        None => finding.at.clone(),
    };
    let mut text = format!(
        "{} {}\n",
        paint(style, format!("{word}:")),
        paint(Style::Strong, &finding.message)
    );
    if !place.is_empty() {
        text += &format!("   {} {place}\n", paint(Style::Faint, "at"));
    }
    if let Some(excerpt) = &finding.excerpt {
        text += &format!("      {excerpt}\n");
    }
    if let Some(help) = &finding.help {
        text += &format!("   {} {help}\n", paint(Style::Accent, "help:"));
    }
    text += &format!(
        "   {}\n",
        paint(Style::Faint, format!("[{}]", finding.code))
    );
    text
}

/// Returns all findings, and how many there are.
pub fn diagnostics(findings: &[Diagnostic]) -> String {
    let mut text: String = findings.iter().map(|f| diagnostic(f) + "\n").collect();
    let errors = findings.iter().filter(|f| f.is_error()).count();
    text += &match (errors, findings.len() - errors) {
        (0, 0) => paint(Style::Good, "Nothing to mend."),
        (0, warnings) => {
            paint(Style::Good, "No errors") + &format!(", {}.", count(warnings, "warning"))
        }
        (errors, 0) => paint(Style::Bad, format!("{}.", count(errors, "error"))),
        (errors, warnings) => {
            paint(Style::Bad, count(errors, "error"))
                + &format!(", {}.", count(warnings, "warning"))
        }
    };
    text
}

/// Returns an error: what happened, its causes, what to do next.
pub fn error(error: &Error) -> String {
    let mut text = format!(
        "{} {}\n",
        paint(Style::Bad, "Error:"),
        paint(Style::Strong, &error.message)
    );
    for cause in &error.causes {
        text += &format!("  {} {cause}\n", paint(Style::Faint, "caused by:"));
    }
    for finding in &error.diagnostics {
        text += &diagnostic(finding);
    }
    if let Some(help) = &error.help {
        text += &format!("  {} {help}\n", paint(Style::Accent, "help:"));
    }
    text
}
