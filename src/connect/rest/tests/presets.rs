//! The presets, each held to its contract.

use super::service::{holds, refused};
use crate::connect::rest::presets;

#[tokio::test]
async fn hubspot() {
    holds("hubspot", include_str!("services/hubspot.json")).await;
}

#[tokio::test]
async fn salesforce() {
    holds("salesforce", include_str!("services/salesforce.json")).await;
}

#[tokio::test]
async fn zendesk() {
    holds("zendesk", include_str!("services/zendesk.json")).await;
}

#[tokio::test]
async fn intercom() {
    holds("intercom", include_str!("services/intercom.json")).await;
}

#[tokio::test]
async fn gong() {
    holds("gong", include_str!("services/gong.json")).await;
}

#[tokio::test]
async fn slack() {
    holds("slack", include_str!("services/slack.json")).await;
}

#[tokio::test]
async fn gmail() {
    holds("gmail", include_str!("services/gmail.json")).await;
}

#[tokio::test]
async fn stripe() {
    holds("stripe", include_str!("services/stripe.json")).await;
}

#[tokio::test]
async fn notion() {
    holds("notion", include_str!("services/notion.json")).await;
}

#[tokio::test]
async fn google_sheets() {
    holds("google-sheets", include_str!("services/google-sheets.json")).await;
}

#[test]
fn each_preset_cites_its_documentation_and_keeps_to_a_pace() {
    for name in presets::names() {
        let text = presets::text(name).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let docs = table["docs"].as_str().unwrap();
        assert!(docs.starts_with("https://"), "{name}");
        assert!(
            table["limits"]["per_second"].as_float().unwrap() > 0.0,
            "{name}"
        );
        let cited = text.lines().filter(|line| line.starts_with("# https://"));
        let tables = table["tables"].as_table().unwrap().len();
        assert!(cited.count() > tables, "{name}: each table cites its page");
    }
}

#[test]
fn a_preset_says_what_it_needs() {
    let error = refused("preset = 'zendesk'\nset = { email = 'ann@acme.example' }");
    assert_eq!(error.message, "`subdomain` is not filled in.");
    let error = refused("preset = 'hubspot'");
    assert_eq!(
        error.message,
        "The environment variable HUBSPOT_TOKEN is not set."
    );
    let error = refused("preset = 'hubspot'\nsecrets = { token = 'env:CRM_TOKEN' }");
    assert!(error.message.contains("CRM_TOKEN"), "{error}");
}

#[test]
fn the_documentation_lists_what_each_preset_offers() {
    let docs = include_str!("../../../../docs/connections.md");
    for name in presets::names() {
        let table: toml::Table = presets::text(name).unwrap().parse().unwrap();
        let row = docs
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")));
        let cells: Vec<&str> = row.expect(name).split('|').collect();
        for (part, cell) in [("tables", cells[2]), ("tools", cells[3])] {
            let told: Vec<&str> = cell
                .split([',', ' '])
                .filter(|word| !word.is_empty())
                .collect();
            for offered in table[part].as_table().unwrap().keys() {
                assert!(told.contains(&offered.as_str()), "{name} offers {offered}");
            }
        }
    }
}
