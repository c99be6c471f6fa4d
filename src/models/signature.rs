//! Signatures and type aliases of library crates, read from export tables on demand.

use super::type_text;
use crate::facts::TypeRef;
use crate::source::Name;

/// What inference needs of a function's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// For methods and associated functions the type of the `impl`, with its parameters
    /// as the impl names them: matched against the receiver they give those of `ret`.
    /// For trait methods `None`; `Self` may then occur in `ret`.
    pub self_ty: Option<TypeRef>,
    /// What a call gives; of an `async fn` what awaiting the call gives.
    /// A path of one segment that is no type of the language's prelude is a type parameter.
    pub ret: TypeRef,
    /// `async fn`, or a function that returns a future.
    pub is_async: bool,
    /// Not a function but a public field of [`Signature::self_ty`].
    pub is_field: bool,
}

impl Signature {
    /// `[async ]fn[(Self type)] -> Type`, or `field(Self type) -> Type`.
    pub(crate) fn parse(text: &str) -> Option<Signature> {
        let (is_async, text) = strip(text, "async ");
        let (is_field, text) = strip(text, "field");
        let text = if is_field {
            text
        } else {
            text.strip_prefix("fn")?
        };
        let (self_ty, text) = match text.strip_prefix('(') {
            Some(rest) => {
                let end = closing(rest)?;
                (Some(type_text::parse(&rest[..end])?), &rest[end + 1..])
            }
            None => (None, text),
        };
        let ret = type_text::parse(text.strip_prefix(" -> ")?)?;
        Some(Signature {
            self_ty,
            ret,
            is_async,
            is_field,
        })
    }
}

fn strip<'t>(text: &'t str, prefix: &str) -> (bool, &'t str) {
    text.strip_prefix(prefix)
        .map_or((false, text), |rest| (true, rest))
}

/// Offset of the `)` that closes what was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    text.bytes().position(|byte| match byte {
        b'(' => {
            depth += 1;
            false
        }
        b')' if depth == 0 => true,
        b')' => {
            depth -= 1;
            false
        }
        _ => false,
    })
}

/// A type alias of a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeAlias {
    /// Its parameters in order, with their defaults.
    pub params: Vec<(Name, Option<TypeRef>)>,
    /// What it stands for.
    pub ty: TypeRef,
}

impl TypeAlias {
    /// `T, U = Default` and the target.
    pub(crate) fn parse(params: &str, target: &str) -> Option<TypeAlias> {
        let params = params
            .split(';')
            .map(str::trim)
            .filter(|param| !param.is_empty());
        let params = params
            .map(|param| match param.split_once(" = ") {
                Some((name, default)) => Some((Name::new(name), Some(type_text::parse(default)?))),
                None => Some((Name::new(param), None)),
            })
            .collect::<Option<Vec<_>>>()?;
        Some(TypeAlias {
            params,
            ty: type_text::parse(target)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_of_export_tables() {
        let parse = |text| type_text::parse(text).expect("a type");
        for (row, self_ty, ret, is_async, is_field) in [
            (
                "fn(a::B<S>) -> a::B<S>",
                Some("a::B<S>"),
                "a::B<S>",
                false,
                false,
            ),
            (
                "async fn -> Result<(), E>",
                None,
                "Result<(), E>",
                true,
                false,
            ),
            (
                "fn(a::B<(A, C)>) -> (A, C)",
                Some("a::B<(A, C)>"),
                "(A, C)",
                false,
                false,
            ),
            (
                "fn(a::B<fn(A) -> C>) -> A",
                Some("a::B<fn(A) -> C>"),
                "A",
                false,
                false,
            ),
            ("field(a::B<T>) -> T", Some("a::B<T>"), "T", false, true),
        ] {
            let self_ty = self_ty.map(parse);
            let expected = Signature {
                self_ty,
                ret: parse(ret),
                is_async,
                is_field,
            };
            assert_eq!(Signature::parse(row), Some(expected), "{row}");
        }
        let alias = TypeAlias::parse("T = a::Body; U", "http::Request<T>").expect("an alias");
        let params = [
            (Name::new("T"), Some(parse("a::Body"))),
            (Name::new("U"), None),
        ];
        assert_eq!(alias.params, params);
    }
}
