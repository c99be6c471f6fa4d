//! Sinks that several calls make together: a shell and what it is told, a header's name and value,
//! a body and its type.

use rustc_hash::FxHashSet;

use super::taint::Value;
use super::walk::Walk;
use super::{pages, stored};
use crate::facts::body::MethodCall;
use crate::facts::mentions::hash;
use crate::facts::{Expr, ExprId, Mention};
use crate::models::exports::last_segment;
use crate::models::roles::TypeRole;
use crate::models::schema::Type;
use crate::models::{Function, SinkKind, Sinks};
use crate::program::{BodyKey, Program, Ty};
use crate::source::Name;
use crate::values::Values;

/// Programs that run what they are told.
const SHELLS: [&str; 12] = [
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "fish",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
    "env",
];

/// Rocket's header of a name and a value.
const HEADER: &str = "rocket::http::Header::new";

impl Walk<'_, '_> {
    /// Whether a method call makes a sink of an argument, together with what stands before it.
    pub(super) fn sink_of_chain(&mut self, path: Name, call: &MethodCall, values: &[Value]) {
        if values.iter().all(Value::is_untainted) {
            return;
        }
        let name = call.name.as_str();
        let owner = path.as_str().rsplit_once("::").map_or("", |it| it.0);
        let is_command = owner.ends_with("process::Command") || owner == "?";
        match name {
            "arg" | "args"
                if is_command
                    && self.runs_shell(call.receiver, 0)
                    && !self.is_parameter_of_script(call.receiver) =>
            {
                self.sink_of(SinkKind::Command, path, call, 0, values);
            }
            "insert_header" | "append_header" => {
                match call.args.first().map(|it| self.body.expr(*it)) {
                    Some(Expr::Tuple(pair)) => {
                        if let [key, value] = **pair
                            && self.is_location(key)
                        {
                            let held = values[0].field(Name::new("1"));
                            self.sink(SinkKind::Redirect, value, path, &held);
                        }
                    }
                    _ => self.header(path, call, values),
                }
            }
            "header" | "insert" | "append" | "set_header" | "add_header" | "with_header" => {
                self.header(path, call, values);
            }
            "body" | "set_body" | "write_body" | "text" | "streaming"
                if self.is_html(call.receiver, 0) =>
            {
                self.sink_of(SinkKind::Html, path, call, 0, values);
            }
            "repeat" if matches!(owner, "str" | "std::string::String") => {
                self.sink_of(SinkKind::Allocation, path, call, 0, values);
            }
            _ => {}
        }
    }

    /// Whether a call of a function makes a sink of an argument, together with another: a header, or
    /// a response with one.
    pub(super) fn sink_of_function(&mut self, path: Name, args: &[ExprId], values: &[Value]) {
        match (path.as_str(), args) {
            (HEADER, [name, value]) if self.is_location(*name) => {
                self.sink(SinkKind::Redirect, *value, path, &values[1]);
            }
            ("warp::reply::with_header", [_, name, value]) if self.is_location(*name) => {
                self.sink(SinkKind::Redirect, *value, path, &values[2]);
            }
            ("warp::reply::with_header", [page, name, value])
                if self.names_header(*name, "content-type") && self.names_html(*value) =>
            {
                self.sink(SinkKind::Html, *page, path, &values[0]);
            }
            _ => {}
        }
    }

    /// Whether what unpacks data is read to its end, whatever comes out of it.
    pub(super) fn sink_of_reader(
        &mut self,
        path: Name,
        receiver: Option<(ExprId, &Value)>,
        args: &[ExprId],
        values: &[Value],
    ) {
        if !self.all.asked.has(SinkKind::Inflation) {
            return;
        }
        let read = match last_segment(path.as_str()) {
            "read_to_end" | "read_to_string" if receiver.is_some() => receiver,
            "copy" | "read_to_string" if receiver.is_none() => {
                args.first().copied().zip(values.first())
            }
            _ => None,
        };
        if let Some((reader, value)) = read
            && !value.is_untainted()
            && (self.is_decoder(reader) || self.is_any_reader(reader))
        {
            // Of a reader that a caller hands in, only the caller knows whether it unpacks.
            let value = self.unpacked(reader, value.clone());
            self.sink(SinkKind::Inflation, reader, path, &value);
        }
    }

