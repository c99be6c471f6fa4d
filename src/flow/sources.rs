//! Which parameters hold what a request holds.

use super::library::LINES;
use super::taint::{Origin, Source, Taint, Value};
use super::walk::Walk;
use crate::facts::{Attr, ExprId, PatId};
use crate::models::exports::crate_of;
use crate::models::roles::{Carries, TypeRole};
use crate::models::{SinkKind, Sinks, SourceKind};
use crate::program::{AdtId, Container, FnId, Program, Ty};
use crate::routes::guard::{EXTRACTOR_TRAITS, OPTIONAL_TRAITS, STATE};
use crate::source::{Name, Span};

/// Derives by which a type is read from what a request holds.
const PARSED: [&str; 6] = [
    "Deserialize",
    "FromForm",
    "FromFormField",
    "Object",
    "Multipart",
    "MultipartForm",
];

/// Traits by which a part of a path becomes a value.
const PART_TRAITS: [&str; 2] = ["FromParam", "FromSegments"];

impl Walk<'_, '_> {
    /// What a parameter holds: request data, if its type says so or a framework calls the function;
    /// what the caller hands in otherwise.
    pub(super) fn parameter(&self, at: usize) -> Value {
        let program = self.all.program;
        let def = &program[self.id];
        let handed = Value::tainted(Taint::new(Origin::Param(at as u16, Vec::new())));
        let Some(param) = def.sig.params.get(at) else {
            return handed;
        };
        if self.all.secrets.is_some() {
            return handed;
        }
        let scope = program.fn_scope(self.id);
        let ty = program.lower_ty(&scope, &param.ty);
        let is_handler = self.all.handlers.contains(&self.id);
        let name = param.binds.unwrap_or(Name::new("request"));
        let span = param.ty_range.in_file(def.file);
        let is_filled = is_handler || fills(program, self.id);
        if let Some(carried) = carries(program, &ty, is_filled) {
            return match carried {
                Carried::Request => self.request(name, span),
                // Names and values of headers have no line breaks.
                Carried::Headers => self.request(name, span).cleared(LINES),
                Carried::Nothing => Value::default(),
            };
        }
        if !is_handler {
            return match fills(program, self.id) && is_raw(&ty) {
                true => self.request(name, span),
                false => handed,
            };
        }
        // A handler's parameters come from nobody but the framework.
        self.extracted(&ty, name, span)
    }

    /// A closure's parameter that a framework fills.
    pub(super) fn given_by_type(&self, closure: ExprId, pat: PatId) -> Value {
        if self.all.secrets.is_some() {
            return Value::default();
        }
        let ty = self.typing.pat_ty(pat);
        let name = Name::new("request");
        let span = self.pat_span(pat);
        let is_handler = self.all.closures.contains(&(self.key, closure));
        match carries(self.all.program, ty, is_handler) {
            Some(Carried::Request) => self.request(name, span),
            Some(Carried::Headers) if is_handler => self.request(name, span).cleared(LINES),
            Some(Carried::Headers) => self.request(name, span),
            None if is_handler => self.extracted(ty, name, span),
            _ => Value::default(),
        }
    }

    pub(super) fn request(&self, name: Name, span: Span) -> Value {
        Value::tainted(Taint::new(Origin::Source(Source {
            kind: SourceKind::Request,
            span,
            name,
        })))
    }

