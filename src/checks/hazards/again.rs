//! Whether an argument that must be another one each time is the same again and again, under the same key:
//! made before a loop, used before, or kept beside the key.

use super::Judge;
use super::uses::{Use, names_of_type};
use crate::checks::fixed;
use crate::facts::body::{BinaryOp, LoopKind};
use crate::facts::item::SelfParam;
use crate::facts::{Body, Expr, ExprId, Mention, Pat, PatId};
use crate::program::{AdtId, BodyKey, BodyOwner, ConstId};
use crate::source::{Name, Span, TextRange};
use crate::values::around::{Parents, children};
use crate::values::{Callee, Typing};

/// How far wrappers and variables are followed.
const MAX_DEPTH: u32 = 12;

/// Functions that give their only argument as another type.
const WRAPS: [&str; 7] = [
    "from_slice",
    "clone_from_slice",
    "from",
    "try_from",
    "from_array",
    "Some",
    "new",
];

/// Methods that give what they are called on, as another type or not.
const KEEPS: [&str; 14] = [
    "into", "try_into", "as_ref", "as_slice", "as_bytes", "clone", "to_owned", "to_vec", "unwrap",
    "expect", "as_deref", "deref", "ok", "iter",
];

/// An argument that is the same again.
pub(super) struct Again {
    /// Where it was made, kept, or used before.
    pub(super) label: Option<(Span, &'static str)>,
    /// Whether it may be that each value is used once.
    pub(super) is_doubtful: bool,
}

/// What an argument comes down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    /// A variable of the body.
    Local(PatId),
    /// A field of `self`.
    Field(AdtId, Name),
    /// A `static`.
    Static(ConstId),
}

/// A root, and the texts that lead to it.
struct Way {
    root: Root,
    passed: Vec<TextRange>,
}

/// Whether the argument of a use is the same again, and nothing says otherwise.
pub(super) fn of(judge: &Judge<'_, '_>, used: &Use<'_>) -> Option<Again> {
    let argument = used.argument?;
    // Another lint speaks of what is written down.
    if fixed::written(judge.cx, argument).is_some() {
        return None;
    }
    let (key, call) = used.place;
    let place = Asked::new(judge, key);
    let way = place.way(argument.1)?;
    match way.root {
        Root::Static(id) => {
            let def = &judge.cx.program[id];
            Some(Again {
                label: Some((
                    def.name_range.in_file(def.file),
                    "made once, for all of the program",
                )),
                is_doubtful: false,
            })
        }
        Root::Field(adt, name) => place.kept(call, adt, name),
        Root::Local(pat) => place
            .repeated(call, argument.1, pat, &way)
            .or_else(|| place.used_before(call, argument.1, way.root)),
    }
}

/// A body about which is asked.
struct Asked<'q, 'j, 'a> {
    judge: &'q Judge<'j, 'a>,
    key: BodyKey,
    body: &'a Body,
    typing: &'j Typing,
    parents: Parents,
}

impl<'q, 'j, 'a> Asked<'q, 'j, 'a> {
    fn new(judge: &'q Judge<'j, 'a>, key: BodyKey) -> Self {
        let body = &judge.values.program[key].body;
        Asked {
            judge,
            key,
            body,
            typing: judge.values.typing(key),
            parents: Parents::of(body),
        }
    }

    /// What an expression comes down to, through wrappers and variables that do not change.
    fn way(&self, id: ExprId) -> Option<Way> {
        let mut passed = Vec::new();
        let root = self.root(id, &mut passed, MAX_DEPTH)?;
        Some(Way { root, passed })
    }

