//! What is found out about a body, in as little room as it can be kept.

use crate::facts::{Body, ExprId, PatId};
use crate::program::methods::Candidate;
use crate::program::{Def, Ty};
use crate::source::Name;

/// What is known of a body's expressions.
///
/// There is one for each body that anybody asks about, so it is small: types stand in a table
/// and are referred to by position, of which 0 is the unknown type.
#[derive(Debug)]
pub struct Typing {
    table: Vec<Ty>,
    types: Box<[u32]>,
    pats: Box<[u32]>,
    /// By expression: what it names or calls. 0 for nothing that is known, a position in
    /// `callees` with [`CALLS`] or [`NAMES`], or one more than the number of a local's pattern.
    links: Box<[u32]>,
    callees: Vec<Box<[Callee]>>,
}

/// Marks what a call may reach.
pub(super) const CALLS: u32 = 1 << 31;
/// Marks what a path names.
pub(super) const NAMES: u32 = 1 << 30;
/// How far back in the table a type is looked for before it is added again.
const LOOK_BACK: usize = 16;

/// What a call may reach, or a path may name.
#[derive(Debug, Clone)]
pub enum Callee {
    /// A function of the program.
    Fn(Candidate),
    /// A library function, by canonical path (`jsonwebtoken::decode`, `axum::Router::route`).
    External(Name),
    /// A tuple struct, unit struct, or variant.
    Constructor(Def),
    /// A constant or static.
    Const(crate::program::ConstId),
    /// A module, type or macro, where a value was expected.
    Other(Def),
}

impl Typing {
    pub(super) fn new(body: &Body) -> Typing {
        Typing {
            table: vec![Ty::Unknown],
            types: vec![0; body.expr_count()].into(),
            pats: vec![0; body.pat_count()].into(),
            links: vec![0; body.expr_count()].into(),
            callees: Vec::new(),
        }
    }

    /// The position of a type in the table.
    fn position(&mut self, ty: &Ty) -> u32 {
        if ty.is_unknown() {
            return 0;
        }
        let from = self.table.len().saturating_sub(LOOK_BACK);
        let known = self.table[from..].iter().rposition(|it| it == ty);
        let at = known.map_or(self.table.len(), |at| from + at);
        if known.is_none() {
            self.table.push(ty.clone());
        }
        at as u32
    }

    pub(super) fn set_ty(&mut self, expr: ExprId, ty: &Ty) {
        self.types[expr.0 as usize] = self.position(ty);
    }

    pub(super) fn set_pat_ty(&mut self, pat: PatId, ty: &Ty) {
        self.pats[pat.0 as usize] = self.position(ty);
    }

    /// Gives back what was reserved and not needed.
    pub(super) fn finish(&mut self) {
        self.table.shrink_to_fit();
        self.callees.shrink_to_fit();
    }

    pub(super) fn set_local(&mut self, path: ExprId, local: PatId) {
        self.links[path.0 as usize] = local.0 + 1;
    }

    pub(super) fn set_callees(&mut self, expr: ExprId, mark: u32, callees: Vec<Callee>) {
        self.links[expr.0 as usize] = match callees.is_empty() {
            true => 0,
            false => mark | self.callees.len() as u32,
        };
        if !callees.is_empty() {
            self.callees.push(callees.into());
        }
    }

    fn marked(&self, expr: ExprId, mark: u32) -> &[Callee] {
        match self.link(expr) {
            link if link & mark != 0 => &self.callees[(link & !mark) as usize],
            _ => &[],
        }
    }

    fn link(&self, expr: ExprId) -> u32 {
        self.links.get(expr.0 as usize).copied().unwrap_or(0)
    }

    /// The type at a place of one of the lists.
    fn at(&self, list: &[u32], index: u32) -> &Ty {
        let position = list.get(index as usize).copied().unwrap_or(0);
        &self.table[position as usize]
    }

    /// The type of an expression.
    pub fn ty(&self, expr: ExprId) -> &Ty {
        self.at(&self.types, expr.0)
    }

    /// The type of what a pattern matches.
    pub fn pat_ty(&self, pat: PatId) -> &Ty {
        self.at(&self.pats, pat.0)
    }

    /// The binding that a path expression names.
    pub fn local(&self, expr: ExprId) -> Option<PatId> {
        match self.link(expr) {
            0 => None,
            link if link & (CALLS | NAMES) != 0 => None,
            link => Some(PatId(link - 1)),
        }
    }

    /// What a path expression names, if it is not a local.
    pub fn defs(&self, path: ExprId) -> &[Callee] {
        self.marked(path, NAMES)
    }

    /// What a call or method call may reach; empty if nobody knows.
    pub fn callees(&self, call: ExprId) -> &[Callee] {
        self.marked(call, CALLS)
    }

    /// What all calls may reach and all paths may name.
    pub fn all_callees(&self) -> impl Iterator<Item = &Callee> {
        self.callees.iter().flatten()
    }

    /// The library function that a call reaches, if it is one.
    pub fn external(&self, call: ExprId) -> Option<Name> {
        self.callees(call).iter().find_map(|callee| match callee {
            Callee::External(path) => Some(*path),
            _ => None,
        })
    }
}
