#![allow(clippy::unwrap_used, clippy::print_stdout)]
use super::draft::reader;
use super::form_tests::{procedure, short};
use super::statement::{Forms, meaning};
use super::world::Said;

#[tokio::test]
#[ignore]
async fn probe() {
    let text = std::fs::read_to_string("/tmp/dr/probe.txt").unwrap();
    let mut at = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("## ") {
            let parts: Vec<String> = rest.split(' ').map(str::to_owned).collect();
            at = Some((procedure(&parts[0], &parts[1]).await, parts[2].clone()));
            println!("== {rest}");
            continue;
        }
        let Some((world, table)) = &at else { continue };
        if line.trim().is_empty() { continue; }
        let cases = world.tables.iter().find(|t| t.name == *table).unwrap();
        let all = super::spoken(world);
        let reader = reader(world, cases, &all, &Forms::new(&all));
        let (kind, said) = line.split_once(' ').unwrap();
        let out = match kind {
            "c" => reader.read(said).map(|r| r.source),
            "g" => reader.grounded(said).map(|r| r.source),
            "w" => reader.worth(said).map(|r| r.source),
            _ => Some(short(&meaning(&Said::new(99, said, ""), &reader))),
        };
        println!("{kind} {said}\n      => {}", out.unwrap_or_else(|| "--".into()));
    }
}
