//! The frameworks that compose routes as actix-web does, and what each calls the same things.
//!
//! ntex began as a fork of actix-web 2: apps, scopes, resources, routes, guards and `wrap` are put
//! together alike, under other paths. Source: ntex 3.12 `src/web`.

/// A framework of the family.
pub(super) struct Family {
    /// Its name.
    pub(super) name: &'static str,
    /// The modules that hold its items, the inner ones first.
    roots: &'static [&'static str],
    /// Items of other crates that stand for its own.
    others: &'static [(&'static str, &'static str)],
    /// The type of what serves an app.
    pub(super) server: &'static str,
    /// Whether the first service that a request fits gets it, in the order of registration. ntex
    /// looks for the best fit in a tree (ntex-router 1.1 `src/tree.rs`).
    pub(super) in_order: bool,
}

const FAMILY: [Family; 2] = [
    Family {
        name: super::actix::NAME,
        roots: &["actix_web::web::", "actix_web::"],
        others: &[
            ("utoipa_actix_web::scope", "scope"),
            ("utoipa_actix_web::scope::scope", "scope"),
            ("actix_web_lab::middleware::from_fn", "middleware::from_fn"),
            ("actix_files::Files::new", "Files::new"),
            (
                "actix_web_extras::middleware::Condition::from_option",
                "middleware::Condition::from_option",
            ),
        ],
        server: "actix_web::HttpServer",
        in_order: true,
    },
    Family {
        name: super::actix::NTEX,
        roots: &["ntex::web::"],
        others: &[("ntex_files::Files::new", "Files::new")],
        server: "ntex::web::HttpServer",
        in_order: false,
    },
];

/// The framework of this name, if it is one of the family.
pub(super) fn named(name: &str) -> Option<&'static Family> {
    FAMILY.iter().find(|it| it.name == name)
}

/// The framework that an item belongs to, and what it is called there: `scope`, `App::new`,
/// `guard::Get`.
pub(super) fn item(path: &str) -> Option<(&'static Family, &str)> {
    FAMILY.iter().find_map(|family| {
        let mut others = family.others.iter();
        let other = others.find(|(other, _)| *other == path).map(|it| it.1);
        let mut roots = family.roots.iter();
        let own = || roots.find_map(|root| path.strip_prefix(root));
        Some((family, other.or_else(own)?))
    })
}
