//! Phrases of SOPs that the drafter was not written for, and what they mean over their tables.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::condition::Reader;
use super::draft::singular;
use super::world::World;
use crate::connect::{Connections, table_details};
use crate::store::Workspace;

/// Returns what the drafter knows of the tables of a workspace.
async fn world(folder: &str) -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let workspace = Workspace::open(Some(&root), &root).unwrap();
    let connections = Connections::open(&workspace.settings().connections, &root, &|_| None);
    let mut world = World::default();
    for (connection, info) in &connections.catalog().await.connections {
        for (table, about) in &info.tables {
            let name = format!("{connection}.{table}");
            let told = Map::from_iter([(name.clone(), table_details(about, &name, &[]))]);
            world.read_result(&Json::Object(told));
        }
    }
    world
}

/// Phrases with the expression that each is read as, over the rows of a table.
const PHRASES: &[(&str, &[(&str, &str)])] = &[
    (
        "product.trials",
        &[
            (
                "self-serve trials that are still active and end within the next 7 days, plus the ones that expired in the past three days",
                "?",
            ),
            ("anything from our own domain (brightloom.io)", "?"),
            ("anything with \"test\" in the company name", "?"),
            ("people who unsubscribed", "?"),
            (
                "the prospect already has an open opportunity in the CRM",
                "?",
            ),
            ("at least one integration connected", "?"),
            ("two or more active users or at least three projects", "?"),
            ("companies with 200 or more employees", "?"),
            ("the trial was extended before", "?"),
        ],
    ),
    (
        "billing.invoices",
        &[
            (
                "invoices that are past due and still have something owing on them",
                "?",
            ),
            ("void and written-off ones", "?"),
            ("a balance of less than $100", "?"),
            ("up to two weeks late", "?"),
            ("15 to 45 days late", "?"),
            ("over 45 days late", "?"),
            (
                "more than $25,000 is still outstanding on a single invoice",
                "?",
            ),
            ("it is more than 30 days late", "?"),
            ("there is an unresolved dispute on the invoice", "?"),
            (
                "the customer has promised a payment date that is still ahead of us",
                "?",
            ),
            (
                "the last one on that invoice went out less than seven days ago",
                "?",
            ),
            ("the last reminder went out less than seven days ago", "?"),
        ],
    ),
    (
        "surveys.nps_responses",
        &[
            ("Anybody who scored us 6 or below in the last 30 days", "?"),
            ("status open or blank", "?"),
            ("accounts that have churned", "?"),
            ("contacts who have opted out of email", "?"),
            ("a score of 3 or lower", "?"),
            ("at an account worth $50k ARR or more", "?"),
            ("at one that renews within the next 90 days", "?"),
            ("No CSM on the account", "?"),
        ],
    ),
    (
        "crm.accounts",
        &[
            (
                "there's an urgent ticket that's been open longer than ten days",
                "?",
            ),
            ("the latest NPS score is a 6 or worse", "?"),
            ("raised more than five tickets in the last 90 days", "?"),
            ("we have no exec sponsor down for them", "?"),
            (
                "an account renewing in the next 60 days with no open renewal opportunity",
                "?",
            ),
            ("the QBR is less than ten days off", "?"),
            ("Customers on Enterprise Unlimited", "?"),
            ("Education accounts", "?"),
            ("Health red", "?"),
            ("an urgent ticket unsolved", "?"),
            ("an invoice more than 30 days overdue", "?"),
            ("the term ends within the next three months", "?"),
            ("contracts where overage is allowed", "?"),
        ],
    ),
];

#[tokio::test]
async fn phrases_of_unseen_procedures_are_read_right_or_not_at_all() {
    let world = world("tests/unseen").await;
    let mut wrong = Vec::new();
    for (table, phrases) in PHRASES {
        let cases = world.tables.iter().find(|t| t.name == *table).unwrap();
        let item = singular(cases.short());
        let reader = Reader {
            world: &world,
            cases,
            item,
            forms: super::statement::Forms::new(&world.statements),
            defined: Vec::new(),
        };
        for (phrase, expected) in *phrases {
            let read = reader.read(phrase).map(|read| read.source);
            let read = read.as_deref().unwrap_or("(unread)");
            if read != *expected {
                wrong.push(format!("{phrase}\n     {read}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
