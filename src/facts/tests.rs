//! Whole files in, facts out.

use super::*;
use crate::facts::body::{BlockKind, Literal};

fn slice(text: &str, range: TextRange) -> &str {
    &text[range.start as usize..range.end as usize]
}

#[test]
fn tmp_dump() {
    let text = r##"
use a::{b::{self, c as d}, e::*, r#f as _};
/// Doc
#[get("/x/<id>", data = "<form>")]
#[cfg(all(unix, feature = "x"))]
pub(crate) async fn handler<T>(State(db): State<Db>, r#type: Option<T>) -> Result<(), E> where T: Foo {
    let x = foo.bar::<u8>(1)?.baz.await;
    info!(user.id = %x, "hi {x} {y:?}");
    matches!(x, Some(1) if z);
    if let Some(y) = (x + 1).max(2) && z { return Ok(()); }
    Ok(json!({"a": 1, "b": {"c": [x]}}))
}
const X: &str = concat!("a", "b");
"##;
    let facts = extract(text);
    println!("{facts:#?}");
    for body in &facts.bodies {
        for (id, expr) in body.exprs() {
            println!(
                "{id:?} {:?} {}",
                slice(text, body.expr_range(id)),
                serde_json::to_string(expr).unwrap()
            );
        }
    }
    let _ = (BlockKind::Plain, Literal::Float);
}
