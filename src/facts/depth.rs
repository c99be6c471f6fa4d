//! Where a text is nested too deeply for a recursive parser.
//!
//! syn recurses over what it reads, and the trees that it makes are dropped recursively;
//! an overflowing stack ends the process, and nothing catches that. So nesting is bounded
//! on the raw text, before syn sees it. The bound is an estimate from above: per group it
//! counts what can make a parser recurse (`<`, prefix operators, closures, `->`, `=`) and
//! forgets it where a statement, an arm or an element surely ends. It refuses what nobody
//! writes, and a little more; it lets nothing pass that could overflow 2 MiB.

use super::scan::{Kind, Lexeme, lexemes};

/// How deep a parser may have to recurse. Code that people write stays below 60.
const MAX_DEPTH: u32 = 128;

/// How many links a chain of calls, fields or operators may have: they are parsed and
/// lowered in a loop, but a tree that a syntax error leaves unfinished is dropped recursively.
const MAX_CHAIN: u32 = 6_000;

/// Offsets at which nesting becomes too deep, ascending.
pub(crate) fn check(text: &str) -> Vec<u32> {
    check_lexemes(text, lexemes(text))
}

/// The same of a part of a text.
pub(crate) fn check_lexemes(text: &str, lexemes: impl IntoIterator<Item = Lexeme>) -> Vec<u32> {
    let mut gauge = Gauge::default();
    let mut deep = Vec::new();
    let mut was_deep = false;
    let bytes = text.as_bytes();
    let mut skip_to = 0;
    for lexeme in lexemes {
        if lexeme.start < skip_to {
            continue;
        }
        match lexeme.kind {
            Kind::Comment | Kind::DocComment => continue,
            Kind::Ident => gauge.word(&text[lexeme.start..lexeme.end]),
            Kind::Lifetime => gauge.neutral(),
            Kind::Literal => gauge.literal(),
            Kind::Open(delimiter) => gauge.open(delimiter),
            Kind::Close(delimiter) => gauge.close(delimiter),
            Kind::Punct(punct) => {
                skip_to = lexeme.end + gauge.punct(punct, &bytes[lexeme.end..]);
            }
        }
        let is_deep = gauge.is_too_deep();
        if is_deep && !was_deep {
            deep.push(lexeme.start as u32);
        }
        was_deep = is_deep;
    }
    deep
}

/// What stands before the token that is looked at.
#[derive(Clone, Copy, PartialEq, Default)]
enum Before {
    /// The start of a group or statement, or an operator: an operand follows.
    #[default]
    Operator,
    /// `::`.
    PathSeparator,
    /// An identifier: an infix operator or `<..>` may follow.
    Name,
    /// `.`.
    Dot,
    /// An identifier after a dot: a call that follows is part of the same link.
    Member,
    /// A literal, a closed group, `?`: an infix operator may follow.
    Operand,
    /// `}`: anything may follow, and a statement may have ended.
    Block,
    /// `else`.
    Else,
}

/// What one group has gathered since its current statement began.
#[derive(Clone, Copy, Default)]
struct Statement {
    /// `<` that are still open, comparisons included.
    angles: u32,
    /// What recurses to the right: `=`, `->`, closures, `@`, `if`, `match`.
    right: u32,
    /// Prefix operators with no operand yet.
    prefixes: u32,
    /// Links of chains.
    chain: u32,
    in_use: bool,
    in_closure_head: bool,
}

impl Statement {
    fn depth(&self) -> u32 {
        self.angles + self.right + self.prefixes
    }
}

#[derive(Default)]
struct Gauge {
    outer: Vec<Statement>,
    outer_depth: u32,
    outer_chain: u32,
    current: Statement,
    before: Before,
}

impl Gauge {
    fn is_too_deep(&self) -> bool {
        self.outer_depth + self.current.depth() > MAX_DEPTH
            || self.outer_chain + self.current.chain > MAX_CHAIN
    }

    fn open(&mut self, delimiter: u8) {
        let is_link = match self.before {
            Before::Name | Before::Operand | Before::Block => delimiter != b'{',
            Before::Member => delimiter == b'[',
            _ => false,
        };
        self.current.chain += u32::from(is_link);
        self.outer.push(self.current);
        self.outer_depth += self.current.depth() + 1;
        self.outer_chain += self.current.chain;
        self.current = Statement {
            in_use: self.current.in_use,
            ..Statement::default()
        };
        self.before = Before::Operator;
    }

