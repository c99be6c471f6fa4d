//! Every built-in model file loads, and says what its crate has.

use super::*;

#[test]
fn every_builtin_model_loads() {
    let mut last = "";
    for krate in builtin::all() {
        assert!(last < krate.name, "{} is out of order", krate.name);
        last = krate.name;
        let text = krate.text();
        if text.is_empty() {
            assert!(
                !krate.exports().is_empty(),
                "{}: nothing is known",
                krate.name
            );
            continue;
        }
        let path = format!("{}.toml", krate.name);
        match CrateModel::parse(std::path::Path::new(&path), text, Origin::Builtin) {
            Err(error) => {
                let line = error.range.map(|range| text[..range.start].lines().count());
                panic!("{path}:{}: {}", line.unwrap_or(0), error.message);
            }
            Ok(model) => {
                assert_eq!(model.info.name, krate.name);
                assert!(
                    model.info.versions.is_some() && !model.info.source.is_empty(),
                    "{path}: versions and source"
                );
            }
        }
    }
}

/// The list in `builtin.rs` is the folder's content.
#[test]
fn every_model_file_is_compiled_in() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("lints/models");
    let stems = |folder: &std::path::Path, extension: &str| -> Vec<String> {
        let entries = walkdir::WalkDir::new(folder)
            .max_depth(1)
            .sort_by_file_name();
        let files = entries
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file());
        let names = files.filter_map(|entry| {
            entry
                .file_name()
                .to_str()?
                .strip_suffix(extension)
                .map(str::to_owned)
        });
        names.filter(|name| name != "secret-formats").collect()
    };
    let listed = |keep: fn(&builtin::BuiltinCrate) -> bool| -> Vec<String> {
        builtin::all()
            .iter()
            .filter(|krate| keep(krate))
            .map(|krate| krate.name.to_owned())
            .collect()
    };
    assert_eq!(
        stems(&root, ".toml"),
        listed(|krate| !krate.text().is_empty())
    );
    assert_eq!(
        stems(&root.join("exports"), ".txt"),
        listed(|krate| !krate.exports().is_empty())
    );
}

#[test]
fn types_and_patterns_of_use() {
    let models = Models::builtin();
    let extractor = |path: &str| {
        models
            .extractor(Name::new(path))
            .map(|found| (found.carries, found.proves))
    };
    for (path, expected) in [
        ("axum::Json", Some((Carries::Body, Proves::Nothing))),
        (
            "axum_extra::TypedHeader",
            Some((Carries::Header, Proves::Presence)),
        ),
        (
            "axum_login::AuthSession",
            Some((Carries::Identity, Proves::Session)),
        ),
        (
            "actix_identity::Identity",
            Some((Carries::Identity, Proves::Identity)),
        ),
        (
            "axum_jwt_auth::Claims",
            Some((Carries::Identity, Proves::Identity)),
        ),
        ("somewhere::Json", None),
        ("axum::Jsonn", None),
    ] {
        assert_eq!(extractor(path), expected, "{path}");
    }
    let layer = |path: &str| {
        let found = models.constructed_layer(Name::new(path));
        found.map(|found| (found.proves, found.protects.clone()))
    };
    let validate = "tower_http::validate_request::ValidateRequestHeaderLayer";
    for (path, expected) in [
        (
            "tower_http::cors::CorsLayer::permissive",
            Some((Proves::Nothing, vec![Protection::Cors])),
        ),
        (
            "tower_http::timeout::TimeoutLayer",
            Some((Proves::Nothing, vec![Protection::Timeout])),
        ),
        (
            &format!("{validate}::basic"),
            Some((Proves::Identity, vec![Protection::Authentication])),
        ),
        (
            &format!("{validate}::accept"),
            Some((Proves::Nothing, Vec::new())),
        ),
        // What an unknown constructor makes is unknown.
        (&format!("{validate}::surprise"), None),
        (
            "tower_governor::GovernorLayer::new",
            Some((Proves::Nothing, vec![Protection::RateLimit])),
        ),
    ] {
        assert_eq!(layer(path), expected, "{path}");
    }
    let verifies = models
        .function(Name::new("jsonwebtoken::decode"))
        .expect("modelled");
    assert_eq!(
        (verifies.role, verifies.credential, verifies.on),
        (Role::Verifies, Some(0), Some(Outcome::Ok))
    );
    let dangerous = models
        .function(Name::new("jsonwebtoken::dangerous::insecure_decode"))
        .expect("modelled");
    assert_eq!(dangerous.role, Role::ClaimSource);
}

