//! Which methods and paths a function tells apart that answers all requests of a service.
//!
//! Nothing is said here of what guards them: a branch that is not understood is none, and what
//! it answers belongs to the route around it.

use rustc_hash::FxHashMap;

use super::hyper::NAME;
use super::hyper_subjects::{Narrowed, Subject, Subjects};
use crate::facts::{Expr, ExprId, Stmt};
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::value::Route;
use crate::values::{Callee, Text, Values};

/// Functions that call one another more deeply than this are not followed.
const MAX_DEPTH: usize = 6;

/// The routes of what answers all requests; `None` if it only hands them on to code that is not
/// in the program.
pub(super) fn routes(values: &Values<'_>, answers: HandlerTarget) -> Option<Vec<Route>> {
    let (body, root) = match answers {
        HandlerTarget::Fn(id) => {
            let body = values.program[id].body?;
            (body, values.program[body].body.root)
        }
        HandlerTarget::Closure(body, expr) => match values.program[body].body.expr(expr) {
            Expr::Closure(closure) => (body, closure.body),
            _ => return None,
        },
        HandlerTarget::External(_) | HandlerTarget::Unknown => return None,
    };
    // `|req| handle(req, state)`: that function is the service.
    if let HandlerTarget::Closure(..) = answers {
        match handler(values, body, root) {
            Some(id) => return routes(values, HandlerTarget::Fn(id)),
            None if hands_on(values, body, root) => return None,
            None => {}
        }
    }
    let mut walk = Walk {
        values,
        answers,
        routes: Vec::new(),
        entered: Vec::new(),
    };
    let mut place = Place {
        body,
        subjects: Subjects::new(values, body, FxHashMap::default()),
    };
    if walk.expr(&mut place, root, &Narrowed::default()) == 0 {
        walk.add(body, root, &Narrowed::default());
    }
    Some(walk.routes)
}

struct Walk<'v, 'a> {
    values: &'v Values<'a>,
    answers: HandlerTarget,
    routes: Vec<Route>,
    entered: Vec<FnId>,
}

/// A body that is being read, and what is known in it of the request.
struct Place<'v, 'a> {
    body: BodyKey,
    subjects: Subjects<'v, 'a>,
}

