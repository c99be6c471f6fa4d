//! What library crates are: data in `lints/models/*.toml`, answered by resolved path.
//!
//! A path is first made [canonical](Models::canonical) with the crate's export
//! table; models, adapters and lints then speak of one path per item. Everything is
//! compiled in: what a scan finds never depends on what lies in a local registry.
//! A crate's file is parsed when one of its paths is first asked for.

mod builtin;
pub(crate) mod exports;
#[doc(hidden)]
pub mod generate;
pub mod hazards;
pub mod kinds;
mod load;
pub mod roles;
pub mod schema;
mod signature;
#[cfg(test)]
mod tests;
mod type_text;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustc_hash::{FxHashMap, FxHashSet};
use semver::Version;

use crate::facts::TypeRef;
use crate::source::Name;

pub use exports::Kind;
pub use hazards::{Hazard, HazardKind, Setting};
pub use kinds::{SinkKind, Sinks, SourceKind};
pub use load::{CrateModel, ModelError};
pub use roles::{Carries, Outcome, Protection, Proves, Role, TypeRole};
pub use schema::{
    CrateInfo, Extractor, Function, Layer, Macro, Origin, Reexport, Service, Type, TypeText,
};
pub use signature::{Signature, TypeAlias};

use exports::{Row, crate_of, last_segment, prefixes};
use load::Table;
use schema::Entry;

/// Re-exports chained longer than this are taken as they stand.
const MAX_ALIASES: usize = 16;

/// Names with their canonical paths.
pub type Exported = Arc<[(Name, Name)]>;

/// All models of one run.
#[derive(Debug, Default)]
pub struct Models {
    local: Vec<CrateModel>,
    versions: FxHashMap<Name, Version>,
    /// Canonical paths that were asked for, and what modules' globs bring in.
    canonical: RwLock<FxHashMap<Name, Name>>,
    globs: RwLock<FxHashMap<Name, Exported>>,
    trait_functions: RwLock<FxHashMap<Name, Option<Name>>>,
    /// Of crates that were asked about, the traits with modelled functions.
    traits: RwLock<FxHashMap<Name, Arc<FxHashSet<Name>>>>,
    members: RwLock<FxHashMap<(Name, Name), Name>>,
}

