//! Bodies as a small IR: what constants, types, dominance and data flow need.
//!
//! Expressions and patterns live in arenas and refer to each other by id, children
//! always before their parents. Parentheses and invisible groups are gone; `matches!`
//! is a `Match`; `vec![..]` is an `Array` or `Repeat`; everything else keeps its form.

use serde::{Deserialize, Serialize};

use super::Problem;
use super::attr::CfgPredicate;
use super::item::Item;
use super::ty::{GenericArg, Path, TypeRef};
use crate::source::{Name, TextRange};

/// Index of a body in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BodyId(pub u32);

/// Index of an expression in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExprId(pub u32);

/// Index of a pattern in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PatId(pub u32);

/// The body of a function, const or static.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Body {
    /// The patterns of the parameters, `self` left out.
    pub params: Box<[PatId]>,
    /// The outermost expression: a block for functions, the value for consts.
    pub root: ExprId,
    /// Where the body stands, braces included.
    pub range: TextRange,
    /// Items declared in the body, whatever block they are in.
    pub items: Vec<Item>,
    /// Why it could not be read; then there is nothing in it.
    pub problem: Option<Box<Problem>>,
    exprs: Vec<(Expr, TextRange)>,
    pats: Vec<(Pat, TextRange)>,
}

impl Body {
    /// A body under construction; `root` is set when it is known.
    pub fn new(range: TextRange) -> Body {
        Body {
            params: Box::default(),
            root: ExprId(0),
            range,
            items: Vec::new(),
            problem: None,
            exprs: Vec::new(),
            pats: Vec::new(),
        }
    }

    /// A body of which nothing could be read.
    pub(crate) fn missing(range: TextRange) -> Body {
        let mut body = Body::new(range);
        body.root = body.push_expr(Expr::Missing, range);
        body
    }

    /// Adds an expression.
    pub fn push_expr(&mut self, expr: Expr, range: TextRange) -> ExprId {
        self.exprs.push((expr, range));
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// Adds a pattern.
    pub fn push_pat(&mut self, pat: Pat, range: TextRange) -> PatId {
        self.pats.push((pat, range));
        PatId(self.pats.len() as u32 - 1)
    }

    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize].0
    }

    /// Replaces an expression: how `program` puts a macro's expansion in the place of its call.
    pub fn set_expr(&mut self, id: ExprId, expr: Expr) {
        self.exprs[id.0 as usize].0 = expr;
    }

    /// Where an expression stands. For method calls this is the whole chain up to here.
    pub fn expr_range(&self, id: ExprId) -> TextRange {
        self.exprs[id.0 as usize].1
    }

    /// The pattern with this id.
    pub fn pat(&self, id: PatId) -> &Pat {
        &self.pats[id.0 as usize].0
    }

    /// Where a pattern stands.
    pub fn pat_range(&self, id: PatId) -> TextRange {
        self.pats[id.0 as usize].1
    }

    /// All expressions, children before parents (expansions are appended later).
    pub fn exprs(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        self.exprs
            .iter()
            .enumerate()
            .map(|(index, (expr, _))| (ExprId(index as u32), expr))
    }

    /// All patterns.
    pub fn pats(&self) -> impl Iterator<Item = &Pat> {
        self.pats.iter().map(|it| &it.0)
    }

    /// Gives back memory that construction reserved.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.exprs.shrink_to_fit();
        self.pats.shrink_to_fit();
        self.items.shrink_to_fit();
    }

    /// Number of expressions.
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// Number of patterns.
    pub fn pat_count(&self) -> usize {
        self.pats.len()
    }
}

