//! Patterns: what is proven if one matches or does not, and what its variables are then.

use std::sync::Arc;

use super::counted::SOME;
use super::interpret::Run;
use super::pieces::piece_of;
use super::proof::{Abs, From, Proof, is_bad, is_good};
use super::public::{is_public_name, public};
use super::route::route;
use crate::facts::body::Literal;
use crate::facts::{Pat, PatId};
use crate::models::TypeRole;
use crate::program::Ty;

impl Run<'_, '_> {
    /// What is proven if a pattern matches; `None` if it cannot.
    pub(super) fn matched(&self, pat: PatId, value: &Abs) -> Option<Matched> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Or(all) => {
                let mut found: Option<Matched> = None;
                for pat in all {
                    if let Some(matched) = self.matched(*pat, value) {
                        found = Some(match found {
                            None => matched,
                            Some(known) => Matched::of(known.proof.either(&matched.proof, None)),
                        });
                    }
                }
                found
            }
            Pat::Bind { sub: Some(sub), .. } => self.matched(*sub, value),
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.matched(*inner, value),
            Pat::Tuple(all) if value.parts.is_none() && all.len() == 1 => {
                self.matched(all[0], value)
            }
            Pat::Tuple(all) => self.matched_parts(all, value),
            Pat::Literal(Literal::Bool(wanted)) => {
                let name = if *wanted { "true" } else { "false" };
                value.variant(name).map(|out| Matched {
                    setting: Some(name.into()),
                    ..Matched::of(out.proof)
                })
            }
            Pat::TupleStruct(path, all) => {
                let name = path.last()?.as_str();
                let Some(out) = value.variant(name) else {
                    return (value.variants.is_none() || self.is_foreign(pat, name, value)).then(
                        || Matched {
                            setting: Some(name.into()),
                            ..Matched::of(self.rest(value).proof)
                        },
                    );
                };
                let inner = match &**all {
                    [only] => self.matched(*only, &out.val)?,
                    many => self.matched_parts(many, &out.val)?,
                };
                Some(Matched {
                    proof: out.proof.and(&inner.proof),
                    setting: Some(name.into()),
                    assume: inner.assume_of(&out.val),
                })
            }
            Pat::Path(path) if is_route_called(path.last()?.as_str(), value) == Some(false) => None,
            Pat::Path(path) => self.named_variant(pat, path.last()?.as_str(), value),
            Pat::Struct(path, _) => self.named_variant(pat, path.last()?.as_str(), value),
            Pat::Bind {
                name, sub: None, ..
            } if name.as_str().starts_with(char::is_uppercase) => {
                self.named_variant(pat, name.as_str(), value)
            }
            Pat::Literal(Literal::Str(text))
                if route(value).and_then(|it| it.equals(text)) == Some(false) =>
            {
                None
            }
            Pat::Literal(_) | Pat::Slice(_) if value.is_counted() => match self.counts(pat) {
                Some((name, _)) => value.variant(name).map(|out| Matched::of(out.proof)),
                None => Some(self.rest(value)),
            },
            Pat::Literal(_) | Pat::Value => Some(Matched::of(Proof::nothing())),
            _ => Some(self.rest(value)),
        }
    }

    /// What is proven if the parts of a tuple match these patterns, all of them.
    fn matched_parts(&self, all: &[PatId], value: &Abs) -> Option<Matched> {
        let mut found = Matched::of(Proof::nothing());
        let body = &self.judge.program[self.key].body;
        let parts = value.parts.iter().flat_map(|it| it.iter());
        for (pat, part) in all.iter().zip(parts) {
            if matches!(body.pat(*pat), Pat::Rest) {
                break;
            }
            let own = self.matched(*pat, part)?;
            found.proof = found.proof.and(&own.proof);
            found.assume.extend(own.assume_of(part));
        }
        Some(found)
    }

    fn named_variant(&self, pat: PatId, name: &str, value: &Abs) -> Option<Matched> {
        let known = value.variant(name).map(|out| out.proof);
        let known = known.or_else(|| {
            self.is_foreign(pat, name, value)
                .then(|| self.rest(value).proof)
        });
        known.map(|proof| Matched {
            setting: Some(name.into()),
            ..Matched::of(proof)
        })
    }

    /// Whether the variants that a value may have are not of the type that this one is of: those
    /// that stand for success of any kind, say nothing of it. An enum of the program may have a `None`
    /// of its own.
    fn is_foreign(&self, pat: PatId, name: &str, value: &Abs) -> bool {
        let is_common = |name: &str| is_good(name) || is_bad(name);
        let names = value.names();
        let is_own = || match self.typing.pat_ty(pat).peel_refs() {
            Ty::Adt(adt, _) => {
                let variants = self.judge.program[*adt].variants();
                names
                    .iter()
                    .all(|it| variants.iter().any(|own| own.name == *it))
            }
            _ => false,
        };
        names.iter().all(|it| is_common(it) != is_common(name)) && !is_own()
    }

    /// A pattern that matches whatever is left.
    pub(super) fn rest(&self, value: &Abs) -> Matched {
        let setting = match value.variants.as_deref().map(Vec::as_slice) {
            Some([(only, _)]) => Some(only.to_string()),
            _ => None,
        };
        Matched {
            setting,
            ..Matched::of(total(value))
        }
    }

    /// Whether a pattern is the path of every request to the endpoint in question.
    pub(super) fn is_path(&self, pat: PatId, value: &Abs) -> bool {
        match self.judge.program[self.key].body.pat(pat) {
            Pat::Or(all) => all.iter().any(|it| self.is_path(*it, value)),
            Pat::Ref(inner) => self.is_path(*inner, value),
            Pat::Path(path) => path
                .last()
                .is_some_and(|name| is_route_called(name.as_str(), value) == Some(true)),
            Pat::Literal(Literal::Str(text)) => {
                route(value).and_then(|it| it.equals(text)) == Some(true)
            }
            _ => false,
        }
    }

    /// What is proven if a pattern does not match; `None` if it always does.
    pub(super) fn missed(&self, pat: PatId, value: &Abs) -> Option<Matched> {
        let rest = self.minus(pat, value)?;
        let names = self.variant_names(pat);
        let setting = match (&rest.variants, names.as_slice()) {
            (Some(all), _) if all.len() == 1 => Some(all[0].0.to_string()),
            (None, [only]) => Some(super::proof::opposite(only).to_owned()),
            _ => None,
        };
        Some(Matched {
            proof: total(&rest),
            setting,
            assume: self.missed_part(pat, value),
        })
    }

    /// The setting of the only part of a tuple that may be why a pattern does not match it.
    fn missed_part(&self, pat: PatId, value: &Abs) -> Vec<(Arc<str>, String)> {
        let (Pat::Tuple(all), Some(parts)) =
            (self.judge.program[self.key].body.pat(pat), &value.parts)
        else {
            return Vec::new();
        };
        let parts = all.iter().zip(parts.iter());
        let mut missed = parts.filter_map(|(pat, part)| Some((self.missed(*pat, part)?, part)));
        match (missed.next(), missed.next()) {
            (Some((only, part)), None) => only.assume_of(part),
            _ => Vec::new(),
        }
    }

    /// What is left of a value that a pattern does not match; `None`: nothing.
    pub(super) fn minus(&self, pat: PatId, value: &Abs) -> Option<Abs> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Bind { sub: Some(sub), .. } => self.minus(*sub, value),
            Pat::Bind { name, .. } if name.as_str().starts_with(char::is_uppercase) => {
                without(value, name.as_str())
            }
            Pat::Bind { .. } | Pat::Wild => None,
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.minus(*inner, value),
            _ if self.is_path(pat, value) => None,
            Pat::Or(all) => {
                let mut left = value.clone();
                for pat in all {
                    left = self.minus(*pat, &left)?;
                }
                Some(left)
            }
            Pat::Path(path) | Pat::Struct(path, _) => {
                without(value, path.last().map_or("", |name| name.as_str()))
            }
            Pat::Literal(Literal::Bool(wanted)) => {
                without(value, if *wanted { "true" } else { "false" })
            }
            Pat::TupleStruct(path, all) => {
                let name = path.last().map_or("", |name| name.as_str());
                let mut known = value.variants.iter().flat_map(|it| it.iter());
                let Some((_, out)) = known.find(|(it, _)| *it == name) else {
                    return Some(value.clone());
                };
                let inner = match &**all {
                    [only] => self.minus(*only, &out.val),
                    many => self.minus_parts(many, &out.val),
                };
                let Some(inner) = inner else {
                    return without(value, name);
                };
                let mut left = value.clone();
                let mut variants = left.variants.iter_mut().flat_map(Arc::make_mut);
                if let Some((_, out)) = variants.find(|(it, _)| *it == name) {
                    out.val = inner;
                }
                Some(left)
            }
            // `(ok,)` of a row with one column.
            Pat::Tuple(all) if value.parts.is_none() && all.len() == 1 => self.minus(all[0], value),
            Pat::Tuple(all) => self.minus_parts(all, value),
            Pat::Literal(_) | Pat::Slice(_) if value.is_counted() => match self.counts(pat) {
                Some((name, true)) => without(value, name),
                _ => Some(value.clone()),
            },
            _ => Some(value.clone()),
        }
    }

    /// The same of a tuple. Where it may be more than one part, nothing is known of any.
    fn minus_parts(&self, all: &[PatId], value: &Abs) -> Option<Abs> {
        let unknown = Abs::of(value.from);
        let part = |at: usize| value.parts.as_ref().and_then(|it| it.get(at));
        let left = all.iter().enumerate().filter_map(|(at, pat)| {
            let left = self.minus(*pat, part(at).unwrap_or(&unknown))?;
            Some((at, left))
        });
        let left: Vec<(usize, Abs)> = left.collect();
        let whole = match <[(usize, Abs); 1]>::try_from(left) {
            Ok([(at, left)]) => {
                let mut whole = value.clone();
                if let Some(part) = whole
                    .parts
                    .as_mut()
                    .and_then(|it| Arc::make_mut(it).get_mut(at))
                {
                    *part = left;
                }
                whole
            }
            Err(left) if left.is_empty() => return None,
            Err(_) => value.clone(),
        };
        Some(whole)
    }

    /// The variants that a pattern names.
    pub(super) fn variant_names(&self, pat: PatId) -> Vec<String> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Or(all) => all
                .iter()
                .flat_map(|pat| self.variant_names(*pat))
                .collect(),
            Pat::Bind { sub: Some(sub), .. } => self.variant_names(*sub),
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.variant_names(*inner),
            // A variant whose inside must match too is not used up by it.
            Pat::TupleStruct(path, all) => {
                let whole = all.iter().all(|pat| self.variant_names(*pat).is_empty());
                let last = path.last().map(|name| name.to_string());
                if whole {
                    last.into_iter().collect()
                } else {
                    Vec::new()
                }
            }
            Pat::Path(path) | Pat::Struct(path, _) => path
                .last()
                .map(|name| name.to_string())
                .into_iter()
                .collect(),
            Pat::Literal(Literal::Bool(value)) => vec![value.to_string()],
            Pat::Bind {
                name, sub: None, ..
            } if name.as_str().starts_with(char::is_uppercase) => vec![name.to_string()],
            _ => Vec::new(),
        }
    }

    pub(super) fn pat_text(&self, pat: PatId) -> String {
        let data = &self.judge.program[self.key];
        super::super::eval::shorten(
            self.judge
                .sources
                .slice(data.body.pat_range(pat).in_file(data.file)),
        )
    }

    /// Binds a pattern's variables.
    pub(super) fn bind(&mut self, pat: PatId, value: Abs) {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Bind { sub, name, .. } => {
                if let Some(sub) = sub {
                    self.bind(*sub, value.clone());
                }
                let value = match is_public_name(name.as_str()) {
                    true => public(value),
                    false => value,
                };
                self.env.insert(pat, value);
            }
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.bind(*inner, value),
            Pat::Or(all) => {
                for pat in all {
                    self.bind(*pat, value.clone());
                }
            }
            Pat::Tuple(all) if value.parts.is_none() && all.len() == 1 => self.bind(all[0], value),
            Pat::Slice(all) if value.is_counted() => {
                let each = value.variant(SOME).map_or_else(Abs::default, |out| out.val);
                for pat in all {
                    self.bind(*pat, each.clone());
                }
            }
            Pat::Tuple(all) | Pat::Slice(all) => {
                for (at, pat) in all.iter().enumerate() {
                    let part = value
                        .parts
                        .as_ref()
                        .and_then(|parts| parts.get(at).cloned());
                    let unknown = || match value.from.has(From::SPLIT) {
                        true => piece_of(&value, at == 0),
                        false => Abs::of(value.from),
                    };
                    self.bind(*pat, part.unwrap_or_else(unknown));
                }
            }
            Pat::TupleStruct(path, all) => {
                let name = path.last().map_or("", |name| name.as_str());
                // A newtype (`Json(x)`, `State(x)`) holds what the whole value is.
                let inner = match &value.variants {
                    Some(known) => match known.iter().find(|(it, _)| *it == name) {
                        Some((_, out)) => out.val.clone(),
                        None if is_good(name) || name == "Err" => Abs::of(value.from),
                        None => value.clone(),
                    },
                    None if name == "Some" || name == "Ok" => Abs {
                        setting: value.setting.clone(),
                        ..Abs::of(value.from)
                    },
                    None => value.clone(),
                };
                match &**all {
                    // `Err(status) => status`: it is answered with what refused.
                    [only] if name == "Err" && self.is_answer_of_an_error(*only) => {
                        let from = inner.from.with(From::REJECT);
                        self.bind(*only, Abs { from, ..inner });
                    }
                    [only] => self.bind(*only, inner),
                    many => {
                        for (at, pat) in many.iter().enumerate() {
                            let part = inner
                                .parts
                                .as_ref()
                                .and_then(|parts| parts.get(at).cloned());
                            self.bind(*pat, part.unwrap_or_else(|| Abs::of(inner.from)));
                        }
                    }
                }
            }
            Pat::Struct(_, fields) => {
                for (name, pat) in fields {
                    let data = &self.judge.program[self.key];
                    let span = data.body.pat_range(*pat).in_file(data.file);
                    let field = self.field(&value, name.as_str(), span);
                    self.bind(*pat, field);
                }
            }
            Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
        }
    }
}

