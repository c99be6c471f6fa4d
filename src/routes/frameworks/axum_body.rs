//! Who reads the bodies of axum's requests: extractors, which go by `DefaultBodyLimit`, or handlers.

use crate::facts::{Expr, Mention};
use crate::models::roles::Carries;
use crate::program::{BodyKey, FnId, Program, Ty};
use crate::routes::HandlerTarget;
use crate::values::Values;

/// A whole request or its body.
const WHOLE: [&str; 3] = [
    "http::Request",
    "axum::extract::Request",
    "axum::body::Body",
];

/// How code reads a body by itself.
const READS: [&str; 3] = ["to_bytes", "into_body", "into_data_stream"];

/// How a handler hands a whole request to an extractor, or asks for the limited body itself
/// (axum-core 0.5.6, `ext_traits/request.rs`).
const EXTRACTS: [&str; 6] = [
    "extract",
    "extract_with_state",
    "from_request",
    "with_limited_body",
    "into_limited_body",
    "run",
];

/// Whether a handler takes its request whole and reads the body without any extractor: what a
/// layer sets for extractors does not hold there.
pub(super) fn reads_unlimited(program: &Program, handler: FnId) -> bool {
    let def = &program[handler];
    let scope = program.fn_scope(handler);
    let is_whole = def.sig.params.iter().any(|param| {
        let ty = program.lower_ty(&scope, &param.ty);
        let path = ty.peel_refs().external_path();
        path.is_some_and(|path| WHOLE.contains(&path.as_str()))
    });
    let reads = |body: BodyKey| {
        let mentions = program[body].body.mentions();
        let calls = |name: &&str| Mention::CALLED.iter().any(|way| mentions.has(*way, name));
        READS.iter().any(&calls) && !EXTRACTS.iter().any(calls)
    };
    is_whole && def.body.is_some_and(reads)
}

/// Whether an extractor of a handler reads the body of its request, up to what layers allow.
pub(super) fn reads_limited(values: &Values<'_>, handler: HandlerTarget) -> bool {
    let program = values.program;
    match handler {
        HandlerTarget::Fn(id) => {
            let scope = program.fn_scope(id);
            let mut params = program[id].sig.params.iter();
            params.any(|it| is_read(program, &program.lower_ty(&scope, &it.ty)))
        }
        HandlerTarget::Closure(body, expr) => match program[body].body.expr(expr) {
            Expr::Closure(closure) => {
                let mut params = closure.params.iter();
                params.any(|(pat, _)| is_read(program, values.typing(body).pat_ty(*pat)))
            }
            _ => false,
        },
        HandlerTarget::External(_) | HandlerTarget::Unknown => false,
    }
}

/// Whether a type is read from a body, or may be.
fn is_read(program: &Program, ty: &Ty) -> bool {
    let Ty::External(path, args) = ty.peel_refs() else {
        return false;
    };
    let of_body = |carries| matches!(carries, Carries::Body | Carries::Form | Carries::Multipart);
    match program.models.extractor(*path) {
        Some(model) => of_body(model.carries) && model.rejects,
        None if matches!(path.as_str(), "bytes::Bytes" | "std::string::String") => true,
        // `Option<Json<_>>`, `Result<Json<_>, _>`, somebody's wrapper of one.
        None => args.iter().any(|it| is_read(program, it)),
    }
}
