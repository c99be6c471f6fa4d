//! Bodies that are read when somebody first asks for them.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::body::Body;
use super::item::Item;
use super::lower::read_body;
use super::mentions::Mentions;
use super::{Problem, Tests, outline, tokens};
use crate::source::TextRange;

/// A body, read from its file's text when it is first looked into. Most never are.
#[derive(Debug, Clone)]
pub struct LazyBody {
    read: OnceLock<Box<Body>>,
    written: Option<Box<Written>>,
    mentions: Mentions,
}

/// Where a body is written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The text of the file.
    pub(crate) text: Arc<str>,
    /// The block with its braces, or the value.
    pub(crate) range: TextRange,
    /// The value of a const or static.
    pub(crate) is_initialiser: bool,
    /// Of each parameter other than `self` the pattern and its colon.
    pub(crate) params: Box<[TextRange]>,
    /// Whether what macros stand for has been put into the body.
    pub(crate) is_expanded: bool,
}

impl LazyBody {
    /// A body that can be read from the text.
    pub(crate) fn new(written: Written, mentions: Mentions) -> LazyBody {
        LazyBody {
            read: OnceLock::new(),
            written: Some(Box::new(written)),
            mentions,
        }
    }

    /// A body of the text that had to be read at once.
    pub(crate) fn read_at_once(body: Body, mentions: Mentions) -> LazyBody {
        LazyBody {
            mentions,
            ..LazyBody::ready(body)
        }
    }

    /// A body that does not stand in the text, or was read with its item.
    pub(crate) fn ready(body: Body) -> LazyBody {
        LazyBody {
            read: OnceLock::from(Box::new(body)),
            written: None,
            mentions: Mentions::ANY,
        }
    }

    /// Where the body stands, braces included; does not read it.
    pub fn span(&self) -> TextRange {
        match (&self.written, self.read.get()) {
            (Some(written), _) => written.range,
            (None, Some(body)) => body.range,
            (None, None) => TextRange::default(),
        }
    }

    /// How it is written, if it stands in the text, macro calls as they are; does not read it.
    pub fn text(&self) -> Option<&str> {
        let written = self.written.as_deref()?;
        let range = written.range.start as usize..written.range.end as usize;
        written.text.get(range)
    }

    /// The names in it and in what macros in it stand for; does not read it.
    pub fn mentions(&self) -> &Mentions {
        &self.mentions
    }

    /// The body, if somebody has asked for it before.
    pub fn if_read(&self) -> Option<&Body> {
        self.read.get().map(|body| &**body)
    }

    /// Items declared in it; does not read it, as bodies that declare items are read at once.
    pub fn items(&self) -> &[Item] {
        self.if_read().map_or(&[], |body| &body.items)
    }

    /// Takes these items out.
    pub(crate) fn take_items(&mut self) -> Vec<Item> {
        let body = self.read.get_mut();
        body.map(|body| std::mem::take(&mut body.items))
            .unwrap_or_default()
    }

    /// What was wrong with it, if it has been read and could not be.
    pub fn problem(&self) -> Option<&Problem> {
        self.if_read()?.problem.as_deref()
    }

    /// Whether something may stand in it that its text does not show: what macros stand for.
    pub fn is_expanded(&self) -> bool {
        let is_written = |it: &Written| !it.is_expanded;
        self.mentions.is_any() || !self.written.as_deref().is_some_and(is_written)
    }

    /// The body, for the text that a macro call in it stands for.
    pub fn expand(&mut self, expansion: &str) -> &mut Body {
        if let Some(written) = &mut self.written {
            written.is_expanded = true;
        }
        self.mentions.add(outline::mentioned(expansion));
        let _: &Body = self;
        self.read
            .get_mut()
            .expect("it has been read by the line above")
    }
}

impl Deref for LazyBody {
    type Target = Body;

    fn deref(&self) -> &Body {
        self.read.get_or_init(|| {
            let written = self
                .written
                .as_deref()
                .expect("a body that has not been read is written somewhere");
            let (mut nested, mut problems) = (Vec::new(), Vec::new());
            let mut body = read_body(written, Tests::Whole, &mut nested, &mut problems)
                .unwrap_or_else(|| Body::missing(written.range));
            tokens::tidy();
            body.problem = problems.into_iter().next().map(Box::new);
            Box::new(body)
        })
    }
}

impl Serialize for LazyBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Body::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for LazyBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LazyBody, D::Error> {
        Body::deserialize(deserializer).map(LazyBody::ready)
    }
}