impl Run<'_, '_> {
    /// Whether what a pattern binds is a status or a library's error that becomes an answer.
    fn is_answer_of_an_error(&self, pat: PatId) -> bool {
        let Some(path) = self.typing.pat_ty(pat).peel_refs().external_path() else {
            return false;
        };
        let role = self.judge.program.models.type_(path).and_then(|it| it.role);
        matches!(path.as_str(), "http::StatusCode" | "rocket::http::Status")
            || role == Some(TypeRole::Error)
    }
}

/// A pattern that matches.
pub(super) struct Matched {
    pub(super) proof: Proof,
    /// The variant that the value then has.
    pub(super) setting: Option<String>,
    /// Settings inside the value, and the variants that they then have.
    pub(super) assume: Vec<(Arc<str>, String)>,
}

impl Matched {
    fn of(proof: Proof) -> Matched {
        Matched {
            proof,
            setting: None,
            assume: Vec::new(),
        }
    }

    /// What is assumed of settings where it is this value that matches.
    pub(super) fn assume_of(self, value: &Abs) -> Vec<(Arc<str>, String)> {
        let mut assume = self.assume;
        if let (Some(setting), Some(variant)) = (&value.setting, self.setting) {
            assume.push((setting.clone(), variant));
        }
        assume
    }
}

