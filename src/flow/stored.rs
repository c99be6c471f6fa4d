//! Passwords that come to where they are kept: statements of databases, rows, documents and files.

use super::between::writes;
use super::taint::Value;
use super::walk::Walk;
use super::whole::hides;
use crate::facts::body::{MacroCall, MethodCall, StructExpr};
use crate::facts::mentions::hash;
use crate::facts::{Attr, Expr, ExprId, Mention};
use crate::models::exports::{crate_of, last_segment};
use crate::models::{SinkKind, Sinks};
use crate::program::{AdtDef, BodyKey, Program, Ty};
use crate::source::Name;

/// Methods of MongoDB that keep a document as a whole.
const WHOLE: [&str; 3] = ["insert_one", "insert_many", "replace_one"];

/// Functions, methods and macros by which something is kept.
const KEEPS: [&str; 20] = [
    WHOLE[0],
    WHOLE[1],
    WHOLE[2],
    "values",
    "bind",
    "push_bind",
    "execute",
    "query",
    "query_one",
    "query_opt",
    "query_row",
    "query_as",
    "query_scalar",
    "query_map",
    "exec_drop",
    "eq",
    "doc",
    "write",
    "write_all",
    "Set",
];

/// Macros of sqlx that take a statement and what is bound to it.
const QUERIES: [&str; 6] = [
    "query",
    "query_as",
    "query_scalar",
    "query_unchecked",
    "query_as_unchecked",
    "query_scalar_unchecked",
];