/// An expression.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Expr {
    /// Syntax that we do not know.
    Missing,
    /// A path: a local variable, a function, a constant, a unit struct.
    Path(Box<Path>),
    /// A literal.
    Literal(Literal),
    /// `f(a, b)`, tuple structs and variants included.
    Call {
        /// What is called.
        callee: ExprId,
        /// The arguments.
        args: Box<[ExprId]>,
    },
    /// `x.m::<T>(a)`.
    MethodCall(Box<MethodCall>),
    /// `x.f`, `x.0`.
    Field {
        /// `x`.
        base: ExprId,
        /// `f` or `0`.
        name: Name,
    },
    /// `x[i]`.
    Index {
        /// `x`.
        base: ExprId,
        /// `i`.
        index: ExprId,
    },
    /// `S { a: x, ..rest }`.
    Struct(Box<StructExpr>),
    /// `(a, b)`; `()` is the empty tuple.
    Tuple(Box<[ExprId]>),
    /// `[a, b]`, `vec![a, b]`.
    Array(Box<[ExprId]>),
    /// `[x; n]`, `vec![x; n]`.
    Repeat {
        /// `x`.
        value: ExprId,
        /// `n`.
        len: ExprId,
    },
    /// `&x`, `&mut x`, `&raw const x`.
    Ref {
        /// `mut`.
        mutable: bool,
        /// `x`.
        inner: ExprId,
    },
    /// `*x`, `!x`, `-x`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// `x`.
        inner: ExprId,
    },
    /// `a + b`, `a && b`, `a += b`.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left.
        lhs: ExprId,
        /// Right.
        rhs: ExprId,
    },
    /// `a = b`.
    Assign {
        /// `a`.
        target: ExprId,
        /// `b`.
        value: ExprId,
    },
    /// `x as T`.
    Cast {
        /// `x`.
        inner: ExprId,
        /// `T`.
        ty: Box<TypeRef>,
    },
    /// `a..b`.
    Range {
        /// `a`.
        start: Option<ExprId>,
        /// `b`.
        end: Option<ExprId>,
    },
    /// `x?`.
    Try(ExprId),
    /// `x.await`.
    Await(ExprId),
    /// `{ .. }` in all its forms.
    Block(Box<Block>),
    /// `if c { a } else { b }`; `c` may hold [`Expr::Let`] joined by `&&`.
    If {
        /// `c`.
        cond: ExprId,
        /// `a`.
        then: ExprId,
        /// `b`.
        otherwise: Option<ExprId>,
    },
    /// `let p = x` as a condition.
    Let {
        /// `p`.
        pat: PatId,
        /// `x`.
        value: ExprId,
    },
    /// `match x { .. }`; also `matches!`.
    Match {
        /// `x`.
        scrutinee: ExprId,
        /// The arms.
        arms: Box<[Arm]>,
    },
    /// `loop`, `while`, `for`.
    Loop(Box<Loop>),
    /// `|a| b`.
    Closure(Box<Closure>),
    /// `return x`.
    Return(Option<ExprId>),
    /// `break 'l x`.
    Break {
        /// `'l`, without the tick.
        label: Option<Name>,
        /// `x`.
        value: Option<ExprId>,
    },
    /// `continue 'l`.
    Continue(Option<Name>),
    /// `yield x`.
    Yield(Option<ExprId>),
    /// A macro call.
    Macro(Box<MacroCall>),
}

impl Expr {
    /// The arguments of a call or method call, the receiver left out; of anything else, none.
    pub fn args(&self) -> &[ExprId] {
        match self {
            Expr::Call { args, .. } => args,
            Expr::MethodCall(call) => &call.args,
            _ => &[],
        }
    }
}

/// `x.m::<T>(a)`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MethodCall {
    /// `x`.
    pub receiver: ExprId,
    /// `m`.
    pub name: Name,
    /// Where `m` stands.
    pub name_range: TextRange,
    /// `<T>`.
    pub generics: Box<[GenericArg]>,
    /// `a`.
    pub args: Box<[ExprId]>,
}

/// `S { a: x, ..rest }`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StructExpr {
    /// `S`.
    pub path: Path,
    /// `a: x`; shorthand fields have a path expression as value.
    pub fields: Box<[(Name, ExprId)]>,
    /// `..rest`.
    pub rest: Option<ExprId>,
}

/// A block.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Block {
    /// What kind.
    pub kind: BlockKind,
    /// `'l: { .. }`.
    pub label: Option<Name>,
    /// The statements.
    pub stmts: Vec<Stmt>,
    /// The last expression, if no semicolon follows it.
    pub tail: Option<ExprId>,
    /// Statements that stand under a `cfg`: their index (the tail's is that after the last
    /// statement's) and the predicate. Blocks under different ones that end a block are not
    /// statements but the branches of an [`Expr::If`] without a known condition.
    pub cfgs: Box<[(u32, CfgPredicate)]>,
}

impl Block {
    /// The `cfg` of the statement at an index; of the tail at that after the last.
    pub fn cfg_at(&self, index: usize) -> Option<&CfgPredicate> {
        let mut cfgs = self.cfgs.iter();
        let found = cfgs.find(|(at, _)| *at as usize == index);
        found.map(|(_, cfg)| cfg)
    }
}

/// The kinds of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// `{ .. }`.
    Plain,
    /// `async { .. }`, `async move { .. }`: a value; its `return` and `?` leave only the block.
    Async,
    /// `unsafe { .. }`.
    Unsafe,
    /// `const { .. }`.
    Const,
    /// `try { .. }`: its `?` leave only the block.
    Try,
    /// The statements that a macro call stood for; opens no scope.
    Expansion,
}

/// A statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Stmt {
    /// `let p: T = x else { e };`
    Let(Box<LetStmt>),
    /// An expression, with or without semicolon.
    Expr(ExprId),
}

