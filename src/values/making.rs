//! How a value was made: the calls of library code that build it, in order.
//!
//! Builders are followed backwards, through variables, wrappers and functions of the program, to
//! where they begin: `CorsLayer::new().allow_origin(Any)`, whether it stands in one place or in
//! many. What stands in a branch, or whose branch is not known, is not certain.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::strings::locals::{From, Locals};
use super::{Callee, Typing, Values};
use crate::facts::body::Block;
use crate::facts::{Body, Expr, ExprId, PatId, Stmt};
use crate::program::{BodyKey, BodyOwner, FnId, Ty};
use crate::source::{Name, Span};

/// How many expressions are looked at for one value.
const MAX_EXPRS: u32 = 2000;
/// How deep functions are followed.
const MAX_DEPTH: usize = 16;

/// A place in a body.
pub type Place = (BodyKey, ExprId);

/// One step that makes a value: a call, a constant, a field of a literal.
#[derive(Debug, Clone)]
pub struct Step {
    /// The canonical path of what is called or named; of a field, `Type::field`.
    pub path: Name,
    /// What it is given, the receiver left out.
    pub args: Vec<Place>,
    /// The smallest text that shows it.
    pub span: Span,
    /// Whether it is taken in any case.
    pub is_certain: bool,
}

/// What may be changed after it was set for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    Local(PatId),
    This,
}

/// Looks for the steps that make values.
pub struct Making<'v, 'a> {
    values: &'v Values<'a>,
    locals: FxHashMap<BodyKey, Rc<Locals>>,
    /// What functions are given that were followed.
    given: FxHashMap<(BodyKey, usize), Vec<Place>>,
    seen: FxHashSet<(Place, usize)>,
    entered: Vec<FnId>,
    uncertain: usize,
    budget: u32,
}

impl<'v, 'a> Making<'v, 'a> {
    /// One that has seen nothing.
    pub fn new(values: &'v Values<'a>) -> Making<'v, 'a> {
        Making {
            values,
            locals: FxHashMap::default(),
            given: FxHashMap::default(),
            seen: FxHashSet::default(),
            entered: Vec::new(),
            uncertain: 0,
            budget: MAX_EXPRS,
        }
    }

    /// The steps that make the value of an expression, in order. Arguments of steps are asked
    /// for by themselves, of the same `Making`: it knows what functions were given on the way.
    pub fn steps(&mut self, place: Place) -> Vec<Step> {
        self.seen.clear();
        self.uncertain = 0;
        let mut steps = Vec::new();
        self.walk(place, &mut steps);
        steps
    }

    /// What functions were given on the way, by body and parameter.
    pub fn given(&self) -> &FxHashMap<(BodyKey, usize), Vec<Place>> {
        &self.given
    }

