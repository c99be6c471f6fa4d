//! What code demands of whom it has identified: a role, a permission, that something is his.
//!
//! A right is held where a condition that rests on the identity came out in favour: a flag or a
//! call was true, two values were the same, a row was found that both the identity and the input
//! chose. As with [`Proof`], what counts is what holds on every path to an answer or an effect.

use std::sync::Arc;

use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof, State, Strength, is_bad, is_good};
use super::queries::Choice;
use crate::facts::body::{Arm, BinaryOp, Literal, UnaryOp};
use crate::facts::{Expr, ExprId, Pat, PatId};
use crate::routes::endpoint::Evidence;

/// What was asked of the rights of whoever asks, on the paths to a point. Mostly nothing, and often
/// copied.
#[derive(Debug, Clone, Default, PartialEq, Hash)]
pub struct Rights(Option<Arc<Asked>>);

#[derive(Debug, Clone, Default, PartialEq, Hash)]
struct Asked {
    /// One of these came out in favour on every path.
    held: Option<Arc<[Held]>>,
    /// What came out in favour on some path, and not on all.
    looked: Option<Arc<[Held]>>,
    /// What may decide in a way that cannot be seen here.
    maybe: Option<Arc<str>>,
}

/// A condition that came out in favour.
#[derive(Debug, Clone, PartialEq, Hash)]
struct Held {
    evidence: Evidence,
    /// Whoever it does not come out in favour of, is refused.
    or_else: bool,
    /// It comes out in favour on every path by itself; otherwise another may do so in its place.
    always: bool,
}

impl Rights {
    /// Nothing was asked.
    pub(super) const NONE: Rights = Rights(None);

    /// This came out in favour; `or_else`: others are refused.
    fn of(evidence: Evidence, or_else: bool) -> Rights {
        Rights::new(Asked {
            held: Some(Arc::from([Held {
                evidence,
                or_else,
                always: true,
            }])),
            ..Asked::default()
        })
    }

    /// This may decide.
    pub(super) fn maybe(what: String) -> Rights {
        Rights::new(Asked {
            maybe: Some(what.into()),
            ..Asked::default()
        })
    }

    fn new(asked: Asked) -> Rights {
        Rights(Some(Arc::new(asked)))
    }

    /// What came out in favour on every path; empty if nothing did.
    pub fn held(&self) -> Vec<&Evidence> {
        evidence(self.0.iter().filter_map(|it| it.held.as_ref()))
    }

    /// What came out in favour on every path by itself, and not in the place of another.
    pub fn demanded(&self) -> Vec<Evidence> {
        let held = self.0.iter().filter_map(|it| it.held.as_ref());
        let held = held.flat_map(|it| it.iter()).filter(|it| it.always);
        held.map(|it| it.evidence.clone()).collect()
    }

    /// What came out in favour on some, where others are refused.
    pub fn looked(&self) -> Vec<&Evidence> {
        let all = self.0.iter().filter_map(|it| it.looked.as_ref());
        let all = all.flat_map(|it| it.iter());
        all.filter(|it| it.or_else).map(|it| &it.evidence).collect()
    }

    /// Only what came out in favour on every path.
    #[must_use]
    pub(super) fn on_every_path(&self) -> Rights {
        let held = self.0.as_ref().and_then(|it| it.held.clone());
        held.map_or_else(Rights::default, |held| {
            Rights::new(Asked {
                held: Some(held),
                ..Asked::default()
            })
        })
    }

    /// What may decide unseen.
    pub fn unresolved(&self) -> Option<&str> {
        self.0.as_ref()?.maybe.as_deref()
    }

    /// The same, where whoever any of these does not come out in favour of, is refused.
    #[must_use]
    pub(super) fn or_else(&self, gates: &Rights) -> Rights {
        let (Some(own), Some(gates)) = (&self.0, &gates.0) else {
            return self.clone();
        };
        let gates = [&gates.held, &gates.looked];
        let is_gate = |it: &Held| {
            let mut gates = gates
                .iter()
                .flat_map(|all| all.iter())
                .flat_map(|all| all.iter());
            gates.any(|gate| gate.evidence == it.evidence)
        };
        let turned = |all: &Arc<[Held]>| -> Arc<[Held]> {
            let turned = all.iter().map(|it| Held {
                or_else: it.or_else || is_gate(it),
                ..it.clone()
            });
            turned.collect()
        };
        Rights::new(Asked {
            held: own.held.as_ref().map(turned),
            looked: own.looked.as_ref().map(turned),
            maybe: own.maybe.clone(),
        })
    }

