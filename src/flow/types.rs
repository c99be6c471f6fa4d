//! What types and names of methods say of the data in a value.

use crate::facts::item::{Field, Fields};
use crate::facts::{Body, Expr, GenericArg, TypeRef};
use crate::models::{SinkKind, Sinks};
use crate::program::{AdtId, AdtKind, FnId, ImplId, Program, Ty};

use super::channels::sends;
use super::stored::hidden_by;
use super::taint::Value;

/// How deep types are looked into.
const MAX_DEPTH: u32 = 6;

/// A value of a type: what cannot hold a text can do no harm where texts can.
pub(super) fn narrowed(program: &Program, ty: &Ty, value: Value) -> Value {
    match holds(program, ty, 0) {
        Holds::Anything => value,
        Holds::Text => value.cleared(Sinks::of(SinkKind::Nosql)),
        Holds::Address => value.cleared(ADDRESS.with(Sinks::of(SinkKind::Storage))),
        Holds::Small => value.cleared(Sinks::ALL.with(Sinks::TEXTUAL)),
        Holds::Checked => value.cleared(Sinks::ALL),
        Holds::Number => value.cleared(Sinks::TEXTUAL),
        Holds::Nothing => value.bare(),
    }
}

/// Whether a type's text has a form that can do no harm.
pub(super) fn is_fixed(program: &Program, ty: &Ty) -> bool {
    matches!(holds(program, ty, 0), Holds::Nothing | Holds::Number)
}

/// What a URL can do no harm at: it has no brackets, quotes and line breaks.
const ADDRESS: Sinks = Sinks::of(SinkKind::Html)
    .with(Sinks::of(SinkKind::Log))
    .with(Sinks::of(SinkKind::Header))
    .with(Sinks::of(SinkKind::Nosql));

/// What of a request a type can take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// No more than a choice: a truth value, a variant.
    Nothing,
    /// What the program itself has found to be of a form.
    Checked,
    /// A number of no more than 16 bits.
    Small,
    /// A number, an identifier of fixed form, a time.
    Number,
    /// A URL, whose text has no brackets and quotes left.
    Address,
    /// A text, or several.
    Text,
    /// What may be structured, or nobody knows.
    Anything,
}

fn holds(program: &Program, ty: &Ty, depth: u32) -> Holds {
    let of_all = |all: &[Ty]| {
        let all = all.iter().map(|it| holds(program, it, depth + 1));
        all.max().unwrap_or(Holds::Anything)
    };
    if depth > MAX_DEPTH {
        return Holds::Anything;
    }
    match ty {
        Ty::Primitive(name) => match name.as_str() {
            "bool" => Holds::Nothing,
            "str" | "char" => Holds::Text,
            "u8" | "i8" | "u16" | "i16" => Holds::Small,
            _ => Holds::Number,
        },
        // Bytes are a text.
        Ty::Slice(inner) if is_byte(inner) => Holds::Anything,
        Ty::Ref(inner) | Ty::Future(inner) | Ty::Slice(inner) => holds(program, inner, depth + 1),
        Ty::Tuple(all) if all.is_empty() => Holds::Nothing,
        Ty::Tuple(all) => of_all(all),
        Ty::External(path, args) => match path.as_str() {
            "std::vec::Vec" if args.first().is_some_and(is_byte) => Holds::Anything,
            "std::option::Option" | "std::vec::Vec" | "std::boxed::Box" | "std::sync::Arc"
                if !args.is_empty() =>
            {
                of_all(&args[..1])
            }
            "std::result::Result" if !args.is_empty() => of_all(&args[..1]),
            "std::string::String" | "std::borrow::Cow" => Holds::Text,
            path if FIXED.contains(&path) || path.starts_with("std::num::NonZero") => Holds::Number,
            path if CHOICES.contains(&path) => Holds::Nothing,
            "url::Url" | "http::Uri" | "rocket::http::uri::Origin" => Holds::Address,
            // `web::Path<u32>`, whole.
            _ if args.len() == 1 && program.models.extractor(*path).is_some() => of_all(args),
            _ => Holds::Anything,
        },
        Ty::Adt(id, _) => match &program[*id].kind {
            // An enum without data is a choice among words that the program knows.
            AdtKind::Enum(item) => {
                let variants = item.variants.iter();
                match variants.clone().count() > 0
                    && variants.clone().all(|it| it.fields.list().is_empty())
                {
                    true => Holds::Nothing,
                    false => Holds::Anything,
                }
            }
            AdtKind::Struct(fields) if is_parsed_into(program, *id, fields) => Holds::Checked,
            AdtKind::Struct(fields) if fields.list().iter().all(is_text) => Holds::Text,
            AdtKind::Struct(_) => Holds::Anything,
        },
        _ => Holds::Anything,
    }
}