#[test]
fn a_lock_file_chooses_the_version_and_local_models_win() {
    let text = "crate.name = \"shop\"\n\
        extractor = [{ path = \"shop::auth::User\", carries = \"identity\", proves = \"identity\" }]\n\
        reexport = [{ path = \"shop::User\", is = \"shop::auth::User\" }]\n";
    let local = CrateModel::parse(
        std::path::Path::new("shop.toml"),
        text,
        Origin::Configuration,
    )
    .expect("valid");
    let versions = [(Name::new("actix_identity"), Version::new(0, 4, 0))];
    let models = Models::with_local(vec![local], versions);
    let identity = models
        .extractor(Name::new("actix_identity::Identity"))
        .expect("modelled");
    assert_eq!(
        (identity.optional, identity.proves, identity.origin),
        (true, Proves::Session, Origin::Builtin)
    );
    let user = models
        .extractor(models.canonical("shop::User"))
        .expect("modelled");
    assert_eq!(user.origin, Origin::Configuration);
    assert!(
        models.crate_known("shop") && models.crate_known("core") && !models.crate_known("shopp")
    );
}

#[test]
fn aliases_of_the_standard_library_are_one_crate() {
    assert_eq!(
        Models::builtin().canonical("core::str::FromStr::from_str"),
        "std::str::FromStr::from_str"
    );
    assert_eq!(
        Models::builtin().canonical("my::core::str"),
        "my::core::str"
    );
}

