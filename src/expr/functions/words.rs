//! Words in names of companies: those that tell nothing, those that tell little, and how people
//! shorten them.

/// Words of a company's legal form, which do not tell names apart.
const LEGAL_FORMS: [&str; 44] = [
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "doo",
    "eurl",
    "gmbh",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "lda",
    "limited",
    "llc",
    "llp",
    "ltd",
    "ltda",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "pllc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "sasu",
    "srl",
    "sro",
    "ug",
    "vof",
    "zrt",
];

/// Words that stand between others.
const CONNECTING: [&str; 7] = ["and", "et", "for", "of", "the", "und", "y"];

/// Words that many names share, and people leave out or add when they speak: they tell little.
const COMMON: [&str; 42] = [
    "analytics",
    "associates",
    "bank",
    "brothers",
    "capital",
    "consulting",
    "data",
    "digital",
    "energy",
    "engineering",
    "enterprises",
    "europe",
    "finance",
    "foods",
    "global",
    "group",
    "health",
    "industries",
    "institute",
    "international",
    "labs",
    "logistics",
    "management",
    "manufacturing",
    "media",
    "networks",
    "partners",
    "people",
    "pharma",
    "robotics",
    "services",
    "software",
    "solutions",
    "studios",
    "systems",
    "team",
    "technologies",
    "uk",
    "university",
    "us",
    "usa",
    "worldwide",
];

/// How people shorten or bend words, and the word itself.
const SHORTENED: [(&str, &str); 45] = [
    ("assoc", "associates"),
    ("assocs", "associates"),
    ("bros", "brothers"),
    ("centre", "center"),
    ("comm", "communications"),
    ("comms", "communications"),
    ("communication", "communications"),
    ("ctr", "center"),
    ("eng", "engineering"),
    ("ent", "enterprises"),
    ("enterprise", "enterprises"),
    ("food", "foods"),
    ("ft", "fort"),
    ("grp", "group"),
    ("gruppe", "group"),
    ("hosp", "hospital"),
    ("ind", "industries"),
    ("inds", "industries"),
    ("industry", "industries"),
    ("inst", "institute"),
    ("intl", "international"),
    ("lab", "labs"),
    ("laboratories", "labs"),
    ("laboratory", "labs"),
    ("mfg", "manufacturing"),
    ("mfr", "manufacturing"),
    ("mgmt", "management"),
    ("mt", "mount"),
    ("natl", "national"),
    ("network", "networks"),
    ("partner", "partners"),
    ("pharmaceutical", "pharma"),
    ("pharmaceuticals", "pharma"),
    ("service", "services"),
    ("solution", "solutions"),
    ("st", "saint"),
    ("studio", "studios"),
    ("svc", "services"),
    ("svcs", "services"),
    ("sys", "systems"),
    ("system", "systems"),
    ("tech", "technologies"),
    ("technology", "technologies"),
    ("univ", "university"),
    ("universitat", "university"),
];

/// How much a common word weighs against one that tells names apart; so does an initial.
const LITTLE: f64 = 0.4;

/// Returns the word itself for one that is shortened or bent.
pub(super) fn whole(word: &str) -> &str {
    let found = SHORTENED.binary_search_by_key(&word, |(short, _)| short);
    found.map_or(word, |at| SHORTENED[at].1)
}

/// Is it a word of a legal form?
pub(super) fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.binary_search(&word).is_ok()
}

/// Is it a word that stands between others?
pub(super) fn connects(word: &str) -> bool {
    CONNECTING.contains(&word)
}

/// Is it the first letter of a word that is left out?
pub(super) fn is_initial(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// Returns how much a word tells, against one that tells names apart.
pub(super) fn weight(word: &str) -> f64 {
    if is_initial(word) || COMMON.binary_search(&word).is_ok() {
        LITTLE
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order_and_written_out_once() {
        assert!(LEGAL_FORMS.is_sorted() && COMMON.is_sorted());
        assert!(SHORTENED.is_sorted());
        for (short, word) in SHORTENED {
            assert_eq!(whole(word), word, "{short} is written out twice");
        }
    }
}
