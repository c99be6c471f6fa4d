//! Who reads the bodies of axum's requests: extractors, which go by `DefaultBodyLimit`, or handlers.

use crate::facts::Mention;
use crate::program::{BodyKey, FnId, Program};

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
