//! Each case is a macro, a call, and the text it stands for.

use syn::parse::{ParseStream, Parser};

use super::*;

mod limits;

#[track_caller]
fn expand(rules: &str, call: &str) -> Expansion {
    match transcribe(rules, call, None, Limits::default()) {
        Ok(expansion) => expansion,
        Err(error) => panic!("{rules} with {call}: {error}"),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str, &str)]) {
    for (rules, call, expected) in cases {
        let expansion = expand(rules, call);
        assert_eq!(expansion.text, *expected, "{rules} with {call}");
        assert!(parses(&expansion.text), "no Rust: {}", expansion.text);
        check_origins(&expansion, rules, call);
    }
}

fn parses(text: &str) -> bool {
    let statements = |input: ParseStream| syn::Block::parse_within(input);
    syn::parse_str::<syn::File>(text).is_ok()
        || statements.parse_str(text).is_ok()
        || syn::parse_str::<syn::Type>(text).is_ok()
        || syn::Pat::parse_multi.parse_str(text).is_ok()
}

/// Pieces are sorted and apart, and each is the text of its origin unless it was made up.
#[track_caller]
fn check_origins(expansion: &Expansion, rules: &str, call: &str) {
    let mut end = 0;
    for piece in &expansion.pieces {
        assert!(end <= piece.start && piece.start < piece.end, "{piece:?}");
        assert!(
            expansion.text[end as usize..piece.start as usize]
                .trim()
                .is_empty()
        );
        end = piece.end;
        let text = &expansion.text[piece.start as usize..piece.end as usize];
        let origin = match piece.origin {
            Origin::Call(range) => &call[range.start as usize..range.end as usize],
            Origin::Rules(range) => &rules[range.start as usize..range.end as usize],
        };
        let made_up =
            origin.is_empty() || origin.starts_with('$') || origin.starts_with('/') || text == "::";
        assert!(made_up || origin == text, "{text:?} is not {origin:?}");
    }
    assert_eq!(end as usize, expansion.text.len());
}

#[test]
fn repetitions() {
    check(&[
        (
            "($($x:expr),* $(,)?) => {{ let mut v = Vec::new(); $(v.push($x);)* v }}",
            "1, a + b, f(x)?,",
            "{let mut v = Vec :: new () ; v . push (1) ; v . push (a + b) ; v . push (f (x) ?) ; v}",
        ),
        ("($($x:expr),*) => { [$($x),*] }", "", "[]"),
        (
            "($first:expr $(, $rest:expr)* $(,)?) => { f($first) $(+ f($rest))* }",
            "a, b * 2, c",
            "f (a) + f (b * 2) + f (c)",
        ),
        (
            "($($k:expr => $v:expr),* $(,)?) => {{ let mut m = HashMap::new(); $(m.insert($k, $v);)* m }}",
            r#""a" => 1, "b" => x + 1,"#,
            r#"{let mut m = HashMap :: new () ; m . insert ("a" , 1) ; m . insert ("b" , x + 1) ; m}"#,
        ),
        (
            "($elem:expr; $n:expr) => { from_elem($elem, $n) }; ($($x:expr),+ $(,)?) => { into_vec([$($x),+]) }",
            "0u8; 4 * 2",
            "from_elem (0u8 , 4 * 2)",
        ),
        (
            "($elem:expr; $n:expr) => { from_elem($elem, $n) }; ($($x:expr),+ $(,)?) => { into_vec([$($x),+]) }",
            "1, 2,",
            "into_vec ([1 , 2])",
        ),
        (
            "($($name:ident { $($field:ident : $t:ty),* $(,)? })*) => { $(struct $name { $(pub $field: $t),* })* }",
            "A { a: u8, b: Vec<(A, B)>, } B {}",
            "struct A {pub a : u8 , pub b : Vec < (A , B) >} struct B {}",
        ),
        (
            "($($a:ident),*; $($b:expr),*) => { $(let $a = $b;)* }",
            "x, y; 1, 2 + 3",
            "let x = 1 ; let y = 2 + 3 ;",
        ),
        (
            "($($outer:ident : [$($inner:expr),*]);*) => { $($(call($outer, $inner);)*)* }",
            "a: [1, 2]; b: []; c: [3]",
            "call (a , 1) ; call (a , 2) ; call (c , 3) ;",
        ),
        (
            "($($x:ident)||*) => { $($x)||* }",
            "a || b || c",
            "a || b || c",
        ),
        (
            "($x:ident $(: $t:ty)? $(= $d:expr)?) => { let $x $(: $t)? $(= $d)?; }",
            "x: u8 = 1",
            "let x : u8 = 1 ;",
        ),
        (
            "($x:ident $(: $t:ty)? $(= $d:expr)?) => { let $x $(: $t)? $(= $d)?; }",
            "x",
            "let x ;",
        ),
        (
            "($($t:tt)*) => { $($t)* }",
            "fn f<'a>(x: &'a str, y: &mut u8) -> Option<&'a u8> { x..=y; a && b <<= c }",
            "fn f < 'a > (x : &'a str , y : & mut u8) -> Option < & 'a u8 > {x ..= y ; a && b <<= c}",
        ),
        ("(a $(b)+ c) => { ok() }", "a b b b c", "ok ()"),
    ]);
}

