//! Which functions may bring a secret to a sink, going by names alone: what has to be walked through is little of that.

use rustc_hash::FxHashSet;

use super::secrets::SecretNames;
use crate::facts::body::{BinaryOp, LoopKind};
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::source::Name;
use crate::values::around::children;

/// How often a body is gone through, since what is found later may have come before.
const MAX_ROUNDS: usize = 4;

/// Macros that write nothing anywhere.
const MAKES: [&str; 7] = [
    "format", "vec", "json", "concat", "matches", "write", "writeln",
];

/// What a body is asked.
pub(super) struct Hints<'h> {
    pub(super) names: SecretNames,
    /// Functions that give texts with secrets of their own.
    pub(super) givers: &'h FxHashSet<Name>,
    /// What may bring to a sink what it is handed.
    pub(super) takers: &'h FxHashSet<Name>,
}

impl Hints<'_> {
    /// Whether a body may hand a secret, or what is made of one, to a macro or to something that brings it to a sink.
    pub(super) fn may_leak(&self, body: &Body) -> bool {
        let mut look = Look {
            hints: self,
            body,
            held: FxHashSet::default(),
        };
        for _ in 0..MAX_ROUNDS {
            let before = look.held.len();
            for (_, expr) in body.exprs() {
                look.spread(expr);
            }
            if look.held.len() == before {
                break;
            }
        }
        body.exprs().any(|(_, expr)| look.leaks(expr))
    }
}

struct Look<'l, 'h> {
    hints: &'l Hints<'h>,
    body: &'l Body,
    /// Variables that may hold something of a secret, whichever of a name.
    held: FxHashSet<Name>,
}

impl Look<'_, '_> {
    /// Whether a secret may be in an expression.
    fn has(&self, id: ExprId) -> bool {
        let Hints { names, givers, .. } = self.hints;
        let is_meant = |name: Name| {
            self.held.contains(&name) || givers.contains(&name) || (names.is_secret)(name)
        };
        let expr = self.body.expr(id);
        let is_it = match expr {
            Expr::Path(path) => path.last().is_some_and(|it| {
                let name = it.as_str();
                is_meant(it) || (names.is_header)(&name.to_ascii_lowercase().replace('_', "-"))
            }),
            Expr::Field { name, .. } => is_meant(*name),
            Expr::Call { callee, .. } => matches!(self.body.expr(*callee), Expr::Path(path)
                if path.last().is_some_and(is_meant)),
            Expr::MethodCall(call) => {
                is_meant(call.name) || call.name.as_str().starts_with("expose")
            }
            // A header, or a variable of the environment, by its name.
            Expr::Literal(crate::facts::body::Literal::Str(text)) => {
                let text = text.to_ascii_lowercase();
                (names.is_header)(&text) || (names.is_secret)(Name::new(&text))
            }
            _ => false,
        };
        let mut found = is_it;
        if !found {
            parts(expr, &mut |part| found = found || self.has(part));
        }
        found
    }

    /// Adds the variables that may hold a secret because of an expression.
    fn spread(&mut self, expr: &Expr) {
        match expr {
            Expr::Block(block) => {
                for stmt in &block.stmts {
                    if let Stmt::Let(data) = stmt {
                        let is_held = data.init.is_some_and(|it| self.has(it));
                        self.bind(data.pat, is_held);
                    }
                }
            }
            Expr::Let { pat, value } => {
                let is_held = self.has(*value);
                self.bind(*pat, is_held);
            }
            Expr::Match { scrutinee, arms } => {
                let is_held = self.has(*scrutinee);
                arms.iter().for_each(|it| self.bind(it.pat, is_held));
            }
            Expr::Loop(data) => {
                if let LoopKind::For(pat, iter) = data.kind {
                    let is_held = self.has(iter);
                    self.bind(pat, is_held);
                }
            }
            Expr::MethodCall(call) => {
                let is_given = call.args.iter().any(|it| self.has(*it));
                if is_given {
                    self.hold_root(call.receiver);
                }
                let is_held = is_given || self.has(call.receiver);
                for arg in &call.args {
                    self.bind_closure(*arg, is_held);
                }
            }
            Expr::Call { args, .. } if args.iter().any(|it| self.has(*it)) => {
                for arg in args {
                    self.bind_closure(*arg, true);
                    // What it is lent may be filled.
                    if matches!(self.body.expr(*arg), Expr::Ref { .. }) {
                        self.hold_root(*arg);
                    }
                }
            }
            Expr::Assign { target, value } if self.has(*value) => self.hold_root(*target),
            Expr::Binary { lhs, rhs, .. } if self.has(*rhs) => self.hold_root(*lhs),
            Expr::Macro(call) => {
                let args = call.args.as_deref().unwrap_or(&[]);
                if let Some(first) = args.first()
                    && args.iter().skip(1).any(|it| self.has(it.value))
                {
                    self.hold_root(first.value);
                }
                for arg in args {
                    if let Some(pat) = arg.pat {
                        let is_held = self.has(arg.value);
                        self.bind(pat, is_held);
                    }
                }
            }
            _ => {}
        }
    }

