//! What a service knows of a connection before any request comes: axum's `ConnectInfo<T>`.
//!
//! A value of `T` is made where connections are accepted, for each its own. A client certificate
//! that was verified there stands in a field of it, and in nobody else's.
//!
//! Source: axum 0.8.9 `src/extract/connect_info.rs`.

use std::sync::Arc;

use super::Judge;
use super::interpret::Run;
use super::proof::{Abs, From, State, Strength};
use crate::facts::ExprId;
use crate::facts::body::StructExpr;
use crate::models::roles::Carries;
use crate::program::ty::Subst;
use crate::program::{AdtId, BodyKey, BodyOwner, Def, Ty};
use crate::source::Name;

/// Expressions that fields are filled with, and what each is in which state.
type Values = Vec<(ExprId, State, Abs)>;

/// The struct that is looked for in a body, and what its fields are where one is put together.
pub(super) struct Told {
    adt: AdtId,
    values: Values,
}

/// Traits whose implementations say which certificates are genuine: rustls 0.22 and later, and
/// before.
const VERIFIERS: [&str; 2] = [
    "rustls::server::danger::ClientCertVerifier",
    "rustls::server::ClientCertVerifier",
];

impl Judge<'_> {
    /// What `ConnectInfo<T>` holds: fields are told apart that somebody's certificate is in, or
    /// nobody's.
    pub(super) fn connection(&self, ty: &Ty) -> Abs {
        let whole = Abs::of(From::INPUT);
        let Ty::Adt(adt, _) = ty.peel_refs() else {
            return whole;
        };
        let names = self.optional_fields(*adt);
        if names.is_empty() {
            return whole;
        }
        let origins = self.origins(*adt);
        if origins.by_default || self.is_parsed(*adt) {
            return whole;
        }
        let mut told: Vec<(BodyKey, Values)> = Vec::new();
        for (_, key, _) in &origins.fields {
            if !told.iter().any(|it| it.0 == *key) {
                told.push((*key, self.told_in(*key, *adt)));
            }
        }
        let value_of = |key: &BodyKey, value: &ExprId| {
            let (_, all) = told.iter().find(|it| it.0 == *key)?;
            all.iter().find(|it| it.0 == *value)
        };
        let mut known = Vec::new();
        for name in names {
            let mut joined: Option<(State, Abs)> = None;
            let mut all = origins.fields.iter().filter(|it| it.0 == name);
            let is_seen = all.all(|(_, key, value)| {
                let Some((_, state, value)) = value_of(key, value) else {
                    return false;
                };
                if value.variants.is_none() && value.setting == Some(unchanged(name)) {
                    return true;
                }
                joined = Some(match joined.take() {
                    None => (state.clone(), value.clone()),
                    Some((known, before)) => (
                        known.join(state),
                        Abs::either((&known, before), (state, value.clone())),
                    ),
                });
                true
            });
            if let Some((_, value)) = joined
                && is_seen
                && is_of_somebody(&value)
                && !self.is_changed(*adt, name)
            {
                known.push((name, value));
            }
        }
        if known.is_empty() || self.is_exhausted() {
            return whole;
        }
        Abs {
            fields: Some(Arc::new(known)),
            ..whole
        }
    }

    /// What an extractor of this type stands for where it is asked what the connection is of which
    /// it says something: what it says already.
    pub(super) fn same_connection(&self, ty: &Ty) -> Abs {
        let model = ty.external_path();
        let model = model.and_then(|path| self.program.models.extractor(path));
        let model = model.filter(|it| it.carries == Carries::Connection);
        match model.map(|it| ty.arg(it.inner.unwrap_or(0) as usize)) {
            Some(Ty::Adt(adt, _)) => self.as_it_is(adt),
            _ => Abs::default(),
        }
    }

    /// A struct whose fields are what they have been before.
    fn as_it_is(&self, adt: AdtId) -> Abs {
        let names = self.optional_fields(adt).into_iter();
        let fields = names.map(|name| {
            let value = Abs {
                setting: Some(unchanged(name)),
                ..Abs::of(From::INPUT)
            };
            (name, value)
        });
        Abs {
            fields: Some(Arc::new(fields.collect())),
            ..Abs::of(From::INPUT)
        }
    }

    /// The fields of a struct that may be empty.
    fn optional_fields(&self, adt: AdtId) -> Vec<Name> {
        let fields = self.program[adt].fields().iter();
        let optional = fields.filter(|it| {
            let last = it.ty.as_path().and_then(|path| path.last());
            last.is_some_and(|it| it == "Option")
        });
        optional.map(|it| it.name).collect()
    }

    /// Whether values of a struct are made of texts as well.
    fn is_parsed(&self, adt: AdtId) -> bool {
        let mut attrs = self.program[adt].attrs.iter();
        attrs.any(|attr| {
            let mut derived = attr.meta.list().iter();
            attr.meta.is("derive")
                && derived.any(|it| it.last_segment().is_some_and(|it| it == "Deserialize"))
        })
    }

    /// What the fields of a struct are filled with where the code of a body puts one together.
    fn told_in(&self, key: BodyKey, adt: AdtId) -> Values {
        let mut run = self.start(key, Abs::default(), Subst::new());
        run.told = Some(Told {
            adt,
            values: Vec::new(),
        });
        let body = &self.program[key].body;
        if let BodyOwner::Fn(id) = self.program[key].owner {
            let scope = self.program.fn_scope(id);
            for (pat, param) in body.params.iter().zip(&self.program[id].sig.params) {
                let ty = self.program.lower_ty(&scope, &param.ty);
                let value = match ty.peel_refs() {
                    Ty::Adt(it, _) if *it == adt => self.as_it_is(adt),
                    ty => self.part_of_request(ty).map_or_else(Abs::default, Abs::of),
                };
                run.bind(*pat, value);
            }
        }
        run.leave(body.root);
        run.told.map_or_else(Vec::new, |it| it.values)
    }

    /// Whether the program itself says which certificates of clients are genuine: who has one may
    /// be anybody then.
    pub(super) fn has_own_verifier(&self) -> bool {
        let mut traits = VERIFIERS.iter();
        traits.any(|it| {
            !self
                .program
                .impls_of(Def::External(Name::new(it)))
                .is_empty()
        })
    }
}

impl Run<'_, '_> {
    /// Notes what a struct is put together of, if it is the one that is looked for.
    pub(super) fn note_told(&mut self, id: ExprId, data: &StructExpr, fields: &[(Name, Abs)]) {
        let typing = self.typing;
        let Some(told) = &mut self.told else { return };
        let is_meant = matches!(typing.ty(id), Ty::Adt(it, _) if *it == told.adt);
        if let Some(state) = self.state.as_ref().filter(|_| is_meant) {
            let values = data.fields.iter().zip(fields);
            let values = values.map(|((_, id), (_, value))| (*id, state.clone(), value.clone()));
            told.values.extend(values);
        }
    }
}

/// What a field is called that is what it has been before.
fn unchanged(name: Name) -> Arc<str> {
    Arc::from(format!("the connection's {name}"))
}

/// Whether a value is there only for somebody who was verified, or may have been.
fn is_of_somebody(value: &Abs) -> bool {
    let names = value.names();
    let some = value.variant("Some").filter(|_| value.variants.is_some());
    names.iter().all(|it| matches!(*it, "Some" | "None"))
        && some.is_some_and(|out| {
            out.proof.strength == Strength::Verified || out.proof.maybe.is_some()
        })
}