/// `let p: T = x else { e };`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LetStmt {
    /// `p`.
    pub pat: PatId,
    /// `T`.
    pub ty: Option<TypeRef>,
    /// `x`.
    pub init: Option<ExprId>,
    /// `e`.
    pub diverge: Option<ExprId>,
}

/// One arm of a match.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Arm {
    /// The pattern.
    pub pat: PatId,
    /// `if g`.
    pub guard: Option<ExprId>,
    /// The value.
    pub body: ExprId,
}

/// A loop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loop {
    /// `'l`, without the tick.
    pub label: Option<Name>,
    /// Which.
    pub kind: LoopKind,
    /// The body, a block.
    pub body: ExprId,
}

/// The head of a loop.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum LoopKind {
    /// `loop`.
    Loop,
    /// `while c`.
    While(ExprId),
    /// `for p in x`.
    For(PatId, ExprId),
}

/// A closure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Closure {
    /// `async |..|`. (A closure that returns an `async` block has that block as body.)
    pub is_async: bool,
    /// Parameters with their types, where written.
    pub params: Box<[(PatId, Option<TypeRef>)]>,
    /// The return type, where written.
    pub ret: Option<TypeRef>,
    /// The body.
    pub body: ExprId,
}

/// A macro call in a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MacroCall {
    /// The macro's path.
    pub path: Path,
    /// The text between the delimiters, for expansion.
    pub tokens: TextRange,
    /// That text itself, where the call is not in the file but in an expansion
    /// (then `tokens` says no more than where the expansion is shown).
    pub inline: Option<Box<str>>,
    /// The arguments, as far as the tokens parse as expressions:
    /// comma-separated ones (`name = x`, `%x`, `?x` included), the captures `{x}` of format
    /// strings, the values of `json!`, the branches of `select!` and `join!`.
    pub args: Option<Box<[MacroArg]>>,
    /// Whether it stands as a statement.
    pub is_stmt: bool,
}

/// An argument of a macro call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MacroArg {
    /// `name = x`; for a format capture the captured name; for `json!` the key.
    pub name: Option<Name>,
    /// Pattern that binds the value: `select!`'s `p = future => handler`.
    pub pat: Option<PatId>,
    /// `x`.
    pub value: ExprId,
    /// `select!`'s handler.
    pub then: Option<ExprId>,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// `"x"`, `r"x"`, unescaped.
    Str(Text),
    /// `b"x"`, unescaped.
    Bytes(Box<Box<[u8]>>),
    /// `b'x'`, `1`, `1u8`; `None` if it does not fit.
    Int(Option<i64>),
    /// `1.5`.
    Float,
    /// `'x'`.
    Char(char),
    /// `true`.
    Bool(bool),
}

/// A text that takes the room of one pointer where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text(Box<Box<str>>);

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Box::new(text.into()))
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

/// A prefix operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOp {
    /// `*`.
    Deref,
    /// `!`.
    Not,
    /// `-`.
    Neg,
}

/// An infix operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `==`.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `<=`.
    Le,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
    /// `-`, `*`, `/`, `%`, `&`, `|`, `^`, `<<`, `>>`.
    Arithmetic,
    /// `+=`.
    AddAssign,
    /// Any other compound assignment.
    OtherAssign,
}

/// A pattern.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Pat {
    /// `_`, or syntax that we do not know.
    Wild,
    /// `..` in a tuple or slice.
    Rest,
    /// `x`, `mut x`, `ref x`, `x @ p`. May also be a constant or unit variant: the
    /// program decides.
    Bind {
        /// `x`.
        name: Name,
        /// `mut`.
        mutable: bool,
        /// `p`.
        sub: Option<PatId>,
    },
    /// `a::B`.
    Path(Box<Path>),
    /// `a::B(p, q)`.
    TupleStruct(Box<Path>, Box<[PatId]>),
    /// `a::B { f: p, .. }`.
    Struct(Box<Path>, Box<[(Name, PatId)]>),
    /// `(p, q)`.
    Tuple(Box<[PatId]>),
    /// `[p, q]`.
    Slice(Box<[PatId]>),
    /// `p | q`.
    Or(Box<[PatId]>),
    /// `&p`.
    Ref(PatId),
    /// `1`, `"x"`.
    Literal(Literal),
    /// `a..=b`, `const { .. }`.
    Value,
    /// `p: T` (closure parameters).
    Typed(PatId, Box<TypeRef>),
}

// There are millions of them.
const _: () = assert!(size_of::<(Expr, TextRange)>() <= 32 && size_of::<(Pat, TextRange)>() <= 40);
