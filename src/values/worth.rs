//! What an expression may be worth: truth values, numbers, texts, and constants and variants of libraries,
//! followed backwards through variables, branches, parameters, fields and constants.
//!
//! Where something cannot be followed, or hangs on what is not in the code, the answer is open.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::making::Place;
use super::number::number;
use super::strings::Strings;
use super::strings::locals::From;
use super::{Callee, Values};
use crate::facts::body::{BinaryOp, Literal, UnaryOp};
use crate::facts::{Body, Expr, ExprId, Pat, PatId};
use crate::models::Role;
use crate::program::{AdtId, BodyKey, BodyOwner, FnId, Ty};
use crate::source::{Name, SourceMap};

/// How many steps one answer may take.
const MAX_STEPS: u32 = 400;
/// So far structs are followed to where they are written out.
const MAX_LITERALS: u32 = 8;
/// A parameter with more callers than this is open.
const MAX_CALLERS: usize = 12;

/// Something that an expression may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// A truth value.
    Bool(bool),
    /// A number that is not negative.
    Number(u128),
    /// A text.
    Text(Box<str>),
    /// So many bytes, or fewer.
    Bytes(u64),
    /// A constant, variant, function without arguments, or field of a library, by canonical path.
    Item(Name),
    /// A list of nothing.
    Empty,
}

/// All that an expression may be.
#[derive(Debug, Clone, Default)]
pub struct Worths {
    /// What is known of it.
    pub all: Vec<Worth>,
    /// Whether it may be something else.
    pub is_open: bool,
}

impl Worths {
    fn open() -> Worths {
        Worths {
            all: Vec::new(),
            is_open: true,
        }
    }

    fn one(worth: Worth) -> Worths {
        Worths {
            all: vec![worth],
            is_open: false,
        }
    }

    fn join(&mut self, other: Worths) {
        self.is_open |= other.is_open;
        for worth in other.all {
            if !self.all.contains(&worth) {
                self.all.push(worth);
            }
        }
    }

    /// The only truth value that it can be.
    pub fn truth(&self) -> Option<bool> {
        match (self.is_open, self.all.as_slice()) {
            (false, [Worth::Bool(it)]) => Some(*it),
            _ => None,
        }
    }
}

/// Finds out what expressions are worth.
pub struct Worthy<'s, 'a> {
    strings: &'s Strings<'a>,
    values: &'a Values<'a>,
    sources: &'a SourceMap,
    open: RefCell<Vec<Place>>,
    /// What calls gave to functions that were followed.
    given: RefCell<FxHashMap<(BodyKey, usize), Vec<Place>>>,
}

impl<'s, 'a> Worthy<'s, 'a> {
    /// One that has been asked nothing.
    pub fn new(
        strings: &'s Strings<'a>,
        values: &'a Values<'a>,
        sources: &'a SourceMap,
    ) -> Worthy<'s, 'a> {
        Worthy {
            strings,
            values,
            sources,
            open: RefCell::default(),
            given: RefCell::default(),
        }
    }

    /// What an expression may be.
    pub fn of(&self, place: Place) -> Worths {
        let mut steps = MAX_STEPS;
        let found = self.walk(place, &mut steps);
        self.given.borrow_mut().clear();
        found
    }

    /// The same, where functions were given these on the way to it, by body and parameter.
    pub fn of_given(
        &self,
        place: Place,
        given: &FxHashMap<(BodyKey, usize), Vec<Place>>,
    ) -> Worths {
        self.given.borrow_mut().clone_from(given);
        self.of(place)
    }

    fn walk(&self, place: Place, steps: &mut u32) -> Worths {
        if *steps == 0 || self.open.borrow().contains(&place) {
            return Worths::open();
        }
        *steps -= 1;
        self.open.borrow_mut().push(place);
        let found = self.look(place, steps);
        self.open.borrow_mut().pop();
        found
    }

