//! What functions leave in the structs that they are lent: `info.set_status(status)`,
//! `prepare(&mut info)`.
//!
//! Of a parameter `&mut T` a function's summary says what its fields are whenever the function
//! returns, if all that is done to it is seen: each use of it is a field, a receiver or an argument
//! of code of the program. Of any other nothing is known afterwards.

use super::interpret::{Run, THIS};
use super::proof::{Abs, State};
use super::{Judge, Summary};
use crate::facts::item::SelfParam;
use crate::facts::{Expr, ExprId, Pat, PatId, TypeRef};
use crate::program::{BodyKey, FnId};
use crate::values::{Callee, Typing};

/// Which parameter of a function; `None`: its receiver.
pub(super) type Param = Option<usize>;

/// A struct that a body was lent.
pub(super) struct Lent {
    param: Param,
    /// The variable that holds it.
    local: PatId,
    /// What it was at the exits so far.
    left: Option<(State, Abs)>,
}

impl Judge<'_> {
    /// The parameters by which a function may change a struct that is put together in sight, if it
    /// is seen what it does to them.
    pub(super) fn lent_to(&self, id: FnId, key: BodyKey, this: &Abs, args: &[Abs]) -> Vec<Lent> {
        let params = args.iter().enumerate().map(|(at, arg)| (Some(at), arg));
        let lent = params.chain([(None, this)]);
        let lent = lent.filter(|(param, arg)| arg.fields.is_some() && self.is_lent(id, *param));
        let body = &self.program[key].body;
        let lent = lent.filter_map(|(param, _)| {
            let local = match param {
                None => THIS,
                Some(at) => {
                    let pat = *body.params.get(at)?;
                    matches!(body.pat(pat), Pat::Bind { sub: None, .. }).then_some(pat)?
                }
            };
            Some(Lent {
                param,
                local,
                left: None,
            })
        });
        let mut lent: Vec<Lent> = lent.collect();
        if !lent.is_empty() {
            let typing = self.values.typing(key);
            lent.retain(|it| self.is_followed(key, typing, it.local));
        }
        lent
    }

    /// Whether a function takes a parameter as `&mut`.
    fn is_lent(&self, id: FnId, param: Param) -> bool {
        let sig = &self.program[id].sig;
        match param {
            None => sig.self_param == Some(SelfParam::RefMut),
            Some(at) => {
                let ty = sig.params.get(at).map(|it| &it.ty);
                matches!(ty, Some(TypeRef::Ref { mutable: true, .. }))
            }
        }
    }

    /// Whether a variable is used nowhere but where what becomes of it is seen.
    fn is_followed(&self, key: BodyKey, typing: &Typing, local: PatId) -> bool {
        let body = &self.program[key].body;
        let is_it = |id: ExprId| match body.expr(id) {
            Expr::Path(path) => match typing.local(id) {
                Some(pat) => pat == local,
                None => {
                    local == THIS
                        && path.segments.len() == 1
                        && path.last().is_some_and(|it| it == "self")
                }
            },
            _ => false,
        };
        let is_ours = |id: ExprId| {
            let mut callees = typing.callees(id).iter();
            callees.len() > 0 && callees.all(|it| matches!(it, Callee::Fn(_)))
        };
        let name = match local == THIS {
            true => "self",
            false => match body.pat(local) {
                Pat::Bind { name, .. } => name.as_str(),
                _ => return false,
            },
        };
        let mut uses = 0;
        let mut followed = 0;
        for (id, expr) in body.exprs() {
            uses += usize::from(is_it(id));
            followed += match expr {
                Expr::Field { base, .. } => usize::from(is_it(*base)),
                Expr::MethodCall(call) => {
                    let args = call.args.iter().filter(|it| is_it(**it)).count();
                    let all = args + usize::from(is_it(call.receiver));
                    if all > 0 && is_ours(id) { all } else { 0 }
                }
                Expr::Call { args, .. } => {
                    let all = args.iter().filter(|it| is_it(**it)).count();
                    if all > 0 && is_ours(id) { all } else { 0 }
                }
                Expr::Ref {
                    mutable: false,
                    inner,
                } => usize::from(is_it(*inner)),
                Expr::Macro(call) if call.args.is_none() => {
                    let code = self
                        .sources
                        .slice(call.tokens.in_file(self.program[key].file));
                    let mut words = code.split(|it: char| !it.is_alphanumeric() && it != '_');
                    if words.any(|it| it == name) {
                        return false;
                    }
                    0
                }
                // What a closure does, is not seen where it is called.
                Expr::Closure(closure) => {
                    let within = body.expr_range(closure.body);
                    let is_inside = |id| within.contains(body.expr_range(id));
                    let mut all = body.exprs();
                    if all.any(|(id, _)| is_it(id) && is_inside(id)) {
                        return false;
                    }
                    0
                }
                _ => 0,
            };
        }
        uses == followed
    }
}

