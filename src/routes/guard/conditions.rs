//! `&&`, `||` and comparisons: what a condition's truth proves.

use std::sync::Arc;

use super::calls::union;
use super::interpret::{Run, negated};
use super::proof::{Abs, From, Out, Proof, Strength, is_bad, is_good};
use super::public::{is_public_setting, public};
use super::route::{is_route, verdict};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Expr, ExprId};
use crate::routes::Evidence;
use crate::source::Span;

impl Run<'_, '_> {
    pub(super) fn binary(&mut self, id: ExprId, op: BinaryOp, lhs: ExprId, rhs: ExprId) -> Abs {
        match op {
            BinaryOp::And => {
                let a = self.condition(lhs);
                let Some(before) = self.state.clone() else {
                    return Abs::default();
                };
                let (yes, no) = self.outcomes(&a);
                let mut variants = Vec::new();
                let mut falses: Option<Proof> = a
                    .variant("false")
                    .filter(|_| no.is_some())
                    .map(|out| out.proof);
                if let Some(yes) = yes {
                    self.state = Some(yes);
                    let b = self.condition_where(lhs, true, rhs);
                    if let (Some(x), Some(y)) = (a.variant("true"), b.variant("true")) {
                        let val = Abs {
                            setting: x.val.setting.or(y.val.setting),
                            ..Abs::default()
                        };
                        variants.push((
                            "true",
                            Out {
                                proof: x.proof.and(&y.proof),
                                val,
                            },
                        ));
                    }
                    if let (Some(x), Some(y)) = (a.variant("true"), b.variant("false")) {
                        let proof = x.proof.and(&y.proof);
                        falses = Some(match falses {
                            None => proof,
                            Some(known) => known.either(&proof, setting_pair(&a)),
                        });
                    }
                    let value = self.setting_of(&a, &b, "true");
                    self.state = Some(before);
                    if let Some(proof) = falses {
                        variants.push((
                            "false",
                            Out {
                                proof,
                                val: Abs::default(),
                            },
                        ));
                    }
                    return Abs {
                        setting: value,
                        ..Abs::variants(a.from.with(b.from).without(From::REJECT), variants)
                    };
                }
                self.state = Some(before);
                a
            }
            BinaryOp::Or => {
                let a = self.condition(lhs);
                let Some(before) = self.state.clone() else {
                    return Abs::default();
                };
                let (yes, no) = self.outcomes(&a);
                let mut trues: Option<Proof> = a
                    .variant("true")
                    .filter(|_| yes.is_some())
                    .map(|out| out.proof);
                let mut variants = Vec::new();
                if let Some(no) = no {
                    self.state = Some(no);
                    let b = self.condition_where(lhs, false, rhs);
                    if let (Some(x), Some(y)) = (a.variant("false"), b.variant("false")) {
                        variants.push((
                            "false",
                            Out {
                                proof: x.proof.and(&y.proof),
                                val: Abs::default(),
                            },
                        ));
                    }
                    if let (Some(x), Some(y)) = (a.variant("false"), b.variant("true")) {
                        let proof = x.proof.and(&y.proof);
                        trues = Some(match trues {
                            None => proof,
                            Some(known) => known.either(&proof, setting_pair(&a)),
                        });
                    }
                    let setting = self.setting_of(&a, &b, "false");
                    self.state = Some(before);
                    if let Some(proof) = trues {
                        variants.push((
                            "true",
                            Out {
                                proof,
                                val: Abs::default(),
                            },
                        ));
                    }
                    return Abs {
                        setting,
                        ..Abs::variants(a.from.with(b.from).without(From::REJECT), variants)
                    };
                }
                self.state = Some(before);
                a
            }
            BinaryOp::Eq | BinaryOp::Ne => {
                let a = self.expr(lhs);
                let b = self.expr(rhs);
                // `choice.unwrap_u8() == 1`.
                let number = match self.judge.program[self.key].body.expr(rhs) {
                    Expr::Literal(Literal::Int(number)) => *number,
                    _ => None,
                };
                let truth = number.filter(|_| a.variant("true").is_some() && a.variants.is_some());
                let named = self
                    .is_variant(&a, rhs)
                    .or_else(|| self.is_variant(&b, lhs));
                let counted = self.counted_against(BinaryOp::Eq, (lhs, &a), (rhs, &b));
                let equal = match (truth, named.or(counted)) {
                    (Some(1), _) => a.clone(),
                    (Some(0), _) => negated(&a),
                    (_, Some(named)) => named,
                    _ => self.equal_values([(lhs, &a), (rhs, &b)], id),
                };
                if op == BinaryOp::Ne {
                    negated(&equal)
                } else {
                    equal
                }
            }
            _ => {
                let a = self.expr(lhs);
                let b = self.expr(rhs);
                if let Some(counted) = self.counted_against(op, (lhs, &a), (rhs, &b)) {
                    return counted;
                }
                if op == BinaryOp::Arithmetic
                    && let Some(both) = self.both_choices(lhs, &a, rhs, &b)
                {
                    return both;
                }
                let setting = if b.from.has(From::LITERAL) {
                    a.setting.clone()
                } else {
                    None
                };
                let is_comparison = matches!(
                    op,
                    BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
                );
                let setting = setting
                    .filter(|_| is_comparison)
                    .map(|_| Arc::from(self.text(id)));
                Abs {
                    setting,
                    ..Abs::of(union(&[a, b]))
                }
            }
        }
    }

