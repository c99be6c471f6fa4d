//! Where the bodies of a text are, found without parsing.
//!
//! A scan over the lexemes finds the blocks of functions and the values of constants, notes
//! what names they mention, and makes the *shell* of the text: its lexemes without comments for
//! documentation and with every body replaced by an empty block. syn reads the shell; bodies are read one by one, when they
//! matter. A text in which delimiters do not match has no outline.

use std::iter::Peekable;

use super::item::UseLeaf;
use super::mentions::{Mention, Mentions, hash, hashes};
use super::scan::{Kind, Lexeme, closing, code};
use super::{Tests, uses};

/// Modules nested deeper than this are not looked into for bodies.
pub(crate) const MAX_MODULES: usize = 32;

/// The bodies of a text, and what is left of it without them.
pub(crate) struct Outline {
    /// The text without line comments for documentation, which syn would make attributes of,
    /// and with an empty block for each body and each plain tree of an import.
    pub(crate) shell: Vec<Lexeme>,
    /// The bodies, in source order.
    pub(crate) bodies: Vec<Found>,
    /// What is imported, by where the tree starts in the text; ranges are those of the text.
    pub(crate) uses: Vec<(u32, Vec<UseLeaf>)>,
}

/// A body that was found.
pub(crate) struct Found {
    /// Offset of its first byte: of the brace, or of the value's first token.
    pub(crate) start: u32,
    /// Offset behind its last byte.
    pub(crate) end: u32,
    /// The value of a const or static, not the block of a function.
    pub(crate) is_initialiser: bool,
    /// Whether items are declared in it.
    pub(crate) declares: bool,
    /// The names in it.
    pub(crate) mentions: Mentions,
}

/// Finds the bodies of a text. `None` if its delimiters do not match.
/// Modules of tests are left empty unless `tests` are read.
pub(crate) fn outline(text: &str, tests: Tests) -> Option<Outline> {
    let mut scanner = scanner(text, tests);
    scanner.shell.reserve(text.len() / 16);
    scanner.items(0)?;
    Some(Outline {
        shell: scanner.shell,
        bodies: scanner.bodies,
        uses: scanner.uses,
    })
}

/// A scanner before the first lexeme of a text.
fn scanner(text: &str, tests: Tests) -> Scanner<'_, impl Iterator<Item = Lexeme>> {
    Scanner {
        text,
        lexemes: code(text).peekable(),
        tests,
        shell: Vec::new(),
        bodies: Vec::new(),
        uses: Vec::new(),
        delimiters: Vec::new(),
        hashes: Vec::new(),
    }
}

/// The hashes of the names in statements.
pub(crate) fn mentioned(text: &str) -> Vec<u16> {
    let mut scanner = scanner(text, Tests::Whole);
    let mut notes = Notes::default();
    while let Some(lexeme) = scanner.lexemes.next() {
        scanner.note(&mut notes, lexeme);
    }
    scanner.name(&mut notes);
    scanner.hashes
}

/// What the item that is being read will do with its next brace group.
#[derive(Clone, Copy, PartialEq)]
enum Pending {
    /// Nothing of interest.
    Nothing,
    /// It is the body of a function.
    FnBody,
    /// It holds items.
    Items,
    /// It holds tests that nobody wants to see.
    Tests,
}

/// What stands before a token.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// What an item can follow: nothing, `;`, a group, `pub`, `unsafe`, `default`.
    Item,
    /// `-` or `=`.
    ArrowStart,
    /// Anything else.
    Other,
}

struct Scanner<'t, I: Iterator<Item = Lexeme>> {
    text: &'t str,
    lexemes: Peekable<I>,
    tests: Tests,
    shell: Vec<Lexeme>,
    bodies: Vec<Found>,
    uses: Vec<(u32, Vec<UseLeaf>)>,
    /// Delimiters that are open in the group that is being passed over.
    delimiters: Vec<u8>,
    /// Mentions of the body that is being read.
    hashes: Vec<u16>,
}

