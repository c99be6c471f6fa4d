//! What comments cover, on facts made by hand from marked text.

use jiff::civil::date;

use super::*;
use crate::facts::body::{Block, BlockKind, Expr, ExprId, LetStmt, Literal, MethodCall, Pat, Stmt};
use crate::facts::item::{FnItem, Generics, Item, ItemKind, ModItem, Visibility};
use crate::facts::{Body, BodyId, Comment, LazyBody, TypeRef};
use crate::source::{Name, SourceMap};

const KNOWN: KnownNames<'static> = KnownNames {
    lints: &["missing-authentication", "plain-http-client"],
    categories: &["authentication"],
    aliases: &[("missing-auth", "missing-authentication")],
};

fn at(text: &str, part: &str) -> TextRange {
    let start = text
        .find(part)
        .unwrap_or_else(|| panic!("`{part}` in {text}"));
    TextRange::new(start as u32, (start + part.len()) as u32)
}

/// All comments of the text that speak to us; the real scanner knows strings, too.
fn comments(text: &str) -> Vec<Comment> {
    text.match_indices("// moat:")
        .map(|(start, _)| {
            let end = text[start..]
                .find(['\n', '\r'])
                .map_or(text.len(), |it| start + it);
            let before = &text[..start];
            let line = before.rsplit('\n').next().unwrap_or("");
            Comment {
                range: TextRange::new(start as u32, end as u32),
                text: text[start + "// moat:".len()..end].trim().to_owned(),
                trailing: !line.trim().is_empty(),
                at_top: before
                    .lines()
                    .all(|it| it.trim().is_empty() || it.starts_with("//") || it.starts_with("#!")),
            }
        })
        .collect()
}

fn item(text: &str, whole: &str, keyword: &str, name: &str, kind: ItemKind) -> Item {
    let range = at(text, whole);
    let inside = |part: &str| {
        let found = at(&text[range.start as usize..], part);
        TextRange::new(found.start + range.start, found.end + range.start)
    };
    Item {
        name: Name::new(name),
        name_range: inside(name),
        range,
        keyword: inside(keyword),
        visibility: Visibility::Public,
        attrs: Vec::new(),
        cfg: None,
        kind,
    }
}

fn function(body: Option<BodyId>) -> ItemKind {
    ItemKind::Fn(FnItem {
        is_async: false,
        generics: Generics::default(),
        self_param: None,
        params: Vec::new(),
        ret: TypeRef::Tuple(Vec::new()),
        body,
    })
}

/// For each place of the text: is a finding that starts there suppressed by the comment?
fn check(text: &str, facts: &FileFacts, covered: &[&str], free: &[&str]) {
    let mut sources = SourceMap::default();
    let file = sources.add("src/lib.rs", text);
    let found = collect(file, text, facts, &KNOWN, date(2026, 11, 23));
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let suppressed = |place: &str| {
        let primary = Label::new(at(text, place).in_file(file), "");
        let lint = engine::EngineLint {
            id: "missing-authentication",
            ..engine::UNUSED_ALLOW
        };
        let diagnostic = Diagnostic::new(&lint.meta(), "t", primary, "");
        found.allows.iter().any(|it| it.covers(&diagnostic))
    };
    for place in covered {
        assert!(suppressed(place), "`{place}` is not covered in\n{text}");
    }
    for place in free {
        assert!(!suppressed(place), "`{place}` is covered in\n{text}");
    }
}

const ALLOW: &str = "// moat: allow(missing-auth, reason = \"x\")";

#[test]
fn a_trailing_comment_covers_its_line() {
    let text = format!("fn a() {{\n  one(); {ALLOW}\n  two();\n}}");
    let facts = FileFacts {
        comments: comments(&text),
        ..FileFacts::default()
    };
    check(&text, &facts, &["one"], &["fn a", "two"]);
    let text = format!("fn last() {{}} {ALLOW}");
    let facts = FileFacts {
        comments: comments(&text),
        ..FileFacts::default()
    };
    check(&text, &facts, &["last"], &[]);
}

