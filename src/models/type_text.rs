//! Types written in model files and export tables, read without a parser of all of Rust.
//!
//! Lifetimes and `mut` on pointers are dropped, as everywhere in [`crate::facts::ty`].
//! Names of the standard prelude are written short and come out as full paths; any other
//! path of one segment is `Self`, a primitive type or a type parameter.

use crate::facts::ty::QSelf;
use crate::facts::{GenericArg, Path, Segment, TypeRef};
use crate::source::{Name, TextRange};

/// Nesting beyond which a text is refused; the deepest type of any modelled crate has 9.
const MAX_DEPTH: u32 = 64;

/// The types and traits of the standard prelude.
const PRELUDE: &[(&str, &[&str])] = &[
    ("Box", &["std", "boxed", "Box"]),
    ("Clone", &["std", "clone", "Clone"]),
    ("Copy", &["std", "marker", "Copy"]),
    ("Default", &["std", "default", "Default"]),
    ("Fn", &["std", "ops", "Fn"]),
    ("FnMut", &["std", "ops", "FnMut"]),
    ("FnOnce", &["std", "ops", "FnOnce"]),
    ("Future", &["std", "future", "Future"]),
    ("From", &["std", "convert", "From"]),
    ("Into", &["std", "convert", "Into"]),
    ("IntoIterator", &["std", "iter", "IntoIterator"]),
    ("Iterator", &["std", "iter", "Iterator"]),
    ("Option", &["std", "option", "Option"]),
    ("Result", &["std", "result", "Result"]),
    ("Send", &["std", "marker", "Send"]),
    ("Sized", &["std", "marker", "Sized"]),
    ("String", &["std", "string", "String"]),
    ("Sync", &["std", "marker", "Sync"]),
    ("ToString", &["std", "string", "ToString"]),
    ("Unpin", &["std", "marker", "Unpin"]),
    ("Vec", &["std", "vec", "Vec"]),
];

/// Parses a type. `None` if the text is not one, or has something after it.
pub(crate) fn parse(text: &str) -> Option<TypeRef> {
    let mut cursor = Cursor {
        rest: text,
        depth: 0,
    };
    let ty = cursor.ty()?;
    cursor.rest.trim_start().is_empty().then_some(ty)
}

struct Cursor<'t> {
    rest: &'t str,
    depth: u32,
}

