//! The forms that statements of SOPs take.

use std::sync::LazyLock;

use regex::Regex;

use super::labels::USUAL;
use crate::drafter::pattern::pattern;
use crate::drafter::world::Said;

const KIND: &str = r"(?: (?:risk|priority|severity|urgency|tier|level|alert|concern))?";

/// The forms that name a label, for the labels of one SOP.
#[derive(Debug, Clone)]
pub(in crate::drafter) struct Forms {
    /// The labels of the SOP's own making.
    own: Vec<String>,
    /// The statement that lists the outcomes, if one does: there are no others then.
    listing: Option<usize>,
    pub(super) label_first: Regex,
    pub(super) condition_first: Regex,
    pub(super) subject_first: Regex,
    pub(super) group: Regex,
    pub(super) remark_first: Regex,
    pub(super) instead: Regex,
    pub(super) bumped: Regex,
    pub(super) treat_as: Regex,
    pub(super) moved_if: Regex,
    pub(super) moved: Regex,
    pub(super) are_at_least: Regex,
    pub(super) becomes: Regex,
    pub(super) never: Regex,
    pub(super) never_gets: Regex,
    pub(super) unless_given: Regex,
    pub(super) comes_out: Regex,
    pub(super) stays: Regex,
    pub(super) needs_nothing: Regex,
    pub(super) would_be: Regex,
    pub(super) all_become: Regex,
    pub(super) at_most: Regex,
    pub(super) always: Regex,
    pub(super) imperative: Regex,
    pub(super) bare: Regex,
    pub(super) noted: Regex,
    pub(super) at_least: Regex,
    pub(super) otherwise: Regex,
    pub(super) otherwise_last: Regex,
    pub(super) label: Regex,
    pub(super) lead: Regex,
    pub(super) order: Regex,
    pub(super) label_last: Regex,
    pub(super) rest_last: Regex,
    pub(super) would_become: Regex,
    pub(super) never_but: Regex,
    pub(super) exception: Regex,
}

impl Forms {
    /// Does a sentence go on about cases that the one before named?
    pub(in crate::drafter) fn comes_out(&self, text: &str) -> bool {
        self.comes_out.is_match(text)
    }

    /// Does a statement only list the outcomes that there are?
    pub(super) fn lists_outcomes(&self, number: usize) -> bool {
        self.listing == Some(number)
    }

    /// Returns the outcomes that the SOP lists, in lower case; none where no sentence lists them.
    pub(in crate::drafter) fn listed(&self) -> &[String] {
        match self.listing {
            Some(_) => &self.own,
            None => &[],
        }
    }

    /// Does a text name a label?
    pub(in crate::drafter) fn names_label(&self, text: &str) -> bool {
        self.label.is_match(text)
    }

    /// Are words part of a label of the SOP's own making, as "check" is of "phone check"?
    pub(in crate::drafter) fn is_part_of_label(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        let mut own = self.own.iter().map(|own| own.to_lowercase());
        own.any(|own| own.split(' ').any(|part| part == words))
    }

    /// Is a value called like a label of the SOP's own making?
    pub(in crate::drafter) fn is_own_label(&self, value: &str) -> bool {
        self.own.iter().any(|own| own.eq_ignore_ascii_case(value))
    }

    /// Returns where a text names labels, those within others left out.
    pub(in crate::drafter) fn labels_in(&self, text: &str) -> Vec<(usize, usize)> {
        let found = self.label.find_iter(text);
        found.map(|found| (found.start(), found.end())).collect()
    }

    /// Returns a text without the labels that it names.
    pub(in crate::drafter) fn without_labels(&self, text: &str) -> String {
        self.label.replace_all(text, "").into_owned()
    }

