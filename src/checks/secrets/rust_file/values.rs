//! Expressions that are a literal, whatever is wrapped around it, and what names say of them.

use rustc_hash::FxHashMap;

use super::super::{Redacted, names};
use super::Parameters;
use crate::facts::body::{BlockKind, Literal, MethodCall};
use crate::facts::item::{Param, UseKind};
use crate::facts::mentions::hashes;
use crate::facts::{
    Body, BodyId, Expr, ExprId, FileFacts, Item, ItemKind, Mention, Pat, Stmt, TypeRef,
};
use crate::source::{Name, TextRange};

/// A value that stands in the source.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// The text, or the hexadecimal digits of bytes that are no text.
    pub(super) text: Redacted<String>,
    /// The literal without its quotes.
    pub(super) range: TextRange,
    /// Whether it was reached through a name that may be another's.
    pub(super) guessed: bool,
}

/// What the whole file says about names.
pub(super) struct File<'a> {
    pub(super) facts: &'a FileFacts,
    pub(super) text: &'a str,
    /// Constants by name; two of one name are none.
    constants: FxHashMap<Name, Option<BodyId>>,
    /// Functions without parameters by name.
    pub(super) producers: FxHashMap<Name, Option<BodyId>>,
    /// Parameters of free functions and of methods, `self` left out.
    pub(super) parameters: Parameters,
    /// What `use` and `type` make of a name: the path that it stands for.
    meanings: FxHashMap<Name, Vec<Name>>,
}

impl<'a> File<'a> {
    /// Collects the names of a file.
    pub(super) fn of(facts: &'a FileFacts, text: &'a str) -> File<'a> {
        let mut file = File {
            facts,
            text,
            constants: FxHashMap::default(),
            producers: FxHashMap::default(),
            parameters: FxHashMap::default(),
            meanings: FxHashMap::default(),
        };
        file.collect(&facts.items);
        facts
            .bodies
            .iter()
            .for_each(|body| file.collect(body.items()));
        file
    }

    /// The names under which the file knows what is called `name` elsewhere.
    pub(super) fn other_names(&self, name: &str) -> Vec<Name> {
        let meanings = self.meanings.iter();
        let renamed =
            meanings.filter(|(own, path)| path.last().is_some_and(|it| *it == *name && it != *own));
        renamed.map(|(own, _)| *own).collect()
    }

    /// The bodies of the file's constants.
    pub(super) fn constants(&self) -> impl Iterator<Item = BodyId> {
        self.constants.values().filter_map(|it| *it)
    }

    /// What a body mentions that takes a value from a constant or function of the file.
    pub(super) fn values(&self) -> impl Iterator<Item = u16> {
        let names = self.constants.keys().chain(self.producers.keys());
        names.flat_map(|name| hashes(Mention::NAMED, name.as_str()))
    }

    /// What a body mentions that may call a function with a parameter named like a secret.
    pub(super) fn wanting(&self) -> impl Iterator<Item = u16> {
        let says = |it: &Option<Name>| it.is_some_and(|it| names::judge(it.as_str()).is_some());
        let parameters = self.parameters.iter();
        let functions = parameters.filter(move |(_, parameters)| parameters.iter().any(says));
        functions.flat_map(move |(name, _)| hashes(Mention::CALLED, name.as_str()))
    }

    fn collect(&mut self, items: &[Item]) {
        for item in items {
            match &item.kind {
                ItemKind::Const(constant) => {
                    self.constants
                        .entry(item.name)
                        .and_modify(|it| *it = None)
                        .or_insert(constant.body);
                }
                ItemKind::Fn(function) => {
                    if function.params.is_empty() {
                        self.producers
                            .entry(item.name)
                            .and_modify(|it| *it = None)
                            .or_insert(function.body);
                    } else {
                        let names = function.params.iter().map(|it: &Param| it.name).collect();
                        // Of two functions with one name nobody knows which is called.
                        self.parameters
                            .entry(item.name)
                            .and_modify(Vec::clear)
                            .or_insert(names);
                    }
                }
                ItemKind::Use(import) => {
                    for leaf in &import.leaves {
                        if let UseKind::Name(name) = leaf.kind {
                            self.meanings
                                .entry(name)
                                .or_insert_with(|| leaf.path.clone());
                        }
                    }
                }
                ItemKind::TypeAlias(alias) => {
                    if let Some(path) = alias.ty.as_ref().and_then(TypeRef::as_path) {
                        let path = path.segments.iter().map(|it| it.name).collect();
                        self.meanings.entry(item.name).or_insert(path);
                    }
                }
                ItemKind::Mod(module) => self.collect(module.items.as_deref().unwrap_or_default()),
                ItemKind::Impl(implementation) => self.collect(&implementation.items),
                _ => {}
            }
        }
    }
}

