//! What a request has shown on every path to a point of the code.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::labels;
use super::proof::Abs;
use super::rights::Rights;
use crate::routes::endpoint::{Evidence, Status};

/// How much a request has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Nothing.
    Nothing,
    /// That it carries something that looks like a credential. Invented ones do.
    Presence,
    /// That its credential is genuine: absent and invented ones do not get here.
    Verified,
}

/// What is proven on every path to a point. Mostly nothing, and copied wherever paths part.
#[derive(Debug, Clone, Default)]
pub struct Proof(Option<Arc<Shown>>);

/// What a [`Proof`] says.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// How much.
    pub strength: Strength,
    /// The setting under which alone it is proven.
    pub condition: Option<String>,
    /// Something unresolved on the way that may prove more.
    pub maybe: Option<String>,
    /// Credentials were verified on some path to here, but not on all.
    pub looked: bool,
    /// It rests on what a request says in its query, path or body, as logins do as well.
    pub said: bool,
    /// Another service was handed the credential, as that of whoever asks it, and was content: all that a
    /// layer or an extractor can want of it.
    pub relayed: bool,
    /// By what.
    pub evidence: Vec<Evidence>,
    /// What was asked beyond who it is.
    pub rights: Rights,
}

const NOTHING: &Shown = &Shown {
    strength: Strength::Nothing,
    condition: None,
    maybe: None,
    looked: false,
    said: false,
    relayed: false,
    evidence: Vec::new(),
    rights: Rights::NONE,
};

impl Deref for Proof {
    type Target = Shown;

    fn deref(&self) -> &Shown {
        self.0.as_deref().unwrap_or(NOTHING)
    }
}

impl DerefMut for Proof {
    fn deref_mut(&mut self) -> &mut Shown {
        Arc::make_mut(self.0.get_or_insert_with(|| Arc::new(NOTHING.clone())))
    }
}

impl PartialEq for Proof {
    fn eq(&self, other: &Proof) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => true,
            _ => **self == **other,
        }
    }
}

impl From<Shown> for Proof {
    fn from(shown: Shown) -> Proof {
        Proof(Some(Arc::new(shown)))
    }
}

impl Proof {
    /// Nothing is proven.
    pub fn nothing() -> Proof {
        Proof::default()
    }

    /// No more than this is known of what whoever asks may do.
    pub(super) fn of_rights(rights: Rights) -> Proof {
        match rights == Rights::NONE {
            true => Proof::nothing(),
            false => Proof::from(Shown {
                rights,
                ..NOTHING.clone()
            }),
        }
    }

    /// A credential is there.
    pub fn presence() -> Proof {
        Proof::from(Shown {
            strength: Strength::Presence,
            ..NOTHING.clone()
        })
    }

    /// The credential is genuine, by this evidence: if the secret that it was compared with, or
    /// verified by, was set at all.
    pub fn verified_by(secret: &Abs, evidence: Evidence) -> Proof {
        let condition = secret.from.has(labels::From::UNSET).then(|| {
            let inside = secret.success().and_then(|out| out.val.setting);
            let name = secret.setting.clone().or(inside);
            format!("{} is set", name.as_deref().unwrap_or("the secret"))
        });
        let mut proof = Proof::verified(evidence);
        proof.condition = condition;
        proof
    }

    /// The credential is genuine, by this evidence.
    pub fn verified(evidence: Evidence) -> Proof {
        Proof::from(Shown {
            strength: Strength::Verified,
            evidence: vec![evidence],
            ..NOTHING.clone()
        })
    }

    /// Nobody knows: `what` could not be resolved.
    pub fn maybe(what: impl Into<String>) -> Proof {
        let mut proof = Proof::presence();
        proof.maybe = Some(what.into());
        proof
    }

    /// Another service was content with the credential; whether it looks at it, it alone knows.
    pub(super) fn relayed(evidence: Evidence) -> Proof {
        let mut proof = Proof::maybe(format!(
            "whether `{}` looks at credentials is not known",
            evidence.name
        ));
        proof.relayed = true;
        proof.evidence = vec![evidence];
        proof
    }

    /// The same, where nothing but to authenticate is to be done: then whoever is asked does look.
    #[must_use]
    pub(super) fn settled(self) -> Proof {
        if !self.relayed || self.strength == Strength::Verified {
            return self;
        }
        Proof::from(Shown {
            strength: Strength::Verified,
            maybe: None,
            relayed: false,
            ..Shown::clone(&self)
        })
    }

    /// The same, by this evidence alone.
    #[must_use]
    pub fn by(mut self, evidence: Vec<Evidence>) -> Proof {
        self.evidence = evidence;
        self
    }

    /// The same, resting on what a request says.
    #[must_use]
    pub fn as_said(mut self) -> Proof {
        self.said = true;
        self
    }

