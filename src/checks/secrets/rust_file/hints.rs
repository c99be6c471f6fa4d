//! Which bodies of a file can hold a secret at all: only those are read.
//!
//! Each way to find a secret needs something that can be seen in the text: a name that says
//! so, a function that wants one, or a macro that puts a token together.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::names;
use super::values::File;
use super::{assembled, sinks, sites};
use crate::facts::scan::{self, Kind, Lexeme};
use crate::facts::{LazyBody, Mention};
use crate::source::TextRange;

/// What the text of a file says about its bodies.
pub(super) struct Hints<'a> {
    text: &'a str,
    /// Functions of the file with a parameter that is named so.
    wanting: FxHashSet<u16>,
    /// Constants and functions of the file that stand for a value.
    values: FxHashSet<u16>,
    /// Whether a constant is as random as a token.
    token: bool,
    /// What was looked for in the whole text, and whether it stands there.
    spoken_of: RefCell<FxHashMap<&'static str, bool>>,
}

impl<'a> Hints<'a> {
    /// Looks at a file's text.
    pub(super) fn of(file: &File<'_>, text: &'a str) -> Hints<'a> {
        let mut constants = file.constants().map(|id| file.facts.body(id).span());
        Hints {
            text,
            wanting: file.wanting().collect(),
            values: file.values().collect(),
            token: constants.any(|it| has_token(slice(text, it))),
            spoken_of: RefCell::default(),
        }
    }

    /// Whether something stands anywhere in the file.
    fn speaks_of(&self, what: &'static str) -> bool {
        let mut known = self.spoken_of.borrow_mut();
        *known
            .entry(what)
            .or_insert_with(|| self.text.contains(what))
    }

    /// Whether there is anything in a body that could be a secret: a text, bytes or the name of
    /// such a thing.
    pub(super) fn has_values(&self, body: &LazyBody) -> bool {
        let text = slice(self.text, body.span());
        text.contains('"')
            || text.split('[').skip(1).any(opens_bytes)
            || body.mentions().has_any(&self.values)
    }

    /// The same, where texts that are only told to somebody are no values. That takes longer.
    pub(super) fn has_untold_values(&self, body: &LazyBody) -> bool {
        let mentions = body.mentions();
        let mut makers = ["concat"].into_iter().chain(assembled::FORMATTING);
        let mut lookups = sinks::FALLBACKS.iter().chain(&["unwrap_or_default"]);
        mentions.has_any(&self.values)
            || mentions.has_any(&self.wanting)
            || makers.any(|it| mentions.has(Mention::Macro, it))
            // They stand for the empty text.
            || lookups.any(|it| mentions.has(Mention::Member, it))
            || has_untold_values(slice(self.text, body.span()))
    }

    /// Whether a body has to be read, if there are values in it.
    pub(super) fn may_hold_secrets(&self, file: &File<'_>, body: &LazyBody) -> bool {
        let span = body.span();
        if says_secret(slice(self.text, span)) {
            return true;
        }
        let mentions = body.mentions();
        if mentions.has_any(&self.wanting)
            || sinks::may_be_called(
                mentions,
                |it| self.speaks_of(it),
                |name| file.other_names(name),
            )
            || mentions.has(Mention::Macro, "concat")
        {
            return true;
        }
        let formats = |it: &str| mentions.has(Mention::Macro, it);
        assembled::FORMATTING.iter().any(|it| formats(it)) && {
            let text = slice(self.text, span);
            self.token || text.contains("://") || text.contains('@') || has_token(text)
        }
    }
}

/// Whether what stands behind a bracket may be bytes.
fn opens_bytes(text: &str) -> bool {
    let first = text.trim_start().bytes().next();
    first.is_some_and(|it| it.is_ascii_digit() || matches!(it, b'b' | b'\'' | b'(' | b'/'))
}

