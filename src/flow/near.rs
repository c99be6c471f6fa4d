//! Which functions may be how many calls away from sinks, going by the names in bodies.

use rustc_hash::{FxHashMap, FxHashSet};

use super::between::{owners, writes};
use super::responses;
use crate::program::{FnId, Program};
use crate::source::Name;

/// Which functions may be how many calls away from sinks.
pub(super) struct Near<'a> {
    program: &'a Program,
    /// How far away they are at the least, as far as can be told without reading them.
    left: FxHashMap<FnId, usize>,
    /// The names of those that are so many calls away or fewer, as they are written.
    names: Vec<FxHashSet<Name>>,
    /// By function: those that make responses of values that it makes, which are as good as called.
    responders: FxHashMap<FnId, Vec<FnId>>,
}

impl<'a> Near<'a> {
    /// For what is no more than so many calls away from these.
    pub(super) fn new(program: &'a Program, sinks: &[FnId], calls: usize) -> Near<'a> {
        let mut left: FxHashMap<FnId, usize> = sinks.iter().map(|it| (*it, 0)).collect();
        let mut all: FxHashSet<Name> = FxHashSet::default();
        let mut names = Vec::new();
        let mut responders: FxHashMap<FnId, Vec<FnId>> = FxHashMap::default();
        let mut open = sinks.to_vec();
        while !open.is_empty() && names.len() < calls {
            let hashes = open.iter().flat_map(|it| program.hashes_of_fn(*it));
            let hashes: FxHashSet<u16> = hashes.collect();
            let called = open.iter().map(|it| program[*it].name);
            let called: FxHashSet<Name> = called.filter(|it| !all.contains(it)).collect();
            all.extend(called.into_iter().flat_map(|it| program.spelled(it)));
            names.push(all.clone());
            let makers = responses::makers(program, &open);
            open = owners(program, program.mentioning(&hashes));
            // What has been read already can be asked what it calls.
            let may_call = |id: &FnId| {
                let body = program[*id].body.and_then(|it| program[it].body.if_read());
                body.is_none_or(|it| writes(it, |it| all.contains(&it)))
            };
            open.retain(|it| may_call(it) && !makers.contains_key(it));
            for (maker, more) in makers {
                open.push(maker);
                responders.entry(maker).or_default().extend(more);
            }
            open.retain(|it| !left.contains_key(it));
            left.extend(open.iter().map(|it| (*it, names.len())));
        }
        Near {
            program,
            left,
            names,
            responders,
        }
    }

    /// The functions that make responses of the values that a function makes.
    pub(super) fn responders(&self, id: FnId) -> impl Iterator<Item = FnId> {
        self.responders.get(&id).into_iter().flatten().copied()
    }

    /// Whether a sink may be no more than so many calls away from a function. Reads its body,
    /// unless that can be told without.
    pub(super) fn is_within(&self, id: FnId, calls: usize) -> bool {
        match self.left.get(&id) {
            Some(0) => true,
            Some(left) if *left <= calls && self.responders.contains_key(&id) => true,
            Some(left) if *left <= calls => {
                // What it calls has one call less to go.
                let names = self.names.get(calls - 1).or(self.names.last());
                let body = self.program[id].body;
                body.zip(names).is_some_and(|(body, names)| {
                    writes(&self.program[body].body, |it| names.contains(&it))
                })
            }
            _ => false,
        }
    }
}
