//! From what is mentioned to the bodies that mention it.

use super::{BodyData, BodyKey};

/// The bodies by the hashes of what they mention.
#[derive(Debug)]
pub(crate) struct MentionIndex {
    /// For each hash, where in `keys` its bodies begin; one more for the end.
    starts: Box<[u32]>,
    /// The bodies of each hash, in order.
    keys: Box<[BodyKey]>,
    /// Bodies that may mention anything, in order.
    any: Box<[BodyKey]>,
}

const HASHES: usize = 1 << u16::BITS;

impl MentionIndex {
    /// Goes through the bodies; reads none.
    pub(super) fn new(bodies: &[BodyData]) -> MentionIndex {
        let keyed = || bodies.iter().zip((0..).map(BodyKey));
        let mut starts = vec![0_u32; HASHES + 1].into_boxed_slice();
        let mut any = Vec::new();
        for (data, key) in keyed() {
            match data.body.mentions().hashes() {
                Some(hashes) => hashes.iter().for_each(|it| starts[*it as usize + 1] += 1),
                None => any.push(key),
            }
        }
        for at in 0..HASHES {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut keys = vec![BodyKey(0); starts[HASHES] as usize].into_boxed_slice();
        for (data, key) in keyed() {
            for hash in data.body.mentions().hashes().into_iter().flatten() {
                let at = &mut next[*hash as usize];
                keys[*at as usize] = key;
                *at += 1;
            }
        }
        MentionIndex {
            starts,
            keys,
            any: any.into(),
        }
    }

    /// The bodies that mention what has this hash, in order; not those that may mention anything.
    pub(super) fn with(&self, hash: u16) -> &[BodyKey] {
        let (start, end) = (self.starts[hash as usize], self.starts[hash as usize + 1]);
        &self.keys[start as usize..end as usize]
    }

    /// The bodies that may mention anything, in order.
    pub(super) fn any(&self) -> &[BodyKey] {
        &self.any
    }
}
