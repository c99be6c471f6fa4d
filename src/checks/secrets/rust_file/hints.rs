//! Which bodies of a file can hold a secret at all: only those are read.
//!
//! Each way to find a secret needs something that can be seen in the text: a name that says
//! so, a function that wants one, or a macro that puts a token together.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use super::super::names;
use super::values::File;
use super::{assembled, sinks};
use crate::facts::mentions::hash;
use crate::facts::{LazyBody, Mention};

/// One of these is part of every word that [`names::judge`] takes for a secret.
static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = [
        "pass", "pw", "secret", "salt", "pepper", "key", "token", "pat", "cred", "auth", "bearer",
        "pin",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(stems)
        .expect("a dozen words")
});

/// What the text of a file says about its bodies.
pub(super) struct Hints<'a> {
    text: &'a str,
    /// Where names stand that say *secret*, ascending.
    names: Vec<u32>,
    /// Functions whose mention is reason enough.
    wanting: FxHashSet<u16>,
    /// Macros that may put a token together.
    assembling: FxHashSet<u16>,
    /// The same, if the body also holds an address.
    formatting: FxHashSet<u16>,
}

impl<'a> Hints<'a> {
    /// Looks at a file's text.
    pub(super) fn of(file: &File<'_>, text: &'a str) -> Hints<'a> {
        let wanting = sinks::mentions(text).chain(file.wanting());
        let macros = |names: &[&str]| {
            let hashes = names.iter().map(|it| hash(Mention::Macro, it));
            hashes.collect::<FxHashSet<u16>>()
        };
        let formatting = macros(&assembled::FORMATTING);
        let mut assembling = macros(&["concat"]);
        if has_token(text) {
            assembling.extend(&formatting);
        }
        Hints {
            text,
            names: secret_names(text),
            wanting: wanting.collect(),
            assembling,
            formatting,
        }
    }

    /// Whether a body has to be read.
    pub(super) fn may_hold_secrets(&self, body: &LazyBody) -> bool {
        let span = body.span();
        let next = self.names.partition_point(|it| *it < span.start);
        if self.names.get(next).is_some_and(|it| *it < span.end) {
            return true;
        }
        let mentions = body.mentions();
        if mentions.has_any(&self.wanting) || mentions.has_any(&self.assembling) {
            return true;
        }
        let text = self.text.get(span.start as usize..span.end as usize);
        mentions.has_any(&self.formatting)
            && text.is_none_or(|it| it.contains("://") || it.contains('@'))
    }
}

/// Where names that say *secret* start: identifiers, and what looks like one in a text.
fn secret_names(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut found = Vec::new();
    let mut end = 0;
    for stem in STEMS.find_iter(text) {
        if stem.start() < end {
            continue;
        }
        let before = bytes[..stem.start()].iter().rev();
        let start = stem.start() - before.take_while(|it| is_part(it)).count();
        let after = bytes[stem.end()..].iter();
        end = stem.end() + after.take_while(|it| is_part(it)).count();
        let Some(word) = text.get(start..end) else {
            continue;
        };
        // `settings.api_key` is two names, `db.password` in a text may be one.
        if names::judge(word).is_some() || word.split('.').any(|it| names::judge(it).is_some()) {
            found.push(start as u32);
        }
    }
    found
}

/// Whether a text holds anything as random as a token.
fn has_token(text: &str) -> bool {
    const SHORTEST: usize = 16;
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'+');
    let words = text.as_bytes().split(|byte| !is_part(*byte));
    words.filter(|it| it.len() >= SHORTEST).any(|word| {
        let count = |of: fn(&u8) -> bool| word.iter().filter(|it| of(it)).count();
        let digits = count(u8::is_ascii_digit);
        digits >= 3
            || digits > 0 && count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::extract;

    #[test]
    fn only_bodies_with_a_hint_are_read() {
        for (body, expected) in [
            ("let x = 1; log(\"path\");", false),
            ("let api_key = x;", true),
            ("env::var(\"JWT_SECRET\")", true),
            ("config.password = y;", true),
            ("let cache_key = \"a\";", false),
            ("EncodingKey::from_secret(b\"a\")", true),
            ("client.bearer_auth(\"a\")", true),
            ("connect(\"a\")", true),
            ("concat!(\"a\", \"b\")", true),
            ("format!(\"a{}\", \"b\")", false),
            ("format!(\"{}@{}\", \"b\", \"c\")", true),
            ("format!(\"{}9xQ4mZ7Lr2Vt8KpW\", \"b\")", true),
        ] {
            let text = format!("fn f() {{ {body} }} fn connect(password: &str) {{}}");
            let facts = extract(&text);
            let file = File::of(&facts, &text);
            let hints = Hints::of(&file, &text);
            assert_eq!(hints.may_hold_secrets(&facts.bodies[0]), expected, "{body}");
        }
    }
}
