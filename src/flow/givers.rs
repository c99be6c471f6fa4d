//! Functions that hand out what came in from outside, whatever they are called with.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::between::{calls_of, owners};
use crate::facts::TypeRef;
use crate::facts::item::SelfParam;
use crate::program::{FnId, Ty};
use crate::values::Values;

/// How many calls away from its source a function may stand that is asked what it gives.
const MAX_CALLS: usize = 3;

/// Who gives what came in from outside, and who takes it from them.
#[derive(Debug, Default)]
pub(super) struct Givers {
    /// Functions that may return, or leave in what they are lent, what came in in themselves or in
    /// one that they call.
    givers: FxHashSet<FnId>,
    /// Functions that call one of those.
    takers: FxHashSet<FnId>,
}

impl Givers {
    /// Those by whom the data of these functions gets out of them.
    pub(super) fn new(values: &Values<'_>, with_sources: &FxHashSet<FnId>) -> Givers {
        let program = values.program;
        let gives = |id: &FnId| gives(values, *id);
        let mut found = Givers::default();
        let mut level: Vec<FnId> = with_sources.iter().copied().filter(gives).collect();
        for _ in 0..MAX_CALLS {
            found.givers.extend(&level);
            let hashes = level.iter().flat_map(|it| program.hashes_of_fn(*it));
            let mut callers = owners(program, program.mentioning(&hashes.collect()));
            callers.retain(|it| !found.takers.contains(it));
            let level_of: FxHashSet<FnId> = level.drain(..).collect();
            let calls = |id: &FnId| calls_of(values, *id).iter().any(|it| level_of.contains(it));
            let callers: Vec<FnId> = callers.into_par_iter().filter(calls).collect();
            found.takers.extend(&callers);
            level.extend(callers.into_iter().filter(gives));
            level.retain(|it| !found.givers.contains(it));
            if level.is_empty() {
                break;
            }
        }
        found
    }

    /// Whether a function may give what it was not handed.
    pub(super) fn gives(&self, id: FnId) -> bool {
        self.givers.contains(&id)
    }

    /// Whether a function calls one that does.
    pub(super) fn takes(&self, id: FnId) -> bool {
        self.takers.contains(&id)
    }
}

/// Whether anything comes out of a function at all.
fn gives(values: &Values<'_>, id: FnId) -> bool {
    let program = values.program;
    let sig = &program[id].sig;
    let is_lent = |ty: &TypeRef| matches!(ty, TypeRef::Ref { mutable: true, .. });
    if matches!(sig.self_param, Some(SelfParam::RefMut))
        || sig.params.iter().any(|it| is_lent(&it.ty))
    {
        return true;
    }
    let returned = program.unwrap_future(program.fn_return(id));
    let returned = match returned.external_path() {
        Some(path) if path == "std::result::Result" || path == "std::option::Option" => {
            returned.arg(0)
        }
        _ => returned,
    };
    match returned {
        Ty::Tuple(parts) => !parts.is_empty(),
        Ty::Primitive(name) => name != "bool",
        Ty::Never => false,
        _ => true,
    }
}
