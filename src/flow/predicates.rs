//! What tests and patterns tell of what they are about.

use super::guards::Fact;
use super::taint::{Callable, Value};
use super::types;
use super::walk::Walk;
use crate::facts::body::{BinaryOp, Literal, MethodCall, UnaryOp};
use crate::facts::{Expr, ExprId, Pat, PatId, Path, Stmt};
use crate::models::{SinkKind, Sinks};
use crate::program::Def;
use crate::source::Name;
use crate::values::Callee;

/// What the host of a URL decides about.
const HOST: Sinks = Sinks::of(SinkKind::Request).with(Sinks::of(SinkKind::Redirect));
/// Variables are followed back to what they were made from so many times.
const MAX_BACK: u32 = 8;

impl Walk<'_, '_> {
    /// The kinds of sink that something can do no harm at of which a test, a closure or the name of a
    /// function, has this outcome.
    pub(super) fn proven_by(&self, test: ExprId, outcome: bool) -> Sinks {
        match self.body.expr(test) {
            Expr::Closure(closure) => match &*closure.params {
                [(pat, _)] => {
                    let facts = self.facts(closure.body, outcome).into_iter();
                    let own = facts.filter(|(of, fields, _)| {
                        fields.is_empty() && of.is_some_and(|it| self.binds(*pat, it))
                    });
                    own.fold(Sinks::NONE, |all, it| all.with(it.2))
                }
                _ => Sinks::NONE,
            },
            Expr::Path(_) => {
                let defs = self.typing.defs(test).iter();
                let named = defs.filter_map(|it| match it {
                    Callee::Fn(candidate) => Some(self.all.program[candidate.id].name),
                    _ => None,
                });
                match named.last() {
                    Some(name) if outcome && types::is_named_test(name.as_str()) => Sinks::ALL,
                    _ => Sinks::NONE,
                }
            }
            _ => Sinks::NONE,
        }
    }

    /// The same of what is called, where only what passes goes on: `x.filter(|it| ..)`.
    pub(super) fn passed_through(&self, call: &MethodCall, callable: Callable) -> Sinks {
        let Some(test) = call.args.first().copied() else {
            return Sinks::NONE;
        };
        match callable {
            _ if self.lets_letters_pass(call.receiver, test) => Sinks::TEXTUAL,
            Callable::Closure(key, _) if key != self.key => Sinks::NONE,
            _ => self.proven_by(test, true),
        }
    }

    /// Whether a test lets letters pass of a text, each of which it is asked about.
    pub(super) fn lets_letters_pass(&self, each: ExprId, test: ExprId) -> bool {
        let is_each = matches!(self.body.expr(each), Expr::MethodCall(of)
            if matches!(of.name.as_str(), "chars" | "bytes"));
        is_each && self.speaks_of_letters(test, false)
    }

    /// What a known list says of a variable that one of its elements is equal to:
    /// `known.iter().any(|it| *it == x)`.
    pub(super) fn found_among(&self, list: ExprId, test: ExprId) -> Vec<Fact> {
        let Expr::Closure(closure) = self.body.expr(test) else {
            return Vec::new();
        };
        let ([(pat, _)], false) = (&*closure.params, self.may_be_tainted(list)) else {
            return Vec::new();
        };
        let Expr::Binary {
            op: BinaryOp::Eq,
            lhs,
            rhs,
        } = self.body.expr(closure.body)
        else {
            return Vec::new();
        };
        let is_element = |id: ExprId| {
            let place = self.place(id);
            place.is_some_and(|(of, _)| of.is_some_and(|it| self.binds(*pat, it)))
        };
        let sides = [(*lhs, *rhs), (*rhs, *lhs)];
        let other = sides.into_iter().find(|(one, _)| is_element(*one));
        other.map_or_else(Vec::new, |(_, other)| self.facts_of(other, Sinks::ALL))
    }

    /// What is harmless if a match of a pattern against an expression succeeds.
    pub(super) fn held_by(&self, pat: PatId, scrutinee: ExprId) -> Vec<Fact> {
        match self.cleared_by(pat) {
            Sinks::NONE => Vec::new(),
            sinks => self.facts_of(scrutinee, sinks),
        }
    }

    /// What holds of an expression because of what a guard says of what a pattern took out of it.
    pub(super) fn held_by_guard(&self, pat: PatId, scrutinee: ExprId, guard: &[Fact]) -> Vec<Fact> {
        let of_bound = guard.iter().filter(|(of, fields, _)| {
            fields.is_empty() && of.is_some_and(|it| self.binds(pat, it))
        });
        of_bound
            .flat_map(|it| self.facts_of(scrutinee, it.2))
            .collect()
    }