    /// What a handler's parameter holds whose type no model describes.
    fn extracted(&self, ty: &Ty, name: Name, span: Span) -> Value {
        let program = self.all.program;
        let peeled = ty.peel_refs();
        if let Ty::External(path, args) = peeled
            && matches!(path.as_str(), "std::option::Option" | "std::result::Result")
            && let Some(inner) = args.first()
        {
            return match carries(program, inner, true) {
                Some(Carried::Request | Carried::Headers) => self.request(name, span),
                Some(Carried::Nothing) => Value::default(),
                None => self.extracted(inner, name, span),
            };
        }
        // An extractor of the program: what its own code makes of the request.
        let mut impls = program.impls_named(&EXTRACTOR_TRAITS, peeled);
        impls.extend(program.impls_named(&OPTIONAL_TRAITS, peeled));
        if !impls.is_empty() {
            let mut value = Value::default();
            for (id, _) in impls {
                for function in &program[id].fns {
                    match self.all.of(*function) {
                        Some(made) => value.join(&made.value),
                        None => value.join(&self.request(name, span)),
                    }
                }
            }
            return value;
        }
        match peeled {
            Ty::Primitive(_) | Ty::Slice(_) => self.request(name, span),
            Ty::External(path, _) => match path.as_str() {
                // Rocket's refuses what leads out of a folder.
                "std::path::PathBuf" => {
                    let file = Sinks::of(SinkKind::File);
                    self.request(name, span).cleared(file)
                }
                "std::string::String"
                | "std::vec::Vec"
                | "bytes::Bytes"
                | "std::collections::HashMap"
                | "serde_json::Value"
                | "std::borrow::Cow" => self.request(name, span),
                _ => Value::default(),
            },
            Ty::Adt(id, _) if is_parsed(program, *id) => self.request(name, span),
            _ => Value::default(),
        }
    }
}

/// What a type takes out of a request, as the models know it.
enum Carried {
    /// Something that the client has written.
    Request,
    /// Headers that the client has written.
    Headers,
    /// Nothing of that.
    Nothing,
}

fn carries(program: &Program, ty: &Ty, is_handler: bool) -> Option<Carried> {
    let ty = ty.peel_refs();
    let path = ty.external_path()?;
    // What it holds is of the request or of the service, by its type.
    if path == STATE {
        return Some(Carried::Nothing);
    }
    let krate = crate_of(path.as_str());
    // Responses are made of the same parts.
    if !is_handler && matches!(krate, "http" | "bytes" | "hyper" | "std") {
        return None;
    }
    if let Some(extractor) = program.models.extractor(path) {
        return Some(match extractor.carries {
            Carries::Headers => Carried::Headers,
            carries if is_of_request(carries) => Carried::Request,
            _ if extractor.wraps => return self::carries(program, &ty.arg(0), is_handler),
            // One of several extractors, or one with something beside it.
            Carries::Other => {
                let Ty::External(_, args) = ty else {
                    return Some(Carried::Nothing);
                };
                let is_sent = |it: &Ty| {
                    let carried = self::carries(program, it, is_handler);
                    matches!(carried, Some(Carried::Request | Carried::Headers))
                };
                match args.iter().any(is_sent) {
                    true => Carried::Request,
                    false => Carried::Nothing,
                }
            }
            _ => Carried::Nothing,
        });
    }
    match program.models.type_(path)?.role? {
        TypeRole::Request => Some(Carried::Request),
        TypeRole::Headers | TypeRole::Cookies if is_handler => Some(Carried::Request),
        _ => None,
    }
}

/// Whether what an extractor carries has been written by the client.
pub(super) fn is_of_request(carries: Carries) -> bool {
    matches!(
        carries,
        Carries::Body
            | Carries::Form
            | Carries::Multipart
            | Carries::Query
            | Carries::Path
            | Carries::Header
            | Carries::Headers
            | Carries::Cookies
            | Carries::Request
            | Carries::Host
            | Carries::Uri
            | Carries::WholeUri
            | Carries::Websocket
    )
}

/// Whether a function is one by which a framework fills parameters or passes requests on.
fn fills(program: &Program, id: FnId) -> bool {
    let Container::Impl(of) = program[id].container else {
        return false;
    };
    let of = program[of].of_trait.as_ref().and_then(|it| it.last());
    of.is_some_and(|it| {
        EXTRACTOR_TRAITS.contains(&it.as_str())
            || OPTIONAL_TRAITS.contains(&it.as_str())
            || PART_TRAITS.contains(&it.as_str())
            || it == "FromFormField"
    })
}

/// Whether a type is a text as a request holds it.
fn is_raw(ty: &Ty) -> bool {
    matches!(ty.peel_refs(), Ty::Primitive(name) if *name == "str")
}

/// Whether a type is read from what a request holds.
fn is_parsed(program: &Program, id: AdtId) -> bool {
    let derives = |attr: &Attr| {
        let list = attr.meta.list();
        attr.meta.is("derive")
            && list.iter().any(|it| {
                let name = it.last_segment();
                name.is_some_and(|name| PARSED.iter().any(|it| name == *it))
            })
    };
    program[id].attrs.iter().any(derives)
}
