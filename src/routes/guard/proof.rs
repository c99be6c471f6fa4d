//! What has been proven of a request at a point of the code, and what values say about it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::facts::{CfgPredicate, ExprId, PatId};
use crate::program::BodyKey;
use crate::program::ty::Subst;
use crate::source::Name;

use super::counted::{NONE, SOME};
pub use super::labels::From;
use super::public::stands_in;
pub use super::shown::{Proof, Strength};

/// Whether the rest of a chain of handlers runs that goes on by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Onward {
    /// On all paths to here.
    Always,
    /// Only on some, on which this is proven.
    Proven(Proof),
    /// On none.
    Never(Stop),
}

/// What stopped a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The status of the response. Another status takes it back.
    Status,
    /// A call that skips the rest.
    Skipped,
}

/// The request's state at a point: what is proven, and which settings are assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is proven.
    pub proof: Proof,
    /// Settings and their values on this path.
    pub assume: Vec<(Arc<str>, String)>,
    /// Every path to here comes from a check of credentials that did not succeed.
    pub failed: bool,
    /// The rest of the middleware chain has been called on some path to here.
    pub passed: bool,
    /// Whether what comes after in a chain that goes on by itself still runs.
    pub onward: Onward,
    /// On some path to here a status was set last that takes back that of an error.
    pub resumed: bool,
}

impl State {
    /// At the start of a body.
    pub fn start() -> State {
        State {
            proof: Proof::nothing(),
            assume: Vec::new(),
            failed: false,
            passed: false,
            onward: Onward::Always,
            resumed: false,
        }
    }

    /// What is proven on the paths to here on which the chain goes on; `None` if there are none.
    pub fn going_on(&self) -> Option<&Proof> {
        match &self.onward {
            Onward::Always => Some(&self.proof),
            Onward::Proven(proof) => Some(proof),
            Onward::Never(_) => None,
        }
    }

    /// After a call that began with nothing and ended with `after`.
    #[must_use]
    pub fn after_call(&self, after: &State) -> State {
        let mut state = self.with(&after.proof);
        state.passed |= after.passed;
        state.resumed |= after.resumed;
        if after.resumed && state.onward != Onward::Never(Stop::Skipped) {
            state.onward = Onward::Always;
        }
        state.onward = match (state.onward, &after.onward) {
            (Onward::Never(Stop::Skipped), _) => Onward::Never(Stop::Skipped),
            (_, Onward::Never(by)) => Onward::Never(*by),
            (Onward::Never(by), _) => Onward::Never(by),
            (Onward::Always, Onward::Always) => Onward::Always,
            (Onward::Proven(known), Onward::Always) => Onward::Proven(known),
            (Onward::Always, Onward::Proven(own)) => Onward::Proven(self.proof.and(own)),
            (Onward::Proven(known), Onward::Proven(own)) => Onward::Proven(known.and(own)),
        };
        state
    }

    /// On a path that is taken if a value has one of these variants.
    #[must_use]
    pub fn taking(self, value: &Abs, names: &[&str]) -> State {
        let failed = !names.is_empty() && names.iter().all(|name| value.fails_by(name));
        State {
            failed: self.failed || failed,
            ..self
        }
    }

    /// After something more is proven.
    #[must_use]
    pub fn with(&self, proof: &Proof) -> State {
        State {
            proof: self.proof.and(proof),
            onward: match &self.onward {
                Onward::Proven(known) => Onward::Proven(known.and(proof)),
                other => other.clone(),
            },
            assume: self.assume.clone(),
            failed: self.failed,
            passed: self.passed,
            resumed: self.resumed,
        }
    }

    /// On a path where a setting has this value.
    #[must_use]
    pub fn assuming(&self, setting: &Arc<str>, value: impl Into<String>) -> State {
        let mut state = self.clone();
        state.assume.push((setting.clone(), value.into()));
        state
    }

    /// In builds in which a `cfg` holds.
    #[must_use]
    pub fn under(&self, cfg: &CfgPredicate) -> State {
        match cfg {
            CfgPredicate::All(parts) => parts.iter().fold(self.clone(), |it, cfg| it.under(cfg)),
            _ => {
                let (name, holds) = cfg.assumed();
                self.assuming(&name.into(), if holds { "true" } else { "false" })
            }
        }
    }

