//! The places of a body at which a literal is given to a name or to a function.

use super::super::names::{self, Strength};
use super::super::{Place, Redacted, SecretKind};
use super::sinks;
use super::values::{Value, Values};
use crate::facts::body::{Arm, BinaryOp, Literal, MacroCall, MethodCall};
use crate::facts::{Expr, ExprId, Pat, PatId, Stmt};
use crate::source::{Name, TextRange};

/// A literal and what it is given to.
pub(super) struct Site {
    /// The variable, field, key or function.
    pub(super) name: String,
    /// The literal.
    pub(super) value: Value,
    /// How it is given.
    pub(super) place: Place,
    /// What says that a secret is wanted.
    pub(super) wanted: Wanted,
}

/// What says that a secret is wanted.
pub(super) enum Wanted {
    /// The name.
    ByName,
    /// The function.
    Kind(SecretKind, Strength),
}

/// All sites of a body. `in_default` is set in `impl Default`.
pub(super) fn sites(values: &Values<'_>, in_default: bool) -> Vec<Site> {
    let mut collector = Collector {
        values,
        sites: Vec::new(),
        assigned: if in_default {
            Place::Default
        } else {
            Place::Assigned
        },
    };
    let quiet: Vec<TextRange> = values
        .body
        .exprs()
        .filter(|(_, expr)| matches!(expr, Expr::Macro(call) if is_quiet(call)))
        .map(|(id, _)| values.body.expr_range(id))
        .collect();
    values
        .body
        .exprs()
        .for_each(|(_, expr)| collector.expr(expr));
    collector
        .sites
        .retain(|site| !quiet.iter().any(|range| range.contains(site.value.range)));
    collector.sites
}

fn is_quiet(call: &MacroCall) -> bool {
    call.path
        .last()
        .is_some_and(|it| is_quiet_macro(it.as_str()))
}

/// Macros that compare for tests or print: what they hold is no use of a secret.
pub(super) fn is_quiet_macro(name: &str) -> bool {
    name.starts_with("assert") || name.starts_with("debug_assert") || QUIET_MACROS.contains(&name)
}

const QUIET_MACROS: &[&str] = &[
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "event",
    "span",
    "println",
    "eprintln",
    "print",
    "eprint",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "bail",
    "anyhow",
    "ensure",
    "write",
    "writeln",
    "log",
];

struct Collector<'v, 'a> {
    values: &'v Values<'a>,
    sites: Vec<Site>,
    /// What an assignment means here.
    assigned: Place,
}

