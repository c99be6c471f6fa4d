//! Whole files in, facts out.

use super::*;

fn slice(text: &str, range: TextRange) -> &str {
    &text[range.start as usize..range.end as usize]
}

/// That of a thread that nobody configured. Frames of unoptimised code are several times as large.
const SMALL_STACK: usize = if cfg!(debug_assertions) {
    4 << 20
} else {
    2 << 20
};

fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(SMALL_STACK)
        .spawn(test)
        .unwrap();
    thread.join().unwrap();
}

/// All that is wrong with a file, its bodies read.
fn problems(facts: &FileFacts) -> Vec<String> {
    let of_bodies = facts.bodies.iter().filter_map(|body| {
        let _: &Body = body;
        body.problem.as_deref()
    });
    let all = facts.problems.iter().chain(of_bodies);
    all.map(|it| it.message.clone()).collect()
}

/// Ways to nest: what opens, what closes.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("{ x; ", "}"),
    ("f(", ")"),
    ("x.f(", ")"),
    ("x.f(|x| ", ")"),
    ("S { a: ", "}"),
    ("if x {", "}"),
    ("if ", " {}"),
    ("match x { y => ", "}"),
    ("match ", " {}"),
    ("loop {", "}"),
    ("async move {", "}"),
    ("unsafe {", "}"),
    ("{ let x = ", "; }"),
    ("{ fn f() {", "} }"),
    ("vec![", "]"),
    ("format!(\"{}\", ", ")"),
    ("json!({\"a\": ", "})"),
    ("select! { x = ", " => {} }"),
    ("x as A<{", "}>"),
    ("(x + ", ")"),
    ("&", ""),
    ("&mut ", ""),
    ("!", ""),
    ("-", ""),
    ("*", ""),
    ("|x| ", ""),
    ("|x, y| ", ""),
    ("move || ", ""),
    ("async move || ", ""),
    ("x = ", ""),
    ("x += ", ""),
    ("return ", ""),
    ("break 'a ", ""),
    ("x[", "]"),
    ("x + y * z == w && v || ", ""),
    ("f::<A, B>(", ")"),
    ("|_: A<B, C>| ", ""),
    ("x = {} = ", ""),
];

const TYPE_NESTS: &[(&str, &str)] = &[
    ("A<", ">"),
    ("A<B, ", ">"),
    ("A<B = ", ">"),
    ("<A as B<", ">>::C"),
    ("<", " as A>::B"),
    ("&", ""),
    ("&'a mut ", ""),
    ("*const ", ""),
    ("(", ",)"),
    ("(", ")"),
    ("[", "]"),
    ("[", "; 1]"),
    ("fn(", ")"),
    ("fn() -> ", ""),
    ("impl Fn() -> ", ""),
    ("impl Fn(", ")"),
    ("Box<dyn Fn(", ")>"),
    ("A<{1}, ", ">"),
    ("A<B: C<", ">>"),
];

const PAT_NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("(", ",)"),
    ("[", "]"),
    ("A(", ")"),
    ("A { b: ", "}"),
    ("&", ""),
    ("a @ ", ""),
    ("A | B | (", ")"),
];

const ITEM_NESTS: &[(&str, &str)] = &[
    ("mod m {", "}"),
    ("impl X { fn f() {", "} }"),
    ("trait X { fn f() {", "} }"),
    ("fn f() {", "}"),
    ("const X: u8 = {", "; 1 };"),
    ("use a::{", "};"),
    ("use a::b::c::", "d;"),
    ("#[a(", ")] fn f() {}"),
    ("#[cfg(not(", "))] fn f() {}"),
    ("m! {", "}"),
];