impl File<'_> {
    /// A path as written, its first segment replaced by what it was imported as.
    fn meaning(&self, mut path: Vec<Name>) -> Vec<Name> {
        // An alias may stand for an import; more than that is rare.
        for _ in 0..2 {
            let Some(meaning) = path.first().and_then(|first| self.meanings.get(first)) else {
                break;
            };
            if meaning.first() == path.first() {
                break;
            }
            path.splice(..1, meaning.iter().copied());
        }
        path
    }
}

/// The values of one body.
pub(super) struct Values<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) body: &'a Body,
    /// Local variables that are bound once.
    locals: FxHashMap<Name, Option<ExprId>>,
}

/// How many names and wrappers are looked through.
const DEPTH: u32 = 24;

impl<'a> Values<'a> {
    /// Collects the locals of a body.
    pub(super) fn new(file: &'a File<'a>, body: &'a Body) -> Values<'a> {
        let mut locals = FxHashMap::default();
        for (_, expr) in body.exprs() {
            let Expr::Block(block) = expr else { continue };
            for stmt in &block.stmts {
                if let Stmt::Let(stmt) = stmt
                    && let Pat::Bind { name, mutable, .. } = body.pat(stmt.pat)
                {
                    // What is mutable is a buffer that something else fills.
                    let init = stmt.init.filter(|_| !mutable);
                    locals
                        .entry(*name)
                        .and_modify(|it| *it = None)
                        .or_insert(init);
                }
            }
        }
        Values { file, body, locals }
    }

    /// The literal that an expression is, unless it is empty.
    pub(super) fn literal(&self, id: ExprId) -> Option<Value> {
        self.literal_within(id, DEPTH)
            .filter(|it| !it.text.expose().is_empty())
    }

    /// Whether an expression is the empty text.
    pub(super) fn is_empty_text(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Closure(closure) => self.is_empty_text(closure.body),
            Expr::Call { callee, args } if args.is_empty() => self
                .callee(*callee)
                .is_some_and(|it| it.ends_with(&["String".into(), "new".into()])),
            _ => self
                .literal_within(id, DEPTH)
                .is_some_and(|it| it.text.expose().is_empty()),
        }
    }

