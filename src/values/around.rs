//! What stands around an expression: its parents, and whether it is reached only on a condition.

use crate::facts::body::LoopKind;
use crate::facts::{Body, Expr, ExprId, Stmt};

/// The parents of a body's expressions.
#[derive(Debug)]
pub struct Parents(Vec<Option<ExprId>>);

impl Parents {
    /// Of all expressions of a body.
    pub fn of(body: &Body) -> Parents {
        let mut parents = vec![None; body.expr_count()];
        for (id, expr) in body.exprs() {
            children(expr, &mut |child| parents[child.0 as usize] = Some(id));
        }
        Parents(parents)
    }

    /// The expression that another is a part of.
    pub fn parent(&self, id: ExprId) -> Option<ExprId> {
        self.0.get(id.0 as usize).copied().flatten()
    }

    /// All of them, the nearest first.
    pub fn above(&self, id: ExprId) -> impl Iterator<Item = ExprId> {
        std::iter::successors(self.parent(id), |it| self.parent(*it))
    }

    /// The conditions on which an expression is reached: of branches that it stands in, and of those that
    /// leave before it with something other than an error.
    pub fn conditions(&self, body: &Body, id: ExprId) -> Vec<Condition> {
        let mut found = Vec::new();
        let mut below = id;
        for at in self.above(id) {
            match body.expr(at) {
                Expr::If {
                    cond,
                    then,
                    otherwise,
                } if *then == below || *otherwise == Some(below) => {
                    found.push(Condition {
                        asked: *cond,
                        holds: Some(*then == below),
                        way: Way::Branch(at),
                    });
                }
                Expr::Match { scrutinee, arms } if *scrutinee != below && arms.len() > 1 => {
                    found.push(Condition {
                        asked: *scrutinee,
                        holds: None,
                        way: Way::Arm(at),
                    });
                }
                Expr::Block(block) => {
                    for (place, stmt) in block.stmts.iter().enumerate() {
                        if is_of(stmt, below) {
                            if block.cfg_at(place).is_some() {
                                found.push(Condition {
                                    asked: below,
                                    holds: None,
                                    way: Way::Cfg,
                                });
                            }
                            break;
                        }
                        if let Stmt::Expr(stmt) = stmt
                            && let Expr::If { cond, then, .. } = body.expr(*stmt)
                            && leaves_well(body, *then)
                        {
                            found.push(Condition {
                                asked: *cond,
                                holds: Some(false),
                                way: Way::After,
                            });
                        }
                    }
                    let is_tail = block.tail == Some(below);
                    if is_tail && block.cfg_at(block.stmts.len()).is_some() {
                        found.push(Condition {
                            asked: below,
                            holds: None,
                            way: Way::Cfg,
                        });
                    }
                }
                _ => {}
            }
            below = at;
        }
        found
    }
}

/// A condition on which something is reached.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// What is asked. Of a `cfg`, what stands under it.
    pub asked: ExprId,
    /// Whether it has to hold; nothing for one of several arms, and for a `cfg`.
    pub holds: Option<bool>,
    /// How it stands to what is reached.
    pub way: Way,
}

/// How a condition stands to what is reached on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It stands in a branch of this `if`.
    Branch(ExprId),
    /// It stands in an arm of this `match`.
    Arm(ExprId),
    /// It stands under a `cfg`.
    Cfg,
    /// Others have left before it.
    After,
}

fn is_of(stmt: &Stmt, id: ExprId) -> bool {
    match stmt {
        Stmt::Expr(it) => *it == id,
        Stmt::Let(it) => it.init == Some(id) || it.diverge == Some(id),
    }
}

/// Whether a branch ends by leaving the function with something that is no error.
fn leaves_well(body: &Body, branch: ExprId) -> bool {
    let Expr::Block(block) = body.expr(branch) else {
        return false;
    };
    let last = block.tail.or_else(|| match block.stmts.last() {
        Some(Stmt::Expr(it)) => Some(*it),
        _ => None,
    });
    let Some(Expr::Return(value)) = last.map(|it| body.expr(it)) else {
        return false;
    };
    let Some(value) = value else { return true };
    let is_error = matches!(body.expr(*value), Expr::Call { callee, .. }
        if matches!(body.expr(*callee), Expr::Path(path) if path.last().is_some_and(|it| it == "Err")));
    !is_error
}

/// Hands out the expressions that are parts of another.
pub fn children(expr: &Expr, give: &mut impl FnMut(ExprId)) {
    match expr {
        Expr::Missing | Expr::Path(_) | Expr::Literal(_) | Expr::Continue(_) => {}
        Expr::Call { callee, args } => {
            give(*callee);
            args.iter().for_each(|it| give(*it));
        }
        Expr::MethodCall(call) => {
            give(call.receiver);
            call.args.iter().for_each(|it| give(*it));
        }
        Expr::Field { base, .. } => give(*base),
        Expr::Index { base, index } => {
            give(*base);
            give(*index);
        }
        Expr::Struct(literal) => {
            literal.fields.iter().for_each(|it| give(it.1));
            literal.rest.iter().for_each(|it| give(*it));
        }
        Expr::Tuple(all) | Expr::Array(all) => all.iter().for_each(|it| give(*it)),
        Expr::Repeat { value, len } => {
            give(*value);
            give(*len);
        }
        Expr::Ref { inner, .. }
        | Expr::Unary { inner, .. }
        | Expr::Cast { inner, .. }
        | Expr::Try(inner)
        | Expr::Await(inner)
        | Expr::Let { value: inner, .. } => give(*inner),
        Expr::Binary { lhs, rhs, .. } => {
            give(*lhs);
            give(*rhs);
        }
        Expr::Assign { target, value } => {
            give(*target);
            give(*value);
        }
        Expr::Range { start, end } => start.iter().chain(end).for_each(|it| give(*it)),
        Expr::Block(block) => {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Expr(it) => give(*it),
                    Stmt::Let(it) => it.init.iter().chain(&it.diverge).for_each(|it| give(*it)),
                }
            }
            block.tail.iter().for_each(|it| give(*it));
        }
        Expr::If {
            cond,
            then,
            otherwise,
        } => {
            give(*cond);
            give(*then);
            otherwise.iter().for_each(|it| give(*it));
        }
        Expr::Match { scrutinee, arms } => {
            give(*scrutinee);
            for arm in arms {
                arm.guard.iter().for_each(|it| give(*it));
                give(arm.body);
            }
        }
        Expr::Loop(data) => {
            match data.kind {
                LoopKind::Loop => {}
                LoopKind::While(cond) => give(cond),
                LoopKind::For(_, iter) => give(iter),
            }
            give(data.body);
        }
        Expr::Closure(closure) => give(closure.body),
        Expr::Return(value) | Expr::Yield(value) | Expr::Break { value, .. } => {
            value.iter().for_each(|it| give(*it));
        }
        Expr::Macro(call) => {
            for arg in call.args.as_deref().unwrap_or(&[]) {
                give(arg.value);
                arg.then.iter().for_each(|it| give(*it));
            }
        }
    }
}
