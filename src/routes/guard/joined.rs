//! Futures that run beside each other: `join!`, `try_join!` and the functions of that name.
//!
//! None of them waits for another, so that an effect in one is not kept back by a check in
//! another; but whoever has the outcome of all has that of the check.
//! Source: tokio 1 `src/macros/{join,try_join}.rs`, futures-util 0.3 `src/future/{join,try_join}.rs`.

use super::combinators::pair;
use super::proof::{Abs, From, Out, Proof};

/// `try_join!(a, b)`: succeeds only if all do, with what they hold.
pub(super) fn all_succeed(values: Vec<Abs>) -> Abs {
    let mut proof = Proof::nothing();
    let mut held = Vec::new();
    for value in values {
        let out = match &value.variants {
            None => Out {
                proof: Proof::nothing(),
                val: Abs::of(value.from.without(From::REJECT)),
            },
            Some(_) => value.success().unwrap_or_else(Out::nothing),
        };
        proof = proof.and(&out.proof);
        held.push(out.val);
    }
    Abs::fallible("Ok", proof, pair(held))
}

/// `futures::future::try_join(a, b)`, if this is such a function.
pub(super) fn call(path: &str, name: &str, args: &[Abs]) -> Option<Abs> {
    if !path.starts_with("futures") {
        return None;
    }
    match name {
        "join" | "join3" | "join4" | "join5" => Some(pair(args.to_vec())),
        "try_join" | "try_join3" | "try_join4" | "try_join5" => Some(all_succeed(args.to_vec())),
        _ => None,
    }
}
