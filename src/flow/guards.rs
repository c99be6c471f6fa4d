//! What holds on a path because a condition was asked on the way.

use super::taint::Value;
use super::types;
use super::walk::Walk;
use crate::facts::body::{BinaryOp, UnaryOp};
use crate::facts::{Expr, ExprId, GenericArg, Pat, PatId};
use crate::models::{SinkKind, Sinks};
use crate::source::Name;
use crate::values::Callee;

/// A part of a variable that can do no harm at some kinds of sink.
pub(super) type Fact = (Option<PatId>, Vec<Name>, Sinks);

impl Walk<'_, '_> {
    /// Makes harmless what is known to be.
    pub(super) fn apply(&mut self, facts: &[Fact]) {
        for (of, fields, sinks) in facts {
            if let Some(value) = self.variable(*of) {
                value.change(fields, &|it| it.cleared = it.cleared.with(*sinks));
            }
        }
    }

    /// What is harmless if a condition has this outcome.
    pub(super) fn facts(&self, cond: ExprId, outcome: bool) -> Vec<Fact> {
        self.facts_within(cond, outcome, 3)
    }

    fn facts_within(&self, cond: ExprId, outcome: bool, depth_left: u32) -> Vec<Fact> {
        match self.body.expr(cond) {
            Expr::Unary {
                op: UnaryOp::Not,
                inner,
            } => self.facts_within(*inner, !outcome, depth_left),
            Expr::Await(inner) | Expr::Try(inner) | Expr::Ref { inner, .. } => {
                self.facts(*inner, outcome)
            }
            Expr::Block(block) if block.stmts.is_empty() => block
                .tail
                .map_or_else(Vec::new, |it| self.facts(it, outcome)),
            Expr::Binary { op, lhs, rhs } => self.of_binary(*op, *lhs, *rhs, outcome),
            Expr::MethodCall(call) => self.of_method(cond, call, outcome),
            Expr::Call { args, .. } => self.of_call(cond, args, outcome),
            Expr::Let { pat, value } => self.of_let(*pat, *value, outcome),
            // `let is_ok = ..; if is_ok`.
            Expr::Path(_) if depth_left > 0 => {
                let local = self.typing.local(cond);
                let init = local.and_then(|it| self.all.values.local_init(self.body, it));
                init.map_or_else(Vec::new, |it| {
                    self.facts_within(it, outcome, depth_left - 1)
                })
            }
            Expr::Match { scrutinee, arms } => {
                let meant = arms.iter();
                let meant = meant.filter(|it| self.truth(it.body) == Some(outcome));
                let sinks = meant.map(|it| self.cleared_by(it.pat)).reduce(Sinks::both);
                match sinks {
                    Some(sinks) if sinks != Sinks::NONE => self.facts_of(*scrutinee, sinks),
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn of_binary(&self, op: BinaryOp, lhs: ExprId, rhs: ExprId, outcome: bool) -> Vec<Fact> {
        match (op, outcome) {
            (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                let mut all = self.facts(lhs, outcome);
                all.extend(self.facts(rhs, outcome));
                all
            }
            // `x == "a" || x == "b"`: harmless by either.
            (BinaryOp::And, false) | (BinaryOp::Or, true) => {
                let right = self.facts(rhs, outcome);
                let left = self.facts(lhs, outcome).into_iter();
                left.filter_map(|(of, fields, sinks)| {
                    let other = right.iter().find(|it| it.0 == of && it.1 == fields)?;
                    Some((of, fields, sinks.both(other.2)))
                })
                .collect()
            }
            (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => {
                let mut all = Vec::new();
                for (one, other) in [(lhs, rhs), (rhs, lhs)] {
                    if self.is_known(other) {
                        all.extend(self.facts_of(one, Sinks::ALL));
                    }
                }
                all
            }
            (BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge, _) => {
                let bounds_left = matches!(op, BinaryOp::Lt | BinaryOp::Le) == outcome;
                let (bounded, by) = match bounds_left {
                    true => (lhs, rhs),
                    false => (rhs, lhs),
                };
                // What a caller hands in beside it is the caller's bound.
                match self.is_chosen(by) {
                    true => Vec::new(),
                    false => {
                        let bounded = self.measured(bounded);
                        self.facts_of(bounded, Sinks::BOUNDED)
                    }
                }
            }
            _ => Vec::new(),
        }
    }

    /// `x` in `x.len()`.
    fn measured(&self, id: ExprId) -> ExprId {
        match self.body.expr(id) {
            // A number that something tells of itself: `x.len()`, `x.size()`.
            Expr::MethodCall(call) if call.args.is_empty() => call.receiver,
            Expr::Cast { inner, .. } => self.measured(*inner),
            _ => id,
        }
    }

    fn of_method(
        &self,
        id: ExprId,
        call: &crate::facts::body::MethodCall,
        outcome: bool,
    ) -> Vec<Fact> {
        let first = call.args.first().copied();
        let name = call.name.as_str();
        let one = |id: ExprId, sinks| self.facts_of(id, sinks);
        match (name, outcome) {
            // A list of ours, a pattern of ours.
            ("contains" | "contains_key" | "is_match", true) => match first {
                Some(arg) if !self.may_be_tainted(call.receiver) => one(arg, Sinks::ALL),
                _ => Vec::new(),
            },
            ("is_some" | "is_ok", true) | ("is_none" | "is_err", false) => {
                let mut facts = self.of_lookup(call.receiver);
                facts.extend(self.passed_by(call.receiver));
                facts
            }
            ("is_some", false) | ("is_none", true) => self.of_search(call.receiver),
            ("is_some_and" | "is_ok_and", true) => match first {
                Some(test) => self.facts_of(call.receiver, self.proven_by(test, true)),
                None => Vec::new(),
            },
            ("eq" | "eq_ignore_ascii_case", true) => match first {
                Some(arg) if self.is_known(arg) => one(call.receiver, Sinks::ALL),
                _ => Vec::new(),
            },
            ("all", true) if first.is_some_and(|it| self.speaks_of_letters(it, false)) => {
                one(self.receiver_of_chain(call.receiver), Sinks::TEXTUAL)
            }
            ("any", false) if first.is_some_and(|it| self.speaks_of_letters(it, true)) => {
                one(self.receiver_of_chain(call.receiver), Sinks::TEXTUAL)
            }
            ("all", true) => match (first, self.whole_of_parts(call.receiver)) {
                (Some(test), Some(whole)) => self.facts_of(whole, self.proven_by(test, true)),
                _ => Vec::new(),
            },
            ("any", true) => {
                first.map_or_else(Vec::new, |test| self.found_among(call.receiver, test))
            }
            ("contains" | "starts_with" | "any", false) => {
                let begins = name == "starts_with";
                let refused = first.map_or(Sinks::NONE, |it| self.refused_of_path(it, begins));
                let slashes = first.is_some_and(|it| self.text(it).as_deref() == Some("//"));
                match (refused != Sinks::NONE, slashes) {
                    (true, _) => one(self.receiver_of_chain(call.receiver), refused),
                    (_, true) => one(call.receiver, Sinks::of(SinkKind::Redirect)),
                    _ if name == "any" => match (first, self.whole_of_parts(call.receiver)) {
                        (Some(test), Some(whole)) => {
                            self.facts_of(whole, self.proven_by(test, false))
                        }
                        _ => Vec::new(),
                    },
                    _ => Vec::new(),
                }
            }
            ("is_absolute" | "has_root", false) | ("is_relative", true) => {
                one(call.receiver, Sinks::ROOTED)
            }
            ("starts_with", true) => {
                let Some(arg) = first else { return Vec::new() };
                match self.text(arg) {
                    Some(text) if fixes_host(&text) => {
                        let sinks =
                            Sinks::of(SinkKind::Request).with(Sinks::of(SinkKind::Redirect));
                        one(call.receiver, sinks)
                    }
                    _ => self.of_folder(call.receiver, arg),
                }
            }
            _ => {
                let all = [&[call.receiver], &*call.args].concat();
                let mut facts = self.found_by(id, outcome);
                facts.extend(self.of_test(id, name, &all, outcome));
                facts
            }
        }
    }

    /// `path` lies in `folder`: counts for what was made canonical, and if no source chooses the
    /// folder.
    fn of_folder(&self, path: ExprId, folder: ExprId) -> Vec<Fact> {
        match self.canonical_of(path) {
            Some(made_of) if !self.is_chosen(folder) => {
                let mut facts = self.facts_of(path, Sinks::of(SinkKind::File));
                facts.extend(self.facts_of(made_of, Sinks::of(SinkKind::File)));
                facts
            }
            _ => Vec::new(),
        }
    }

    /// What was not found in a text: `x.find('/')` gave nothing.
    fn of_search(&self, id: ExprId) -> Vec<Fact> {
        match self.body.expr(id) {
            Expr::MethodCall(call)
                if matches!(call.name.as_str(), "find" | "rfind" | "matches")
                    && let Some(arg) = call.args.first() =>
            {
                self.facts_of(call.receiver, self.refused_of_path(*arg, false))
            }
            _ => Vec::new(),
        }
    }

    fn of_call(&self, id: ExprId, args: &[ExprId], outcome: bool) -> Vec<Fact> {
        let callees = self.typing.callees(id);
        let name = callees.iter().find_map(|it| match it {
            Callee::Fn(candidate) => Some(self.all.program[candidate.id].name.as_str()),
            _ => None,
        });
        let mut facts = self.found_by(id, outcome);
        facts.extend(name.map_or_else(Vec::new, |name| self.of_test(id, name, args, outcome)));
        facts
    }

    /// `is_valid(x)`, by its name.
    fn of_test(&self, id: ExprId, name: &str, args: &[ExprId], outcome: bool) -> Vec<Fact> {
        if !outcome || !self.is_truth(id) || !types::is_named_test(name) {
            return Vec::new();
        }
        let all = args.iter();
        all.flat_map(|it| self.facts_of(*it, Sinks::ALL)).collect()
    }

    pub(super) fn of_let(&self, pat: PatId, value: ExprId, outcome: bool) -> Vec<Fact> {
        match self.body.pat(pat) {
            Pat::TupleStruct(path, _)
                if path.last().is_some_and(|it| it == "Some" || it == "Ok") == outcome =>
            {
                let mut facts = self.of_lookup(value);
                facts.extend(self.passed_by(value));
                if outcome {
                    facts.extend(self.held_by(pat, value));
                }
                facts
            }
            Pat::TupleStruct(path, _) if !outcome && path.last().is_some_and(|it| it == "Err") => {
                self.passed_by(value)
            }
            _ if outcome => self.held_by(pat, value),
            _ => Vec::new(),
        }
    }

    /// The key of a lookup in what is ours, once it has been found there.
    fn of_lookup(&self, id: ExprId) -> Vec<Fact> {
        match self.body.expr(id) {
            Expr::MethodCall(call)
                if matches!(call.name.as_str(), "get" | "position" | "find")
                    && !self.may_be_tainted(call.receiver) =>
            {
                let first = call.args.first();
                first.map_or_else(Vec::new, |it| {
                    let mut facts = self.found_among(call.receiver, *it);
                    facts.extend(self.facts_of(*it, Sinks::ALL));
                    facts
                })
            }
            _ => Vec::new(),
        }
    }

    /// After a statement like `validate(&x)?`: what it has let pass.
    pub(super) fn checked(&mut self, id: ExprId) {
        let facts = match self.body.expr(id) {
            Expr::Try(inner) => self.found_or_passed(*inner),
            Expr::MethodCall(call) if matches!(call.name.as_str(), "unwrap" | "expect") => {
                self.found_or_passed(call.receiver)
            }
            Expr::Macro(call)
                if call
                    .path
                    .last()
                    .is_some_and(|it| it == "assert" || it == "ensure") =>
            {
                let args = call.args.as_deref().unwrap_or(&[]);
                args.first()
                    .map_or_else(Vec::new, |it| self.facts(it.value, true))
            }
            _ => Vec::new(),
        };
        self.apply(&facts);
    }

    /// What is known of what a call was given, once it has come to something.
    fn found_or_passed(&self, id: ExprId) -> Vec<Fact> {
        const SAME: [&str; 4] = ["ok_or", "ok_or_else", "copied", "cloned"];
        if let Expr::MethodCall(call) = self.body.expr(id)
            && SAME.contains(&call.name.as_str())
        {
            return self.found_or_passed(call.receiver);
        }
        let mut facts = self.of_lookup(id);
        facts.extend(self.passed_by(id));
        facts
    }

    /// What a call that is named a check has let pass, once it has succeeded.
    fn passed_by(&self, id: ExprId) -> Vec<Fact> {
        let (name, args) = match self.body.expr(id) {
            Expr::Await(inner) | Expr::Try(inner) => return self.passed_by(*inner),
            Expr::Call { args, .. } => {
                let callees = self.typing.callees(id).iter();
                let name = callees.filter_map(|it| match it {
                    Callee::Fn(candidate) => Some(self.all.program[candidate.id].name),
                    _ => None,
                });
                (name.last(), args.to_vec())
            }
            Expr::MethodCall(call) if matches!(call.name.as_str(), "map_err" | "ok" | "as_ref") => {
                return self.passed_by(call.receiver);
            }
            Expr::MethodCall(call) if call.name == "strip_prefix" => {
                let folder = call.args.first().copied();
                return folder.map_or_else(Vec::new, |it| self.of_folder(call.receiver, it));
            }
            // What can be read as a number is one.
            Expr::MethodCall(call) if call.name == "parse" => {
                return match &*call.generics {
                    [GenericArg::Type(ty)]
                        if types::is_fixed(self.all.program, &self.written(ty)) =>
                    {
                        self.facts_of(call.receiver, Sinks::TEXTUAL)
                    }
                    _ => Vec::new(),
                };
            }
            Expr::MethodCall(call) => {
                let all = [&[call.receiver], &*call.args].concat();
                (Some(call.name), all)
            }
            _ => return Vec::new(),
        };
        let is_check = |name: Name| {
            let name = name.as_str();
            let begins = ["validate", "ensure", "verify", "sanitize"];
            types::is_named_test(name) || begins.iter().any(|it| name.starts_with(it))
        };
        let mut facts = match self.is_truth(id) {
            true => Vec::new(),
            false => self.found_by(id, true),
        };
        if name.is_some_and(is_check) {
            facts.extend(args.iter().flat_map(|it| self.facts_of(*it, Sinks::ALL)));
        }
        facts
    }

    /// `match x { it if !ok(it) => return .., .. }`: what is harmless in the arms that follow.
    pub(super) fn facts_of_bound(&self, pat: PatId, scrutinee: ExprId, guard: ExprId) -> Vec<Fact> {
        let of_bound = self.facts(guard, false).into_iter();
        let meant = of_bound.filter(|it| it.0 == Some(pat) && it.1.is_empty());
        meant
            .flat_map(|it| self.facts_of(scrutinee, it.2))
            .collect()
    }

    /// The kinds of sink that a value can do no harm at which has no guard of an arm taken: `it if !ok(it)`.
    pub(super) fn ruled_out(&self, pat: PatId, guard: ExprId) -> Sinks {
        let of_bound = self.facts(guard, false).into_iter();
        let meant = of_bound.filter(|it| it.0 == Some(pat) && it.1.is_empty());
        meant.fold(Sinks::NONE, |all, it| all.with(it.2))
    }

    /// `x` in `x.chars()`, `x.components()`.
    fn receiver_of_chain(&self, id: ExprId) -> ExprId {
        match self.body.expr(id) {
            Expr::MethodCall(call) => self.receiver_of_chain(call.receiver),
            _ => id,
        }
    }

    /// The whole text of an expression.
    pub(super) fn text(&self, id: ExprId) -> Option<String> {
        self.all.values.text(self.key, id)?.as_known()
    }

    /// Whether anything from outside may be in an expression, as far as it can be told without
    /// evaluating it: by the variables in it.
    pub(super) fn may_be_tainted(&self, id: ExprId) -> bool {
        let is_tainted = |value: &Value| !value.is_untainted();
        match self.body.expr(id) {
            Expr::Literal(_) => false,
            Expr::Path(_) | Expr::Field { .. } => {
                let Some((of, fields)) = self.place(id) else {
                    return false;
                };
                let Some(env) = &self.env else { return false };
                let value = match of {
                    Some(pat) => env.local(pat),
                    None => Some(&env.this),
                };
                value.is_some_and(|it| {
                    let fields = fields
                        .iter()
                        .fold(it.clone(), |value, name| value.field(*name));
                    // `self` of a method is the program's own until somebody says otherwise.
                    of.is_some() && is_tainted(&fields)
                })
            }
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Cast { inner, .. } => self.may_be_tainted(*inner),
            Expr::Array(all) | Expr::Tuple(all) => all.iter().any(|it| self.may_be_tainted(*it)),
            Expr::MethodCall(call) => {
                self.may_be_tainted(call.receiver)
                    || call.args.iter().any(|it| self.may_be_tainted(*it))
            }
            Expr::Call { args, .. } => args.iter().any(|it| self.may_be_tainted(*it)),
            Expr::Binary { lhs, rhs, .. } => self.may_be_tainted(*lhs) || self.may_be_tainted(*rhs),
            Expr::Macro(_) => false,
            Expr::Range { start, end } => {
                let mut ends = start.iter().chain(end);
                ends.any(|it| self.may_be_tainted(*it))
            }
            _ => true,
        }
    }

    /// Whether a source has chosen an expression: what a caller hands in is the caller's.
    fn is_chosen(&self, id: ExprId) -> bool {
        let value = || {
            let (of, fields) = self.place(id)?;
            let env = self.env.as_ref()?;
            let value = match of {
                Some(pat) => env.local(pat)?,
                None => &env.this,
            };
            Some(value.at(&fields))
        };
        match value() {
            Some(value) => value.is_of_source(),
            None => self.may_be_tainted(id),
        }
    }

    /// What a path can do no harm by any more that does not hold, or (`begins`) begin with, what an
    /// argument speaks of.
    pub(super) fn refused_of_path(&self, id: ExprId, begins: bool) -> Sinks {
        if !self.speaks_of_parents(id) {
            return Sinks::NONE;
        }
        let separators = ["'/'", "'\\\\'", "RootDir", "Prefix", "is_separator"];
        let is_separator = match self.text(id) {
            Some(text) => matches!(text.as_str(), "/" | "\\"),
            None => {
                let written = self.written_text(id);
                separators.iter().any(|it| written.contains(it))
            }
        };
        match (is_separator, begins) {
            (true, true) => Sinks::ROOTED,
            (true, false) => Sinks::of(SinkKind::File),
            (false, _) => Sinks::CLIMBING,
        }
    }

    /// Whether an argument speaks of what leads out of a folder: `".."`, `'/'`, `Component::ParentDir`.
    pub(super) fn speaks_of_parents(&self, id: ExprId) -> bool {
        if let Some(text) = self.text(id) {
            return matches!(text.as_str(), ".." | "../" | "/" | "\\");
        }
        let file = self.all.program[self.key].file;
        let written = self
            .all
            .sources
            .slice(self.body.expr_range(id).in_file(file));
        ["ParentDir", "\"..\"", "'/'", "'\\\\'"]
            .iter()
            .any(|it| written.contains(it))
    }

    /// Whether a closure or function asks whether a character is a letter or digit.
    pub(super) fn speaks_of_letters(&self, id: ExprId, negated: bool) -> bool {
        let file = self.all.program[self.key].file;
        let written = self
            .all
            .sources
            .slice(self.body.expr_range(id).in_file(file));
        [
            "alphanumeric",
            "alphabetic",
            "digit",
            "hexdigit",
            "lowercase",
        ]
        .iter()
        .any(|it| written.contains(it))
            && written.contains('!') == negated
    }

    /// What a variable was made of by `canonicalize`.
    fn canonical_of(&self, id: ExprId) -> Option<ExprId> {
        let (Some(pat), _) = self.place(id)? else {
            return None;
        };
        let mut at = self.made_from(pat)?;
        loop {
            at = match self.body.expr(at) {
                Expr::Try(inner) | Expr::Await(inner) => *inner,
                Expr::MethodCall(call) if call.name == "canonicalize" => {
                    return Some(call.receiver);
                }
                Expr::MethodCall(call) => call.receiver,
                Expr::Call { args, .. } => {
                    let called = self.typing.external(at)?;
                    let is_it = called.as_str().ends_with("::canonicalize");
                    return args.first().copied().filter(|_| is_it);
                }
                _ => return None,
            };
        }
    }
}

/// Whether a text that a URL begins with says to which host it leads.
fn fixes_host(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(_, rest)| rest.find('/').is_some_and(|at| at > 0))
}
