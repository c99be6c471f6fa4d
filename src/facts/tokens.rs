//! syn's tokens, made from our own lexemes.
//!
//! proc-macro2's lexer tries some forty prefixes at each token, and makes a file of each text whose
//! lines must be searched for every position. Lexemes are known already, because bodies are found
//! with them, so that idents, punctuation and groups can be made directly. Literals, and names
//! outside ASCII, are left to proc-macro2, all of a text together: what it takes for one token
//! and we do not is no token here either, and the text has to be read another way.
//!
//! The span of a token has its offset in the text for its column, on a line of its own: it is cut
//! from the *ruler*, a long token of no other use. Rulers and what proc-macro2 has lexed pile up
//! for the thread until [`tidy`] throws them away.

use std::cell::RefCell;
use std::str::FromStr as _;

use proc_macro2::{
    Delimiter, Group, Ident, LexError, Literal, Punct, Spacing, Span, TokenStream, TokenTree,
    token_stream,
};

use super::scan::{Kind, Lexeme, closing, is_ident_start};

/// Tokens of a text, from its lexemes without comments that say nothing; `None` where something
/// is wrong with it, or is too unusual to be read so. Spans have offsets in the text for columns.
pub(crate) fn tokens(text: &str, lexemes: &[Lexeme]) -> Option<TokenStream> {
    let hard = hard_tokens(text, lexemes)?;
    RULER.with_borrow_mut(|ruler| {
        let mut builder = Builder {
            text,
            ruler: ruler.of(text.len())?,
            hard,
            done: Vec::new(),
            open: Vec::new(),
        };

        for lexeme in lexemes {
            builder.token(*lexeme)?;
        }
        builder.finish()
    })
}

/// Tokens of any text, by proc-macro2 alone.
pub(crate) fn lexed(text: &str) -> Result<TokenStream, LexError> {
    RULER.with_borrow_mut(|ruler| ruler.files += 1);
    TokenStream::from_str(text)
}

/// Throws all spans of this thread away, if many have piled up. Nobody may have tokens any more.
pub(crate) fn tidy() {
    RULER.with_borrow_mut(|ruler| {
        if ruler.files > MAX_FILES && ruler.measured > MEASURED_BY_ONE * ruler.length {
            *ruler = Ruler::NONE;
            proc_macro2::extra::invalidate_current_thread_spans();
        }
    });
}

/// So many texts may pile up: each position is looked for among them.
const MAX_FILES: usize = 64;
/// What a ruler must have measured before it is thrown away, in its own lengths: it costs
/// some fifteen instructions a byte.
const MEASURED_BY_ONE: usize = 8;
/// Rulers have lengths that are multiples of this.
const STEP: usize = 4 << 10;

thread_local! {
    static RULER: RefCell<Ruler> = const { RefCell::new(Ruler::NONE) };
}

/// A token from which spans are cut, and how long it has been in use.
struct Ruler {
    /// It lies on one line, from its first column.
    token: Option<Literal>,
    length: usize,
    /// Bytes of text that were measured with it.
    measured: usize,
    /// Texts that proc-macro2 has lexed.
    files: usize,
}

impl Ruler {
    const NONE: Ruler = Ruler {
        token: None,
        length: 0,
        measured: 0,
        files: 0,
    };

    /// One that is at least so long.
    fn of(&mut self, length: usize) -> Option<&Literal> {
        if self.token.is_none() || self.length < length {
            let length = length.next_multiple_of(STEP);
            let written = format!("0/*{}*/0", "-".repeat(length));
            let mut ends = TokenStream::from_str(&written).ok()?.into_iter();
            let (first, last) = (ends.next()?, ends.next()?);
            let mut token = Literal::u8_unsuffixed(0);
            token.set_span(first.span().join(last.span())?);
            self.token = Some(token);
            self.length = length;
            self.files += 1;
        }
        self.measured += length;
        self.token.as_ref()
    }
}

/// The tokens that are left to proc-macro2, in order.
fn hard_tokens(text: &str, lexemes: &[Lexeme]) -> Option<Option<token_stream::IntoIter>> {
    let is_hard = |it: &&Lexeme| match it.kind {
        Kind::Literal => true,
        Kind::Ident => !word(text, **it).is_ascii(),
        _ => false,
    };
    let mut written = String::new();
    for lexeme in lexemes.iter().filter(is_hard) {
        written.push_str(word(text, *lexeme));
        written.push('\n');
    }
    match written.is_empty() {
        true => Some(None),
        false => lexed(&written).ok().map(|it| Some(it.into_iter())),
    }
}

fn word(text: &str, lexeme: Lexeme) -> &str {
    text.get(lexeme.start..lexeme.end).unwrap_or_default()
}

struct Builder<'t> {
    text: &'t str,
    ruler: &'t Literal,
    hard: Option<token_stream::IntoIter>,
    /// Tokens of all groups that are open, one behind the other.
    done: Vec<TokenTree>,
    /// The groups that are open.
    open: Vec<Open>,
}

struct Open {
    delimiter: u8,
    start: usize,
    /// Where in [`Builder::done`] its tokens begin.
    first: usize,
}

