//! By what a limiter tells its clients apart, where that is something that they choose themselves.

use rustc_hash::FxHashSet;

use super::endpoint::HandlerTarget;
use super::value::{Layer, LayerKind};
use crate::facts::body::Literal;
use crate::facts::{Expr, ExprId};
use crate::program::{BodyKey, FnId, Ty};
use crate::source::{Name, Span};
use crate::values::making::{Making, Place};
use crate::values::{Callee, Values};

/// How deep the making of a limiter is looked into: its configuration, in a pointer, in a layer.
const MAX_NESTED: u32 = 5;
/// How many calls away from a key's code a header may be read.
const MAX_CALLS: u32 = 2;

/// A key that whoever asks can change with each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// What makes it, or the header that it is read from.
    pub name: String,
    /// Where that stands.
    pub at: Span,
}

/// The traits of what makes keys, with the method that does.
const MAKERS: [(&str, &str); 2] = [("KeyExtractor", "extract"), ("RateIssuer", "issue")];

/// Headers in which proxies write whom they speak for, and clients write what they like.
const HEADERS: [&str; 9] = [
    "x-forwarded-for",
    "x-real-ip",
    "forwarded",
    "x-client-ip",
    "client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fly-client-ip",
    "x-cluster-client-ip",
];

/// The key by which a layer limits, if clients choose it.
pub(super) fn of_layer(values: &Values<'_>, layer: &Layer) -> Option<ClientKey> {
    let look = Look { values };
    match &layer.kind {
        LayerKind::Function(HandlerTarget::Fn(id), _)
        | LayerKind::Around(HandlerTarget::Fn(id), _)
        | LayerKind::Hoop(id, _) => look.in_function(*id),
        _ => {
            let mut making = Making::new(values);
            look.made(&mut making, layer.written?, MAX_NESTED)?
        }
    }
}

struct Look<'v, 'a> {
    values: &'v Values<'a>,
}

impl Look<'_, '_> {
    /// What the part of a limiter that makes keys makes them of, if clients choose that; `None` if
    /// no part of it makes any.
    fn made(
        &self,
        making: &mut Making<'_, '_>,
        place: Place,
        depth: u32,
    ) -> Option<Option<ClientKey>> {
        let depth = depth.checked_sub(1)?;
        let steps = making.steps(place);
        if let Some(found) = self.maker(place, steps.last().map(|it| it.span)) {
            return Some(found);
        }
        // What is set last counts.
        let args = steps.iter().rev().flat_map(|step| &step.args);
        args.into_iter()
            .find_map(|arg| self.made(making, *arg, depth))
    }

    /// What an expression that makes keys makes them of; `None` if it makes none.
    fn maker(&self, (key, id): Place, made_at: Option<Span>) -> Option<Option<ClientKey>> {
        let data = &self.values.program[key];
        let typing = self.values.typing(key);
        let here = data.body.expr_range(id).in_file(data.file);
        // A variable says less than what it was set to.
        let made_at = made_at.filter(|_| typing.local(id).is_some());
        let span = made_at.unwrap_or(here);
        let named = typing.defs(id).iter().find_map(|it| match it {
            Callee::External(path) => Some(*path),
            _ => None,
        });
        let ty = typing.ty(id).peel_refs();
        let models = self.values.program.models;
        if let Some(path) = ty.external_path().or(named)
            && let Some(model) = models.type_(path)
            && model.role == Some(crate::models::TypeRole::RateKey)
        {
            let name = path.as_str().rsplit("::").next().unwrap_or_default();
            return Some(model.client_chosen.then(|| ClientKey {
                name: name.to_owned(),
                at: span,
            }));
        }
        let Ty::Adt(..) = ty else { return None };
        let program = self.values.program;
        let (_, method) = MAKERS
            .iter()
            .find(|(name, _)| !program.impls_named(&[name], ty).is_empty())?;
        let found = program.find_methods(ty, Name::new(method));
        Some(found.iter().find_map(|it| self.in_function(it.id)))
    }

    /// The header that a function reads its key from. None if it asks who may fill that in.
    fn in_function(&self, id: FnId) -> Option<ClientKey> {
        let mut found = None;
        let mut seen = FxHashSet::default();
        let body = self.values.program[id].body?;
        match self.read(body, MAX_CALLS, &mut seen, &mut found) {
            true => found,
            false => None,
        }
    }

    /// Notes what is read of such headers; `false` if the code speaks of whom it trusts.
    fn read(
        &self,
        key: BodyKey,
        calls: u32,
        seen: &mut FxHashSet<BodyKey>,
        found: &mut Option<ClientKey>,
    ) -> bool {
        if !seen.insert(key) {
            return true;
        }
        let program = self.values.program;
        let data = &program[key];
        let typing = self.values.typing(key);
        for (id, expr) in data.body.exprs() {
            let name = match expr {
                Expr::MethodCall(call) => call.name.as_str(),
                Expr::Field { name, .. } => name.as_str(),
                Expr::Path(path) => path.last().map_or("", |it| it.as_str()),
                _ => "",
            };
            let lower = name.to_ascii_lowercase();
            if lower.contains("trust") || lower.contains("prox") {
                return false;
            }
            if found.is_none() {
                *found = self.header(key, id, expr, name);
            }
            for callee in typing.callees(id) {
                if let Callee::Fn(candidate) = callee
                    && let Some(body) = program[candidate.id].body
                    && calls > 0
                    && !self.read(body, calls - 1, seen, found)
                {
                    return false;
                }
            }
        }
        true
    }

    /// The header that an expression names.
    fn header(&self, key: BodyKey, id: ExprId, expr: &Expr, name: &str) -> Option<ClientKey> {
        let data = &self.values.program[key];
        let is_header = |text: &str| {
            let text = text.to_ascii_lowercase().replace('_', "-");
            HEADERS.contains(&text.as_str())
        };
        let header = match expr {
            Expr::Literal(Literal::Str(text)) if is_header(text) => text.to_string(),
            // actix-web's address, as the headers have it.
            Expr::MethodCall(_) if name == "realip_remote_addr" => name.to_owned(),
            Expr::Path(_) if is_header(name) && name.chars().all(|c| !c.is_ascii_lowercase()) => {
                name.to_ascii_lowercase().replace('_', "-")
            }
            _ => return None,
        };
        Some(ClientKey {
            name: header,
            at: data.body.expr_range(id).in_file(data.file),
        })
    }
}
