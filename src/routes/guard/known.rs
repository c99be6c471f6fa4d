//! What judges have found out so far, for all of them: they work side by side.

use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::endpoints::Sealing;
use super::extensions::Slot;
use super::memo::Answers;
use super::origins::Origins;
use super::proof::Abs;
use super::{Summary, SummaryKey};
use crate::program::{AdtId, BodyKey, FnId};
use crate::source::{Name, Span};

/// What is known of a program, to judges who ask the same of it.
pub struct Known {
    /// Bound on expressions looked at for all answers together.
    max_steps: u64,
    /// Whether anybody wants to know what is demanded beyond an identity.
    pub(super) rights: bool,
    /// Summaries of functions by the labels of their arguments.
    pub(super) summaries: Answers<SummaryKey, Arc<Summary>>,
    /// What extractors of a type prove, by where they are asked for.
    pub(super) extractors: Answers<(String, Span), Abs>,
    /// What is inserted into request extensions, by type.
    pub(super) inserted: Answers<String, Abs>,
    /// Lists in the fields of the program's structs.
    pub(super) kept: Answers<(AdtId, Name), Option<Abs>>,
    /// Functions that put something into extensions or a depot, and where they put it.
    pub(super) inserters: OnceLock<Vec<(FnId, Vec<Slot>)>>,
    /// Whether clients can write the sessions that their cookies hold.
    pub(super) sealing: OnceLock<Sealing>,
    /// Bodies that may answer that there were too many requests.
    pub(super) refusing: OnceLock<FxHashSet<BodyKey>>,
    /// Fields that are asked for secrets, and whether they are empty where nobody has set them.
    pub(super) unset: Facts<(AdtId, Name), bool>,
    /// How values of the program's structs are made.
    pub(super) origins: Facts<AdtId, Arc<Origins>>,
    /// Fields that are filled with secrets, and those that are not.
    pub(super) secret: Facts<(AdtId, Name), bool>,
}

/// Bounds on expressions looked at in all, and for each handler: whichever is more.
const MAX_STEPS: [u64; 2] = [20_000_000, 20_000];

impl Known {
    /// Nothing yet, for judges of so many handlers. What is demanded beyond an identity they never
    /// tell, unless `rights` is set.
    pub fn new(handlers: usize, rights: bool) -> Known {
        let [in_all, each] = MAX_STEPS;
        Known {
            max_steps: in_all.max(each * handlers as u64),
            rights,
            summaries: Answers::default(),
            extractors: Answers::default(),
            inserted: Answers::default(),
            kept: Answers::default(),
            inserters: OnceLock::new(),
            sealing: OnceLock::new(),
            refusing: OnceLock::new(),
            unset: Facts::default(),
            origins: Facts::default(),
            secret: Facts::default(),
        }
    }

    /// Whether so much code was looked at that no more will be.
    pub fn is_exhausted(&self) -> bool {
        self.summaries.steps() > self.max_steps
    }
}

/// Facts that hang on nothing but what they are of.
pub(super) struct Facts<K, V>(Mutex<FxHashMap<K, V>>);

impl<K, V> Default for Facts<K, V> {
    fn default() -> Self {
        Facts(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Facts<K, V> {
    /// The one of this; `find` must always find the same. Two judges may look for it at once.
    pub(super) fn of(&self, key: K, find: impl FnOnce() -> V) -> V {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&key) {
            return found.clone();
        }
        let found = find();
        known().insert(key, found.clone());
        found
    }
}