    /// The same, by a type that does all of it.
    #[must_use]
    pub(super) fn known_by(&self, evidence: &Evidence) -> Rights {
        let Some(own) = &self.0 else {
            return Rights::default();
        };
        let by = |all: &Arc<[Held]>| -> Arc<[Held]> {
            let own = Held {
                evidence: evidence.clone(),
                or_else: true,
                always: true,
            };
            let inner = all.iter().filter(|it| it.evidence != *evidence).cloned();
            std::iter::once(own).chain(inner).collect()
        };
        Rights::new(Asked {
            held: own.held.as_ref().map(by),
            ..Asked::clone(own)
        })
    }

    /// Both hold.
    #[must_use]
    pub fn and(&self, other: &Rights) -> Rights {
        let (Some(a), Some(b)) = (&self.0, &other.0) else {
            return Rights(self.0.as_ref().or(other.0.as_ref()).cloned());
        };
        Rights::new(Asked {
            held: merged(a.held.as_ref(), b.held.as_ref()),
            looked: merged(a.looked.as_ref(), b.looked.as_ref()),
            maybe: a.maybe.as_ref().or(b.maybe.as_ref()).cloned(),
        })
    }

    /// One of the two holds.
    #[must_use]
    pub(super) fn either(&self, other: &Rights) -> Rights {
        if self.0.is_none() && other.0.is_none() {
            return Rights::default();
        }
        let nothing = Asked::default();
        let a = self.0.as_deref().unwrap_or(&nothing);
        let b = other.0.as_deref().unwrap_or(&nothing);
        let looked = merged(a.looked.as_ref(), b.looked.as_ref());
        let maybe = a.maybe.as_ref().or(b.maybe.as_ref()).cloned();
        Rights::new(match (&a.held, &b.held) {
            (Some(one), Some(another)) => Asked {
                held: Some(any_of(one, another)),
                looked,
                maybe,
            },
            (one, another) => Asked {
                held: None,
                looked: merged(looked.as_ref(), one.as_ref().or(another.as_ref())),
                maybe,
            },
        })
    }
}

/// Those after which others are refused come first.
fn evidence<'a>(all: impl Iterator<Item = &'a Arc<[Held]>>) -> Vec<&'a Evidence> {
    let all = all.flat_map(|it| it.iter());
    let (gates, others): (Vec<_>, Vec<_>) = all.partition(|it| it.or_else);
    gates
        .into_iter()
        .chain(others)
        .map(|it| &it.evidence)
        .collect()
}

fn merged(a: Option<&Arc<[Held]>>, b: Option<&Arc<[Held]>>) -> Option<Arc<[Held]>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => {
            let known = |it: &Held| a.iter().any(|known| known.evidence == it.evidence);
            let gate = |it: &Held| {
                b.iter()
                    .any(|other| other.or_else && other.evidence == it.evidence)
            };
            let own = a.iter().map(|it| Held {
                or_else: it.or_else || gate(it),
                always: it.always || is_always(b, it),
                ..it.clone()
            });
            let new = b.iter().filter(|it| !known(it)).cloned();
            Some(own.chain(new).collect())
        }
        (a, b) => a.or(b).cloned(),
    }
}

/// What came out in favour on one path or on another.
fn any_of(a: &Arc<[Held]>, b: &Arc<[Held]>) -> Arc<[Held]> {
    let all = merged(Some(a), Some(b)).unwrap_or_else(|| Arc::from([]));
    let on_both = all.iter().map(|it| Held {
        always: is_always(a, it) && is_always(b, it),
        ..it.clone()
    });
    on_both.collect()
}

fn is_always(all: &[Held], one: &Held) -> bool {
    all.iter()
        .any(|it| it.always && it.evidence == one.evidence)
}

impl State {
    /// Where whoever a condition does not come out in favour of, is refused.
    #[must_use]
    pub(super) fn or_else_refused(mut self, gates: &Rights) -> State {
        self.proof.rights = self.proof.rights.or_else(gates);
        self
    }
}

impl Run<'_, '_> {
    /// The value of an expression that decides: with what its truth says of the rights of whoever
    /// asks.
    pub(super) fn condition(&mut self, id: ExprId) -> Abs {
        let value = self.expr(id);
        self.decided(id, value)
    }

    /// What the truth of a value that an expression decides by says of rights.
    pub(super) fn decided(&self, id: ExprId, value: Abs) -> Abs {
        let is_asked = self.judge.asks_rights() && value.from.has(From::IDENTITY);
        if !is_asked || value.variants.is_some() || value.setting.is_some() {
            return value;
        }
        let Some(granting) = self.granting(id).filter(|_| self.asks_for_rights(id)) else {
            return value;
        };
        let favour = self.evidence(self.favour(id), self.span(id));
        let proof = Proof::of_rights(Rights::of(favour, false));
        let out = |side: bool| Out {
            proof: match side == granting {
                true => proof.clone(),
                false => Proof::nothing(),
            },
            val: Abs::default(),
        };
        Abs {
            variants: Abs::variants(value.from, vec![("true", out(true)), ("false", out(false))])
                .variants,
            ..value
        }
    }