#[test]
fn fragments() {
    check(&[
        (
            "($a:expr, $b:expr) => { $a * $b }",
            "1 + 2, x.y",
            "(1 + 2) * x . y",
        ),
        (
            "($e:expr) => { -$e }",
            "a.b().c[0]?",
            "- a . b () . c [0] ?",
        ),
        ("($e:expr) => { $e(1) }", "self.f", "(self . f) (1)"),
        (
            "($e:expr) => { if $e { 1 } else { 2 } }",
            "S { a: 1 } == s",
            "if (S {a : 1} == s) {1} else {2}",
        ),
        (
            "($e:expr) => { return Err($e.into()); }",
            "|x| x + 1",
            "return Err ((| x | x + 1) . into ()) ;",
        ),
        (
            "($t:ty) => { $t::new() }",
            "Vec<Vec<u8>>",
            "Vec ::< Vec < u8 >> :: new ()",
        ),
        (
            "($t:ty) => { fn f(x: &$t) -> $t { <$t>::default() } }",
            "dyn A + Send",
            "fn f (x : & (dyn A + Send)) -> dyn A + Send {< dyn A + Send >:: default ()}",
        ),
        (
            "($p:path) => { $p { a: 1 } }",
            "a::B<C>",
            "a :: B ::< C > {a : 1}",
        ),
        (
            "($p:path, $x:expr) => { $p($x) }",
            "Self::Variant, 1",
            "Self :: Variant (1)",
        ),
        (
            "($p:pat) => { let Ok($p) = x; }",
            "A | B",
            "let Ok (A | B) = x ;",
        ),
        (
            "($p:pat => $e:expr) => { match x { $p if y => $e, _ => 0 } }",
            "Some(1..=5) | None => { 1 }",
            "match x {Some (1 ..= 5) | None if y => {1} , _ => 0}",
        ),
        (
            "($($p:pat_param)|+) => { matches!(x, $($p)|+) }",
            "A(..) | B { a, .. } | 'a'..='z'",
            "matches ! (x , A (..) | B {a , ..} | 'a' ..='z')",
        ),
        (
            "($l:lifetime, $b:block) => { $l: loop $b }",
            "'outer, { break 'outer; }",
            "'outer : loop {break 'outer ;}",
        ),
        (
            "($l:literal) => { const X: i32 = $l; }",
            "-1",
            "const X : i32 = - 1 ;",
        ),
        (
            "($($s:stmt)*) => { { $($s)* } }",
            "let x: u8 = 1; f(x); if a { b }",
            "{let x : u8 = 1 ; f (x) ; if a {b}}",
        ),
        (
            "($i:item) => { #[cfg(a)] $i }",
            "pub fn f() -> u8 { 1 }",
            "# [cfg (a)] pub fn f () -> u8 {1}",
        ),
        (
            "($($i:item)*) => { $(#[cfg(a)] $i)* }",
            "use a::{b, c}; struct A; impl A { const B: u8 = 1; } const C: S = S { a: 1 };",
            "# [cfg (a)] use a :: {b , c} ; # [cfg (a)] struct A ; # [cfg (a)] impl A {const B : u8 = 1 ;} # [cfg (a)] const C : S = S {a : 1} ;",
        ),
        (
            "($(#[$m:meta])* $v:vis fn $n:ident) => { $(#[$m])* $v fn $n() {} }",
            r#"#[a] #[b = "c"] #[d(e, f)] pub(in a::b) fn g"#,
            r#"# [a] # [b = "c"] # [d (e , f)] pub (in a :: b) fn g () {}"#,
        ),
        (
            "($v:vis $n:ident) => { $v const $n: u8 = 1; }",
            "A",
            "const A : u8 = 1 ;",
        ),
        (
            "($v:vis $n:ident : $t:ty) => { $v static $n: $t = 1; }",
            "pub(crate) A: u8",
            "pub (crate) static A : u8 = 1 ;",
        ),
        (
            "($(#[$m:meta])* $n:ident) => { $(#[$m])* struct $n; }",
            "/// Says \"hi\".\nA",
            r#"# [doc = " Says \"hi\"."] struct A ;"#,
        ),
        (
            "($a:tt $op:tt $b:tt) => { $a $op $b }",
            "x ..= y",
            "x ..= y",
        ),
        ("($e:expr_2021) => { f($e) }", "a as u8", "f (a as u8)"),
    ]);
}

