//! The posture of an endpoint in words: what `moat.lock` holds of it, and nothing more.

use std::fmt;

use crate::routes::{Endpoint, EvidenceKind, Protection, Status};

/// What is known of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The crate or program that serves it.
    pub service: String,
    /// Full path, parameters as `{name}`.
    pub path: String,
    /// `GET`, .., or `ANY`.
    pub method: String,
    /// The protections by their names, in the order of reports; those that are left out are
    /// *none*.
    pub verdicts: Vec<(String, Verdict)>,
}

/// How far one protection of an endpoint applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// `required`, `conditional`, `optional`, `none` or `unknown`.
    pub status: String,
    /// Whether the settings say so rather than the code.
    pub is_configured: bool,
    /// The limit, the right, the origins, or the condition.
    pub detail: Option<String>,
}

/// What a verdict says of itself that rests on settings.
pub(super) const CONFIGURED: &str = "configured";

impl Entry {
    /// That of an endpoint. `words` sees every text from the code before it is kept, `condition`
    /// every condition: it may add the default of a setting.
    pub fn of(
        endpoint: &Endpoint,
        words: &dyn Fn(&str) -> String,
        condition: &dyn Fn(&str) -> String,
    ) -> Entry {
        let verdicts = endpoint.protections.named();
        let verdicts = verdicts
            .iter()
            .map(|(name, it)| ((*name).to_owned(), Verdict::of(it, words, condition)))
            .filter(|(name, it)| *name == AUTHENTICATION || *it != Verdict::none());
        Entry {
            service: words(&endpoint.service),
            path: words(&endpoint.path),
            method: words(&endpoint.method),
            verdicts: verdicts.collect(),
        }
    }

    /// How far a protection applies.
    pub fn verdict(&self, control: &str) -> Verdict {
        let mut all = self.verdicts.iter();
        let found = all.find(|(name, _)| name == control);
        found.map_or_else(Verdict::none, |(_, verdict)| verdict.clone())
    }

    /// `GET /users`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether the two are about the same endpoint.
    pub fn is_of(&self, other: &Entry) -> bool {
        (&self.service, &self.path, &self.method) == (&other.service, &other.path, &other.method)
    }
}

/// Between rights that are all demanded.
pub(super) const AND: &str = " and ";

/// The protection that is always written down.
pub(super) const AUTHENTICATION: &str = "authentication";

impl Verdict {
    /// Proven absent.
    pub fn none() -> Verdict {
        Verdict {
            status: Status::None.as_str().to_owned(),
            is_configured: false,
            detail: None,
        }
    }

    fn of(
        it: &Protection,
        words: &dyn Fn(&str) -> String,
        condition: &dyn Fn(&str) -> String,
    ) -> Verdict {
        let evidence = &it.evidence;
        let is_configured = it.status != Status::None
            && (evidence.iter()).any(|it| it.kind == EvidenceKind::Configuration);
        let detail = match it.status {
            Status::Conditional => it.condition.as_deref().map(condition),
            Status::Required if !it.demanded.is_empty() => {
                // Each by itself: the loss of any is a loss.
                let mut names: Vec<&str> = Vec::new();
                for one in it.demanded.iter().map(|it| it.name.as_str()) {
                    if !names.contains(&one) {
                        names.push(one);
                    }
                }
                Some(names.join(AND))
            }
            _ => it.value.clone(),
        };
        Verdict {
            status: it.status.as_str().to_owned(),
            is_configured,
            detail: detail.map(|it| words(&it)),
        }
    }
}

impl fmt::Display for Verdict {
    /// As reports say it: ``required (`role == Admin`)``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.status)?;
        let detail = match (self.status.as_str(), &self.detail) {
            ("conditional", Some(it)) => Some(format!("if `{it}`")),
            (_, Some(it)) => Some(format!("`{it}`")),
            (_, None) => None,
        };
        let configured = self.is_configured.then(|| CONFIGURED.to_owned());
        let words: Vec<String> = configured.into_iter().chain(detail).collect();
        match words.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", words.join(", ")),
        }
    }
}
