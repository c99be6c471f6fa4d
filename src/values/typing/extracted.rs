//! The types that extractors of libraries give which are run by hand.

use std::sync::Arc;

use super::Infer;
use crate::facts::{Expr, ExprId};
use crate::program::Ty;
use crate::source::Name;

impl Infer<'_> {
    /// What an extractor of a library gives that is run by hand: `Data::<&Keys>::from_request(..)`,
    /// of axum, actix-web and poem.
    pub(super) fn extracted(&self, callee: ExprId, called: Name) -> Ty {
        let name = called.as_str().rsplit("::").next().unwrap_or_default();
        let extracts = matches!(
            name,
            "from_request" | "from_request_parts" | "from_request_without_body"
        );
        let Expr::Path(path) = self.body.expr(callee) else {
            return Ty::Unknown;
        };
        // Rocket's gives an outcome.
        if !extracts || called.as_str().starts_with("rocket") {
            return Ty::Unknown;
        }
        let owner = match &path.qself {
            Some(qself) => self.program.lower_ty(&self.scope, &qself.ty),
            None => {
                let mut owner = (**path).clone();
                let (_, segments) = match path.segments.split_last() {
                    Some(it) if !it.1.is_empty() => it,
                    _ => return Ty::Unknown,
                };
                owner.segments = segments.into();
                self.program.lower_path_ty(&self.scope, &owner)
            }
        };
        match owner.is_unknown() || owner.arg(0).is_unknown() {
            true => Ty::Unknown,
            false => Ty::Future(Arc::new(Ty::external(
                "std::result::Result",
                vec![owner, Ty::Unknown],
            ))),
        }
    }
}
