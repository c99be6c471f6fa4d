//! The names of lints that settings, flags and comments may use.

use crate::lints::Registry;
use crate::workspace::config::KnownNames;

/// Ids, categories and former ids of a registry's lints.
#[derive(Debug)]
pub struct Names<'r> {
    lints: Vec<&'r str>,
    categories: Vec<&'r str>,
    aliases: Vec<(&'r str, &'r str)>,
}

impl<'r> Names<'r> {
    /// Those of a registry.
    pub fn of(registry: &'r Registry) -> Names<'r> {
        let lints = registry.lints();
        let aliases = lints.iter().flat_map(|lint| {
            let olds = lint.aliases.iter();
            olds.map(|old| (old.as_str(), lint.id.as_str()))
        });
        Names {
            lints: lints.iter().map(|it| it.id.as_str()).collect(),
            categories: registry.categories().iter().map(|it| it.as_str()).collect(),
            aliases: aliases.collect(),
        }
    }

    /// As settings take them.
    pub fn known(&self) -> KnownNames<'_> {
        KnownNames {
            lints: &self.lints,
            categories: &self.categories,
            aliases: &self.aliases,
        }
    }
}