    /// `a.ct_eq(x) & b.ct_eq(y)`: answers of comparisons that are joined without haste.
    fn both_choices(&self, lhs: ExprId, a: &Abs, rhs: ExprId, b: &Abs) -> Option<Abs> {
        let is_known = |it: &Abs| matches!(&*it.names(), ["true", "false"] | ["false", "true"]);
        if !is_known(a) || !is_known(b) {
            return None;
        }
        let (left, right) = (self.span(lhs), self.span(rhs));
        let between = Span::new(left.file, left.range.end, right.range.start);
        let between = self.judge.sources.slice(between);
        let operator = between.trim_matches(|it: char| it.is_whitespace() || "()".contains(it));
        let (all, any) = match operator {
            "&" => ("true", "false"),
            "|" => ("false", "true"),
            _ => return None,
        };
        let proof = |it: &Abs, name: &str| it.variant(name).map(|out| out.proof);
        let all_hold = proof(a, all)?.and(&proof(b, all)?);
        let one_holds = proof(a, any)?.either(&proof(b, any)?, None);
        let out = |proof: Proof| Out {
            proof,
            val: Abs::default(),
        };
        let variants = vec![(all, out(all_hold)), (any, out(one_holds))];
        Some(Abs::variants(
            a.from.with(b.from).without(From::REJECT),
            variants,
        ))
    }

    /// Whether one side of a comparison is a setting that is no secret: `config.prefix`.
    fn is_public_setting(&self, expr: ExprId, value: &Abs) -> bool {
        let is_ours = value.from.has(From::OWN) && !value.from.has(From::CREDENTIAL);
        is_ours && is_public_setting(self.judge.sources.slice(self.span(expr)))
    }

    /// `a == b`, if not both are missing.
    pub(super) fn equal_values(&self, sides: [(ExprId, &Abs); 2], id: ExprId) -> Abs {
        let [(lhs, a), (rhs, b)] = sides;
        let evidence = || self.evidence(self.text(id), self.span(id));
        // `answer.status() == StatusCode::OK`.
        let is_answer = |it: &Abs| it.from.is_relayed_answer();
        let is_ok = |it: &Abs| it.text.is_some_and(|it| it == "OK");
        if is_answer(a) && is_ok(b) || is_ok(a) && is_answer(b) {
            return Abs::fallible("true", Proof::relayed(evidence()), Abs::default());
        }
        if let Some(proof) = self.same_as_own_secret([(Some(lhs), a), (Some(rhs), b)], evidence) {
            let equal = Abs::fallible("true", proof, Abs::default());
            return match self.both_missing(sides) {
                Some(unset) => only_if(equal, &unset),
                None => equal,
            };
        }
        let equal = match self.is_public_setting(lhs, a) || self.is_public_setting(rhs, b) {
            true => self.equal(&public(a.clone()), &public(b.clone()), id),
            false => self.equal(a, b, id),
        };
        match self.both_missing(sides) {
            Some(unset) => only_if(equal, &unset),
            None => equal,
        }
    }

