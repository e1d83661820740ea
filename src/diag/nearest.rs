//! The nearest of the names that exist, for "did you mean".

/// Returns the candidate that is most like `name`, if one is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    candidates
        .into_iter()
        .map(|candidate| (likeness(&wanted, &fold(candidate)), candidate))
        .filter(|(score, _)| *score >= 0.72)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Returns the help line for an unknown name: the nearest one, and what there is.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let near = nearest(name, candidates.iter().copied());
    let known = match candidates.as_slice() {
        [] => return None,
        some if some.len() <= 12 => some.join(", "),
        some => format!("{}, and {} more", some[..12].join(", "), some.len() - 12),
    };
    Some(match near {
        Some(near) => format!("Did you mean `{near}`? There are: {known}."),
        None => format!("There are: {known}."),
    })
}

fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let contained = (a.len() >= 4 && b.contains(a)) || (b.len() >= 4 && a.contains(b));
    strsim::jaro_winkler(a, b).max(if contained { 0.85 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::*;

    #[test]
    fn finds_misspellings_and_parts() {
        let fields = ["health_score", "renewal_date", "name"];
        assert_eq!(nearest("healthscore", fields), Some("health_score"));
        assert_eq!(nearest("renewl_date", fields), Some("renewal_date"));
        assert_eq!(nearest("zzz", fields), None);
    }

    #[test]
    fn help_lists_what_exists() {
        let help = did_you_mean("nme", ["name", "id"]).expect("there are candidates");
        assert_eq!(help, "Did you mean `name`? There are: name, id.");
    }
}
