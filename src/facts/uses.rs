//! `use` trees, read without syn.
//!
//! A file's first lines are mostly imports, and of the text without bodies they are a large part; a tree
//! of names needs no parser that knows the rest of Rust. What is anything but such a tree is left to
//! syn, which also says what is wrong with it.

use std::iter::Peekable;

use super::item::{UseKind, UseLeaf};
use super::scan::{Kind, Lexeme, lexemes};
use crate::source::{Name, TextRange};

/// Braces nested deeper than this are left to who checks the depth.
const MAX_DEPTH: usize = 16;

/// A tree that was read.
pub(super) struct Import {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset of the `;`.
    pub(super) end: usize,
    /// The leaves; their ranges are those of the text.
    pub(super) leaves: Vec<UseLeaf>,
}

/// The tree that stands in the text between `use`, which ends at an offset, and `;`. `None` if it is
/// no tree of plain names.
pub(super) fn import(text: &str, behind: usize) -> Option<Import> {
    let code = lexemes(text.get(behind..)?).filter(|it| it.kind != Kind::Comment);
    let code = code.map(|it| Lexeme {
        start: it.start + behind,
        end: it.end + behind,
        ..it
    });
    let mut reader = Reader {
        text,
        lexemes: code.peekable(),
        prefix: Vec::new(),
        global: false,
        leaves: Vec::new(),
    };
    let start = reader.lexemes.peek()?.start;
    if reader.takes(b':') {
        reader.expect(b':')?;
        reader.global = true;
    }
    reader.tree(0)?;
    let end = reader.lexemes.next()?;
    (end.kind == Kind::Punct(b';')).then_some(Import {
        start,
        end: end.start,
        leaves: reader.leaves,
    })
}

struct Reader<'t, I: Iterator<Item = Lexeme>> {
    text: &'t str,
    lexemes: Peekable<I>,
    /// The segments before the tree that is being read.
    prefix: Vec<Name>,
    global: bool,
    leaves: Vec<UseLeaf>,
}

impl<I: Iterator<Item = Lexeme>> Reader<'_, I> {
    fn takes(&mut self, punct: u8) -> bool {
        let is_next = |it: &Lexeme| it.kind == Kind::Punct(punct);
        self.lexemes.next_if(is_next).is_some()
    }

    fn expect(&mut self, punct: u8) -> Option<()> {
        self.takes(punct).then_some(())
    }

    /// The text of an identifier.
    fn word(&self, lexeme: Lexeme) -> Option<&str> {
        let is_ident = lexeme.kind == Kind::Ident;
        let word = self.text.get(lexeme.start..lexeme.end)?;
        is_ident.then_some(word)
    }

    fn name(&self, lexeme: Lexeme) -> Option<Name> {
        let word = self.word(lexeme)?;
        let is_plain = word.is_ascii() && !is_keyword(word);
        is_plain.then(|| Name::new(word.strip_prefix("r#").unwrap_or(word)))
    }

    fn tree(&mut self, depth: usize) -> Option<()> {
        let before = self.prefix.len();
        loop {
            let lexeme = self.lexemes.next()?;
            match lexeme.kind {
                Kind::Punct(b'*') => self.leaf(self.prefix.clone(), UseKind::Glob, lexeme),
                Kind::Open(b'{') if depth < MAX_DEPTH => self.group(depth + 1)?,
                Kind::Ident => {
                    let name = self.name(lexeme)?;
                    if self.takes(b':') {
                        self.expect(b':')?;
                        self.prefix.push(name);
                        continue;
                    }
                    let path = use_path(&self.prefix, name);
                    let own = UseKind::Name(path.last().copied().unwrap_or(name));
                    let kind = self.renamed()?.unwrap_or(own);
                    self.leaf(path, kind, lexeme);
                }
                _ => return None,
            }
            self.prefix.truncate(before);
            return Some(());
        }
    }

    /// What `as` says, if it stands there.
    fn renamed(&mut self) -> Option<Option<UseKind>> {
        let next = self.lexemes.peek().copied();
        if next.and_then(|it| self.word(it)) != Some("as") {
            return Some(None);
        }
        self.lexemes.next();
        let lexeme = self.lexemes.next()?;
        Some(Some(match self.word(lexeme)? {
            "_" => UseKind::Anonymous,
            _ => UseKind::Name(self.name(lexeme)?),
        }))
    }

    /// Trees up to the brace that closes them.
    fn group(&mut self, depth: usize) -> Option<()> {
        let closes = |it: &Lexeme| it.kind == Kind::Close(b'}');
        loop {
            if self.lexemes.next_if(closes).is_some() {
                return Some(());
            }
            self.tree(depth)?;
            if !self.takes(b',') {
                return self.lexemes.next_if(closes).map(|_| ());
            }
        }
    }

    fn leaf(&mut self, path: Vec<Name>, kind: UseKind, at: Lexeme) {
        self.leaves.push(UseLeaf {
            path,
            global: self.global,
            kind,
            range: TextRange::new(at.start as u32, at.end as u32),
        });
    }
}