    /// What comes of a reader: whether it unpacks, and so whether reading it to its end does harm.
    pub(super) fn unpacked(&self, id: ExprId, value: Value) -> Value {
        match value.is_untainted() || !self.is_decoder(id) {
            true => value,
            false => value.cleared(Sinks::UNPACKED),
        }
    }

    /// Whether a reader is of whatever type a caller chooses.
    fn is_any_reader(&self, id: ExprId) -> bool {
        is_any_reader(self.ty(id))
    }

    fn is_decoder(&self, id: ExprId) -> bool {
        let mut ty = self.ty(id).peel_refs().clone();
        // What is read in larger steps is read all the same.
        while ty.is_external("std::io::BufReader") {
            ty = ty.arg(0).peel_refs().clone();
        }
        self.all.program.has_role(&ty, TypeRole::Decoder)
    }

    /// `(LOCATION, target)`.
    pub(super) fn header_pair(&mut self, pair: &[ExprId], made: &Value) {
        if let [key, value] = pair
            && !made.is_untainted()
            && matches!(self.body.expr(*key), Expr::Path(_))
            && self.is_location(*key)
        {
            let held = made.field(Name::new("1"));
            self.sink(SinkKind::Redirect, *value, Name::new("Location"), &held);
        }
    }

    /// `([(CONTENT_TYPE, "text/html")], page)`, `(ContentType::HTML, page)`.
    pub(super) fn page_of(&mut self, parts: &[ExprId], made: &Value) {
        let Some((page, before)) = parts.split_last() else {
            return;
        };
        let is_page = !before.is_empty() && before.iter().any(|it| self.names_html(*it));
        if !made.is_untainted() && is_page {
            let held = made.field(super::walk::index_name(before.len()));
            self.sink(SinkKind::Html, *page, Name::new("Content-Type"), &held);
        }
    }

    fn sink_of(
        &mut self,
        kind: SinkKind,
        path: Name,
        call: &MethodCall,
        at: usize,
        values: &[Value],
    ) {
        if let (Some(arg), Some(value)) = (call.args.get(at), values.get(at)) {
            self.sink(kind, *arg, path, value);
        }
    }

    fn header(&mut self, path: Name, call: &MethodCall, values: &[Value]) {
        if call.args.len() >= 2 && self.is_location(call.args[0]) {
            self.sink_of(SinkKind::Redirect, path, call, 1, values);
        }
    }

    /// Whether an expression is the name of the header that says where to go on.
    fn is_location(&self, id: ExprId) -> bool {
        self.names_header(id, "location")
    }

    /// Whether an expression is the name of the header that says where somebody comes from: who goes
    /// back there is where they were.
    pub(super) fn is_referer(&self, id: ExprId) -> bool {
        self.names_header(id, "referer")
    }

    fn names_header(&self, id: ExprId, header: &str) -> bool {
        match self.body.expr(id) {
            // A constant or a type, and not somebody's variable.
            Expr::Path(path) => path.last().is_some_and(|it| {
                let name = it.as_str();
                name.starts_with(|it: char| it.is_ascii_uppercase())
                    && name.eq_ignore_ascii_case(header)
            }),
            _ => {
                let text = self.text(id);
                text.is_some_and(|it| it.eq_ignore_ascii_case(header))
            }
        }
    }

    /// Whether a chain of calls builds a command that is a shell.
    fn runs_shell(&self, id: ExprId, depth: u32) -> bool {
        if depth > 24 {
            return false;
        }
        match self.body.expr(id) {
            Expr::MethodCall(call) => self.runs_shell(call.receiver, depth + 1),
            Expr::Call { args, .. } => {
                let program = args.first().and_then(|it| self.text(*it));
                program.is_some_and(|it| {
                    let name = it.rsplit(['/', '\\']).next().unwrap_or_default();
                    SHELLS.contains(&name)
                })
            }
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => {
                self.runs_shell(*inner, depth + 1)
            }
            Expr::Path(_) => {
                let local = self.typing.local(id);
                let init = local.and_then(|it| self.all.values.local_init(self.body, it));
                init.is_some_and(|it| self.runs_shell(it, depth + 1))
            }
            _ => false,
        }
    }

