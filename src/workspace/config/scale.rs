//! The scales that findings are measured on and that settings are written in.

use serde::{Deserialize, Serialize};

/// How bad a finding is. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hygiene.
    Low,
    /// Helps an attacker who has something else.
    Medium,
    /// A breach given ordinary circumstances.
    High,
    /// A breach.
    Critical,
}

/// How sure a finding is. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Plausible.
    Low,
    /// Likely.
    Medium,
    /// As good as proven.
    High,
}

/// What happens about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown; does not fail the run.
    Warn,
    /// Shown; the run exits with 1.
    Deny,
}

/// Who wants to see a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Persona {
    /// Everybody: what is almost always wrong.
    Regular,
    /// Someone who reviews the service: everything plausible, and what is unknown.
    Auditor,
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word for it in settings and reports.
            pub fn as_str(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }

            /// All values, least first.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                $type::ALL.iter().copied().find(|it| it.as_str() == word).ok_or_else(|| {
                    let all: Vec<_> = $type::ALL.iter().map(|it| it.as_str()).collect();
                    format!("`{word}` is none of {}", all.join(", "))
                })
            }
        }
    };
}

words!(Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical" });
words!(Confidence { Low = "low", Medium = "medium", High = "high" });
words!(Level { Allow = "allow", Warn = "warn", Deny = "deny" });
words!(Persona { Regular = "regular", Auditor = "auditor" });