impl<'a> Walk<'_, 'a> {
    /// Reads an expression that requests so narrowed get to. Gives how many routes it found.
    fn expr(&mut self, place: &mut Place<'_, 'a>, id: ExprId, narrow: &Narrowed) -> usize {
        let program = self.values.program;
        let body = &program[place.body].body;
        match body.expr(id) {
            Expr::Block(block) => self.block(place, &block.stmts, block.tail, narrow),
            Expr::If {
                cond,
                then,
                otherwise,
            } => {
                let mut found = 0;
                let all = place.subjects.condition(*cond);
                for one in &all {
                    found += self.branch(place, *then, narrow, &narrow.and(one), false);
                }
                if let Some(otherwise) = otherwise {
                    found += self.left(place, *otherwise, narrow, found > 0);
                }
                found
            }
            Expr::Match { scrutinee, arms } => {
                let subject = place.subjects.of(*scrutinee);
                let mut found = 0;
                for arm in arms {
                    let Some(subject) = &subject else {
                        found += self.expr(place, arm.body, narrow);
                        continue;
                    };
                    let mut all = place.subjects.pattern(arm.pat, subject);
                    if let Some(guard) = arm.guard {
                        let guards = place.subjects.condition(guard);
                        let both = |it: &Narrowed| {
                            let each = guards.iter().map(|guard| it.and(guard));
                            each.collect::<Vec<_>>()
                        };
                        all = all.iter().flat_map(both).collect();
                    }
                    for one in &all {
                        let inner = narrow.and(one);
                        found += match inner == *narrow {
                            true => self.left(place, arm.body, narrow, found > 0),
                            false => self.branch(place, arm.body, narrow, &inner, false),
                        };
                    }
                }
                found
            }
            Expr::Call { args, .. } => match self.called(place.body, id) {
                Some(called) => self.enter(place, called, args, narrow),
                None => args.iter().map(|it| self.expr(place, *it, narrow)).sum(),
            },
            Expr::MethodCall(call) => match self.called(place.body, id) {
                Some(called) => self.enter(place, called, &call.args, narrow),
                None => {
                    let within = call.args.iter().copied().chain([call.receiver]);
                    within.map(|it| self.expr(place, it, narrow)).sum()
                }
            },
            Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Ref { inner, .. }
            | Expr::Return(Some(inner))
            | Expr::Assign { value: inner, .. } => self.expr(place, *inner, narrow),
            Expr::Loop(data) => self.expr(place, data.body, narrow),
            _ => 0,
        }
    }

    fn block(
        &mut self,
        place: &mut Place<'_, 'a>,
        stmts: &[Stmt],
        tail: Option<ExprId>,
        narrow: &Narrowed,
    ) -> usize {
        let body = &self.values.program[place.body].body;
        let mut found = 0;
        // Whether all that was found so far has left by `return`.
        let mut left = 0;
        for stmt in stmts {
            match stmt {
                Stmt::Let(data) => {
                    if let Some(init) = data.init {
                        found += self.expr(place, init, narrow);
                    }
                }
                Stmt::Expr(id) => {
                    let own = self.expr(place, *id, narrow);
                    found += own;
                    let leaves = matches!(body.expr(*id), Expr::If { then, otherwise: None, .. } if ends(body, *then));
                    left += if leaves { own } else { 0 };
                }
            }
        }
        if let Some(tail) = tail {
            let is_left = found > 0 && left == found;
            found += match is_left {
                true => self.left(place, tail, narrow, true),
                false => self.expr(place, tail, narrow),
            };
        }
        found
    }

    /// What is left for requests that no branch before has taken.
    fn left(
        &mut self,
        place: &mut Place<'_, 'a>,
        id: ExprId,
        narrow: &Narrowed,
        after_others: bool,
    ) -> usize {
        match after_others {
            true => self.branch(place, id, narrow, narrow, true),
            false => self.expr(place, id, narrow),
        }
    }

    /// A branch for requests so narrowed: what it tells apart, or else itself.
    fn branch(
        &mut self,
        place: &mut Place<'_, 'a>,
        id: ExprId,
        before: &Narrowed,
        narrow: &Narrowed,
        is_rest: bool,
    ) -> usize {
        let found = self.expr(place, id, narrow);
        let is_told_apart = narrow != before || is_rest;
        if found > 0 || !is_told_apart || self.answers_nothing(place.body, id, is_rest) {
            return found;
        }
        self.add(place.body, id, narrow);
        1
    }

    /// A function of the program that answers requests, and what it tells apart.
    fn enter(
        &mut self,
        place: &mut Place<'_, 'a>,
        called: FnId,
        args: &[ExprId],
        narrow: &Narrowed,
    ) -> usize {
        let program = self.values.program;
        let Some(body) = program[called].body else {
            return 0;
        };
        if self.entered.len() >= MAX_DEPTH || self.entered.contains(&called) {
            return 0;
        }
        let mut known: FxHashMap<_, Subject> = FxHashMap::default();
        let params = &program[body].body.params;
        let skipped = args.len().saturating_sub(params.len());
        for (pat, arg) in params.iter().zip(&args[skipped..]) {
            if let Some(subject) = place.subjects.of(*arg) {
                known.insert(*pat, subject);
            }
        }
        self.entered.push(called);
        let mut inner = Place {
            body,
            subjects: Subjects::new(self.values, body, known),
        };
        let found = self.expr(&mut inner, program[body].body.root, narrow);
        self.entered.pop();
        found
    }

    /// The function of the program that a call leads to, if it answers.
    fn called(&self, key: BodyKey, id: ExprId) -> Option<FnId> {
        called(self.values, key, id)
    }

    /// Whether what is left says that there is nothing, or nothing by this method.
    fn answers_nothing(&self, key: BodyKey, id: ExprId, is_rest: bool) -> bool {
        is_rest && says_missing(self.values, key, id, 0)
    }

    fn add(&mut self, key: BodyKey, id: ExprId, narrow: &Narrowed) {
        let data = &self.values.program[key];
        let span = data.body.expr_range(id).in_file(data.file);
        let handler = handler(self.values, key, id).map(HandlerTarget::Fn);
        let methods = match narrow.methods.is_empty() {
            true => vec!["ANY".to_owned()],
            false => narrow.methods.clone(),
        };
        for method in methods {
            let mut route = Route::new(method, handler.unwrap_or(self.answers), span);
            route.path.push(Text::known(narrow.shown(), Some(span)));
            route.within = Some(self.answers);
            route.fallback = narrow.path.is_none();
            route.framework = Some(NAME);
            let is_known = |it: &Route| it.method == route.method && it.path == route.path;
            // The first branch that fits has it.
            if !self.routes.iter().any(is_known) {
                self.routes.push(route);
            }
        }
    }
}

