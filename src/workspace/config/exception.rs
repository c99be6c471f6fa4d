//! What lets something off: who allowed it, why, until when, and whether it is still needed.
//!
//! Look-ups borrow [`Exceptions`], which knows the date and leaves out what has expired. Each
//! answer carries an [`ExceptionId`]; whoever acts on it puts that into [`ExceptionUses`], so
//! that exceptions which nobody needed can be reported, whatever thread they were not needed on.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;

use super::globs::RouteGlobs;
use super::{Config, LintSelector};
use crate::source::TextRange;

/// The position of an exception in [`Config::exceptions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExceptionId(pub u32);

/// An entry that lets something off.
#[derive(Debug, Clone)]
pub struct Exception {
    /// What it lets off.
    pub kind: ExceptionKind,
    /// The terms it was given.
    pub terms: Terms,
    /// Where the entry stands: the key, or the first thing that it names.
    pub range: TextRange,
    /// Whether it lets something off: a raised level is an exception only as far as its terms go.
    pub lets_off: bool,
    /// What makes it cover more than anyone can have meant; set while the file is read.
    pub broad: Option<String>,
}

/// What an exception lets off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionKind {
    /// A level in `[lints]`.
    Lint,
    /// An `[[override]]`.
    Override,
    /// A `[[public-routes]]`.
    PublicRoutes,
    /// An `[[external]]`.
    External,
    /// A line of `[assume]`.
    Assumption,
}

impl fmt::Display for ExceptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExceptionKind::Lint => "level in `lints`",
            ExceptionKind::Override => "`override`",
            ExceptionKind::PublicRoutes => "`public-routes`",
            ExceptionKind::External => "`external`",
            ExceptionKind::Assumption => "assumption",
        })
    }
}

/// The terms of an exception.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it is discussed.
    pub ticket: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where that day stands.
    pub until_range: Option<TextRange>,
}

impl Terms {
    /// Whether the last day has passed.
    pub fn expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// Endpoints that are meant to be open.
#[derive(Debug, Clone)]
pub struct PublicRoutes {
    /// The exception.
    pub id: ExceptionId,
    /// Which.
    pub routes: RouteGlobs,
}

/// A control that something outside the code has.
#[derive(Debug, Clone)]
pub struct External {
    /// The exception.
    pub id: ExceptionId,
    /// What it provides.
    pub provides: Vec<Control>,
    /// For which endpoints.
    pub routes: RouteGlobs,
    /// Of which services; none means all.
    pub services: Vec<String>,
    /// What does it: `nginx gateway`.
    pub by: String,
}

/// A runtime setting whose value is fixed.
#[derive(Debug, Clone)]
pub struct Assumption {
    /// The exception.
    pub id: ExceptionId,
    /// The setting: `settings.registry.auth_required`.
    pub setting: String,
    /// Its value.
    pub value: AssumedValue,
    /// Where it stands.
    pub range: TextRange,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssumedValue {
    /// `true`.
    Bool(bool),
    /// `"on"`.
    Text(String),
    /// `1`.
    Integer(i64),
}

/// What an endpoint can be protected by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Control {
    /// Who you are.
    Authentication,
    /// What you may do.
    Authorization,
    /// How often.
    RateLimit,
    /// How much.
    BodyLimit,
    /// How long.
    Timeout,
    /// From which origins.
    Cors,
    /// Not from foreign pages.
    Csrf,
    /// Seen in logs or traces.
    Tracing,
}

impl Control {
    /// All of them.
    pub const ALL: &'static [Control] = &[
        Control::Authentication,
        Control::Authorization,
        Control::RateLimit,
        Control::BodyLimit,
        Control::Timeout,
        Control::Cors,
        Control::Csrf,
        Control::Tracing,
    ];

    /// The word for it in settings and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Control::Authentication => "authentication",
            Control::Authorization => "authorization",
            Control::RateLimit => "rate_limit",
            Control::BodyLimit => "body_limit",
            Control::Timeout => "timeout",
            Control::Cors => "cors",
            Control::Csrf => "csrf",
            Control::Tracing => "tracing",
        }
    }

    /// The control that a lint misses, by its id: `missing-rate-limit`.
    pub fn missed_by(lint: &str) -> Option<Control> {
        let missed = lint.strip_prefix("missing-")?.replace('-', "_");
        Control::ALL
            .iter()
            .copied()
            .find(|control| control.as_str() == missed)
    }
}

/// The exceptions that hold on one day.
#[derive(Debug, Clone, Copy)]
pub struct Exceptions<'c> {
    config: &'c Config,
    today: Date,
}

impl<'c> Exceptions<'c> {
    /// Those of a configuration on a day.
    pub fn new(config: &'c Config, today: Date) -> Exceptions<'c> {
        Exceptions { config, today }
    }

    /// The exception with this id.
    pub fn get(&self, id: ExceptionId) -> &'c Exception {
        &self.config.exceptions[id.0 as usize]
    }

    /// Whether it holds.
    pub fn holds(&self, id: ExceptionId) -> bool {
        !self.get(id).terms.expired(self.today)
    }

    /// The entry by which an endpoint is meant to be open. `path` is the full path,
    /// parameters as `{name}`.
    pub fn public(&self, method: &str, path: &str) -> Option<&'c PublicRoutes> {
        let mut entries = self.config.public_routes.iter();
        entries.find(|it| self.holds(it.id) && it.routes.matches(method, path))
    }

    /// The entry by which something outside the code gives an endpoint this control.
    /// Without a service only entries for all services are found.
    pub fn external(
        &self,
        control: Control,
        service: Option<&str>,
        method: &str,
        path: &str,
    ) -> Option<&'c External> {
        self.config.external.iter().find(|it| {
            self.holds(it.id)
                && it.provides.contains(&control)
                && (it.services.is_empty()
                    || it
                        .services
                        .iter()
                        .any(|name| Some(name.as_str()) == service))
                && it.routes.matches(method, path)
        })
    }

    /// What a runtime setting is assumed to be. The name must be the whole name, as `routes` and
    /// `why` print it: a part of it could fix, and so bless, more than was meant.
    pub fn assumption(&self, setting: &str) -> Option<&'c Assumption> {
        self.config
            .assumptions
            .iter()
            .find(|it| it.setting == setting && self.holds(it.id))
    }

    /// The day.
    pub fn today(&self) -> Date {
        self.today
    }

    /// All exceptions with their ids, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (ExceptionId, &'c Exception)> + use<'c> {
        let all = self.config.exceptions.iter().enumerate();
        all.map(|(index, exception)| (ExceptionId(index as u32), exception))
    }
}

/// The exceptions that something rested on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExceptionUses(BTreeSet<ExceptionId>);

impl ExceptionUses {
    /// Notes that an exception was needed.
    pub fn insert(&mut self, id: ExceptionId) {
        self.0.insert(id);
    }

    /// Adds those of another thread or step.
    pub fn merge(&mut self, other: ExceptionUses) {
        self.0.extend(other.0);
    }

    /// Whether an exception was needed.
    pub fn contains(&self, id: ExceptionId) -> bool {
        self.0.contains(&id)
    }
}

/// What makes a level entry cover more than anyone can have meant.
pub(super) fn broad_selector(selector: &LintSelector) -> Option<String> {
    (*selector == LintSelector::All).then(|| "allows every lint".to_owned())
}
