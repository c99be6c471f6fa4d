//! The lints that are about settings, suppressions and what could not be read, found by the
//! engine itself.
//!
//! Their pages are `lints/configuration/*.md`; what the pages say of severity and level
//! replaces what stands here, and a test holds the two together.

use super::{Confidence, Level, LintMeta, Persona, Severity};
use crate::source::Name;
use crate::workspace::config::FIXED_LINTS;

/// A lint of the engine.
#[derive(Debug, Clone, Copy)]
pub struct EngineLint {
    /// Its id.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What happens by default.
    pub level: Level,
}

/// The category of all of them.
pub const CATEGORY: &str = "configuration";

/// A suppression that suppresses nothing.
pub const UNUSED_ALLOW: EngineLint = warn("unused-allow", Severity::Low);
/// A suppression without a reason.
pub const ALLOW_WITHOUT_REASON: EngineLint = warn("allow-without-reason", Severity::Medium);
/// A suppression that cannot be read.
pub const MALFORMED_ALLOW: EngineLint = warn("malformed-allow", Severity::Medium);
/// A lint that does not exist, named in a suppression or a setting.
pub const UNKNOWN_LINT: EngineLint = warn("unknown-lint", Severity::Medium);
/// An exception whose last day has passed.
pub const EXPIRED_EXCEPTION: EngineLint = warn("expired-exception", Severity::Medium);
/// An exception that nothing rests on.
pub const UNUSED_EXCEPTION: EngineLint = warn("unused-exception", Severity::Low);
/// An exception that covers more than anyone can have meant.
pub const BROAD_EXCEPTION: EngineLint = warn("broad-exception", Severity::High);
/// A file, an item or a body that could not be read, or a module without a file.
pub const UNREADABLE_SOURCE: EngineLint = warn("unreadable-source", Severity::Medium);
/// A configuration file that cannot be used.
pub const INVALID_CONFIGURATION: EngineLint = deny("invalid-configuration", Severity::High);

/// An endpoint that does not have what a policy requires.
pub const VIOLATED_POLICY: EngineLint = deny("violated-policy", Severity::High);
/// A policy that is about no endpoint.
pub const UNMATCHED_POLICY: EngineLint = deny("unmatched-policy", Severity::High);
/// An endpoint that the lock does not list.
pub const UNACCEPTED_ENDPOINT: EngineLint = deny("unaccepted-endpoint", Severity::High);
/// An endpoint of which less is asked than was accepted.
pub const WEAKENED_PROTECTION: EngineLint = deny("weakened-protection", Severity::High);

/// All of them.
pub const ALL: &[EngineLint] = &[
    UNUSED_ALLOW,
    ALLOW_WITHOUT_REASON,
    MALFORMED_ALLOW,
    UNKNOWN_LINT,
    EXPIRED_EXCEPTION,
    UNUSED_EXCEPTION,
    BROAD_EXCEPTION,
    UNREADABLE_SOURCE,
    INVALID_CONFIGURATION,
    VIOLATED_POLICY,
    UNMATCHED_POLICY,
    UNACCEPTED_ENDPOINT,
    WEAKENED_PROTECTION,
];

const fn warn(id: &'static str, severity: Severity) -> EngineLint {
    EngineLint {
        id,
        severity,
        level: Level::Warn,
    }
}

const fn deny(id: &'static str, severity: Severity) -> EngineLint {
    EngineLint {
        id,
        severity,
        level: Level::Deny,
    }
}

impl EngineLint {
    /// Whether its findings are shown and deny whatever levels, severities and personas say.
    pub fn is_fixed(self) -> bool {
        FIXED_LINTS.contains(&self.id)
    }

    /// What a diagnostic takes from it.
    pub fn meta(self) -> LintMeta {
        LintMeta {
            id: Name::new(self.id),
            category: Name::new(CATEGORY),
            severity: self.severity,
            confidence: Confidence::High,
            persona: Persona::Regular,
            default_level: self.level,
        }
    }

    /// The lint of the engine with this id.
    pub fn find(id: &str) -> Option<EngineLint> {
        ALL.iter().copied().find(|lint| lint.id == id)
    }
}