    /// Returns the first label that a text names.
    pub(in crate::drafter) fn label_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.label.find(text).map(|found| found.as_str())
    }

    /// Returns the forms for what an SOP says.
    pub(in crate::drafter) fn new(statements: &[Said]) -> Self {
        let listing = super::outcomes::listing(statements);
        let (listing, of_sop) = match listing {
            Some((number, mut listed)) => {
                listed.sort_by_key(|label| std::cmp::Reverse(label.len()));
                (Some(number), listed)
            }
            None => (None, super::labels::own(statements)),
        };
        let own = of_sop.iter().map(|label| regex::escape(label));
        let usual = listing.is_none().then(|| USUAL.to_owned());
        let own: Vec<String> = own.chain(usual).collect();
        let label = format!("(?:{})", own.join("|"));
        let form = |source: &str| {
            let source = source.replace("LABEL", &label).replace("KIND", KIND);
            // Labels are words of the SOP: should they ever make no pattern, the usual ones do.
            Regex::new(&source)
                .unwrap_or_else(|_| pattern(&source.replace(&label, &format!("(?:{USUAL})"))))
        };
        Forms {
            own: of_sop,
            listing,
            label_first: form(LABEL_FIRST),
            condition_first: form(CONDITION_FIRST),
            subject_first: form(SUBJECT_FIRST),
            group: form(GROUP),
            remark_first: form(REMARK_FIRST),
            instead: form(INSTEAD),
            bumped: form(BUMPED),
            treat_as: form(TREAT_AS),
            moved_if: form(MOVED_IF),
            moved: form(MOVED),
            are_at_least: form(ARE_AT_LEAST),
            becomes: form(BECOMES),
            never: form(NEVER),
            never_gets: form(super::ladder::NEVER_GETS),
            unless_given: form(super::ladder::UNLESS_GIVEN),
            comes_out: form(COMES_OUT),
            stays: form(STAYS),
            needs_nothing: form(NEEDS_NOTHING),
            would_be: form(WOULD_BE),
            all_become: form(ALL_BECOME),
            at_most: form(AT_MOST),
            always: form(ALWAYS),
            imperative: form(IMPERATIVE),
            bare: form(BARE),
            noted: form(NOTED),
            at_least: form(AT_LEAST),
            otherwise: form(OTHERWISE),
            otherwise_last: form(OTHERWISE_LAST),
            label: form(r"(?i)\b(LABEL)\b"),
            lead: form(LEAD),
            order: form(ORDER),
            label_last: form(super::turns::LABEL_LAST),
            rest_last: form(super::turns::REST_LAST),
            would_become: form(super::turns::WOULD_BECOME),
            never_but: form(super::turns::NEVER_BUT),
            exception: form(super::turns::EXCEPTION),
        }
    }
}

