//! Lists and fields that code changes in place: `paths.push("/health")`, `self.key = key`.
//!
//! A list of public paths counts only as long as everything that is put into it is seen.

use std::sync::Arc;

use super::calls::union;
use super::interpret::{Run, THIS};
use super::proof::{Abs, From, Out, Proof, Strength};
use super::route::LONGEST_NAME;
use crate::facts::body::Literal;
use crate::facts::item::SelfParam;
use crate::facts::{Expr, ExprId, Pat};
use crate::source::Name;
use crate::values::Callee;

/// What an element is called that is in a list only in some cases.
const PERHAPS: &str = "#perhaps";
/// Lists longer than this are not kept.
const LONGEST_LIST: usize = 64;

impl Abs {
    /// Whether it is a list of what stands in the code: texts, or what is put together of them.
    pub(super) fn is_list(&self) -> bool {
        let parts = self.parts.as_ref();
        parts.is_some_and(|all| all.iter().all(Abs::is_written))
    }

    /// Whether it is a text, a variant that carries no proof, or a struct or tuple of such values.
    pub(super) fn is_written(&self) -> bool {
        let all = |of: &[Abs]| !of.is_empty() && of.iter().all(Abs::is_written);
        let own = self.from.without(From::LITERAL) == From::default();
        let is_variant = || match self.variants.as_deref().map(Vec::as_slice) {
            Some([(_, out)]) => {
                out.proof.strength == Strength::Nothing
                    && (out.val.is_plain() || out.val.is_written())
            }
            _ => false,
        };
        let is_struct = || {
            let fields = self.fields.as_ref();
            fields.is_some_and(|it| !it.is_empty() && it.iter().all(|(_, it)| it.is_written()))
        };
        own && (self.text.is_some()
            || is_variant()
            || self.parts.as_ref().is_some_and(|it| all(it))
            || is_struct())
    }

    /// An element that is in a list only in some cases.
    fn perhaps(self) -> Abs {
        let own = Out {
            proof: Proof::nothing(),
            val: self,
        };
        Abs::variants(From::default(), vec![(PERHAPS, own)])
    }

    /// The elements of a list, and whether each is there in any case.
    pub(super) fn listed(&self) -> impl Iterator<Item = (bool, &Abs)> {
        let all = self.parts.iter().flat_map(|all| all.iter());
        all.map(|it| match it.variants.as_deref().map(Vec::as_slice) {
            Some([(name, own)]) if *name == PERHAPS => (false, &own.val),
            _ => (true, it),
        })
    }

    /// The elements that are in one of two lists, if one is the other with more at its end.
    pub(super) fn one_of_lists(&self, other: &Abs) -> Option<Arc<Vec<Abs>>> {
        let (short, long) = match (self.parts.as_ref()?, other.parts.as_ref()?) {
            (a, b) if a.len() < b.len() => (a, b),
            (a, b) => (b, a),
        };
        let begins = short
            .iter()
            .zip(long.iter())
            .all(|(a, b)| a.is_shared_with(b));
        if !begins || !self.is_list() || !other.is_list() {
            return None;
        }
        let sure = short.iter().cloned();
        let more = long[short.len()..].iter().cloned().map(Abs::perhaps);
        Some(Arc::new(sure.chain(more).collect()))
    }

    /// Whether nothing at all is known of it.
    pub(super) fn is_plain(&self) -> bool {
        self.is_shared_with(&Abs::default())
    }
}

