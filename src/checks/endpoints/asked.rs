//! What a handler asks of whoever calls it, by the names of the fields that it reads.

use crate::checks::Context;
use crate::facts::item::Fields;
use crate::models::roles::Carries;
use crate::program::{AdtId, AdtKind, Container, Ty};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::Endpoint;
use crate::routes::purpose::words;

/// How deep types are looked into.
const MAX_DEPTH: u32 = 4;

/// Whether all that an endpoint's handler takes from the client has a name, and none of them is that of
/// something that could be guessed.
pub(super) fn no_secret(cx: &Context<'_>, endpoint: &Endpoint) -> bool {
    let HandlerTarget::Fn(id) = endpoint.handler.target else {
        return false;
    };
    let program = cx.program;
    let def = &program[id];
    let mut asked = Asked::default();
    for param in &def.sig.params {
        let ty = program.lower_ty(&program.fn_scope(id), &param.ty);
        let peeled = ty.peel_refs();
        let model = peeled
            .external_path()
            .and_then(|it| program.models.extractor(it));
        match model.map(|it| it.carries) {
            // What the service itself has put there.
            Some(
                Carries::State
                | Carries::Extension
                | Carries::Session
                | Carries::Identity
                | Carries::Connection
                | Carries::Method
                | Carries::MatchedPath,
            ) => {}
            Some(_) => asked.of(cx, peeled, 0),
            None => asked.unknown = true,
        }
    }
    asked.named && !asked.unknown && !asked.secret
}

#[derive(Default)]
struct Asked {
    named: bool,
    secret: bool,
    unknown: bool,
}

impl Asked {
    fn of(&mut self, cx: &Context<'_>, ty: &Ty, depth: u32) {
        match ty.peel_refs() {
            _ if depth > MAX_DEPTH => self.unknown = true,
            Ty::Adt(id, _) => self.adt(cx, *id, depth),
            Ty::External(_, args) if !args.is_empty() => {
                args.iter().for_each(|it| self.of(cx, it, depth + 1));
            }
            _ => self.unknown = true,
        }
    }

    fn adt(&mut self, cx: &Context<'_>, id: AdtId, depth: u32) {
        let AdtKind::Struct(Fields::Named(fields)) = &cx.program[id].kind else {
            self.unknown = true;
            return;
        };
        let scope = cx
            .program
            .container_scope(Container::Module, cx.program[id].module);
        for field in fields {
            self.named = true;
            self.secret |= !is_harmless(field.name.as_str());
            // Under another name, or under names that nobody knows.
            self.unknown |= field.attrs.iter().any(|it| it.meta.is("serde"));
            self.field(cx, &cx.program.lower_ty(&scope, &field.ty), depth);
        }
    }

    fn field(&mut self, cx: &Context<'_>, ty: &Ty, depth: u32) {
        match ty.peel_refs() {
            Ty::Primitive(_) => {}
            Ty::Adt(id, args) if args.is_empty() && depth < MAX_DEPTH => {
                self.adt(cx, *id, depth + 1);
            }
            Ty::External(path, args) => match path.as_str() {
                "std::string::String" | "uuid::Uuid" | "url::Url" => {}
                "std::option::Option" | "std::vec::Vec" | "std::boxed::Box" => {
                    args.iter().for_each(|it| self.field(cx, it, depth + 1));
                }
                _ => self.unknown = true,
            },
            _ => self.unknown = true,
        }
    }
}

/// Whether a field's name is that of something that whoever asks need not have kept to themselves: all
/// its words have to be.
fn is_harmless(name: &str) -> bool {
    let words = words(name);
    !words.is_empty() && words.iter().all(|it| HARMLESS.contains(&it.as_str()))
}

/// Words for who somebody is, and for what comes after a login.
const HARMLESS: [&str; 30] = [
    "user", "username", "name", "nickname", "nick", "login", "email", "mail", "address", "account",
    "id", "uuid", "uid", "first", "last", "display", "full", "handle", "redirect", "return",
    "next", "url", "uri", "to", "lang", "language", "locale", "remember", "me", "provider",
];
