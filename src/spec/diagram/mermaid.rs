//! The picture as a Mermaid flowchart.

use super::{Part, Workflow, nodes};

/// Returns a Mermaid flowchart.
pub fn mermaid(workflow: &Workflow) -> String {
    let mut out = String::from("flowchart TD\n");
    let nodes = nodes(workflow);
    for (index, node) in nodes.iter().enumerate() {
        let mut label = escape(&node.title);
        for line in &node.lines {
            label += &format!("<br/><small>{}</small>", escape(line));
        }
        let (open, close) = match node.part {
            Part::Trigger => ("([", "])"),
            Part::Data => ("[(", ")]"),
            Part::Decision => ("{{", "}}"),
            Part::Model => ("[[", "]]"),
            Part::End => ("((", "))"),
            Part::Output => ("[/", "/]"),
            Part::Step => ("[", "]"),
        };
        out += &format!("  n{index}{open}\"{label}\"{close}\n");
    }
    for index in 1..nodes.len() {
        out += &format!("  n{} --> n{index}\n", index - 1);
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