    fn walk(&mut self, place: Place, out: &mut Vec<Step>) {
        let (key, id) = place;
        if self.budget == 0 || !self.seen.insert((place, self.entered.len())) {
            return;
        }
        self.budget -= 1;
        let program = self.values.program;
        let body = &program[key].body;
        match body.expr(id) {
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Cast { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Return(Some(inner)) => self.walk((key, *inner), out),
            Expr::Block(block) => {
                if let Some(tail) = block.tail {
                    let is_cfg = usize::from(block.cfg_at(block.stmts.len()).is_some());
                    self.uncertain += is_cfg;
                    self.walk((key, tail), out);
                    self.uncertain -= is_cfg;
                }
            }
            Expr::If {
                then, otherwise, ..
            } => {
                self.uncertain += 1;
                for branch in Some(*then).into_iter().chain(*otherwise) {
                    self.walk((key, branch), out);
                }
                self.uncertain -= 1;
            }
            Expr::Match { arms, .. } => {
                self.uncertain += 1;
                for arm in arms {
                    self.walk((key, arm.body), out);
                }
                self.uncertain -= 1;
            }
            Expr::Path(_) => self.path(place, out),
            Expr::Struct(literal) => {
                if let Some(rest) = literal.rest {
                    self.walk((key, rest), out);
                }
                let ty = self.values.typing(key).ty(id).peel_refs();
                let Ty::External(owner, _) = ty else { return };
                for (field, value) in &literal.fields {
                    let path = Name::new(&format!("{owner}::{field}"));
                    self.push(path, vec![(key, *value)], (key, *value), out);
                }
            }
            Expr::Call { args, .. } => {
                let args: Vec<Place> = args.iter().map(|it| (key, *it)).collect();
                self.call(place, args, out);
            }
            Expr::MethodCall(call) => {
                self.walk((key, call.receiver), out);
                let args = call.args.iter().map(|it| (key, *it)).collect();
                self.call(place, args, out);
            }
            _ => {}
        }
    }

    /// A call of a library, or of a function of the program, which is followed.
    fn call(&mut self, place: Place, args: Vec<Place>, out: &mut Vec<Step>) {
        let (key, id) = place;
        let callees = self.values.typing(key).callees(id);
        let mut functions = callees.iter().filter_map(|it| match it {
            Callee::Fn(candidate) => Some(candidate.id),
            _ => None,
        });
        if let Some(function) = functions.next() {
            let is_choice = usize::from(functions.next().is_some());
            self.uncertain += is_choice;
            self.function(function, place, &args, out);
            self.uncertain -= is_choice;
            return;
        }
        let Some(path) = self.values.typing(key).external(id) else {
            // A method of a type that nobody knows, `Some(x)`.
            args.iter().for_each(|arg| self.walk(*arg, out));
            return;
        };
        // `Arc::new(x)`, `Box::leak(x)`, `enabled.then(|| x)`.
        if path.as_str().starts_with("std::") {
            for (of, arg) in &args {
                if let Expr::Closure(closure) = self.values.program[*of].body.expr(*arg) {
                    self.uncertain += 1;
                    self.walk((*of, closure.body), out);
                    self.uncertain -= 1;
                } else {
                    self.walk((*of, *arg), out);
                }
            }
            return;
        }
        self.push(path, args, place, out);
    }

    fn function(&mut self, id: FnId, call: Place, args: &[Place], out: &mut Vec<Step>) {
        let program = self.values.program;
        let def = &program[id];
        let Some(body) = def.body else { return };
        if self.entered.len() >= MAX_DEPTH || self.entered.contains(&id) {
            return;
        }
        // Called by its path, a method gets `self` as its first argument.
        let is_path = matches!(program[call.0].body.expr(call.1), Expr::Call { .. });
        let own = usize::from(is_path && def.sig.self_param.is_some());
        for (at, arg) in args.iter().skip(own).enumerate() {
            let given = self.given.entry((body, at)).or_default();
            if !given.contains(arg) {
                given.push(*arg);
            }
        }
        self.entered.push(id);
        let returned = program[body].body.exprs().filter_map(|it| match it.1 {
            Expr::Return(Some(value)) => Some(*value),
            _ => None,
        });
        let returned: Vec<ExprId> = returned.collect();
        let branches = usize::from(!returned.is_empty());
        self.uncertain += branches;
        for value in returned {
            self.walk((body, value), out);
        }
        self.walk((body, program[body].body.root), out);
        self.uncertain -= branches;
        self.entered.pop();
    }

    /// A variable, a constant, or an item of a library.
    fn path(&mut self, place: Place, out: &mut Vec<Step>) {
        let (key, id) = place;
        let typing = self.values.typing(key);
        match variable(&self.values.program[key].body, typing, id) {
            Some(Variable::Local(pat)) => return self.local(key, pat, out),
            Some(Variable::This) => {
                let body = &self.values.program[key].body;
                if let Expr::Block(home) = body.expr(body.root) {
                    self.changes_at(key, Variable::This, home, out);
                }
                return;
            }
            None => {}
        }
        match typing.defs(id).first() {
            Some(Callee::External(path)) => self.push(*path, Vec::new(), place, out),
            Some(Callee::Const(constant)) => {
                if let Some(body) = self.values.program[*constant].body {
                    self.walk((body, self.values.program[body].body.root), out);
                }
            }
            _ => {}
        }
    }

    fn local(&mut self, key: BodyKey, pat: PatId, out: &mut Vec<Step>) {
        let program = self.values.program;
        let typing = self.values.typing(key);
        let locals = self.locals.entry(key).or_insert_with(|| {
            let made = Locals::of(&program[key].body, typing);
            Rc::new(made)
        });
        let locals = Rc::clone(locals);
        let sources = locals.sources(pat);
        let Some(first) = sources.first() else { return };
        match first.from {
            From::Expr(init) => {
                self.walk((key, init), out);
                self.changes(key, pat, init, out);
            }
            From::Param(at) => {
                let known = self.given.get(&(key, at)).cloned();
                let given = known.unwrap_or_else(|| self.only_call(key, at));
                let is_choice = usize::from(given.len() > 1);
                self.uncertain += is_choice;
                given.into_iter().for_each(|it| self.walk(it, out));
                self.uncertain -= is_choice;
            }
            From::Field(..) => {}
        }
    }

    /// What a function is given by the only call that there is.
    fn only_call(&self, key: BodyKey, at: usize) -> Vec<Place> {
        let program = self.values.program;
        let BodyOwner::Fn(id) = program[key].owner else {
            return Vec::new();
        };
        let calls = self.values.callers(id, |key| match program[key].owner {
            BodyOwner::Fn(id) => !program[id].is_test,
            BodyOwner::Const(id) => !program[id].is_test,
        });
        let [(caller, call)] = calls.as_slice() else {
            return Vec::new();
        };
        let (args, own) = match program[*caller].body.expr(*call) {
            Expr::Call { args, .. } => (args, usize::from(program[id].sig.self_param.is_some())),
            Expr::MethodCall(call) => (&call.args, 0),
            _ => return Vec::new(),
        };
        let given = args.get(at + own).map(|it| (*caller, *it));
        given.into_iter().collect()
    }

    /// What happens to a variable after it was set for the first time: `cors = cors.max_age(9)`
    /// and `builder.finish();`, for certain where that stands in the same block.
    fn changes(&mut self, key: BodyKey, pat: PatId, init: ExprId, out: &mut Vec<Step>) {
        let program = self.values.program;
        let body = &program[key].body;
        let sets = |stmt: &Stmt| matches!(stmt, Stmt::Let(it) if it.init == Some(init));
        let mut blocks = body.exprs().filter_map(|(_, expr)| match expr {
            Expr::Block(block) if block.stmts.iter().any(sets) => Some(block),
            _ => None,
        });
        let Some(home) = blocks.next() else { return };
        self.changes_at(key, Variable::Local(pat), home, out);
    }

    /// What happens to a variable in its body; certain is what stands in one block.
    fn changes_at(&mut self, key: BodyKey, of: Variable, home: &Block, out: &mut Vec<Step>) {
        let program = self.values.program;
        let typing = self.values.typing(key);
        let body = &program[key].body;
        let is_it = |id: ExprId| variable(body, typing, id) == Some(of);
        let is_of_home = |id: ExprId| {
            let mut stmts = home.stmts.iter().enumerate();
            stmts.any(|(at, stmt)| {
                matches!(stmt, Stmt::Expr(it) if *it == id) && home.cfg_at(at).is_none()
            })
        };
        let root = |mut id: ExprId| {
            while let Expr::MethodCall(call) = body.expr(id) {
                id = call.receiver;
            }
            id
        };
        let is_stmt = |id: ExprId| {
            let mut exprs = body.exprs();
            exprs.any(|(_, expr)| match expr {
                Expr::Block(block) => block
                    .stmts
                    .iter()
                    .any(|it| matches!(it, Stmt::Expr(stmt) if *stmt == id)),
                _ => false,
            })
        };
        let is_lent = |id: ExprId| match body.expr(id) {
            Expr::Ref { inner, .. } => is_it(*inner),
            _ => false,
        };
        let changes = body.exprs().filter_map(|(id, expr)| match expr {
            Expr::Assign { target, value } if is_it(*target) => Some((id, *value, None)),
            Expr::MethodCall(_) if is_it(root(id)) && is_stmt(id) => Some((id, id, None)),
            Expr::Call { args, .. } => {
                let at = args.iter().position(|it| is_lent(*it));
                at.map(|at| (id, id, Some(at)))
            }
            _ => None,
        });
        let changes: Vec<(ExprId, ExprId, Option<usize>)> = changes.collect();
        for (stmt, value, lent) in changes {
            let is_open = usize::from(!is_of_home(stmt));
            self.uncertain += is_open;
            match lent {
                Some(at) => self.lent((key, value), at, out),
                None => self.walk((key, value), out),
            }
            self.uncertain -= is_open;
        }
    }

    /// What a function of the program does to what it is lent as an argument: `harden(&mut cookie)`.
    fn lent(&mut self, call: Place, at: usize, out: &mut Vec<Step>) {
        let program = self.values.program;
        let callees = self.values.typing(call.0).callees(call.1);
        let [Callee::Fn(function)] = callees else {
            return;
        };
        let def = &program[function.id];
        let Some(key) = def.body.filter(|_| def.sig.self_param.is_none()) else {
            return;
        };
        let body = &program[key].body;
        let (Some(pat), Expr::Block(home)) = (body.params.get(at), body.expr(body.root)) else {
            return;
        };
        if self.entered.len() >= MAX_DEPTH || self.entered.contains(&function.id) {
            return;
        }
        self.entered.push(function.id);
        self.changes_at(key, Variable::Local(*pat), home, out);
        self.entered.pop();
    }

    fn push(&mut self, path: Name, args: Vec<Place>, place: Place, out: &mut Vec<Step>) {
        let (key, id) = place;
        let data = &self.values.program[key];
        let range = match data.body.expr(id) {
            Expr::MethodCall(call) => {
                let end = data.body.expr_range(id).end;
                crate::source::TextRange::new(call.name_range.start, end)
            }
            _ => data.body.expr_range(id),
        };
        out.push(Step {
            path,
            args,
            span: range.in_file(data.file),
            is_certain: self.uncertain == 0,
        });
    }
}

/// The variable that an expression names.
fn variable(body: &Body, typing: &Typing, id: ExprId) -> Option<Variable> {
    if let Some(pat) = typing.local(id) {
        return Some(Variable::Local(pat));
    }
    let Expr::Path(path) = body.expr(id) else {
        return None;
    };
    let is_this = path.as_ident().is_some_and(|it| it == "self");
    is_this.then_some(Variable::This)
}
