//! Sentences about lists, steps between levels, other rows of a kind and what stands beside a condition,
//! as different people would write them.

use super::form_tests::are_read_in;

const FOLDER: &str = "tests/decided/fifth";

#[tokio::test]
async fn rows_are_chosen_beside_remarks() {
    are_read_in(
        FOLDER,
        "trial-extensions",
        "trials.extension_requests",
        &[
            ("Only when the request is still new.", "only extension_request.status == 'new'"),
            ("The request has to be new.", "only extension_request.status == 'new'"),
            ("Requests must be new, the others are done.", "only extension_request.status == 'new'"),
            ("Requests that were withdrawn are done and I don't touch them.", "not extension_request.status == 'withdrawn'"),
            ("Withdrawn requests need no answer any more, so leave them.", "not extension_request.status == 'withdrawn'"),
            ("Trials of our own people (contact email at brightlane.com) are just demos, skip them.", "not any(trials, \"ends_with(item.contact_email, '@brightlane.com')\")"),
            ("If the trial ended more than 10 days ago it's too late, skip it.", "not days_since(max(trials, 'ends_on')) > 10"),
            ("Skip a request if the trial ended more than 10 days ago, sales will set up a new one.", "not days_since(max(trials, 'ends_on')) > 10"),
            ("Requests from trials on the Starter plan are left out, the self-serve team handles those.", "not any(trials, \"item.plan == 'Starter'\")"),
            ("Take the new ones; anything withdrawn is ignored.", "only extension_request.status == 'new'; not extension_request.status == 'withdrawn'"),
            ("The number of days they ask for doesn't matter.", "(says what does not matter)"),
            ("Drafts only, nothing goes out by itself.", "(carried out everywhere: drafts are for people to send)"),
            ("Cool requests get no email.", "(nothing of the kind is done)"),
        ],
    )
    .await;
}

#[tokio::test]
async fn levels_may_come_last() {
    are_read_in(
        FOLDER,
        "trial-extensions",
        "trials.extension_requests",
        &[
            ("three or more successful logins in the last 14 days → Full", "full: (logins | where(\"days_since(item.login_on) <= 14 and days_since(item.login_on) >= 0 and item.result == 'success'\") | length) >= 3"),
            ("No successful logins over the last 14 days – Decline", "decline: not any(logins, \"days_since(item.login_on) <= 14 and days_since(item.login_on) >= 0 and item.result == 'success'\")"),
            ("200 employees or more: Ask Manager, Priya decides", "ask_manager: max(trials, 'employees') >= 200"),
            ("Anything less than that: Decline", "else decline"),
            ("Fewer: Decline", "else decline"),
            ("Everything else → Decline.", "else decline"),
            ("If the company size is blank, treat them as small.", "max(trials, 'employees') or else 0"),
            ("If the company size isn't known, count it as zero.", "max(trials, 'employees') or else 0"),
            ("The exception here is companies with 200 employees or more, that's an Ask Manager.", "but ask_manager: max(trials, 'employees') >= 200"),
            ("For companies with 200 employees or more I don't decide alone: whatever would be a Decline becomes Ask Manager.", "decline -> ask_manager: max(trials, 'employees') >= 200"),
        ],
    )
    .await;
}

#[tokio::test]
async fn levels_go_up_and_down() {
    are_read_in(
        FOLDER,
        "sla-credits",
        "reliability.uptime_report",
        &[
            ("If the uptime is under 98 %, go one band up.", "up: one_uptime_report.uptime_pct < 98"),
            ("If the uptime is under 98 %, bump it up one level.", "up: one_uptime_report.uptime_pct < 98"),
            ("When the uptime is under 98 %, treat it as one level worse.", "up: one_uptime_report.uptime_pct < 98"),
            ("If the uptime is above 99 %, move it down a notch.", "down: one_uptime_report.uptime_pct > 99"),
            ("One softener: if the uptime is above 99 %, it goes down one step, because we know them.", "down: one_uptime_report.uptime_pct > 99"),
            ("If the uptime is under 98 %, go one band up: Small becomes Medium, Medium becomes Large.", "medium -> large: one_uptime_report.uptime_pct < 98; small -> medium: one_uptime_report.uptime_pct < 98"),
            ("If several bands fit, take the worst one.", "the worst counts"),
            ("The worst one applies.", "the worst counts"),
            ("Always use the highest level that applies.", "the worst counts"),
            ("Uptime 99.5 % up to 99.9 %: Small", "small: one_uptime_report.uptime_pct >= 99.5 and one_uptime_report.uptime_pct <= 99.9"),
            ("Uptime from 99.0 % to just under 99.5 % → Medium", "medium: one_uptime_report.uptime_pct >= 99 and one_uptime_report.uptime_pct < 99.5"),
            ("No uptime on file = we can't tell, so not Large.", "(what is missing meets no condition)"),
        ],
    )
    .await;
}