/// Every way to nest, `count` times over, in every place.
fn nested(count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    let mut add = |before: &str, (open, close): &(&str, &str), middle: &str, after: &str| {
        let (opens, closes) = (open.repeat(count), close.repeat(count));
        texts.push(format!("{before}{opens}{middle}{closes}{after}"));
        // One that does not parse in the end: its unfinished tree is dropped.
        texts
            .push(format!("{before}{opens}{middle} ) {closes}{after}").replace(" ) ", " ? ? = ; "));
    };
    for nest in NESTS {
        add("fn f() { ", nest, "x", " }");
        add("fn f() { let y = ", nest, "x", "; }");
        add("const X: u8 = ", nest, "x", ";");
        add("fn f() { m!(", nest, "x", "); }");
        add("m! { ", nest, "x", " }");
        add("impl X { const X: u8 = ", nest, "x", "; }");
        add("enum X { A = ", nest, "x", " }");
    }
    for nest in TYPE_NESTS {
        add("fn f(x: ", nest, "X", ") {}");
        add("fn f() -> ", nest, "X", " {}");
        add("struct X { x: ", nest, "X", " }");
        add("type X = ", nest, "X", ";");
        add("impl A for ", nest, "X", " {}");
        add("fn f() { let x: ", nest, "X", " = x as u8; }");
        add("fn f() { x::<", nest, "X", ">() }");
    }
    for nest in PAT_NESTS {
        add("fn f() { let ", nest, "x", " = x; }");
        add("fn f() { match x { ", nest, "x", " => x } }");
        add("fn f(", nest, "x", ": X) {}");
        add("fn f() { |", nest, "x", "| x }");
    }
    for nest in ITEM_NESTS {
        add("", nest, "", "");
    }
    texts
}

#[test]
fn the_deepest_that_is_read_fits_on_a_small_stack() {
    on_small_stack(|| {
        let (mut read, mut refused) = (0, 0);
        for count in [
            10, 20, 30, 40, 42, 50, 60, 62, 70, 80, 100, 110, 120, 124, 126,
        ] {
            for text in nested(count) {
                if depth::check(&text).is_empty() {
                    read += 1
                } else {
                    refused += 1
                }
                if std::env::var("TRACE").is_ok() {
                    eprintln!("{count} {}", &text[..text.len().min(60)]);
                }
                extract(&text);
            }
        }
        println!("{read} {refused}");
        assert!(
            read > 1_000 && refused > 100,
            "{read} read, {refused} refused"
        );
    });
}

#[test]
fn absurd_nesting_costs_only_its_body() {
    on_small_stack(|| {
        for text in nested(5_000) {
            let text = format!("fn before() {{}}\n{text}\nfn after() {{}}");
            if std::env::var("TRACE").is_ok() {
                eprintln!("{}", &text[..text.len().min(60)]);
            }
            assert!(!problems(&extract(&text)).is_empty(), "{}", &text[..80]);
        }
    });
}

#[test]
fn long_chains_are_read_on_a_small_stack() {
    on_small_stack(|| {
        let links = [
            ".a()",
            ".a",
            "?",
            "()",
            "[0]",
            " + x",
            ".await",
            " as u8",
            " && x",
            ".a(|x| x)",
        ];
        for link in links {
            let text = format!("fn f() {{ x{} }}", link.repeat(4_000));
            let facts = extract(&text);
            assert_eq!(problems(&facts), Vec::<String>::new(), "{link}");
            assert!(facts.bodies[0].expr_count() > 4_000, "{link}");
            let broken = format!("fn f() {{ x{} = ; }}", link.repeat(5_900));
            if std::env::var("TRACE").is_ok() {
                eprintln!("{}", &broken[..broken.len().min(60)]);
            }
            assert_eq!(problems(&extract(&broken)).len(), 1, "{link}");
        }
        let branches = "if a {} else ".repeat(3_000);
        let found = |text: &str| problems(&extract(text)).len();
        assert_eq!(found(&format!("fn f() {{ {branches} {{}} }}")), 0);
        assert_eq!(found(&format!("fn f() {{ {branches} + }}")), 1);
        let sum = "a + ".repeat(10_000);
        assert_eq!(
            extract(&format!("fn f() {{ {sum} a }} fn g() {{}}"))
                .items
                .len(),
            2
        );
    });
}

#[test]
fn columns_of_wide_characters_are_not_bytes() {
    let text = "fn f() {\n    let größe = \"日本\"; g(größe, x);\n    /* é */ h(y)\n}\n";
    let facts = extract(text);
    let body = &facts.bodies[0];
    let calls = body
        .exprs()
        .filter(|(_, expr)| matches!(expr, Expr::Call { .. }));
    let texts: Vec<&str> = calls
        .map(|(id, _)| slice(text, body.expr_range(id)))
        .collect();
    assert_eq!(texts, ["g(größe, x)", "h(y)"]);
    assert_eq!(slice(text, facts.items[0].range), text.trim_end());
}

