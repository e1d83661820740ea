//! Words of an SOP that settle nothing by themselves: vague times and amounts, judgement left to
//! the reader, lists that go on. They are shown to the builder, which asks or finds out.

use super::Sop;

/// What a word leaves open.
struct Vague {
    words: &'static [&'static str],
    open: &'static str,
    /// Is it settled by a number in the same statement?
    number_settles: bool,
}

const VAGUE: [Vague; 5] = [
    Vague {
        words: &[
            "recent",
            "recently",
            "lately",
            "soon",
            "shortly",
            "promptly",
            "a while",
            "long time",
            "in good time",
            "as soon as possible",
            "regularly",
        ],
        open: "says no time",
        number_settles: true,
    },
    Vague {
        words: &[
            "significant",
            "significantly",
            "substantial",
            "substantially",
            "considerable",
            "considerably",
            "large",
            "big",
            "small",
            "many",
            "several",
            "a few",
            "a lot of",
            "lots of",
            "sharply",
            "unusually",
            "unusual",
            "low usage",
            "high usage",
            "high value",
            "high-value",
            "low health",
        ],
        open: "says no number",
        number_settles: true,
    },
    Vague {
        words: &[
            "if needed",
            "if necessary",
            "as needed",
            "as appropriate",
            "where appropriate",
            "if appropriate",
            "where relevant",
            "if it makes sense",
            "use your judgement",
            "use your judgment",
            "reasonable",
            "at our discretion",
        ],
        open: "says not when",
        number_settles: false,
    },
    Vague {
        words: &["etc", "and so on", "or similar", "and the like"],
        open: "leaves a list open",
        number_settles: false,
    },
    Vague {
        words: &["usually", "normally", "typically", "generally"],
        open: "says not what else can hold",
        number_settles: false,
    },
];

/// Returns, by the number of its statement, each word that settles nothing by itself, with what it
/// leaves open.
pub fn unsettled(sop: &Sop) -> Vec<(usize, &'static str, &'static str)> {
    let mut found = Vec::new();
    for statement in &sop.statements {
        // A question after a number is no vague number.
        let text = format!(" {} ", words_of(&statement.text)).replace(" how many ", " ");
        let has_number = text.chars().any(|c| c.is_ascii_digit());
        for vague in VAGUE.iter().filter(|v| !(v.number_settles && has_number)) {
            let said = |word: &&&str| text.contains(&format!(" {} ", words_of(word)));
            if let Some(word) = vague.words.iter().find(said) {
                found.push((statement.number, *word, vague.open));
            }
        }
    }
    found
}

/// Returns the words of a text in lower case, with one space between them.
fn words_of(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let words: Vec<String> = words
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_words_are_found_where_no_number_settles_them() {
        let sop = Sop::parse(
            "- Look at recent tickets.\n- Look at recent tickets, of the last 14 days.\n- Many, many open bugs are a concern.\n- Say how many seats there are.\n- Escalate if needed, etc.\n- Soonest first; the largest deal wins.\n- High-value customers get a call.\n",
        );
        assert_eq!(
            unsettled(&sop),
            [
                (1, "recent", "says no time"),
                (3, "many", "says no number"),
                (5, "if needed", "says not when"),
                (5, "etc", "leaves a list open"),
                (7, "high value", "says no number"),
            ]
        );
    }
}