    /// Whether it is the truth of a condition that grants, or its falsehood; `None` if it says
    /// nothing of rights.
    fn granting(&self, id: ExprId) -> Option<bool> {
        let body = &self.judge.program[self.key].body;
        match body.expr(id) {
            Expr::Binary { op, lhs, rhs } => {
                // `rows_affected() == 0`.
                let is_nothing = |id: ExprId| {
                    matches!(
                        body.expr(id),
                        Expr::Literal(Literal::Int(Some(0)) | Literal::Bool(false))
                    )
                };
                let turned = is_nothing(*lhs) || is_nothing(*rhs);
                match op {
                    BinaryOp::Eq => Some(!turned),
                    BinaryOp::Ne => Some(turned),
                    // `user.level >= needed`; an amount that stays below a bound is no right.
                    BinaryOp::Ge | BinaryOp::Gt => Some(true),
                    BinaryOp::Le | BinaryOp::Lt => Some(false),
                    _ => None,
                }
            }
            Expr::Unary {
                op: UnaryOp::Not,
                inner,
            } => self.granting(*inner).map(|it| !it),
            Expr::MethodCall(call) => {
                let says_nothing = [
                    "is_some", "is_none", "is_ok", "is_err", "is_empty", "is_nil",
                ];
                let is_range = matches!(body.expr(call.receiver), Expr::Range { .. });
                let is_about = !is_range && !says_nothing.contains(&call.name.as_str());
                is_about.then_some(true)
            }
            Expr::Let { .. } => None,
            // `|it| it` says what is said of the value itself.
            Expr::Closure(closure) => match body.expr(closure.body) {
                Expr::Path(_) => None,
                _ => self.granting(closure.body),
            },
            _ => Some(true),
        }
    }

    /// A condition that came out in favour, in words.
    fn favour(&self, id: ExprId) -> String {
        match self.judge.program[self.key].body.expr(id) {
            // What is refused is written down, what is demanded is shown.
            Expr::Binary {
                op: BinaryOp::Ne,
                lhs,
                rhs,
            } if self.granting(id) == Some(false) => {
                format!("{} == {}", self.text(*lhs), self.text(*rhs))
            }
            Expr::Closure(closure) => self.favour(closure.body),
            _ => self.text(id),
        }
    }

    /// Whether a condition on the identity is one on rights: not one on the state of the account,
    /// nor on what was sent to prove the identity.
    fn asks_for_rights(&self, id: ExprId) -> bool {
        let text = self.judge.sources.slice(self.span(id)).to_ascii_lowercase();
        let words = text.split(|it: char| !it.is_ascii_alphanumeric());
        !words.into_iter().any(|word| OF_ACCOUNTS.contains(&word))
    }

    /// What is looked up by both the identity and the input is there only for whom it is meant.
    pub(super) fn chosen_by_both(&self, id: ExprId, value: Abs) -> Abs {
        let is_asked = self.judge.asks_rights() && from_both(value.from);
        if !is_asked || value.variants.is_some() || value.setting.is_some() {
            return value;
        }
        let ty = self.ty(id);
        if !ty.peel_refs().is_external("std::option::Option") {
            return value;
        }
        let proof = Proof::of_rights(self.choice(id, false));
        let val = Abs::of(value.from);
        Abs {
            variants: Abs::fallible("Some", proof, val).variants,
            ..value
        }
    }

    /// Notes a lookup or an effect that both the identity and the input choose.
    pub(super) fn note_choice(&mut self, id: ExprId, name: &str, from: From) {
        let is_asked = self.judge.asks_rights() && from_both(from);
        if !is_asked || ADDS.iter().any(|verb| name.starts_with(verb)) {
            return;
        }
        self.learn(&Proof::of_rights(self.choice(id, true)));
    }

    /// What it says of rights that both choose what a query finds or changes.
    fn choice(&self, id: ExprId, or_else: bool) -> Rights {
        match self.choice_of_query(id) {
            Choice::Nothing => Rights::default(),
            Choice::Rows => Rights::of(self.evidence(self.text(id), self.span(id)), or_else),
            Choice::Unknown => Rights::maybe(format!(
                "whether `{}` keeps to what is whose could not be seen",
                self.text(id)
            )),
        }
    }

