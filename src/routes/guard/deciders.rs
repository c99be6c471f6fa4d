//! Which code decides whether a layer lets a request through.

use super::Judge;
use crate::models::Layer as Model;
use crate::models::roles::{Protection, Proves};
use crate::program::Ty;
use crate::program::methods::Candidate;
use crate::routes::endpoint::{Decider, HandlerTarget};
use crate::routes::value::{Layer, LayerKind, Value};
use crate::source::Name;

impl Judge<'_> {
    /// The code of the program that a layer asks, or that it is.
    pub(super) fn decider(&self, layer: &Layer) -> Option<Decider> {
        self.decider_of(&layer.kind)
    }

    fn decider_of(&self, kind: &LayerKind) -> Option<Decider> {
        let own = |code| Decider {
            code,
            is_asked: false,
        };
        match kind {
            LayerKind::Function(code, _) | LayerKind::Around(code, _) => Some(own(*code)),
            LayerKind::Hoop(id, _) => Some(own(HandlerTarget::Fn(*id))),
            LayerKind::Interceptor(kind) => match &**kind {
                LayerKind::Type(ty, _) => {
                    Some(own(HandlerTarget::Fn(self.interceptor_method(ty)?.id)))
                }
                kind => self.decider_of(kind),
            },
            LayerKind::Type(ty, args) => match ty.peel_refs() {
                Ty::External(path, _) => {
                    let model = self.layer_model(*path)?;
                    let of_access = [Protection::Authentication, Protection::Authorization];
                    Some(Decider {
                        code: self.handed_over(model, args)?,
                        is_asked: of_access.iter().any(|it| model.protects.contains(it)),
                    })
                }
                ty => Some(own(HandlerTarget::Fn(self.service_call(ty)?.0.id))),
            },
            LayerKind::Extractor(_) | LayerKind::When(_) | LayerKind::Off | LayerKind::Unknown => {
                None
            }
        }
    }

    /// The method by which a type intercepts: tonic's `Interceptor`, tonic-middleware's
    /// `RequestInterceptor` and `Middleware`.
    pub(super) fn interceptor_method(&self, ty: &Ty) -> Option<Candidate> {
        ["intercept", "call"].iter().find_map(|name| {
            let found = self.program.find_methods(ty, Name::new(name));
            found
                .into_iter()
                .find(|it| self.program[it.id].body.is_some())
        })
    }

    /// What the models say of a library's layer: of the function that makes it, or of its type.
    pub(super) fn layer_model(&self, path: Name) -> Option<&Model> {
        let owner = path.as_str().rsplit_once("::").map_or("", |it| it.0);
        let models = &self.program.models;
        let own = models.layer(path);
        own.or_else(|| models.layer(Name::new(owner)))
    }

    /// The code that a library's layer was handed to ask.
    fn handed_over(&self, model: &Model, args: &[Value]) -> Option<HandlerTarget> {
        if model.proves != Proves::Callback {
            return None;
        }
        let value = args.get(model.validator? as usize)?;
        match value {
            Value::Callable(callable) => Some(callable.target()),
            value => {
                let method = self.deciding(&value.local_type()?)?;
                Some(HandlerTarget::Fn(method))
            }
        }
    }
}
