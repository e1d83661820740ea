//! The forms that statements of SOPs take.

use std::sync::LazyLock;

use regex::Regex;

/// Labels that SOPs give to cases.
const LABEL: &str = r#"(?:"[^"]{1,30}"|“[^”]{1,30}”|very high|high|medium|moderate|low|critical|severe|urgent|normal|standard|minor|major|red|amber|yellow|orange|green|p[0-5]|sev ?[1-4]|tier [1-4]|at[- ]risk|healthy|watch(?:list)?|escalate[d]?|none|ok|fine|hot|warm|cold)"#;
const KIND: &str = r"(?: (?:risk|priority|severity|urgency|tier|level|alert|concern))?";

fn pattern(source: &str) -> Regex {
    crate::drafter::pattern::pattern(&source.replace("LABEL", LABEL).replace("KIND", KIND))
}

/// Rules with the label first: "High risk if …", "P1: …", "Mark it red when …".
pub(super) static LABEL_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:we )?(?:(?:mark|flag|treat|rate|call|set|classify|consider|tag|make|count)(?: (?:it|them|those|these|this|the \w+|an? \w+|\w+s))? ?(?:as|to be|to)? ?)?(?:an? |it's |it is |is |are )?(LABEL)KIND(?:,)?(?: (?:also|is|are|means|if|when|where|for|applies to|accounts? (?:are|is|have|with)?|customers?)| ?[:=–—-])+ ?(?:those |accounts |customers |tickets |any |anyone |everything |the account |it |they |an account )?(?:if |when |where |with |that |whose |has |have |is |are )*(.+)$",
    )
});
/// Rules with the condition first: "If …, mark it red", "Accounts with … are high risk".
pub(super) static CONDITION_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where|any|all|an?|accounts?|customers?|tickets?|anything|anyone|everything)(?: (?:account|customer|ticket|one|thing)s?)?(?: (?:that|which|who|whose|with|where|is|are|has|have))? (.+?)(?:,| then| →| ->|;)*(?: (?:then |we |it(?:'s| is)|that(?:'s| is)|mark|flag|treat|rate|call|set|classify|consider|tag|make|is|are|counts as|goes to|becomes|get[s]?|as|it|them|this|to|an?|priority|the account))+ (LABEL)KIND\.?$",
    )
});
/// Rules that name the subject first: "A hand-off is blocked if …".
pub(super) static SUBJECT_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:an? |the |any )?[\w-]+ (?:is|are|counts as|gets?|becomes?) (?:an? )?(LABEL|\x22[^\x22]+\x22)KIND (?:if|when|where) (.+)$",
    )
});
/// Groups that are a label: "Enterprise accounts with … are executive".
pub(super) static GROUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(.+?) (?:are|is|count as|counts as) (?:always )?(?:an? )?(LABEL)KIND\.?$")
});
/// Rules with a remark before the label: "If …, we can't say anything: mark it …".
pub(super) static REMARK_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where) (.+?)[,:]? (?:we|you|they|there) [^:]{1,60}: ?(?:mark|flag|treat|rate|call|set|classify|tag)(?: it| them| this)?(?: as)? (LABEL)KIND\.?$",
    )
});
/// Cases of one label that get another: "Enterprise accounts that are amber count as red".
pub(super) static INSTEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(.+?) (?:that|which|who) (?:are|is) (?:rated |marked )?(LABEL)KIND (?:count|counts|are treated|is treated|go|goes|become|becomes|are|is)(?: as| up to| to)? (LABEL)KIND\.?$",
    )
});
/// A label below which cases do not go: "An urgent ticket never goes below P2".
pub(super) static AT_LEAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(.+?) (?:never|can't|cannot|must not|should not) (?:goes?|drops?|falls?|be|is|are)(?: put| rated)? (?:below|lower than|under) (LABEL)KIND\.?$",
    )
});
/// Remarks for a text: "If there is no buyer, say so in the email".
pub(super) static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where) (.+?), ?(?:please |then |also )?((?:say|mention|remind|note|point|tell|warn|add|include|flag)\b.+?)\.?$",
    )
});
/// Sentences about when it runs: they begin with a time, or say that it is run or done then. "A
/// weekly digest" and "the monthly price" say no such thing.
pub(super) static TIMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[\w'-]+[:,]? ){0,3}(?:every|each|daily|weekly|monthly|hourly|nightly|weekdays?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|on the first|first of)\b|\b(?:run|runs|do|does|done|happens|goes?|works?)(?: it| this| these| them| out)? (?:every|each|on|daily|weekly|monthly|hourly|nightly|at)\b",
    )
});
/// Rows in a few words: "Open tickets only."
pub(super) static ONLY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.+?) only(?:[,.;].*)?$"));
pub(super) static OTHERWISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:otherwise|else)\s|(?:otherwise|every(?:thing|one|body) else|anything else|all (?:the )?others?|the rest|if none|in all other cases|else)(?:\s*[,:–-]|\s+(?:is|are|it's|its|it is|counts?|gets?|goes|stays?|becomes?|as|an?|the|to|just|then|considered|rated|marked|should be|be))+)\s*(LABEL)KIND(?:\W|$)",
    )
});
pub(super) static OTHERWISE_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(LABEL)KIND ?(?:is|:|–|-)? ?(?:everything|everyone|anything|all|the) ?(?:else|others?|rest)",
    )
});
pub(super) static SKIP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:please )?(?:skip|ignore|exclude|leave out|drop|don'?t (?:bother with|include|count|touch|look at)|do not (?:include|count|look at|contact)|never (?:include|contact)|not for)\s+(?:any(?:one|thing)? |all |the |those |accounts? |customers? |tickets? |ones? |if |when |that |which |with |where |who |in |are |is )*(.+)$",
    )
});
pub(super) static SELECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:every|each|on|weekly|daily)[^,]*, )?(?:first,? |then,? |we |please |start (?:by|with) )*(?:look(?:ing)? (?:at|for|through)|pull(?: up)?|list|go(?:ing)? through|take|review|find|get|focus on|for (?:each|every|all)|only|check|consider|grab|open|run (?:this )?(?:for|on|over)|applies to|this is for|scope:?|all|(?:what|who): \w+)\s+(.+)$",
    )
});
pub(super) static TOP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:top|first|biggest|largest|highest|worst) (\d+|three|five|ten|twenty)\b|\b(\d+|three|five|ten|twenty) (?:biggest|largest|highest|worst|most)\b",
    )
});
pub(super) static BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:by|ranked by|sorted by|in order of|with the (?:biggest|highest|largest|most)) ([a-z ]+)",
    )
});
pub(super) static CHANNEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"#([a-z0-9][a-z0-9_-]+)"));

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_patterns_are_sound_and_find_labels() {
        for (regex, text, label) in [
            (&*LABEL_FIRST, "High risk: health below 50", "High"),
            (
                &*LABEL_FIRST,
                "Mark it red when usage dropped by more than 20%",
                "red",
            ),
            (&*LABEL_FIRST, "P1 if the customer is enterprise", "P1"),
            (&*OTHERWISE, "Everything else is low risk.", "low"),
            (&*OTHERWISE, "Otherwise it's \"normal\".", "\"normal\""),
        ] {
            assert_eq!(
                regex
                    .captures(text)
                    .and_then(|c| c.get(1))
                    .map(|m| m.as_str()),
                Some(label),
                "{text}"
            );
        }
        let found = CONDITION_FIRST
            .captures("If health is below 50, it's high risk.")
            .and_then(|c| Some((c.get(1)?.as_str().to_owned(), c.get(2)?.as_str().to_owned())));
        assert_eq!(
            found,
            Some(("health is below 50".to_owned(), "high".to_owned()))
        );
        let found = INSTEAD
            .captures("Enterprise accounts that are amber count as red.")
            .unwrap();
        assert_eq!(
            [&found[1], &found[2], &found[3]],
            ["Enterprise accounts", "amber", "red"]
        );
        let found = AT_LEAST
            .captures("A ticket set to urgent never goes below P2.")
            .unwrap();
        assert_eq!([&found[1], &found[2]], ["A ticket set to urgent", "P2"]);
        assert!(OTHERWISE.is_match("Otherwise green."));
        assert!(!OTHERWISE.is_match("All other hot and warm ones get the mail."));
        assert!(TIMED.is_match("Weekly, Tuesdays 10am Eastern."));
        assert!(TIMED.is_match("This is how I do it every Thursday."));
        assert!(!TIMED.is_match("Standard ones can wait for a weekly digest."));
        assert!(NOTE.is_match("If there is no buyer, say so in the email."));
        assert!(
            SKIP.is_match("Skip churned accounts")
                && SELECT.is_match("Look at active accounts")
                && TOP.is_match("the top 10 by ARR")
        );
        assert!(
            BY.is_match("by ARR")
                && CHANNEL.is_match("#cs-alerts")
                && OTHERWISE_LAST.is_match("Low: everything else")
        );
    }
}
