//! Sentences as different people would write them, each with what it is read as over the tables of
//! procedures that the forms were not all written for.

#![allow(clippy::unwrap_used)]

use super::draft::reader;
use super::phrases::world;
use super::statement::{Forms, Meaning, Rule, meaning};
use super::world::{Said, World};

/// Returns what is known of a workspace and one of its procedures.
pub(super) async fn procedure(folder: &str, name: &str) -> World {
    let mut world = world(folder).await;
    let file = format!("{}/{folder}/sops/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let parsed = crate::sop::Sop::parse(&std::fs::read_to_string(file).unwrap());
    world.title = parsed.title.clone().unwrap_or_default();
    let said = parsed.statements.iter();
    world.statements = said.map(|s| Said::new(s.number, &s.text, "")).collect();
    world
}

/// Says in short what a sentence was read as.
pub(super) fn short(meaning: &Meaning) -> String {
    let mut parts = Vec::new();
    if let Some(when) = &meaning.when {
        parts.push(format!("at {}", when.cron));
    }
    if let Some(read) = &meaning.only {
        parts.push(format!("only {}", read.source));
    }
    if let Some(read) = &meaning.skip {
        parts.push(format!("not {}", read.source));
    }
    for rule in &meaning.rules {
        parts.push(match rule {
            Rule::When(label, read) => format!("{label}: {}", read.source),
            Rule::Judged(label) => format!("{label}: (judged)"),
            Rule::Instead { of, when, then } => format!("{of} -> {then}: {}", when.source),
            Rule::Step { when, up } => {
                format!("{}: {}", if *up { "up" } else { "down" }, when.source)
            }
            Rule::Except { when, then, .. } => format!("but {then}: {}", when.source),
            Rule::AtLeast(read, label) => format!(">= {label}: {}", read.source),
            Rule::AtMost(read, label) => format!("<= {label}: {}", read.source),
        });
    }
    if let Some(label) = &meaning.otherwise {
        parts.push(format!("else {label}"));
    }
    if let Some((of, other)) = &meaning.default {
        parts.push(format!("{of} or else {other}"));
    }
    if let Some((defined, read)) = &meaning.defined {
        parts.push(format!("{} = {}", defined.name, read.source));
    }
    if let Some(column) = &meaning.newest {
        parts.push(format!("newest by {column}"));
    }
    if meaning.higher {
        parts.push("the worst counts".to_owned());
    }
    if let Some(reason) = meaning.waived {
        parts.push(format!("({reason})"));
    }
    if !meaning.outputs.is_empty() {
        parts.push(format!("{:?}", meaning.outputs));
    }
    if meaning.judgement {
        parts.push("(judgement)".to_owned());
    }
    if parts.is_empty() || meaning.says_more {
        parts.push("(open)".to_owned());
    }
    parts.join("; ")
}

/// Holds sentences against what each is to be read as.
async fn are_read(name: &str, table: &str, sentences: &[(&str, &str)]) {
    are_read_in("tests/decided/fourth", name, table, sentences).await;
}

/// Holds sentences against what each is to be read as, over the tables of a workspace.
pub(super) async fn are_read_in(folder: &str, name: &str, table: &str, sentences: &[(&str, &str)]) {
    let world = procedure(folder, name).await;
    let cases = world.tables.iter().find(|t| t.name == table).unwrap();
    let statements = super::spoken(&world);
    let forms = Forms::new(&statements);
    let reader = reader(&world, cases, &statements, &forms);
    let mut wrong = Vec::new();
    for (sentence, expected) in sentences {
        let read = short(&meaning(&Said::new(1, sentence, ""), &reader));
        if read != *expected {
            wrong.push(format!("{sentence}\n     {read}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn rows_are_chosen_in_many_ways() {
    are_read(
        "price-increase-notices",
        "billing.contracts",
        &[
            (
                "Every Monday morning we go through the contracts in billing and make sure every customer hears about it.",
                "at 0 8 * * MON",
            ),
            (
                "Skip contracts that have already renewed.",
                "(open)",
            ),
            (
                "Don't bother with contracts below $5,000.",
                "(open)",
            ),
            (
                "Skip accounts whose health is Green, and any contract under $2,000.",
                "(open)",
            ),
            (
                "Every first Monday we check the active contracts that renew within 90 days.",
                "only days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0 and contract.status == 'Active'; (open)",
            ),
            (
                "We only look at contracts that are Active and renew in the next 60 days.",
                "only contract.status == 'Active' and days_until(contract.renewal_date) <= 60 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "This covers active contracts on the Growth or Enterprise plan.",
                "only contract.plan in ['Enterprise', 'Growth'] and contract.status == 'Active'",
            ),
            (
                "Contracts that renew automatically are out.",
                "not contract.auto_renew == true",
            ),
            (
                "Contracts with a price lock past the renewal date are out of scope.",
                "not days_between(contract.renewal_date, contract.price_lock_until) > 0",
            ),
            (
                "Nothing for contracts on the Nonprofit plan.",
                "not contract.plan == 'Nonprofit'",
            ),
            (
                "There is nothing to do for contracts on the Nonprofit plan.",
                "not contract.plan == 'Nonprofit'",
            ),
            (
                "The list is limited to active contracts.",
                "only contract.status == 'Active'",
            ),
            (
                "Only active contracts count.",
                "only contract.status == 'Active'",
            ),
            (
                "To be in scope, a contract must be active and renew within 90 days.",
                "only contract.status == 'Active' and days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "A contract counts when it is active and its new annual price is above the current one.",
                "only contract.status == 'Active' and contract.new_annual_price > contract.current_annual_price",
            ),
            (
                "In scope: active contracts renewing within 90 days.",
                "only days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0 and contract.status == 'Active'",
            ),
            (
                "In scope are all active contracts.",
                "only contract.status == 'Active'",
            ),
            (
                "Leave alone any contract whose account is a partner.",
                "not any(accounts, \"item.account_type == 'Partner'\")",
            ),
            (
                "Contracts where notice_sent_on is filled in can be skipped.",
                "not not (contract.notice_sent_on is missing)",
            ),
            (
                "If a notice was already sent, move on.",
                "not not (contract.notice_sent_on is missing)",
            ),
            (
                "If notice_sent_on is set, skip the contract.",
                "not not (contract.notice_sent_on is missing)",
            ),
            (
                "Each week Priya reviews all active contracts renewing in the next 90 days.",
                "at 0 8 * * MON; only days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0 and contract.status == 'Active'",
            ),
            (
                "On Mondays, go over the contracts that are Active.",
                "at 0 8 * * MON; only contract.status == 'Active'",
            ),
            (
                "Take the active contracts, and of those keep the ones that renew in the next 90 days.",
                "only contract.status == 'Active' and days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "We are only interested in active contracts.",
                "only contract.status == 'Active'",
            ),
            (
                "All active contracts except those on the Starter plan.",
                "only contract.status == 'Active' and not (contract.plan == 'Starter')",
            ),
            (
                "Go through all active contracts, except for the ones on the Starter plan.",
                "only contract.status == 'Active' and not (contract.plan == 'Starter')",
            ),
            (
                "Look at active contracts, but not those on the Starter plan.",
                "only contract.status == 'Active' and not (contract.plan == 'Starter')",
            ),
            (
                "Look at every contract, whatever its plan, that is active.",
                "only contract.status == 'Active'",
            ),
            (
                "Contracts that are not active, renew automatically or have no new price are ignored.",
                "not contract.status != 'Active' or contract.auto_renew == true or contract.new_annual_price is missing",
            ),
            (
                "Exclude: contracts on the Starter plan, contracts under $1,000, accounts that are partners.",
                "(open)",
            ),
            (
                "When a customer renews within 90 days and is active, the contract is in scope.",
                "only days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0 and contract.status == 'Active'",
            ),
            (
                "A contract qualifies if it is active (not cancelled) and renews within 90 days.",
                "only contract.status == 'Active' and days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "We want contracts both active and renewing within 30 days.",
                "only contract.status == 'Active' and days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Do not handle contracts that start in the future.",
                "not days_until(contract.start_date) > 0",
            ),
            (
                "Contracts whose renewal date has passed are skipped.",
                "not days_since(contract.renewal_date) > 0",
            ),
            (
                "It applies to active contracts only.",
                "only contract.status == 'Active'",
            ),
            (
                "This applies to contracts with a current annual price over $10,000.",
                "only contract.current_annual_price > 10000",
            ),
            (
                "A contract is in scope if its status is Active, it renews today or within the next 90 days, and its new annual price is higher than its current annual price.",
                "only contract.status == 'Active' and days_until(contract.renewal_date) <= 90 and days_until(contract.renewal_date) >= 0 and contract.new_annual_price > contract.current_annual_price",
            ),
            (
                "Skip it if a notice has already gone out (there is a date in notice_sent_on), or if the price lock runs to the renewal date or later.",
                "not not (contract.notice_sent_on is missing) or days_between(contract.renewal_date, contract.price_lock_until) >= 0",
            ),
            (
                "Also skip contracts with no new annual price yet, and anything belonging to an account whose type in the CRM is Partner or Internal.",
                "not contract.new_annual_price is missing or any(accounts, \"item.account_type in ['Partner', 'Internal']\")",
            ),
            (
                "Leave notice_sent_on alone, because a person fills that in.",
                "(nothing changes)",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn levels_are_given_in_many_ways() {
    are_read(
        "price-increase-notices",
        "billing.contracts",
        &[
            (
                "A contract is Urgent when it renews within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Urgent: it renews within 30 days, or the increase is 20% or more.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0 or figures.increase >= 20",
            ),
            (
                "We call it Urgent if the customer pays $50,000 or more a year.",
                "urgent: max(accounts, 'annual_revenue') >= 50000",
            ),
            (
                "Anything renewing within 30 days counts as Urgent.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Contracts renewing within 30 days are considered Urgent.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Urgent means that it renews within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "It gets Urgent if either it renews within 30 days or the account's health is Red.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0 or any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "It counts as Hands-on if both the health is Red and the current annual price is over $20,000.",
                "hands_on: any(accounts, \"item.health == 'Red'\") and contract.current_annual_price > 20000",
            ),
            (
                "If it's not Urgent, it's Hands-on when the account's health is Red.",
                "hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "If it is not Urgent, it is Hands-on if the account's health is Red.",
                "hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "Failing that, it is Hands-on when the account's health is Red.",
                "hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "Otherwise, it is Hands-on if the account's health is Red.",
                "hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "Of the rest, those with Red health are Hands-on.",
                "hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "Next, anything with Red health is Hands-on.",
                "hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "All others are Standard.",
                "else standard",
            ),
            (
                "The rest is Standard.",
                "else standard",
            ),
            (
                "Everything that is left is Standard.",
                "else standard",
            ),
            (
                "Whatever is left is Standard.",
                "else standard",
            ),
            (
                "Nonprofit contracts are never Urgent, so anything that would be becomes Hands-on.",
                "urgent -> hands_on: contract.plan == 'Nonprofit'",
            ),
            (
                "Nonprofit contracts never get Urgent; make them Hands-on instead.",
                "urgent -> hands_on: contract.plan == 'Nonprofit'",
            ),
            (
                "Contracts on the Nonprofit plan can't be Urgent, call them Hands-on.",
                "urgent -> hands_on: contract.plan == 'Nonprofit'",
            ),
            (
                "One exception: contracts on the Starter plan are never Urgent, they become Standard.",
                "urgent -> standard: contract.plan == 'Starter'",
            ),
            (
                "Exception: Starter contracts are never Urgent; treat them as Standard.",
                "urgent -> standard: contract.plan == 'Starter'",
            ),
            (
                "Enterprise contracts are always at least Hands-on.",
                ">= hands_on: contract.plan == 'Enterprise'",
            ),
            (
                "Enterprise contracts never drop below Hands-on.",
                ">= hands_on: contract.plan == 'Enterprise'",
            ),
            (
                "A Standard contract on the Enterprise plan becomes Hands-on.",
                "standard -> hands_on: contract.plan == 'Enterprise'",
            ),
            (
                "Standard contracts on the Enterprise plan are bumped to Hands-on.",
                "standard -> hands_on: contract.plan == 'Enterprise'",
            ),
            (
                "If a Standard contract is on the Enterprise plan, make it Hands-on.",
                "standard -> hands_on: contract.plan == 'Enterprise'",
            ),
            (
                "If the account's health is Red, raise Standard to Hands-on.",
                "standard -> hands_on: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "If the current annual price is missing, treat it as 0.",
                "contract.current_annual_price or else 0",
            ),
            (
                "If there is no current annual price, count it as zero.",
                "contract.current_annual_price or else 0",
            ),
            (
                "A missing current annual price counts as zero.",
                "contract.current_annual_price or else 0",
            ),
            (
                "It is Urgent regardless of the date if the increase is 20% or more.",
                "urgent: figures.increase >= 20",
            ),
            (
                "Mark it Urgent if it renews in less than 30 days and auto-renews.",
                "urgent: days_until(contract.renewal_date) < 30 and days_until(contract.renewal_date) >= 0 and contract.auto_renew == true",
            ),
            (
                "Treat as Urgent any contract that renews within two weeks.",
                "urgent: days_until(contract.renewal_date) <= 14 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "A contract is only Urgent if it renews within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "If health is Red or Yellow and the increase is over 10%, it is Hands-on.",
                "hands_on: any(accounts, \"item.health in ['Red', 'Yellow']\") and figures.increase > 10",
            ),
            (
                "Because customers hate surprises, an increase of 20% or more is always Urgent.",
                "urgent: figures.increase >= 20",
            ),
            (
                "When the renewal is within 30 days, the level is Urgent.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "The level is Urgent if the renewal is within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Give it Urgent if it renews within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Set the level to Urgent when it renews within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "Urgent applies to contracts that renew within 30 days.",
                "urgent: days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0",
            ),
            (
                "An increase between 10% and 20% makes it Hands-on.",
                "hands_on: figures.increase >= 10 and figures.increase <= 20",
            ),
            (
                "An increase of at least 20% is Urgent, 10% to 20% is Hands-on, and less is Standard.",
                "urgent: figures.increase >= 20; hands_on: figures.increase >= 10 and figures.increase <= 20; standard: figures.increase < 10",
            ),
            (
                "Any other contract is Standard.",
                "else standard",
            ),
            (
                "In all other cases it is Standard.",
                "else standard",
            ),
            (
                "If nothing else applies, it's Standard.",
                "else standard",
            ),
            (
                "Work out the increase as a percentage of the current annual price.",
                "increase = percent_change(contract.current_annual_price, contract.new_annual_price)",
            ),
            (
                "Everything else is Standard, and so is any contract on the Nonprofit plan, unless it renews within 30 days.",
                "standard: contract.plan == 'Nonprofit' and not (days_until(contract.renewal_date) <= 30 and days_until(contract.renewal_date) >= 0); else standard",
            ),
            (
                "All others are Standard, as is any contract on the Nonprofit plan.",
                "standard: contract.plan == 'Nonprofit'; else standard",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn ratings_are_read() {
    are_read(
        "csat-followups",
        "support.ratings",
        &[
            (
                "Every Tuesday the lead goes through the ratings of the last 14 days.",
                "at 0 8 * * TUE; only days_since(rating.rated_at) <= 14 and days_since(rating.rated_at) >= 0",
            ),
            (
                "Every Tuesday and Friday the support lead goes through the ratings customers left over the last 14 days (today and the 13 days before it).",
                "at 0 8 * * TUE,FRI; only days_since(rating.rated_at) <= 13 and days_since(rating.rated_at) >= 0",
            ),
            (
                "We follow up on any score of 1 or 2, and on a 3 if the customer also wrote a comment.",
                "only rating.score >= 1 and rating.score <= 2 or rating.score == 3 and not (rating.comment is missing)",
            ),
            (
                "Skip a rating if followed_up_on already has a date, if the conversation's status is Merged, or if the conversation is tagged spam or test.",
                "not not (rating.followed_up_on is missing) or any(conversations, \"item.status == 'Merged'\") or any(conversations, \"contains(item.tags, 'spam') or contains(item.tags, 'test')\")",
            ),
            (
                "It is a Personal Reply if there is a comment.",
                "personal_reply: not (rating.comment is missing)",
            ),
            (
                "It is a Personal Reply if the first response took more than two hours.",
                "personal_reply: max(conversations, 'first_response_minutes') > 120",
            ),
            (
                "It is a Personal Reply if the score is 1 and either the account brings in $40,000 or more a year or the conversation was reopened at least twice.",
                "personal_reply: rating.score == 1 and (max(accounts, 'annual_revenue') >= 40000 or max(conversations, 'times_reopened') >= 2)",
            ),
            (
                "If it isn't a Manager Call, it gets a Personal Reply when the score is 1 or 2 and there is a comment, or when the first response took longer than 8 hours (480 minutes), whatever the score.",
                "personal_reply: rating.score >= 1 and rating.score <= 2 and not (rating.comment is missing) or max(conversations, 'first_response_minutes') > 480",
            ),
            (
                "The one exception is accounts on the Free plan: they never get a Manager Call, so anything that would have been one becomes a Personal Reply.",
                "manager_call -> personal_reply: any(accounts, \"item.plan == 'Free'\")",
            ),
            (
                "If the annual revenue is blank, treat it as under $40,000, and if the first response time is blank, assume it was fine.",
                "max(accounts, 'annual_revenue') or else 0",
            ),
            (
                "There are three levels.",
                "(introduces what follows)",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn rows_of_other_tables_are_read() {
    are_read(
        "integration-errors",
        "integrations.integrations",
        &[
            (
                "Look at every integration that is Active and in the production environment, and keep the ones with three or more failed sync runs in the last seven days, counting today and the six days before it.",
                "only integration.status == 'Active' and integration.environment == 'production' and (sync_runs | where(\"days_since(item.started_at) <= 6 and days_since(item.started_at) >= 0 and item.result == 'failed'\") | length) >= 3",
            ),
            (
                "Partial runs don't count as failed.",
                "(a value stands for itself alone)",
            ),
            (
                "Leave out integrations for an app that has an open vendor incident (one with no resolved date), since the vendor is already on it.",
                "not any(vendor_incidents, \"item.resolved_on is missing\")",
            ),
            (
                "Critical: an Enterprise account whose last successful sync was more than three days ago by calendar date (no successful sync on record counts too).",
                "critical: any(accounts, \"item.plan == 'Enterprise'\") and (days_since(integration.last_success_at) > 3 or integration.last_success_at is missing)",
            ),
            (
                "Reconnect: every failed run in the seven days has the error code AUTH_EXPIRED, which the customer can fix by signing in again.",
                "reconnect: (sync_runs | where(\"days_since(item.started_at) <= 6 and days_since(item.started_at) >= 0 and item.result == 'failed'\") | length) > 0 and not any(sync_runs, \"days_since(item.started_at) <= 6 and days_since(item.started_at) >= 0 and item.result == 'failed' and not (item.error_code == 'AUTH_EXPIRED')\")",
            ),
            (
                "Watch needs nothing beyond its line in the table.",
                "(nothing changes)",
            ),
            (
                "It is High if the account has an open conversation.",
                "high: any(conversations, \"item.status == 'Open'\")",
            ),
            (
                "It is High if no conversation in the last 30 days.",
                "high: not any(conversations, \"days_since(item.opened_at) <= 30 and days_since(item.opened_at) >= 0\")",
            ),
            (
                "It is High if the last conversation was more than 30 days ago.",
                "high: days_since(max(conversations, 'opened_at')) > 30",
            ),
            (
                "It is High if its last sync run failed.",
                "high: (sync_runs | sort(attribute='started_at') | last).result == 'failed'",
            ),
            (
                "It is High if the latest sync run failed.",
                "high: (sync_runs | sort(attribute='started_at') | last).result == 'failed'",
            ),
            (
                "It is High if more than half of its runs in the last week failed.",
                "high: (sync_runs | where(\"days_since(item.started_at) <= 7 and days_since(item.started_at) >= 0\") | length) > 0 and 100 * (sync_runs | where(\"days_since(item.started_at) <= 7 and days_since(item.started_at) >= 0 and item.result == 'failed'\") | length) / (sync_runs | where(\"days_since(item.started_at) <= 7 and days_since(item.started_at) >= 0\") | length) > 50",
            ),
            (
                "It is High if most of the runs failed.",
                "high: (sync_runs | length) > 0 and 100 * (sync_runs | where(\"item.result == 'failed'\") | length) / (sync_runs | length) > 50",
            ),
            (
                "It is High if all runs failed.",
                "high: (sync_runs | length) > 0 and not any(sync_runs, \"not (item.result == 'failed')\")",
            ),
            (
                "It is High if none of the runs failed.",
                "high: not any(sync_runs, \"item.result == 'failed'\")",
            ),
            (
                "It is High if no run has failed.",
                "high: not any(sync_runs, \"item.result == 'failed'\")",
            ),
            (
                "It is High if fewer than 3 runs in the last 7 days.",
                "high: (sync_runs | where(\"days_since(item.started_at) <= 7 and days_since(item.started_at) >= 0\") | length) < 3",
            ),
            (
                "It is High if installed less than 30 days ago.",
                "high: days_since(integration.installed_on) < 30 and days_since(integration.installed_on) >= 0",
            ),
            (
                "It is High if installed within the last month.",
                "high: days_since(integration.installed_on) <= 30 and days_since(integration.installed_on) >= 0",
            ),
            (
                "It is High if last success was over 48 hours ago.",
                "high: hours_since(integration.last_success_at) > 48",
            ),
            (
                "It is High if the last success is older than 3 days.",
                "high: days_since(integration.last_success_at) > 3",
            ),
            (
                "It is High if no success in the last 3 days.",
                "high: days_since(integration.last_success_at) > 3",
            ),
            (
                "It is High if the account is on the Enterprise plan.",
                "high: any(accounts, \"item.plan == 'Enterprise'\")",
            ),
            (
                "It is High if the customer is on Enterprise or Growth.",
                "high: any(accounts, \"item.plan in ['Enterprise', 'Growth']\")",
            ),
            (
                "It is High if the app is Salesforce or HubSpot.",
                "high: integration.app_name in ['HubSpot', 'Salesforce']",
            ),
            (
                "It is High if the app is one of Salesforce, HubSpot or Jira.",
                "high: integration.app_name in ['HubSpot', 'Jira', 'Salesforce']",
            ),
            (
                "It is High if neither Salesforce nor HubSpot.",
                "high: integration.app_name not in ['HubSpot', 'Salesforce']",
            ),
            (
                "It is High if it has no owner contact.",
                "high: integration.owner_contact_id is missing",
            ),
            (
                "It is High if the account brings in at least $40,000 a year.",
                "high: max(accounts, 'annual_revenue') >= 40000",
            ),
            (
                "It is High if the account is worth more than $40,000.",
                "high: max(accounts, 'annual_revenue') > 40000",
            ),
            (
                "It is High if the account pays us over $40,000 per year.",
                "high: max(accounts, 'annual_revenue') > 40000",
            ),
            (
                "It is High if annual revenue between $10,000 and $40,000.",
                "high: max(accounts, 'annual_revenue') >= 10000 and max(accounts, 'annual_revenue') <= 40000",
            ),
            (
                "It is High if account health Red.",
                "high: any(accounts, \"item.health == 'Red'\")",
            ),
            (
                "It is High if health isn't Green.",
                "high: any(accounts, \"item.health != 'Green'\")",
            ),
            (
                "It is High if health is either Red or Yellow.",
                "high: any(accounts, \"item.health in ['Red', 'Yellow']\")",
            ),
            (
                "It is High if the account is still onboarding.",
                "high: any(accounts, \"item.lifecycle == 'Onboarding'\")",
            ),
            (
                "It is High if environment isn't production.",
                "high: integration.environment != 'production'",
            ),
            (
                "It is High if not in production.",
                "high: integration.environment != 'production'",
            ),
            (
                "It is High if it is a sandbox integration.",
                "high: integration.environment == 'sandbox'",
            ),
        ],
    )
    .await;
}