    fn root(&self, id: ExprId, passed: &mut Vec<TextRange>, depth: u32) -> Option<Root> {
        let depth = depth.checked_sub(1)?;
        let body = self.body;
        match body.expr(id) {
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Cast { inner, .. }
            | Expr::Try(inner) => self.root(*inner, passed, depth),
            Expr::MethodCall(call) if KEEPS.contains(&call.name.as_str()) => {
                self.root(call.receiver, passed, depth)
            }
            Expr::Call { callee, args } => {
                let path = self.typing.external(id);
                let model = path.and_then(|it| self.judge.cx.program.models.function(it));
                let wrapped = model.and_then(|it| it.nonce).map(|it| it as usize);
                let at = wrapped.or_else(|| {
                    let Expr::Path(path) = body.expr(*callee) else {
                        return None;
                    };
                    let name = path.last()?;
                    (args.len() == 1 && WRAPS.contains(&name.as_str())).then_some(0)
                })?;
                self.root(*args.get(at)?, passed, depth)
            }
            Expr::Field { base, name } => {
                let Expr::Path(path) = body.expr(*base) else {
                    return None;
                };
                if path.as_ident()? != "self" {
                    return None;
                }
                let adt = self.judge.strings.owner(self.typing.ty(*base), *name)?;
                Some(Root::Field(adt, *name))
            }
            Expr::Path(_) => match self.typing.local(id) {
                Some(pat) => {
                    let Pat::Bind { mutable: false, .. } = body.pat(pat) else {
                        return Some(Root::Local(pat));
                    };
                    let init = self.judge.values.local_init(body, pat);
                    let deeper = init.and_then(|it| {
                        passed.push(body.expr_range(it));
                        self.root(it, passed, depth)
                    });
                    Some(deeper.unwrap_or(Root::Local(pat)))
                }
                None => match self.typing.defs(id) {
                    [Callee::Const(id)] if self.judge.cx.program[*id].is_static => {
                        Some(Root::Static(*id))
                    }
                    _ => None,
                },
            },
            _ => None,
        }
    }

    /// The key of a call: the receiver, or the argument that the model names.
    fn key_of(&self, call: ExprId) -> Option<ExprId> {
        match self.body.expr(call) {
            Expr::MethodCall(call) => Some(call.receiver),
            Expr::Call { args, .. } => {
                let path = self.typing.external(call)?;
                let model = self.judge.cx.program.models.function(path);
                let at = model.and_then(|it| it.secret).unwrap_or(0);
                args.get(at as usize).copied()
            }
            _ => None,
        }
    }

    /// Whether an expression is the same wherever in a region it is asked for: none of its variables is
    /// bound in it.
    fn is_older(&self, id: ExprId, region: TextRange) -> bool {
        !self
            .locals(id)
            .iter()
            .any(|it| region.contains(self.body.pat_range(*it)))
    }