#[test]
fn a_comment_at_the_top_covers_the_file() {
    for (rest, whole_file) in [
        ("\n\nfn here() {}\nfn there() {}", true),
        ("\r\n\r\nfn here() {}\r\nfn there() {}", true),
        ("\n// and more\n\nfn here() {}\nfn there() {}", true),
        ("\n#![deny(x)]\nfn here() {}\nfn there() {}", true),
        ("\n//! docs\nfn here() {}\nfn there() {}", true),
        ("\nuse x::here;\nfn there() {}", true),
        ("\npub(crate) use x::here;\nfn there() {}", true),
        ("\nextern crate here;\nfn there() {}", true),
        ("\npub mod here;\nfn there() {}", true),
        ("\nfn here() {}\nfn there() {}", false),
        ("\n/// docs\nfn here() {}\nfn there() {}", false),
        ("\nmod here { fn x() {} }\nfn there() {}", false),
        ("\npub fn here() {}\nfn there() {}", false),
        ("\nuseless!(here);\nfn there() {}", false),
        ("\nextern \"C\" fn here() {}\nfn there() {}", false),
    ] {
        let text = format!("// licence\n{ALLOW}{rest}");
        let facts = FileFacts {
            comments: comments(&text),
            ..FileFacts::default()
        };
        let there: &[&str] = &["there"];
        let (covered, free) = if whole_file {
            (there, &[][..])
        } else {
            (&[][..], there)
        };
        check(&text, &facts, covered, free);
        check(&text, &facts, &["here"], &[]);
    }
    // The same further down is no top.
    let text = format!("fn before() {{}}\n{ALLOW}\n\nfn here() {{}}\nfn there() {{}}");
    let facts = FileFacts {
        comments: comments(&text),
        ..FileFacts::default()
    };
    check(&text, &facts, &["here"], &["there", "before"]);
}

#[test]
fn a_comment_above_an_item_covers_the_item() {
    for attributes in [
        "{}\n#[get(\"/]\")]\n",
        "{}\n/// docs\n",
        "#[get(\"/x\")]\n{}\n",
        "#[a]\n{}\n#[b]\n",
    ] {
        let attributes = attributes.replace("{}", ALLOW);
        let text = format!(
            "fn first() {{}}\n{attributes}pub fn here() {{\n  inside()\n}}\nfn there() {{}}"
        );
        let whole = text[text.find('\n').unwrap() + 1..text.find("\nfn there").unwrap()].to_owned();
        // The item starts with its first attribute.
        let whole = whole.strip_prefix(&format!("{ALLOW}\n")).unwrap_or(&whole);
        let facts = FileFacts {
            comments: comments(&text),
            items: vec![
                item(&text, "fn first() {}", "fn", "first", function(None)),
                item(&text, whole, "fn", "here", function(None)),
                item(&text, "fn there() {}", "fn", "there", function(None)),
            ],
            ..FileFacts::default()
        };
        check(&text, &facts, &["here", "inside"], &["first", "there"]);
    }
    let text = format!(
        "fn a() {{}}\nmod m {{\n  {ALLOW}\n  fn here() {{\n inside }}\n  fn there() {{}}\n}}"
    );
    let whole = text[text.find("mod").unwrap()..].to_owned();
    let inner = vec![
        item(
            &text,
            "fn here() {\n inside }",
            "fn",
            "here",
            function(None),
        ),
        item(&text, "fn there() {}", "fn", "there", function(None)),
    ];
    let module = ItemKind::Mod(ModItem {
        items: Some(inner),
        path: None,
    });
    let facts = FileFacts {
        comments: comments(&text),
        items: vec![item(&text, &whole, "mod", "m", module)],
        ..FileFacts::default()
    };
    check(&text, &facts, &["here", "inside"], &["mod", "there"]);
}

/// `fn f() { let app = Router::new().route(..).route(..); tail() }`, with a comment somewhere.
fn chain(text: &str) -> FileFacts {
    let start = at(text, "{").start;
    let mut body = Body::new(TextRange::new(start, text.len() as u32));
    let receiver = at(text, "Router::new()");
    let mut last = body.push_expr(Expr::Literal(Literal::Float), receiver);
    for link in ["first(\n  a)", "second(b)"] {
        let range = at(text, link);
        let name = Name::new(&link[..link.find('(').unwrap()]);
        let call = MethodCall {
            receiver: last,
            name,
            name_range: TextRange::new(range.start, range.start + name.as_str().len() as u32),
            generics: Box::default(),
            args: Box::default(),
        };
        last = body.push_expr(Expr::MethodCall(Box::new(call)), receiver.cover(range));
    }
    let pat = body.push_pat(Pat::Wild, at(text, "app"));
    let tail = body.push_expr(Expr::Literal(Literal::Float), at(text, "tail()"));
    let stmt = LetStmt {
        pat,
        ty: None,
        init: Some(last),
        diverge: None,
    };
    let block = Block {
        kind: BlockKind::Plain,
        label: None,
        stmts: vec![Stmt::Let(Box::new(stmt))],
        tail: Some(tail),
        cfgs: Box::default(),
    };
    let range = body.range;
    body.root = body.push_expr(Expr::Block(Box::new(block)), range);
    assert_eq!(body.root, ExprId(4));
    FileFacts {
        comments: comments(text),
        items: vec![item(text, text, "fn", "f", function(Some(BodyId(0))))],
        bodies: vec![LazyBody::ready(body)],
        ..FileFacts::default()
    }
}

