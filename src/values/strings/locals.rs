//! Where the local variables of a body get their values from.

use rustc_hash::FxHashMap;

use crate::facts::body::LoopKind;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::program::{AdtId, Ty};
use crate::source::Name;
use crate::values::Typing;

/// A step from a whole to one of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::values) enum Part {
    /// A position of a tuple.
    Index(usize),
    /// A field.
    Field(Name),
}

/// Where a binding gets a value from.
#[derive(Debug, Clone)]
pub(in crate::values) struct Source {
    pub(in crate::values) from: From,
    /// The part of it that is bound.
    pub(in crate::values) parts: Vec<Part>,
}

/// What a pattern is matched against.
#[derive(Debug, Clone, Copy)]
pub(in crate::values) enum From {
    /// An expression of the same body.
    Expr(ExprId),
    /// A parameter of the function, by position.
    Param(usize),
    /// A field of a type of the program, whoever wrote it.
    Field(AdtId, Name),
}

/// The sources of all bindings of a body.
#[derive(Debug, Default)]
pub(in crate::values) struct Locals {
    sources: FxHashMap<PatId, Vec<Source>>,
}

impl Locals {
    pub(in crate::values) fn of(body: &Body, typing: &Typing) -> Locals {
        let mut locals = Locals::default();
        let mut bind = |pat, from| locals.bind(body, typing, pat, from, Vec::new());
        for (position, pat) in body.params.iter().enumerate() {
            bind(*pat, From::Param(position));
        }
        for (_, expr) in body.exprs() {
            match expr {
                Expr::Block(block) => {
                    for stmt in &block.stmts {
                        if let Stmt::Let(data) = stmt
                            && let Some(init) = data.init
                        {
                            bind(data.pat, From::Expr(init));
                        }
                    }
                }
                Expr::Let { pat, value } => bind(*pat, From::Expr(*value)),
                Expr::Match { scrutinee, arms } => {
                    for arm in arms {
                        bind(arm.pat, From::Expr(*scrutinee));
                    }
                }
                Expr::Loop(data) => {
                    if let LoopKind::For(pat, iter) = data.kind {
                        bind(pat, From::Expr(iter));
                    }
                }
                // `hooks.iter().map(|hook| ..)`: what the receiver holds is handed in.
                Expr::MethodCall(call) => {
                    for arg in &call.args {
                        if let Expr::Closure(closure) = body.expr(*arg)
                            && let [(pat, _)] = &*closure.params
                        {
                            bind(*pat, From::Expr(call.receiver));
                        }
                    }
                }
                Expr::Macro(call) => {
                    for arg in call.args.as_deref().unwrap_or(&[]) {
                        if let Some(pat) = arg.pat {
                            bind(pat, From::Expr(arg.value));
                        }
                    }
                }
                _ => {}
            }
        }
        for (_, expr) in body.exprs() {
            if let Expr::Assign { target, value } = expr
                && let Some(pat) = typing.local(*target)
            {
                locals.add(pat, From::Expr(*value), Vec::new());
            }
        }
        locals
    }

    pub(in crate::values) fn sources(&self, pat: PatId) -> &[Source] {
        self.sources.get(&pat).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, pat: PatId, from: From, parts: Vec<Part>) {
        self.sources
            .entry(pat)
            .or_default()
            .push(Source { from, parts });
    }

    fn bind(&mut self, body: &Body, typing: &Typing, pat: PatId, from: From, parts: Vec<Part>) {
        let with = |part| {
            let mut parts = parts.clone();
            parts.push(part);
            parts
        };
        match body.pat(pat) {
            Pat::Bind { sub, .. } => {
                self.add(pat, from, parts.clone());
                if let Some(sub) = sub {
                    self.bind(body, typing, *sub, from, parts);
                }
            }
            Pat::Typed(inner, _) | Pat::Ref(inner) => self.bind(body, typing, *inner, from, parts),
            // All alternatives bind the same names, and typing speaks of one of them.
            Pat::Or(all) | Pat::Slice(all) => {
                for pat in all {
                    self.bind(body, typing, *pat, from, parts.clone());
                }
            }
            Pat::Tuple(all) => {
                for (at, pat) in all.iter().enumerate() {
                    if matches!(body.pat(*pat), Pat::Rest) {
                        break;
                    }
                    self.bind(body, typing, *pat, from, with(Part::Index(at)));
                }
            }
            Pat::TupleStruct(path, all) => {
                let [only] = &**all else { return };
                let name = path.last().map_or("", Name::as_str);
                match typing.pat_ty(pat).peel_refs() {
                    _ if matches!(name, "Some" | "Ok") => {
                        self.bind(body, typing, *only, from, parts);
                    }
                    _ if name == "Err" => {}
                    Ty::Adt(adt, _) => {
                        let field = From::Field(*adt, Name::new("0"));
                        self.bind(body, typing, *only, field, Vec::new());
                    }
                    _ => self.bind(body, typing, *only, from, with(Part::Field(Name::new("0")))),
                }
            }
            Pat::Struct(_, fields) => {
                for (name, inner) in fields {
                    match typing.pat_ty(pat).peel_refs() {
                        Ty::Adt(adt, _) => {
                            let field = From::Field(*adt, *name);
                            self.bind(body, typing, *inner, field, Vec::new());
                        }
                        _ => self.bind(body, typing, *inner, from, with(Part::Field(*name))),
                    }
                }
            }
            Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
        }
    }
}