    /// Whether a shell has been told what to run by what is built so far: a script of the program's
    /// own, to which all that follows is a parameter.
    fn is_parameter_of_script(&self, id: ExprId) -> bool {
        let told = self.told(id, 0);
        let mut told = told.iter();
        while let Some(word) = told.next() {
            match word.as_deref() {
                // The script stands in the next word.
                Some(option) if is_command_option(option) => {
                    return told.next().is_some_and(Option::is_some);
                }
                Some(option) if option.starts_with('-') => {}
                Some(script) => return !script.contains('=') && !SHELLS.contains(&script),
                None => return false,
            }
        }
        false
    }

    /// The arguments that a chain of calls gives a command, as far as they are known.
    fn told(&self, id: ExprId, depth: u32) -> Vec<Option<String>> {
        match self.body.expr(id) {
            Expr::MethodCall(call) if depth < 24 => {
                let mut all = self.told(call.receiver, depth + 1);
                match (call.name.as_str(), call.args.first()) {
                    ("arg", Some(arg)) => all.push(self.text(*arg)),
                    ("args", Some(args)) => all.extend(self.words_of(*args)),
                    _ => {}
                }
                all
            }
            _ => Vec::new(),
        }
    }

    fn words_of(&self, id: ExprId) -> Vec<Option<String>> {
        match self.body.expr(id) {
            Expr::Ref { inner, .. } => self.words_of(*inner),
            Expr::Array(all) => all.iter().map(|it| self.text(*it)).collect(),
            _ => vec![None],
        }
    }

    /// Whether a chain of calls builds a response whose type is HTML.
    fn is_html(&self, id: ExprId, depth: u32) -> bool {
        if depth > 24 {
            return false;
        }
        match self.body.expr(id) {
            Expr::MethodCall(call) => {
                says_type(call.name.as_str()) && call.args.iter().any(|it| self.names_html(*it))
                    || self.is_html(call.receiver, depth + 1)
            }
            Expr::Path(_) => {
                let Some(local) = self.typing.local(id) else {
                    return false;
                };
                let init = self.all.values.local_init(self.body, local);
                // `response.content_type(..);`, a statement of its own.
                let is_told = |expr: &Expr| match expr {
                    Expr::MethodCall(call) => {
                        self.typing.local(self.of_headers(call.receiver)) == Some(local)
                            && says_type(call.name.as_str())
                            && call.args.iter().any(|it| self.names_html(*it))
                    }
                    _ => false,
                };
                init.is_some_and(|it| self.is_html(it, depth + 1))
                    || self.body.exprs().any(|(_, it)| is_told(it))
            }
            _ => false,
        }
    }

    /// `response` of `response.headers_mut()`.
    fn of_headers(&self, id: ExprId) -> ExprId {
        match self.body.expr(id) {
            Expr::MethodCall(call) if call.name == "headers_mut" => call.receiver,
            _ => id,
        }
    }

    fn names_html(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::MethodCall(call) if self.text(id).is_none() => {
                let name = call.name.as_str();
                matches!(name, "parse" | "unwrap" | "expect") && self.names_html(call.receiver)
            }
            Expr::Call { callee, args } => {
                let named = |it: &ExprId| self.names_html(*it);
                let is_html = match self.body.expr(*callee) {
                    Expr::Path(path) => path.last().is_some_and(|it| it == "html"),
                    _ => false,
                };
                is_html && args.is_empty() || args.iter().any(named)
            }
            Expr::Tuple(all) | Expr::Array(all) => all.iter().any(|it| self.names_html(*it)),
            Expr::Path(path) => {
                let names = &path.segments;
                names.last().is_some_and(|it| {
                    matches!(it.name.as_str(), "HTML" | "TEXT_HTML" | "TEXT_HTML_UTF_8")
                })
            }
            _ => self.text(id).is_some_and(|it| it.starts_with("text/html")),
        }
    }
}