    /// What it says of rights that an arm of a `match` on the identity is taken, where others
    /// refuse.
    pub(super) fn rights_of_arm(
        &self,
        scrutinee: ExprId,
        value: &Abs,
        arms: &[Arm],
        at: usize,
    ) -> Option<Proof> {
        let is_asked = self.judge.asks_rights() && value.from.has(From::IDENTITY);
        if !is_asked || !self.asks_for_rights(scrutinee) {
            return None;
        }
        let verifies = |(_, out): &(_, Out)| out.proof.strength == Strength::Verified;
        if value.variants.iter().flat_map(|it| it.iter()).any(verifies) {
            return None;
        }
        let own = &arms[at];
        let is_rest = matches!(
            self.judge.program[self.key].body.pat(own.pat),
            Pat::Wild | Pat::Bind { sub: None, .. }
        );
        // `matches!(caller.role, Role::Admin)`: either side may be the one that is refused.
        let asks = match arms {
            [one, other] => {
                let sides = (self.truth_written(one.body), self.truth_written(other.body));
                matches!(sides, (Some(one), Some(other)) if one != other)
            }
            _ => false,
        };
        let others = arms.iter().enumerate().filter(|(other, _)| *other != at);
        let mut refusing = others.filter(|(_, arm)| asks || self.refuses(arm.body));
        let name = match is_rest {
            true => {
                let (_, refused) = refusing.find(|(_, arm)| self.names_a_kind(arm.pat))?;
                format!(
                    "{} is not {}",
                    self.text(scrutinee),
                    self.pat_text(refused.pat)
                )
            }
            false => {
                refusing.next().filter(|_| self.names_a_kind(own.pat))?;
                format!("{} is {}", self.text(scrutinee), self.pat_text(own.pat))
            }
        };
        if self.refuses(own.body) {
            return None;
        }
        let data = &self.judge.program[self.key];
        let span = data.body.pat_range(own.pat).in_file(data.file);
        let rights = Rights::of(self.evidence(name, span), !asks);
        Some(Proof::of_rights(rights))
    }

    /// The truth value that an expression is written as.
    fn truth_written(&self, id: ExprId) -> Option<bool> {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Literal(Literal::Bool(it)) => Some(*it),
            _ => None,
        }
    }

    /// Whether a pattern names variants or texts that stand for no success or failure.
    fn names_a_kind(&self, pat: PatId) -> bool {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Literal(Literal::Str(_)) => true,
            Pat::Or(all) => all.iter().all(|it| self.names_a_kind(*it)),
            Pat::TupleStruct(path, all)
                if path.last().is_some_and(|it| is_good(it.as_str())) && all.len() == 1 =>
            {
                self.names_a_kind(all[0])
            }
            _ => {
                let names = self.variant_names(pat);
                let is_kind = |it: &String| !is_good(it) && !is_bad(it);
                !names.is_empty() && names.iter().all(is_kind)
            }
        }
    }

    /// Whether an expression is written as a refusal.
    fn refuses(&self, id: ExprId) -> bool {
        let body = &self.judge.program[self.key].body;
        match body.expr(id) {
            Expr::Block(block) => match (block.tail, block.stmts.last()) {
                (Some(tail), _) => self.refuses(tail),
                (None, Some(crate::facts::Stmt::Expr(last))) => self.refuses(*last),
                _ => false,
            },
            Expr::Return(Some(inner)) | Expr::Try(inner) => self.refuses(*inner),
            Expr::Call { callee, args } => match body.expr(*callee) {
                Expr::Path(path) => path
                    .last()
                    .is_some_and(|it| it == "Err" || super::words::refuses(it.as_str())),
                _ => args.iter().any(|it| self.refuses(*it)),
            },
            Expr::MethodCall(call) => self.refuses(call.receiver),
            Expr::Path(path) => path
                .last()
                .is_some_and(|it| super::words::refuses(it.as_str())),
            Expr::Macro(call) => call.path.last().is_some_and(|it| it == "bail"),
            _ => false,
        }
    }
}

/// Whether a value comes of both the identity and what a request says.
fn from_both(from: From) -> bool {
    from.has(From::IDENTITY) && from.has(From::INPUT)
}

/// How names begin of what adds something: whose it is, it says itself.
const ADDS: [&str; 7] = ["insert", "create", "add", "new", "push", "log", "send"];

/// Words of conditions on the state of an account, or on the credentials themselves.
const OF_ACCOUNTS: [&str; 36] = [
    "2fa",
    "algorithm",
    "active",
    "activated",
    "banned",
    "blocked",
    "code",
    "confirmed",
    "deleted",
    "disabled",
    "enabled",
    "exists",
    "exp",
    "expired",
    "expires",
    "expiry",
    "hash",
    "iat",
    "locked",
    "mfa",
    "nbf",
    "nonce",
    "now",
    "otp",
    "password",
    "pending",
    "quota",
    "revoked",
    "secret",
    "suspended",
    "taken",
    "totp",
    "valid",
    "validated",
    "verified",
    "verify",
];
