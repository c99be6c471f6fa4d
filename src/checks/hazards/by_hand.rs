//! Tokens that are taken apart by hand: the middle of what stands between dots is decoded and read as JSON.

use super::Judge;
use super::uses::Use;
use crate::facts::body::Literal;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::models::Role;
use crate::program::{BodyKey, BodyOwner};
use crate::source::{Name, Span};
use crate::values::Callee;
use crate::values::around::children;

/// How far something is followed back.
const MAX_DEPTH: u32 = 12;

/// Where claims are read out of what a call decodes, if that is the middle of a token and nothing around it asks for a
/// signature.
pub(super) fn read(judge: &Judge<'_, '_>, used: &Use<'_>) -> Option<Span> {
    let (key, decoded) = used.place;
    let data = &judge.cx.program[key];
    let look = Look {
        judge,
        key,
        body: &data.body,
    };
    let (_, encoded) = used.argument?;
    if !look.is_middle(encoded, MAX_DEPTH) || look.is_verified() {
        return None;
    }
    let reading = data.body.exprs().find(|(id, expr)| {
        let path = judge.values.typing(key).external(*id);
        let reads = path.is_some_and(|it| {
            matches!(
                it.as_str(),
                "serde_json::from_slice" | "serde_json::from_str" | "serde_json::from_reader"
            )
        });
        reads
            && expr
                .args()
                .iter()
                .any(|it| look.comes_of(*it, decoded, MAX_DEPTH))
    });
    let (reading, expr) = reading?;
    let range = match expr {
        Expr::Call { callee, .. } => data.body.expr_range(*callee),
        _ => data.body.expr_range(reading),
    };
    Some(range.in_file(data.file))
}

struct Look<'l, 'j, 'a> {
    judge: &'l Judge<'j, 'a>,
    key: BodyKey,
    body: &'l Body,
}

