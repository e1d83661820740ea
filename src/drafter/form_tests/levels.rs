//! What a case comes to.

use super::are_read;

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