    /// The variables in an expression.
    fn locals(&self, id: ExprId) -> Vec<PatId> {
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            found.extend(self.typing.local(id));
            children(self.body.expr(id), &mut |it| open.push(it));
        }
        found
    }

    /// Whether the call is made many times with what was bound before: in a loop, or in a closure that is
    /// called for each element.
    fn repeated(&self, call: ExprId, argument: ExprId, pat: PatId, way: &Way) -> Option<Again> {
        let made = self.body.pat_range(pat);
        let key = self.key_of(call)?;
        let mut below = call;
        for at in self.parents.above(call) {
            let region = match self.body.expr(at) {
                // It is left with the first one.
                Expr::Return(_) | Expr::Break { .. } => return None,
                Expr::Loop(data) => match data.kind {
                    LoopKind::For(_, iter) if iter == below => None,
                    _ => Some(self.body.expr_range(at)),
                },
                Expr::Closure(_) => {
                    let caller = self.parents.parent(at)?;
                    self.is_for_each(caller, at)
                        .then(|| self.body.expr_range(at))
                }
                _ => None,
            };
            if let Some(region) = region {
                if region.contains(made) || !self.is_older(key, region) {
                    return None;
                }
                let args = self.body.expr(call).args().iter();
                let mut others = args.filter(|it| **it != argument && **it != key);
                let differs = others.any(|it| !self.is_older(*it, region));
                if differs && !self.changes(pat, region, argument, way) {
                    let span = made.in_file(self.judge.cx.program[self.key].file);
                    return Some(Again {
                        label: Some((span, "made once")),
                        is_doubtful: false,
                    });
                }
            }
            below = at;
        }
        None
    }

    /// Whether a method calls its closure for each of many elements.
    fn is_for_each(&self, caller: ExprId, closure: ExprId) -> bool {
        const MANY: [&str; 16] = [
            "iter",
            "iter_mut",
            "into_iter",
            "par_iter",
            "into_par_iter",
            "chunks",
            "chunks_exact",
            "windows",
            "lines",
            "split",
            "drain",
            "enumerate",
            "zip",
            "values",
            "values_mut",
            "keys",
        ];
        let Expr::MethodCall(call) = self.body.expr(caller) else {
            return false;
        };
        if !call.args.contains(&closure) {
            return false;
        }
        match call.name.as_str() {
            "for_each" | "try_for_each" => true,
            "map" | "filter_map" | "flat_map" | "map_while" | "fold" | "try_fold" => {
                let mut at = call.receiver;
                loop {
                    at = match self.body.expr(at) {
                        Expr::MethodCall(call) if MANY.contains(&call.name.as_str()) => {
                            return true;
                        }
                        Expr::MethodCall(call) => call.receiver,
                        Expr::Range { .. } => return true,
                        _ => return false,
                    };
                }
            }
            _ => false,
        }
    }

    /// Whether a variable that may change is spoken of in a region other than by the argument.
    fn changes(&self, pat: PatId, region: TextRange, argument: ExprId, way: &Way) -> bool {
        if !matches!(self.body.pat(pat), Pat::Bind { mutable: true, .. }) {
            return false;
        }
        let argument = self.body.expr_range(argument);
        self.body.exprs().any(|(id, expr)| {
            let range = self.body.expr_range(id);
            matches!(expr, Expr::Path(_))
                && self.typing.local(id) == Some(pat)
                && region.contains(range)
                && !argument.contains(range)
                && !way.passed.iter().any(|it| it.contains(range))
        })
    }

    /// Whether another call was given the same before, on the same way and under the same key.
    fn used_before(&self, call: ExprId, argument: ExprId, root: Root) -> Option<Again> {
        let Root::Local(pat) = root else { return None };
        let own = self.body.expr_range(call);
        let key = self.key_of(call).map(|it| self.text(it))?;
        for (other, expr) in self.body.exprs() {
            let range = self.body.expr_range(other);
            let is_before = other != call && range.end <= own.start;
            if !is_before || expr.args().is_empty() {
                continue;
            }
            let Some(path) = self.typing.external(other) else {
                continue;
            };
            let hazards = self.judge.cx.program.models.hazards(path);
            let Some(at) = hazards
                .iter()
                .find(|it| it.again)
                .and_then(|it| it.argument)
            else {
                continue;
            };
            let given = usize::try_from(at).ok().and_then(|at| expr.args().get(at));
            let Some(way) = given.and_then(|it| self.way(*it)) else {
                continue;
            };
            let between = TextRange::new(range.end, own.start);
            if way.root == root
                && self.key_of(other).is_some_and(|it| self.text(it) == key)
                && self.both_happen(other, call)
                && !self.changes(pat, between, argument, &way)
            {
                let span = range.in_file(self.judge.cx.program[self.key].file);
                return Some(Again {
                    label: Some((span, "used here before")),
                    is_doubtful: false,
                });
            }
        }
        None
    }

    fn text(&self, id: ExprId) -> &str {
        let file = self.judge.cx.program[self.key].file;
        let text = self
            .judge
            .sources
            .slice(self.body.expr_range(id).in_file(file));
        text.trim_start_matches(['&', '*'])
    }

    /// Whether one call may come after the other: they are not in two branches, and the first does not leave.
    fn both_happen(&self, first: ExprId, second: ExprId) -> bool {
        let above: Vec<ExprId> = self.parents.above(second).collect();
        for at in self.parents.above(first) {
            let expr = self.body.expr(at);
            if above.contains(&at) {
                return !matches!(expr, Expr::If { .. } | Expr::Match { .. });
            }
            if matches!(
                expr,
                Expr::Return(_) | Expr::Break { .. } | Expr::Closure(_)
            ) {
                return false;
            }
            // A branch that leaves at its end.
            if let Expr::Block(block) = expr {
                let last = block.tail.or(match block.stmts.last() {
                    Some(crate::facts::Stmt::Expr(it)) => Some(*it),
                    _ => None,
                });
                let leaves = |it: ExprId| {
                    matches!(
                        self.body.expr(it),
                        Expr::Return(_) | Expr::Break { .. } | Expr::Continue(_)
                    )
                };
                if last.is_some_and(leaves) {
                    return false;
                }
            }
        }
        false
    }

    /// Whether a field of the type that keeps the key never changes, and methods use it again and again.
    fn kept(&self, call: ExprId, adt: AdtId, name: Name) -> Option<Again> {
        let program = self.judge.cx.program;
        let BodyOwner::Fn(function) = program[self.key].owner else {
            return None;
        };
        if !matches!(
            program[function].sig.self_param,
            Some(SelfParam::Ref | SelfParam::RefMut)
        ) {
            return None;
        }
        let key = self.key_of(call)?;
        if !matches!(self.way(key)?.root, Root::Field(of, _) if of == adt) {
            return None;
        }
        let field = program[adt].fields().iter().find(|it| it.name == name)?;
        if self.judge.is_changed(adt, name) {
            return None;
        }
        Some(Again {
            label: Some((
                field.range.in_file(program[adt].file),
                "kept here, and never changed",
            )),
            is_doubtful: !self.judge.is_kept(adt),
        })
    }
}