/// Whether a method says of what type a response is.
fn says_type(method: &str) -> bool {
    matches!(
        method,
        "content_type" | "insert_header" | "header" | "append_header" | "set" | "insert"
    )
}

/// Whether the word behind an option is what a shell runs: `-c`, `-lc`, `/C`.
fn is_command_option(option: &str) -> bool {
    let letters = option.strip_prefix('-').filter(|it| !it.starts_with('-'));
    let is_windows = option.eq_ignore_ascii_case("/c") || option.eq_ignore_ascii_case("-command");
    is_windows || letters.is_some_and(|it| it.ends_with('c'))
}

/// What a body mentions that makes such a sink: one of each list.
pub(super) fn mentions(asked: Sinks) -> Vec<[&'static [(Mention, &'static str)]; 2]> {
    const SET: &[(Mention, &str)] = &[
        (Mention::Member, "insert_header"),
        (Mention::Member, "append_header"),
        (Mention::Member, "header"),
        (Mention::Member, "content_type"),
    ];
    const BODY: &[(Mention, &str)] = &[
        (Mention::Member, "body"),
        (Mention::Member, "set_body"),
        (Mention::Member, "text"),
    ];
    const LOCATION: &[(Mention, &str)] = &[
        (Mention::Bare, "LOCATION"),
        (Mention::InModule, "LOCATION"),
        (Mention::InType, "LOCATION"),
    ];
    let mut all = Vec::new();
    const WITH: &[(Mention, &str)] = &[
        (Mention::Bare, "with_header"),
        (Mention::InModule, "with_header"),
        (Mention::Member, "with_header"),
    ];
    const WRITTEN: &[(Mention, &str)] = &[(Mention::Member, "write_body")];
    if asked.has(SinkKind::Redirect) {
        all.push([WITH, WITH]);
        all.push([&SET[..3], &SET[..3]]);
        all.push([LOCATION, LOCATION]);
    }
    const PAGE: &[(Mention, &str)] = &[
        (Mention::InType, "HTML"),
        (Mention::Bare, "CONTENT_TYPE"),
        (Mention::InModule, "CONTENT_TYPE"),
        (Mention::InType, "CONTENT_TYPE"),
    ];
    if asked.has(SinkKind::Html) {
        all.push([BODY, SET]);
        all.push([WITH, WITH]);
        all.push([WRITTEN, WRITTEN]);
        all.push([PAGE, PAGE]);
    }
    all
}

/// Bodies in which a sink of these kinds may stand that no function of a library is.
pub(super) fn bodies(values: &Values<'_>, asked: Sinks) -> Vec<BodyKey> {
    let program = values.program;
    let mut found = Vec::new();
    if asked.has(SinkKind::Inflation) {
        let is_decoder = |it: &Type| it.role == Some(TypeRole::Decoder);
        let decoders = program.models.types_of(program.crates_used(), is_decoder);
        if !decoders.is_empty() {
            let read = ["read_to_end", "read_to_string", "copy"];
            let hashes = read
                .iter()
                .flat_map(|it| Mention::CALLED.map(|how| hash(how, it)));
            let mut bodies = program.mentioning(&hashes.collect());
            // A decoder is a type of its own, or comes out of an archive.
            bodies.retain(|key| reads_decoder(values, *key, &decoders));
            found.extend(bodies);
        }
    }
    found.extend(parsing(program, asked));
    if asked.has(SinkKind::Redirect) && program.may_use("rocket") {
        found.extend(program.using(std::iter::once(HEADER), true, |it| it == HEADER));
    }
    if asked.has(SinkKind::Nosql) && (program.may_use("mongodb") || program.may_use("bson")) {
        let hashes = ["doc", "bson"].map(|it| hash(Mention::Macro, it));
        let mut bodies = program.mentioning(&hashes.into_iter().collect());
        let is_code = |expr: &Expr| match expr {
            Expr::Macro(call) => call.args.iter().flatten().any(|it| is_code_key(it.name)),
            _ => false,
        };
        bodies.retain(|it| program[*it].body.exprs().any(|(_, it)| is_code(it)));
        found.extend(bodies);
    }
    if asked.has(SinkKind::Storage) {
        found.extend(stored::bodies(program));
    }
    if asked.has(SinkKind::PageSize) {
        found.extend(pages::bodies(program));
    }
    if asked.has(SinkKind::Allocation) {
        let vec = std::iter::once(hash(Mention::Macro, "vec")).collect();
        let repeat = std::iter::once(hash(Mention::Member, "repeat")).collect();
        let mut bodies = program.mentioning(&vec);
        bodies.extend(program.mentioning(&repeat));
        bodies.retain(|it| {
            let body = &program[*it].body;
            body.text()
                .is_none_or(|it| it.contains(".repeat(") || repeats(it))
        });
        found.extend(bodies);
    }
    found
}

