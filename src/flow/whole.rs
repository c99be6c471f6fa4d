//! What keeps a text whole: functions, by their names, and types.

use crate::facts::{Attr, Body, Expr, ExprId, GenericArg, TypeRef};
use crate::program::{AdtDef, FnId, Program, Ty};
use crate::values::shown::Shown;

/// Whether an expression is what a function has made of a secret: its hash, a mask, a part.
pub(crate) fn is_remade(body: &Body, id: ExprId) -> bool {
    match body.expr(id) {
        Expr::Try(inner) | Expr::Await(inner) | Expr::Ref { inner, .. } => is_remade(body, *inner),
        Expr::MethodCall(call) => hides(call.name.as_str()) || is_remade(body, call.receiver),
        Expr::Call { callee, .. } => match body.expr(*callee) {
            Expr::Path(path) => path.last().is_some_and(|it| hides(it.as_str())),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a function leaves nothing of a secret in what it gives, by its name.
pub(super) fn hides(function: &str) -> bool {
    const WORDS: [&str; 9] = [
        "hash",
        "mask",
        "redact",
        "digest",
        "encrypt",
        "hide",
        "obfuscate",
        "truncate",
        "fingerprint",
    ];
    WORDS.iter().any(|it| function.contains(it))
}

/// Whether a method gives what it is called on, in whole.
pub(crate) fn gives_itself(method: &str) -> bool {
    matches!(
        method,
        "clone"
            | "cloned"
            | "as_str"
            | "as_ref"
            | "as_deref"
            | "as_bytes"
            | "to_string"
            | "to_owned"
            | "into"
            | "into_inner"
            | "trim"
            | "unwrap"
            | "expect"
            | "unwrap_or_default"
            | "unwrap_or"
            | "ok"
            | "to_str"
            | "display"
            | "deref"
            | "borrow"
            | "to_string_lossy"
            | "read"
            | "lock"
    )
}

/// Whether a method gives what is in a collection, a cell or a channel, or a text in another form.
pub(super) fn takes_out(method: &str) -> bool {
    matches!(
        method,
        "iter"
            | "into_iter"
            | "copied"
            | "collect"
            | "next"
            | "first"
            | "last"
            | "get"
            | "pop"
            | "pop_front"
            | "remove"
            | "take"
            | "recv"
            | "try_recv"
            | "recv_timeout"
            | "recv_async"
            | "recv_ref"
            | "blocking_recv"
            | "try_iter"
            | "borrow_and_update"
            | "subscribe"
            | "into_stream"
            | "finish"
            | "build"
            | "into_string"
            | "into_bytes"
            | "into_boxed_str"
            | "to_vec"
            | "as_mut"
            | "as_slice"
            | "strip_prefix"
            | "trim_start"
            | "trim_end"
            | "trim_start_matches"
            | "trim_end_matches"
            | "to_lowercase"
            | "to_uppercase"
            | "read_lock"
            | "write"
            | "get_ref"
            | "get_mut"
            | "by_ref"
            | "query_pairs_mut"
            | "context"
    )
}

/// Whether a method runs a closure on what it is called on, or on what is in that.
pub(super) fn runs_on_elements(method: &str) -> bool {
    matches!(
        method,
        "map"
            | "and_then"
            | "inspect"
            | "filter"
            | "filter_map"
            | "flat_map"
            | "for_each"
            | "map_or"
            | "map_or_else"
            | "unwrap_or_else"
            | "or_else"
            | "ok_or_else"
            | "is_some_and"
            | "is_none_or"
            | "is_ok_and"
            | "then"
            | "fold"
            | "try_fold"
            | "try_for_each"
            | "any"
            | "all"
            | "find"
            | "find_map"
            | "position"
            | "get_or_insert_with"
            | "take_if"
    )
}

/// Whether a function gives what it is handed: a constructor, or a conversion.
pub(super) fn passes_argument(function: &str) -> bool {
    matches!(
        function,
        "Some"
            | "Ok"
            | "new"
            | "from"
            | "from_str"
            | "from_utf8"
            | "from_utf8_lossy"
            | "from_bytes"
            | "from_shared"
            | "parse"
            | "take"
            | "replace"
            | "pin"
            | "Borrowed"
            | "Owned"
            | "identity"
            | "from_fn"
            | "once"
    )
}

/// Whether a function writes what it is handed in another form.
pub(super) fn encodes(function: &str) -> bool {
    matches!(
        function,
        "encode"
            | "encode_upper"
            | "to_string"
            | "to_string_pretty"
            | "to_vec"
            | "to_vec_pretty"
            | "to_value"
            | "utf8_percent_encode"
            | "percent_encode"
            | "byte_serialize"
            | "copy_from_slice"
    )
}

/// Whether a type of a library writes what it holds.
pub(super) fn is_holder(path: &str) -> bool {
    matches!(
        path,
        "std::option::Option"
            | "std::result::Result"
            | "std::boxed::Box"
            | "std::sync::Arc"
            | "std::rc::Rc"
            | "std::vec::Vec"
            | "std::collections::HashMap"
            | "std::collections::BTreeMap"
            | "std::collections::VecDeque"
            | "std::sync::MutexGuard"
    )
}

/// Whether a value of a type is written as the text that it is.
pub(crate) fn is_text(program: &Program, ty: &Ty, how: Shown) -> bool {
    match ty {
        Ty::Primitive(name) => *name == "str",
        Ty::Ref(inner) => is_text(program, inner, how),
        Ty::Slice(inner) => matches!(&**inner, Ty::Primitive(name) if *name == "u8"),
        Ty::External(path, args) => match path.as_str() {
            "std::string::String" | "std::borrow::Cow" | "http::HeaderValue" => true,
            "std::option::Option"
            | "std::boxed::Box"
            | "std::sync::Arc"
            | "std::rc::Rc"
            | "std::result::Result" => args.first().is_some_and(|it| is_text(program, it, how)),
            "std::vec::Vec" => args.first().is_some_and(
                |it| matches!(it, Ty::Primitive(name) if *name == "u8" || *name == "str"),
            ),
            _ => false,
        },
        // A type of one text, whose `Debug` is derived.
        Ty::Adt(id, _) => {
            let def = &program[*id];
            how == Shown::Debugged
                && derives_debug(def)
                && matches!(def.fields(), [only] if is_written_text(&only.ty))
        }
        _ => false,
    }
}

/// Whether the `Debug` of a type shows all its fields.
pub(crate) fn derives_debug(def: &AdtDef) -> bool {
    let derives = |it: &Attr| {
        let list = it.meta.list();
        let mut names = list.iter().filter_map(|it| it.last_segment());
        it.meta.is("derive") && names.any(|it| it == "Debug")
    };
    def.attrs.iter().any(derives)
}

/// Whether a type is that of a text, by how it is written.
pub(crate) fn is_written_text(ty: &TypeRef) -> bool {
    let path = ty.peel_refs().as_path();
    let Some(last) = path.and_then(|it| it.segments.last()) else {
        return false;
    };
    match last.name.as_str() {
        "String" | "str" => true,
        "Option" => last.args.iter().flatten().any(|it| match it {
            GenericArg::Type(ty) => is_written_text(ty),
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a function may leave something in what it is handed: a buffer, the end of a channel.
pub(super) fn may_fill(program: &Program, id: FnId) -> bool {
    program[id].sig.params.iter().any(|it| {
        let is_lent = matches!(it.ty, TypeRef::Ref { mutable: true, .. });
        let name = it.ty.peel_refs().as_path().and_then(|it| it.last());
        is_lent || name.is_some_and(|it| it.as_str().ends_with("Sender"))
    })
}

/// Whether a function may give a text, by the type that is written.
pub(super) fn gives_text(program: &Program, id: FnId) -> bool {
    fn is_meant(ty: &TypeRef, depth: u32) -> bool {
        let Some(last) = ty.peel_refs().as_path().and_then(|it| it.segments.last()) else {
            return false;
        };
        let mut args = last.args.iter().flatten();
        match last.name.as_str() {
            "String" | "str" | "Cow" | "Url" | "Uri" => true,
            // A constructor keeps what it is handed.
            "Self" => true,
            "Option" | "Result" | "Vec" | "Box" | "Arc" if depth < 3 => {
                args.any(|it| matches!(it, GenericArg::Type(ty) if is_meant(ty, depth + 1)))
            }
            _ => false,
        }
    }
    is_meant(&program[id].sig.ret, 0)
}