/// Whether a constant, `Method::GET`, or a variant, `Method::Get`, is the method of the request in
/// question.
fn is_route_called(name: &str, value: &Abs) -> Option<bool> {
    let rest = name
        .get(1..)
        .filter(|_| name.starts_with(|it: char| it.is_ascii_uppercase()))?;
    let is_named = |by: fn(&u8) -> bool| rest.bytes().all(|it| by(&it));
    let is_constant = is_named(u8::is_ascii_uppercase);
    let asked = route(value).filter(|_| is_constant || is_named(u8::is_ascii_lowercase))?;
    // Other variants of other types are none of its business.
    let is_method = is_constant || !asked.text.starts_with('/');
    is_method.then(|| asked.text.eq_ignore_ascii_case(name))
}

/// What is proven of a value whatever variant it has.
fn total(value: &Abs) -> Proof {
    let within = value.parts.iter().flat_map(|it| it.iter());
    let within = within.fold(Proof::nothing(), |proof, part| proof.and(&total(part)));
    let Some(all) = &value.variants else {
        return within;
    };
    let proofs = all.iter().map(|(_, out)| match out.val.variants {
        Some(_) => out.proof.and(&total(&out.val)),
        None => out.proof.clone(),
    });
    let any = proofs.reduce(|a, b| a.either(&b, None));
    any.map_or(within.clone(), |any| any.and(&within))
}

/// A value that does not have this variant; `None` if it then has none.
fn without(value: &Abs, name: &str) -> Option<Abs> {
    let Some(all) = &value.variants else {
        return Some(value.clone());
    };
    let left = all.iter().filter(|(it, _)| *it != name).cloned();
    let left: Vec<_> = left.collect();
    (!left.is_empty()).then(|| Abs {
        variants: Some(Arc::new(left)),
        ..value.clone()
    })
}