#[test]
fn a_comment_in_a_body_covers_statement_or_link() {
    let text = |before_let: &str, first: &str, second: &str, tail: &str, end: &str| {
        format!(
            "fn f() {{\n{before_let}let app = Router::new()\n{first}.first(\n  a)\n{second}.second(b);\n{tail}tail()\n{end}}}"
        )
    };
    let line = format!("{ALLOW}\n");
    let all = [
        "let", "app", "Router", "first", "a)", "second", "b)", "tail()",
    ];
    for (text, covered) in [
        (
            text(&line, "", "", "", ""),
            &["let", "app", "Router", "first", "a)", "second", "b)"][..],
        ),
        (text("", &line, "", "", ""), &["first", "a)"]),
        (text("", "", &line, "", ""), &["second", "b)"]),
        (text("", "", "", &line, ""), &["tail()"]),
        (text("", "", "", "", &line), &[]),
    ] {
        let free: Vec<&str> = all
            .iter()
            .copied()
            .filter(|it| !covered.contains(it))
            .collect();
        check(&text, &chain(&text), covered, &free);
    }
}

#[test]
fn without_a_construct_the_next_line_is_covered() {
    let text = format!("routes![\n  {ALLOW}\n  one, two,\n  three]");
    let facts = FileFacts {
        comments: comments(&text),
        ..FileFacts::default()
    };
    check(&text, &facts, &["one", "two"], &["routes", "three"]);
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn what_does_not_work_is_a_finding() {
    for (comment, lint, place, title, help) in [
        ("allow(missing-auth)", "allow-without-reason", "// moat: allow(missing-auth)", "suppression of `missing-auth` gives no reason", "reason = \"..\""),
        ("allow(nope, reason = \"x\")", "unknown-lint", "nope", "unknown lint `nope`", "cargo moat lints"),
        ("allow(plain-http, reason = \"x\")", "unknown-lint", "plain-http", "unknown lint `plain-http`", "did you mean `plain-http-client`?"),
        ("allow(authentication, reason = \"x\")", "unknown-lint", "authentication", "unknown lint", "is a category"),
        ("allow(all, reason = \"x\")", "unknown-lint", "all", "unknown lint", "is a category"),
        ("alow(missing-auth)", "malformed-allow", "alow", "`alow` is no instruction", "did you mean `allow`?"),
        ("allow(missing-auth, reason = \"x\") y", "malformed-allow", "y", "text after", ""),
        ("allow(missing-auth, reason = \"x\", until = \"2026-11-22\")", "expired-exception", "\"2026-11-22\"", "has expired", ""),
    ] {
        let text = format!("fn a() {{}}\n// moat: {comment}\nfn b() {{}}");
        let facts = FileFacts {
            comments: comments(&text),
            ..FileFacts::default()
        };
        let mut sources = SourceMap::default();
        let file = sources.add("a.rs", text.as_str());
        let found = collect(file, &text, &facts, &KNOWN, date(2026, 11, 23));
        let [finding] = found.findings.as_slice() else {
            panic!("{comment}: {:?}", found.findings)
        };
        assert_eq!(finding.lint, lint, "{comment}");
        let shown = sources.slice(finding.primary.span);
        if place == "all" {
            assert_eq!(shown, "all");
        } else {
            assert!(shown.starts_with(place), "{comment}: {shown}");
        }
        assert!(
            finding.title.contains(title),
            "{comment}: {}",
            finding.title
        );
        assert!(
            finding.help.as_deref().unwrap_or("").contains(help),
            "{comment}: {:?}",
            finding.help
        );
        assert!(found.allows.is_empty(), "{comment}");
    }
    // The last day still counts, and an unknown neighbour does not take a known lint with it.
    let text = "fn a() {}\n// moat: allow(nope, missing-auth, reason = \"x\", until = \"2026-11-23\")\nfn b() {}";
    let facts = FileFacts {
        comments: comments(text),
        ..FileFacts::default()
    };
    let mut sources = SourceMap::default();
    let found = collect(
        sources.add("a.rs", text),
        text,
        &facts,
        &KNOWN,
        date(2026, 11, 23),
    );
    assert_eq!((found.findings.len(), found.allows.len()), (1, 1));
}

#[test]
fn removing_a_comment_leaves_no_hole() {
    for (text, expected) in [
        (
            "fn a() {\n    // moat: x\n    b();\n}",
            "fn a() {\n    b();\n}",
        ),
        (
            "fn a() {\r\n    // moat: x\r\n    b();\r\n}",
            "fn a() {\r\n    b();\r\n}",
        ),
        ("b(); // moat: x\nc();", "b();\nc();"),
        ("b(); // moat: x", "b(); "),
        ("// moat: x\nc();", "c();"),
    ] {
        let mut sources = SourceMap::default();
        let start = text.find("//").unwrap();
        let end = text[start..]
            .find(['\r', '\n'])
            .map_or(text.len(), |it| start + it);
        let file = sources.add("a.rs", text);
        let span = with_its_line(Span::new(file, start as u32, end as u32), text);
        let mut out = text.to_owned();
        out.replace_range(span.range.start as usize..span.range.end as usize, "");
        assert_eq!(out, expected);
    }
}