/// Whether a type is a text that its own code has taken apart before it made one: a newtype with a
/// conversion that can fail.
fn is_parsed_into(program: &Program, id: AdtId, fields: &Fields) -> bool {
    let is_text = fields.list().len() == 1;
    let converts = |id: &ImplId| {
        let of = program[*id].of_trait.as_ref().and_then(|it| it.last());
        of.is_some_and(|it| it == "TryFrom" || it == "FromStr")
            && !program[*id].fns.iter().all(|it| keeps_all(program, *it))
    };
    is_text && program.impls_for(id).iter().any(converts)
}

/// Whether a function does no more than to wrap what it is handed: `Ok(Self(text.to_owned()))`.
fn keeps_all(program: &Program, id: FnId) -> bool {
    let Some(key) = program[id].body else {
        return false;
    };
    let body: &Body = &program[key].body;
    body.problem.is_none()
        && body.exprs().all(|(_, expr)| match expr {
            Expr::Path(_) | Expr::Ref { .. } | Expr::Struct(_) => true,
            Expr::Block(block) => block.stmts.is_empty(),
            Expr::Call { callee, .. } => matches!(body.expr(*callee), Expr::Path(path)
            if path.last().is_some_and(|it| {
                it == "from" || it.as_str().starts_with(char::is_uppercase)
            })),
            Expr::MethodCall(call) => shows_whole(call.name.as_str()),
            _ => false,
        })
}

/// Whether a field holds texts and numbers alone, by what is written.
fn is_text(field: &Field) -> bool {
    fn is_plain(ty: &TypeRef, depth: u32) -> bool {
        let Some(path) = ty.peel_refs().as_path() else {
            return false;
        };
        let Some(name) = path.last() else {
            return false;
        };
        match name.as_str() {
            "Option" | "Vec" | "Box" => {
                let args = path.segments.last().and_then(|it| it.args.as_deref());
                let inner = args.unwrap_or(&[]).iter().find_map(|it| match it {
                    GenericArg::Type(ty) => Some(ty),
                    _ => None,
                });
                depth < 4 && inner.is_some_and(|it| is_plain(it, depth + 1))
            }
            name => matches!(
                name,
                "String"
                    | "str"
                    | "bool"
                    | "char"
                    | "u8"
                    | "u16"
                    | "u32"
                    | "u64"
                    | "usize"
                    | "i8"
                    | "i16"
                    | "i32"
                    | "i64"
                    | "isize"
                    | "f32"
                    | "f64"
                    | "Uuid"
                    | "ObjectId"
            ),
        }
    }
    is_plain(&field.ty, 0)
}

/// Whether a method of a request gives what is the service's own.
pub(super) fn is_own(method: &str) -> bool {
    matches!(
        method,
        "rocket"
            | "app_data"
            | "app_config"
            | "config"
            | "state"
            | "data"
            | "extensions"
            | "extensions_mut"
            | "local_cache"
            | "peer_addr"
            | "remote_addr"
            | "client_ip"
            | "method"
            | "version"
            | "match_pattern"
            | "limits"
            | "depot"
    )
}

fn is_byte(ty: &Ty) -> bool {
    matches!(ty, Ty::Primitive(name) if *name == "u8")
}

/// Types of libraries whose text has a form that can do no harm.
const FIXED: [&str; 26] = [
    "uuid::Uuid",
    "ulid::Ulid",
    "chrono::DateTime",
    "chrono::NaiveDate",
    "chrono::NaiveDateTime",
    "chrono::NaiveTime",
    "chrono::Duration",
    "chrono::TimeDelta",
    "time::OffsetDateTime",
    "time::PrimitiveDateTime",
    "time::Date",
    "time::Duration",
    "jiff::Timestamp",
    "jiff::Zoned",
    "std::time::Duration",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::net::SocketAddr",
    "rust_decimal::Decimal",
    "bson::oid::ObjectId",
    "mongodb::bson::oid::ObjectId",
    "semver::Version",
    "std::num::NonZero",
];

/// Types of libraries that say which of a few things is meant.
const CHOICES: [&str; 6] = [
    "http::Method",
    "http::StatusCode",
    "http::Version",
    "std::cmp::Ordering",
    // The program's own file, whatever was written into it.
    "tempfile::NamedTempFile",
    "tempfile::TempDir",
];

/// Whether a type of this path has a text that can do no harm.
pub(super) fn is_harmless(path: &str) -> bool {
    let is_number = |it: &str| {
        let rest = it.strip_prefix(['i', 'u', 'f']).unwrap_or("");
        matches!(rest, "8" | "16" | "32" | "64" | "128" | "size")
    };
    is_number(path) || FIXED.contains(&path)
}