    /// The kinds of sink that what meets a pattern can do no harm at: a literal at none, a plain
    /// component at none where paths lead.
    pub(super) fn cleared_by(&self, pat: PatId) -> Sinks {
        match self.body.pat(pat) {
            Pat::Or(all) => {
                let all = all.iter().map(|it| self.cleared_by(*it));
                all.reduce(Sinks::both).unwrap_or(Sinks::NONE)
            }
            Pat::Ref(inner) => self.cleared_by(*inner),
            Pat::Bind { sub: Some(sub), .. } => self.cleared_by(*sub),
            Pat::TupleStruct(path, _) if is_plain_component(path) => Sinks::of(SinkKind::File),
            Pat::TupleStruct(_, all) => {
                let all = all.iter().map(|it| self.cleared_by(*it));
                all.reduce(Sinks::both).unwrap_or(Sinks::NONE)
            }
            Pat::Literal(_) => Sinks::ALL,
            Pat::Path(path) => match component(path) {
                Some("CurDir") => Sinks::of(SinkKind::File),
                Some(_) => Sinks::NONE,
                // A constant.
                None => Sinks::ALL,
            },
            // `1..=4096`: no more than its end.
            Pat::Value => {
                let file = self.all.program[self.key].file;
                let range = self.body.pat_range(pat).in_file(file);
                let end = self.all.sources.slice(range).split_once("..");
                match end.is_some_and(|it| !it.1.trim().is_empty()) {
                    true => Sinks::BOUNDED,
                    false => Sinks::NONE,
                }
            }
            _ => Sinks::NONE,
        }
    }

    /// What is known of a place that an expression is, and of the URL whose host it is.
    pub(super) fn facts_of(&self, id: ExprId, sinks: Sinks) -> Vec<Fact> {
        let own = self.place(id).map(|(of, fields)| (of, fields, sinks));
        let url = self.url_of_host(id, MAX_BACK).and_then(|it| self.place(it));
        let url = url.map(|(of, fields)| (of, fields, sinks.both(HOST)));
        own.into_iter().chain(url).collect()
    }

    /// `url` of `url.host_str()`, or of a variable that was made so.
    fn url_of_host(&self, id: ExprId, depth: u32) -> Option<ExprId> {
        let depth = depth.checked_sub(1)?;
        match self.body.expr(id) {
            Expr::Await(inner) | Expr::Try(inner) | Expr::Ref { inner, .. } => {
                self.url_of_host(*inner, depth)
            }
            Expr::Unary {
                op: UnaryOp::Deref,
                inner,
            } => self.url_of_host(*inner, depth),
            Expr::MethodCall(call) => match call.name.as_str() {
                "host_str" | "domain" | "host" | "authority" if call.args.is_empty() => {
                    Some(call.receiver)
                }
                "ok_or" | "ok_or_else" | "unwrap_or" | "unwrap_or_default" | "map_err" => {
                    self.url_of_host(call.receiver, depth)
                }
                name if types::shows_whole(name) => self.url_of_host(call.receiver, depth),
                _ => None,
            },
            Expr::Path(_) => {
                let made = self.made_from(self.typing.local(id)?)?;
                self.url_of_host(made, depth)
            }
            _ => None,
        }
    }