#[test]
fn idioms() {
    check(&[
        (
            "($msg:literal $(,)?) => { return Err(anyhow!($msg)) }; ($fmt:expr, $($arg:tt)*) => { return Err(anyhow!($fmt, $($arg)*)) }",
            r#""no {}", user.name"#,
            r#"return Err (anyhow ! ("no {}" , user . name))"#,
        ),
        (
            "($cond:expr, $err:expr $(,)?) => { if !$cond { return Err($err); } }",
            "a == b, Error::Denied",
            "if ! (a == b) {return Err (Error :: Denied) ;}",
        ),
        (
            "() => {}; ($k:ident = $v:expr; $($rest:tt)*) => { set(stringify!($k), $v); munch!{ $($rest)* } }",
            "a = 1 + 1; b = 2; c = 3;",
            "set (stringify ! (a) , 1 + 1) ; munch ! {b = 2 ; c = 3 ;}",
        ),
        (
            "(@inner $x:expr) => { $x + 1 }; ($($x:expr),*) => { [$(m!(@inner $x)),*] }",
            "1, a.b()",
            "[m ! (@ inner 1) , m ! (@ inner (a . b ()))]",
        ),
        (
            "(@inner $x:expr) => { $x + 1 }; ($($x:expr),*) => { [$(m!(@inner $x)),*] }",
            "@inner 2",
            "2 + 1",
        ),
        (
            "($callback:ident ! ( $($args:tt)* )) => { $callback!($($args)*) }",
            "other!(a, b => c)",
            "other ! (a , b => c)",
        ),
        (
            "($d:tt $name:ident) => { macro_rules! $name { ($d($d x:expr),*) => { f($d($d x),*) }; } }",
            "$ inner",
            "macro_rules ! inner {($ ($ x : expr) ,*) => {f ($ ($ x) ,*)} ;}",
        ),
        (
            "($name:ident) => { macro_rules! $name { ($x:expr) => { $x } } }",
            "inner",
            "macro_rules ! inner {($ x : expr) => {$ x}}",
        ),
        (
            "($($t:ty => $n:literal),* $(,)?) => { $(impl Name for $t { const NAME: &'static str = $n; fn get(&self) -> &str { Self::NAME } })* }",
            r#"u8 => "u8", Vec<T> => "vec","#,
            r#"impl Name for u8 {const NAME : &'static str = "u8" ; fn get (& self) -> & str {Self :: NAME}} impl Name for Vec ::< T > {const NAME : &'static str = "vec" ; fn get (& self) -> & str {Self :: NAME}}"#,
        ),
        (
            "($vis:vis fn $name:ident($($arg:ident : $t:ty),*) $(-> $r:ty)? $body:block) => { $vis async fn $name($($arg: $t),*) $(-> $r)? $body }",
            "pub fn f(a: u8, b: &str) -> Result<(), E> { g(a)?; Ok(()) }",
            "pub async fn f (a : u8 , b : & str) -> Result < () , E > {g (a) ?; Ok (())}",
        ),
        (
            "($name:ident, $inner:ty) => { #[derive(Clone)] pub struct $name($inner); impl From<$inner> for $name { fn from(x: $inner) -> Self { $name(x) } } }",
            "UserId, Option<Uuid>",
            "# [derive (Clone)] pub struct UserId (Option < Uuid >) ; impl From < Option < Uuid > > for UserId {fn from (x : Option < Uuid >) -> Self {UserId (x)}}",
        ),
        (
            "($($variant:ident = $code:expr),+ $(,)?) => { enum E { $($variant),+ } impl E { fn code(&self) -> u16 { match self { $(E::$variant => $code),+ } } } }",
            "A = 400, B = base() + 1,",
            "enum E {A , B} impl E {fn code (& self) -> u16 {match self {E :: A => 400 , E :: B => base () + 1}}}",
        ),
        (
            "($name:ident: $($p:pat => $e:expr),+ $(,)?) => { match $name { $($p => $e,)+ } }",
            "x: Some(y) => y + 1, None => return",
            "match x {Some (y) => y + 1 , None => return ,}",
        ),
        (
            "($app:expr, $($path:literal => $method:ident($handler:path)),* $(,)?) => { $app$(.route($path, $method($handler)))* }",
            r#"Router::new(), "/a" => get(a::b), "/c/{id}" => delete(c),"#,
            r#"Router :: new () . route ("/a" , get (a :: b)) . route ("/c/{id}" , delete (c))"#,
        ),
        (
            "($app:expr; $($(#[$m:meta])* $path:expr => $handler:expr),*) => { $($app = $app.route($path, get($handler));)* }",
            r#"app; "/a" => |x| async move { x }, concat!("/", "b") => h"#,
            r#"app = app . route ("/a" , get (| x | async move {x})) ; app = app . route (concat ! ("/" , "b") , get (h)) ;"#,
        ),
        (
            "($name:ident, $role:ident) => { pub struct $name(pub Claims); impl FromRequestParts<S> for $name { async fn from_request_parts(p: &mut Parts, s: &S) -> Result<Self, E> { let c = claims(p).await?; if !c.roles.contains(&Role::$role) { return Err(E::Forbidden); } Ok($name(c)) } } }",
            "AdminUser, Admin",
            "pub struct AdminUser (pub Claims) ; impl FromRequestParts < S > for AdminUser {async fn from_request_parts (p : & mut Parts , s : & S) -> Result < Self , E > {let c = claims (p) . await ?; if ! c . roles . contains (& Role :: Admin) {return Err (E :: Forbidden) ;} Ok (AdminUser (c))}}",
        ),
        (
            "($($name:ident = $value:expr;)*) => { $(pub const $name: &str = $value;)* }",
            r#"A = "/a"; B = concat!("/a", "/b");"#,
            r#"pub const A : & str = "/a" ; pub const B : & str = concat ! ("/a" , "/b") ;"#,
        ),
        (
            "($base:literal, $p:literal) => { concat!($base, $p) }",
            r#""/api", "/users""#,
            r#"concat ! ("/api" , "/users")"#,
        ),
        (
            "($o:expr, $f:expr) => { $o.map($f).unwrap_or_else(|e| e) }",
            "x.y(), |a| a + 1",
            "x . y () . map (| a | a + 1) . unwrap_or_else (| e | e)",
        ),
        (
            "($($h:ident),*) => { routes![$($h),*] }",
            "a, b",
            "routes ! [a , b]",
        ),
        (
            "($h:expr) => { rocket::routes![$h] }",
            "users::get",
            "rocket :: routes ! [users :: get]",
        ),
        (
            "($f:ident) => { pub fn ${concat(set_, $f)}(&mut self, $f: u8) { self.$f = $f; } }",
            "title",
            "pub fn set_title (& mut self , title : u8) {self . title = title ;}",
        ),
        (
            "($t:ty, $($rest:tt)+) => { Box::<$t>::from($($rest)+) }",
            "dyn Fn(A, B) -> C, |a, b| c",
            "Box ::< dyn Fn (A , B) -> C >:: from (| a , b | c)",
        ),
        ("{ $a:ident } => [ $a ]; ( $b:ident ) => ( $b );", "x", "x"),
    ]);
}