    fn bind_closure(&mut self, id: ExprId, is_held: bool) {
        if let Expr::Closure(closure) = self.body.expr(id) {
            for (pat, _) in &closure.params {
                self.bind(*pat, is_held);
            }
        }
    }

    /// The variables of a pattern: all of them, if something comes in; and the ends of a channel are one.
    fn bind(&mut self, pat: PatId, is_held: bool) {
        let mut names = Vec::new();
        names_in(self.body, pat, &mut names);
        let is_pair = matches!(self.body.pat(pat), Pat::Tuple(_));
        if is_held || is_pair && names.iter().any(|it| self.held.contains(it)) {
            self.held.extend(names);
        }
    }

    /// The variable that a place is a part of.
    fn hold_root(&mut self, id: ExprId) {
        match self.body.expr(id) {
            Expr::Path(path) => self.held.extend(path.as_ident()),
            Expr::MethodCall(call) => self.hold_root(call.receiver),
            Expr::Field { base, name } => {
                self.held.insert(*name);
                self.hold_root(*base);
            }
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Await(inner)
            | Expr::Try(inner) => self.hold_root(*inner),
            Expr::Index { base, .. } => self.hold_root(*base),
            _ => {}
        }
    }

    /// Whether an expression hands a secret to what may write it.
    fn leaks(&self, expr: &Expr) -> bool {
        let takers = self.hints.takers;
        let any = |args: &[ExprId]| args.iter().any(|it| self.has(*it));
        match expr {
            Expr::Macro(call) => {
                let makes = call
                    .path
                    .last()
                    .is_none_or(|it| MAKES.contains(&it.as_str()));
                let mut args = call.args.iter().flatten();
                !makes && args.any(|it| self.has(it.value))
            }
            Expr::MethodCall(call) => {
                takers.contains(&call.name) && (any(&call.args) || self.has(call.receiver))
            }
            Expr::Call { callee, args } => match self.body.expr(*callee) {
                Expr::Path(path) => path.last().is_some_and(|it| takers.contains(&it)) && any(args),
                _ => any(args),
            },
            _ => false,
        }
    }
}

fn names_in(body: &Body, pat: PatId, names: &mut Vec<Name>) {
    match body.pat(pat) {
        Pat::Bind { name, sub, .. } => {
            names.push(*name);
            if let Some(sub) = sub {
                names_in(body, *sub, names);
            }
        }
        Pat::Ref(inner) | Pat::Typed(inner, _) => names_in(body, *inner, names),
        Pat::Tuple(all) | Pat::TupleStruct(_, all) | Pat::Slice(all) | Pat::Or(all) => {
            all.iter().for_each(|it| names_in(body, *it, names));
        }
        Pat::Struct(_, all) => all.iter().for_each(|it| names_in(body, it.1, names)),
        Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
    }
}

/// Hands out what the value of an expression may have something of.
fn parts(expr: &Expr, give: &mut impl FnMut(ExprId)) {
    match expr {
        // Whether something is there, or how long it is, says nothing of it.
        Expr::MethodCall(call)
            if matches!(
                call.name.as_str(),
                "len" | "is_empty" | "is_some" | "is_none" | "is_ok" | "is_err" | "eq" | "ne"
            ) => {}
        Expr::Binary { op, .. } if !matches!(op, BinaryOp::Add) => {}
        Expr::Block(block) => block.tail.iter().for_each(|it| give(*it)),
        Expr::If {
            then, otherwise, ..
        } => {
            give(*then);
            otherwise.iter().for_each(|it| give(*it));
        }
        Expr::Match { arms, .. } => arms.iter().for_each(|it| give(it.body)),
        Expr::Loop(_) | Expr::Closure(_) | Expr::Assign { .. } => {}
        Expr::Call { args, .. } => args.iter().for_each(|it| give(*it)),
        _ => children(expr, give),
    }
}
