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
    assert_eq!(dangerous.role, Role::Syntactic);
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
