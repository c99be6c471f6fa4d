//! Pages of API documentation that libraries mount: what a value like
//! `SwaggerUi::new("/docs").url("/openapi.json", api)` becomes where a router takes it.
//!
//! Sources: utoipa-swagger-ui 9 `src/axum.rs`, `src/actix.rs`, `src/rocket.rs`;
//! utoipa-redoc 6, utoipa-scalar 0.3 and utoipa-rapidoc 6 `src/lib.rs`, `src/axum.rs`.

use crate::program::Ty;
use crate::routes::endpoint::HandlerTarget;
use crate::routes::value::{Route, Value};
use crate::source::{Name, Span};
use crate::values::Text;

/// Whether a library's handler is such a page.
pub(super) fn is_page(handler: Name) -> bool {
    let krate = handler.as_str().split("::").next().unwrap_or_default();
    CRATES.contains(&krate)
}

const CRATES: [&str; 4] = [
    "utoipa_swagger_ui",
    "utoipa_redoc",
    "utoipa_scalar",
    "utoipa_rapidoc",
];

/// The routes of a documentation page, with the paths as the framework writes them;
/// `None` if the value is none. `held` are the arguments of its constructor and builder.
pub(super) fn routes(ty: &Ty, held: &[Value], span: Span, rest: &str) -> Option<Vec<Route>> {
    let made = ty.external_path()?.as_str();
    let krate = made.split("::").next()?;
    let mut paths: Vec<Text> = held
        .iter()
        .filter_map(|value| match value {
            Value::Text(text) if text.display().starts_with('/') => Some(text.clone()),
            _ => None,
        })
        .collect();
    match krate {
        "utoipa_swagger_ui" => {
            let page = paths.first()?.clone();
            // actix-web and Rocket users write the rest of the path themselves.
            if !rest.is_empty() && !page.display().contains(['{', '<']) {
                let mut below = page.clone();
                below.push(&Text::known(rest, None));
                paths.insert(1, below);
            }
        }
        "utoipa_redoc" | "utoipa_scalar" => paths.truncate(1),
        // `RapiDoc::new(spec).path(page)`; `with_openapi(spec, api)` serves both.
        "utoipa_rapidoc" => {
            if paths.len() > 1 && made.ends_with("::new") {
                paths.remove(0);
            }
        }
        _ => return None,
    }
    let name = made
        .rsplit("::")
        .find(|part| part.starts_with(char::is_uppercase));
    Some(
        paths
            .into_iter()
            .map(|path| Route {
                path: vec![path],
                handler_name: name.map(str::to_owned),
                ..Route::new("GET", HandlerTarget::External(made.into()), span)
            })
            .collect(),
    )
}
