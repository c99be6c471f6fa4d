//! All lints of a run, by name.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::load::{Origin, load};
use super::{Lint, LintFileError};
use crate::source::{Name, TextRange};

/// Paths and texts of the built-in lint files, sorted by path.
const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lint_pages.rs"));

/// All lints of a run: the built-in ones and the user's own.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Sorted by id.
    lints: Vec<Lint>,
    /// Positions in `lints`, by id and by alias.
    by_name: FxHashMap<Name, usize>,
}

impl Registry {
    /// The lints that come with this program.
    pub fn builtin() -> &'static Registry {
        static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
            let lints = BUILTIN.iter().map(|(path, text)| {
                load(*path, *text, Origin::Builtin).expect("tests load every embedded lint file")
            });
            Registry::new(lints.collect())
        });
        &REGISTRY
    }

    /// The built-in lints and those of the given files (path and text).
    ///
    /// A file with mistakes adds no lint; its mistakes are returned beside the registry,
    /// so that the caller decides whether they end the run.
    pub fn with_local(
        files: impl IntoIterator<Item = (String, String)>,
    ) -> (Registry, Vec<LintFileError>) {
        let mut registry = Registry::builtin().clone();
        let mut errors = Vec::new();
        let mut local = Vec::new();
        for (path, text) in files {
            match load(path, text, Origin::Local) {
                Ok(lint) => local.push(lint),
                Err(mistakes) => errors.extend(mistakes),
            }
        }
        for lint in local {
            let names: Vec<_> = lint.aliases.iter().copied().chain([lint.id]).collect();
            if let Some(taken) = names
                .into_iter()
                .find(|it| registry.by_name.contains_key(it))
            {
                let message = format!("there is a lint `{taken}` already");
                errors.push(
                    LintFileError::new(&lint.path, TextRange::default(), message)
                        .with_help("a lint of your own needs a name of its own"),
                );
                continue;
            }
            registry.lints.push(lint);
            registry = Registry::new(registry.lints);
        }
        (registry, errors)
    }

    fn new(mut lints: Vec<Lint>) -> Registry {
        lints.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
        let mut by_name = FxHashMap::default();
        for (index, lint) in lints.iter().enumerate() {
            by_name.extend(
                lint.aliases
                    .iter()
                    .chain([&lint.id])
                    .map(|name| (*name, index)),
            );
        }
        Registry { lints, by_name }
    }

    /// All lints, sorted by id.
    pub fn lints(&self) -> &[Lint] {
        &self.lints
    }

    /// The lint of this name. Former names and underscores for dashes are understood.
    pub fn lint(&self, id: &str) -> Option<&Lint> {
        let name = if id.contains('_') {
            Name::new(&id.replace('_', "-"))
        } else {
            Name::new(id)
        };
        self.by_name.get(&name).map(|index| &self.lints[*index])
    }

    /// The lints of a category, sorted by id; empty if there is no such category.
    pub fn category<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a Lint> {
        self.lints.iter().filter(move |it| it.category == *category)
    }

    /// All categories, sorted, each once.
    pub fn categories(&self) -> Vec<Name> {
        let mut all: Vec<_> = self.lints.iter().map(|it| it.category).collect();
        all.sort_by_key(|it| it.as_str());
        all.dedup();
        all
    }

    /// The id or category that somebody who wrote `name` probably meant.
    pub fn did_you_mean(&self, name: &str) -> Option<&str> {
        let name = name.replace('_', "-");
        let ids = self
            .lints
            .iter()
            .flat_map(|it| it.aliases.iter().chain([&it.id, &it.category]));
        ids.map(|it| (strsim::jaro_winkler(&name, it.as_str()), it.as_str()))
            .filter(|(similarity, _)| *similarity > 0.85)
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
            .map(|(_, id)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "+++\nid = \"no-eval\"\nsummary = \"calls eval\"\naliases = [\"evil-eval\"]\n\n[check]\nkind = \"call\"\npath = \"lib::eval\"\n+++\n";

    fn own(path: &str, text: &str) -> (String, String) {
        (path.to_owned(), text.to_owned())
    }

    #[test]
    fn built_in_files_load_and_their_pages_are_complete() {
        assert!(!Registry::builtin().lints().is_empty());
        for lint in Registry::builtin().lints() {
            assert_eq!(lint.check_page(), Ok(()), "{}", lint.path);
        }
    }

    #[test]
    fn own_lints_join_the_built_in_ones() {
        let (registry, errors) = Registry::with_local([own(".moat/lints/no-eval.md", OWN)]);
        assert_eq!(errors, []);
        for name in ["no-eval", "no_eval", "evil-eval", "evil_eval"] {
            assert_eq!(
                registry.lint(name).map(|it| it.id.as_str()),
                Some("no-eval"),
                "{name}"
            );
        }
        assert_eq!(
            registry.lints().len(),
            Registry::builtin().lints().len() + 1
        );
        assert!(registry.lints().is_sorted_by_key(|it| it.id.as_str()));
        assert_eq!(registry.did_you_mean("no-evil"), Some("no-eval"));
        assert_eq!(registry.did_you_mean("utterly-different"), None);
        assert!(registry.categories().iter().any(|it| *it == "local"));
        assert_eq!(registry.category("local").count(), 1);
    }

    #[test]
    fn own_lints_replace_nothing() {
        let taken = Registry::builtin().lints()[0].id;
        let clash = OWN.replace("no-eval", taken.as_str());
        let twice = OWN
            .replace("no-eval", "other")
            .replace("evil-eval", "no-eval");
        let (registry, errors) = Registry::with_local([
            own(&format!("{taken}.md"), &clash),
            own("no-eval.md", OWN),
            own("other.md", &twice),
        ]);
        let messages: Vec<_> = errors.iter().map(|it| it.message.clone()).collect();
        assert_eq!(
            messages,
            [
                format!("there is a lint `{taken}` already"),
                "there is a lint `no-eval` already".into()
            ]
        );
        assert_eq!(
            registry.lints().len(),
            Registry::builtin().lints().len() + 1
        );
    }
}