    fn close(&mut self, delimiter: u8) {
        // A closing delimiter too many is the lexer's business.
        let Some(statement) = self.outer.pop() else {
            return;
        };
        self.outer_depth -= statement.depth() + 1;
        self.outer_chain -= statement.chain;
        self.current = statement;
        self.current.prefixes = 0;
        self.before = if delimiter == b'}' {
            Before::Block
        } else {
            Before::Operand
        };
    }

    /// An operand cannot follow a block directly, so the block has ended its statement.
    fn operand(&mut self, before: Before) {
        if self.before == Before::Block {
            self.current = Statement::default();
        }
        self.current.prefixes = 0;
        self.before = before;
    }

    fn literal(&mut self) {
        self.operand(Before::Operand);
    }

    fn neutral(&mut self) {
        if self.before == Before::Block {
            self.current = Statement::default();
            self.before = Before::Operator;
        }
    }

    fn word(&mut self, word: &str) {
        match word {
            "else" => {
                self.current.chain += 1;
                self.before = Before::Else;
            }
            "as" => self.infix(),
            "if" if self.before == Before::Else => self.before = Before::Operator,
            "if" | "match" | "while" | "for" | "in" | "let" | "return" | "break" | "yield"
            | "box" => {
                self.operand(Before::Operator);
                self.current.right += 1;
            }
            "mut" | "ref" | "dyn" | "impl" | "move" | "async" | "const" | "static" | "unsafe"
            | "raw" | "loop" | "where" | "do" | "try" => {
                self.neutral();
                self.before = Before::Operator;
            }
            _ => {
                let is_member = self.before == Before::Dot;
                self.operand(if is_member {
                    Before::Member
                } else {
                    Before::Name
                });
                self.current.in_use |= word == "use";
            }
        }
    }

    /// Takes punctuation and says how many bytes after it belong to it.
    fn punct(&mut self, punct: u8, rest: &[u8]) -> usize {
        let next = rest.first().copied().unwrap_or(b' ');
        let has_operand = matches!(
            self.before,
            Before::Name | Before::Member | Before::Operand | Before::Block
        );
        let doubled = usize::from(punct == next);
        match punct {
            b';' => self.current = Statement::default(),
            b',' => self.comma(),
            b'=' if next == b'>' => {
                self.current = Statement::default();
                self.before = Before::Operator;
                return 1;
            }
            b'=' if next == b'=' => {
                self.infix();
                return 1;
            }
            b'=' => {
                self.current.right += 1;
                self.current.prefixes = 0;
            }
            b'-' if next == b'>' => {
                self.current.right += 1;
                self.before = Before::Operator;
                return 1;
            }
            b'<' if next == b'=' || self.before == Before::Operand => self.infix(),
            b'<' => self.current.angles += 1,
            b'>' if self.current.angles > 0 => {
                self.current.angles -= 1;
                self.current.prefixes = 0;
                self.before = Before::Name;
                return 0;
            }
            b'>' => self.infix(),
            b'|' if self.current.in_closure_head => self.current.in_closure_head = false,
            b'|' if has_operand => {
                self.infix();
                return doubled;
            }
            b'|' => {
                self.current.right += 1;
                self.current.in_closure_head = doubled == 0;
                self.before = Before::Operator;
                return doubled;
            }
            b'!' if next == b'=' => {
                self.infix();
                return 1;
            }
            // `name!(..)`: a macro call.
            b'!' if self.before == Before::Name => return 0,
            b'&' | b'*' | b'-' | b'!' if has_operand => {
                self.infix();
                return if punct == b'&' { doubled } else { 0 };
            }
            b'&' | b'*' | b'-' | b'!' => self.current.prefixes += 1,
            b'.' if next == b'.' => {
                if has_operand {
                    self.infix();
                } else {
                    self.current.prefixes += 1;
                }
                self.before = Before::Operator;
                return if matches!(rest, [_, b'=' | b'.', ..]) {
                    2
                } else {
                    1
                };
            }
            b'.' => {
                self.current.chain += 1;
                self.before = Before::Dot;
                return 0;
            }
            b'?' if has_operand => {
                self.current.chain += 1;
                self.before = Before::Operand;
                return 0;
            }
            b':' if next == b':' => {
                self.current.right += u32::from(self.current.in_use);
                self.before = Before::PathSeparator;
                return 1;
            }
            b'@' => self.current.right += 1,
            b'+' | b'/' | b'%' | b'^' => self.infix(),
            b'#' => self.neutral(),
            _ => {}
        }
        self.before = Before::Operator;
        0
    }

