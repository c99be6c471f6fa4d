//! Enums of the program, where one way through a function says which variant it gives and another,
//! say one by a cache, gives any.

use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof};
use crate::program::{BodyOwner, Program, Ty};

/// An enum of more variants than this is not taken apart.
const MAX_VARIANTS: usize = 24;

impl Run<'_, '_> {
    /// Makes each exit say which variants are possible there, if one of them does.
    pub(super) fn tell_variants(&mut self) {
        let program = self.judge.program;
        let BodyOwner::Fn(id) = program[self.key].owner else {
            return;
        };
        let has_variants = |(value, _): &(Abs, _)| value.variants.is_some();
        if self.exits.len() < 2 || !self.exits.iter().any(has_variants) {
            return;
        }
        let ty = program.fn_return(id);
        if self.exits.iter().any(|it| tells(program, &it.0, &ty)) {
            for (value, _) in &mut self.exits {
                *value = told(program, std::mem::take(value), &ty);
            }
        }
    }
}

/// The parts of a type that matter.
enum Part<'t> {
    /// What a future, `Ok` or `Some` holds.
    Inside(&'t Ty),
    /// The variants of an enum.
    Variants(Vec<&'static str>),
}

fn part<'t>(program: &Program, ty: &'t Ty) -> Option<Part<'t>> {
    match ty {
        Ty::Future(inner) => part(program, inner),
        Ty::External(path, args) if is_either(path.as_str()) => args.first().map(Part::Inside),
        Ty::Adt(id, _) => {
            let variants = program[*id].variants();
            let names = variants.iter().map(|it| it.name.as_str());
            let is_enum = (1..=MAX_VARIANTS).contains(&variants.len());
            is_enum.then(|| Part::Variants(names.collect()))
        }
        _ => None,
    }
}

fn is_either(path: &str) -> bool {
    matches!(path, "std::result::Result" | "std::option::Option")
}

/// Whether a value says which variant of an enum of the program it is.
fn tells(program: &Program, value: &Abs, ty: &Ty) -> bool {
    match part(program, ty) {
        Some(Part::Variants(_)) => value.variants.is_some(),
        Some(Part::Inside(ty)) => {
            let inside = value.success().filter(|_| value.variants.is_some());
            inside.is_some_and(|out| tells(program, &out.val, ty))
        }
        None => false,
    }
}

/// The same value with all variants that are possible, if it does not say which one it is.
fn told(program: &Program, mut value: Abs, ty: &Ty) -> Abs {
    match part(program, ty) {
        Some(Part::Variants(names)) => {
            let is_any = value.variants.is_none() && !value.from.has(From::REJECT);
            if !is_any {
                return value;
            }
            let out = || Out {
                proof: Proof::nothing(),
                val: Abs::of(value.from),
            };
            let all = names.iter().map(|name| (*name, out())).collect();
            Abs::variants(value.from, all)
        }
        Some(Part::Inside(ty)) => {
            if let Some(all) = value.variants.take() {
                let all = all.iter().map(|(name, out)| {
                    let mut out = out.clone();
                    if matches!(name.as_str(), "Ok" | "Some") {
                        out.val = told(program, out.val, ty);
                    }
                    (*name, out)
                });
                value.variants = Some(std::sync::Arc::new(all.collect()));
            }
            value
        }
        None => value,
    }
}