impl Builder<'_> {
    /// Adds a token.
    fn token(&mut self, lexeme: Lexeme) -> Option<()> {
        let span = self.span(lexeme.start, lexeme.end)?;
        match lexeme.kind {
            Kind::Ident => {
                let ident = self.ident(lexeme, span)?;
                self.done.push(ident.into());
            }
            Kind::Literal => {
                let Some(TokenTree::Literal(mut literal)) = self.hard.as_mut()?.next() else {
                    return None;
                };
                // What follows directly is a suffix.
                let has_suffix = self.byte(lexeme.end).is_some_and(is_ident_start);
                literal.set_span(span);
                self.done.push((!has_suffix).then_some(literal)?.into());
            }
            Kind::Punct(punct) => {
                let punct = self.punct(punct, lexeme.end)?;
                self.push_punct(punct, span);
            }
            Kind::Lifetime => self.lifetime(lexeme)?,
            Kind::Open(delimiter) => {
                let is_odd = delimiter == b'(' && self.text[lexeme.end..].starts_with("/*ERROR*/)");
                let first = self.done.len();
                let start = lexeme.start;
                (!is_odd).then(|| {
                    self.open.push(Open {
                        delimiter,
                        start,
                        first,
                    });
                })?;
            }
            Kind::Close(delimiter) => self.close(delimiter, lexeme.end)?,
            Kind::DocComment => self.documentation(lexeme, span)?,
            // One that is not closed.
            Kind::Comment => return None,
        }
        Some(())
    }

    fn span(&self, start: usize, end: usize) -> Option<Span> {
        self.ruler.subspan(start..end)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn ident(&mut self, lexeme: Lexeme, span: Span) -> Option<Ident> {
        let word = word(self.text, lexeme);
        if !word.is_ascii() {
            let Some(TokenTree::Ident(mut ident)) = self.hard.as_mut()?.next() else {
                return None;
            };
            ident.set_span(span);
            return (ident == word).then_some(ident);
        }
        match word.strip_prefix("r#") {
            Some("_" | "super" | "self" | "Self" | "crate") => None,
            Some(raw) => Some(Ident::new_raw(raw, span)),
            // Half a literal.
            None if matches!(word, "r" | "b" | "c" | "br" | "cr")
                && matches!(self.byte(lexeme.end), Some(b'"' | b'\'' | b'#')) =>
            {
                None
            }
            None => Some(Ident::new(word, span)),
        }
    }

    /// Punctuation, by what follows it.
    fn punct(&self, punct: u8, behind: usize) -> Option<Punct> {
        if punct == b'\'' || !is_punct(punct) {
            return None;
        }
        let next = self.byte(behind);
        let is_comment =
            || next == Some(b'/') && matches!(self.byte(behind + 1), Some(b'/' | b'*'));
        let spacing = match next.is_some_and(is_punct) && !is_comment() {
            true => Spacing::Joint,
            false => Spacing::Alone,
        };
        Some(Punct::new(punct.into(), spacing))
    }

    fn push_punct(&mut self, mut punct: Punct, span: Span) {
        punct.set_span(span);
        self.done.push(punct.into());
    }

    fn lifetime(&mut self, lexeme: Lexeme) -> Option<()> {
        let name = self.text.get(lexeme.start + 1..lexeme.end)?;
        let is_plain = name.is_ascii() && name.bytes().next().is_some_and(is_ident_start);
        if !is_plain || matches!(self.byte(lexeme.end), Some(b'#' | b'\'')) {
            return None;
        }
        let tick = self.span(lexeme.start, lexeme.start + 1)?;
        self.push_punct(Punct::new('\'', Spacing::Joint), tick);
        let span = self.span(lexeme.start + 1, lexeme.end)?;
        self.done.push(Ident::new(name, span).into());
        Some(())
    }

    fn close(&mut self, delimiter: u8, end: usize) -> Option<()> {
        let open = self.open.pop()?;
        if closing(open.delimiter) != delimiter {
            return None;
        }
        let inside: TokenStream = self.done.drain(open.first..).collect();
        let delimiter = match delimiter {
            b')' => Delimiter::Parenthesis,
            b']' => Delimiter::Bracket,
            _ => Delimiter::Brace,
        };
        let mut group = Group::new(delimiter, inside);
        group.set_span(self.span(open.start, end)?);
        self.done.push(group.into());
        Some(())
    }

    /// A comment for documentation is an attribute.
    fn documentation(&mut self, lexeme: Lexeme, span: Span) -> Option<()> {
        let comment = word(self.text, lexeme);
        let said = match comment.strip_prefix("/*") {
            Some(block) => block.strip_suffix("*/")?.get(1..)?,
            None => {
                let line = comment.get(3..)?;
                let is_windows = self.byte(lexeme.end) == Some(b'\n');
                line.strip_suffix('\r')
                    .filter(|_| is_windows)
                    .unwrap_or(line)
            }
        };
        let is_closed = comment.starts_with("//") || super::scan::is_closed(comment);
        if !is_closed || said.contains('\r') {
            return None;
        }
        self.push_punct(Punct::new('#', Spacing::Alone), span);
        if comment.as_bytes().get(2) == Some(&b'!') {
            self.push_punct(Punct::new('!', Spacing::Alone), span);
        }
        let mut equals = Punct::new('=', Spacing::Alone);
        equals.set_span(span);
        let mut said = Literal::string(said);
        said.set_span(span);
        let attribute: [TokenTree; 3] =
            [Ident::new("doc", span).into(), equals.into(), said.into()];
        let mut group = Group::new(Delimiter::Bracket, attribute.into_iter().collect());
        group.set_span(span);
        self.done.push(group.into());
        Some(())
    }

    fn finish(mut self) -> Option<TokenStream> {
        let is_over = self.open.is_empty() && self.hard.is_none_or(|mut it| it.next().is_none());
        is_over.then(|| self.done.drain(..).collect())
    }
}

