//! The names that settings and comments may use, and what was probably meant.

use std::fmt;

/// The lints that exist, as far as settings need to know them.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownNames<'a> {
    /// Ids of all lints, local ones included.
    pub lints: &'a [&'a str],
    /// Their categories.
    pub categories: &'a [&'a str],
    /// Former ids with the present ones.
    pub aliases: &'a [(&'a str, &'a str)],
}

/// What a level is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintSelector {
    /// `all`.
    All,
    /// A category.
    Category(String),
    /// A lint, by its present id.
    Lint(String),
}

impl fmt::Display for LintSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LintSelector::All => f.write_str("all"),
            LintSelector::Category(name) | LintSelector::Lint(name) => f.write_str(name),
        }
    }
}

impl<'a> KnownNames<'a> {
    /// The present id of the lint that `word` names; underscores count as dashes.
    pub fn lint(&self, word: &str) -> Option<&'a str> {
        let word = word.replace('_', "-");
        let present = self
            .aliases
            .iter()
            .find(|(old, _)| *old == word)
            .map(|(_, new)| *new);
        self.lints
            .iter()
            .copied()
            .find(|id| *id == present.unwrap_or(&word))
    }

    /// The lint, the category or `all` that `word` names.
    pub fn selector(&self, word: &str) -> Option<LintSelector> {
        if let Some(id) = self.lint(word) {
            return Some(LintSelector::Lint(id.to_owned()));
        }
        let word = word.replace('_', "-");
        if word == "all" {
            return Some(LintSelector::All);
        }
        let category = self.categories.iter().find(|category| **category == word)?;
        Some(LintSelector::Category((*category).to_owned()))
    }

    /// The lint that was probably meant by a word that names none.
    pub fn closest_lint(&self, word: &str) -> Option<&'a str> {
        let olds = self.aliases.iter().map(|(old, _)| *old);
        let found = closest(word, self.lints.iter().copied().chain(olds))?;
        self.lint(found)
    }

    /// The lint or category that was probably meant by a word that names none.
    pub fn closest_name(&self, word: &str) -> Option<&'a str> {
        let olds = self.aliases.iter().map(|(old, _)| *old);
        let all = self.lints.iter().chain(self.categories).copied();
        let found = closest(word, all.chain(olds).chain(["all"]))?;
        Some(self.lint(found).unwrap_or(found))
    }
}

/// The candidate that a mistyped word is nearest to, if any is near enough.
pub(crate) fn closest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // Nobody meant a short word by a long one, and distances cost length times length.
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let word = word.to_lowercase().replace(['_', ' ', '.'], "-");
    let tolerance = (word.chars().count() / 3).max(1);
    let ranked = candidates.into_iter().filter_map(|candidate| {
        let lower = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&word, &lower);
        // `auth` for `authentication`, `rate-limit` for `missing-rate-limit`.
        let part = word.len() >= 4 && lower.contains(word.as_str());
        (distance <= tolerance || part).then_some((distance.min(tolerance + 1), candidate))
    });
    ranked.min().map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: KnownNames<'static> = KnownNames {
        lints: &[
            "missing-authentication",
            "missing-rate-limit",
            "hardcoded-secret",
        ],
        categories: &["authentication", "limits", "secrets"],
        aliases: &[("missing-auth", "missing-authentication")],
    };

    #[test]
    fn names_are_found_in_every_spelling() {
        for (word, expected) in [
            ("missing-authentication", Some("missing-authentication")),
            ("missing_authentication", Some("missing-authentication")),
            ("missing_auth", Some("missing-authentication")),
            ("authentication", None),
            ("all", None),
            ("", None),
        ] {
            assert_eq!(KNOWN.lint(word), expected, "{word}");
        }
        assert_eq!(KNOWN.selector("all"), Some(LintSelector::All));
        assert_eq!(
            KNOWN.selector("limits"),
            Some(LintSelector::Category("limits".to_owned()))
        );
        assert_eq!(KNOWN.selector("limit"), None);
    }

    #[test]
    fn a_mistyped_name_finds_what_was_meant() {
        for (word, expected) in [
            ("missing-authentcation", Some("missing-authentication")),
            ("MissingAuthentication", Some("missing-authentication")),
            ("missing-ahtu", Some("missing-authentication")),
            ("rate-limit", Some("missing-rate-limit")),
            ("secret", Some("secrets")),
            ("al", Some("all")),
            ("sql-injection", None),
            ("", None),
            (&"x".repeat(10_000), None),
        ] {
            assert_eq!(KNOWN.closest_name(word), expected, "{word}");
        }
        assert_eq!(KNOWN.closest_lint("secret"), Some("hardcoded-secret"));
    }
}