/// No model speaks of something that its crate does not have.
#[test]
fn every_modelled_path_is_in_the_export_table() {
    let models = Models::builtin();
    let mut missing = Vec::new();
    for krate in builtin::all()
        .iter()
        .filter(|krate| !krate.exports().is_empty())
    {
        let model = krate.model();
        let exports = krate.exports();
        let mut check = |what: &str, path: Name, found: bool| {
            let canonical = models.canonical(path.as_str());
            if canonical != path {
                missing.push(format!("{what} {path}: canonical is {canonical}"));
            } else if !found {
                missing.push(format!("{what} {path}"));
            }
        };
        let is_item = |path: Name| exports.rows(path.as_str()).next().is_some();
        let is_function = |path: Name| exports.function(path.as_str()).is_some() || is_item(path);
        for entry in &model.extractors.entries {
            check("extractor", entry.path, is_item(entry.path));
        }
        for entry in &model.layers.entries {
            check("layer", entry.path, is_function(entry.path));
        }
        for entry in &model.functions.entries {
            check("function", entry.path, is_function(entry.path));
        }
        for entry in &model.hazards.entries {
            check("hazard", entry.path, is_function(entry.path));
        }
        for entry in &model.settings.entries {
            check("setting", entry.path, is_function(entry.path));
        }
        for entry in &model.types.entries {
            check("type", entry.path, is_item(entry.path));
        }
        for entry in &model.macros.entries {
            check(
                "macro",
                entry.path,
                models.kinds(entry.path.as_str()).contains(&Kind::Macro),
            );
        }
    }
    assert!(
        missing.is_empty(),
        "{} paths are not exported:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn re_exports_lead_to_one_path() {
    let models = Models::builtin();
    for (path, canonical) in [
        ("axum::extract::Json", "axum::Json"),
        ("axum::routing::Router", "axum::Router"),
        ("axum::routing::Router::new", "axum::Router::new"),
        (
            "axum_core::extract::FromRequest",
            "axum::extract::FromRequest",
        ),
        ("axum::http::StatusCode", "http::StatusCode"),
        ("axum::http::header::HeaderMap", "http::HeaderMap"),
        ("axum::http::StatusCode::OK", "http::StatusCode::OK"),
        ("axum::body::Bytes", "bytes::Bytes"),
        (
            "axum::extract::ws::WebSocketUpgrade",
            "axum::extract::WebSocketUpgrade",
        ),
        ("axum::middleware::from_fn", "axum::middleware::from_fn"),
        (
            "axum_extra::headers::authorization::Bearer",
            "headers::authorization::Bearer",
        ),
        (
            "axum_extra::headers::Authorization",
            "headers::Authorization",
        ),
        (
            "axum_extra::extract::cookie::SignedCookieJar",
            "axum_extra::extract::SignedCookieJar",
        ),
        ("axum_extra::extract::cookie::Key", "cookie::Key"),
        (
            "axum_login::tower_sessions::Session",
            "tower_sessions::Session",
        ),
        ("tower_sessions_core::Session", "tower_sessions::Session"),
        ("tower_layer::Layer", "tower::Layer"),
        (
            "actix_web::dev::ServiceRequest",
            "actix_web::dev::ServiceRequest",
        ),
        ("actix_web::dev::Handler", "actix_web::Handler"),
        ("actix_web::http::StatusCode", "http::StatusCode"),
        (
            "actix_web::http::HeaderMap",
            "actix_web::http::header::HeaderMap",
        ),
        ("actix_http::HttpMessage", "actix_web::HttpMessage"),
        ("actix_web::web::Bytes", "bytes::Bytes"),
        ("actix_web::cookie::Key", "cookie::Key"),
        ("rocket::http::CookieJar", "rocket::http::CookieJar"),
        ("rocket::http::Status", "rocket::http::Status"),
        ("rocket_http::Status", "rocket::http::Status"),
        ("rocket::request::Request", "rocket::Request"),
        ("rocket::request::Outcome", "rocket::request::Outcome"),
        (
            "rocket::serde::json::serde_json::from_str",
            "serde_json::from_str",
        ),
        ("sqlx_core::pool::Pool", "sqlx::Pool"),
        ("hmac::Mac::verify_slice", "digest::Mac::verify_slice"),
        (
            "argon2::PasswordVerifier",
            "password_hash::PasswordVerifier",
        ),
        ("core::option::Option", "std::option::Option"),
        ("axum::nothing::Here", "axum::nothing::Here"),
        ("unheard::of::Thing", "unheard::of::Thing"),
    ] {
        assert_eq!(models.canonical(path), canonical, "{path}");
    }
}

#[test]
fn globs_bring_what_the_module_exports() {
    let models = Models::builtin();
    for (module, name, canonical) in [
        ("actix_web", "HttpResponse", "actix_web::HttpResponse"),
        ("actix_web", "get", "actix_web::get"),
        ("actix_web::web", "Json", "actix_web::web::Json"),
        ("rocket", "Request", "rocket::Request"),
        ("rocket", "routes", "rocket::routes"),
        ("rocket::http", "Status", "rocket::http::Status"),
        ("axum::extract", "Json", "axum::Json"),
        ("axum::http", "StatusCode", "http::StatusCode"),
        ("diesel::prelude", "RunQueryDsl", "diesel::RunQueryDsl"),
        ("sqlx::prelude", "Executor", "sqlx::Executor"),
    ] {
        let names = models.glob(module);
        let found = names
            .iter()
            .find(|(found, _)| *found == name)
            .map(|(_, canonical)| canonical.as_str());
        assert_eq!(found, Some(canonical), "{module}::{name}");
    }
    assert!(models.glob("axum::nothing").is_empty());
}

#[test]
fn signatures_tell_what_calls_give() {
    let models = Models::builtin();
    for (function, ret, is_async) in [
        ("axum::Router::new", "axum::Router<S>", false),
        ("axum::Router::with_state", "axum::Router<S2>", false),
        (
            "axum::routing::get",
            "axum::routing::MethodRouter<S>",
            false,
        ),
        ("reqwest::Client::get", "reqwest::RequestBuilder", false),
        (
            "reqwest::RequestBuilder::send",
            "Result<reqwest::Response, reqwest::Error>",
            true,
        ),
        ("actix_web::web::resource", "actix_web::Resource", false),
        (
            "actix_web::HttpRequest::headers",
            "&actix_web::http::header::HeaderMap",
            false,
        ),
        (
            "rocket::Request::cookies",
            "&rocket::http::CookieJar",
            false,
        ),
        (
            "redis::Client::open",
            "Result<redis::Client, redis::RedisError>",
            false,
        ),
        ("axum::Json::deref", "T", false),
    ] {
        let signature = models
            .signature(Name::new(function))
            .unwrap_or_else(|| panic!("{function}"));
        let ret = type_text::parse(ret).expect("a type");
        assert_eq!(
            (&signature.ret, signature.is_async),
            (&ret, is_async),
            "{function}"
        );
    }
    let deref = models
        .deref(Name::new("axum::Extension"))
        .expect("it dereferences");
    assert_eq!(Some(deref.ret.clone()), type_text::parse("T"));
    let claims = models
        .field(Name::new("jsonwebtoken::TokenData"), "claims")
        .expect("a public field");
    assert_eq!(Some(claims.ret.clone()), type_text::parse("T"));
    // A private field, and a method.
    assert_eq!(models.field(Name::new("axum::Router"), "inner"), None);
    assert_eq!(models.field(Name::new("axum::Router"), "new"), None);
    let request = models
        .type_alias(Name::new("axum::extract::Request"))
        .expect("an alias");
    assert_eq!(request.params.len(), 1);
    assert_eq!(
        Some(request.ty.clone()),
        type_text::parse("http::Request<T>")
    );
}

/// What cannot be parsed cannot be found: one bad row would hide a signature for good.
#[test]
fn every_row_of_every_export_table_can_be_read() {
    for krate in builtin::all() {
        let sections = krate.exports().sections();
        for section in sections {
            let mut last = "";
            for line in section.lines() {
                assert!(last < line, "{}: `{line}` is out of order", krate.name);
                last = line;
            }
        }
        for line in sections[0].lines() {
            let path = line.split(' ').next().unwrap_or("");
            assert!(krate.exports().rows(path).next().is_some(), "{line}");
        }
        for line in sections[1].lines() {
            let path = Name::new(line.split(' ').next().unwrap_or(""));
            assert!(krate.type_alias(path).is_some(), "{line}");
        }
        for line in sections[2].lines() {
            let path = Name::new(line.split(' ').next().unwrap_or(""));
            assert!(krate.signature(path).is_some(), "{line}");
        }
    }
}

#[test]
fn a_function_of_a_trait_is_known_through_a_type_of_its_crate() {
    let role = |path: &str| {
        let models = Models::builtin();
        let found = models.function(models.canonical(path));
        found.map(|it| (it.path.to_string(), it.role))
    };
    let connects = |path: &str| Some((path.to_owned(), Role::Connects));
    assert_eq!(
        role("sqlx::PgConnection::connect"),
        connects("sqlx::Connection::connect")
    );
    assert_eq!(
        role("sqlx::postgres::PgConnection::connect"),
        connects("sqlx::Connection::connect")
    );
    assert_eq!(
        role("diesel::PgConnection::establish"),
        connects("diesel::Connection::establish")
    );
    // A name that no trait of the crate has, and a module's function.
    assert_eq!(role("sqlx::PgConnection::connection"), None);
    assert_eq!(role("sqlx::postgres::connect"), None);
}
