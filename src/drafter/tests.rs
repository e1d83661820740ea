#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::condition::Reader;
use super::world::{Column, Table, World};

fn column(kind: &str, values: &[&str], unique: bool) -> Column {
    Column {
        kind: kind.to_owned(),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
        unique,
    }
}

pub(super) fn world() -> World {
    let accounts = [
        ("account_id", column("text", &[], true)),
        ("name", column("text", &[], true)),
        ("status", column("text", &["active", "churned"], false)),
        ("segment", column("text", &["enterprise", "smb"], false)),
        ("health_score", column("integer", &[], false)),
        ("arr", column("integer", &[], false)),
        ("renewal_date", column("date", &[], false)),
        ("last_contact_date", column("date", &[], false)),
        ("owner_email", column("text", &[], false)),
    ];
    let tickets = [
        ("ticket_id", column("integer", &[], true)),
        ("account_id", column("text", &[], false)),
        ("status", column("text", &["open", "closed"], false)),
    ];
    let usage = [
        ("account_id", column("text", &[], true)),
        ("usage_now", column("integer", &[], false)),
        ("usage_previous", column("integer", &[], false)),
    ];
    let table = |name: &str, columns: &[(&str, Column)]| Table {
        name: name.to_owned(),
        columns: columns
            .iter()
            .map(|(n, c)| ((*n).to_owned(), c.clone()))
            .collect(),
        writable: true,
    };
    World {
        tables: vec![
            table("crm.accounts", &accounts),
            table("helpdesk.tickets", &tickets),
            table("usage.summary", &usage),
        ],
        ..World::default()
    }
}

fn read(text: &str) -> Option<String> {
    let world = world();
    let reader = Reader {
        world: &world,
        cases: &world.tables[0],
        item: "account".to_owned(),
    };
    reader.read(text).map(|read| read.source)
}

#[test]
fn conditions_are_read_as_they_are_said() {
    for (text, source) in [
        ("health below 50", "account.health_score < 50"),
        (
            "a health score of at least 80",
            "account.health_score >= 80",
        ),
        ("ARR is more than $50k", "account.arr > 50000"),
        (
            "three or more open tickets",
            "(tickets | where(\"item.status == 'open'\") | length) >= 3",
        ),
        (
            "usage dropped by more than 20%",
            "percent_change(max(summary, 'usage_previous'), max(summary, 'usage_now')) < -20",
        ),
        (
            "renews within 90 days",
            "days_until(account.renewal_date) <= 90 and days_until(account.renewal_date) >= 0",
        ),
        (
            "last contact more than 30 days ago",
            "days_since(account.last_contact_date) > 30",
        ),
        ("status is active", "account.status == 'active'"),
        ("not churned", "account.status != 'churned'"),
        ("no owner", "account.owner_email is missing"),
        (
            "health between 30 and 60",
            "account.health_score >= 30 and account.health_score <= 60",
        ),
        (
            "health below 50 and enterprise",
            "account.health_score < 50 and account.segment == 'enterprise'",
        ),
        (
            "health below 50 or churned, and ARR over 10k",
            "account.health_score < 50 or account.status == 'churned' and account.arr > 10000",
        ),
        (
            "health below 50 unless churned",
            "account.health_score < 50 and not (account.status == 'churned')",
        ),
        (
            "health is zero or unknown",
            "account.health_score == 0 or account.health_score is missing",
        ),
    ] {
        assert_eq!(read(text).as_deref(), Some(source), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_left_unread() {
    for text in [
        "the champion seems unhappy",
        "health below 50 and they sound annoyed",
        "enterprise accounts in the northern region",
        "usage is low",
        "it has been a while",
        "more than 5 escalations",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}