    /// Where two paths meet.
    #[must_use]
    pub fn join(&self, other: &State) -> State {
        let setting = self.differing(other);
        let proof = self.proof.either(&other.proof, setting.clone());
        let onward = match (&self.onward, &other.onward) {
            (Onward::Always, Onward::Always) => Onward::Always,
            (Onward::Never(Stop::Skipped), Onward::Never(by))
            | (Onward::Never(by), Onward::Never(_)) => Onward::Never(*by),
            _ => Onward::Proven(match (self.going_on(), other.going_on()) {
                (Some(a), Some(b)) => a.either(b, setting),
                (Some(only), None) | (None, Some(only)) => only.clone(),
                (None, None) => Proof::nothing(),
            }),
        };
        let assume = self
            .assume
            .iter()
            .filter(|it| other.assume.contains(it))
            .cloned()
            .collect();
        State {
            proof,
            assume,
            failed: self.failed && other.failed,
            passed: self.passed || other.passed,
            onward,
            resumed: self.resumed || other.resumed,
        }
    }

    /// The setting that tells two paths apart, as conditions for the one and the other.
    fn differing(&self, other: &State) -> Option<(String, String)> {
        self.assume.iter().find_map(|(name, value)| {
            let (_, theirs) = other
                .assume
                .iter()
                .find(|(it, theirs)| it == name && theirs != value)?;
            Some((condition(name, value), condition(name, theirs)))
        })
    }
}

/// A setting's value as a condition in words.
fn condition(name: &str, value: &str) -> String {
    match (name.strip_prefix('!'), value) {
        (Some(positive), "false") => return positive.to_owned(),
        (Some(positive), "true") if positive.starts_with('!') => return positive[1..].to_owned(),
        _ => {}
    }
    match value {
        "true" => name.to_owned(),
        "false" => format!("!{name}"),
        "Some" | "Ok" => format!("{name} is set"),
        "None" | "Err" => format!("{name} is not set"),
        other => format!("{name} is {other}"),
    }
}

/// An abstract value.
#[derive(Debug, Clone, Default)]
pub struct Abs {
    /// Where it comes from.
    pub from: From,
    /// The setting that it is.
    pub setting: Option<Arc<str>>,
    /// The name that it is: a short text or a library's constant that stands in the code.
    pub text: Option<Name>,
    /// What each variant it may have tells. `None`: nothing is known.
    pub variants: Option<Arc<Vec<(Name, Out)>>>,
    /// Parts of a tuple.
    pub parts: Option<Arc<Vec<Abs>>>,
    /// Fields of a struct that was put together here.
    pub fields: Option<Arc<Vec<(Name, Abs)>>>,
    /// A closure, to be run where it is called.
    pub closure: Option<Arc<Captured>>,
    /// A function, to be run where it is called.
    pub function: Option<crate::program::FnId>,
}

/// A closure with the variables that it sees.
#[derive(Debug)]
pub struct Captured {
    /// The body in which it stands.
    pub body: BodyKey,
    /// Where.
    pub expr: ExprId,
    /// The variables of that body when it was made, and `self`.
    pub env: FxHashMap<PatId, Abs>,
    /// Type parameters there.
    pub subst: Subst,
}

/// What is known if a value has a variant.
#[derive(Debug, Clone)]
pub struct Out {
    /// What is proven then.
    pub proof: Proof,
    /// What is inside.
    pub val: Abs,
}

impl Abs {
    /// A value with these labels.
    pub fn of(from: From) -> Abs {
        Abs {
            from,
            ..Abs::default()
        }
    }

    /// A value with known variants.
    pub fn variants(from: From, variants: Vec<(&str, Out)>) -> Abs {
        let variants = variants
            .into_iter()
            .map(|(name, out)| (Name::new(name), out))
            .collect();
        Abs {
            from,
            variants: Some(Arc::new(variants)),
            ..Abs::default()
        }
    }

    /// `Ok`/`Some`/`true` proves something; the other variants nothing.
    pub fn fallible(good: &str, proof: Proof, val: Abs) -> Abs {
        let from = val.from;
        let failures = failures(good).iter().map(|bad| (*bad, Out::nothing()));
        let all = std::iter::once((good, Out { proof, val })).chain(failures);
        Abs::variants(from, all.collect())
    }

    /// The same of an extractor, which is there to authenticate: see [`Proof::settled`].
    #[must_use]
    pub(super) fn settled(mut self) -> Abs {
        let is_relayed = |all: &Arc<Vec<(Name, Out)>>| all.iter().any(|(_, out)| out.proof.relayed);
        if let Some(all) = self.variants.as_mut().filter(|all| is_relayed(all)) {
            for (_, out) in Arc::make_mut(all) {
                out.proof = std::mem::take(&mut out.proof).settled();
            }
        }
        self
    }

    /// What is known if the value has this variant; `None` if it cannot have it.
    pub fn variant(&self, name: &str) -> Option<Out> {
        match &self.variants {
            None => Some(Out {
                proof: Proof::nothing(),
                val: Abs::of(self.from),
            }),
            Some(all) => all
                .iter()
                .find(|(it, _)| *it == name)
                .map(|(_, out)| out.clone()),
        }
    }

