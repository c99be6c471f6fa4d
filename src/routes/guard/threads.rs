//! Connections that live on another thread and are lent to a closure, whose value comes back.

use super::interpret::Run;
use super::proof::{Abs, Proof};
use crate::facts::ExprId;
use crate::facts::body::MethodCall;
use crate::program::Ty;

impl Run<'_, '_> {
    /// The value of such a call.
    ///
    /// Source: rocket_sync_db_pools 0.1 `src/connection.rs` and `codegen/src/database.rs` (`run`
    /// of a type under `#[database]`), deadpool-sync 0.1 `src/lib.rs` (`SyncWrapper::interact`).
    pub(super) fn on_thread(&mut self, id: ExprId, call: &MethodCall, args: &[Abs]) -> Option<Abs> {
        let [function] = args else { return None };
        function.closure.as_ref()?;
        let connection = vec![Abs::default()];
        match call.name.as_str() {
            "run" if self.is_database(call.receiver) => Some(self.apply(id, function, connection)),
            "interact" => {
                let value = self.apply(id, function, connection);
                Some(Abs::fallible("Ok", Proof::nothing(), value))
            }
            _ => None,
        }
    }

    /// Whether a value is of a type that an attribute makes a connection.
    fn is_database(&self, receiver: ExprId) -> bool {
        let ty = self.ty(receiver);
        let program = self.judge.program;
        match ty.peel_refs() {
            Ty::Adt(adt, _) => {
                let mut attrs = program[*adt].attrs.iter();
                attrs.any(|attr| attr.meta.last_segment().is_some_and(|it| it == "database"))
            }
            // Out of a guard: `request.guard::<Db>()`.
            Ty::Unknown => ["rocket_sync_db_pools", "rocket_contrib"]
                .iter()
                .any(|krate| program.may_use(krate)),
            _ => false,
        }
    }
}
