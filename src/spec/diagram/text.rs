//! Boxes drawn with characters.

use super::{Part, Workflow, nodes};

/// Returns the picture as text, at most `width` characters wide.
pub fn text(workflow: &Workflow, width: usize) -> String {
    let nodes = nodes(workflow);
    let longest = nodes
        .iter()
        .flat_map(|n| n.lines.iter().chain([&n.title]))
        .map(|l| l.chars().count())
        .max()
        .unwrap_or(0);
    let inner = longest.clamp(24, width.saturating_sub(8).max(24));
    let mut out = String::new();
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push_str(&format!("{:>1$}\n", "│", inner / 2 + 3));
        }
        let mark = match node.part {
            Part::Trigger => "▶",
            Part::Data => "▤",
            Part::Step => "•",
            Part::Decision => "◆",
            Part::Model => "✦",
            Part::End => "■",
            Part::Output => "✉",
        };
        out.push_str(&format!("┌{}┐\n", "─".repeat(inner + 4)));
        out.push_str(&row(&format!("{mark} {}", node.title), inner + 2));
        for line in &node.lines {
            out.push_str(&row(&format!("  {line}"), inner + 2));
        }
        out.push_str(&format!("└{}┘\n", "─".repeat(inner + 4)));
    }
    out
}

fn row(text: &str, inner: usize) -> String {
    let cut: String = if text.chars().count() > inner {
        text.chars().take(inner - 1).chain(['…']).collect()
    } else {
        text.to_owned()
    };
    let pad = inner - cut.chars().count();
    format!("│ {cut}{} │\n", " ".repeat(pad))
}
