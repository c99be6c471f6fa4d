//! Lists of secrets that are split out of one text: of an empty one there is one piece, and it is empty.

use super::Judge;
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId};
use crate::program::BodyKey;

/// Bound on the steps from a list to the text that it is split out of.
const MAX_STEPS: u32 = 12;

impl Judge<'_> {
    /// Whether a list holds the empty text where nobody has set what it is split out of:
    /// `env::var("KEYS").unwrap_or_default().split(',').map(String::from).collect()`.
    pub(super) fn is_split_out_of_nothing(&self, key: BodyKey, list: ExprId) -> bool {
        let body = &self.program[key].body;
        let mut at = list;
        for _ in 0..MAX_STEPS {
            match body.expr(at) {
                Expr::MethodCall(call) => match call.name.as_str() {
                    // Rust 1.0 to 1.90 `str::split`: `"".split(',')` gives `""`.
                    "split" | "rsplit" | "splitn" | "rsplitn" | "split_inclusive" => {
                        return self.may_stand_for_nothing(key, call.receiver, 0);
                    }
                    // Each piece becomes something, whatever it is.
                    "map" if self.is_only_copied(key, call) => at = call.receiver,
                    "collect" | "to_vec" | "into" | "into_iter" | "iter" | "rev" | "cloned"
                    | "peekable" => at = call.receiver,
                    _ => return false,
                },
                Expr::Path(_) => {
                    let local = self.values.typing(key).local(at);
                    match local.and_then(|it| self.values.local_init(body, it)) {
                        Some(init) => at = init,
                        None => return false,
                    }
                }
                // `Arc::new(..)`, `HashSet::from_iter(..)`.
                Expr::Call { args, .. } if args.len() == 1 => at = args[0],
                _ => return false,
            }
        }
        false
    }

    /// Whether a closure or function only makes another text of a piece: `String::from`,
    /// `|it| it.trim().to_owned()`.
    fn is_only_copied(&self, key: BodyKey, call: &MethodCall) -> bool {
        let [function] = &*call.args else {
            return false;
        };
        let body = &self.program[key].body;
        let is_copy = |name: &str| {
            matches!(
                name,
                "from" | "to_owned" | "to_string" | "into" | "trim" | "to_lowercase" | "new"
            )
        };
        let mut at = match body.expr(*function) {
            Expr::Path(path) => return path.last().is_some_and(|it| is_copy(it.as_str())),
            Expr::Closure(closure) => closure.body,
            _ => return false,
        };
        loop {
            match body.expr(at) {
                Expr::MethodCall(call) if is_copy(call.name.as_str()) => at = call.receiver,
                Expr::Call { callee, args } if args.len() == 1 => match body.expr(*callee) {
                    Expr::Path(path) if path.last().is_some_and(|it| is_copy(it.as_str())) => {
                        at = args[0];
                    }
                    _ => return false,
                },
                Expr::Path(_) => return self.values.typing(key).local(at).is_some(),
                _ => return false,
            }
        }
    }
}