impl Models {
    /// The models that ship with the program, for a service whose locked versions are unknown.
    pub fn builtin() -> &'static Models {
        static BUILTIN: std::sync::LazyLock<Models> = std::sync::LazyLock::new(Models::default);
        &BUILTIN
    }

    /// The built-in models with the user's before them, for the versions of a lock file
    /// (crate names with underscores; of several versions of one crate the highest).
    pub fn with_local(
        local: Vec<CrateModel>,
        versions: impl IntoIterator<Item = (Name, Version)>,
    ) -> Models {
        Models {
            local,
            versions: versions.into_iter().collect(),
            ..Models::default()
        }
    }

    /// Whether the crate is in the lock file, or there is none.
    pub fn may_be_locked(&self, name: Name) -> bool {
        !self.are_locked() || self.versions.contains_key(&name)
    }

    /// Whether there is a lock file.
    pub fn are_locked(&self) -> bool {
        !self.versions.is_empty()
    }

    /// Whether anything is known of the crate.
    pub fn crate_known(&self, name: &str) -> bool {
        self.local.iter().any(|model| model.info.name == *name) || builtin::find(name).is_some()
    }

    /// The crates of which something is known.
    pub fn crate_names(&self) -> impl Iterator<Item = Name> {
        let local = self.local.iter().map(|model| model.info.name);
        local.chain(builtin::names().map(Name::new))
    }

    /// The path by which models, adapters and lints know what `path` names: re-exports,
    /// preludes and module aliases are followed, for `Type::method` those of `Type`.
    /// Unknown paths are returned as they are.
    pub fn canonical(&self, path: &str) -> Name {
        let asked = Name::new(path);
        if let Some(known) = read(&self.canonical).get(&asked) {
            return *known;
        }
        let found = self.canonical_now(path);
        write(&self.canonical).insert(asked, found);
        found
    }

    /// The canonical path of what `name` is in `path`.
    pub fn member(&self, path: Name, name: Name) -> Name {
        if let Some(known) = read(&self.members).get(&(path, name)) {
            return *known;
        }
        let found = self.canonical(&format!("{path}::{name}"));
        write(&self.members).insert((path, name), found);
        found
    }

    fn canonical_now(&self, path: &str) -> Name {
        let mut path = path.to_owned();
        for _ in 0..MAX_ALIASES {
            match self.step(&path) {
                Some(next) if next != path => path = next,
                _ => break,
            }
        }
        Name::new(&path)
    }

    /// One step towards the canonical path; `None` if there is none.
    fn step(&self, path: &str) -> Option<String> {
        let local = self.local.iter().flat_map(|model| &model.reexports);
        let krate = builtin::find(crate_of(path));
        if let Some(krate) = krate
            && crate_of(path) != krate.name
        {
            return Some(format!("{}{}", krate.name, &path[crate_of(path).len()..]));
        }
        for (prefix, rest) in prefixes(path) {
            let by_hand = local
                .clone()
                .chain(krate.iter().flat_map(|krate| &krate.model().reexports));
            for reexport in by_hand {
                if reexport.path == *prefix {
                    return Some(format!("{}{rest}", reexport.is));
                }
            }
            let rows: Vec<Row<'_>> = krate
                .map(|krate| krate.exports().rows(prefix).collect())
                .unwrap_or_default();
            // `sqlx::PgPool::connect` is `sqlx::Pool::connect`, unless it is known by that name.
            if !rest.is_empty()
                && let Some(krate) = krate
                && let Some((_, target)) = krate.exports().alias(prefix)
                && krate.exports().function(path).is_none()
                && !krate.model().names(path)
            {
                let target = target.split('<').next().unwrap_or(target);
                return Some(format!("{target}{rest}"));
            }
            // An item may share its path with a macro or module: the one that is canonical here wins.
            if rows.iter().any(|row| matches!(row, Row::Canonical(_))) {
                return None;
            }
            if let Some(Row::Alias(target)) = rows.first() {
                return Some(format!("{target}{rest}"));
            }
        }
        None
    }

    /// What `use module::*` brings in: names with their canonical paths, sorted by name.
    /// Empty for a module that is not in an export table.
    pub fn glob(&self, module: &str) -> Exported {
        let module = self.canonical(module);
        if let Some(known) = read(&self.globs).get(&module) {
            return Arc::clone(known);
        }
        let found: Exported = self.glob_now(module).into();
        write(&self.globs).insert(module, Arc::clone(&found));
        found
    }

    fn glob_now(&self, module: Name) -> Vec<(Name, Name)> {
        let Some(krate) = builtin::find(crate_of(module.as_str())) else {
            return Vec::new();
        };
        let mut names: Vec<(Name, Name)> = krate
            .exports()
            .children(module.as_str())
            .map(|(name, path, row)| match row {
                Row::Canonical(_) => (Name::new(name), Name::new(path)),
                Row::Alias(target) => (Name::new(name), self.canonical(target)),
            })
            .collect();
        names.dedup();
        names
    }

    /// What a canonical path names. A path that names several things gives the first of
    /// type, module, value and macro. Methods are not in here: see [`Models::signature`].
    pub fn kind(&self, canonical: &str) -> Option<Kind> {
        let order = |kind: &Kind| match kind {
            Kind::Struct | Kind::Enum | Kind::Trait | Kind::Type => 0,
            Kind::Mod => 1,
            Kind::Fn | Kind::Const | Kind::Variant => 2,
            Kind::Macro => 3,
        };
        self.kinds(canonical).into_iter().min_by_key(order)
    }

    /// Everything that a canonical path names (`sqlx::query` is a function, a macro and a module).
    pub fn kinds(&self, canonical: &str) -> Vec<Kind> {
        let Some(krate) = builtin::find(crate_of(canonical)) else {
            return Vec::new();
        };
        let rows = krate.exports().rows(canonical);
        rows.filter_map(|row| match row {
            Row::Canonical(kind) => Some(kind),
            Row::Alias(_) => None,
        })
        .collect()
    }

    /// Whether there is a model of the crate that a path leads into.
    pub fn describes(&self, path: Name) -> bool {
        let krate = crate_of(path.as_str());
        let local = self.local.iter().any(|model| model.info.name == *krate);
        local || builtin::find(krate).is_some()
    }

    /// Whether a crate is a framework that we know: one with routers.
    pub fn is_framework(&self, krate: Name) -> bool {
        builtin::find(krate.as_str()).is_some_and(|it| {
            let types = &it.model().types.entries;
            it.name == krate.as_str() && types.iter().any(|it| it.role == Some(TypeRole::Router))
        })
    }

    /// The extractor with this canonical path.
    pub fn extractor(&self, canonical: Name) -> Option<&Extractor> {
        self.lookup(canonical, |model| &model.extractors)
    }

    /// The layer with this canonical path.
    pub fn layer(&self, canonical: Name) -> Option<&Layer> {
        self.lookup(canonical, |model| &model.layers)
    }

    /// The gRPC service whose server has this canonical path.
    pub fn service(&self, canonical: Name) -> Option<&Service> {
        self.lookup(canonical, |model| &model.services)
    }

    /// The gRPC service that a function of its own crate gives, implemented.
    pub fn service_given_by(&self, function: &str) -> Option<&Service> {
        let krate = crate_of(function);
        let local = self.local.iter().filter(|model| model.info.name == *krate);
        let builtin = builtin::find(krate).map(|it| it.model());
        let mut services = local.chain(builtin).flat_map(|it| &it.services.entries);
        let found = services.find(|it| it.given_by.is_some_and(|by| by == *function));
        // There may be another for the version in use.
        self.service(found?.path)
    }

    /// The layer that a call of this canonical path makes: the constructor's own entry
    /// (`ValidateRequestHeaderLayer::basic`), else that of its type (`CorsLayer`).
    pub fn constructed_layer(&self, constructor: Name) -> Option<&Layer> {
        let of_type = || Some(Name::new(constructor.as_str().rsplit_once("::")?.0));
        self.layer(constructor).or_else(|| self.layer(of_type()?))
    }

    /// The function or method with this canonical path; a trait's, called through a type of the
    /// same crate, too (`sqlx::PgConnection::connect`).
    pub fn function(&self, canonical: Name) -> Option<&Function> {
        let own = self.lookup(canonical, |model| &model.functions);
        own.or_else(|| self.lookup(self.trait_function(canonical)?, |model| &model.functions))
    }

    /// Whether a canonical path is that of a trait of which a function is modelled.
    pub fn is_modelled_trait(&self, path: Name) -> bool {
        self.traits_of(crate_of(path.as_str())).contains(&path)
    }

    /// The traits of a crate of which a function is modelled.
    fn traits_of(&self, krate: &str) -> Arc<FxHashSet<Name>> {
        let krate = Name::new(krate);
        if let Some(known) = read(&self.traits).get(&krate) {
            return Arc::clone(known);
        }
        let model = builtin::find(krate.as_str()).map(|it| it.model());
        let local = self.local.iter().filter(|it| it.info.name == krate);
        let functions = local.chain(model).flat_map(|it| &it.functions.entries);
        let owners: FxHashSet<&str> = functions
            .filter_map(|it| Some(it.path.as_str().rsplit_once("::")?.0))
            .collect();
        let traits = owners
            .into_iter()
            .filter(|it| self.kind(it) == Some(Kind::Trait));
        let traits: Arc<FxHashSet<Name>> = Arc::new(traits.map(Name::new).collect());
        write(&self.traits).insert(krate, Arc::clone(&traits));
        traits
    }

    /// The one function of a trait that a type's function of this name can be.
    fn trait_function(&self, canonical: Name) -> Option<Name> {
        if let Some(known) = read(&self.trait_functions).get(&canonical) {
            return *known;
        }
        let found = self.trait_function_now(canonical);
        write(&self.trait_functions).insert(canonical, found);
        found
    }

    fn trait_function_now(&self, canonical: Name) -> Option<Name> {
        let (owner, name) = canonical.as_str().rsplit_once("::")?;
        if !matches!(self.kind(owner), Some(Kind::Struct | Kind::Enum)) {
            return None;
        }
        let all = self.methods_named(crate_of(owner), Name::new(name));
        let mut of_traits = all.into_iter().filter(|it| {
            let of = it.path.as_str().rsplit_once("::");
            of.is_some_and(|(of, _)| self.is_modelled_trait(Name::new(of)))
        });
        let first = of_traits.next()?.path;
        of_traits.all(|it| it.path == first).then_some(first)
    }

    /// The type with this canonical path.
    pub fn type_(&self, canonical: Name) -> Option<&Type> {
        self.lookup(canonical, |model| &model.types)
    }

    /// The macro with this canonical path.
    pub fn macro_(&self, canonical: Name) -> Option<&Macro> {
        self.lookup(canonical, |model| &model.macros)
    }

    /// The modelled methods of this name, of a crate: for a receiver of unknown type.
    pub fn methods_named(&self, krate: &str, method: Name) -> Vec<&Function> {
        let model = builtin::find(krate).map(|krate| krate.model());
        let local = self.local.iter().filter(|model| model.info.name == *krate);
        let all = local
            .chain(model)
            .flat_map(|model| &model.functions.entries);
        all.filter(|function| last_segment(function.path.as_str()) == method.as_str())
            .collect()
    }

    /// The functions that `is_meant`, of these crates and of those in the lock file, by their
    /// canonical paths. Names of crates that are not known are passed over.
    pub fn functions_of(
        &self,
        crates: impl IntoIterator<Item = Name>,
        is_meant: impl Fn(&Function) -> bool,
    ) -> FxHashSet<Name> {
        let models = self.models_of(crates);
        let functions = models.flat_map(|model| &model.functions.entries);
        let meant = functions.filter(|it| is_meant(it));
        meant.map(|it| it.path).collect()
    }

    /// The same of macros.
    pub fn macros_of(
        &self,
        crates: impl IntoIterator<Item = Name>,
        is_meant: impl Fn(&Macro) -> bool,
    ) -> FxHashSet<Name> {
        let models = self.models_of(crates);
        let macros = models.flat_map(|model| &model.macros.entries);
        let meant = macros.filter(|it| is_meant(it));
        meant.map(|it| it.path).collect()
    }

    /// The same of types.
    pub fn types_of(
        &self,
        crates: impl IntoIterator<Item = Name>,
        is_meant: impl Fn(&Type) -> bool,
    ) -> FxHashSet<Name> {
        let models = self.models_of(crates);
        let types = models.flat_map(|model| &model.types.entries);
        let meant = types.filter(|it| is_meant(it));
        meant.map(|it| it.path).collect()
    }

    /// The same of extractors.
    pub fn extractors_of(
        &self,
        crates: impl IntoIterator<Item = Name>,
        is_meant: impl Fn(&Extractor) -> bool,
    ) -> FxHashSet<Name> {
        let models = self.models_of(crates);
        let extractors = models.flat_map(|model| &model.extractors.entries);
        let meant = extractors.filter(|it| is_meant(it));
        meant.map(|it| it.path).collect()
    }

    /// The hazards of a kind, of these crates and of those in the lock file, by their canonical paths.
    pub fn hazards_of(
        &self,
        crates: impl IntoIterator<Item = Name>,
        is_meant: impl Fn(&Hazard) -> bool,
    ) -> FxHashSet<Name> {
        let models = self.models_of(crates);
        let hazards = models.flat_map(|model| &model.hazards.entries);
        let meant = hazards.filter(|it| is_meant(it));
        meant.map(|it| it.path).collect()
    }

    /// The hazards of a use of the item with this canonical path; those of a trait's function,
    /// called through a type of the same crate, too.
    pub fn hazards(&self, canonical: Name) -> Vec<&Hazard> {
        self.lookup_all(canonical, |model| &model.hazards)
    }

    /// What a step with this canonical path says about the value that it makes.
    pub fn settings(&self, canonical: Name) -> Vec<&Setting> {
        self.lookup_all(canonical, |model| &model.settings)
    }

    /// The models of these crates and of those in the lock file.
    fn models_of(
        &self,
        crates: impl IntoIterator<Item = Name>,
    ) -> impl Iterator<Item = &CrateModel> {
        let locked = self.versions.keys().copied();
        let crates: FxHashSet<Name> = crates.into_iter().chain(locked).collect();
        let models = crates
            .into_iter()
            .filter_map(|krate| builtin::find(krate.as_str()));
        self.local.iter().chain(models.map(|krate| krate.model()))
    }

    /// The [last names](Models::last_names) of a type. `None` for a trait, for which any type can stand.
    pub fn names_of_type<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let is_trait = self.kind(self.canonical(path).as_str()) == Some(Kind::Trait);
        (!is_trait).then(|| self.last_names(path))
    }

    /// The last names by which its library knows something: its own, those that it is exported under,
    /// and those of aliases.
    pub fn last_names<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let canonical = self.canonical(path).as_str();
        let table = builtin::find(crate_of(canonical)).map(|it| it.exports());
        let others = table.into_iter().flat_map(|it| it.names_of(canonical));
        let own = [path, canonical]
            .into_iter()
            .filter_map(|it| it.rsplit("::").next());
        own.chain(others).collect()
    }

    /// The last names of what makes values of a type: of other types of its crate whose functions
    /// return it, and of free functions that do. Goes through the crate's table.
    pub fn makers_of(&self, path: &str) -> Vec<&'static str> {
        let canonical = self.canonical(path).as_str();
        let Some(krate) = builtin::find(crate_of(canonical)) else {
            return Vec::new();
        };
        let mut found = krate.exports().makers_of(canonical);
        // Of libraries without a table, what the models say that functions give.
        for function in &krate.model().functions.entries {
            let gives = |it: &TypeText| it.as_str().contains(canonical);
            if function.returns.as_ref().is_some_and(gives)
                && let Some((owner, name)) = function.path.as_str().rsplit_once("::")
                && owner != canonical
            {
                let of = last_segment(owner);
                let is_type = of.starts_with(char::is_uppercase);
                found.push(if is_type { of } else { name });
            }
        }
        found
    }

    /// The type that a call of this function gives: by its model, or by the export table.
    /// Of an `async fn` this is what awaiting gives ([`Signature::is_async`] tells).
    pub fn return_type(&self, canonical: Name) -> Option<&TypeRef> {
        if let Some(returns) = self
            .function(canonical)
            .and_then(|function| function.returns.as_ref())
        {
            return Some(returns.get());
        }
        self.signature(canonical).map(|signature| &signature.ret)
    }

    /// The signature of a function or method, from the export table.
    pub fn signature(&self, canonical: Name) -> Option<&'static Signature> {
        builtin::find(crate_of(canonical.as_str()))?.signature(canonical)
    }

    /// A public field of a type: [`Signature::ret`] is its type, in terms of the
    /// parameters of [`Signature::self_ty`].
    pub fn field(&self, canonical: Name, field: &str) -> Option<&'static Signature> {
        let signature = self.signature(Name::new(&format!("{canonical}::{field}")))?;
        signature.is_field.then_some(signature)
    }

    /// What a type dereferences to, in terms of the parameters of [`Signature::self_ty`].
    pub fn deref(&self, canonical: Name) -> Option<&'static Signature> {
        self.signature(Name::new(&format!("{canonical}::deref")))
    }

    /// What a type alias of a library stands for.
    pub fn type_alias(&self, canonical: Name) -> Option<&'static TypeAlias> {
        builtin::find(crate_of(canonical.as_str()))?.type_alias(canonical)
    }

    fn lookup_all<'m, T: Entry + 'm>(
        &'m self,
        path: Name,
        table: impl Fn(&'m CrateModel) -> &'m Table<T>,
    ) -> Vec<&'m T> {
        let krate = crate_of(path.as_str());
        let version = || self.versions.get(&Name::new(krate));
        let local = self.local.iter();
        let builtin = builtin::find(krate).map(|it| it.model());
        let models = local.chain(builtin);
        models
            .flat_map(|model| table(model).all(path, version))
            .collect()
    }

    fn lookup<'m, T: Entry + 'm>(
        &'m self,
        path: Name,
        table: impl Fn(&'m CrateModel) -> &'m Table<T>,
    ) -> Option<&'m T> {
        let krate = crate_of(path.as_str());
        let version = || self.versions.get(&Name::new(krate));
        let mut local = self.local.iter();
        let local = local.find_map(|model| table(model).get(path, version));
        local.or_else(|| table(builtin::find(krate)?.model()).get(path, version))
    }
}

/// No thread panics while it holds one of the locks; and what is kept is right in any case.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