/// The levels that a request leads with: "Critical and high: …", "for an urgent one, …".
const LEAD: &str = r"(?i)^(?:for |on |with |in )?(?:an? |the |every |each |any |all )*(?:LABEL)KIND(?:(?:,|,? and|,? or) (?:LABEL)KIND)*(?: ones?| cases?)?[:,] ";
/// Rules with the label first: "High risk if …", "P1: …", "Mark it red when …".
const LABEL_FIRST: &str = r"(?i)^(?:we )?(?:(?:mark|flag|treat|rate|call|set|classify|consider|tag|make|count|give|label|rank)(?: (?:it|them|those|these|this|the \w+|an? \w+|\w+s))? ?(?:as|to be|to)? ?)?(?:an? |it's |it is |is |are )?(LABEL)KIND(?:,)?(?: (?:also|is|are|means|if|when|where|for|applies to|accounts? (?:are|is|have|with)?|customers?)| ?[:=–—-])+ ?(?:those |accounts |customers |tickets |any |anyone |everything |the account |it |they |an account )?(?:if |when |where |with |that |whose |has |have |is |are )*(.+)$";
/// Rules with the condition first: "If …, mark it red", "Accounts with … are high risk".
const CONDITION_FIRST: &str = r"(?i)^(?:if|when|where|any|all|an?|accounts?|customers?|tickets?|anything|anyone|everything)(?: (?:account|customer|ticket|one|thing)s?)?(?: (?:that|which|who|whose|with|where|is|are|has|have))? (.+?)(?:,| then| →| ->|;)*(?: (?:then |we |it(?:'s| is)|that(?:'s| is)|mark|flag|treat|rate|call|set|classify|consider|tag|make|give|is|are|counts as|considered|deemed|rated|regarded|seen|treated|goes to|becomes|get[s]?|as|it|them|this|to|an?|priority|the \w+))+ (LABEL)KIND(?:,? (?:too|as well|anyway|regardless|straight away|no matter [^.]*|whatever [^.]*|however [^.]*|even (?:if|when|though) [^.]*))*\.?$";
/// Rules that name the subject first: "A hand-off is blocked if …".
const SUBJECT_FIRST: &str = r"(?i)^(?:an? |the |any )?[\w-]+ (?:is|are|counts as|gets?|becomes?)(?: only| considered| rated| deemed)? (?:an? )?(LABEL|\x22[^\x22]+\x22)KIND (?:if|when|where) (.+)$";
/// Groups that are a label: "Enterprise accounts with … are executive".
const GROUP: &str = r"(?i)^(.+?) (?:are|is|count as|counts as|makes? it|makes? them|makes? this|qualif(?:y|ies) as)(?: always)?(?: considered| rated| deemed| regarded as| seen as| treated as| classed as)? (?:an? )?(LABEL)KIND(?:,? (?:too|as well|anyway|regardless|straight away|no matter [^.]*|whatever [^.]*|however [^.]*|even (?:if|when|though) [^.]*))*\.?$";
/// Rules with a remark before the label: "If …, we can't say anything: mark it …".
const REMARK_FIRST: &str = r"(?i)^(?:if|when|where) (.+?)[,:]? (?:we|you|they|there) [^:]{1,60}: ?(?:mark|flag|treat|rate|call|set|classify|tag)(?: it| them| this)?(?: as)? (LABEL)KIND\.?$";
/// Cases of one label that get another: "Enterprise accounts that are amber count as red".
const INSTEAD: &str = r"(?i)^(.+?) (?:that|which|who) (?:are|is) (?:rated |marked )?(LABEL)KIND (?:count|counts|are treated|is treated|go|goes|become|becomes|are|is)(?: as| up to| to)? (LABEL)KIND\.?$";
/// A label below which cases do not go: "An urgent ticket never goes below P2".
const AT_LEAST: &str = r"(?i)^(.+?) (?:(?:is|are) never|never|can't|cannot|must not|should not)(?: (?:go|goes|drops?|falls?|be|is|are|gets?))?(?: put| rated)? (?:below|lower than|under|better than|less than) (?:an? )?(LABEL)KIND\.?$";
/// A label below which cases do not go, said of what they are: "are always at least amber".
const ARE_AT_LEAST: &str = r"(?i)^(.+?) (?:is|are|gets?|counts? as|must be|should be|stays?)(?: always)? at least (?:an? )?(LABEL)KIND\.?$";
/// Cases of one label that get another: "A watch on the free plan becomes amber".
const MOVED: &str = r"(?i)^(?:an? |any |every |all |each )?(LABEL)KINDs?(?: (?:ones?|cases?|[\w-]+?s?))? ((?:on|with|without|that|which|who|whose|in|from|under|over|of|where) .+?),? (?:becomes?|goes? (?:up |down )?to|(?:is|are|gets?) (?:bumped|raised|moved|lowered|upgraded|promoted|downgraded|turned)(?: up| down)? (?:in)?to|counts? as|gets?|turns? into) (?:an? )?(LABEL)KIND(?: instead)?\.?$";
/// The same, said on a condition: "If a watch is on the free plan, make it amber".
const MOVED_IF: &str = r"(?i)^(?:if|when|where) (?:an? |any |the )?(LABEL)KIND(?: (?:one|case|[\w-]+))? ((?:is|are|has|have|was|belongs|renews|comes) .+?), (?:then |we |please )*(?:make|call|treat|mark|count|rate|move|raise|bump|lower|it (?:is|becomes|gets|counts as|goes to))(?: it| that| this)?(?: as| up| down)?(?: to)? (?:an? )?(LABEL)KIND(?: instead)?\.?$";
/// "Treat as urgent any contract that renews soon".
const TREAT_AS: &str = r"(?i)^(?:we )?(?:treat|mark|flag|count|rate|class|classify|tag|label|consider) (?:as )?(?:an? )?(LABEL)KIND:? ((?:any|every|each|all|those|anything|everything|anyone|the ones|whoever|whatever)\b.+)$";
/// Cases of one label that get another on a condition: "If …, bump amber to red".
const BUMPED: &str = r"(?i)^(?:if|when|where) (.+?), ?(?:then |we |please )*(?:bump|move|raise|change|upgrade|promote|turn|downgrade|lower)(?: an?| any| all)? (LABEL)(?: ones?| cases?)? (?:up |down )?(?:in)?to (?:an? )?(LABEL)KIND\.?$";
/// One level that becomes another: "Watch becomes Amber".
const BECOMES: &str = r"(?i)\b(LABEL)(?: ones?)? (?:becomes?|turns? into|goes to|moves to|counts as|to|→|->) (LABEL)\b";
/// A level that some cases never get: "A bug with a workaround is never Critical; call it Overdue".
const NEVER: &str = r"(?i)^(.+?) (?:is|are|can be|counts? as|gets?) never (?:an? )?(LABEL)KIND ?[;,:.–—-]+ ?(?:call|make|treat|mark|count|rate)(?: it| them| those| these)?(?: as)? (?:an? )?(LABEL)KIND(?: instead)?\.?$";
/// One of those that were spoken of: "If one comes out as amber, make it red instead".
const COMES_OUT: &str = r"(?i)^(?:if|when|should) (?:one|any|it|they|one of (?:them|those)|such (?:an? )?\w+) (?:comes? out as|ends? up as|would be|lands? (?:in|as|on)|turns? out(?: as| to be)?|is|are|gets?) (?:an? )?(LABEL)KIND,? (?:then |please |we )*(?:make|call|treat|mark|count|rate)(?: it| them| that)?(?: as)? (?:an? )?(LABEL)KIND(?: instead)?\.?$";
/// A level that stays what it is.
const STAYS: &str = r"(?i)^(?:an? |the )?(LABEL)KIND(?: ones?)? (?:stays?|remains?)(?: as)? (?:an? )?(?:LABEL|as (?:it is|they are))\.?$";
/// A level for which nothing is done: "Watch needs nothing beyond its line in the table".
const NEEDS_NOTHING: &str = r"(?i)^(?:for |an? |the )?(LABEL)KIND(?: ones?| cases?)?,? (?:(?:needs?|gets?|requires?|takes?|there is|we do|do) (?:nothing|no action|no follow-up)|is left alone|are left alone|is left as it is)(?: (?:else|more|further|beyond|but|except|other than|apart from|is needed|needed|to do|to be done)\b[^.;]*)?\.?$";
/// A level that becomes another for those of whom it is never asked: "We never turn down a large
/// account, so what would be a decline becomes an escalate".
const WOULD_BE: &str = r"(?i)^we never \w+(?: (?:down|off|out|up))? (?:an? |any |the )?(.+?)(?: without [^,]+)?,? so (?:what|anything that|everything that|one that|those that) would (?:otherwise )?be (?:an? )?(LABEL)KIND (?:becomes?|is|counts as|gets?|goes to) (?:an? )?(LABEL)KIND(?: instead)?\.?$";
/// Levels that become another on a condition: "When …, every nudge or chase becomes an escalate".
const ALL_BECOME: &str = r"(?i)^(?:if|when|where) (.+?),? (?:[^,;:]{3,60}? and |then |so )?(?:every|any|each|all|both|an?) (LABEL)s?(?: (?:or|and) (?:every |any |an? )?(LABEL)s?)? (?:becomes?|turns? into|counts? as|goes? to|moves? to|is treated as) (?:an? )?(LABEL)KIND(?: instead)?\.?$";
/// A label above which cases do not go: "Optional courses never go above chase".
const AT_MOST: &str = r"(?i)^(.+?) (?:(?:is|are) never|never|can't|cannot|must not|should not)(?: goes?| go| be| is| are| gets?| get)?(?: put| rated)? (?:above|over|higher than|more than|beyond|worse than) (?:an? )?(LABEL)KIND\.?$";
/// What always has a label: "Two things always go to escalate: …".
const ALWAYS: &str = r"(?i)^(?:these|those|two|three|four|the following)?(?: \w+)? ?(?:always )?(?:go(?:es)?|are|is|makes? an? \w+|gets?) (?:straight )?(?:to |an? )?(LABEL)KIND(?: no matter what| whatever [^:]*|, [^:]*)?: (.+)$";
/// What is done is the label: "Approve duplicate charges, whatever the amount".
const IMPERATIVE: &str = r"(?i)^(?:always )?(LABEL) (?:all |any |every |each |the )?(.+?)(?:,? (?:whatever|however|no matter|regardless) .*)?\.?$";
/// What follows a condition without "if": "From 4 to 10 days it is a reminder".
const BARE: &str = r"(?i)^(.+?),? (?:and |then )?(?:it|this|that) (?:is|becomes|gets|counts as|makes it) (?:an? )?(LABEL)KIND\.?$";
/// A remark for the texts of a level: "In a final notice also say that …".
const NOTED: &str = r"(?i)^(?:in|on|for|with) (?:an? |the |every |each )?(LABEL)(?: ones?)?,? (?:also |please |always )*(?:say|mention|add|note|point out|remind them|tell them|warn them)(?: that)? (.+?)\.?$";
/// What only repeats the order of the rules: "not hot, but two or more users", "dropped by 5% (but
/// aren't red)".
const ORDER: &str = r"(?i)^(?:not (?:LABEL)|(?:neither|none) of (?:those|these|them|the above)),? but |\((?:but )?(?:not|aren't|isn't|are not|is not) (?:an? |already )*(?:LABEL)\) ?|,? (?:but|and) (?:not|isn't|aren't) (?:an? |already )*(?:LABEL)\b";
/// Remarks for a text: "If there is no buyer, say so in the email".
pub(super) static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where) (.+?), ?(?:please |then |also )?((?:say|mention|remind|note|point|tell|warn|add|include|flag)\b.+?)\.?$",
    )
});
/// Who is written to where somebody is not known: "If there is no sponsor, send it to the owner".
pub(super) static INSTEAD_OF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where) (?:there(?: is|'s| are)|we have|it has|they have|the \w+ has)? ?(?:no|none|not any|isn't any|isn't an?) (.+?),? (?:then |please |we )*(?:address|send|write|draft|mail|e-?mail|use|it goes|they go|tell|notify|let)\b (.+?)\.?$",
    )
});
/// Where the rule before does not hold: "That does not apply if they renew soon".
pub(super) static UNLESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:that|this|the latter|this rule|that rule) (?:does not|doesn't|do not|don't) (?:apply|count|hold)(?: here)? (?:if|when|where|to|for) (.+?)(?:, in which case .+|, then .+|, they .+|, it .+)?\.?$",
    )
});
/// Which date counts where another is not known: "If there is no forecast, use the planned date".
pub(super) static DEFAULT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where) (?:nobody has entered|there(?: is|'s) no|we have no|no|(?:\w+ ){1,2}(?:has|have) never (?:\w+)) (.+?),? (?:then |please |we )*(?:assume|use|take|count from|count|fall back (?:to|on)|go by) (.+?)\.?$",
    )
});
/// Sentences about when it runs: they begin with a time, or say that it is run or done then. "A
/// weekly digest" and "the monthly price" say no such thing.
pub(super) static TIMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[\w'-]+[:,]? ){0,3}(?:every|each|daily|weekly|monthly|hourly|nightly|weekdays?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|on the first|first of)\b|\b(?:run|runs|do|does|done|happens|goes?|works?|checked|reviewed|handled|processed|sorted|(?:look|looks|looked|goes|gone|works|worked) (?:at|through|over|into))(?: it| this| these| them| out)? (?:every|each|on|daily|weekly|monthly|hourly|nightly|at)\b",
    )
});
/// Rows in a few words: "Open tickets only."
pub(super) static ONLY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.+?) only(?:[,.;].*)?$"));
const OTHERWISE: &str = r"(?i)^(?:(?:otherwise|else)\s|(?:(?:everything|whatever|anything|all|those|what|any|the ones)(?: that)?(?: is|'s| are)? (?:left(?: over)?|remains?|remaining)|in (?:any|every|all) other cases?|if (?:nothing|none)(?: else| of (?:the above|these|those|them))?(?: applies| apply| fits?| matches| holds?)?|(?:any|every|all|the) (?:other|remaining) \w+|otherwise|every(?:thing|one|body) else|anything else|all (?:the )?others?|the rest|if none|in all other cases|else)(?:\s*[,:–-]|\s+(?:is|are|it's|its|it is|counts?|gets?|goes|stays?|becomes?|as|an?|the|to|just|then|considered|rated|marked|should be|be))+)\s*(LABEL)KIND(?:\W|$)";
const OTHERWISE_LAST: &str = r"(?i)^(LABEL)KIND ?(?:is|:|–|-)? ?(?:for )?(?:everything|everyone|everybody|anything|anyone|all|the)(?: the)? ?(?:else|others?|rest|remaining)\b";
/// What is left out: "Skip …", "we don't bother with …".
pub(super) static SKIP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:please |but |and |also |then |first,? |always |just )*(?:we |you |i )?(?:always |just |also |can |should )?(?:skip(?: over)?|ignore|disregard|exclude|leave out|leave aside|leave alone|set aside|pass over|drop|remove|discard|omit|throw out|throw away|filter out|take out|weed out|rule out|screen out|stay away from|keep out|keep away from|(?:don'?t|do not|never) (?:bother with|bother about|include|count|touch|look at|chase|consider|want|need|act on|follow up(?: on| with)?|review|handle|process|work on|pick up|run this (?:for|on)|contact)|(?:(?:do|does|there is|there's|we do) )?nothing (?:is done |to do |happens |needed |needs to be done |is needed )?for|(?:no action|no follow-up|no need)(?: is)?(?: needed)? for|(?:we )?(?:are not|aren't) (?:interested in|concerned with)|(?:this|it|the \w+) (?:does not|doesn'?t) (?:cover|include|concern)|not for|not included:?|excluded:?|out of scope:?|except(?: for)?|not (?:the )?(?:ones|those|any)|(?:there are )?\w+ (?:kinds?|groups?|types?|sorts?)(?: of \w+)? (?:that )?we (?:skip|ignore|leave out|exclude):?):?\s+(.+)$",
    )
});
/// What is left out, named first: "Churned accounts are out".
pub(super) static SKIP_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(.+?) (?:(?:are|is|stay|stays|can be|should be|must be|will be|get|gets|can) (?:all |also |always )?(?:out of scope|out|excluded|finished|done(?: with)?(?:,? (?:and|so) (?:i|we|you) [^.;]*)?|left out|left alone|left aside|ignored|skipped|passed over|disregarded|dropped|not included|not covered|not part of this|not in scope|not wanted|not for us|not our business|not our job|(?:(?:are|is) )?not (?:touched|looked at|handled|worked on)|(?:some(?:body|one) else'?s|another team'?s) (?:job|problem|business)|handled (?:elsewhere|separately)|dealt with (?:elsewhere|separately)|off limits|of no interest|none of our business|no business of ours|nothing)|(?:need|needs) (?:nothing|no action|no follow-up)|(?:don'?t|do not|doesn'?t|does not) (?:count|qualify|apply|belong here|matter here))(?: here| too| as well| altogether| entirely| for now| as far as [^,.;]+|,? (?:obviously|of course))*\.?$",
    )
});
/// What is left out on a condition: "If they have an open deal, leave them alone".
pub(super) static SKIP_IF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:if|when|where|in case) (.+?),? (?:then )?(?:please )?(?:we )?(?:leave (?:them|it|those|that one|the \w+|her|him) (?:alone|out|be|as (?:it is|they are))|skip (?:them|it|those|that one|the \w+)|pass (?:it|them) over|drop (?:it|them)|move on|ignore (?:them|it|those|the \w+)|disregard (?:it|them)|do nothing|don'?t (?:chase|contact|bother|do anything|touch (?:it|them)|include (?:it|them))|do not (?:chase|contact|include)|nothing (?:is|needs to be|has to be) done|no action|stop here|hold off|there is nothing to do|(?:it|they) (?:is|are|stays?) out)\b[^.;]*\.?$",
    )
});
/// What is left out, said of one: "Skip it if a notice has gone out".
pub(super) static SKIP_WHERE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:also |and |then |but |please |we )*(?:skip|ignore|exclude|leave out|leave|drop|pass over|disregard|don'?t (?:touch|include|follow up on|count|chase)|do not (?:touch|include|follow up on|count|chase)) (?:it|them|those|one|these|the [\w-]+|an? [\w-]+|any [\w-]+|every [\w-]+)(?: alone| out| aside| as it is)? (?:if|when|where|as soon as|as long as|once) (.+?)\.?$",
    )
});
/// Which rows there are, said of one: "A contract is in scope if …".
pub(super) static IN_SCOPE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:an? |the |any |only )?[\w -]{2,30}? (?:(?:is|are) (?:only )?(?:in scope|included|covered|considered|in|on the list|eligible|relevant|looked at|of interest)|counts?|qualif(?:y|ies)|belongs? (?:here|on the list|in this)|makes? the list|comes? in(?:to scope)?) (?:only )?(?:if|when|where|as long as|provided(?: that)?) (.+?)\.?$",
    )
});
/// Which rows there are, said of the procedure: "This only covers …", "the list is limited to …".
pub(super) static COVERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:this|it|(?:this|the) (?:sop|procedure|process|list|check|review|run|work|report|rule|routine)) (?:(?:only|just) )?(?:is (?:only |just )?(?:for|about|concerned with)|covers|concerns|applies (?:only )?to|is (?:only )?meant for|is limited to|takes in|looks at|deals with)|(?:limit|restrict|keep|confine|narrow) (?:it|this|the list|ourselves|yourself)(?: down)? to|(?:in scope|covered|included|what counts|what we (?:want|look at|need|are after)|who counts)(?: are| is|:)|to be (?:in scope|included|considered|on the list),? (?:an? |the )?[\w -]{2,30}? (?:must|has to|needs to|should)(?: be| have)?) (?:only |just |all |any |every )*(.+?)\.?$",
    )
});
/// Which rows there are, named first: "Only active contracts are in scope".
pub(super) static ARE_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:only|all|any|every|each|just) )*(.+?) (?:(?:are|is) (?:all |also )?(?:in scope|included|covered|on the list|looked at|considered|what we (?:want|look at|are after)|part of this|in(?: here)?)|(?:belongs?|come|comes) (?:here|in|on the list|in scope)|count|qualify)(?: here| too| as well)?\.?$",
    )
});
/// Which rows there are: "Look at …", "We take …".
pub(super) static SELECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:every|each|on|weekly|daily|once)[^,]*, )?(?:first,? |then,? |also |and |plus |we(?:'re| are)? |i |you |please |only |just |always |should |need to |will |start (?:by|with|from) |this (?:is|covers|concerns|applies to) |it (?:covers|concerns|applies to) )*(?:look(?:ing)? (?:at|for|through|into)|pull(?: up| out)?|list|go(?:ing)? (?:through|over)|work(?:ing)? (?:through|on)|take|review|find|get|collect|gather|select|focus on|for (?:each|every|all)|only|check|consider|handle|process|deal with|follow up (?:on|with)|act on|care about|want|include|pick up|go after|chase|examine|grab|open|cover|covers|concerned with|it is about|it's about|this is about|about|interested in|run (?:this )?(?:for|on|over)|applies to|this is for|about|scope:?|in scope:?|all|every|(?:what|who|which \w+|records|data|population): ?)\s*(.+)$",
    )
});
/// When it runs and on what: "Runs every morning on …".
pub(super) static RUNS_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:this |it )?(?:runs?|is (?:run|done)|happens|works?)\b.{0,60}? (?:on|for|over|through) (?:all |every |each |the |any )*([a-z].+)$|^(?:every|each|on) (?:\w+ ){1,3}(?:we |i |you |the team |\w+ in \w+ |\w+ )?(?:looks?|goes|go|works?|takes?|reviews?|checks?|pulls?|runs?)(?: at| through| over| on)? (?:all |every |each |the |any )*([a-z].+)$",
    )
});
/// What somebody goes through at a time: "Every Tuesday the support lead goes through …".
pub(super) static GOES_THROUGH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:look|goe?|work|take|review|check|pull|run|pick|sweep|read|handle|process|open|do|list|collect|sort)(?:e?s)?(?: up| at| through| over| on| out| into| for)* ",
    )
});
/// Rows that are named before it: "Pending requests are looked at every weekday".
pub(super) static LOOKED_AT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(.+?) (?:are|is|get|gets) (?:looked at|looked through|checked|reviewed|handled|processed|worked through|gone through|sorted) (?:every|each|daily|weekly|monthly|on|at)\b",
    )
});
/// A remark of who is meant: "Anybody who …".
pub(super) static ANYONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:any|every)(?:body|one|thing) (?:who|that|which|whose|with) .+$|^any \w+ (?:who|that|which|whose|with|where) .+$",
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
/// A channel by its name: "the Product Safety channel in Teams", "the Teams channel "Escalations"".
pub(super) static NAMED_CHANNEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"\b(?:(?:the |our )?(?P<of>Teams|Slack) channel (?:called |named )?["“#]?(?P<called>[A-Z][\w-]*(?: [A-Z][\w-]*){0,3})["”]?|(?:the |our )?(?P<name>[A-Z][\w-]*(?: [A-Z][\w-]*){0,3}) channel(?: (?:in|on) (?:MS |Microsoft )?(?P<in>Teams|Slack))?|(?:in|to|on) (?:the|our) (?P<small>[a-z][\w-]+) channel)"#,
    )
});
/// Whom mails are for: "Emails go to the contact; if there is none, to the owner".
pub(super) static MAIL_GOES_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:all |the |these )?(?:e-?mails?|mails?|drafts?|letters?|messages?) (?:go|are sent|are addressed|is sent|goes) to (.+?)(?:(?:[;,.]| –) (?:or )?(?:if|where|when) (?:there is|there's|we have)? ?(?:none|no one|nobody|that is missing|it is missing),? (?:then )?(?:to )?(.+?))?\.?$",
    )
});
/// What is asked where a number is not known: "No number of shops given?"
pub(super) static NONE_GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:no|what if there is no|and if there is no) (.+?)(?: (?:given|known|entered|filled in|there|on file))?\?$",
    )
});
/// The number that is taken then: "Assume one."
pub(super) static ASSUMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:then )?(?:assume|take|use|count it as|treat it as) (?:it is |it's )?(\w+)\.?$",
    )
});
/// A second request in the same breath: "…, and end with a table".
pub(super) static SECOND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i), and (?:then |also )?(?:end|finish|close|post|send|draft|write|email|mail|notify|set|update|put|add|log) ",
    )
});
/// The higher of two levels counts.
pub(super) static HIGHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:and|then|always|please|we|in doubt|when in doubt|if (?:more than one|several|two|both|multiple)(?: of (?:them|these)| \w+)? (?:applies|apply|fits?|match(?:es)?|hold)),? )*(?:take|use|pick|choose|go with|apply|assign|give|keep)s? (?:always )?(?:the )?(?:higher|highest|worse|worst|more serious|most serious|stricter|strictest|more severe|most severe|most urgent)(?: one| level| of (?:them|the two|these|those)| that)?(?: that)?(?: (?:applies|apply|fits?|holds?|matches|counts))?\.?$|\b(?:higher|highest|worse|worst|more serious|most serious|stricter|strictest)(?: one| level| of (?:them|the two))? (?:counts|wins|applies|is used|is taken|goes)\b",
    )
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_patterns_are_sound_and_find_labels() {
        let forms = Forms::new(&[]);
        for (regex, text, label) in [
            (&forms.label_first, "High risk: health below 50", "High"),
            (
                &forms.label_first,
                "Mark it red when usage dropped by more than 20%",
                "red",
            ),
            (&forms.label_first, "P1 if the customer is enterprise", "P1"),
            (&forms.otherwise, "Everything else is low risk.", "low"),
            (&forms.otherwise, "Otherwise it's \"normal\".", "\"normal\""),
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
        let found = forms
            .condition_first
            .captures("If health is below 50, it's high risk.")
            .and_then(|c| Some((c.get(1)?.as_str().to_owned(), c.get(2)?.as_str().to_owned())));
        assert_eq!(
            found,
            Some(("health is below 50".to_owned(), "high".to_owned()))
        );
        let found = forms
            .instead
            .captures("Enterprise accounts that are amber count as red.")
            .unwrap();
        assert_eq!(
            [&found[1], &found[2], &found[3]],
            ["Enterprise accounts", "amber", "red"]
        );
        let found = forms
            .at_least
            .captures("A ticket set to urgent never goes below P2.")
            .unwrap();
        assert_eq!([&found[1], &found[2]], ["A ticket set to urgent", "P2"]);
        assert!(forms.otherwise.is_match("Otherwise green."));
        assert!(
            !forms
                .otherwise
                .is_match("All other hot and warm ones get the mail.")
        );
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
                && forms.otherwise_last.is_match("Low: everything else")
        );
    }
}