impl Collector<'_, '_> {
    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Block(block) => {
                for stmt in &block.stmts {
                    if let Stmt::Let(stmt) = stmt
                        && let (Pat::Bind { name, .. }, Some(init)) =
                            (self.values.body.pat(stmt.pat), stmt.init)
                    {
                        self.given(name.as_str(), init, self.assigned);
                        self.alternatives(Some(name.as_str()), init);
                    }
                }
            }
            Expr::Assign { target, value } => {
                if let Some(name) = self.values.name_of(*target, false) {
                    self.given(&name, *value, self.assigned);
                }
            }
            Expr::Struct(structure) => {
                for (name, value) in &structure.fields {
                    self.given(name.as_str(), *value, self.assigned);
                    self.alternatives(Some(name.as_str()), *value);
                }
            }
            Expr::Binary {
                op: BinaryOp::Eq | BinaryOp::Ne,
                lhs,
                rhs,
            } => {
                self.compared(*lhs, *rhs);
                self.compared(*rhs, *lhs);
            }
            Expr::Match { scrutinee, arms } => self.matched(*scrutinee, arms),
            Expr::If { .. } => self.chosen(None, expr),
            Expr::Call { callee, args } => self.call(*callee, args),
            Expr::MethodCall(call) => self.method(call),
            Expr::Macro(call)
                if call
                    .path
                    .last()
                    .is_some_and(|it| it.as_str().ends_with("json")) =>
            {
                for arg in call.args.as_deref().unwrap_or_default() {
                    if let Some(name) = arg.name {
                        self.given(name.as_str(), arg.value, self.assigned);
                    }
                }
            }
            _ => {}
        }
    }

    fn given(&mut self, name: &str, value: ExprId, place: Place) {
        // Most names say nothing: ask them before the value is unwrapped.
        if names::judge(name).is_some() {
            let value = self.values.literal(value);
            self.push(name, value, place, Wanted::ByName);
        }
    }

    fn push(&mut self, name: &str, value: Option<Value>, place: Place, wanted: Wanted) {
        self.sites.extend(value.map(|value| Site {
            name: name.to_owned(),
            value,
            place,
            wanted,
        }));
    }

    /// `let secret = if .. { env } else { ".." }`, `match env { Err(_) => ".." }`.
    fn alternatives(&mut self, name: Option<&str>, value: ExprId) {
        let expr = self.values.body.expr(value);
        match expr {
            Expr::If { .. } => self.chosen(name, expr),
            Expr::Match { arms, .. } => {
                for arm in arms {
                    if let (Some(name), Some(value)) = (name, self.values.fallback(arm.body)) {
                        self.push(name, Some(value), Place::Default, Wanted::ByName);
                    }
                }
            }
            Expr::MethodCall(call) if sinks::FALLBACKS.contains(&call.name.as_str()) => {
                if let (Some(name), Some(first)) = (name, call.args.first()) {
                    let value = self.values.fallback(*first);
                    self.push(name, value, Place::Default, Wanted::ByName);
                }
            }
            _ => {}
        }
    }

    /// The alternative to a value that is looked up: `if let Ok(x) = env::var("X") { x } else { ".." }`.
    fn chosen(&mut self, name: Option<&str>, expr: &Expr) {
        let Expr::If {
            cond,
            otherwise: Some(otherwise),
            then,
        } = expr
        else {
            return;
        };
        let looked_up = match self.values.body.expr(*cond) {
            Expr::Let { value, .. } => self.values.name_of(*value, true),
            _ => None,
        };
        if let Some(name) = name.map(str::to_owned).or(looked_up) {
            for branch in [*then, *otherwise] {
                let value = self.values.fallback(branch);
                self.push(&name, value, Place::Default, Wanted::ByName);
            }
        }
    }

    fn matched(&mut self, scrutinee: ExprId, arms: &[Arm]) {
        let Some(name) = self
            .values
            .name_of(scrutinee, true)
            .filter(|it| names::judge(it).is_some())
        else {
            return;
        };
        for arm in arms {
            if is_failure(self.values.body.pat(arm.pat)) {
                let value = self.values.fallback(arm.body);
                self.push(&name, value, Place::Default, Wanted::ByName);
            }
            self.pattern(&name, arm.pat, 0);
        }
    }

    /// `match password { ".." => .. }`, also within `Some(..)`.
    fn pattern(&mut self, name: &str, pat: PatId, depth: u32) {
        match self.values.body.pat(pat) {
            Pat::Literal(Literal::Str(text)) => {
                let range = super::values::inside_quotes(
                    self.values.file.text,
                    self.values.body.pat_range(pat),
                );
                let value = Value {
                    text: Redacted::new(text.to_string()),
                    range,
                    guessed: false,
                };
                self.push(name, Some(value), Place::Compared, Wanted::ByName);
            }
            Pat::TupleStruct(_, inner) | Pat::Or(inner) if depth < 8 => {
                inner
                    .iter()
                    .for_each(|it| self.pattern(name, *it, depth + 1));
            }
            _ => {}
        }
    }

    fn compared(&mut self, named: ExprId, value: ExprId) {
        // A comparison of two values that stand in the source says nothing.
        let Some(value) = self.written(value) else {
            return;
        };
        if let Some(name) = self.values.name_of(named, false) {
            self.push(&name, Some(value), Place::Compared, Wanted::ByName);
        }
    }

    /// A literal that stands at the place itself, not behind a name.
    fn written(&self, id: ExprId) -> Option<Value> {
        match self.values.body.expr(id) {
            Expr::Path(_) => None,
            _ => self.values.literal(id),
        }
    }

    fn call(&mut self, callee: ExprId, args: &[ExprId]) {
        let Some(segments) = self.values.callee(callee) else {
            return;
        };
        let Some(last) = segments.last().copied() else {
            return;
        };
        if let Some(sink) = sinks::function(&segments) {
            let value = args
                .get(sink.argument)
                .and_then(|it| self.values.literal(*it));
            let name = segments
                .iter()
                .rev()
                .take(2)
                .rev()
                .map(|it| it.as_str())
                .collect::<Vec<_>>()
                .join("::");
            self.push(
                &name,
                value,
                Place::Passed,
                Wanted::Kind(sink.kind, Strength::Strong),
            );
        } else {
            self.pairs(last, args);
            self.parameters(last, args);
        }
    }

    fn method(&mut self, call: &MethodCall) {
        let name = call.name.as_str();
        if let Some(sink) = sinks::method(name, call.args.len()) {
            let value = call
                .args
                .get(sink.argument)
                .and_then(|it| self.values.literal(*it));
            self.push(
                name,
                value,
                Place::Passed,
                Wanted::Kind(sink.kind, Strength::Strong),
            );
            return;
        }
        let nothing = |first: &ExprId| self.values.is_empty_text(*first);
        if name == "unwrap_or_default"
            || sinks::FALLBACKS.contains(&name) && call.args.first().is_some_and(nothing)
        {
            self.empty(call);
            return;
        }
        if sinks::FALLBACKS.contains(&name) {
            let value = call.args.first().and_then(|it| self.values.fallback(*it));
            if let (Some(value), Some(looked_up)) =
                (value, self.values.name_of(call.receiver, true))
            {
                self.push(&looked_up, Some(value), Place::Default, Wanted::ByName);
            }
            return;
        }
        if let [value] = &*call.args {
            let setter = name.trim_start_matches("set_").trim_start_matches("with_");
            self.given(setter, *value, Place::Passed);
        }
        self.pairs(call.name, &call.args);
        self.parameters(call.name, &call.args);
    }

    /// `env::var("JWT_SECRET").unwrap_or_default()`: whoever knows that nothing is set can
    /// sign with nothing, unless the body looks whether it is empty.
    fn empty(&mut self, call: &MethodCall) {
        let looks = |expr: &Expr| matches!(expr, Expr::MethodCall(it) if it.name == *"is_empty" || it.name == *"len");
        let name = self.values.name_of(call.receiver, true);
        let Some(name) = name.filter(|it| names::judge(it).is_some()) else {
            return;
        };
        if !self.values.body.exprs().any(|(_, expr)| looks(expr)) {
            let value = Value {
                text: Redacted::new(String::new()),
                range: call.name_range,
                guessed: false,
            };
            self.push(&name, Some(value), Place::Default, Wanted::ByName);
        }
    }

    /// `set_var("JWT_SECRET", "..")`, `.header("Authorization", "Bearer ..")`, `env_or("SECRET", "..")`.
    fn pairs(&mut self, function: Name, args: &[ExprId]) {
        let [key, value] = args else { return };
        let place = match function.as_str() {
            it if sinks::DEFAULTING.contains(&it) => Place::Default,
            it if sinks::PAIRING.contains(&it) => Place::Passed,
            _ => return,
        };
        let key = self
            .values
            .string(*key)
            .map(str::to_owned)
            .or_else(|| self.values.name_of(*key, false));
        if let Some(key) = key {
            self.given(&key, *value, place);
        }
    }

    /// Arguments of functions of this file whose parameters are named so.
    fn parameters(&mut self, function: Name, args: &[ExprId]) {
        let Some(parameters) = self.values.file.parameters.get(&function) else {
            return;
        };
        if parameters.len() != args.len() {
            return;
        }
        for (parameter, arg) in parameters.iter().zip(args) {
            if let Some(parameter) = parameter {
                self.given(parameter.as_str(), *arg, Place::Passed);
            }
        }
    }
}

/// A pattern of what is not there: `Err(_)`, `None`, `_`.
fn is_failure(pat: &Pat) -> bool {
    match pat {
        Pat::Wild => true,
        Pat::Path(path) => path.last().is_some_and(|it| it == *"None"),
        Pat::Bind { name, .. } => *name == *"None",
        Pat::TupleStruct(path, _) => path.last().is_some_and(|it| it == *"Err"),
        _ => false,
    }
}
