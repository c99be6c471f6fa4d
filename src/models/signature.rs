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
    /// `async fn`.
    pub is_async: bool,
}

impl Signature {
    /// `[async ]fn[(Self type)] -> Type`.
    pub(crate) fn parse(text: &str) -> Option<Signature> {
        let (is_async, text) = match text.strip_prefix("async ") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = text.strip_prefix("fn")?;
        let (self_ty, ret) = match text.strip_prefix('(') {
            Some(rest) => {
                let (self_ty, ret) = rest.split_once(") -> ")?;
                (Some(type_text::parse(self_ty)?), ret)
            }
            None => (None, text.strip_prefix(" -> ")?),
        };
        Some(Signature {
            self_ty,
            ret: type_text::parse(ret)?,
            is_async,
        })
    }
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
        assert_eq!(
            Signature::parse("fn(a::B<S>) -> a::B<S>"),
            Some(Signature {
                self_ty: Some(parse("a::B<S>")),
                ret: parse("a::B<S>"),
                is_async: false
            })
        );
        assert_eq!(
            Signature::parse("async fn -> Result<(), E>"),
            Some(Signature {
                self_ty: None,
                ret: parse("Result<(), E>"),
                is_async: true
            })
        );
        // A tuple in the self type does not end it early.
        assert!(Signature::parse("fn(a::B<(A, C)>) -> (A, C)").is_some());
        let alias = TypeAlias::parse("T = a::Body; U", "http::Request<T>").expect("an alias");
        assert_eq!(
            alias.params,
            [
                (Name::new("T"), Some(parse("a::Body"))),
                (Name::new("U"), None)
            ]
        );
    }
}