/// Whether a method gives its receiver, or all that is in it.
pub(super) fn shows_whole(method: &str) -> bool {
    matches!(
        method,
        "as_str"
            | "as_ref"
            | "as_mut"
            | "as_deref"
            | "as_deref_mut"
            | "as_bytes"
            | "as_slice"
            | "as_path"
            | "as_os_str"
            | "borrow"
            | "borrow_mut"
            | "clone"
            | "cloned"
            | "copied"
            | "deref"
            | "get_mut"
            | "into_inner"
            | "iter"
            | "iter_mut"
            | "into_iter"
            | "lock"
            | "read"
            | "write"
            | "to_owned"
            | "to_string"
            | "to_lowercase"
            | "to_ascii_lowercase"
            | "to_uppercase"
            | "trim"
            | "unwrap"
            | "expect"
            | "ok"
            | "into"
            | "to_vec"
            | "chars"
            | "bytes"
            | "components"
            | "path"
            | "by_ref"
            | "await"
    )
}

/// Whether a method gives what went well of a result.
pub(super) fn gives_success(method: &str) -> bool {
    matches!(
        method,
        "ok" | "unwrap" | "expect" | "unwrap_or_default" | "map_err" | "ok_or" | "unwrap_or"
    )
}

/// Whether a method leads to a place inside of its receiver, that can be written to.
pub(super) fn leads_into(method: &str) -> bool {
    matches!(
        method,
        "entry"
            | "or_default"
            | "or_insert"
            | "or_insert_with"
            | "get_or_insert"
            | "get_or_insert_default"
            | "get_or_insert_with"
            | "first_mut"
            | "last_mut"
            | "front_mut"
            | "back_mut"
            | "peek_mut"
            | "get_or_default"
            | "values_mut"
            | "make_mut"
    )
}

/// Whether a method of a reader, with one argument, writes what it reads into that.
pub(super) fn reads_into(method: &str) -> bool {
    matches!(
        method,
        "read_line" | "read_to_string" | "read_to_end" | "read_exact" | "read_buf"
    )
}

/// Whether a method of a collection, pointer or builder puts its arguments into its receiver.
pub(super) fn puts_in(method: &str) -> bool {
    matches!(
        method,
        "push"
            | "push_str"
            | "push_back"
            | "push_front"
            | "insert"
            | "insert_str"
            | "extend"
            | "extend_from_slice"
            | "append"
            | "write_str"
            | "write_all"
            | "put"
            | "put_slice"
            | "set"
            | "get_or_insert"
            | "or_insert"
            | "set_file_name"
            | "set_extension"
            | "set_path"
            | "set_query"
            | "set_host"
            | "copy_from_slice"
            | "clone_from"
    ) || sends(method)
}

/// Whether a method gives what a key leads to, and nothing of the key.
pub(super) fn looks_up(method: &str) -> bool {
    matches!(
        method,
        "get"
            | "get_mut"
            | "contains"
            | "contains_key"
            | "remove"
            | "entry"
            | "position"
            | "find"
            | "starts_with"
            | "ends_with"
            | "eq"
            | "ne"
            | "cmp"
            | "eq_ignore_ascii_case"
            | "is_match"
            | "split"
            | "splitn"
            | "rsplit"
            | "rsplitn"
            | "split_once"
            | "rsplit_once"
            | "strip_prefix"
            | "strip_suffix"
            | "trim_matches"
            | "trim_start_matches"
            | "trim_end_matches"
            | "expect"
            | "skip"
            | "take"
            | "nth"
            | "truncate"
            | "header"
            | "query"
            | "cookie"
            | "match_info"
            | "param"
            | "form"
    )
}

/// What a function makes data harmless at, by its name.
pub(super) fn cleared_by_name(function: &str) -> Sinks {
    match is_named_harmless(function) {
        true => Sinks::ALL.with(hidden_by(function)),
        false => hidden_by(function),
    }
}

/// Whether a name says that what it gives has been made harmless, or was found to be.
fn is_named_harmless(function: &str) -> bool {
    const WORDS: [&str; 10] = [
        "escape", "sanitize", "sanitise", "validate", "quote", "encode", "hash", "digest", "slug",
        "clean",
    ];
    let function = function.to_ascii_lowercase();
    const OPPOSITES: [&str; 3] = ["unescape", "unsanit", "unquote"];
    let has = |words: &[&str]| words.iter().any(|it| function.contains(it));
    has(&WORDS) && !has(&OPPOSITES)
}

/// Whether a name says that a truth value tells whether data is harmless.
pub(super) fn is_named_test(function: &str) -> bool {
    const WORDS: [&str; 9] = [
        "valid",
        "allow",
        "permit",
        "safe",
        "known",
        "whitelist",
        "trusted",
        "supported",
        "check",
    ];
    let function = function.to_ascii_lowercase();
    WORDS.iter().any(|it| function.contains(it)) && !function.contains("invalid")
}