impl<'t, I: Iterator<Item = Lexeme>> Scanner<'t, I> {
    fn word(&self, lexeme: Lexeme) -> &'t str {
        self.text.get(lexeme.start..lexeme.end).unwrap_or_default()
    }

    fn next_word(&mut self) -> Option<&'t str> {
        let lexeme = *self.lexemes.peek()?;
        (lexeme.kind == Kind::Ident).then(|| self.word(lexeme))
    }

    /// The next lexeme, which syn gets to see, too.
    fn take(&mut self) -> Option<Lexeme> {
        let lexeme = self.lexemes.next()?;
        // A comment for documentation that ends its line.
        if lexeme.kind != Kind::DocComment || self.word(lexeme).starts_with("/*") {
            self.shell.push(lexeme);
        }
        Some(lexeme)
    }

    /// Puts an empty block where something stands that syn does not get to see.
    fn leave_out(&mut self, start: usize, end: usize) {
        let delimiter = |kind, start| Lexeme {
            kind,
            start,
            end: start + 1,
        };
        self.shell.push(delimiter(Kind::Open(b'{'), start));
        self.shell.push(delimiter(Kind::Close(b'}'), end - 1));
    }

    /// Reads items up to the brace that closes them or, on the outside, the end of the text.
    fn items(&mut self, modules: usize) -> Option<()> {
        let mut pending = Pending::Nothing;
        let mut angles = 0usize;
        let mut before = Before::Item;
        let mut is_test = false;
        loop {
            let Some(lexeme) = self.take() else {
                return (modules == 0).then_some(());
            };
            before = match lexeme.kind {
                Kind::Close(b'}') if modules > 0 => return Some(()),
                Kind::Close(_) => return None,
                Kind::Ident => {
                    let word = self.word(lexeme);
                    if word == "fn" && self.next_word().is_some() {
                        (pending, angles) = (Pending::FnBody, 0);
                    } else if before != Before::Item {
                    } else if pending == Pending::Nothing
                        && matches!(word, "mod" | "impl" | "trait")
                    {
                        let is_left_out = is_test && word == "mod" && self.tests == Tests::Shells;
                        pending = match is_left_out {
                            true => Pending::Tests,
                            false => Pending::Items,
                        };
                        angles = 0;
                    } else if matches!(word, "const" | "static") {
                        self.constant()?;
                    } else if word == "use" {
                        self.import(lexeme.end);
                    }
                    match word {
                        "pub" | "unsafe" | "default" => Before::Item,
                        _ => Before::Other,
                    }
                }
                Kind::Punct(punct) => {
                    match punct {
                        b';' => (pending, angles, is_test) = (Pending::Nothing, 0, false),
                        b'<' => angles += 1,
                        b'>' if before != Before::ArrowStart => angles = angles.saturating_sub(1),
                        _ => {}
                    }
                    match punct {
                        b';' => Before::Item,
                        b'-' | b'=' => Before::ArrowStart,
                        _ => Before::Other,
                    }
                }
                Kind::Open(b'{') if angles == 0 => {
                    match pending {
                        Pending::FnBody => self.block(lexeme)?,
                        Pending::Items if modules < MAX_MODULES => self.items(modules + 1)?,
                        Pending::Tests => {
                            let before = self.shell.len() - 1;
                            let end = self.group(lexeme, &mut None)?;
                            self.shell.truncate(before);
                            self.leave_out(lexeme.start, end);
                        }
                        _ => self.skip(lexeme)?,
                    }
                    (pending, is_test) = (Pending::Nothing, false);
                    Before::Item
                }
                Kind::Open(_) => {
                    let end = self.group(lexeme, &mut None)?;
                    is_test |= self.text.get(lexeme.start..end) == Some("[cfg(test)]");
                    Before::Item
                }
                // An attribute, as the parser sees it.
                Kind::DocComment => Before::Item,
                Kind::Comment | Kind::Lifetime | Kind::Literal => Before::Other,
            };
        }
    }

    /// Passes over a group whose first delimiter has been read; gives the offset behind it.
    fn group(&mut self, open: Lexeme, notes: &mut Option<Notes>) -> Option<usize> {
        let Kind::Open(delimiter) = open.kind else {
            return None;
        };
        self.delimiters.clear();
        self.delimiters.push(delimiter);
        loop {
            let lexeme = match notes {
                Some(_) => self.lexemes.next()?,
                None => self.take()?,
            };
            self.delimiter(lexeme.kind)?;
            if let Some(notes) = notes {
                self.note(notes, lexeme);
            }
            if self.delimiters.is_empty() {
                return Some(lexeme.end);
            }
        }
    }

    /// Keeps count of delimiters; `None` if one closes what another has opened.
    fn delimiter(&mut self, kind: Kind) -> Option<()> {
        match kind {
            Kind::Open(delimiter) => self.delimiters.push(delimiter),
            Kind::Close(delimiter) => {
                self.delimiters
                    .pop()
                    .filter(|it| closing(*it) == delimiter)?;
            }
            _ => {}
        }
        Some(())
    }

    fn skip(&mut self, open: Lexeme) -> Option<()> {
        self.group(open, &mut None).map(|_| ())
    }

    /// The block of a function.
    fn block(&mut self, open: Lexeme) -> Option<()> {
        let mut notes = Some(Notes::default());
        self.shell.pop();
        let end = self.group(open, &mut notes)?;
        self.leave_out(open.start, end);
        let declares = notes.is_some_and(|it| it.declares);
        self.found(open.start, end, false, declares);
        Some(())
    }

    /// Behind a `use`, which ends there: its tree, if it is one of plain names.
    fn import(&mut self, behind: usize) {
        let Some(import) = uses::import(self.text, behind) else {
            return;
        };
        let is_inside = |it: &Lexeme| it.start < import.end;
        while self.lexemes.next_if(is_inside).is_some() {}
        self.leave_out(import.start, import.end);
        self.uses.push((import.start as u32, import.leaves));
    }

    /// After `const` or `static`: the value between `=` and `;`, if it is a constant at all.
    fn constant(&mut self) -> Option<()> {
        if self.next_word() == Some("mut") {
            self.take();
        }
        // Not `const fn`, `const unsafe fn`, `const { .. }`.
        match self.next_word() {
            None | Some("fn" | "unsafe" | "async" | "extern") => return Some(()),
            Some(_) => self.take(),
        };
        let mut angles = 0usize;
        let mut is_arrow = false;
        loop {
            let lexeme = *self.lexemes.peek()?;
            match lexeme.kind {
                Kind::Punct(b';') => return Some(()),
                Kind::Close(_) => return None,
                _ => {}
            }
            self.take();
            match lexeme.kind {
                Kind::Open(_) => self.skip(lexeme)?,
                Kind::Punct(b'<') => angles += 1,
                Kind::Punct(b'>') if !is_arrow => angles = angles.saturating_sub(1),
                Kind::Punct(b'=') if angles == 0 => break,
                _ => {}
            }
            is_arrow = matches!(lexeme.kind, Kind::Punct(b'-' | b'='));
        }
        let mut notes = Notes::default();
        let mut range: Option<(usize, usize)> = None;
        self.delimiters.clear();
        loop {
            let lexeme = *self.lexemes.peek()?;
            if self.delimiters.is_empty() {
                match lexeme.kind {
                    Kind::Punct(b';') => break,
                    Kind::Close(_) => return None,
                    _ => {}
                }
            }
            self.lexemes.next();
            self.delimiter(lexeme.kind)?;
            self.note(&mut notes, lexeme);
            range = Some((range.map_or(lexeme.start, |it| it.0), lexeme.end));
        }
        self.name(&mut notes);
        if let Some((start, end)) = range {
            self.leave_out(start, end);
            self.found(start, end, true, notes.declares);
        }
        Some(())
    }

    fn found(&mut self, start: usize, end: usize, is_initialiser: bool, declares: bool) {
        self.bodies.push(Found {
            start: start as u32,
            end: end as u32,
            is_initialiser,
            declares,
            mentions: Mentions::take(&mut self.hashes),
        });
    }

    /// Looks at a token of a body.
    fn note(&mut self, notes: &mut Notes, lexeme: Lexeme) {
        match lexeme.kind {
            Kind::Ident => {
                let word = self.word(lexeme);
                notes.declares |= is_declaring(word);
                let how = match (notes.dots, notes.colons) {
                    (1, _) => Mention::Member,
                    (_, 2..) if notes.in_module => Mention::InModule,
                    (_, 2..) => Mention::InType,
                    _ => Mention::Bare,
                };
                if notes.colons > 1 {
                    let before = notes.name.take();
                    self.hashes
                        .extend(before.map(|(_, it)| hash(Mention::Prefix, self.word(it))));
                }
                self.name(notes);
                notes.name = Some((how, lexeme));
                notes.in_module = word.starts_with(|it: char| it.is_lowercase() || it == '_');
                (notes.dots, notes.colons) = (0, 0);
                (notes.word, notes.is_call) = (Some(lexeme), false);
                return;
            }
            Kind::Punct(b'.') => notes.dots += 1,
            Kind::Punct(b':') => {
                notes.colons += 1;
                (notes.dots, notes.word, notes.is_call) = (0, None, false);
                return;
            }
            Kind::Punct(b'!') => {
                self.name(notes);
                (notes.dots, notes.colons) = (0, 0);
                notes.is_call = notes.word.is_some();
                return;
            }
            Kind::Open(_) if notes.is_call => {
                if let Some(name) = notes.word {
                    self.hashes.push(hash(Mention::Macro, self.word(name)));
                }
                notes.dots = 0;
            }
            Kind::Punct(b'=') => {
                if let Some((Mention::Member, name)) = notes.name {
                    self.hashes.push(hash(Mention::Assigned, self.word(name)));
                }
                notes.dots = 0;
            }
            // `x.0`, `x.0.1`.
            Kind::Literal if notes.dots == 1 => {
                let parts = self.word(lexeme).split('.');
                let parts = parts.flat_map(|it| hashes([Mention::Member, Mention::Assigned], it));
                self.hashes.extend(parts);
                notes.dots = u32::from(self.word(lexeme).ends_with('.'));
            }
            _ => notes.dots = 0,
        }
        if let (2.., Some((_, name))) = (notes.colons, notes.name) {
            self.hashes.push(hash(Mention::Prefix, self.word(name)));
        }
        self.name(notes);
        (notes.word, notes.is_call) = (None, false);
        (notes.colons, notes.in_module) = (0, false);
    }

    /// Takes the name directly before for what it seemed to be.
    fn name(&mut self, notes: &mut Notes) {
        let before = notes.name.take();
        self.hashes
            .extend(before.map(|(how, it)| hash(how, self.word(it))));
    }
}

