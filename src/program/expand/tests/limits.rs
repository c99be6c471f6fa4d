//! What hostile or merely large input may cost.

use super::super::*;

/// Expands calls of `m!` in the result until none is left, as a caller would.
fn expand_all(rules: &str, call: &str, max_depth: usize) -> Result<(String, usize), ExpandError> {
    let rules = Rules::parse(rules)?;
    let mut text = call.to_owned();
    for depth in 0..max_depth {
        text = rules.transcribe(&text, None, Limits::default())?.text;
        match text
            .strip_prefix("m ! (")
            .and_then(|text| text.strip_suffix(')'))
        {
            Some(call) => text = call.to_owned(),
            None => return Ok((text, depth + 1)),
        }
    }
    Ok((text, max_depth))
}

#[test]
fn recursion_is_left_to_the_caller() {
    let reverse = "([] $($r:tt)*) => { f($($r),*) }; \
        ([$h:tt $($t:tt)*] $($r:tt)*) => { m!([$($t)*] $h $($r)*) }";
    assert_eq!(
        expand_all(reverse, "[a (b c) => 'd]", 10),
        Ok(("f ('d , => , (b c) , a)".to_owned(), 5))
    );
}

#[test]
fn growth_is_bounded() {
    let doubling = "($($x:tt)*) => { m!($($x)* $($x)*) }";
    assert_eq!(expand_all(doubling, "a", 100), Err(ExpandError::TooLarge));
    let squares = "($($x:ident)*) => { $(($x $($x)*))* }";
    let long = "a ".repeat(100_000);
    let bytes = Limits {
        max_output_bytes: 1000,
        ..Limits::default()
    };
    assert_eq!(
        transcribe("($($x:tt)*) => { $($x)* }", &long, None, bytes),
        Err(ExpandError::TooLarge)
    );
    let steps = Limits {
        max_steps: 1000,
        ..Limits::default()
    };
    assert_eq!(
        transcribe("($($x:tt)*) => { $($x)* }", &long, None, steps),
        Err(ExpandError::TooLarge)
    );
    assert!(matches!(
        transcribe(squares, &long, None, Limits::default()),
        Err(ExpandError::BadRules(_))
    ));
}

/// Everything here must end in an answer on the stack of a worker thread.
#[test]
fn hostile_nesting_does_not_overflow_the_stack() {
    let many = |text: &str, count: usize| text.repeat(count);
    let pairs = |open: &str, close: &str, count: usize| {
        format!("{}a{}", many(open, count), many(close, count))
    };
    let mut calls = Vec::new();
    for count in [63, 127, 1_000] {
        calls.extend([
            pairs("(", ")", count),
            pairs("[&", "]", count),
            pairs("{", "}", count),
            pairs("f(|x| ", ")", count),
            pairs("A<", ">", count),
            pairs("A<b, ", ">", count),
            pairs("if a {} else { ", "}", count),
            format!("{} a", many("!", count)),
            format!("{} a", many("- & * ", count)),
            format!("{} a", many("&& ", count)),
            format!("{} a", many("|a, b| ", count)),
            format!("{} a", many("|| ", count)),
            format!("{} a", many("move |a| return ", count)),
            format!("{} a", many("a = ", count)),
            format!("{} a", many(".. ", count)),
            format!("{} {{}}", many("if a {} else ", count)),
            format!("{} a", many("fn() -> ", count)),
            format!("{} a", many("*const ", count)),
            format!("a{}", many(".b()", count)),
            format!("a{}", many("?", count)),
            format!("a{}", many(" + a", count)),
            format!("a{}", many(" as b", count)),
            format!("use {}a;", many("a::", count)),
            format!("{}{{}}", many("fn f() {} ", count)),
            format!("{} a", many("'a: loop { } ", count)),
            format!("{} a", many("break ", count)),
            format!("{} a", many("#[a] ", count)),
            format!("{} a", many("for<'a> ", count)),
            format!("{} a", many("& mut ", count)),
            format!("{}a{}", many("mod a { ", count), many("}", count)),
        ]);
    }
    let rules: Vec<String> = [
        "expr", "ty", "pat", "path", "stmt", "item", "meta", "tt", "block",
    ]
    .iter()
    .map(|kind| {
        format!("($x:{kind}) => {{ $x }}; ($($x:{kind})*) => {{}}; ($($x:tt)*) => {{ $($x)* }}")
    })
    .collect();
    let rules_too = pairs("$(", ")*", 5_000);
    let worker = move || {
        for call in &calls {
            for rules in &rules {
                match transcribe(rules, call, None, Limits::default()) {
                    Ok(_) | Err(ExpandError::TooLarge) => {}
                    Err(error) => panic!("{error}: {rules} with {}", &call[..call.len().min(60)]),
                }
            }
        }
        assert_eq!(
            transcribe(
                &format!("({rules_too}) => {{}}"),
                "",
                None,
                Limits::default()
            ),
            Err(ExpandError::TooLarge)
        );
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(worker)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_long_list_costs_in_proportion() {
    let rules =
        Rules::parse("($($k:expr => $v:expr),* $(,)?) => { $(m.insert($k, $v);)* }").unwrap();
    let entry = "\"key\" => HashMap::<A, B>::new().len() + f(1, 2), ";
    let steps = |count: usize| {
        let call = entry.repeat(count);
        let enough = |max_steps| {
            rules
                .transcribe(
                    &call,
                    None,
                    Limits {
                        max_steps,
                        ..Limits::default()
                    },
                )
                .is_ok()
        };
        (1..)
            .map(|shift| 1usize << shift)
            .find(|&max_steps| enough(max_steps))
            .unwrap()
    };
    assert!(steps(2_000) <= 16 * steps(200));
}