impl<'a> Walk<'_, 'a> {
    /// What a method keeps of its arguments: values that are bound to a statement, or a file's content.
    pub(super) fn stored_by_method(&mut self, path: Name, call: &'a MethodCall, values: &[Value]) {
        if !self.all.asked.has(SinkKind::Storage) {
            return;
        }
        let name = call.name.as_str();
        match (name, &*call.args) {
            ("bind" | "push_bind", [arg]) if self.is_stored_by(call.receiver, 0) => {
                self.sink(SinkKind::Storage, *arg, path, &values[0]);
            }
            // A column that is set, or compared with what was set.
            ("eq", [arg])
                if self.is_column(call.receiver) && self.all.program.may_use("diesel") =>
            {
                self.sink(SinkKind::Storage, *arg, Name::new("diesel::eq"), &values[0]);
            }
            ("write_all", [arg]) if self.is_file(call.receiver) => {
                self.sink(SinkKind::Storage, *arg, path, &values[0]);
            }
            // A row that is kept as a whole.
            ("insert_one" | "insert_many", [arg, ..]) if self.is_of(path, "mongodb") => {
                self.stored_whole(*arg, path, &values[0]);
            }
            ("replace_one", [_, arg, ..]) if self.is_of(path, "mongodb") => {
                self.stored_whole(*arg, path, &values[1]);
            }
            ("values", [arg]) if self.is_of(path, "diesel") => {
                // What is written by hand into such a row has been told of there.
                self.stored_whole(*arg, path, &values[0].own());
            }
            _ => {
                let model = self.all.program.models.function(path);
                let statement = model.and_then(|it| it.sql).map(|it| it as usize);
                if let Some(at) = statement
                    && let Some(text) = call.args.get(at)
                    && self.is_plain_statement(*text)
                {
                    for (arg, value) in call.args.iter().zip(values).skip(at + 1) {
                        self.sink(SinkKind::Storage, *arg, path, value);
                    }
                }
            }
        }
    }

    /// Whether a method is one of a library, or may be, of whatever type its receiver is.
    fn is_of(&self, path: Name, library: &str) -> bool {
        match crate_of(path.as_str()) {
            "?" => self.all.program.may_use(library),
            krate => krate == library,
        }
    }

    /// The passwords in a row that is kept as it came: one of a type of the program, or several.
    fn stored_whole(&mut self, arg: ExprId, path: Name, value: &Value) {
        let mut ty = self.ty(arg).peel_refs();
        while let Ty::Slice(inner) | Ty::Ref(inner) = ty {
            ty = inner;
        }
        let inner = ty.arg(0);
        if ty.is_external("std::vec::Vec") {
            ty = inner.peel_refs();
        }
        let Ty::Adt(id, _) = ty else { return };
        let fields = self.all.program[*id].fields().iter().map(|it| it.name);
        for name in fields.filter(|it| is_password(*it)) {
            self.sink(SinkKind::Storage, arg, path, &value.field(name));
        }
    }

    /// What a function keeps: `fs::write(path, text)`.
    pub(super) fn stored_by_function(&mut self, path: Name, args: &[ExprId], values: &[Value]) {
        if self.all.asked.has(SinkKind::Storage)
            && matches!(
                path.as_str(),
                "std::fs::write" | "tokio::fs::write" | "fs_err::write"
            )
            && let ([_, content], [_, value]) = (args, values)
        {
            self.sink(SinkKind::Storage, *content, path, value);
        }
    }

    /// What a macro keeps: values that are bound to a statement, fields of a document.
    pub(super) fn stored_by_macro(
        &mut self,
        call: &MacroCall,
        name: &str,
        values: &[(ExprId, Value)],
    ) {
        if !self.all.asked.has(SinkKind::Storage) || values.iter().all(|it| it.1.is_untainted()) {
            return;
        }
        let program = self.all.program;
        if matches!(name, "doc" | "rawdoc") {
            let args = call.args.as_deref().unwrap_or(&[]);
            for (arg, (at, value)) in args.iter().zip(values) {
                if arg.name.is_some_and(is_password) {
                    self.sink(SinkKind::Storage, *at, Name::new("doc!"), value);
                }
            }
        }
        if QUERIES.contains(&name) && program.may_use("sqlx") {
            let statement = values.iter().position(|it| self.text(it.0).is_some());
            let Some(at) = statement.filter(|at| self.is_plain_statement(values[*at].0)) else {
                return;
            };
            for (arg, value) in &values[at + 1..] {
                self.sink(SinkKind::Storage, *arg, Name::new("sqlx::query!"), value);
            }
        }
    }

    /// What a row keeps in its fields: of a type that is inserted, or an active model of SeaORM.
    pub(super) fn stored_in_struct(
        &mut self,
        id: ExprId,
        literal: &StructExpr,
        field: (Name, ExprId),
        value: &Value,
    ) {
        if !self.all.asked.has(SinkKind::Storage) || value.is_untainted() || !is_password(field.0) {
            return;
        }
        let is_row = match self.ty(id).peel_refs() {
            Ty::Adt(id, _) => is_row(&self.all.program[*id]),
            _ => literal.path.last().is_some_and(|it| it == "ActiveModel") && self.is_set(field.1),
        };
        if is_row {
            self.sink(SinkKind::Storage, field.1, field.0, value);
        }
    }

    /// `user.password = Set(text)`.
    pub(super) fn stored_in_field(&mut self, target: ExprId, value: ExprId, given: &Value) {
        if self.all.asked.has(SinkKind::Storage)
            && let Expr::Field { name, .. } = self.body.expr(target)
            && is_password(*name)
            && self.is_set(value)
        {
            self.sink(SinkKind::Storage, value, *name, given);
        }
    }

    /// Whether an expression is SeaORM's `Set(..)`.
    fn is_set(&self, id: ExprId) -> bool {
        let path = self.typing.external(id);
        path.is_some_and(|it| {
            crate_of(it.as_str()) == "sea_orm" && last_segment(it.as_str()) == "Set"
        })
    }

    /// Whether a chain of calls begins with a statement that keeps what is bound to it as it is.
    fn is_stored_by(&self, id: ExprId, depth: u32) -> bool {
        match self.body.expr(id) {
            _ if depth > 48 => false,
            Expr::MethodCall(call) => self.is_stored_by(call.receiver, depth + 1),
            Expr::Call { args, .. } => {
                let path = self.typing.external(id);
                let is_meant =
                    path.is_some_and(|it| matches!(crate_of(it.as_str()), "sqlx" | "diesel"));
                is_meant && args.first().is_some_and(|it| self.is_plain_statement(*it))
            }
            Expr::Path(_) => {
                let local = self.typing.local(id);
                let init = local.and_then(|it| self.all.values.local_init(self.body, it));
                init.is_some_and(|it| self.is_stored_by(it, depth + 1))
            }
            _ => false,
        }
    }

    /// Whether the text of a statement is known, and makes nothing else of what is bound to it.
    fn is_plain_statement(&self, id: ExprId) -> bool {
        const MAKES: [&str; 9] = [
            "crypt",
            "digest",
            "sha",
            "md5",
            "hash(",
            "hmac",
            "pgp_",
            "password(",
            "encode(",
        ];
        let text = match self.body.expr(id) {
            // `AssertSqlSafe(text)`.
            Expr::Call { args, .. } => args.first().and_then(|it| self.text(*it)),
            _ => self.text(id),
        };
        text.is_some_and(|it| {
            let text = it.to_ascii_lowercase();
            !MAKES.iter().any(|it| text.contains(it))
        })
    }

    /// Whether an expression names a column of passwords: `users::password`.
    fn is_column(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Path(path) => {
                self.typing.local(id).is_none() && path.last().is_some_and(is_password)
            }
            _ => false,
        }
    }

    fn is_file(&self, id: ExprId) -> bool {
        let path = self.ty(id).peel_refs().external_path();
        path.is_some_and(|it| matches!(it.as_str(), "std::fs::File" | "tokio::fs::File"))
    }
}

