//! Which level a finding has: the command line over the configuration over the lint.

use std::fmt;

use jiff::civil::Date;

use super::{Level, LintMeta};
use crate::workspace::config::exception::{ExceptionId, Exceptions};
use crate::workspace::config::{Config, KnownNames, LevelEntry, LintSelector, Override};

/// `-A`, `-W` or `-D` with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelFlag {
    /// What the flag sets.
    pub level: Level,
    /// For what.
    pub target: FlagTarget,
}

/// The argument of a level flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagTarget {
    /// A lint, a category or `all`.
    Lints(LintSelector),
    /// `warnings`: whatever would be a warning when all else is settled.
    Warnings,
}

impl LevelFlag {
    /// Reads the argument of a flag.
    ///
    /// # Errors
    /// What is wrong with the word, and what was probably meant.
    pub fn parse(
        level: Level,
        word: &str,
        known: &KnownNames<'_>,
    ) -> Result<LevelFlag, (String, String)> {
        if word == "warnings" {
            return Ok(LevelFlag {
                level,
                target: FlagTarget::Warnings,
            });
        }
        match known.selector(word) {
            Some(selector) => Ok(LevelFlag {
                level,
                target: FlagTarget::Lints(selector),
            }),
            None => {
                let help = match known.closest_name(word) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`cargo moat lints` lists them all".to_owned(),
                };
                Err((format!("unknown lint `{word}`"), help))
            }
        }
    }
}

/// A level, and why it is that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelDecision {
    /// The level.
    pub level: Level,
    /// The reason that was given for it.
    pub reason: Option<String>,
    /// Who decided.
    pub by: DecidedBy,
    /// The exception that it rests on.
    pub exception: Option<ExceptionId>,
    /// Whether the lint itself was named, not its category or `all`.
    pub named: bool,
}

/// Who decided on a level. Ordered: later ones outrank earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecidedBy {
    /// The lint's default.
    Default,
    /// `[lints]`.
    Config,
    /// `[[override]]`.
    Override,
    /// `-A`, `-W`, `-D`.
    CommandLine,
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DecidedBy::Default => "the lint's default",
            DecidedBy::Config => "`lints` in the configuration",
            DecidedBy::Override => "an `override` in the configuration",
            DecidedBy::CommandLine => "the command line",
        })
    }
}

/// All that decides on levels.
#[derive(Debug, Clone)]
pub struct LevelSettings<'c> {
    config: &'c Config,
    exceptions: Exceptions<'c>,
    flags: Vec<LevelFlag>,
}

impl<'c> LevelSettings<'c> {
    /// Settings of a configuration on a day, with the flags of the command line in order.
    pub fn new(config: &'c Config, flags: Vec<LevelFlag>, today: Date) -> LevelSettings<'c> {
        LevelSettings {
            config,
            exceptions: Exceptions::new(config, today),
            flags,
        }
    }

    /// The level of a finding in a file, about an endpoint (method and full path) or not.
    ///
    /// Of several flags the last wins, of several overrides likewise; within one place a lint
    /// outranks its category, and that outranks `all`. What has expired decides nothing.
    pub fn level_of(
        &self,
        lint: &LintMeta,
        path: &str,
        route: Option<(&str, &str)>,
    ) -> LevelDecision {
        let mut decision = self.before_warnings(lint, path, route);
        let warnings = self
            .flags
            .iter()
            .rev()
            .find(|flag| flag.target == FlagTarget::Warnings);
        if let Some(flag) = warnings
            && decision.level == Level::Warn
            && flag.level != Level::Warn
        {
            let named = decision.named;
            decision = LevelDecision {
                named,
                ..LevelDecision::new(flag.level, DecidedBy::CommandLine)
            };
        }
        decision
    }

    /// Whether nothing that a lint could find would be shown, wherever it found it: then nobody
    /// need look. Not so where an exception allows it, since that is to tell whether it was used.
    pub fn is_off(&self, lint: &LintMeta) -> bool {
        let anywhere = self.level_of(lint, "", None);
        let is_allowed = |it: &LevelEntry| it.level == Level::Allow && it.exception.is_none();
        let overrides = &self.config.overrides;
        let may_be_on = |it: &Override| {
            let entry = best(&it.lints, lint, |_| true);
            entry.is_some_and(|entry| it.exception.is_some() || !is_allowed(entry))
        };
        // `-A warnings` does not outrank an override that denies.
        let is_flagged = self.before_warnings(lint, "", None).by == DecidedBy::CommandLine;
        anywhere.level == Level::Allow
            && anywhere.exception.is_none()
            && (is_flagged || !overrides.iter().any(may_be_on))
    }

    fn before_warnings(
        &self,
        lint: &LintMeta,
        path: &str,
        route: Option<(&str, &str)>,
    ) -> LevelDecision {
        let flag = self.flags.iter().rev().find(|flag| match &flag.target {
            FlagTarget::Lints(selector) => rank(selector, lint).is_some(),
            FlagTarget::Warnings => false,
        });
        if let Some(flag) = flag {
            let named = matches!(flag.target, FlagTarget::Lints(LintSelector::Lint(_)));
            return LevelDecision {
                named,
                ..LevelDecision::new(flag.level, DecidedBy::CommandLine)
            };
        }
        for entry in self.config.overrides.iter().rev() {
            if !self.holds(entry.exception) || !covers(entry, path, route) {
                continue;
            }
            if let Some(found) = best(&entry.lints, lint, |_| true) {
                return self.decided(found, DecidedBy::Override, entry.exception);
            }
        }
        match best(&self.config.lints, lint, |it| self.holds(it.exception)) {
            Some(found) => self.decided(found, DecidedBy::Config, found.exception),
            None => LevelDecision::new(lint.default_level, DecidedBy::Default),
        }
    }

    fn holds(&self, exception: Option<ExceptionId>) -> bool {
        exception.is_none_or(|id| self.exceptions.holds(id))
    }

    fn decided(
        &self,
        entry: &LevelEntry,
        by: DecidedBy,
        exception: Option<ExceptionId>,
    ) -> LevelDecision {
        let reason = exception.and_then(|id| self.exceptions.get(id).terms.reason.clone());
        let named = matches!(entry.selector, LintSelector::Lint(_));
        LevelDecision {
            level: entry.level,
            reason,
            by,
            exception,
            named,
        }
    }
}

impl LevelDecision {
    fn new(level: Level, by: DecidedBy) -> LevelDecision {
        LevelDecision {
            level,
            reason: None,
            by,
            exception: None,
            named: false,
        }
    }
}

fn covers(entry: &Override, path: &str, route: Option<(&str, &str)>) -> bool {
    let file = entry.paths.is_empty() || entry.paths.matches(path);
    let endpoint = entry.routes.globs.is_empty()
        || route.is_some_and(|(method, path)| entry.routes.matches(method, path));
    file && endpoint
}

/// How closely a selector names a lint.
fn rank(selector: &LintSelector, lint: &LintMeta) -> Option<u8> {
    match selector {
        LintSelector::All => Some(0),
        LintSelector::Category(category) => (lint.category == category.as_str()).then_some(1),
        LintSelector::Lint(id) => (lint.id == id.as_str()).then_some(2),
    }
}

fn best<'e>(
    entries: &'e [LevelEntry],
    lint: &LintMeta,
    holds: impl Fn(&LevelEntry) -> bool,
) -> Option<&'e LevelEntry> {
    let ranked = entries.iter().filter(|it| holds(it));
    let ranked = ranked.filter_map(|it| Some((rank(&it.selector, lint)?, it)));
    // `max_by_key` takes the last of equals, as everywhere.
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, entry)| entry)
}
