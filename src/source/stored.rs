//! A text that can be put away and comes back by itself.

use std::sync::{Arc, OnceLock};

/// A text, as it is or packed.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    text: OnceLock<Arc<str>>,
    /// Once it has been put away.
    packed: Option<Arc<[u8]>>,
    /// Of the text, in bytes.
    len: usize,
}

/// Texts below this are not worth the work.
const WORTHWHILE: usize = 512;

impl Stored {
    pub(super) fn new(text: Arc<str>) -> Stored {
        Stored {
            len: text.len(),
            text: OnceLock::from(text),
            packed: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The text; unpacked if need be.
    pub(super) fn get(&self) -> &Arc<str> {
        self.text.get_or_init(|| {
            let packed = self.packed.as_deref().unwrap_or_default();
            let bytes = lz4_flex::block::decompress(packed, self.len);
            let text = bytes.ok().and_then(|it| String::from_utf8(it).ok());
            text.expect("what `put_away` packed can be unpacked").into()
        })
    }

    /// Lets go of the text; what is packed of it stays.
    pub(super) fn put_away(&mut self) {
        let (Some(text), true) = (self.text.get(), self.len >= WORTHWHILE) else {
            return;
        };
        if self.packed.is_none() {
            self.packed = Some(lz4_flex::block::compress(text.as_bytes()).into());
        }
        self.text.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        for text in [
            String::new(),
            "short".to_owned(),
            "fn f() { \"\u{fc}\" }\n".repeat(500),
        ] {
            let mut stored = Stored::new(text.as_str().into());
            for _ in 0..2 {
                stored.put_away();
                assert_eq!(stored.text.get().is_none(), text.len() >= WORTHWHILE);
                assert_eq!((&**stored.get(), stored.len()), (&*text, text.len()));
            }
            let room = stored.packed.map_or(0, |it| it.len());
            assert!(room <= text.len() / 10, "{room}");
        }
    }
}
