//! The picture as a self-contained SVG that reads well on light and dark pages.

use super::{Part, Workflow, nodes};
use crate::spec::markup::escape;

const WIDTH: usize = 560;
const LEFT: usize = 20;
const LINE: usize = 18;
const GAP: usize = 26;

/// Returns an SVG image.
pub fn svg(workflow: &Workflow) -> String {
    let nodes = nodes(workflow);
    let mut body = String::new();
    let mut y = 58;
    for (index, node) in nodes.iter().enumerate() {
        let height = 34 + node.lines.len() * LINE;
        let (fill, stroke) = colours(node.part);
        let radius = if node.part == Part::Trigger { 17 } else { 7 };
        if index > 0 {
            let middle = WIDTH / 2;
            body += &format!(
                "<path d=\"M{middle} {} V{}\" stroke=\"#8a94a6\" stroke-width=\"1.5\" marker-end=\"url(#tip)\"/>\n",
                y - GAP,
                y - 5
            );
        }
        body += &format!(
            "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{}\" height=\"{height}\" rx=\"{radius}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n",
            WIDTH - 2 * LEFT
        );
        body += &format!(
            "<text x=\"{}\" y=\"{}\" class=\"t\">{}</text>\n",
            LEFT + 14,
            y + 22,
            escape(&node.title)
        );
        for (number, line) in node.lines.iter().enumerate() {
            body += &format!(
                "<text x=\"{}\" y=\"{}\" class=\"l\">{}</text>\n",
                LEFT + 14,
                y + 22 + (number + 1) * LINE,
                escape(line)
            );
        }
        y += height + GAP;
    }
    let height = y;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>text{{font-family:system-ui,sans-serif;fill:#1f2733}} .h{{font-size:17px;font-weight:600}} .t{{font-size:14px;font-weight:600}} .l{{font-size:12.5px}}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#8a94a6\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"34\" class=\"h\">{title}</text>\n{body}</svg>\n",
        title = escape(&workflow.title)
    )
}

fn colours(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::Trigger => ("#e6f0ff", "#5b8def"),
        Part::Data => ("#eaf7ee", "#58a575"),
        Part::Step => ("#f4f5f7", "#a3acba"),
        Part::Decision => ("#fff4dd", "#d9a441"),
        Part::Model => ("#f1eaff", "#9a7be0"),
        Part::End => ("#fdeaea", "#d47777"),
        Part::Output => ("#e8f6f8", "#4ca3b0"),
    }
}