    /// The variants that it may have; empty where nothing is known.
    pub fn names(&self) -> Vec<&str> {
        let all = self.variants.iter().flat_map(|all| all.iter());
        all.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether the value has a variant that means success.
    pub fn success(&self) -> Option<Out> {
        let all = self.variants.as_ref()?;
        all.iter()
            .find(|(name, _)| is_good(name.as_str()))
            .map(|(_, out)| out.clone())
    }

    /// Whether it is true or false, where that is known.
    pub fn truth(&self) -> Option<bool> {
        match self.variants.as_deref()?.as_slice() {
            [(only, _)] if *only == "true" => Some(true),
            [(only, _)] if *only == "false" => Some(false),
            _ => None,
        }
    }

    /// Whether variants are known and none of them means success.
    pub fn only_fails(&self) -> bool {
        self.variants
            .as_ref()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|(name, _)| is_bad(name.as_str())))
    }

    /// Whether it refuses: an answer that does, or a failure.
    pub fn refuses(&self) -> bool {
        self.from.has(From::REJECT) || self.only_fails()
    }

    /// Whether having this variant means that a check of credentials did not succeed.
    fn fails_by(&self, name: &str) -> bool {
        let Some(all) = &self.variants else {
            return false;
        };
        let verified = |out: &Out| out.proof.strength == Strength::Verified;
        let own = all.iter().find(|(it, _)| *it == name);
        if own.is_none_or(|(_, out)| verified(out)) {
            return false;
        }
        all.iter().filter(|(it, _)| *it != name).any(|(it, out)| {
            verified(out) || out.proof.looked && is_bad(name) && is_good(it.as_str())
        })
    }

    /// Renames variants (`Some` -> `Ok` for `ok_or`).
    #[must_use]
    pub fn renamed(&self, good: &str) -> Abs {
        let Some(all) = &self.variants else {
            return Abs {
                closure: None,
                ..self.clone()
            };
        };
        let mut renamed: Vec<(Name, Out)> = Vec::new();
        for (name, out) in all.iter() {
            let own = [name.as_str()];
            let names: &[&str] = match name.as_str() {
                it if is_good(it) => &[good],
                it if failures(good).contains(&it) => &own,
                it if is_bad(it) => failures(good),
                _ => &own,
            };
            for name in names {
                match renamed.iter_mut().find(|(it, _)| *it == *name) {
                    None => renamed.push((Name::new(name), out.clone())),
                    Some((_, known)) => {
                        known.proof = known.proof.either(&out.proof, None);
                        known.val = Abs::of(known.val.from.with(out.val.from));
                    }
                }
            }
        }
        Abs {
            variants: Some(Arc::new(renamed)),
            ..self.clone()
        }
    }

    /// A value of another type that is made of this: of which variant that is, the variant of an
    /// enum of the program says nothing.
    #[must_use]
    pub fn converted(&self) -> Abs {
        let names = self.names();
        let is_common = names.iter().all(|it| is_good(it) || is_bad(it));
        Abs {
            variants: self.variants.clone().filter(|_| is_common),
            ..self.clone()
        }
    }

    /// Without the variants of these names, if others are left.
    #[must_use]
    pub fn never(mut self, names: &[&str]) -> Abs {
        if let Some(all) = &mut self.variants {
            Arc::make_mut(all).retain(|(name, _)| !names.contains(&name.as_str()));
        }
        self
    }

    /// The variants of a value of which nothing is known, if it is of the type of another that
    /// either succeeds or fails: both are possible.
    fn any_of(&self, others: &[(Name, Out)]) -> Option<Arc<Vec<(Name, Out)>>> {
        let common = |(name, _): &(Name, Out)| {
            let name = name.as_str();
            is_good(name) || is_bad(name) || [SOME, NONE].contains(&name)
        };
        let (first, _) = others.first()?;
        let good = match first.as_str() {
            it if is_good(it) || it == SOME => it,
            it => opposite(it),
        };
        let all = || std::iter::once(&good).chain(failures(good));
        let is_pair = others
            .iter()
            .all(|it| common(it) && all().any(|name| it.0 == *name));
        let is_answer = self.from.has(From::REJECT) || self.setting.is_some();
        (is_pair && !is_answer).then(|| {
            let out = Out {
                proof: Proof::nothing(),
                val: Abs::of(self.from),
            };
            Arc::new(all().map(|it| (Name::new(it), out.clone())).collect())
        })
    }

    /// Whether two are one and the same, copied.
    pub fn is_shared_with(&self, other: &Abs) -> bool {
        fn same<T: ?Sized>(own: &Option<Arc<T>>, theirs: &Option<Arc<T>>) -> bool {
            match (own, theirs) {
                (Some(own), Some(theirs)) => Arc::ptr_eq(own, theirs),
                (None, None) => true,
                _ => false,
            }
        }
        self.from == other.from
            && self.setting == other.setting
            && self.text == other.text
            && self.function == other.function
            && same(&self.variants, &other.variants)
            && same(&self.parts, &other.parts)
            && same(&self.fields, &other.fields)
            && same(&self.closure, &other.closure)
    }

    /// A value that is one of two, on paths with these proofs.
    pub fn either(a: (&State, Abs), b: (&State, Abs)) -> Abs {
        let mut joined = Abs {
            from: a.1.from.with(b.1.from),
            ..Abs::default()
        };
        if stands_in(&a.1, &b.1) || stands_in(&b.1, &a.1) {
            joined.from = joined.from.as_public();
        }
        if a.1.from.has(From::REJECT) != b.1.from.has(From::REJECT) {
            joined.from = joined.from.without(From::REJECT);
        }
        if a.1.setting == b.1.setting {
            joined.setting.clone_from(&a.1.setting);
        }
        joined.text = a.1.text.filter(|it| b.1.text == Some(*it));
        joined.function = a.1.function.filter(|it| b.1.function == Some(*it));
        if let (Some(x), Some(y)) = (&a.1.parts, &b.1.parts)
            && x.len() == y.len()
        {
            let parts = x
                .iter()
                .zip(y.iter())
                .map(|(x, y)| Abs::either((a.0, x.clone()), (b.0, y.clone())))
                .collect();
            joined.parts = Some(Arc::new(parts));
        } else {
            joined.parts = a.1.one_of_lists(&b.1);
        }
        if let (Some(x), Some(y)) = (&a.1.fields, &b.1.fields) {
            let both = x.iter().filter_map(|(name, x)| {
                let (_, y) = y.iter().find(|(it, _)| it == name)?;
                Some((*name, Abs::either((a.0, x.clone()), (b.0, y.clone()))))
            });
            joined.fields = Some(Arc::new(both.collect()));
        }
        let mut variants: Vec<(Name, Out)> = Vec::new();
        let sides = match (&a.1.variants, &b.1.variants) {
            (Some(x), Some(y)) => [Arc::clone(x), Arc::clone(y)],
            (Some(x), None) => match b.1.any_of(x) {
                Some(y) => [Arc::clone(x), y],
                None => return joined,
            },
            (None, Some(y)) => match a.1.any_of(y) {
                Some(x) => [x, Arc::clone(y)],
                None => return joined,
            },
            (None, None) => return joined,
        };
        let setting = a.0.differing(b.0);
        for (side, own, all) in [(true, &a, &sides[0]), (false, &b, &sides[1])] {
            for (name, out) in all.iter() {
                let proof = own.0.proof.and(&out.proof);
                match variants.iter_mut().find(|(it, _)| it == name) {
                    None => variants.push((
                        *name,
                        Out {
                            proof,
                            val: out.val.clone(),
                        },
                    )),
                    Some((_, known)) if !side => {
                        // What is inside comes with what its variant proves.
                        let (mine, theirs) = (a.0.with(&known.proof), b.0.with(&proof));
                        known.val =
                            Abs::either((&mine, known.val.clone()), (&theirs, out.val.clone()));
                        known.proof = known.proof.either(&proof, setting.clone());
                    }
                    Some(_) => {}
                }
            }
        }
        joined.variants = Some(Arc::new(variants));
        joined
    }
}

impl Out {
    /// Nothing is known.
    pub fn nothing() -> Out {
        Out {
            proof: Proof::nothing(),
            val: Abs::default(),
        }
    }
}

/// Whether a variant means success.
pub fn is_good(name: &str) -> bool {
    matches!(name, "Ok" | "Some" | "true" | "Success")
}

/// Whether a variant means failure.
pub fn is_bad(name: &str) -> bool {
    matches!(
        name,
        "Err" | "None" | "false" | "Error" | "Forward" | "Failure"
    )
}

/// The ways in which what succeeds by this variant may fail. An outcome of Rocket's has two, which
/// 0.4 and 0.5 call by different names.
fn failures(good: &str) -> &'static [&'static str] {
    match good {
        "Success" => &["Error", "Forward", "Failure"],
        "Ok" => &["Err"],
        "Some" => &["None"],
        "true" => &["false"],
        "false" => &["true"],
        SOME => &[NONE],
        NONE => &[SOME],
        _ => &["Success"],
    }
}

/// The variant that goes with another.
pub fn opposite(name: &str) -> &'static str {
    match name {
        "Err" => "Ok",
        "None" => "Some",
        other => failures(other)[0],
    }
}