#[test]
fn shells_of_tests_have_no_bodies() {
    let text = "fn f() {}
        #[tokio::test] async fn t() { a() }
        #[cfg(test)] mod tests { fn helper() { a() } impl X { fn m() {} } const C: u8 = 1; }
        #[cfg(all(test, unix))] impl Y { fn m() {} }
        #[cfg(any(test, unix))] fn g() {}
        mod inner { #[test] fn t() {} fn h() {} }";
    let broken = format!("{text} fn {{ }} #[cfg(test)] mod broken {{ fn {{ }} fn helper() {{}} }}");
    let bodies = |text: &str, tests| extract_with(&text.into(), tests).bodies.len();
    // f, g, h.
    assert_eq!(bodies(text, Tests::Shells), 3);
    assert_eq!(bodies(text, Tests::Whole), 9);
    // Read item by item.
    assert_eq!(bodies(&broken, Tests::Shells), 3);
    assert_eq!(bodies(&broken, Tests::Whole), 10);
    let whole = extract(text);
    let shells = extract_with(&text.into(), Tests::Shells);
    let names = |facts: &FileFacts| facts.items.iter().map(|it| it.name).collect::<Vec<_>>();
    assert_eq!(names(&whole), names(&shells));
}

/// Read at once or lazily, the facts are the same.
fn assert_same_both_ways(text: &str, what: &str) {
    let text: Arc<str> = text.into();
    for tests in [Tests::Whole, Tests::Shells] {
        let lazily = extract_with(&text, tests);
        let at_once = shell::extract_at_once(&text, tests);
        assert!(
            at_once.problems.is_empty(),
            "{what}: {:?}",
            at_once.problems
        );
        let json = |facts: &FileFacts| serde_json::to_value(facts).unwrap();
        let (lazily, at_once) = (json(&lazily), json(&at_once));
        if lazily != at_once {
            let lines = |it: &serde_json::Value| serde_json::to_string_pretty(it).unwrap();
            let (lazily, at_once) = (lines(&lazily), lines(&at_once));
            let mut pairs = lazily.lines().zip(at_once.lines());
            let at = pairs.position(|(a, b)| a != b).unwrap_or_default();
            let part = |of: &str| {
                of.lines()
                    .skip(at.saturating_sub(12))
                    .take(24)
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            panic!(
                "{what}: lazily\n{}\nat once\n{}",
                part(&lazily),
                part(&at_once)
            );
        }
    }
}

#[test]
fn bodies_read_later_are_the_same() {
    for text in [
        "\u{feff}#!/bin/sh\n#![allow(x)]\n//! é\nfn f(a: u8, mut b: u8, C { d, .. }: C, &e: &u8, /* : */ (g, _): (u8, u8)) { a }",
        "const A: &str = \"é{\"; // é\nfn ü(é: &str) -> &str { \"ü\"; é } static mut B: [u8; { 2 }] = [1; { 2 }];",
        "impl<T> A<T> for B { const C: u8 = { 1 }; type D = u8; fn f(self: Box<Self>, #[x] y: u8) where T: E { fn g() { use a; } g() } }",
        "mod a { #![b] trait C { const D: u8; fn e(&self) {} } #[cfg(test)] mod f { #![c] fn g() {} } #[test] fn h() {} }",
        "pub const fn f() -> impl Fn(u8) -> u8 { |x| x } macro_rules! m { ($a:ident) => { fn $a() { b } } } m! { fn c() {} }",
        "async fn f() { select! { a = b => { c }, _ = d => {} } } extern \"C\" { fn g(); static H: u8; } unsafe fn i() {}",
    ] {
        assert_same_both_ways(text, text);
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for part in ["src", "tests", "ui-tests", "benches"]
        .iter()
        .map(|it| root.join(it))
    {
        let files = walkdir::WalkDir::new(part)
            .into_iter()
            .filter_map(Result::ok);
        for file in files.filter(|it| it.path().extension().is_some_and(|it| it == "rs")) {
            let text = std::fs::read_to_string(file.path()).unwrap();
            if shell::extract_at_once(&text, Tests::Whole)
                .problems
                .is_empty()
            {
                assert_same_both_ways(&text, &file.path().display().to_string());
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count} files");
}

#[test]
fn parameters_say_which_variable_they_bind() {
    let facts = extract("fn f(a: A, State(b): B, Some(Some(c)): C, (d, e): D, _: E, f @ 1: u8) {}");
    let ItemKind::Fn(f) = &facts.items[0].kind else {
        panic!("a function")
    };
    let binds = f
        .params
        .iter()
        .map(|it| it.binds.map(|name| name.to_string()));
    let binds: Vec<_> = binds.map(Option::unwrap_or_default).collect();
    assert_eq!(binds, ["a", "b", "c", "", "", "f"]);
}