    fn look(&self, place: Place, steps: &mut u32) -> Worths {
        let (key, id) = place;
        let body = &self.values.program[key].body;
        match body.expr(id) {
            Expr::Literal(Literal::Bool(it)) => Worths::one(Worth::Bool(*it)),
            Expr::Literal(Literal::Int(Some(it))) => match u128::try_from(*it) {
                Ok(it) => Worths::one(Worth::Number(it)),
                Err(_) => Worths::open(),
            },
            Expr::Literal(Literal::Str(it)) => Worths::one(Worth::Text((**it).into())),
            Expr::Literal(Literal::Bytes(it)) => Worths::one(Worth::Bytes(it.len() as u64)),
            Expr::Repeat { len, .. } => self.bytes((key, *len)),
            // `&bytes[..16]`.
            Expr::Index { index, .. } => match body.expr(*index) {
                Expr::Range { end: Some(end), .. } => self.bytes((key, *end)),
                _ => Worths::open(),
            },
            Expr::Unary {
                op: UnaryOp::Not,
                inner,
            } => {
                let mut found = self.walk((key, *inner), steps);
                for worth in &mut found.all {
                    match worth {
                        Worth::Bool(it) => *it = !*it,
                        _ => found.is_open = true,
                    }
                }
                found.all.retain(|it| matches!(it, Worth::Bool(_)));
                found
            }
            Expr::Ref { inner, .. }
            | Expr::Cast { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Unary {
                op: UnaryOp::Deref,
                inner,
            } => self.walk((key, *inner), steps),
            Expr::Array(all) if all.is_empty() => Worths::one(Worth::Empty),
            Expr::Array(all) if all.iter().all(|it| is_number(body, *it)) => {
                Worths::one(Worth::Bytes(all.len() as u64))
            }
            Expr::Array(all) => {
                let mut found = Worths::default();
                all.iter()
                    .for_each(|it| found.join(self.walk((key, *it), steps)));
                found
            }
            Expr::Block(block) => match block.tail {
                Some(tail) if block.cfg_at(block.stmts.len()).is_none() => {
                    self.walk((key, tail), steps)
                }
                _ => Worths::open(),
            },
            Expr::If {
                cond,
                then,
                otherwise: Some(otherwise),
            } => match self.walk((key, *cond), steps).truth() {
                Some(true) => self.walk((key, *then), steps),
                Some(false) => self.walk((key, *otherwise), steps),
                None => {
                    let mut found = self.walk((key, *then), steps);
                    found.join(self.walk((key, *otherwise), steps));
                    found
                }
            },
            Expr::Match { arms, .. } => {
                let mut found = Worths::default();
                for arm in arms {
                    found.join(self.walk((key, arm.body), steps));
                }
                found
            }
            Expr::Binary { op, lhs, rhs } => self.binary(place, *op, (*lhs, *rhs), steps),
            Expr::Path(_) => self.path(place, steps),
            Expr::Field { base, name } => self.field(key, *base, *name, steps),
            Expr::Call { args, .. } => self.call(place, args, None, steps),
            Expr::MethodCall(call) => {
                let is_same = matches!(
                    call.name.as_str(),
                    "clone"
                        | "into"
                        | "to_owned"
                        | "to_string"
                        | "as_str"
                        | "as_ref"
                        | "as_bytes"
                        | "as_slice"
                        | "into_bytes"
                        | "to_vec"
                        | "unwrap"
                        | "expect"
                        | "ok"
                );
                if is_same && call.args.len() <= usize::from(call.name == "expect") {
                    return self.walk((key, call.receiver), steps);
                }
                if let Some(most) = taken(body, id) {
                    return self.bytes((key, most));
                }
                // What is taken where nothing else is set.
                if call.name == "unwrap_or" && call.args.len() == 1 {
                    let mut found = self.walk((key, call.receiver), steps);
                    found.join(self.walk((key, call.args[0]), steps));
                    found.is_open = true;
                    return found;
                }
                // `decode_header(token).map(|it| it.alg)`.
                if call.name == "map"
                    && let [made] = *call.args
                    && let Expr::Closure(closure) = body.expr(made)
                    && matches!(body.expr(closure.body), Expr::Field { .. })
                {
                    return self.walk((key, closure.body), steps);
                }
                self.call(place, &call.args, Some(call.receiver), steps)
            }
            _ => Worths::open(),
        }
    }

    fn binary(
        &self,
        place: Place,
        op: BinaryOp,
        (lhs, rhs): (ExprId, ExprId),
        steps: &mut u32,
    ) -> Worths {
        let (key, _) = place;
        let stop = match op {
            BinaryOp::And => false,
            BinaryOp::Or => true,
            BinaryOp::Add | BinaryOp::Arithmetic => {
                return match number(self.values, self.sources, place) {
                    Some(it) => Worths::one(Worth::Number(it)),
                    None => Worths::open(),
                };
            }
            _ => return Worths::open(),
        };
        let left = self.walk((key, lhs), steps).truth();
        let right = self.walk((key, rhs), steps).truth();
        match (left, right) {
            (Some(it), _) | (_, Some(it)) if it == stop => Worths::one(Worth::Bool(stop)),
            (Some(_), Some(_)) => Worths::one(Worth::Bool(!stop)),
            _ => Worths::open(),
        }
    }

    fn path(&self, place: Place, steps: &mut u32) -> Worths {
        let (key, id) = place;
        let typing = self.values.typing(key);
        if let Some(pat) = typing.local(id) {
            return self.local(key, pat, steps);
        }
        match typing.defs(id).first() {
            Some(Callee::External(path)) => Worths::one(Worth::Item(*path)),
            Some(Callee::Const(constant)) => {
                let def = &self.values.program[*constant];
                match def.body {
                    Some(body) => {
                        let root = self.values.program[body].body.root;
                        let mut found = self.walk((body, root), steps);
                        // A `static mut`, an atomic: whoever changes it is not looked for.
                        found.is_open |= found.all.is_empty();
                        found
                    }
                    None => Worths::open(),
                }
            }
            _ => match number(self.values, self.sources, place) {
                Some(it) => Worths::one(Worth::Number(it)),
                None => Worths::open(),
            },
        }
    }

    /// So many bytes as a number says.
    fn bytes(&self, length: Place) -> Worths {
        let length = number(self.values, self.sources, length);
        match length.and_then(|it| u64::try_from(it).ok()) {
            Some(it) => Worths::one(Worth::Bytes(it)),
            None => Worths::open(),
        }
    }

    fn local(&self, key: BodyKey, pat: PatId, steps: &mut u32) -> Worths {
        let locals = self.strings.locals(key);
        let sources = locals.sources(pat);
        if sources.is_empty() {
            return Worths::open();
        }
        let mut found = Worths::default();
        for source in sources {
            if !source.parts.is_empty() {
                return Worths::open();
            }
            match source.from {
                From::Expr(init) => found.join(self.walk((key, init), steps)),
                From::Param(at) => found.join(self.param(key, at, steps)),
                From::Field(adt, name) => found.join(self.written(adt, name, steps)),
            }
        }
        let has_length = |it: &Worth| matches!(it, Worth::Text(_) | Worth::Bytes(_));
        if found.all.iter().any(has_length) && self.grows(key, pat) {
            return Worths::open();
        }
        found
    }

    /// Whether a text or list gets longer after it was put into a variable.
    fn grows(&self, key: BodyKey, pat: PatId) -> bool {
        let body = &self.values.program[key].body;
        if !matches!(body.pat(pat), Pat::Bind { mutable: true, .. }) {
            return false;
        }
        let typing = self.values.typing(key);
        let is_it = |id: ExprId| typing.local(id) == Some(pat);
        let is_vec = |id: ExprId| {
            let range = body.expr_range(id).in_file(self.values.program[key].file);
            self.sources.slice(range).starts_with("vec")
        };
        let is_list = matches!(typing.pat_ty(pat), Ty::External(..))
            || self.values.local_init(body, pat).is_some_and(is_vec);
        let is_lent = |id: &ExprId| matches!(body.expr(*id), Expr::Ref { mutable: true, inner } if is_it(*inner));
        body.exprs().any(|(_, expr)| match expr {
            Expr::MethodCall(call) if is_it(call.receiver) => GROWS.contains(&call.name.as_str()),
            Expr::Binary {
                op: BinaryOp::AddAssign,
                lhs,
                ..
            } => is_it(*lhs),
            Expr::MethodCall(call) if is_list && call.args.iter().any(is_lent) => {
                !fills(call.name.as_str())
            }
            Expr::Call { callee, args } if is_list && args.iter().any(is_lent) => {
                let Expr::Path(path) = body.expr(*callee) else {
                    return true;
                };
                path.last().is_none_or(|it| !fills(it.as_str()))
            }
            _ => false,
        })
    }

    fn param(&self, key: BodyKey, at: usize, steps: &mut u32) -> Worths {
        let program = self.values.program;
        let known = self.given.borrow().get(&(key, at)).cloned();
        if let Some(known) = known {
            let mut found = Worths::default();
            for place in known {
                found.join(self.walk(place, steps));
            }
            return found;
        }
        let BodyOwner::Fn(id) = program[key].owner else {
            return Worths::open();
        };
        let callers = self.strings.callers(id);
        if callers.is_empty() || callers.len() > MAX_CALLERS {
            return Worths::open();
        }
        let mut found = Worths::default();
        for (caller, call) in callers.iter() {
            let own = match program[*caller].body.expr(*call) {
                Expr::Call { .. } => usize::from(program[id].sig.self_param.is_some()),
                _ => 0,
            };
            match program[*caller].body.expr(*call).args().get(at + own) {
                Some(arg) => found.join(self.walk((*caller, *arg), steps)),
                None => return Worths::open(),
            }
        }
        found
    }

    fn field(&self, key: BodyKey, base: ExprId, name: Name, steps: &mut u32) -> Worths {
        let ty = self.values.typing(key).ty(base).peel_refs();
        if let Ty::External(owner, _) = ty {
            return Worths::one(Worth::Item(Name::new(&format!("{owner}::{name}"))));
        }
        let Some(adt) = self.strings.owner(ty, name) else {
            return Worths::open();
        };
        // One that is written out says more than all that there are.
        let mut literals = Vec::new();
        if self.literals((key, base), MAX_LITERALS, &mut literals) && !literals.is_empty() {
            let mut found = Worths::default();
            for (key, id) in literals {
                let Expr::Struct(literal) = self.values.program[key].body.expr(id) else {
                    continue;
                };
                match literal.fields.iter().find(|it| it.0 == name) {
                    Some((_, value)) => found.join(self.walk((key, *value), steps)),
                    None => found.is_open = true,
                }
            }
            return found;
        }
        self.written(adt, name, steps)
    }

    /// The literals of structs that an expression is one of: a constant, an argument that is known. `false` if
    /// it may be something else.
    fn literals(&self, (key, id): Place, depth: u32, found: &mut Vec<Place>) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let body = &self.values.program[key].body;
        match body.expr(id) {
            Expr::Struct(_) => {
                found.push((key, id));
                true
            }
            Expr::Ref {
                mutable: false,
                inner,
            } => self.literals((key, *inner), depth, found),
            Expr::Block(block) if block.stmts.is_empty() => block
                .tail
                .is_some_and(|it| self.literals((key, it), depth, found)),
            Expr::Path(_) => {
                let typing = self.values.typing(key);
                let Some(pat) = typing.local(id) else {
                    let Some(Callee::Const(constant)) = typing.defs(id).first() else {
                        return false;
                    };
                    let init = self.values.program[*constant].body;
                    return init.is_some_and(|it| {
                        let root = self.values.program[it].body.root;
                        self.literals((it, root), depth, found)
                    });
                };
                // What may be changed is not what it was.
                if !matches!(body.pat(pat), Pat::Bind { mutable: false, .. }) {
                    return false;
                }
                let locals = self.strings.locals(key);
                match locals.sources(pat) {
                    [only] if only.parts.is_empty() => match only.from {
                        From::Expr(init) => self.literals((key, init), depth, found),
                        From::Param(at) => {
                            let given = self.given.borrow().get(&(key, at)).cloned();
                            let mut given = given.into_iter().flatten();
                            given.all(|it| self.literals(it, depth, found))
                        }
                        From::Field(..) => false,
                    },
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// What is given to a field. Types that are read from settings, arguments or requests get
    /// their values from elsewhere, too.
    fn written(&self, adt: AdtId, name: Name, steps: &mut u32) -> Worths {
        let def = &self.values.program[adt];
        let is_read = def.attrs.iter().any(|it| {
            let text = self.sources.slice(it.range.in_file(def.file));
            ["Deserialize", "Parser", "Args", "Subcommand", "FromRow"]
                .iter()
                .any(|derive| text.contains(derive))
        });
        let writes = self.strings.writes(adt, name);
        let mut found = Worths {
            all: Vec::new(),
            is_open: is_read || writes.is_empty(),
        };
        if writes.len() > MAX_CALLERS {
            return Worths::open();
        }
        for place in writes.iter() {
            found.join(self.walk(*place, steps));
        }
        found
    }

    fn call(
        &self,
        place: Place,
        args: &[ExprId],
        receiver: Option<ExprId>,
        steps: &mut u32,
    ) -> Worths {
        let (key, id) = place;
        let targets = self.values.targets(key, id);
        if let [function] = targets.as_slice() {
            return self.function(*function, place, args, receiver.is_some(), steps);
        }
        let Some(path) = self.called(place, receiver) else {
            return Worths::open();
        };
        let model = self.values.program.models.function(path);
        let given = |at: u32| args.get(at as usize).copied();
        if let Some(length) = model.and_then(|it| it.length).and_then(given) {
            return self.bytes((key, length));
        }
        // A key is as long as the bytes that it is made of.
        let builds = model.filter(|it| it.role == Role::Builds);
        if let Some(secret) = builds.and_then(|it| it.secret).and_then(given) {
            return self.walk((key, secret), steps);
        }
        let is_wrapper = path == "std::option::Option::Some"
            || path == "std::result::Result::Ok"
            || path.as_str().starts_with("std::")
                && (path.as_str().ends_with("::new") || path.as_str().ends_with("::from"));
        match args {
            [only] if is_wrapper && receiver.is_none() => self.walk((key, *only), steps),
            [] if receiver.is_none() => match path == "std::vec::Vec::new" {
                true => Worths::one(Worth::Empty),
                false => Worths::one(Worth::Item(path)),
            },
            _ => match number(self.values, self.sources, place) {
                Some(it) => Worths::one(Worth::Number(it)),
                None => Worths::open(),
            },
        }
    }

    /// The library function that a call reaches; the receiver may be a constant or unit struct of a library.
    fn called(&self, (key, id): Place, receiver: Option<ExprId>) -> Option<Name> {
        let typing = self.values.typing(key);
        typing.external(id).or_else(|| {
            let Some(Callee::External(owner)) = typing.defs(receiver?).first() else {
                return None;
            };
            let Expr::MethodCall(call) = self.values.program[key].body.expr(id) else {
                return None;
            };
            Some(self.values.program.models.member(*owner, call.name))
        })
    }

    fn function(
        &self,
        id: FnId,
        (caller, _): Place,
        args: &[ExprId],
        is_method: bool,
        steps: &mut u32,
    ) -> Worths {
        let program = self.values.program;
        let Some(key) = program[id].body else {
            return Worths::open();
        };
        let own = usize::from(!is_method && program[id].sig.self_param.is_some());
        let places = args.iter().skip(own).map(|it| (caller, *it));
        // Called in itself, or twice on the way: its parameters are what all calls give.
        let is_known = args.len() > own && self.given.borrow().contains_key(&(key, 0));
        if is_known {
            return Worths::open();
        }
        let places: Vec<Place> = places.collect();
        for (at, place) in places.iter().enumerate() {
            self.given.borrow_mut().insert((key, at), vec![*place]);
        }
        let body = &program[key].body;
        let mut found = self.walk((key, body.root), steps);
        let returned = body.exprs().filter_map(|it| match it.1 {
            Expr::Return(Some(value)) => Some(*value),
            _ => None,
        });
        let returned: Vec<ExprId> = returned.collect();
        for value in returned {
            found.join(self.walk((key, value), steps));
        }
        for at in 0..places.len() {
            self.given.borrow_mut().remove(&(key, at));
        }
        found
    }
}

/// Methods that make a text or a list longer.
const GROWS: [&str; 12] = [
    "push",
    "push_str",
    "push_slice",
    "insert",
    "insert_str",
    "append",
    "extend",
    "extend_from_slice",
    "extend_from_within",
    "resize",
    "resize_with",
    "put_slice",
];

/// Whether a function fills what it is lent, going by its name, and adds nothing to it.
fn fills(name: &str) -> bool {
    name.contains("fill") || name.contains("rand") || name == "copy_from_slice"
}

/// Whether an element is a number that is written down.
fn is_number(body: &Body, id: ExprId) -> bool {
    matches!(body.expr(id), Expr::Literal(Literal::Int(_)))
}

/// How many elements there are at most of what is collected: the argument of `take`.
fn taken(body: &Body, id: ExprId) -> Option<ExprId> {
    let mut at = id;
    loop {
        let Expr::MethodCall(call) = body.expr(at) else {
            return None;
        };
        at = match (call.name.as_str(), &*call.args) {
            ("take", [most]) => return Some(*most),
            ("collect" | "copied" | "cloned", []) | ("map" | "filter", [_]) => call.receiver,
            _ => return None,
        };
    }
}