    /// `state == State::Authorized`: what it proves that a value has the variant which an
    /// expression names.
    fn is_variant(&self, value: &Abs, named: ExprId) -> Option<Abs> {
        let Expr::Path(path) = self.judge.program[self.key].body.expr(named) else {
            return None;
        };
        let name = path.last()?.as_str();
        let all = value
            .variants
            .as_ref()
            .filter(|_| path.segments.len() > 1)?;
        let (_, own) = all.iter().find(|it| it.0 == name)?;
        let others = all.iter().filter(|it| it.0 != name);
        let others = others.map(|it| it.1.proof.clone());
        let other = others.reduce(|a, b| a.either(&b, None));
        let mut truth = vec![(
            "true",
            Out {
                proof: own.proof.clone(),
                val: Abs::default(),
            },
        )];
        truth.extend(other.map(|proof| {
            let val = Abs::default();
            ("false", Out { proof, val })
        }));
        Some(Abs::variants(value.from.without(From::REJECT), truth))
    }

    /// A setting joined with another condition is still a setting if both are.
    fn setting_of(&self, a: &Abs, b: &Abs, _side: &str) -> Option<Arc<str>> {
        match (&a.setting, &b.setting) {
            (Some(a), Some(b)) => Some(Arc::from(format!("{a} and {b}"))),
            // `if let Some(route) = matched && list.contains(&route)`.
            (None, Some(b)) if a.from.is_route() => Some(b.clone()),
            _ => None,
        }
    }

    /// `header == config.token`, if both may be `None`: then it takes that the setting is set.
    fn both_missing(&self, sides: [(ExprId, &Abs); 2]) -> Option<String> {
        // What is compared with an `Option` is one, too.
        let is_option = |(expr, value): &(ExprId, &Abs)| {
            let ty = self.ty(*expr);
            let is_typed = ty.peel_refs().is_external("std::option::Option");
            is_typed || ty.is_unknown() && is_option_of(value)
        };
        if !sides.iter().any(is_option) {
            return None;
        }
        let may_miss = |(_, value): &(ExprId, &Abs)| match &value.variants {
            None => true,
            Some(all) => all.iter().any(|(name, _)| *name == "None"),
        };
        if !sides.iter().all(may_miss) {
            return None;
        }
        let settings = || {
            let sides = sides.iter();
            sides.filter(|(_, it)| !it.from.has(From::CREDENTIAL))
        };
        let own = settings().find(|(_, it)| it.from.has(From::OWN));
        let (expr, value) = own.or_else(|| settings().next())?;
        let setting = match &value.setting {
            Some(setting) => setting.to_string(),
            None => self.text(*expr),
        };
        Some(format!("{setting} is set"))
    }

    /// `a == b`.
    pub(super) fn equal(&self, a: &Abs, b: &Abs, id: ExprId) -> Abs {
        let from = a
            .from
            .with(b.from)
            .without(From::LITERAL.with(From::OWN))
            .without(From::REJECT);
        if let Some(truth) = is_route(a, b) {
            return verdict(truth);
        }
        if let Some(known) = same_variant(a, b).or_else(|| same_variant(b, a)) {
            return known;
        }
        let evidence = || self.evidence(self.text(id), self.span(id));
        if let Some(proof) = compared([a, b], From::CREDENTIAL, evidence) {
            return Abs::variants(
                from,
                vec![
                    (
                        "true",
                        Out {
                            proof,
                            val: Abs::default(),
                        },
                    ),
                    ("false", Out::nothing()),
                ],
            );
        }
        let setting = match (&a.setting, &b.setting) {
            (Some(_), None) if b.from.is_route() => Some(Arc::from(self.text(id))),
            (None, Some(_)) if a.from.is_route() => Some(Arc::from(self.text(id))),
            (Some(_), _)
                if b.from.has(From::LITERAL) || b.variants.is_some() || b.setting.is_some() =>
            {
                let text = self.text(id);
                match (&a.setting, b.text) {
                    // A variable that is not called as the setting is: `|it| it == "1"`.
                    (Some(setting), Some(value)) if !text.contains(&**setting) => {
                        Some(Arc::from(format!("{setting} is {value}")))
                    }
                    _ => Some(Arc::from(text)),
                }
            }
            (_, Some(_)) if a.from.has(From::LITERAL) || a.variants.is_some() => {
                Some(Arc::from(self.text(id)))
            }
            _ => None,
        };
        let request = From::REQUEST
            .with(From::INPUT)
            .with(From::CREDENTIAL)
            .with(From::IDENTITY);
        Abs {
            setting: setting.filter(|_| from.is_route() || !from.has(request)),
            ..Abs::of(from)
        }
    }
}