impl<'t> Cursor<'t> {
    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let before = self.rest;
        match self.ident() {
            Some(found) if found == word => true,
            _ => {
                self.rest = before;
                false
            }
        }
    }

    fn ident(&mut self) -> Option<&'t str> {
        let text = self.rest.trim_start();
        let text = text.strip_prefix("r#").unwrap_or(text);
        let end = text
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(text.len());
        if end == 0 {
            return None;
        }
        self.rest = &text[end..];
        Some(&text[..end])
    }

    fn lifetime(&mut self) -> bool {
        if !self.eat("'") {
            return false;
        }
        self.ident().is_some()
    }

    fn ty(&mut self) -> Option<TypeRef> {
        self.depth += 1;
        let ty = if self.depth > MAX_DEPTH {
            None
        } else {
            self.ty_inner()
        };
        self.depth -= 1;
        ty
    }

    fn ty_inner(&mut self) -> Option<TypeRef> {
        if self.eat("&") {
            self.lifetime();
            let mutable = self.eat_word("mut");
            return Some(TypeRef::Ref {
                mutable,
                inner: Box::new(self.ty()?),
            });
        }
        if self.eat("*") {
            let known = self.eat_word("const") || self.eat_word("mut");
            return if known {
                Some(TypeRef::Ptr(Box::new(self.ty()?)))
            } else {
                None
            };
        }
        if self.eat("(") {
            let mut parts = Vec::new();
            let mut comma = false;
            while !self.eat(")") {
                parts.push(self.ty()?);
                comma = self.eat(",");
                if !comma && !self.rest.trim_start().starts_with(')') {
                    return None;
                }
            }
            return Some(match (parts.len(), comma) {
                (1, false) => parts.remove(0),
                _ => TypeRef::Tuple(parts),
            });
        }
        if self.eat("[") {
            let element = Box::new(self.ty()?);
            if self.eat(";") {
                let end = self.rest.find(']')?;
                self.rest = &self.rest[end + 1..];
                return Some(TypeRef::Array(element));
            }
            return self.eat("]").then_some(TypeRef::Slice(element));
        }
        if self.eat("!") {
            return Some(TypeRef::Never);
        }
        if self.eat_word("_") {
            return Some(TypeRef::Infer);
        }
        if self.eat_word("impl") {
            return Some(TypeRef::ImplTrait(self.bounds()?));
        }
        if self.eat_word("dyn") {
            return Some(TypeRef::DynTrait(self.bounds()?));
        }
        if self.eat_word("fn") {
            self.eat("(").then_some(())?;
            let (params, ret) = self.fn_rest()?;
            return Some(TypeRef::FnPtr(params, Box::new(ret)));
        }
        self.path().map(TypeRef::Path)
    }

    fn bounds(&mut self) -> Option<Vec<Path>> {
        let mut bounds = Vec::new();
        loop {
            self.eat("?");
            if !self.lifetime() {
                bounds.push(self.path()?);
            }
            if !self.eat("+") {
                return Some(bounds);
            }
        }
    }

    fn path(&mut self) -> Option<Path> {
        let mut qself = None;
        let mut segments = Vec::new();
        let mut global = false;
        if self.eat("<") {
            let ty = self.ty()?;
            let as_trait = if self.eat_word("as") {
                Some(self.path()?)
            } else {
                None
            };
            self.eat(">").then_some(())?;
            self.eat("::").then_some(())?;
            qself = Some(Box::new(QSelf { ty, as_trait }));
        } else {
            global = self.eat("::");
        }
        loop {
            let name = Name::new(self.ident()?);
            // `A::<B>` and `A<B>` are the same type; `Fn(A) -> B` is sugar.
            let before = self.rest;
            let turbofish = self.eat("::");
            let args = if self.eat("<") {
                Some(self.args()?)
            } else if !turbofish && self.rest.trim_start().starts_with('(') {
                self.eat("(");
                let (params, ret) = self.fn_rest()?;
                let output = GenericArg::Assoc(Name::new("Output"), ret);
                Some(Box::from([
                    GenericArg::Type(TypeRef::Tuple(params)),
                    output,
                ]))
            } else {
                self.rest = before;
                None
            };
            segments.push(Segment { name, args });
            if !self.eat("::") {
                break;
            }
        }
        if let ([only], None) = (segments.as_mut_slice(), &qself)
            && let Some((_, full)) = PRELUDE.iter().find(|(short, _)| only.name == **short)
        {
            let args = only.args.take();
            segments = full
                .iter()
                .map(|name| Segment {
                    name: Name::new(name),
                    args: None,
                })
                .collect();
            if let Some(last) = segments.last_mut() {
                last.args = args;
            }
        }
        Some(Path {
            range: TextRange::default(),
            global,
            qself,
            segments: segments.into(),
        })
    }

    fn fn_rest(&mut self) -> Option<(Vec<TypeRef>, TypeRef)> {
        let mut params = Vec::new();
        while !self.eat(")") {
            params.push(self.ty()?);
            self.eat(",");
        }
        let ret = if self.eat("->") {
            self.ty()?
        } else {
            TypeRef::unit()
        };
        Some((params, ret))
    }

    fn args(&mut self) -> Option<Box<[GenericArg]>> {
        let mut args = Vec::new();
        while !self.eat(">") {
            args.push(self.arg()?);
            if !self.eat(",") && !self.rest.trim_start().starts_with('>') {
                return None;
            }
        }
        Some(args.into())
    }

    fn arg(&mut self) -> Option<GenericArg> {
        let text = self.rest.trim_start();
        if self.lifetime() {
            return Some(GenericArg::Lifetime);
        }
        if text.starts_with(|c: char| c.is_ascii_digit() || c == '{' || c == '"' || c == '-') {
            let end = text.find([',', '>'])?;
            self.rest = &text[end..];
            return Some(GenericArg::Const(text[..end].trim_end().into()));
        }
        let before = self.rest;
        if let Some(name) = self.ident() {
            if self.eat("=") {
                return Some(GenericArg::Assoc(Name::new(name), self.ty()?));
            }
            let bound = self.rest.trim_start();
            if bound.starts_with(':') && !bound.starts_with("::") {
                self.eat(":");
                return Some(GenericArg::Constraint(Name::new(name), self.bounds()?));
            }
        }
        self.rest = before;
        self.ty().map(GenericArg::Type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renders just enough to compare.
    fn show(ty: &TypeRef) -> String {
        match ty {
            TypeRef::Path(path) => show_path(path),
            TypeRef::Ref { mutable, inner } => {
                format!("&{}{}", if *mutable { "mut " } else { "" }, show(inner))
            }
            TypeRef::Ptr(inner) => format!("*{}", show(inner)),
            TypeRef::Tuple(parts) => format!("({})", list(parts)),
            TypeRef::Slice(inner) => format!("[{}]", show(inner)),
            TypeRef::Array(inner) => format!("[{}; _]", show(inner)),
            TypeRef::ImplTrait(bounds) => format!("impl {}", all(bounds)),
            TypeRef::DynTrait(bounds) => format!("dyn {}", all(bounds)),
            TypeRef::FnPtr(params, ret) => format!("fn({}) -> {}", list(params), show(ret)),
            TypeRef::Never => "!".into(),
            TypeRef::Infer => "_".into(),
            TypeRef::Unknown => "?".into(),
        }
    }

    fn list(types: &[TypeRef]) -> String {
        types.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    fn all(paths: &[Path]) -> String {
        paths.iter().map(show_path).collect::<Vec<_>>().join(" + ")
    }

    fn show_path(path: &Path) -> String {
        let mut parts = Vec::new();
        if let Some(qself) = &path.qself {
            let of = qself
                .as_trait
                .as_ref()
                .map(|path| format!(" as {}", show_path(path)));
            parts.push(format!("<{}{}>", show(&qself.ty), of.unwrap_or_default()));
        }
        for segment in &path.segments {
            let args = segment
                .args
                .iter()
                .flat_map(|args| args.iter())
                .map(|arg| match arg {
                    GenericArg::Type(ty) => show(ty),
                    GenericArg::Assoc(name, ty) => format!("{name} = {}", show(ty)),
                    GenericArg::Constraint(name, bounds) => format!("{name}: {}", all(bounds)),
                    GenericArg::Const(text) => text.to_string(),
                    GenericArg::Lifetime => "'_".into(),
                });
            let args = args.collect::<Vec<_>>().join(", ");
            parts.push(if segment.args.is_some() {
                format!("{}<{args}>", segment.name)
            } else {
                segment.name.to_string()
            });
        }
        parts.join("::")
    }

    #[test]
    fn reads_the_types_that_signatures_have() {
        for (text, expected) in [
            ("axum::Router<S>", "axum::Router<S>"),
            (
                "Result<jsonwebtoken::TokenData<T>, E>",
                "std::result::Result<jsonwebtoken::TokenData<T>, E>",
            ),
            ("&'static mut str", "&mut str"),
            ("()", "()"),
            ("(A)", "A"),
            ("(A,)", "(A)"),
            ("[u8; 32]", "[u8; _]"),
            ("Option<&[u8]>", "std::option::Option<&[u8]>"),
            (
                "impl Future<Output = Result<(), E>> + Send + 'a",
                "impl std::future::Future<Output = std::result::Result<(), E>> + std::marker::Send",
            ),
            (
                "Box<dyn Fn(A, &B) -> C + Send>",
                "std::boxed::Box<dyn std::ops::Fn<(A, &B), Output = C> + std::marker::Send>",
            ),
            (
                "<T as FromRequest<S>>::Rejection",
                "<T as FromRequest<S>>::Rejection",
            ),
            ("Iter<'a, 3, Item: Debug>", "Iter<'_, 3, Item: Debug>"),
            ("fn(A) -> !", "fn(A) -> !"),
            ("*const u8", "*u8"),
            ("Vec::<T>", "std::vec::Vec<T>"),
            ("impl ?Sized + A", "impl std::marker::Sized + A"),
        ] {
            assert_eq!(
                parse(text).as_ref().map(show).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_type() {
        let deep = format!("{}u8{}", "Vec<".repeat(500), ">".repeat(500));
        for text in [
            "",
            "Vec<",
            "A B",
            "Result<A; B>",
            "(A",
            "&",
            "<T as U",
            deep.as_str(),
        ] {
            assert_eq!(parse(text), None, "{}", &text[..text.len().min(40)]);
        }
    }
}