    fn infix(&mut self) {
        self.current.chain += 1;
        self.current.prefixes = 0;
        self.before = Before::Operator;
    }

    /// Ends an element, unless it may stand between generic arguments or closure parameters.
    fn comma(&mut self) {
        self.current.prefixes = 0;
        if self.current.angles == 0 && !self.current.in_closure_head {
            self.current.right = 0;
            self.current.chain = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_code_is_not_deep() {
        let cases = [
            "fn f() { if a < b && c < d { x } else if e { y } else { z } }".to_owned(),
            format!("const T: [bool; 900] = [{}];", "a < 1, ".repeat(90)),
            format!("fn f() {{ {} }}", "if a < b { c = d } ".repeat(2_000)),
            format!(
                "fn f() {{ {} }}",
                "let x = |a, b| -> u8 { a < b }; ".repeat(2_000)
            ),
            format!(
                "fn f() {{ match x {{ {} }} }}",
                "A if a < b => !c, ".repeat(2_000)
            ),
            format!(
                "fn f() {{ match x {{ {} }} }}",
                "Some(x @ 'a'..='z') | None => { -x } ".repeat(2_000)
            ),
            format!(
                "fn f() -> bool {{ matches!(x, {} 'z') }}",
                "'a'..='b' | ".repeat(1_000)
            ),
            format!("const S: &str = {} \"\";", "a + ".repeat(1_000)),
            format!("fn f() {{ x{}; }}", ".a(|x| !x)".repeat(4_000)),
            format!(
                "fn f() {{ {} else {{}} }}",
                "if a {} else ".repeat(2_900) + "if b {}"
            ),
            "fn f(x: &&mut Vec<Vec<HashMap<String, Box<dyn Fn(&u8) -> Option<Vec<u8>>>>>>) {}"
                .to_owned(),
            format!(
                "{}{}{}",
                "mod m { ".repeat(20),
                "use a::b::{c::d, e};",
                "}".repeat(20)
            ),
            "const F: u32 = 1 << 2 | A << B;".repeat(500),
            format!("fn f() {{ v![{}] }}", "!a, -b, *c, &d, ".repeat(1_000)),
            format!("fn f() {{ {} }}", "*a = &b; ".repeat(1_000)),
            format!(
                "impl X {{ {} }}",
                "fn f<T: A<B>>(&self) -> Vec<T> where T: Fn() -> u8 { 1 } ".repeat(1_000)
            ),
        ];
        for text in cases {
            assert_eq!(
                check(&text),
                Vec::<u32>::new(),
                "{}",
                &text[..text.len().min(120)]
            );
        }
    }

    #[test]
    fn every_way_to_nest_is_counted() {
        let nests = [
            ("(", ")"),
            ("[", "]"),
            ("{ x; ", "}"),
            ("A<", ">"),
            ("A<(), ", ">"),
            ("A<{1}, ", ">"),
            ("A::<u8, ", ">"),
            ("<A as ", ">"),
            ("&", ""),
            ("&&", ""),
            ("& mut ", ""),
            ("!", ""),
            ("- ", ""),
            ("*", ""),
            ("*const ", ""),
            ("&'a ", ""),
            ("|x| ", ""),
            ("|x, y| ", ""),
            ("move || ", ""),
            ("a = ", ""),
            ("a += ", ""),
            ("a @ ", ""),
            ("fn() -> ", ""),
            ("impl Fn() -> ", ""),
            ("return ", ""),
            ("break 'a ", ""),
            ("let a = ", ""),
            ("if ", ""),
            ("match ", ""),
            ("for x in ", ""),
            (".. ", ""),
            ("a = {} = ", ""),
            ("f(A<B, ", ">)"),
        ];
        for (open, close) in nests {
            let text = format!(
                "fn f() {{ x = {}x{} }}",
                open.repeat(300),
                close.repeat(300)
            );
            assert!(!check(&text).is_empty(), "{open}");
        }
        let path = format!("use {}b;", "a::".repeat(300));
        assert!(!check(&path).is_empty());
        for link in [
            ".a",
            ".a()",
            "?",
            "()",
            "[0]",
            " + a",
            " as u8",
            " && b",
            " | c",
            " == d",
            ".a::<A, B>()",
        ] {
            let text = format!("fn f() {{ x{} }}", link.repeat(7_000));
            assert!(!check(&text).is_empty(), "{link}");
        }
    }
}