#[test]
fn dollar_crate_names_the_defining_crate() {
    let rules = "($x:expr) => { $crate::f($crate::A, $x); use $crate::m; }";
    let text = |name| {
        transcribe(rules, "1", name, Limits::default())
            .unwrap()
            .text
    };
    assert_eq!(text(None), "crate :: f (crate :: A , 1) ; use crate :: m ;");
    assert_eq!(
        text(Some("foo")),
        "::foo :: f (::foo :: A , 1) ; use ::foo :: m ;"
    );
}

#[test]
fn errors_say_whose_fault_it_is() {
    let bad = |message: &str| ExpandError::BadRules(message.to_owned());
    let cases = [
        (
            "(a) => {}; (b $x:ident) => {}",
            "b 1",
            ExpandError::NoArmMatches,
        ),
        ("($x:expr) => {}", "1 +", ExpandError::NoArmMatches),
        ("($x:expr) => {}", "", ExpandError::NoArmMatches),
        ("($x:expr) => {}", "1 2", ExpandError::NoArmMatches),
        ("($($x:ident)+) => {}", "", ExpandError::NoArmMatches),
        ("(a => b) => {}", "a = > b", ExpandError::NoArmMatches),
        ("($x:ident) => {}", "_", ExpandError::NoArmMatches),
        ("($x:vis) => {}", "crate", ExpandError::NoArmMatches),
        ("(a) => {}", "a )", ExpandError::BadCall),
        ("(a) => {}", "\"", ExpandError::BadCall),
        (
            "($($a:ident)* ; $($b:ident)*) => { $($a = $b;)* }",
            "a b; c",
            ExpandError::BadCall,
        ),
        ("", "", bad("no arms")),
        ("(", "", bad("not a sequence of tokens")),
        ("a => b", "", bad("an arm has no delimiters")),
        ("(a) = b {}", "", bad("an arm lacks its `=>`")),
        ("(a)", "", bad("an arm is not `pattern => body`")),
        (
            "(a) => {} (b) => {}",
            "",
            bad("arms are not separated by `;`"),
        ),
        (
            "($x) => {}",
            "",
            bad("a metavariable has no fragment specifier"),
        ),
        ("($x:exprs) => {}", "", bad("unknown fragment specifier")),
        (
            "($x:expr, $x:expr) => {}",
            "",
            bad("a metavariable is bound twice"),
        ),
        (
            "($($x:expr),) => {}",
            "",
            bad("a repetition has no operator"),
        ),
        (
            "($($x:expr),*) => { ${count($x)} }",
            "1",
            bad("a metavariable expression"),
        ),
        (
            "($($x:expr),*) => { $$x }",
            "1",
            bad("a metavariable expression"),
        ),
        (
            "($($x:expr),*) => { $x }",
            "1",
            bad("a metavariable is still repeating"),
        ),
        (
            "($x:expr) => { $($x)* }",
            "1",
            bad("a repetition repeats nothing"),
        ),
        (
            "($x:expr) => { $(a)* }",
            "1",
            bad("a repetition in a body repeats no metavariable"),
        ),
    ];
    for (rules, call, expected) in cases {
        let result = transcribe(rules, call, None, Limits::default());
        assert_eq!(
            result.map(|expansion| expansion.text),
            Err(expected),
            "{rules} with {call}"
        );
    }
}