/// What has been seen of a body.
#[derive(Default)]
struct Notes {
    declares: bool,
    /// Dots directly before.
    dots: u32,
    /// Colons directly before.
    colons: u32,
    /// The identifier directly before, or before the colons, if it is not known yet whether a
    /// path goes on behind it.
    name: Option<(Mention, Lexeme)>,
    /// Whether a name with a small first letter stands directly before, or before the colons.
    in_module: bool,
    /// The identifier directly before, or before a `!`.
    word: Option<Lexeme>,
    /// Whether that and a `!` stand directly before.
    is_call: bool,
}

/// Whether it is one of the words without which no item is declared.
fn is_declaring(word: &str) -> bool {
    matches!(
        word,
        "fn" | "struct"
            | "enum"
            | "union"
            | "impl"
            | "trait"
            | "mod"
            | "use"
            | "const"
            | "static"
            | "type"
            | "macro_rules"
            | "extern"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Option<Vec<&str>> {
        let outline = outline(text, Tests::Whole)?;
        let of = |it: &Found| &text[it.start as usize..it.end as usize];
        Some(outline.bodies.iter().map(of).collect())
    }

    #[test]
    fn finds_bodies_and_nothing_else() {
        let cases: &[(&str, Option<&[&str]>)] = &[
            ("fn f() { a(); }", Some(&["{ a(); }"])),
            (
                "const X: [u8; { 1 }] = [1; 2]; static mut Y: &str = \"a;b\";",
                Some(&["[1; 2]", "\"a;b\""]),
            ),
            (
                "impl A<{ 1 }> { const N: u8 = 1; fn f(&self) -> B<{ 2 }> { b } }",
                Some(&["1", "{ b }"]),
            ),
            (
                "mod m { trait T { fn a(); fn b() {} } } fn c() where A: B {}",
                Some(&["{}", "{}"]),
            ),
            ("macro_rules! m { () => { fn f() { x } } }", Some(&[])),
            ("struct S { f: fn(u8) -> u8 }", Some(&[])),
            (
                "const fn f() -> impl Fn(u8) -> u8 { |x| x }",
                Some(&["{ |x| x }"]),
            ),
            (
                "#[a(b = \"}\")] pub(crate) async fn f() { '}'; \"}\"; /* } */ } // }",
                Some(&["{ '}'; \"}\"; /* } */ }"]),
            ),
            ("const F: fn() -> Vec<u8> = g;", Some(&["g"])),
            ("const A: Vec<u8>= b; fn f() {}", Some(&["b", "{}"])),
            ("fn f() { ( }", None),
            ("fn f() { ( } )", None),
            ("fn f() {} }", None),
            ("const X: u8 = 1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(bodies(text).as_deref(), *expected, "{text}");
        }
    }

    #[test]
    fn the_shell_has_no_bodies() {
        let text = "/// d\nfn f() {\n  a\n} fn g() -> u8 { 1 }\nconst X: u8 = 7; // é\nstruct S {\n\
                    /// d\na: u8 }\n#[cfg(test)] mod t { /// d\n fn h() {} }\nuse a::b;";
        let outline = outline(text, Tests::Shells).unwrap();
        let shell = outline.shell.iter().map(|it| match it.kind {
            // They may stand for what is something else in the text.
            Kind::Open(_) => "{",
            Kind::Close(_) => "}",
            _ => &text[it.start..it.end],
        });
        assert_eq!(
            shell.collect::<Vec<_>>().join(" "),
            "fn f { } { } fn g { } - > u8 { } const X : u8 = { } ; struct S { a : u8 } # { cfg { test \
             } } mod t { } use { } ;"
        );
        let seven = text.find('7').unwrap();
        let is_block = |it: &&[Lexeme]| it[0].start == seven && it[0].kind == Kind::Open(b'{');
        let blocks = outline.shell.windows(2).filter(is_block);
        assert_eq!(blocks.map(|it| it[1].end).collect::<Vec<_>>(), [seven + 1]);
    }

    #[test]
    fn notes_names_and_declarations() {
        let text = "fn f() { a.get(b::c); query!(d); if !(e) {} x..y; S::new(<T>::m, i: j); \
                    a::Vec::<u8>::with(); k.l.m = n.o; k.0 = p; } fn g() { use a; }";
        let outline = outline(text, Tests::Whole).unwrap();
        let [first, second] = &*outline.bodies else {
            panic!("two bodies")
        };
        assert!(!first.declares && second.declares);
        for (how, name, expected) in [
            (Mention::Member, "get", true),
            (Mention::Bare, "get", false),
            (Mention::Prefix, "b", true),
            (Mention::Bare, "b", false),
            (Mention::InModule, "c", true),
            (Mention::Bare, "c", false),
            (Mention::InType, "c", false),
            (Mention::Macro, "query", true),
            (Mention::Bare, "y", true),
            (Mention::Member, "y", false),
            (Mention::Bare, "z", false),
            (Mention::Prefix, "S", true),
            (Mention::Prefix, "Vec", true),
            (Mention::Prefix, "a", true),
            (Mention::Bare, "a", true),
            (Mention::InType, "new", true),
            (Mention::InModule, "new", false),
            (Mention::InType, "m", true),
            (Mention::Bare, "j", true),
            (Mention::InModule, "Vec", true),
            (Mention::InType, "with", true),
            (Mention::Member, "l", true),
            (Mention::Assigned, "m", true),
            (Mention::Assigned, "0", true),
            (Mention::Assigned, "l", false),
            (Mention::Assigned, "o", false),
        ] {
            assert_eq!(first.mentions.has(how, name), expected, "{how:?} {name}");
        }
    }
}