/// `level == Level::Admin`: what it proves that a value has a variant, or another.
fn same_variant(value: &Abs, named: &Abs) -> Option<Abs> {
    let [(name, _)] = named.variants.as_deref()?.as_slice() else {
        return None;
    };
    let is_own = !is_good(name.as_str()) && !is_bad(name.as_str());
    let known = value
        .variants
        .as_deref()
        .filter(|it| is_own && it.len() > 1)?;
    let (_, same) = known.iter().find(|(it, _)| it == name)?;
    let others = known.iter().filter(|(it, _)| it != name);
    let others = others.map(|(_, out)| out.proof.clone());
    let other = others.reduce(|a, b| a.either(&b, None))?;
    let out = |proof: &Proof| Out {
        proof: proof.clone(),
        val: Abs::default(),
    };
    let variants = vec![("true", out(&same.proof)), ("false", out(&other))];
    Some(Abs::variants(From::default(), variants))
}

fn setting_pair(value: &Abs) -> Option<(String, String)> {
    value
        .setting
        .as_ref()
        .map(|setting| (format!("!{setting}"), setting.to_string()))
}

/// What it proves that two values are the same, if one of them is of a kind that the client sent
/// to say who it is. `None` if neither is.
pub(super) fn compared(
    sides: [&Abs; 2],
    credentials: From,
    evidence: impl FnOnce() -> Evidence,
) -> Option<Proof> {
    let [a, b] = sides;
    let is_sent = |it: &Abs| it.from.has(credentials) && !it.from.has(From::KEYED);
    let other = match (is_sent(a), is_sent(b)) {
        (true, _) => b,
        (false, true) => a,
        // Sent, and no secret: a name, a length.
        (false, false) if a.from.has(From::PUBLIC) || b.from.has(From::PUBLIC) => {
            return Some(Proof::presence());
        }
        (false, false) => return None,
    };
    if other.from.has(From::KEYED) {
        return Some(Proof::verified_by(other, evidence()));
    }
    // What everybody can read or send along proves nothing.
    let everybodys = From::LITERAL.with(From::CLOCK);
    let senders = From::REQUEST.with(From::CREDENTIAL);
    // What is looked up by what was sent is not what was sent.
    let said = From::INPUT.with(From::PUBLIC);
    let is_known = other.from.has(everybodys.with(senders))
        || other.from.has(said) && !other.from.has(From::FETCHED)
        || other.from.is_missing();
    Some(match is_known {
        true => Proof::presence(),
        false => Proof::verified_by(other, evidence()),
    })
}

/// Whether a value has the variants of an `Option`, and no others.
fn is_option_of(value: &Abs) -> bool {
    matches!(&*value.names(), ["Some", "None"] | ["None", "Some"])
}

/// The same value, of which what its truth proves is proven only under a condition.
fn only_if(value: Abs, condition: &str) -> Abs {
    let Some(all) = &value.variants else {
        return value;
    };
    let weaker = all.iter().map(|(name, out)| {
        let mut out = out.clone();
        if out.proof.strength == Strength::Verified {
            out.proof.condition = Some(match &out.proof.condition {
                Some(known) => format!("{known} and {condition}"),
                None => condition.to_owned(),
            });
        }
        (*name, out)
    });
    Abs {
        variants: Some(Arc::new(weaker.collect())),
        ..value
    }
}
