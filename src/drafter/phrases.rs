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
pub(super) async fn world(folder: &str) -> World {
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
                "trial.channel == 'self-serve' and (trial.trial_status == 'active' and days_until(trial.ends_on) <= 7 and days_until(trial.ends_on) >= 0 or days_since(trial.ends_on) <= 3 and days_since(trial.ends_on) >= 0 and trial.trial_status == 'expired')",
            ),
            (
                "anything from our own domain (brightloom.io)",
                "ends_with(trial.contact_email, '@brightloom.io')",
            ),
            (
                "anything with \"test\" in the company name",
                "contains(trial.company_name, 'test')",
            ),
            ("people who unsubscribed", "trial.unsubscribed == true"),
            (
                "the prospect already has an open opportunity in the CRM",
                "any(opportunities, \"item.stage not in ['Closed Lost', 'Closed Won']\")",
            ),
            (
                "at least one integration connected",
                "trial.integrations_connected >= 1",
            ),
            (
                "two or more active users or at least three projects",
                "trial.active_users >= 2 or trial.projects_created >= 3",
            ),
            (
                "companies with 200 or more employees",
                "trial.company_size >= 200",
            ),
            ("the trial was extended before", "trial.extended == true"),
        ],
    ),
    (
        "billing.invoices",
        &[
            (
                "invoices that are past due and still have something owing on them",
                "days_since(invoice.due_date) > 0 and (invoice.total_amount - invoice.amount_paid) > 0",
            ),
            (
                "void and written-off ones",
                "invoice.status in ['void', 'written_off']",
            ),
            (
                "a balance of less than $100",
                "(invoice.total_amount - invoice.amount_paid) < 100",
            ),
            (
                "up to two weeks late",
                "days_since(invoice.due_date) <= 14 and days_since(invoice.due_date) > 0",
            ),
            (
                "15 to 45 days late",
                "days_since(invoice.due_date) >= 15 and days_since(invoice.due_date) <= 45",
            ),
            ("over 45 days late", "days_since(invoice.due_date) > 45"),
            (
                "more than $25,000 is still outstanding on a single invoice",
                "(invoice.total_amount - invoice.amount_paid) > 25000",
            ),
            (
                "it is more than 30 days late",
                "days_since(invoice.due_date) > 30",
            ),
            (
                "there is an unresolved dispute on the invoice",
                "any(disputes, \"item.status not in ['resolved']\")",
            ),
            (
                "the customer has promised a payment date that is still ahead of us",
                "any(promises_to_pay, \"days_until(item.promised_payment_date) > 0\")",
            ),
            (
                "the last one on that invoice went out less than seven days ago",
                "(unread)",
            ),
            (
                "the last reminder went out less than seven days ago",
                "days_since(invoice.last_reminder_date) < 7 and days_since(invoice.last_reminder_date) >= 0",
            ),
        ],
    ),
    (
        "surveys.nps_responses",
        &[
            (
                "Anybody who scored us 6 or below in the last 30 days",
                "(unread)",
            ),
            (
                "status open or blank",
                "nps_response.follow_up_status == 'open' or nps_response.follow_up_status is missing",
            ),
            (
                "accounts that have churned",
                "any(accounts, \"item.lifecycle_stage == 'churned'\")",
            ),
            (
                "contacts who have opted out of email",
                "any(contacts, \"item.email_opt_out == true\")",
            ),
            ("a score of 3 or lower", "nps_response.score <= 3"),
            (
                "at an account worth $50k ARR or more",
                "max(accounts, 'arr_usd') >= 50000",
            ),
            (
                "at one that renews within the next 90 days",
                "days_until(max(accounts, 'renewal_date')) <= 90 and days_until(max(accounts, 'renewal_date')) >= 0",
            ),
            (
                "No CSM on the account",
                "any(accounts, \"item.csm_email is missing\")",
            ),
        ],
    ),
    (
        "crm.accounts",
        &[
            (
                "there's an urgent ticket that's been open longer than ten days",
                "any(tickets, \"days_since(item.created_at) > 10 and item.status not in ['closed', 'solved'] and item.priority == 'urgent'\")",
            ),
            (
                "the latest NPS score is a 6 or worse",
                "(nps_responses | sort(attribute='submitted_at') | last).score <= 6",
            ),
            (
                "raised more than five tickets in the last 90 days",
                "(tickets | where(\"days_since(item.created_at) <= 90 and days_since(item.created_at) >= 0\") | length) > 5",
            ),
            (
                "we have no exec sponsor down for them",
                "any(qbr_calendar, \"item.exec_sponsor_email is missing\")",
            ),
            (
                "an account renewing in the next 60 days with no open renewal opportunity",
                "days_until(account.renewal_date) <= 60 and days_until(account.renewal_date) >= 0 and not any(opportunities, \"item.opportunity_type == 'renewal' and item.stage not in ['Closed Lost', 'Closed Won']\")",
            ),
            (
                "the QBR is less than ten days off",
                "days_until(max(qbr_calendar, 'next_qbr_date')) < 10 and days_until(max(qbr_calendar, 'next_qbr_date')) >= 0",
            ),
            (
                "Customers on Enterprise Unlimited",
                "any(subscriptions, \"item.plan_name == 'Enterprise Unlimited'\")",
            ),
            ("Education accounts", "account.segment == 'Education'"),
            ("Health red", "account.health == 'red'"),
            (
                "an urgent ticket unsolved",
                "any(tickets, \"item.priority == 'urgent' and item.status not in ['closed', 'solved']\")",
            ),
            (
                "an invoice more than 30 days overdue",
                "any(invoices, \"days_since(item.due_date) > 30\")",
            ),
            (
                "contracts where overage is allowed",
                "any(subscriptions, \"item.overage_allowed == true\")",
            ),
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
        let reader = Reader::new(
            &world,
            cases,
            item,
            super::statement::Forms::new(&world.statements),
        );
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
