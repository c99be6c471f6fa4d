//! Guards of GraphQL fields, async-graphql 4 to 7: `#[graphql(guard = "LoggedIn.and(Role::new(2))")]`
//! on a field, or `#[Object(guard = "..")]` for the fields that have none of their own.
//!
//! Sources: async-graphql 7.2 `src/guard.rs`, async-graphql-derive 7.2 `src/object.rs` (the guard of a
//! field takes the place of its type's).

use std::sync::Arc;

use super::Judge;
use super::attributes::Added;
use super::proof::{Abs, From, Proof, State};
use crate::facts::body::Literal;
use crate::facts::{Attr, Meta, MetaValue};
use crate::program::ty::Subst;
use crate::program::{Container, Def, FnId, ModuleId, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind};
use crate::source::Name;

/// Guards that are put together more deeply than this are not followed.
const MAX_DEPTH: u32 = 8;

impl Judge<'_> {
    /// The guard of a field that a function answers.
    pub(super) fn field_guard(&self, id: FnId) -> Option<Added<'_>> {
        let (attr, written, module) = self.written_guard(id)?;
        let text = match &written.value {
            MetaValue::Literal(Literal::Str(text)) => text.to_string(),
            MetaValue::Expr(text) => text.to_string(),
            _ => String::new(),
        };
        self.begin();
        let mut proof = self
            .guard_text(module, &text, 0)
            .unwrap_or_else(|| Proof::maybe(format!("the guard `{text}` could not be followed")));
        self.admit(&mut proof);
        let evidence = Evidence {
            kind: EvidenceKind::Guard,
            name: text,
            span: attr.range.in_file(self.program[id].file),
        };
        if proof.is_verified() || proof.looked || proof.maybe.is_some() {
            proof.evidence = vec![evidence.clone()];
        }
        Some(Added {
            proof,
            protects: Vec::new(),
            evidence,
        })
    }

    /// The guard of a function, or of the type whose fields it is one of.
    fn written_guard(&self, id: FnId) -> Option<(&Attr, &Meta, ModuleId)> {
        let def = &self.program[id];
        let of = |attr: &'_ Attr| attr.meta.entry("guard").is_some();
        let own = def.attrs.iter().find(|it| it.meta.is("graphql") && of(it));
        let attr = match (own, def.container) {
            (Some(attr), _) => attr,
            (None, Container::Impl(of_impl)) => {
                let describes = |it: &&Attr| {
                    let name = it.meta.last_segment();
                    name.is_some_and(|it| {
                        it == "Object" || it == "ComplexObject" || it == "Subscription"
                    })
                };
                let mut attrs = self.program[of_impl].attrs.iter();
                attrs.find(|it| describes(it) && of(it))?
            }
            (None, _) => return None,
        };
        Some((attr, attr.meta.entry("guard")?, def.module))
    }

    /// What a guard demands that is written so: a type or a function, joined with others by `and` and
    /// `or`; `None` if it cannot be told.
    fn guard_text(&self, module: ModuleId, text: &str, depth: u32) -> Option<Proof> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (base, mut rest) = base_of(text.trim())?;
        let mut proof = self.guard_base(module, base, depth)?;
        while !rest.trim().is_empty() {
            let (name, inner, after) = method_of(rest.trim())?;
            let other = self.guard_text(module, inner, depth + 1)?;
            proof = match name {
                "and" => proof.and(&other),
                "or" => {
                    let (a, b) = (State::start().with(&proof), State::start().with(&other));
                    a.join(&b).proof
                }
                _ => return None,
            };
            rest = after;
        }
        Some(proof)
    }

    fn guard_base(&self, module: ModuleId, base: &str, depth: u32) -> Option<Proof> {
        let base = base.trim();
        if let Some(inner) = base.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            return self.guard_text(module, inner, depth + 1);
        }
        let path = base.split(['(', '{']).next()?;
        let is_called = base.contains('(');
        let plain = |it: &str| it.chars().all(|c| c.is_alphanumeric() || c == '_');
        let path: String = path.chars().filter(|it| !it.is_whitespace()).collect();
        let names: Vec<&str> = path.split("::").collect();
        if !names.iter().all(|it| plain(it) && !it.is_empty()) {
            return None;
        }
        let names: Vec<Name> = names.into_iter().map(Name::new).collect();
        // `Role::new(..)` is of the type that it is called on.
        for used in (1..=names.len()).rev() {
            let found = self.program.resolve_names(module, &names[..used], false);
            let found = found
                .into_iter()
                .filter(|it| it.used == used)
                .map(|it| it.def);
            for def in found {
                match def {
                    Def::Adt(adt) => {
                        return self.guard_type(&Ty::Adt(adt, std::sync::Arc::from([])));
                    }
                    Def::Fn(id) if is_called && used == names.len() => {
                        return self.guard_type(&self.program.fn_return(id));
                    }
                    Def::Fn(id) if used == names.len() => {
                        return Some(self.guard_fn(id, Abs::default()));
                    }
                    _ => {}
                }
            }
        }
        None
    }

    fn guard_type(&self, ty: &Ty) -> Option<Proof> {
        let found = self
            .program
            .find_methods(ty.peel_refs(), Name::new("check"));
        let mut found = found
            .into_iter()
            .filter(|it| self.program[it.id].body.is_some());
        let check = found
            .next()
            .filter(|_| matches!(ty.peel_refs(), Ty::Adt(..)))?;
        let this = Abs {
            setting: Some(Arc::from("self")),
            ..Abs::default()
        };
        Some(self.guard_fn(check.id, this))
    }

    /// What the success of a function that is handed the context demands.
    fn guard_fn(&self, id: FnId, this: Abs) -> Proof {
        let summary = self.run(id, vec![Abs::of(From::REQUEST)], this, &Subst::new());
        match summary.value.success() {
            Some(out) => {
                let mut proof = out.proof;
                proof.looked |= summary.exits.iter().any(|(_, state)| state.proof.looked);
                proof
            }
            None => summary
                .after
                .as_ref()
                .map_or_else(Proof::nothing, |it| it.proof.clone()),
        }
    }
}

/// The beginning of a chain of calls, and what follows: `Role::new(2)` of `Role::new(2).and(A)`.
fn base_of(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0u32;
    for (at, char) in text.char_indices() {
        match char {
            '(' | '{' | '[' | '<' => depth += 1,
            ')' | '}' | ']' | '>' => depth = depth.checked_sub(1)?,
            '.' if depth == 0 => return Some((&text[..at], &text[at..])),
            '|' | ';' | '"' if depth == 0 => return None,
            _ => {}
        }
    }
    (depth == 0 && !text.is_empty()).then_some((text, ""))
}

/// The first call of `.and(A).or(B)`: its name, its argument, and what follows.
fn method_of(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.strip_prefix('.')?;
    let open = text.find('(')?;
    let mut depth = 0u32;
    for (at, char) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match char {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some((text[..open].trim(), &text[open + 1..at], &text[at + 1..]));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_guards() {
        assert_eq!(base_of("A"), Some(("A", "")));
        assert_eq!(
            base_of("A::new(1.5).and(B)"),
            Some(("A::new(1.5)", ".and(B)"))
        );
        assert_eq!(base_of("|ctx| Ok(())"), None);
        assert_eq!(
            method_of(".and(B.or(C)).or(D)"),
            Some(("and", "B.or(C)", ".or(D)"))
        );
        assert_eq!(method_of(".0"), None);
    }
}