impl Run<'_, '_> {
    /// The value that an expression names, to be changed.
    pub(super) fn place(&mut self, id: ExprId) -> Option<&mut Abs> {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Path(path) => match self.typing.local(id) {
                Some(local) => self.env.get_mut(&local),
                None if path.last().is_some_and(|name| name == "self") => self.env.get_mut(&THIS),
                None => None,
            },
            Expr::Field { base, name } => {
                let fields = self.place(*base)?.fields.as_mut()?;
                let mut fields = Arc::make_mut(fields).iter_mut();
                fields.find(|(it, _)| it == name).map(|(_, value)| value)
            }
            Expr::Unary { inner, .. } | Expr::Ref { inner, .. } => self.place(*inner),
            _ => None,
        }
    }

    /// The variable that a call writes into: `&mut out`, `&mut out[..]`, `out.as_mut_slice()`.
    pub(super) fn buffer(&mut self, id: ExprId) -> Option<&mut Abs> {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Ref { inner, .. } => self.buffer(*inner),
            Expr::Index { base, .. } => self.buffer(*base),
            Expr::MethodCall(call) if call.name.as_str().starts_with("as_mut") => {
                self.buffer(call.receiver)
            }
            _ => self.place(id),
        }
    }

    /// An element of a list in the code, whose texts all are kept: paths may be put together of them.
    pub(super) fn element(&mut self, id: ExprId) -> Abs {
        let value = self.expr(id);
        match self.judge.program[self.key].body.expr(id) {
            Expr::Literal(Literal::Str(text)) if text.len() <= LONGEST_NAME => Abs {
                text: Some(Name::new(text)),
                ..value
            },
            _ => value,
        }
    }

    /// Assigns to a field. Of a value of which that cannot be followed, no field is known any more.
    pub(super) fn assign_field(&mut self, target: ExprId, base: ExprId, value: Abs) {
        if let Some(place) = self.place(target) {
            *place = value;
        } else if let Some(whole) = self.place(base) {
            whole.fields = None;
        }
    }

    /// Something may be changed that is handed out.
    pub(super) fn lent(&mut self, id: ExprId) {
        if let Some(place) = self.place(id) {
            place.fields = None;
            place.variants = None;
            if place.is_list() {
                place.parts = None;
            }
        }
    }

    /// A closure may put something into any list that can be changed, whenever it is called.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "each value is changed by itself"
    )]
    pub(super) fn lent_to_closure(&mut self) {
        let body = &self.judge.program[self.key].body;
        for (pat, value) in &mut self.env {
            let is_mutable = || matches!(body.pat(*pat), Pat::Bind { mutable: true, .. });
            if *pat != THIS && value.is_list() && is_mutable() {
                value.parts = None;
            }
        }
    }

    /// A method of `Option` that fills its receiver: it holds something else from there on.
    pub(super) fn filled_by(&mut self, receiver: ExprId, name: &str) {
        if fills(name)
            && let Some(place) = self.place(receiver)
        {
            place.variants = None;
        }
    }

    /// What a method does to its receiver.
    pub(super) fn changed_by(&mut self, id: ExprId, receiver: ExprId, name: &str, args: &[Abs]) {
        let program = self.judge.program;
        let changes = |callee: &Callee| match callee {
            Callee::Fn(it) => program[it.id].sig.self_param == Some(SelfParam::RefMut),
            _ => false,
        };
        let is_ours = self.typing.callees(id).iter().any(changes);
        let Some(place) = self.place(receiver) else {
            return;
        };
        if is_ours {
            place.fields = None;
        }
        if !place.is_list() || reads(name) {
            return;
        }
        let added = match (name, args) {
            ("push" | "insert" | "push_back", [only]) if only.is_written() => Some(only),
            _ => None,
        };
        match (added, &mut place.parts) {
            (Some(added), Some(parts)) if parts.len() < LONGEST_LIST => {
                Arc::make_mut(parts).push(added.clone());
            }
            _ => place.parts = None,
        }
    }

    /// A list made of another, or of its texts.
    pub(super) fn list_method(
        &mut self,
        id: ExprId,
        receiver: &Abs,
        name: &str,
        args: &[ExprId],
    ) -> Option<Abs> {
        if receiver.text.is_some()
            && args.is_empty()
            && matches!(name, "to_string" | "into" | "as_str")
        {
            return Some(receiver.clone());
        }
        if !receiver.is_list() {
            return None;
        }
        match (name, args) {
            ("iter" | "into_iter" | "collect" | "to_vec" | "into_boxed_slice", []) => {
                Some(receiver.clone())
            }
            ("map", [function]) => {
                let function = self.expr(*function);
                let parts = receiver.parts.clone()?;
                let before = self.state.clone();
                let parts: Vec<Abs> = parts
                    .iter()
                    .map(|it| self.apply(id, &function, vec![it.clone()]))
                    .collect();
                self.state = before;
                let is_list = parts.iter().all(Abs::is_written);
                Some(Abs {
                    parts: is_list.then(|| Arc::new(parts)),
                    ..Abs::of(receiver.from)
                })
            }
            _ => None,
        }
    }
}

/// A list of these, which are kept if they stand in the code.
pub(super) fn list_of(parts: Vec<Abs>) -> Abs {
    let list = Abs {
        from: union(&parts),
        parts: Some(Arc::new(parts)),
        ..Abs::default()
    };
    match list.is_list() {
        true => list,
        false => Abs::of(list.from),
    }
}

/// What a library makes of a list, or of nothing.
pub(super) fn collection(path: &str, args: &[Abs]) -> Option<Abs> {
    const OWNERS: [&str; 5] = ["Vec", "HashSet", "BTreeSet", "VecDeque", "String"];
    let mut segments = path.rsplit("::");
    let (name, owner) = (segments.next()?, segments.next()?);
    if !path.starts_with("std::") || !OWNERS.contains(&owner) {
        return None;
    }
    match (name, args) {
        ("new" | "with_capacity", _) if owner != "String" => Some(Abs {
            parts: Some(Arc::default()),
            ..Abs::default()
        }),
        ("from" | "from_iter", [only]) if only.is_list() || only.text.is_some() => {
            Some(only.clone())
        }
        _ => None,
    }
}

/// Methods of `Option` by which something may be there that was not, or by which it may be put there.
fn fills(name: &str) -> bool {
    matches!(
        name,
        "insert" | "replace" | "get_or_insert" | "get_or_insert_with" | "get_or_insert_default"
    )
}

/// Methods of lists that change nothing.
fn reads(name: &str) -> bool {
    matches!(
        name,
        "contains"
            | "iter"
            | "into_iter"
            | "len"
            | "is_empty"
            | "clone"
            | "cloned"
            | "as_slice"
            | "as_ref"
            | "to_vec"
            | "to_owned"
            | "get"
            | "first"
            | "last"
            | "join"
            | "binary_search"
            | "borrow"
            | "deref"
    )
}