#[test]
fn offsets_lead_back_to_what_a_human_wrote() {
    let rules = "($app:ident, $p:literal, $h:expr) => { $app.route($p, get($h)) }";
    let call = "app, \"/é/{id}\", users::show(1 + 1)";
    let expansion = expand(rules, call);
    assert_eq!(
        expansion.text,
        "app . route (\"/é/{id}\" , get (users :: show (1 + 1)))"
    );
    check_origins(&expansion, rules, call);
    let find = |text: &str, part: &str| {
        let start = text.find(part).unwrap() as u32;
        TextRange::new(start, start + part.len() as u32)
    };
    let origin_of = |part| expansion.map(find(&expansion.text, part)).unwrap();
    let in_call = |part| Origin::Call(find(call, part));
    let in_rules = |part| Origin::Rules(find(rules, part));
    assert_eq!(origin_of("route"), in_rules("route"));
    assert_eq!(
        origin_of("users :: show (1 + 1)"),
        in_call("users::show(1 + 1)")
    );
    assert_eq!(origin_of("\"/é/{id}\""), in_call("\"/é/{id}\""));
    // Within a token, to the byte.
    assert_eq!(origin_of("{id}"), in_call("{id}"));
    assert_eq!(origin_of("out"), in_rules("out"));
    // Across both texts, the call is what one would edit.
    assert_eq!(origin_of("get (users"), in_call("users"));
    assert_eq!(origin_of("get ("), in_rules("get("));
    let offset = find(&expansion.text, "show").start;
    assert_eq!(expansion.origin_at(offset + 2), Some(in_call("show")));
    // The space after a token belongs to it.
    assert_eq!(expansion.origin_at(offset + 4), Some(in_call("show")));
    assert_eq!(
        expansion.origin_at(u32::MAX),
        expansion.pieces.last().map(|piece| piece.origin)
    );
    assert_eq!(Expansion::default().origin_at(0), None);
}