impl Look<'_, '_, '_> {
    /// Whether an expression is the second of the parts between the dots of a text.
    fn is_middle(&self, id: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let second =
            |id: ExprId| matches!(self.body.expr(id), Expr::Literal(Literal::Int(Some(1))));
        match self.body.expr(id) {
            Expr::Ref { inner, .. } | Expr::Try(inner) | Expr::Unary { inner, .. } => {
                self.is_middle(*inner, depth)
            }
            Expr::Index { base, index } => second(*index) && self.splits(*base, depth),
            Expr::MethodCall(call) => match (call.name.as_str(), &*call.args) {
                ("nth" | "get", [at]) if second(*at) => self.splits(call.receiver, depth),
                _ => self.is_middle(call.receiver, depth),
            },
            Expr::Path(_) => {
                let Some(local) = self.judge.values.typing(self.key).local(id) else {
                    return false;
                };
                match self.judge.values.local_init(self.body, local) {
                    Some(init) => {
                        self.is_middle(init, depth)
                            || self.names_payload(local) && self.splits(init, depth)
                    }
                    None => self.is_second_of(local, depth),
                }
            }
            _ => false,
        }
    }

    /// Whether a pattern takes a variable out of the second place of a text's parts:
    /// `let [_, payload, _] = parts[..] else`.
    fn is_second_of(&self, local: PatId, depth: u32) -> bool {
        let is_second = |pat: PatId| match self.body.pat(pat) {
            Pat::Slice(all) | Pat::Tuple(all) => {
                all.get(1) == Some(&local) || all.contains(&local) && self.names_payload(local)
            }
            _ => false,
        };
        let holds = |pat: PatId| {
            is_second(pat)
                || matches!(self.body.pat(pat), Pat::TupleStruct(_, all) if all.iter().any(|it| is_second(*it)))
        };
        self.body.exprs().any(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().any(|it| match it {
                Stmt::Let(data) => {
                    holds(data.pat) && data.init.is_some_and(|it| self.splits(it, depth))
                }
                Stmt::Expr(_) => false,
            }),
            Expr::Let { pat, value } => holds(*pat) && self.splits(*value, depth),
            Expr::Match { scrutinee, arms } => {
                arms.iter().any(|it| holds(it.pat)) && self.splits(*scrutinee, depth)
            }
            _ => false,
        })
    }

    fn names_payload(&self, local: PatId) -> bool {
        matches!(self.body.pat(local), Pat::Bind { name, .. }
            if matches!(name.as_str(), "payload" | "claims" | "payload_b64" | "claims_b64" | "encoded_payload"))
    }

    /// Whether something is made of the parts between the dots of a text.
    fn splits(&self, id: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.body.expr(id) {
            Expr::MethodCall(call) => {
                let is_dot = |it: &ExprId| match self.body.expr(*it) {
                    Expr::Literal(Literal::Char(it)) => *it == '.',
                    Expr::Literal(Literal::Str(it)) => &**it == ".",
                    _ => false,
                };
                let name = call.name.as_str();
                name.contains("split") && call.args.iter().any(is_dot)
                    || self.splits(call.receiver, depth)
            }
            Expr::Path(_) => {
                let local = self.judge.values.typing(self.key).local(id);
                let init = local.and_then(|it| self.judge.values.local_init(self.body, it));
                init.is_some_and(|it| self.splits(it, depth))
            }
            Expr::Index { base, .. } => self.splits(*base, depth),
            Expr::Ref { inner, .. } | Expr::Try(inner) | Expr::Unary { inner, .. } => {
                self.splits(*inner, depth)
            }
            Expr::Tuple(all) => all.iter().any(|it| self.splits(*it, depth)),
            _ => false,
        }
    }

    /// Whether an expression is made of another.
    fn comes_of(&self, id: ExprId, of: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        if id == of {
            return true;
        }
        if let Some(local) = self.judge.values.typing(self.key).local(id) {
            let binds = |pat: PatId| {
                self.body
                    .pat_range(pat)
                    .contains(self.body.pat_range(local))
            };
            let inits = self.body.exprs().filter_map(|(_, expr)| match expr {
                Expr::Block(block) => block.stmts.iter().find_map(|it| match it {
                    Stmt::Let(data) if binds(data.pat) => data.init,
                    _ => None,
                }),
                Expr::Let { pat, value } if binds(*pat) => Some(*value),
                _ => None,
            });
            let inits: Vec<ExprId> = inits.collect();
            return inits.into_iter().any(|it| self.comes_of(it, of, depth));
        }
        let mut found = false;
        children(self.body.expr(id), &mut |child| {
            found |= self.comes_of(child, of, depth);
        });
        found
    }

    /// Whether something is verified here, or by who calls this.
    fn is_verified(&self) -> bool {
        let program = self.judge.cx.program;
        let verifies = |key: BodyKey| {
            let mut callees = self.judge.values.typing(key).all_callees();
            callees.any(|it| match it {
                Callee::External(path) => {
                    let model = program.models.function(*path);
                    model.is_some_and(|it| matches!(it.role, Role::Verifies | Role::ComparesSecret))
                }
                _ => false,
            })
        };
        // `id_token.claims(&verifier)`, whatever its type.
        let speaks_of_it = |key: BodyKey| {
            let speaks = |name: Name| {
                let name = name.as_str().to_ascii_lowercase();
                ["verif", "signature", "hmac"]
                    .iter()
                    .any(|it| name.contains(it))
            };
            program[key].body.exprs().any(|(_, expr)| match expr {
                Expr::Path(path) => path.segments.iter().any(|it| speaks(it.name)),
                Expr::MethodCall(call) => speaks(call.name),
                Expr::Field { name, .. } => speaks(*name),
                _ => false,
            })
        };
        let verifies = |key: BodyKey| speaks_of_it(key) || verifies(key);
        let BodyOwner::Fn(id) = program[self.key].owner else {
            return verifies(self.key);
        };
        let callers = self.judge.strings.callers(id);
        verifies(self.key) || callers.iter().any(|(caller, _)| verifies(*caller))
    }
}
