//! Patterns: what is proven if one matches or does not, and what its variables are then.

use std::rc::Rc;

use super::interpret::Run;
use super::proof::{Abs, Proof, is_good};
use super::route::{equals, route};
use crate::facts::body::Literal;
use crate::facts::{Pat, PatId};

impl Run<'_, '_> {
    /// What is proven if a pattern matches; `None` if it cannot.
    pub(super) fn matched(&self, pat: PatId, value: &Abs) -> Option<Matched> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Or(all) => {
                let mut found: Option<Proof> = None;
                for pat in all {
                    if let Some(matched) = self.matched(*pat, value) {
                        found = Some(match found {
                            None => matched.proof,
                            Some(known) => known.either(&matched.proof, None),
                        });
                    }
                }
                found.map(|proof| Matched {
                    proof,
                    setting: None,
                })
            }
            Pat::Bind { sub: Some(sub), .. } => self.matched(*sub, value),
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.matched(*inner, value),
            Pat::Tuple(all) => {
                let mut proof = Proof::nothing();
                if let Some(parts) = &value.parts {
                    for (pat, part) in all.iter().zip(parts.iter()) {
                        proof = proof.and(&self.matched(*pat, part)?.proof);
                    }
                }
                Some(Matched {
                    proof,
                    setting: None,
                })
            }
            Pat::Literal(Literal::Bool(wanted)) => {
                let name = if *wanted { "true" } else { "false" };
                value.variant(name).map(|out| Matched {
                    proof: out.proof,
                    setting: Some(name.into()),
                })
            }
            Pat::TupleStruct(path, all) => {
                let name = path.last()?.as_str();
                let Some(out) = value.variant(name) else {
                    return value.variants.is_none().then(|| Matched {
                        proof: Proof::nothing(),
                        setting: Some(name.into()),
                    });
                };
                let mut proof = out.proof;
                if let [only] = &**all {
                    proof = proof.and(&self.matched(*only, &out.val)?.proof);
                }
                Some(Matched {
                    proof,
                    setting: Some(name.into()),
                })
            }
            Pat::Path(path) => self.named_variant(path.last()?.as_str(), value),
            Pat::Struct(path, _) => self.named_variant(path.last()?.as_str(), value),
            Pat::Bind {
                name, sub: None, ..
            } if name.as_str().starts_with(char::is_uppercase) => {
                self.named_variant(name.as_str(), value)
            }
            Pat::Literal(Literal::Str(text))
                if route(value).and_then(|it| equals(it, text)) == Some(false) =>
            {
                None
            }
            Pat::Literal(_) | Pat::Value => Some(Matched {
                proof: Proof::nothing(),
                setting: None,
            }),
            _ => Some(self.rest(value)),
        }
    }

    pub(super) fn named_variant(&self, name: &str, value: &Abs) -> Option<Matched> {
        value.variant(name).map(|out| Matched {
            proof: out.proof,
            setting: Some(name.into()),
        })
    }

    /// A pattern that matches whatever is left.
    pub(super) fn rest(&self, value: &Abs) -> Matched {
        let Some(all) = &value.variants else {
            return Matched {
                proof: Proof::nothing(),
                setting: None,
            };
        };
        let mut proofs = all.iter().map(|(_, out)| out.proof.clone());
        let first = proofs.next().unwrap_or_else(Proof::nothing);
        let setting = match all.as_slice() {
            [(only, _)] => Some(only.to_string()),
            _ => None,
        };
        Matched {
            proof: proofs.fold(first, |a, b| a.either(&b, None)),
            setting,
        }
    }

    /// Whether a pattern is the path of every request to the endpoint in question.
    pub(super) fn is_path(&self, pat: PatId, value: &Abs) -> bool {
        match self.judge.program[self.key].body.pat(pat) {
            Pat::Or(all) => all.iter().any(|it| self.is_path(*it, value)),
            Pat::Literal(Literal::Str(text)) => {
                route(value).and_then(|it| equals(it, text)) == Some(true)
            }
            _ => false,
        }
    }

    /// What is proven if a pattern does not match; `None` if it always does.
    pub(super) fn missed(&self, pat: PatId, value: &Abs) -> Option<Matched> {
        let body = &self.judge.program[self.key].body;
        let names = self.variant_names(pat);
        if names.is_empty() {
            return match body.pat(pat) {
                Pat::Bind { .. } | Pat::Wild => None,
                _ if self.is_path(pat, value) => None,
                // `(Some(a), Some(b))`: any part may be the one that does not match.
                Pat::Tuple(all) => {
                    let missed = all.iter().enumerate().filter_map(|(at, part)| {
                        let held = value.parts.as_ref().and_then(|it| it.get(at).cloned());
                        let held = held.unwrap_or_else(|| Abs::of(value.from));
                        Some(self.missed(*part, &held)?.proof)
                    });
                    missed
                        .reduce(|a, b| a.either(&b, None))
                        .map(|proof| Matched {
                            proof,
                            setting: None,
                        })
                }
                _ => Some(Matched {
                    proof: Proof::nothing(),
                    setting: None,
                }),
            };
        }
        // `Ok(Some(x))`: it may be the inner part that does not match.
        let mut found: Option<Proof> = None;
        let mut add = |proof: Proof| {
            found = Some(match found.take() {
                None => proof,
                Some(known) => known.either(&proof, None),
            });
        };
        if let Pat::TupleStruct(path, all) = body.pat(pat)
            && let [only] = &**all
            && let Some(out) = path.last().and_then(|name| value.variant(name.as_str()))
            && let Some(inner) = self.missed(*only, &out.val)
        {
            add(out.proof.and(&inner.proof));
        }
        let rest = without(value, &names);
        match &rest.variants {
            None => add(Proof::nothing()),
            Some(all) if all.is_empty() => {}
            Some(_) => add(self.rest(&rest).proof),
        }
        let setting = match (&rest.variants, names.as_slice()) {
            (Some(all), _) if all.len() == 1 => Some(all[0].0.to_string()),
            (None, [only]) => Some(super::proof::opposite(only).to_owned()),
            _ => None,
        };
        found.map(|proof| Matched { proof, setting })
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
            Pat::Bind { sub, .. } => {
                if let Some(sub) = sub {
                    self.bind(*sub, value.clone());
                }
                self.env.insert(pat, value);
            }
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.bind(*inner, value),
            Pat::Or(all) => {
                for pat in all {
                    self.bind(*pat, value.clone());
                }
            }
            Pat::Tuple(all) | Pat::Slice(all) => {
                for (at, pat) in all.iter().enumerate() {
                    let part = value
                        .parts
                        .as_ref()
                        .and_then(|parts| parts.get(at).cloned());
                    self.bind(*pat, part.unwrap_or_else(|| Abs::of(value.from)));
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
                    let field = self.field(&value, name.as_str());
                    self.bind(*pat, field);
                }
            }
            Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
        }
    }
}

/// A pattern that matches.
pub(super) struct Matched {
    pub(super) proof: Proof,
    pub(super) setting: Option<String>,
}

/// A value that has none of these variants.
pub(super) fn without(value: &Abs, names: &[String]) -> Abs {
    match &value.variants {
        None => value.clone(),
        Some(all) => {
            let left = all
                .iter()
                .filter(|(name, _)| !names.iter().any(|it| *name == it.as_str()))
                .cloned()
                .collect();
            Abs {
                variants: Some(Rc::new(left)),
                ..value.clone()
            }
        }
    }
}