/// Whether values of a type are written into a database as they are.
fn is_row(def: &AdtDef) -> bool {
    let derives = |it: &Attr| {
        let list = it.meta.list();
        let mut names = list.iter().filter_map(|it| it.last_segment());
        it.meta.is("derive")
            && names.any(|it| {
                matches!(
                    it.as_str(),
                    "Insertable" | "AsChangeset" | "DeriveActiveModel"
                )
            })
    };
    def.attrs.iter().any(derives)
}

/// Whether a name is that of a password, and not of what was made of one or says something of it.
pub(super) fn is_password(name: Name) -> bool {
    const IS: [&str; 5] = ["password", "passwd", "passphrase", "pwd", "passwort"];
    const IS_NOT: [&str; 16] = [
        "hash",
        "hashed",
        "digest",
        "encrypted",
        "enc",
        "salt",
        "reset",
        "token",
        "hint",
        "policy",
        "file",
        "len",
        "id",
        "expires",
        "changed",
        "attempts",
    ];
    let text = name.as_str();
    let is_lower = text.starts_with(|it: char| it.is_ascii_lowercase());
    let words = || text.split('_');
    is_lower && words().any(|it| IS.contains(&it)) && !words().any(|it| IS_NOT.contains(&it))
}

/// The bodies that name a password, and something by which it may be kept.
pub(super) fn bodies(program: &Program) -> Vec<BodyKey> {
    let adts = program.adts.iter();
    let fields = adts.flat_map(|it| it.fields()).map(|it| it.name);
    let mut names: Vec<Name> = fields.filter(|it| is_password(*it)).collect();
    names.extend(["password", "passwd", "pwd", "passphrase", "new_password"].map(Name::new));
    names.sort_unstable_by_key(|it| it.as_str());
    names.dedup();
    let hashes = names.iter().flat_map(|it| {
        [Mention::Bare, Mention::Member, Mention::InModule].map(|how| hash(how, it.as_str()))
    });
    let rows = program.adts.iter().filter(|it| is_row(it));
    let rows: Vec<Name> = rows.map(|it| it.name).collect();
    let mut bodies = program.mentioning(&hashes.collect());
    // A statement or document names the password, and what is kept in it has another name.
    let hashes = KEEPS.iter().flat_map(|it| {
        [
            Mention::Bare,
            Mention::Member,
            Mention::InModule,
            Mention::Macro,
        ]
        .map(|how| hash(how, it))
    });
    let mut others = program.mentioning(&hashes.collect());
    others.retain(|key| {
        let text = program[*key].body.text();
        text.is_some_and(|it| {
            ["passw", "pwd", "passphrase"]
                .iter()
                .any(|word| it.contains(word))
        })
    });
    bodies.extend(others);
    // A row that is kept as a whole names none of its fields.
    if program.may_use("mongodb") {
        let hashes = WHOLE.map(|it| hash(Mention::Member, it));
        bodies.extend(program.mentioning(&hashes.into_iter().collect()));
    }
    bodies.sort_unstable();
    bodies.dedup();
    bodies.retain(|key| {
        let body = &program[*key].body;
        let is_kept = |it: Name| KEEPS.iter().any(|keeps| it == *keeps) || rows.contains(&it);
        let has = |text: &str| {
            KEEPS.iter().any(|it| text.contains(it))
                || rows.iter().any(|it| text.contains(it.as_str()))
        };
        body.text().is_none_or(has) && (writes(body, is_kept) || makes(body, &rows))
    });
    bodies
}

/// Whether a body has a literal of one of these types, of an active model, or a macro that keeps something.
fn makes(body: &crate::facts::Body, rows: &[Name]) -> bool {
    body.exprs().any(|(_, expr)| match expr {
        Expr::Struct(literal) => literal
            .path
            .last()
            .is_some_and(|it| it == "ActiveModel" || rows.contains(&it)),
        Expr::Macro(call) => call.path.last().is_some_and(|it| {
            QUERIES.contains(&it.as_str()) || matches!(it.as_str(), "doc" | "rawdoc")
        }),
        _ => false,
    })
}

/// What passwords are kept from by the name of a function that makes something else of them.
pub(super) fn hidden_by(function: &str) -> Sinks {
    const WORDS: [&str; 13] = [
        "hash",
        "digest",
        "encrypt",
        "bcrypt",
        "argon",
        "scrypt",
        "pbkdf",
        "hmac",
        "sha256",
        "sha512",
        "cipher",
        "derive_key",
        "seal",
    ];
    let function = function.to_ascii_lowercase();
    match WORDS.iter().any(|it| function.contains(it)) {
        true => Sinks::of(SinkKind::Storage).with(Sinks::OF_SECRETS),
        false if hides(&function) => Sinks::OF_SECRETS,
        false => Sinks::NONE,
    }
}
