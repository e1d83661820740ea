//! What statements say of the rules before them: where they do not hold, and which date counts where
//! one is not known.

use super::Assembly;
use crate::drafter::condition::Read;
use crate::drafter::statement::Rule;

impl Assembly<'_> {
    /// Makes an exception to the rules of the statement before.
    pub(super) fn hold_back(&mut self, number: usize, unless: &Read) {
        let Some(last) = self.rules.last().map(|stated| stated.number) else {
            return;
        };
        if last + 1 != number {
            return;
        }
        for stated in self.rules.iter_mut().filter(|stated| stated.number == last) {
            if let Rule::When(_, when)
            | Rule::Instead { when, .. }
            | Rule::AtLeast(when, _)
            | Rule::AtMost(when, _)
            | Rule::Step { when, .. }
            | Rule::Except { when, .. } = &mut stated.rule
            {
                *when = when.clone().both("and", unless.clone().negated());
            }
        }
        self.cite("level", number);
    }

    /// Lets other dates count where some are not known.
    pub(super) fn fall_back(&mut self) {
        let defaults = std::mem::take(&mut self.defaults);
        let known = |source: &str| {
            let fallen = defaults.iter();
            fallen.fold(source.to_owned(), |source, (of, other)| {
                or_else(&source, of, other)
            })
        };
        for stated in &mut self.rules {
            if let Rule::When(_, when)
            | Rule::Instead { when, .. }
            | Rule::AtLeast(when, _)
            | Rule::AtMost(when, _)
            | Rule::Step { when, .. }
            | Rule::Except { when, .. } = &mut stated.rule
            {
                when.source = known(&when.source);
            }
        }
        for (_, read, _) in &mut self.defined {
            read.source = known(&read.source);
        }
        for (read, _) in &mut self.skips {
            read.source = known(&read.source);
        }
    }
}

/// Returns an expression in which another date counts where one is not known. Whether that one is
/// missing is still asked of itself.
fn or_else(source: &str, of: &str, other: &str) -> String {
    let mut pieces = source.split(of);
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let compares = [" < ", " <= ", " > ", " >= ", " == "];
        let is_compared = compares.iter().any(|sign| piece.starts_with(sign));
        let is_argument =
            whole.ends_with(['(', ' ']) && piece.starts_with([')', ',']) || is_compared;
        if is_argument {
            whole += &format!("coalesce({of}, {other})");
        } else {
            whole += of;
        }
        whole += piece;
    }
    whole
}
