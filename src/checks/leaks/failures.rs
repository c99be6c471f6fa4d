//! Responses that say that something went wrong: where a status of 4xx or 5xx stands, and what is sent with it.

use crate::facts::body::MethodCall;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::models::HazardKind;
use crate::program::{BodyKey, Program};
use crate::source::Name;
use crate::values::around::Parents;
use crate::values::{Callee, Typing};

/// Methods of responses, errors and their builders that take what is sent.
const SAYS: [&str; 13] = [
    "body",
    "json",
    "render",
    "text",
    "brief",
    "message_body",
    "set_body",
    "with_body",
    "sized_body",
    "streaming",
    "write_body",
    "html",
    "content",
];

/// Methods that take a status and give what it belongs to.
const TAKES_STATUS: [&str; 6] = [
    "status",
    "set_status",
    "status_code",
    "with_status",
    "build",
    "code",
];

/// How many steps are taken from a status to what is sent with it.
const MAX_STEPS: u32 = 24;

/// What is sent to say that something failed.
pub(super) struct Failure {
    /// What says it: a status, or a function that makes a response of 4xx or 5xx.
    pub(super) by: Name,
    /// Whether the service says that it is to blame: 5xx.
    pub(super) is_internal: bool,
    /// What is sent.
    pub(super) says: Vec<ExprId>,
}

/// The responses of a body that say that something went wrong, by what models call a failure or a refusal.
pub(super) fn in_body(program: &Program, key: BodyKey, typing: &Typing) -> Vec<Failure> {
    let body = &program[key].body;
    let parents = Parents::of(body);
    let mut found = Vec::new();
    for (id, expr) in body.exprs() {
        let path = match expr {
            Expr::Call { .. } | Expr::MethodCall(_) => typing.external(id),
            Expr::Path(_) if !is_callee(body, &parents, id) => external(typing, id),
            _ => None,
        };
        let Some(by) = path else { continue };
        let hazards = program.models.hazards(by);
        let mut hazards = hazards.into_iter();
        let is_meant = |kind| matches!(kind, HazardKind::Failure | HazardKind::Refusal);
        let Some(hazard) = hazards.find(|it| is_meant(it.kind)) else {
            continue;
        };
        let argument = hazard.argument.and_then(|it| usize::try_from(it).ok());
        let mut says = Vec::new();
        match (argument, expr) {
            (Some(0), Expr::Path(_)) => says.extend(handed(body, &parents, id)),
            (Some(at), _) => says.extend(expr.args().get(at)),
            (None, _) => Climb::new(body, typing, &parents).from(id, &mut says),
        }
        if !says.is_empty() {
            found.push(Failure {
                by,
                is_internal: hazard.kind == HazardKind::Failure,
                says,
            });
        }
    }
    found
}

/// What a path leads to, if that is of a library.
fn external(typing: &Typing, id: ExprId) -> Option<Name> {
    match typing.defs(id).first() {
        Some(Callee::External(path)) => Some(*path),
        _ => None,
    }
}

fn is_callee(body: &Body, parents: &Parents, id: ExprId) -> bool {
    let parent = parents.parent(id).map(|it| body.expr(it));
    matches!(parent, Some(Expr::Call { callee, .. }) if *callee == id)
}

/// `result.map_err(ErrorInternalServerError)`: the result, for what is wrong with it.
fn handed(body: &Body, parents: &Parents, id: ExprId) -> Option<ExprId> {
    match body.expr(parents.parent(id)?) {
        Expr::MethodCall(call) if call.name == "map_err" => Some(call.receiver),
        _ => None,
    }
}

/// The way up from a status.
struct Climb<'c> {
    body: &'c Body,
    typing: &'c Typing,
    parents: &'c Parents,
    steps: u32,
}