    /// What a variable was bound to: `x` and `y` in `let x = ..`, `if let Some(y) = ..`.
    pub(super) fn made_from(&self, of: PatId) -> Option<ExprId> {
        self.body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(data) if self.binds(data.pat, of) => data.init,
                // `let (x, y) = (.., ..)`.
                Stmt::Let(data) => match (self.body.pat(data.pat), self.body.expr(data.init?)) {
                    (Pat::Tuple(pats), Expr::Tuple(all)) if pats.len() == all.len() => {
                        let mut pairs = pats.iter().zip(&**all);
                        pairs.find(|it| self.binds(*it.0, of)).map(|it| *it.1)
                    }
                    _ => None,
                },
                _ => None,
            }),
            Expr::Let { pat, value } if self.binds(*pat, of) => Some(*value),
            Expr::Match { scrutinee, arms } => {
                let mut arms = arms.iter();
                arms.any(|it| self.binds(it.pat, of)).then_some(*scrutinee)
            }
            _ => None,
        })
    }

    /// Whether a pattern binds the whole of what it meets, or of what that holds, to a variable.
    pub(super) fn binds(&self, pat: PatId, of: PatId) -> bool {
        match self.body.pat(pat) {
            _ if pat == of => true,
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.binds(*inner, of),
            Pat::TupleStruct(_, all) => matches!(&**all, [only] if self.binds(*only, of)),
            _ => false,
        }
    }

    /// The whole of which an expression gives all parts, one after the other: `x` in
    /// `x.split('/')`, `x.components()`.
    pub(super) fn whole_of_parts(&self, id: ExprId) -> Option<ExprId> {
        match self.body.expr(id) {
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                let gives_parts = matches!(
                    name,
                    "chars"
                        | "bytes"
                        | "char_indices"
                        | "components"
                        | "split"
                        | "rsplit"
                        | "split_terminator"
                        | "split_whitespace"
                        | "lines"
                        | "segments"
                );
                match gives_parts || types::shows_whole(name) {
                    true => self.whole_of_parts(call.receiver),
                    false => None,
                }
            }
            Expr::Ref { inner, .. } => self.whole_of_parts(*inner),
            _ => Some(id),
        }
    }

    /// What a loop over all parts of something has found of the whole: no part went on to the end of
    /// a turn that could do harm.
    pub(super) fn held_by_loop(&self, pat: PatId, iter: ExprId, before: &Value) -> Vec<Fact> {
        let after = self.env.as_ref().and_then(|it| it.local(pat));
        let (Some(after), Some(whole)) = (after, self.whole_of_parts(iter)) else {
            return Vec::new();
        };
        let sinks = after.cleared_everywhere();
        match before.is_untainted() || before.cleared_everywhere().contains(sinks) {
            true => Vec::new(),
            false => self.facts_of(whole, sinks),
        }
    }

    /// Whether an expression is one part of what a separator of paths has parted:
    /// `x.rsplit('/').next()`.
    pub(super) fn is_part_of_path(&self, call: &MethodCall) -> bool {
        let takes_one = matches!(
            call.name.as_str(),
            "next" | "next_back" | "last" | "nth" | "nth_back"
        );
        let parts = matches!(self.body.expr(call.receiver), Expr::MethodCall(of)
            if matches!(of.name.as_str(), "split" | "rsplit" | "split_terminator")
                && of.args.first().is_some_and(|it| self.speaks_of_parents(*it)));
        takes_one && parts
    }

    /// Whether the program itself says what an expression is.
    pub(super) fn is_known(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Literal(_) => true,
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => self.is_known(*inner),
            // `Some("a")`.
            Expr::Call { callee, args } => {
                let wraps = matches!(self.body.expr(*callee), Expr::Path(path)
                    if path.last().is_some_and(|it| it == "Some" || it == "Ok"));
                wraps && args.iter().all(|it| self.is_known(*it))
            }
            _ => self.text(id).is_some() || !self.may_be_tainted(id) && self.is_constant(id),
        }
    }

    fn is_constant(&self, id: ExprId) -> bool {
        let defs = self.typing.defs(id);
        defs.iter()
            .any(|it| matches!(it, Callee::Const(_) | Callee::Constructor(_)))
    }

    /// `true` or `false`, where an expression is one of them.
    pub(super) fn truth(&self, id: ExprId) -> Option<bool> {
        match self.body.expr(id) {
            Expr::Literal(Literal::Bool(truth)) => Some(*truth),
            _ => None,
        }
    }

    /// Of a pattern's path that names something of the program, the variant, if it is one.
    pub(super) fn owner_of(&self, path: &Path) -> Option<Option<Name>> {
        let module = self.all.program[self.key].module;
        let found = self.all.program.resolve_whole(module, path);
        let is_variant = found.iter().any(|it| matches!(it, Def::Variant(..)));
        let is_of_self = path.segments.first().is_some_and(|it| it.name == "Self");
        if is_variant || is_of_self && path.segments.len() > 1 {
            return Some(path.last());
        }
        let is_own = is_of_self || found.iter().any(|it| matches!(it, Def::Adt(_)));
        is_own.then_some(None)
    }
}

/// The variant of `std::path::Component` that a path names.
fn component(path: &Path) -> Option<&'static str> {
    let [.., of, variant] = &*path.segments else {
        return None;
    };
    (of.name == "Component").then(|| Name::as_str(variant.name))
}

fn is_plain_component(path: &Path) -> bool {
    component(path) == Some("Normal")
}