/// What proc-macro2 takes for punctuation.
fn is_punct(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'$'
            | b'%'
            | b'^'
            | b'&'
            | b'*'
            | b'-'
            | b'='
            | b'+'
            | b'|'
            | b';'
            | b':'
            | b','
            | b'<'
            | b'.'
            | b'>'
            | b'/'
            | b'?'
            | b'\''
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::scan::code;

    /// Each token, and where it stands.
    type Flat = Vec<(String, usize, usize)>;

    fn flat(stream: TokenStream, place: &dyn Fn(Span) -> (usize, usize), into: &mut Flat) {
        for token in stream {
            let (start, end) = place(token.span());
            let text = match &token {
                TokenTree::Group(group) => format!("{:?}", group.delimiter()),
                TokenTree::Punct(punct) => format!("{} {:?}", punct, punct.spacing()),
                TokenTree::Ident(_) | TokenTree::Literal(_) => token.to_string(),
            };
            into.push((text, start, end));
            if let TokenTree::Group(group) = token {
                let (open, close) = (place(group.span_open()), place(group.span_close()));
                into.push(("open".to_owned(), open.0, open.1));
                flat(group.stream(), place, into);
                into.push(("close".to_owned(), close.0, close.1));
            }
        }
    }

    fn ours(text: &str) -> Option<Flat> {
        let lexemes: Vec<Lexeme> = code(text).collect();
        let place = |span: Span| {
            assert_eq!((span.start().line, span.end().line), (1, 1));
            (span.start().column, span.end().column)
        };
        let mut all = Flat::new();
        flat(tokens(text, &lexemes)?, &place, &mut all);
        Some(all)
    }

    fn theirs(text: &str) -> Option<Flat> {
        let place = |span: Span| (span.byte_range().start, span.byte_range().end);
        let mut all = Flat::new();
        flat(TokenStream::from_str(text).ok()?, &place, &mut all);
        Some(all)
    }

    #[test]
    fn tokens_are_those_of_the_real_lexer() {
        for text in [
            "fn f<'a>(x: &'a str) -> Vec<u8> { x.0.1.a(1..=2, 1., 1.5e-3, 0x1e+5, 1e5_f32, 2.e()) }",
            "'a' '\\'' b'x' b\"x\" \"\\\" é\" r\"\\\" r#\"\"a\"#; br#\"b\"# cr\"c\" c\"d\" 'é' r#fn 'r 'static:",
            "a/b /* c /* d */ */ /// e\n//! f\r\n//// g\n/** h */ /*! i */ /**/ /***/ j",
            "a&&b||c=>d..=e::<F>::g!{}[]()#![h]#i@j$k~l%m^n?o-/*p*/>q->r=//s\n=t",
            "x.0. y; é = ü.ö(); _ = __ ;  a<'b",
            "",
        ] {
            let expected = theirs(text);
            assert!(expected.is_some(), "{text}");
            assert_eq!(ours(text), expected, "{text}");
            // Once more, with others before it.
            assert_eq!(ours(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_real_lexer_does_not_take_is_not_taken() {
        for text in [
            "\"a",
            "'ab'",
            "b\"é\"",
            "\"\\q\"",
            "'",
            "''",
            "a`b",
            "\\",
            "/* a",
            "0b2",
            "r##",
            "b'",
            "(",
            ")",
            "(]",
            "r#self",
            "'a#",
            "/// a\rb\n",
            "1__é€",
            "\u{b}€",
            "a\u{1}",
        ] {
            assert_eq!(theirs(text), None, "{text}");
            assert_eq!(ours(text), None, "{text}");
        }
        // What it takes, and we do not take so.
        for text in ["\"a\"b", "(/*ERROR*/)", "a\u{a0}b", "c'd'"] {
            assert!(theirs(text).is_some(), "{text}");
            assert_eq!(ours(text), None, "{text}");
        }
    }

    #[test]
    fn spans_do_not_pile_up() {
        for _ in 0..10 * MAX_FILES {
            assert!(ours(&"a(1)".repeat(2_000)).is_some());
            tidy();
            RULER.with_borrow(|it| assert!(it.files <= MAX_FILES + 1));
        }
    }
}
