//! Which rows there are, of the table of the cases and of others.

use super::are_read;

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