#[tokio::test]
async fn months_and_rows_that_do_not_count_are_read() {
    are_read_in(
        FOLDER,
        "sla-credits",
        "reliability.uptime_report",
        &[
            ("Take the previous calendar month only.", "only one_uptime_report.month == format_date(add_months(today(), -1), '%Y-%m')"),
            ("We only look at last month.", "only one_uptime_report.month == format_date(add_months(today(), -1), '%Y-%m')"),
            ("The report has one row per customer and month.", "(says what a row is)"),
            ("The customer needs to have an active contract on the Enterprise plan.", "only any(contracts, \"item.plan == 'Enterprise' and item.status == 'active'\")"),
            ("Customers without an active contract are left out, they have no SLA.", "not not any(contracts, \"item.status == 'active'\")"),
            ("Customers whose active contract started in that month are left out, the SLA only counts from the first full month.", "not any(contracts, \"format_date(item.start_date, '%Y-%m') == one_uptime_report.month and item.status == 'active'\")"),
            ("Outages caused on the customer's side don't count.", "(carried out wherever such rows are counted)"),
        ],
    )
    .await;
}

#[tokio::test]
async fn other_rows_of_a_kind_are_read() {
    are_read_in(
        FOLDER,
        "champion-change",
        "crm.job_changes",
        &[
            ("If there are two alerts about the same person, only the newest one counts.", "newest by contact_id"),
            ("Per contact take only the most recent alert.", "newest by contact_id"),
            ("Several alerts for the same account: ignore the older ones.", "newest by account_id"),
            ("Red - there is no other active contact at the account", "red: not any(contacts_of_account, \"item.contact_id != job_change.contact_id and item.status == 'active'\")"),
            ("Green: at least two other active contacts at the account", "green: (contacts_of_account | where(\"item.contact_id != job_change.contact_id and item.status == 'active'\") | length) >= 2"),
            ("Red - the active contract ends in less than 90 days", "red: any(contracts, \"days_until(item.end_date) < 90 and days_until(item.end_date) >= 0 and item.status == 'active'\")"),
            ("Accounts with ARR below 10,000 are left out, the pooled team looks after them (if ARR is empty keep it in).", "not max(accounts, 'arr') < 10000"),
            ("Someone \"on leave\" is not a change, they come back, skip.", "not job_change.change == 'on leave'"),
            ("Only if the contact is a Champion, end users come and go.", "only any(contacts, \"item.role == 'Champion'\")"),
        ],
    )
    .await;
    are_read_in(
        FOLDER,
        "tax-certificates",
        "billing.tax_certificates",
        &[
            ("Skip certificates that have already expired.", "not days_since(tax_certificate.expires_on) > 0"),
            ("Look at certificates on file that have already expired or will expire in the next 60 days.", "only tax_certificate.status == 'on file' and (days_since(tax_certificate.expires_on) > 0 or days_until(tax_certificate.expires_on) <= 60 and days_until(tax_certificate.expires_on) >= 0)"),
            ("Skip a certificate if the same customer has another one for the same state with a later expiry date.", "not any(tax_certificates_of_account, \"item.certificate_id != tax_certificate.certificate_id and item.state == tax_certificate.state and item.expires_on > tax_certificate.expires_on\")"),
            ("Escalate: invoices in the last 12 months that add up to 25,000 or more", "escalate: sum(invoices | where(\"days_since(item.invoice_date) <= 360 and days_since(item.invoice_date) >= 0 and not (item.status == 'void')\"), 'amount') >= 25000"),
            ("If we invoiced more than 50,000, a Chase becomes Escalate.", "chase -> escalate: sum(invoices | where(\"not (item.status == 'void')\"), 'amount') > 50000"),
            ("Government certificates are never a Chase; where it would say Chase make it Remind.", "chase -> remind: tax_certificate.certificate_type == 'Government'"),
            ("The customer must not be churned.", "only not (any(accounts, \"item.status == 'churned'\"))"),
        ],
    )
    .await;
}

#[tokio::test]
async fn words_that_the_sop_defines_are_read() {
    are_read_in(
        FOLDER,
        "help-article-review",
        "helpcenter.articles",
        &[
            ("Open = feedback not marked resolved (empty means not resolved, people forget to fill it).", "(says what a word means)"),
            ("Fix now: two or more open \"wrong\" reports", "fix_now: (feedback | where(\"not (item.resolved == true) and item.kind == 'wrong'\") | length) >= 2"),
            ("Take published English articles, last reviewed more than 180 days ago or never reviewed", "only starts_with(article.locale, 'en') and article.status == 'published' and (days_since(article.last_reviewed_on) > 180 or article.last_reviewed_on is missing)"),
            ("Leave out French articles.", "not starts_with(article.locale, 'fr')"),
            ("Rewrite: at least 10 votes, and less than half of them helpful", "rewrite: (article.helpful_votes + article.unhelpful_votes) >= 10 and 100 * article.helpful_votes < 50 * (article.helpful_votes + article.unhelpful_votes)"),
            ("Retire: fewer than 20 views in the last 90 days", "retire: article.views_90d < 20"),
            ("No view number = we don't know, so not Retire.", "(what is missing meets no condition)"),
            ("Security articles are never retired; where it would say Retire make it Refresh.", "retire -> refresh: article.category == 'Security'"),
            ("Afterwards", "(introduces what follows)"),
        ],
    )
    .await;
}