/// The bodies that may read a text as a value of a type which it must not be anybody's for: `text.parse::<HeaderName>()`.
fn parsing(program: &Program, asked: Sinks) -> Vec<BodyKey> {
    let is_meant = |it: &Function| {
        last_segment(it.path.as_str()) == "from_str"
            && it.all_sinks().any(|(kind, at)| at == 0 && asked.has(kind))
    };
    let functions = program.models.functions_of(program.crates_used(), is_meant);
    let owners = functions
        .iter()
        .filter_map(|it| it.as_str().rsplit("::").nth(1));
    let names: FxHashSet<Name> = owners
        .flat_map(|it| program.spelled(Name::new(it)))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let mut bodies = program.mentioning(&FxHashSet::from_iter([hash(Mention::Member, "parse")]));
    bodies.retain(|key| {
        let text = program[*key].body.text();
        text.is_none_or(|text| names.iter().any(|it| text.contains(it.as_str())))
    });
    bodies
}

/// Whether a body reads out of a value of one of these types.
fn reads_decoder(values: &Values<'_>, key: BodyKey, decoders: &FxHashSet<Name>) -> bool {
    let typing = values.typing(key);
    let is_decoder = |id: ExprId| {
        let path = typing.ty(id).peel_refs().external_path();
        path.is_some_and(|it| decoders.contains(&it)) || is_any_reader(typing.ty(id))
    };
    values.program[key]
        .body
        .exprs()
        .any(|(_, expr)| match expr {
            Expr::MethodCall(call) => {
                matches!(call.name.as_str(), "read_to_end" | "read_to_string")
                    && is_decoder(call.receiver)
            }
            Expr::Call { args, .. } => args.first().is_some_and(|it| is_decoder(*it)),
            _ => false,
        })
}

/// Whether a reader is of whatever type a caller chooses.
fn is_any_reader(ty: &Ty) -> bool {
    let mut ty = ty.peel_refs().clone();
    while ty.is_external("std::boxed::Box") || ty.is_external("std::io::BufReader") {
        ty = ty.arg(0).peel_refs().clone();
    }
    let (Ty::Param(_, bounds) | Ty::Opaque(bounds) | Ty::Dyn(bounds)) = ty else {
        return false;
    };
    bounds.iter().any(|it| {
        matches!(it.of, crate::program::Def::External(path) if matches!(path.as_str(), "std::io::Read" | "std::io::BufRead"))
    })
}

/// Whether a text has a `vec![x; n]` whose length is no number and no constant.
fn repeats(text: &str) -> bool {
    text.match_indices("vec!").any(|(at, _)| {
        let rest = text[at..].lines().next().unwrap_or_default();
        let length = rest.split_once(';').map_or("", |it| it.1.trim());
        let length = length.split(']').next().unwrap_or_default();
        length.contains(|it: char| it.is_ascii_lowercase()) && !length.ends_with("usize")
    })
}

/// Whether what stands under a key of a document is code of the database.
pub(super) fn is_code_key(key: Option<Name>) -> bool {
    key.is_some_and(|it| it == "$where" || it == "$function")
}