impl Judge<'_, '_> {
    /// Whether anything gives a field another value once there is one, or might.
    fn is_changed(&self, adt: AdtId, name: Name) -> bool {
        let program = self.cx.program;
        let Some(field) = program[adt].fields().iter().find(|it| it.name == name) else {
            return true;
        };
        // An atomic, a lock, a counter of the program's own.
        let names = names_of_type(&field.ty);
        let is_plain = |it: &Name| {
            const PLAIN: [&str; 11] = [
                "Vec",
                "Box",
                "Arc",
                "String",
                "GenericArray",
                "Array",
                "Option",
                "u8",
                "U12",
                "U16",
                "U24",
            ];
            PLAIN.contains(&it.as_str()) || it.as_str().contains("Nonce")
        };
        if !names.iter().all(is_plain) {
            return true;
        }
        let hashes = [Mention::Member, Mention::Assigned, Mention::Bare]
            .map(|how| crate::facts::mentions::hash(how, name.as_str()));
        let bodies = program.mentioning(&hashes.into_iter().collect());
        bodies.into_iter().any(|key| {
            let body = &program[key].body;
            let typing = self.values.typing(key);
            let is_it = |id: ExprId| match body.expr(id) {
                Expr::Field { base, name: of } => {
                    *of == name && self.strings.owner(typing.ty(*base), name) == Some(adt)
                }
                _ => false,
            };
            let is_part = |id: ExprId| match body.expr(id) {
                Expr::Index { base, .. } => is_it(*base),
                _ => is_it(id),
            };
            body.exprs().any(|(_, expr)| match expr {
                Expr::Assign { target, .. } => is_part(*target),
                Expr::Binary { op, lhs, .. } => {
                    matches!(op, BinaryOp::AddAssign | BinaryOp::OtherAssign) && is_part(*lhs)
                }
                Expr::Ref {
                    mutable: true,
                    inner,
                } => is_part(*inner),
                Expr::MethodCall(call) => {
                    is_part(call.receiver)
                        && !KEEPS.contains(&call.name.as_str())
                        && !["len", "is_empty", "eq"].contains(&call.name.as_str())
                }
                _ => false,
            })
        })
    }

    /// Whether values of a type are kept for longer than one call: in a field, a static, or what a framework
    /// hands to each request.
    fn is_kept(&self, adt: AdtId) -> bool {
        let program = self.cx.program;
        let name = program[adt].name;
        let names = |ty| names_of_type(ty).contains(&name);
        let in_fields = program.adts.iter().enumerate().any(|(at, def)| {
            at != adt.0 as usize && !def.is_test && def.fields().iter().any(|it| names(&it.ty))
        });
        let in_statics = || program.consts.iter().any(|it| !it.is_test && names(&it.ty));
        let wrapped = |ty| {
            let all = names_of_type(ty);
            all.len() > 1 && all.last() == Some(&name)
        };
        let handed = || {
            let mut functions = program.fns.iter().filter(|it| !it.is_test);
            functions.any(|it| it.sig.params.iter().any(|it| wrapped(&it.ty)))
        };
        in_fields || in_statics() || handed()
    }
}