/// The function of the program that a call leads to, if what it gives may be an answer.
fn called(values: &Values<'_>, key: BodyKey, id: ExprId) -> Option<FnId> {
    let callees = values.typing(key).callees(id);
    let found = callees.iter().find_map(|callee| match callee {
        Callee::Fn(candidate) => Some(candidate.id),
        _ => None,
    })?;
    is_answer(&values.program.fn_return(found)).then_some(found)
}

/// Whether a type is a response, or holds one.
fn is_answer(ty: &Ty) -> bool {
    match ty {
        Ty::Future(inner) | Ty::Ref(inner) => is_answer(inner),
        Ty::External(path, args) => *path == "http::Response" || args.iter().any(is_answer),
        Ty::Opaque(_) | Ty::Dyn(_) | Ty::Unknown => true,
        _ => false,
    }
}

/// The function that answers where nothing else happens: `handle(req).await`, `Ok(handle(req)?)`.
fn handler(values: &Values<'_>, key: BodyKey, id: ExprId) -> Option<FnId> {
    let body = &values.program[key].body;
    match body.expr(id) {
        Expr::Try(inner) | Expr::Await(inner) | Expr::Return(Some(inner)) => {
            handler(values, key, *inner)
        }
        Expr::Block(block) => match (&*block.stmts, block.tail) {
            ([], Some(tail)) => handler(values, key, tail),
            ([Stmt::Expr(only)], None) => handler(values, key, *only),
            _ => None,
        },
        Expr::Call { args, .. } => called(values, key, id).or_else(|| {
            // `Ok(..)`, `Box::pin(..)`.
            let [only] = &**args else { return None };
            handler(values, key, *only)
        }),
        Expr::MethodCall(_) => called(values, key, id),
        _ => None,
    }
}

/// Whether code hands the request on to a service that it does not show: `app.call(req)`.
fn hands_on(values: &Values<'_>, key: BodyKey, id: ExprId) -> bool {
    let body = &values.program[key].body;
    let range = body.expr_range(id);
    let mut exprs = body.exprs();
    exprs.any(|(id, expr)| {
        let Expr::MethodCall(call) = expr else {
            return false;
        };
        let is_service = matches!(call.name.as_str(), "call" | "oneshot" | "ready_oneshot");
        is_service && range.contains(body.expr_range(id)) && called(values, key, id).is_none()
    })
}

/// Whether code says that there is nothing at a path, or nothing by a method.
fn says_missing(values: &Values<'_>, key: BodyKey, id: ExprId, depth: usize) -> bool {
    const WORDS: [&str; 4] = [
        "NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "NotFound",
        "MethodNotAllowed",
    ];
    let body = &values.program[key].body;
    let range = body.expr_range(id);
    let mut exprs = body
        .exprs()
        .filter(|(id, _)| range.contains(body.expr_range(*id)));
    exprs.any(|(id, expr)| match expr {
        Expr::Path(path) => path.last().is_some_and(|it| WORDS.contains(&it.as_str())),
        Expr::Literal(crate::facts::body::Literal::Int(Some(code))) => matches!(code, 404 | 405),
        Expr::Call { .. } | Expr::MethodCall(_) if depth < 2 => {
            let called = called(values, key, id).and_then(|it| values.program[it].body);
            called.is_some_and(|key| {
                says_missing(values, key, values.program[key].body.root, depth + 1)
            })
        }
        _ => false,
    })
}

/// Whether a branch ends in `return`.
fn ends(body: &crate::facts::Body, id: ExprId) -> bool {
    match body.expr(id) {
        Expr::Return(_) => true,
        Expr::Block(block) => match (block.tail, block.stmts.last()) {
            (Some(tail), _) => ends(body, tail),
            (None, Some(Stmt::Expr(last))) => ends(body, *last),
            _ => false,
        },
        _ => false,
    }
}