impl Run<'_, '_> {
    /// Notes what the body has been lent is where it is left.
    pub(super) fn note_left(&mut self, state: &State) {
        for lent in &mut self.lent {
            let now = self.env.get(&lent.local).cloned().unwrap_or_default();
            lent.left = Some(match lent.left.take() {
                None => (state.clone(), now),
                Some((known, before)) if before.is_shared_with(&now) => (known.join(state), before),
                Some((known, before)) => {
                    let either = Abs::either((&known, before), (state, now));
                    (known.join(state), either)
                }
            });
        }
    }

    /// What the body has left in what it was lent.
    pub(super) fn left(&mut self) -> Vec<(Param, Abs)> {
        // What is done further on is not seen.
        if self.judge.is_exhausted() {
            return Vec::new();
        }
        let lent = std::mem::take(&mut self.lent).into_iter();
        lent.filter_map(|it| Some((it.param, it.left?.1))).collect()
    }

    /// What a call of functions of the program has left in its receiver and arguments, as they were
    /// before: the fields of each that it was lent.
    pub(super) fn put_back(&mut self, receiver: Option<(ExprId, &Abs)>, args: &[(ExprId, &Abs)]) {
        let left = std::mem::take(&mut self.left);
        let args = args.iter().enumerate().map(|(at, it)| (Some(at), *it));
        let receiver = receiver.map(|it| (None, it));
        for (param, (place, before)) in args.chain(receiver) {
            if before.fields.is_none() || !left.may_change(param) {
                continue;
            }
            let fields = left.of(param).and_then(|it| it.fields.clone());
            if let Some(place) = self.place(place) {
                place.fields = fields;
            }
        }
    }
}

/// What a call has left in what it was lent.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Parameters that the functions take as `&mut`, whichever runs.
    params: Vec<Param>,
    /// What each is afterwards, if it is known.
    values: Vec<(Param, State, Abs)>,
}

impl Left {
    fn may_change(&self, param: Param) -> bool {
        self.params.contains(&param)
    }

    fn of(&self, param: Param) -> Option<&Abs> {
        let mut values = self.values.iter();
        values.find(|it| it.0 == param).map(|it| &it.2)
    }

    /// Adds what another function leaves that may be the one which is called.
    pub(super) fn add(&mut self, judge: &Judge<'_>, id: FnId, state: &State, summary: &Summary) {
        let sig = &judge.program[id].sig;
        let params = (0..sig.params.len()).map(Some).chain([None]);
        let lent: Vec<Param> = params.filter(|it| judge.is_lent(id, *it)).collect();
        for param in &lent {
            let own = summary.left.iter().find(|it| it.0 == *param);
            let known = self.values.iter().position(|it| it.0 == *param);
            match (own, known, self.params.contains(param)) {
                (Some((_, own)), None, false) => {
                    self.values.push((*param, state.clone(), own.clone()));
                }
                (Some((_, own)), Some(at), _) => {
                    let (_, before, value) = &mut self.values[at];
                    *value = Abs::either((before, std::mem::take(value)), (state, own.clone()));
                    *before = before.join(state);
                }
                (None, Some(at), _) => drop(self.values.swap_remove(at)),
                (_, None, _) => {}
            }
        }
        self.params.extend(lent);
    }
}