/// Whether there are texts or bytes elsewhere than in macros that print or compare, and in what
/// `expect` says.
fn has_untold_values(text: &str) -> bool {
    let mut lexemes = scan::code(text);
    let (mut name, mut is_macro, mut is_said) = ("", false, false);
    while let Some(lexeme) = lexemes.next() {
        let word = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        match lexeme.kind {
            Kind::Ident => (name, is_macro, is_said) = (word, false, false),
            Kind::Punct(b'!') if !name.is_empty() => is_macro = true,
            Kind::Open(_) if is_macro && sites::is_quiet_macro(name) => {
                pass_over(&mut lexemes);
                (name, is_macro) = ("", false);
            }
            Kind::Open(b'[') if opens_bytes(&text[lexeme.end..]) => return true,
            Kind::Literal if word.contains('"') && !is_said => return true,
            Kind::Open(b'(') if name == "expect" => (name, is_said) = ("", true),
            _ => (name, is_macro, is_said) = ("", false, false),
        }
    }
    false
}

/// Goes on behind the group that has just been opened.
fn pass_over(lexemes: &mut impl Iterator<Item = Lexeme>) {
    let mut depth = 1;
    while depth > 0
        && let Some(lexeme) = lexemes.next()
    {
        match lexeme.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth -= 1,
            _ => {}
        }
    }
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(range.start as usize..range.end as usize)
        .unwrap_or_default()
}

/// Whether a text holds a name that says *secret*: an identifier, or what looks like one in a
/// string.
fn says_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut end = 0;
    names::STEMS.find_iter(text).any(|stem| {
        if stem.start() < end {
            return false;
        }
        let before = bytes[..stem.start()].iter().rev();
        let start = stem.start() - before.take_while(|it| is_part(it)).count();
        let after = bytes[stem.end()..].iter();
        end = stem.end() + after.take_while(|it| is_part(it)).count();
        // `settings.api_key` is two names, `db.password` in a text may be one.
        let is_secret = |it: &str| names::judge(it).is_some();
        let word = text.get(start..end).unwrap_or_default();
        is_secret(word) || word.split('.').any(is_secret)
    })
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
    fn bodies_without_a_value_hold_no_secret() {
        for (body, expected) in [
            ("let api_key = x.get(0);", false),
            ("f(api_key)[1]", true),
            ("let api_key = &xs[at];", false),
            ("let api_key = \"a\";", true),
            ("let api_key = [ 0x61, 0x62];", true),
            ("let api_key = [b'a'; 32];", true),
            ("let api_key = [ // a\n 1, 2];", true),
            ("let api_key = K;", true),
            ("let api_key = crate::K;", true),
            ("let api_key = text();", true),
            ("let api_key = other();", false),
        ] {
            let text = format!(
                "fn f() {{ {body} }} const K: &str = \"a\"; fn text() -> &'static str {{ \"a\" }}"
            );
            let facts = extract(&text);
            let file = File::of(&facts, &text);
            let hints = Hints::of(&file, &text);
            assert_eq!(hints.has_values(&facts.bodies[0]), expected, "{body}");
        }
    }

    #[test]
    fn what_is_only_told_is_no_secret() {
        for (body, expected) in [
            (
                "tracing::error!(password = ?p, \"a\"); assert_eq!(k, \"b\");",
                false,
            ),
            ("let p = k.expect(\"a password\");", false),
            ("debug!(\"{}\", [\"a\"; 2]); x != [y];", false),
            ("error!(\"a\"); let password = \"b\";", true),
            ("let p = if !error { \"b\" } else { p };", true),
            ("p.expect(\"a\").set(\"b\")", true),
            ("p.expected(\"b\")", true),
            ("info!(\"a\"); let key = [1, 2];", true),
            ("info!(\"a\"); let key = K;", true),
            ("info!(\"a\"); connect(p)", true),
            ("info!(\"a\"); let key = key.unwrap_or_default();", true),
            ("error!(\"{}\", concat!(\"a\", \"b\"))", true),
        ] {
            let text = format!(
                "fn f() {{ {body} }} fn connect(password: &str) {{}} const K: &str = \"a\";"
            );
            let facts = extract(&text);
            let file = File::of(&facts, &text);
            let hints = Hints::of(&file, &text);
            assert_eq!(
                hints.has_untold_values(&facts.bodies[0]),
                expected,
                "{body}"
            );
        }
    }

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
            assert_eq!(
                hints.may_hold_secrets(&file, &facts.bodies[0]),
                expected,
                "{body}"
            );
        }
    }
}
