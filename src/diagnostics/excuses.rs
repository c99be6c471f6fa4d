//! Which endpoints comments and settings excuse from a lint: asked by checks that put several
//! endpoints into one finding, before they do.

use std::collections::BTreeMap;

use super::apply::exception_of;
use super::suppress::{Allow, FileSuppressions};
use super::{Level, LevelSettings, LintMeta};
use crate::source::{FileId, Name, Span};
use crate::workspace::config::exception::Exceptions;

/// What comments and settings let off. [`apply`](super::apply) still has the last word on every finding:
/// whoever is excused here is to be reported by itself, so that what excuses it counts as used.
#[derive(Debug, Default)]
pub struct Excuses<'a> {
    allows: BTreeMap<FileId, Vec<&'a Allow>>,
    settings: Option<(Exceptions<'a>, &'a LevelSettings<'a>)>,
}

impl<'a> Excuses<'a> {
    /// Those of these comments and settings.
    pub fn new(
        suppressions: impl IntoIterator<Item = &'a FileSuppressions>,
        exceptions: Exceptions<'a>,
        levels: &'a LevelSettings<'a>,
    ) -> Excuses<'a> {
        let mut allows: BTreeMap<FileId, Vec<&Allow>> = BTreeMap::new();
        for allow in suppressions.into_iter().flat_map(|it| &it.allows) {
            allows.entry(allow.file()).or_default().push(allow);
        }
        Excuses {
            allows,
            settings: Some((exceptions, levels)),
        }
    }

    /// Whether a comment lets a lint off at a place.
    pub fn by_comment(&self, lint: Name, place: Span) -> bool {
        let allows = self.allows.get(&place.file);
        allows.is_some_and(|all| all.iter().any(|it| it.covers_place(lint, place)))
    }

    /// Whether the settings let an endpoint off that is reported on in a file.
    pub fn by_settings(&self, lint: &LintMeta, path: &str, method: &str, route: &str) -> bool {
        let Some((exceptions, levels)) = &self.settings else {
            return false;
        };
        let level = |route| levels.level_of(lint, path, route).level;
        exception_of(lint.id, *exceptions, method, route).is_some()
            || (level(Some((method, route))) == Level::Allow && level(None) != Level::Allow)
    }
}
