//! Questions about single words, where the rest of a sentence is read: what is a “sandbox account”?
//! The answer holds wherever the words stand.

use std::sync::LazyLock;

use regex::Regex;

use super::Question;
use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::meaning;
use crate::drafter::words::{stem, tokens};
use crate::drafter::world::{Said, World};

/// The most words that are asked about.
const ASKED: usize = 3;

/// The most statements whose words are looked at.
const LOOKED_AT: usize = 8;

/// The most words of a statement that are tried.
const TRIED: usize = 4;

/// The most meanings that are offered.
const OFFERED: usize = 4;

/// Returns the question what words mean.
fn question(words: &str) -> String {
    format!("What does “{words}” mean here?")
}

/// Returns words with what the owner says that they mean: in answers, and in notes such as "a sandbox
/// account is one whose env is test".
pub(in crate::drafter) fn meanings(world: &World) -> Vec<(String, String)> {
    static NOTE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?i)^(?:an? |the |by )?["“]?(?P<words>[a-z][\w -]{2,40}?)["”]? (?:is|are|means?|=|stands? for)(?: that)?(?: (?:one|ones|those|an? [\w-]+|any [\w-]+|rows|the [\w-]+))? ?(?:whose|that|which|where|who|with)? (?P<said>.+?)\.?$"#,
        )
    });
    let answered = world.answers.iter().filter_map(|(asked, answer)| {
        let words = asked
            .strip_prefix("What does “")?
            .strip_suffix("” mean here?")?;
        let is_said = !answer.starts_with('(') && !answer.trim().eq_ignore_ascii_case("skip");
        is_said.then(|| {
            (
                words.to_owned(),
                answer.trim().trim_end_matches('.').to_owned(),
            )
        })
    });
    let notes = world.notes.lines().filter_map(|line| {
        let found = NOTE.captures(line.trim().trim_start_matches(['-', '*', ' ']))?;
        Some((found["words"].to_owned(), found["said"].to_owned()))
    });
    answered.chain(notes).collect()
}

/// Returns questions about words on which statements hang that are otherwise read, with the numbers of
/// those statements.
pub(in crate::drafter) fn unknown(
    open: &[Said],
    reader: &Reader<'_>,
) -> (Vec<Question>, Vec<usize>) {
    let mut hang: Vec<(String, Vec<&Said>)> = Vec::new();
    let chooses = |said: &&Said| super::is_scope(said, reader) || super::is_level(said, reader);
    for said in open.iter().filter(chooses).take(LOOKED_AT) {
        let words = reader
            .unread_words(&said.text)
            .into_iter()
            .filter(|words| is_name(words) && !reader.forms.is_part_of_label(words))
            .take(TRIED)
            .find(|words| {
                reader.supposing(words, || {
                    let read = meaning(said, reader);
                    let chooses = read.only.is_some()
                        || read.skip.is_some()
                        || read.rules.iter().any(|r| r.condition().is_some());
                    !read.is_open() && !read.says_more && chooses
                })
            });
        let Some(words) = words else {
            continue;
        };
        match hang.iter_mut().find(|(known, _)| *known == words) {
            Some((_, all)) => all.push(said),
            None => hang.push((words, vec![said])),
        }
    }
    hang.sort_by_key(|(_, all)| std::cmp::Reverse(all.len()));
    hang.truncate(ASKED);
    let opened = hang
        .iter()
        .flat_map(|(_, all)| all.iter().map(|said| said.number))
        .collect();
    let asked = hang.into_iter().map(|(words, all)| {
        let said = all;
        let all: Vec<String> = said.iter().map(|said| format!("{}. {}", said.number, said.text)).collect();
        let example = super::shown::example(reader).map(|said| format!(", as in “{said}”"));
        Question {
            text: question(&words),
            why: format!(
                "All else was read of:\n{}\nSay it with a column and a value{}, or “skip” to leave it to people.\n{}",
                all.join("\n"),
                example.unwrap_or_default(),
                super::shown::columns(&said, reader),
            ),
            choices: offered(&words, reader),
        }
    });
    (asked.collect(), opened)
}

/// Can words name a thing or a state? A scrap of a sentence cannot.
fn is_name(words: &str) -> bool {
    const SCRAPS: &str = " first second third last next once sent came other others another even what which who whom whose how why that this these those it they them he she we us you i me my our your their his her there here then than so as if not no one ones count counts counted look looks take takes get gets give gives go goes come comes see say says said tell tells know knows do does did make makes made put want wants need needs happen happens matter matters mean means thing things something anything everything nothing somebody anybody everybody nobody someone anyone everyone lot bit way case cases row rows really actually mostly usually often always never only just still already also again away back anyway obviously finally instead ";
    let said = tokens(words);
    let is_scrap = |word: &String| word.len() < 3 || SCRAPS.contains(&format!(" {word} "));
    !said.is_empty() && said != ["list"] && said.len() <= 3 && !said.iter().any(is_scrap)
}

/// Returns what words may mean, by what columns and values are called.
fn offered(words: &str, reader: &Reader<'_>) -> Vec<String> {
    const ROOT: usize = 4;
    let said = tokens(words);
    let is_like = |name: &str| {
        let own = tokens(&name.replace(['_', '-'], " "));
        own.iter().any(|own| {
            said.iter().any(|word| {
                let root = |word: &str| word.get(..ROOT).map(str::to_owned);
                stem(own) == stem(word) || root(own).is_some() && root(own) == root(word)
            })
        })
    };
    let mut offered = Vec::new();
    for table in std::iter::once(reader.cases).chain(reader.parents()) {
        let of = match table.name == reader.cases.name {
            true => String::new(),
            false => format!("{}'s ", crate::drafter::draft::singular(table.short())),
        };
        for (name, column) in table
            .columns
            .iter()
            .filter(|(name, _)| !name.ends_with("_id"))
        {
            let values = column.values.iter().filter(|value| value.len() < 30);
            let few = column.values.len() < 8;
            let values = values.filter(|value| is_like(value) || few && is_like(name));
            offered.extend(values.map(|value| format!("{of}{name} is {value}")));
            if is_like(name) && column.kind == "boolean" {
                offered.push(format!("{of}{name} is yes"));
            }
        }
    }
    offered.truncate(OFFERED);
    offered
}