    fn literal_within(&self, id: ExprId, depth: u32) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match self.body.expr(id) {
            Expr::Literal(Literal::Str(text)) => Some(self.value(id, text.to_string())),
            Expr::Literal(Literal::Bytes(bytes)) => Some(self.value(id, readable(bytes))),
            Expr::Array(items) => {
                let bytes: Option<Vec<u8>> = items.iter().map(|it| self.byte(*it)).collect();
                let bytes = bytes.filter(|it| it.len() >= 8)?;
                Some(Value {
                    text: Redacted::new(readable(&bytes)),
                    range: self.body.expr_range(id),
                    guessed: false,
                })
            }
            Expr::Repeat { value, len } => {
                let (byte, len) = (self.byte(*value)?, self.integer(*len)?);
                let bytes = vec![
                    byte;
                    usize::try_from(len)
                        .ok()
                        .filter(|it| (8..=4096).contains(it))?
                ];
                Some(Value {
                    text: Redacted::new(readable(&bytes)),
                    range: self.body.expr_range(id),
                    guessed: false,
                })
            }
            Expr::Ref { inner, .. }
            | Expr::Cast { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner) => self.literal_within(*inner, depth),
            Expr::Index { base, .. } => self.literal_within(*base, depth),
            Expr::MethodCall(call) if is_wrapper(call) => self.literal_within(call.receiver, depth),
            Expr::Call { callee, args } => {
                let (segments, only) = (self.callee(*callee)?, single(args)?);
                WRAPPERS
                    .contains(&segments.last()?.as_str())
                    .then(|| self.literal_within(only, depth))?
            }
            Expr::Block(block) if block.kind != BlockKind::Async && block.stmts.is_empty() => {
                self.literal_within(block.tail?, depth)
            }
            // `LazyLock::new(|| "..")`.
            Expr::Closure(closure) => self.literal_within(closure.body, depth),
            Expr::Return(Some(inner)) => self.literal_within(*inner, depth),
            Expr::Macro(call)
                if call
                    .path
                    .last()
                    .is_some_and(|it| matches!(it.as_str(), "concat" | "format")) =>
            {
                let args = call.args.as_deref()?;
                // Holes make it a message or a key of some map.
                let parts: Option<Vec<Value>> = args
                    .iter()
                    .map(|it| self.literal_within(it.value, depth))
                    .collect();
                let text: String = parts?.iter().map(|it| it.text.expose().as_str()).collect();
                Some(Value {
                    text: Redacted::new(text),
                    range: self.body.expr_range(id),
                    guessed: false,
                })
            }
            Expr::Path(path) => {
                let name = path.last()?;
                if names::is_for_tests(name.as_str()) {
                    return None;
                }
                if path.as_ident().is_some()
                    && let Some(local) = self.locals.get(&name)
                {
                    return self.literal_within((*local)?, depth);
                }
                let body = (*self.file.constants.get(&name)?)?;
                let body = self.file.facts.body(body);
                let values = Values {
                    file: self.file,
                    body,
                    locals: FxHashMap::default(),
                };
                let mut value = values.literal_within(body.root, depth)?;
                value.guessed = path.as_ident().is_none();
                Some(value)
            }
            _ => None,
        }
    }

    /// The result of an expression that chooses between others: the last one written.
    pub(super) fn fallback(&self, id: ExprId) -> Option<Value> {
        match self.body.expr(id) {
            Expr::Closure(closure) => self.fallback(closure.body),
            Expr::Block(block) => self.fallback(block.tail?),
            _ => self.literal(id),
        }
    }

    fn value(&self, id: ExprId, text: String) -> Value {
        Value {
            text: Redacted::new(text),
            range: inside_quotes(self.file.text, self.body.expr_range(id)),
            guessed: false,
        }
    }

    fn byte(&self, id: ExprId) -> Option<u8> {
        self.integer(id).and_then(|it| u8::try_from(it).ok())
    }

    fn integer(&self, id: ExprId) -> Option<i64> {
        match self.body.expr(id) {
            Expr::Literal(Literal::Int(value)) => *value,
            Expr::Cast { inner, .. } => self.integer(*inner),
            _ => None,
        }
    }

    /// The segments of a called path, imports and aliases of the file resolved.
    pub(super) fn callee(&self, id: ExprId) -> Option<Vec<Name>> {
        match self.body.expr(id) {
            Expr::Path(path) => {
                let owner = path
                    .qself
                    .as_deref()
                    .and_then(|it| it.ty.as_path())
                    .and_then(|it| it.last());
                let path = owner
                    .into_iter()
                    .chain(path.segments.iter().map(|it| it.name))
                    .collect();
                Some(self.file.meaning(path))
            }
            _ => None,
        }
    }

    /// The text of a string literal.
    pub(super) fn string(&self, id: ExprId) -> Option<&'a str> {
        match self.body.expr(id) {
            Expr::Literal(Literal::Str(text)) => Some(text),
            Expr::Ref { inner, .. } => self.string(*inner),
            Expr::MethodCall(call) if is_wrapper(call) => self.string(call.receiver),
            Expr::Path(path) => {
                let body = self
                    .file
                    .facts
                    .body((*self.file.constants.get(&path.last()?)?)?);
                match body.expr(body.root) {
                    Expr::Literal(Literal::Str(text)) => Some(text),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What an expression is called: a variable, a field, an environment variable, a header.
    /// `loosely` also looks through methods that compute something.
    pub(super) fn name_of(&self, id: ExprId, loosely: bool) -> Option<String> {
        match self.body.expr(id) {
            Expr::Path(path) => path.last().map(|it| it.as_str().to_owned()),
            Expr::Field { base, name }
                if name.as_str().starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.name_of(*base, loosely)
            }
            Expr::Field { name, .. } => Some(name.as_str().to_owned()),
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Cast { inner, .. } => self.name_of(*inner, loosely),
            Expr::Index { index, .. } => self.string(*index).map(str::to_owned),
            Expr::MethodCall(call) => {
                let key = call.args.first().and_then(|it| self.string(*it));
                match key {
                    Some(key) if GETTERS.contains(&call.name.as_str()) => Some(key.to_owned()),
                    _ if loosely
                        || is_wrapper(call)
                        || LOOKS_THROUGH.contains(&call.name.as_str()) =>
                    {
                        self.name_of(call.receiver, loosely)
                    }
                    _ => None,
                }
            }
            Expr::Call { callee, args } => {
                let segments = self.callee(*callee)?;
                let last = segments.last()?.as_str();
                match args.first().and_then(|it| self.string(*it)) {
                    Some(variable)
                        if last.contains("var") || last.contains("env") || last == "get" =>
                    {
                        Some(variable.to_owned())
                    }
                    _ if WRAPPERS.contains(&last) => self.name_of(single(args)?, loosely),
                    _ => None,
                }
            }
            Expr::Macro(call)
                if call
                    .path
                    .last()
                    .is_some_and(|it| matches!(it.as_str(), "env" | "option_env" | "dotenv")) =>
            {
                self.string(call.args.as_deref()?.first()?.value)
                    .map(str::to_owned)
            }
            _ => None,
        }
    }
}

/// The only element.
pub(super) fn single(args: &[ExprId]) -> Option<ExprId> {
    match args {
        [only] => Some(*only),
        _ => None,
    }
}

fn is_wrapper(call: &MethodCall) -> bool {
    call.args.is_empty() && WRAPPER_METHODS.contains(&call.name.as_str()) || call.name == *"expect"
}

/// Bytes as text if they are text, else as hexadecimal digits.
fn readable(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.bytes().all(|it| (0x20..0x7f).contains(&it)) => text.to_owned(),
        _ => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// Shrinks the range of a string or byte string literal to what its quotes hold.
pub(super) fn inside_quotes(text: &str, range: TextRange) -> TextRange {
    let slice = text
        .get(range.start as usize..range.end as usize)
        .unwrap_or_default();
    let (Some(open), Some(close)) = (slice.find('"'), slice.rfind('"')) else {
        return range;
    };
    TextRange::new(range.start + open as u32 + 1, range.start + close as u32)
}

/// Methods that change how a text is kept, not what it says.
const WRAPPER_METHODS: &[&str] = &[
    "to_string",
    "to_owned",
    "into",
    "as_bytes",
    "as_ref",
    "as_str",
    "to_vec",
    "into_bytes",
    "as_slice",
    "into_string",
    "clone",
    "unwrap",
    "into_boxed_str",
    "parse",
    "try_into",
    "trim",
    "as_deref",
    "into_boxed_slice",
    "to_bytes",
    "copied",
    "cloned",
    "borrow",
];

/// Functions of one argument that only wrap it.
const WRAPPERS: &[&str] = &[
    "from",
    "new",
    "Some",
    "Ok",
    "Borrowed",
    "Owned",
    "from_static",
    "from_str",
    "from_string",
    "from_slice",
    "into",
    "Secret",
    "SecretString",
    "Zeroizing",
    "Redacted",
    "from_bytes",
    "copy_from_slice",
    "String",
    "Sensitive",
    "parse",
    "try_from",
    "leak",
    "Arc",
    "Box",
    "once",
];

/// Methods that read a value by its name.
const GETTERS: &[&str] = &[
    "get",
    "get_one",
    "value_of",
    "get_string",
    "get_str",
    "get_header",
    "header",
    "var",
    "param",
    "query",
    "remove",
    "cookie",
    "get_mut",
];

/// Methods behind which the value is still the one that was named.
const LOOKS_THROUGH: &[&str] = &[
    "expose_secret",
    "to_str",
    "unwrap_or_default",
    "ok",
    "to_lowercase",
    "to_ascii_lowercase",
    "as_mut",
    "inner",
    "get",
    "secret",
    "reveal",
    "unsecure",
    "value",
    "deref",
    "unwrap_or",
    "chars",
    "bytes",
    "trim_start",
    "trim_end",
    "into_inner",
    "as_bytes_ref",
];