    /// Whether it is proven without condition.
    pub fn is_verified(&self) -> bool {
        self.strength == Strength::Verified && self.condition.is_none()
    }

    /// Both hold.
    #[must_use]
    pub fn and(&self, other: &Proof) -> Proof {
        // What is verified leaves nothing in doubt: that is seen to below.
        let is_settled = |it: &Proof| !it.is_verified() || it.maybe.is_none();
        match (&self.0, &other.0) {
            (_, None) if is_settled(self) => return self.clone(),
            (None, Some(_)) if other.rank() > 0 && is_settled(other) => return other.clone(),
            _ => {}
        }
        let (strong, weak) = match (self.rank(), other.rank()) {
            (a, b) if a >= b => (self, other),
            _ => (other, self),
        };
        let mut joined = strong.clone();
        joined.rights = strong.rights.and(&weak.rights);
        joined.looked |= weak.looked;
        joined.said |= weak.said && !strong.is_verified();
        joined.relayed |= weak.relayed;
        if joined.strength == Strength::Verified && joined.condition.is_none() {
            joined.maybe = None;
        } else {
            if joined.maybe.is_none() && weak.maybe.is_some() {
                joined.maybe.clone_from(&weak.maybe);
            }
            for evidence in &weak.evidence {
                if !joined.evidence.contains(evidence) {
                    joined.evidence.push(evidence.clone());
                }
            }
        }
        joined
    }

    fn rank(&self) -> u8 {
        match (self.strength, &self.condition) {
            (Strength::Verified, None) => 3,
            (Strength::Verified, Some(_)) => 2,
            (Strength::Presence, _) => 1,
            (Strength::Nothing, _) => 0,
        }
    }

    /// One of the two holds. `setting` tells them apart, if a setting does: then a proof on
    /// one side only is conditional.
    #[must_use]
    pub fn either(&self, other: &Proof, setting: Option<(String, String)>) -> Proof {
        if self.0.is_none() && other.0.is_none() {
            return Proof::nothing();
        }
        let mut joined = self.one_of(other, setting);
        let rights = self.rights.either(&other.rights);
        if joined.rights != rights {
            joined.rights = rights;
        }
        joined
    }

    fn one_of(&self, other: &Proof, setting: Option<(String, String)>) -> Proof {
        let verified = |proof: &Proof| proof.strength == Strength::Verified;
        match (verified(self), verified(other)) {
            (true, true) => {
                let mut joined = self.clone();
                joined.condition = match (&self.condition, &other.condition) {
                    (Some(a), Some(b)) if a != b => Some(format!("{a} or {b}")),
                    (a, b) => a.clone().or_else(|| b.clone()),
                };
                for evidence in &other.evidence {
                    if !joined.evidence.contains(evidence) {
                        joined.evidence.push(evidence.clone());
                    }
                }
                joined.looked |= other.looked;
                joined.said |= other.said;
                joined
            }
            (true, false) | (false, true) => {
                let (strong, weak) = if verified(self) {
                    (self, other)
                } else {
                    (other, self)
                };
                if let Some((a, b)) = setting {
                    let condition = if verified(self) { a } else { b };
                    let condition = match &strong.condition {
                        Some(inner) if *inner != condition => format!("{condition} and {inner}"),
                        _ => condition,
                    };
                    return Proof::from(Shown {
                        condition: Some(condition),
                        looked: true,
                        said: self.said || other.said,
                        ..Shown::clone(strong)
                    });
                }
                Proof::from(Shown {
                    looked: true,
                    said: self.said || other.said,
                    evidence: strong.evidence.clone(),
                    ..Shown::clone(weak)
                })
            }
            (false, false) => {
                let mut joined = if self.strength <= other.strength {
                    self.clone()
                } else {
                    other.clone()
                };
                joined.looked = self.looked || other.looked;
                joined.said = self.said || other.said;
                // A path on which nothing is in doubt needs no credentials.
                joined.maybe = self.maybe.clone().filter(|_| other.maybe.is_some());
                joined.relayed = self.relayed && other.relayed;
                for evidence in self.evidence.iter().chain(&other.evidence) {
                    if !joined.evidence.contains(evidence) {
                        joined.evidence.push(evidence.clone());
                    }
                }
                joined
            }
        }
    }

    /// The verdict that reports give.
    pub fn status(&self) -> Status {
        match (self.strength, &self.condition) {
            (Strength::Verified, None) => Status::Required,
            (Strength::Verified, Some(_)) => Status::Conditional,
            _ if self.maybe.is_some() => Status::Unknown,
            _ if self.looked || self.strength == Strength::Presence => Status::Optional,
            _ => Status::None,
        }
    }
}