impl<'c> Climb<'c> {
    fn new(body: &'c Body, typing: &'c Typing, parents: &'c Parents) -> Climb<'c> {
        Climb {
            body,
            typing,
            parents,
            steps: MAX_STEPS,
        }
    }

    /// Goes up from a status, or from what holds one, to what takes it, and collects what is sent with it.
    fn from(&mut self, id: ExprId, says: &mut Vec<ExprId>) {
        let Some(steps) = self.steps.checked_sub(1) else {
            return;
        };
        self.steps = steps;
        let Some(parent) = self.parents.parent(id) else {
            return;
        };
        match self.body.expr(parent) {
            // What Rocket's guards give up with stays inside.
            Expr::Tuple(_) if self.is_outcome(parent) => {}
            Expr::Tuple(all) => says.extend(all.iter().filter(|it| **it != id)),
            Expr::Call { callee, args } if *callee != id => {
                says.extend(args.iter().filter(|it| **it != id));
                self.from(parent, says);
            }
            Expr::Struct(literal) => {
                let others = literal.fields.iter().map(|it| it.1);
                says.extend(others.filter(|it| *it != id));
            }
            Expr::MethodCall(call) if call.receiver == id => self.along(call, parent, says),
            Expr::MethodCall(call) if TAKES_STATUS.iter().any(|it| call.name == *it) => {
                says.extend(call.args.iter().filter(|it| **it != id));
                // What the builder was told before.
                self.before(call.receiver, says);
                self.from(parent, says);
            }
            Expr::Block(block) if block.tail == Some(id) => self.from(parent, says),
            Expr::Block(block) => self.in_block(block, id, says),
            Expr::Ref { .. } | Expr::Try(_) | Expr::Await(_) => self.from(parent, says),
            _ => {}
        }
    }

    /// Whether a pair is handed to `Outcome::Error`.
    fn is_outcome(&self, id: ExprId) -> bool {
        let parent = self.parents.parent(id).map(|it| self.body.expr(it));
        let Some(Expr::Call { callee, .. }) = parent else {
            return false;
        };
        match self.body.expr(*callee) {
            Expr::Path(path) => {
                let last = path.last();
                last.is_some_and(|it| matches!(it.as_str(), "Error" | "Failure"))
            }
            _ => false,
        }
    }

    /// Along a chain of methods.
    fn along(&mut self, call: &MethodCall, id: ExprId, says: &mut Vec<ExprId>) {
        if SAYS.iter().any(|it| call.name == *it) {
            says.extend(&*call.args);
        }
        self.from(id, says);
    }

    fn before(&self, id: ExprId, says: &mut Vec<ExprId>) {
        let mut at = id;
        while let Expr::MethodCall(call) = self.body.expr(at) {
            if SAYS.iter().any(|it| call.name == *it) {
                says.extend(&*call.args);
            }
            at = call.receiver;
        }
    }

    /// What is done in a block with the variable that a status was put into, or with the response that
    /// was given one.
    fn in_block(&mut self, block: &crate::facts::body::Block, id: ExprId, says: &mut Vec<ExprId>) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(data) if data.init == Some(id) => {
                    let Pat::Bind { .. } = self.body.pat(data.pat) else {
                        return;
                    };
                    for used in self.uses(data.pat) {
                        self.from(used, says);
                    }
                }
                Stmt::Expr(it) if *it == id => {
                    let Some(response) = self.root(id) else {
                        return;
                    };
                    let others = block.stmts.iter().filter_map(|it| match it {
                        Stmt::Expr(other) if *other != id => Some(*other),
                        _ => None,
                    });
                    for other in others.chain(block.tail) {
                        if self.root(other) == Some(response) {
                            self.before(other, says);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn uses(&self, pat: PatId) -> Vec<ExprId> {
        let paths = self.body.exprs().filter(|(id, expr)| {
            matches!(expr, Expr::Path(_)) && self.typing.local(*id) == Some(pat)
        });
        paths.map(|it| it.0).collect()
    }

    /// The variable at the beginning of a chain of methods.
    fn root(&self, id: ExprId) -> Option<PatId> {
        match self.body.expr(id) {
            Expr::MethodCall(call) => self.root(call.receiver),
            Expr::Path(_) => self.typing.local(id),
            _ => None,
        }
    }
}
