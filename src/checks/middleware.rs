//! Which functions are middleware.

use super::Context;
use crate::program::{FnId, Ty};

/// Whether a parameter of a function is what runs the rest of a chain: of one of these types, by
/// their paths.
pub(super) fn is_middleware(cx: &Context<'_>, next: &[String], id: FnId) -> bool {
    let def = &cx.program[id];
    let mut params = def.sig.params.iter();
    // The last name is looked at before anything is resolved.
    let may_be = params.any(|param| {
        let last = param.ty.peel_refs().as_path().and_then(|it| it.last());
        last.is_some_and(|it| next.iter().any(|next| next.ends_with(it.as_str())))
    });
    let is_next = |ty: &Ty| {
        let path = ty.peel_refs().external_path();
        path.is_some_and(|path| next.iter().any(|it| path == **it))
    };
    may_be && {
        let scope = cx.program.fn_scope(id);
        let mut params = def.sig.params.iter();
        params.any(|param| is_next(&cx.program.lower_ty(&scope, &param.ty)))
    }
}
