//! What a type in a handler's signature proves.

use std::sync::Arc;

use super::extensions::Slot;
use super::proof::{Abs, From, Out, Proof, State, Strength};
use super::route::there_if_known;
use super::{Judge, Summary, endpoints, words};
use crate::models::Origin;
use crate::models::roles::{Carries, Proves, TypeRole};
use crate::program::ty::Subst;
use crate::program::{AdtId, FnId, ImplId, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind};
use crate::routes::eval::type_name;
use crate::source::{Name, Span};

/// Traits by which frameworks fill a handler's parameters.
pub const EXTRACTOR_TRAITS: [&str; 7] = [
    "FromRequestParts",
    "FromRequest",
    "FromData",
    "ApiExtractor",
    "Extractible",
    "SharedExtractor",
    "ExclusiveExtractor",
];
/// What deriving salvo's does is to parse.
const PARSING_TRAIT: &str = "Extractible";
/// Traits by which axum (since `axum-core` 0.5) fills a parameter of type `Option<T>`.
pub const OPTIONAL_TRAITS: [&str; 2] = ["OptionalFromRequestParts", "OptionalFromRequest"];

impl Judge<'_> {
    /// The value of a parameter of a handler, middleware or extractor: as a `Result` where the
    /// framework fills it, plain where it is the request or the rest of the chain.
    pub(super) fn parameter(&self, ty: &Ty, name: Option<&str>, span: Span) -> Abs {
        let peeled = ty.peel_refs();
        let words = name.unwrap_or_default();
        if let Some(from) = self.part_of_request(peeled) {
            return Abs::of(from);
        }
        if matches!(words, "next" | "_next" | "srv")
            && matches!(
                peeled,
                Ty::Unknown | Ty::Param(..) | Ty::Ref(_) | Ty::Opaque(_)
            )
        {
            return Abs::of(From::NEXT);
        }
        if endpoints::is_rest(peeled) {
            return Abs::of(From::NEXT);
        }
        // viz: the request and the rest of the chain, together.
        if let Ty::Tuple(parts) = peeled
            && parts.iter().any(endpoints::is_rest)
        {
            let parts = parts.iter().map(|it| self.parameter(it, None, span));
            return Abs {
                parts: Some(Arc::new(parts.collect())),
                ..Abs::default()
            };
        }
        if let Some(context) = self.made_context(peeled) {
            return context;
        }
        let inner = peeled.arg(0);
        if let Some(uri) = self
            .uri(&inner)
            .filter(|_| peeled.is_external("std::option::Option"))
        {
            return Abs::fallible("Ok", Proof::nothing(), there_if_known(uri));
        }
        let mut value = match self.uri(peeled) {
            Some(uri) => Abs::fallible("Ok", Proof::nothing(), uri),
            None => self.extractor(peeled, span),
        };
        if let Some(named) = name.and_then(|name| self.named_credential(peeled, name)) {
            value = named;
        }
        if let Some(path) = peeled.external_path()
            && self
                .program
                .models
                .extractor(path)
                .is_some_and(|it| it.named)
            && super::words::credential_header(words).unwrap_or(false)
        {
            value = Abs::fallible("Ok", Proof::presence(), Abs::of(From::CREDENTIAL));
        }
        if let (Some(name), Some(variants)) = (name, &value.variants) {
            // Settings are called by the handler's own name for them.
            let renamed = variants
                .iter()
                .map(|(variant, out)| {
                    let mut out = out.clone();
                    if out.val.setting.is_some() {
                        out.val.setting = Some(Arc::from(name));
                    }
                    (*variant, out)
                })
                .collect();
            value.variants = Some(std::sync::Arc::new(renamed));
        }
        value
    }

    /// The URI that an extractor gives, for the endpoint that is asked about: all of it, or what
    /// routers around have left.
    pub(super) fn uri(&self, ty: &Ty) -> Option<Abs> {
        let model = self.program.models.extractor(ty.external_path()?)?;
        let asked = self.route.get();
        let text = match model.carries {
            Carries::Uri => asked.map(|it| it.path),
            Carries::WholeUri | Carries::MatchedPath => asked.map(|it| it.whole),
            _ => return None,
        };
        let from = From::INPUT.with(From::ROUTE);
        let from = match model.carries {
            Carries::MatchedPath => from.with(From::PATTERN),
            _ => from,
        };
        Some(Abs {
            text,
            ..Abs::of(from)
        })
    }

    /// A header or cookie that is called as the parameter which takes it (poem-openapi): whether
    /// that is a credential, its name tells.
    fn named_credential(&self, ty: &Ty, name: &str) -> Option<Abs> {
        let path = ty.external_path()?;
        let model = self.program.models.extractor(path)?;
        let is_named = path.as_str().starts_with("poem_openapi::param::");
        if !is_named || model.carries != Carries::Header {
            return None;
        }
        let is_credential = words::credential_header(name);
        if !is_credential.unwrap_or_else(|| words::credential_word(name)) {
            return None;
        }
        let val = Abs::of(From::CREDENTIAL);
        Some(match ty.arg(0).is_external("std::option::Option") {
            true => Abs::fallible(
                "Ok",
                Proof::nothing(),
                Abs::fallible("Some", Proof::presence(), val),
            ),
            false => Abs::fallible("Ok", Proof::presence(), val),
        })
    }

    pub(super) fn part_of_request(&self, ty: &Ty) -> Option<From> {
        let path = ty.external_path()?;
        if path.as_str().ends_with("::Next") || path == "Next" {
            return Some(From::NEXT);
        }
        let role = self.program.models.type_(path).and_then(|it| it.role);
        match role {
            Some(
                TypeRole::Request
                | TypeRole::Headers
                | TypeRole::Cookies
                | TypeRole::ResolverContext,
            ) => {
                return Some(From::REQUEST);
            }
            Some(TypeRole::Session) => return Some(From::SESSION),
            Some(TypeRole::Answer) => return Some(From::ANSWER),
            Some(TypeRole::Flow) => return Some(From::FLOW),
            Some(TypeRole::Depot) => return Some(From::DEPOT),
            _ => {}
        }
        let last = path.as_str().rsplit("::").next().unwrap_or_default();
        matches!(
            last,
            "Request"
                | "ServiceRequest"
                | "HttpRequest"
                | "Parts"
                | "HeaderMap"
                | "RequestParts"
                | "CookieJar"
                | "RequestHead"
                | "DevServiceRequest"
        )
        .then_some(From::REQUEST)
    }

    /// What an extractor of this type gives: `Ok` with what its success proves.
    pub(super) fn extractor(&self, ty: &Ty, span: Span) -> Abs {
        let ty = ty.peel_refs();
        let key = (format!("{ty:?}"), span);
        // An extractor that runs itself proves nothing.
        let nothing = || Abs::fallible("Ok", Proof::nothing(), self.same_connection(ty));
        let judge = || self.judge_extractor(ty, span).settled();
        self.ask(&self.known.extractors, key, nothing, judge)
    }

    fn judge_extractor(&self, ty: &Ty, span: Span) -> Abs {
        if let Some(from) = self.part_of_request(ty) {
            return Abs::fallible("Ok", Proof::nothing(), Abs::of(from));
        }
        match ty {
            Ty::External(path, args) => {
                if *path == "std::option::Option"
                    && let Some(value) = args.first().and_then(|ty| self.optional(ty))
                {
                    return value;
                }
                if *path == "std::option::Option" || *path == "std::result::Result" {
                    let inner = args
                        .first()
                        .map_or_else(Abs::default, |ty| self.extractor(ty, span));
                    let out = inner.variant("Ok").unwrap_or_else(Out::nothing);
                    let good = if *path == "std::option::Option" {
                        "Some"
                    } else {
                        "Ok"
                    };
                    let val = Abs::fallible(good, out.proof, out.val);
                    return Abs::fallible("Ok", Proof::nothing(), val);
                }
                if let Some(value) = self.one_of(*path, args, span) {
                    return value;
                }
                self.library_extractor(*path, ty, span)
            }
            Ty::Adt(adt, _) => match self.model_of(*adt) {
                Some(path) => self.library_extractor(path, ty, span),
                None => match self.security_scheme(ty, span) {
                    Some(value) => value,
                    None => self.local_extractor(ty, span),
                },
            },
            // `(CurrentUser, Data<Pool>)`: all of them.
            Ty::Tuple(all) => {
                let mut proof = Proof::nothing();
                let mut parts = Vec::new();
                for ty in all.iter() {
                    let out = self.extractor(ty, span).variant("Ok");
                    let out = out.unwrap_or_else(Out::nothing);
                    proof = proof.and(&out.proof);
                    parts.push(out.val);
                }
                let val = Abs {
                    parts: Some(std::sync::Arc::new(parts)),
                    ..Abs::of(From::INPUT)
                };
                Abs::fallible("Ok", proof, val)
            }
            Ty::Param(name, _) => Abs::fallible(
                "Ok",
                Proof::maybe(format!("the extractor is the type parameter `{name}`")),
                Abs::default(),
            ),
            _ => Abs::fallible("Ok", Proof::nothing(), Abs::of(From::INPUT)),
        }
    }

    /// The first of several extractors that succeeds: axum-extra 0.4 to 0.12 `src/either.rs`,
    /// actix-web 4 `src/types/either.rs`.
    fn one_of(&self, path: Name, args: &[Ty], span: Span) -> Option<Abs> {
        let names: &[&str] = match path.as_str().split("::").next()? {
            "axum_extra" => &["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"],
            "actix_web" => &["Left", "Right"],
            _ => return None,
        };
        let last = path.as_str().rsplit("::").next()?;
        if !last.starts_with("Either") || args.len() < 2 {
            return None;
        }
        let each = names.iter().zip(args).map(|(name, ty)| {
            let out = self.extractor(ty, span).variant("Ok");
            (*name, out.unwrap_or_else(Out::nothing))
        });
        let each: Vec<(&str, Out)> = each.collect();
        let proofs = each.iter().map(|(_, out)| out.proof.clone());
        let proof = proofs.reduce(|a, b| a.either(&b, None))?;
        Some(Abs::fallible("Ok", proof, Abs::variants(From::INPUT, each)))
    }

    /// The path by which the user's settings describe an extractor of the program:
    /// `crate::auth::User` or `shop::auth::User`.
    fn model_of(&self, adt: AdtId) -> Option<Name> {
        let def = &self.program[adt];
        let module = self.program.module_path(def.module);
        let within = module.split_once("::").map_or("", |(_, rest)| rest);
        let in_crate = match within {
            "" => format!("crate::{}", def.name),
            within => format!("crate::{within}::{}", def.name),
        };
        let paths = [in_crate, format!("{module}::{}", def.name)];
        let mut names = paths.iter().map(|path| Name::new(path));
        names.find(|name| self.program.models.extractor(*name).is_some())
    }

    fn library_extractor(&self, path: Name, ty: &Ty, span: Span) -> Abs {
        let configured = |model: &crate::models::Extractor| model.origin == Origin::Configuration;
        let model = self.program.models.extractor(path);
        let kind = match model.is_some_and(configured) {
            true => EvidenceKind::Configuration,
            false => EvidenceKind::Extractor,
        };
        let evidence = || Evidence {
            kind,
            name: type_name(self.program, ty),
            span,
        };
        let Some(model) = model else {
            // A newtype of a library around a type of ours may be an impl of ours.
            let own = self.local_extractor(ty, span);
            if own.variants.is_some() && !self.extractor_impls(ty).is_empty() {
                return own;
            }
            let role = self.program.models.type_(path).and_then(|it| it.role);
            let harmless = role.is_some()
                || path.as_str().starts_with("std::")
                || !path.as_str().contains("::")
                || !words::identity_type(path.as_str());
            let proof = if harmless {
                Proof::nothing()
            } else {
                Proof::maybe(format!("`{path}` is not known"))
            };
            // It may as well be a part of the service.
            return Abs::fallible("Ok", proof, Abs::of(From::INPUT.with(From::FETCHED)));
        };
        if model.wraps {
            return self.extractor(&ty.arg(model.inner.unwrap_or(0) as usize), span);
        }
        let val = match model.carries {
            Carries::Extension => {
                let slot = Slot::Type(ty.arg(0).peel_refs().clone());
                return self.extension(&slot).renamed("Ok");
            }
            Carries::State => {
                let held = ty.arg(model.inner.unwrap_or(0) as usize);
                let held = match held.peel_refs() {
                    Ty::External(path, args) if *path == "std::sync::Arc" && args.len() == 1 => {
                        args[0].clone()
                    }
                    _ => held,
                };
                let name = if held.is_unknown() {
                    "state".to_owned()
                } else {
                    type_name(self.program, held.peel_refs())
                };
                Abs {
                    setting: Some(Arc::from(name)),
                    ..Abs::of(From::OWN)
                }
            }
            Carries::Connection => self.connection(&ty.arg(model.inner.unwrap_or(0) as usize)),
            Carries::Headers | Carries::Cookies | Carries::Request => Abs::of(From::REQUEST),
            Carries::Session => Abs::of(From::SESSION.with(From::REQUEST)),
            // axum-login's `AuthSession`: its `user` says whether it is somebody's.
            Carries::Identity if model.proves == Proves::Session => {
                Abs::of(From::SESSION.with(From::REQUEST))
            }
            Carries::Identity => Abs::of(From::IDENTITY),
            Carries::Header if model.proves != Proves::Nothing => Abs::of(From::CREDENTIAL),
            _ => Abs::of(From::INPUT),
        };
        let proof = match model.proves {
            Proves::Nothing | Proves::Session => Proof::nothing(),
            Proves::Presence | Proves::Callback => Proof::presence().by(vec![evidence()]),
            Proves::Identity => Proof::verified(evidence()),
        };
        let val = match model.proves {
            Proves::Presence => Abs {
                from: From::CREDENTIAL,
                ..val
            },
            _ => val,
        };
        if model.optional && model.proves == Proves::Identity {
            return Abs::fallible("Ok", Proof::nothing(), Abs::fallible("Some", proof, val));
        }
        Abs::fallible("Ok", proof, val)
    }

    /// The impls of extractor traits for a type.
    pub(super) fn extractor_impls(&self, ty: &Ty) -> Vec<(ImplId, Subst)> {
        self.program.impls_named(&EXTRACTOR_TRAITS, ty)
    }

    /// What `Option<T>` gives where `T` says itself how it may be missing: `Ok(Option<T>)`.
    fn optional(&self, ty: &Ty) -> Option<Abs> {
        let impls = self.program.impls_named(&OPTIONAL_TRAITS, ty.peel_refs());
        self.run_impls(impls)
    }

    fn local_extractor(&self, ty: &Ty, span: Span) -> Abs {
        let Some(value) = self.run_impls(self.extractor_impls(ty)) else {
            if let Ty::Adt(adt, _) = ty
                && let Some(value) = self.derived_extractor(*adt, ty, span)
            {
                return value;
            }
            // No extractor: a path parameter, a form type, or derived.
            let derived = matches!(ty, Ty::Adt(adt, _) if self.program[*adt].attrs.iter().any(|attr| {
                attr.meta.is("derive") && attr.meta.list().iter().any(|it| it.last_segment().is_some_and(|name| name != PARSING_TRAIT && EXTRACTOR_TRAITS.contains(&name.as_str())))
            }));
            let proof = if derived {
                Proof::maybe(format!(
                    "`{}` derives its extractor",
                    type_name(self.program, ty)
                ))
            } else {
                Proof::nothing()
            };
            return Abs::fallible("Ok", proof, Abs::of(From::INPUT));
        };
        let evidence = Evidence {
            kind: EvidenceKind::Extractor,
            name: type_name(self.program, ty),
            span,
        };
        match value.variant("Ok") {
            Some(mut out) => {
                if out.proof.strength > Strength::Nothing {
                    // What was only found, not verified, is still to be verified.
                    out.val.from = match out.proof.strength {
                        Strength::Verified => {
                            out.val.from.with(From::IDENTITY).without(From::CREDENTIAL)
                        }
                        // Of a name there is nothing to verify.
                        _ if out.val.from.has(From::PUBLIC) => out.val.from,
                        _ => out.val.from.with(From::CREDENTIAL),
                    };
                    if out.proof.evidence.is_empty() {
                        out.proof.evidence.push(evidence);
                    }
                }
                let val = out.val.clone();
                Abs::fallible("Ok", out.proof, val)
            }
            None => Abs::fallible("Ok", Proof::nothing(), Abs::default()),
        }
    }

    /// Whether a type is the body of a request.
    fn is_body(&self, ty: &Ty) -> bool {
        let model = ty
            .external_path()
            .and_then(|path| self.program.models.extractor(path));
        model.is_some_and(|it| it.carries == Carries::Body)
    }

    /// What all of these impls prove, as a `Result`; `None` without one that has a body.
    fn run_impls(&self, impls: Vec<(ImplId, Subst)>) -> Option<Abs> {
        let mut joined: Option<(State, Abs)> = None;
        for (id, subst) in impls {
            let Some(summary) = self.run_impl(id, &subst) else {
                continue;
            };
            let value = as_result(summary.value.clone(), summary.after.as_ref());
            let start = State::start();
            let cfg = self.program[id].cfg.as_ref();
            let state = cfg.map_or(start.clone(), |cfg| start.under(cfg));
            joined = Some(match joined {
                None => (state, value),
                // `FromRequest` and `FromRequestParts` both: the weaker counts.
                Some((known, before)) => {
                    let value = Abs::either((&known, before), (&state, value));
                    (known.join(&state), value)
                }
            });
        }
        joined.map(|(_, value)| value)
    }

    /// Runs the function of an impl by which a framework extracts; `None` without one.
    pub(super) fn run_impl(&self, id: ImplId, subst: &Subst) -> Option<Arc<Summary>> {
        let def = &self.program[id];
        let is_meant = |it: &FnId| {
            matches!(
                self.program[*it].name.as_str(),
                "from_request_parts" | "from_request" | "from_data" | "extract"
            )
        };
        let function = def.fns.iter().copied().find(is_meant);
        let function = function.filter(|_| !def.is_test)?;
        let scope = self.program.fn_scope(function);
        let params = self.program[function].sig.params.iter().enumerate();
        let args = params.map(|(at, param)| {
            let ty = self.program.lower_ty(&scope, &param.ty);
            match self.part_of_request(ty.peel_refs()) {
                Some(from) => Abs::of(from),
                None if at == 0 => Abs::of(From::REQUEST),
                None if self.is_body(ty.peel_refs()) => Abs::of(From::INPUT),
                None => Abs {
                    setting: Some(Arc::from("state")),
                    ..Abs::of(From::OWN)
                },
            }
        });
        Some(self.run(function, args.collect(), Abs::default(), subst))
    }
}

/// An extractor's value as a `Result`, whatever the framework calls its variants.
pub(super) fn as_result(value: Abs, after: Option<&super::proof::State>) -> Abs {
    match &value.variants {
        Some(_) => value.renamed("Ok"),
        // Nothing is known of what it returns: what holds at its end holds.
        None => {
            let proof = after.map_or_else(Proof::nothing, |state| state.proof.clone());
            Abs::fallible("Ok", proof, value)
        }
    }
}