/// The segments of a leaf; `a::{self}` is `a`.
pub(super) fn use_path(prefix: &[Name], name: Name) -> Vec<Name> {
    let mut path = prefix.to_vec();
    if name != "self" || path.is_empty() {
        path.push(name);
    }
    path
}

/// Whether it is a word that names nothing, and so stands in no tree.
fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "as"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "type"
            | "use"
            | "async"
            | "await"
            | "try"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "virtual"
            | "where"
            | "while"
            | "yield"
            | "_"
            | "gen"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{FileFacts, ItemKind, Tests, shell};
    use super::*;
    use std::sync::Arc;

    fn of_file(facts: &FileFacts) -> Vec<String> {
        let items = facts.items.iter().filter_map(|it| match &it.kind {
            ItemKind::Use(item) => Some((it, item)),
            _ => None,
        });
        items
            .map(|(it, item)| format!("{:?} {:?} {:?}", it.range, it.visibility, item.leaves))
            .collect()
    }

    /// What is read of the text with and without syn, which has to be the same.
    fn both(text: &str) -> [Vec<String>; 2] {
        let alone = shell::extract(&Arc::from(text), Tests::Whole);
        let by_syn = shell::extract_at_once(text, Tests::Whole);
        assert_eq!(alone.problems.len(), by_syn.problems.len(), "{text}");
        [of_file(&alone), of_file(&by_syn)]
    }

    #[test]
    fn trees_are_read_as_syn_reads_them() {
        let trees = [
            "a",
            "::a::b",
            "a::b as c",
            "a::b as _",
            "a::*",
            "*",
            "{a, b::{self, c as d, e::*}, r#fn}",
            "crate::{self as here, super::x, }",
            "a // why\n ::b /* b */ ",
            "a::{}",
            "{}",
            "self::größe::x",
            "a::{\n  // one\n  b,\n  c,\n}",
        ];
        for tree in trees {
            let text = format!(
                "// ü\n#[cfg(unix)] pub(crate) use {tree};\nfn f() {{ use x; }} use z::{tree};"
            );
            let [alone, by_syn] = both(&text);
            assert_eq!(alone, by_syn, "{text}");
            let expected = usize::from(!tree.starts_with(':')) + 1;
            assert!(alone.len() >= expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_plain_tree_is_left_to_syn() {
        let others = [
            "",
            "a b",
            "a::",
            "a::fn",
            "{a b}",
            "a, b",
            "1",
            "a::<b>",
            "a as",
            "_",
            "{::a}",
            "a as b::c",
            "a:b",
        ];
        for text in others {
            let file = format!("use {text};\nstruct S;");
            assert!(import(&file, 3).is_none(), "{text}");
            let [alone, by_syn] = both(&file);
            assert_eq!(alone, by_syn, "{text}");
        }
        let deep = format!("use {}a{};", "{".repeat(40), "}".repeat(40));
        assert!(import(&deep, 3).is_none());
        let long = format!("use {}a;", "a::".repeat(100_000));
        assert_eq!(import(&long, 3).map(|it| it.leaves.len()), Some(1));
        let [alone, by_syn] = both("mod m { use a } use b;");
        assert_eq!(alone, by_syn);
    }
}
