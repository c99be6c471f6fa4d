//! Which router an endpoint was added to: the function that registers it and the prefixes
//! under which that router is mounted.

use rustc_hash::FxHashMap;

use crate::checks::Context;
use crate::program::FnId;
use crate::routes::endpoint::Endpoint;
use crate::source::{FileId, Span, TextRange};

/// Identifies a router. Endpoints with the same key stand in one builder chain or scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RouterKey {
    service: String,
    file: FileId,
    function: Option<FnId>,
    mounts: Vec<Span>,
}

impl RouterKey {
    /// The function that builds it, where it is one.
    pub(crate) fn function(&self) -> Option<FnId> {
        self.function
    }
}

/// Finds the functions that register endpoints.
pub(crate) struct Routers {
    functions: FxHashMap<FileId, Vec<(TextRange, FnId)>>,
}

impl Routers {
    pub(crate) fn new(cx: &Context<'_>) -> Routers {
        let mut functions: FxHashMap<FileId, Vec<(TextRange, FnId)>> = FxHashMap::default();
        for (id, def) in cx.program.fn_ids() {
            functions.entry(def.file).or_default().push((def.range, id));
        }
        Routers { functions }
    }

    pub(crate) fn key(&mut self, endpoint: &Endpoint) -> RouterKey {
        let at = endpoint.registered;
        let function = self.functions.get(&at.file).and_then(|all| {
            all.iter()
                .filter(|(range, _)| range.contains(at.range))
                .min_by_key(|(range, id)| (range.len(), *id))
                .map(|(_, id)| *id)
        });
        RouterKey {
            service: endpoint.service.clone(),
            file: at.file,
            function,
            mounts: endpoint.mounts.iter().map(|(span, _)| *span).collect(),
        }
    }
}
