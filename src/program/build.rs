//! From files' facts to arenas of definitions: follows `mod` declarations from each
//! crate root and takes items, impls and bodies apart.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::defs::*;
use super::protos::Protos;
use super::{Program, Unresolved, macros, methods, scope};
use crate::facts::item::{
    ConstItem, FnItem, ImplItem, MacroItem, ModItem, TraitItem, UseItem, UseKind,
};
use crate::facts::{self, Attr, BodyId, CfgPredicate, FileFacts, Item, ItemKind, LazyBody, Tests};
use crate::models::Models;
use crate::source::{FileId, Name, SourceMap, Span, TextRange};
use crate::workspace::{PackageId, TargetKind};

/// A crate to build: its root file and the names it may use.
#[derive(Debug, Clone)]
pub struct CrateInput {
    /// The crate's name as code writes it.
    pub name: Name,
    /// Path of its root file, as in the source map.
    pub root: String,
    /// The package.
    pub package: Option<PackageId>,
    /// The kind of target.
    pub kind: TargetKind,
    /// Alias in code -> package name with underscores.
    pub dependencies: FxHashMap<Name, Name>,
    /// Aliases that are crates of this program: alias -> index of the input.
    pub local: Vec<(Name, usize)>,
    /// The edition's year.
    pub edition: u16,
    /// Whether findings in it are shown.
    pub selected: bool,
}

/// Builds the program. `facts` holds the facts of the files that a crate is expected to reach;
/// others are read when they are reached, with the bodies of `tests` or without. `protos` is what
/// the code is made from that a build includes.
pub fn build(
    models: &'static Models,
    sources: &SourceMap,
    facts: FxHashMap<FileId, FileFacts>,
    tests: Tests,
    protos: &Protos,
    inputs: &[CrateInput],
) -> Program {
    let paths = sources
        .iter()
        .map(|(id, file)| (Arc::clone(&file.path), id))
        .collect();
    let mut builder = Builder {
        program: empty(models),
        sources,
        facts,
        paths,
        macro_calls: Vec::new(),
        macros: macros::Cache::default(),
        protos,
        tests,
    };
    let mut files: Vec<_> = builder.facts.keys().copied().collect();
    files.sort();
    for file in files {
        for problem in &builder.facts[&file].problems {
            builder.program.problems.push((file, problem.clone()));
        }
    }
    let mut roots = FxHashMap::default();
    for (index, input) in inputs.iter().enumerate() {
        if let Some(crate_id) = builder.add_crate(input) {
            roots.insert(index, crate_id);
        }
    }
    for (index, input) in inputs.iter().enumerate() {
        let Some(crate_id) = roots.get(&index) else {
            continue;
        };
        for (alias, target) in &input.local {
            if let Some(target) = roots.get(target) {
                let root = builder.program[*target].root;
                builder
                    .program
                    .extern_crates
                    .entry((*crate_id, *alias))
                    .or_default()
                    .push(root);
            }
        }
    }
    macros::expand_all(&mut builder);
    let mut program = builder.program;
    program.bodies.shrink_to_fit();
    program.fns.shrink_to_fit();
    program.index = methods::Index::new(&program);
    program
}

fn empty(models: &'static Models) -> Program {
    Program {
        models,
        crates: Vec::new(),
        modules: Vec::new(),
        fns: Vec::new(),
        adts: Vec::new(),
        traits: Vec::new(),
        impls: Vec::new(),
        consts: Vec::new(),
        aliases: Vec::new(),
        macros: Vec::new(),
        bodies: Vec::new(),
        problems: Vec::new(),
        unresolved: Vec::new(),
        index: methods::Index::default(),
        names: scope::Memo::default(),
        spellings: Default::default(),
        mention_index: Default::default(),
        dereferencing: Default::default(),
        imported: Default::default(),
        extern_crates: FxHashMap::default(),
    }
}

/// The program under construction.
pub(crate) struct Builder<'a> {
    pub(crate) program: Program,
    pub(crate) sources: &'a SourceMap,
    facts: FxHashMap<FileId, FileFacts>,
    paths: FxHashMap<Arc<str>, FileId>,
    /// Macro calls in item position that wait for expansion.
    pub(crate) macro_calls: Vec<PendingMacro>,
    pub(crate) macros: macros::Cache,
    pub(crate) protos: &'a Protos,
    tests: Tests,
}

/// A macro call in item position.
#[derive(Debug, Clone)]
pub(crate) struct PendingMacro {
    pub(crate) place: Place,
    pub(crate) item: MacroItem,
    pub(crate) range: TextRange,
    pub(crate) depth: u32,
}

/// Where an item is added.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) module: ModuleId,
    pub(crate) container: Container,
    pub(crate) file: FileId,
    /// Folder in which `mod x;` of this place is looked up, without trailing slash.
    pub(crate) dir: String,
    pub(crate) cfg: Option<CfgPredicate>,
    pub(crate) is_test: bool,
    /// How many macro expansions lie around it.
    pub(crate) depth: u32,
}

/// The bodies of one file (or expansion) that have not found their item yet.
pub(crate) type Bodies = Vec<Option<LazyBody>>;

impl Builder<'_> {
    fn add_crate(&mut self, input: &CrateInput) -> Option<CrateId> {
        let file = *self.paths.get(input.root.as_str())?;
        let crate_id = CrateId(self.program.crates.len() as u32);
        let root = ModuleId(self.program.modules.len() as u32);
        self.program.crates.push(Crate {
            name: input.name,
            root,
            package: input.package,
            kind: input.kind,
            dependencies: input.dependencies.clone(),
            edition: input.edition,
            selected: input.selected,
        });
        let facts = self.take_facts(file);
        let is_test = matches!(input.kind, TargetKind::Test | TargetKind::Bench);
        self.program.modules.push(Module {
            name: input.name,
            krate: crate_id,
            parent: None,
            file,
            of_body: false,
            is_test,
            cfg: None,
            items: FxHashMap::default(),
            imports: Vec::new(),
            attrs: facts.attrs.clone(),
        });
        let place = Place {
            module: root,
            container: Container::Module,
            file,
            dir: parent_dir(&input.root).to_owned(),
            cfg: None,
            is_test,
            depth: 0,
        };
        let mut bodies: Bodies = facts.bodies.into_iter().map(Some).collect();
        self.add_items(facts.items, &place, &mut bodies);
        Some(crate_id)
    }

    /// The facts of a file; a second crate that includes the same file gets its own.
    fn take_facts(&mut self, file: FileId) -> FileFacts {
        self.facts.remove(&file).unwrap_or_else(|| {
            let facts = facts::extract_with(self.sources.file(file).text(), self.tests);
            let problems = facts.problems.iter().map(|it| (file, it.clone()));
            self.program.problems.extend(problems);
            facts
        })
    }

    /// Adds items to a place. `bodies` are those their [`BodyId`]s refer to.
    pub(crate) fn add_items(&mut self, items: Vec<Item>, place: &Place, bodies: &mut Bodies) {
        for item in items {
            self.add_item(item, place, bodies);
        }
    }

    fn add_item(&mut self, mut item: Item, place: &Place, bodies: &mut Bodies) {
        let cfg = join_cfg(place.cfg.clone(), item.cfg.clone());
        let is_test = place.is_test
            || item.cfg.as_ref().is_some_and(CfgPredicate::implies_test)
            || item.attrs.iter().any(Attr::is_test);
        let inner = Place {
            cfg,
            is_test,
            ..place.clone()
        };
        let name = item.name;
        // A function is taken whole, the others by what they are.
        match std::mem::replace(&mut item.kind, ItemKind::ExternCrate(name)) {
            ItemKind::Fn(sig) => {
                let id = self.add_fn(item, sig, &inner, bodies);
                if place.container == Container::Module {
                    self.declare(place.module, name, Def::Fn(id));
                }
            }
            ItemKind::Struct(data) => {
                let id = self.add_adt(
                    name,
                    item.name_range,
                    item.attrs,
                    data.generics,
                    AdtKind::Struct(data.fields),
                    &inner,
                );
                self.declare(place.module, name, Def::Adt(id));
            }
            ItemKind::Enum(mut data) => {
                let generics = std::mem::take(&mut data.generics);
                let id = self.add_adt(
                    name,
                    item.name_range,
                    item.attrs,
                    generics,
                    AdtKind::Enum(data),
                    &inner,
                );
                self.declare(place.module, name, Def::Adt(id));
            }
            ItemKind::TypeAlias(alias) => {
                let id = AliasId(self.program.aliases.len() as u32);
                self.program.aliases.push(AliasDef {
                    name,
                    module: place.module,
                    container: place.container,
                    generics: alias.generics,
                    ty: alias.ty,
                });
                match place.container {
                    Container::Module => self.declare(place.module, name, Def::Alias(id)),
                    Container::Impl(it) => self.program.impls[it.0 as usize].types.push(id),
                    Container::Trait(it) => self.program.traits[it.0 as usize].types.push(id),
                }
            }
            ItemKind::Trait(data) => self.add_trait(name, data, &inner, bodies),
            ItemKind::Impl(data) => self.add_impl(*data, item.attrs, item.range, &inner, bodies),
            ItemKind::Const(data) => {
                self.add_const(name, item.name_range, item.attrs, data, &inner, bodies)
            }
            ItemKind::Mod(data) => {
                self.add_mod(name, data, item.attrs, item.name_range, &inner, bodies)
            }
            ItemKind::Use(data) => self.add_use(data, item.visibility, place),
            ItemKind::ExternCrate(original) => {
                let import = Import {
                    name: Some(name),
                    path: vec![original],
                    global: true,
                    visibility: item.visibility,
                    range: item.range,
                };
                self.program.modules[place.module.0 as usize]
                    .imports
                    .push(import);
            }
            ItemKind::MacroRules(data) => {
                let id = MacroId(self.program.macros.len() as u32);
                self.program.macros.push(MacroDef {
                    name,
                    module: place.module,
                    file: place.file,
                    rules: data.rules,
                    inline: data.inline,
                    exported: data.exported,
                    range: item.range,
                });
                self.declare(place.module, name, Def::Macro(id));
            }
            ItemKind::MacroCall(call) => {
                let depth = place.depth;
                self.macro_calls.push(PendingMacro {
                    place: inner,
                    item: call,
                    range: item.range,
                    depth,
                });
            }
        }
    }

    fn declare(&mut self, module: ModuleId, name: Name, def: Def) {
        self.program.modules[module.0 as usize]
            .items
            .entry(name)
            .or_default()
            .push(def);
    }

    /// Adds an item that is a function.
    fn add_fn(&mut self, item: Item, sig: FnItem, place: &Place, bodies: &mut Bodies) -> FnId {
        let id = FnId(self.program.fns.len() as u32);
        let body = sig.body;
        self.program.fns.push(FnDef {
            name: item.name,
            module: place.module,
            container: place.container,
            sig,
            body: None,
            attrs: item.attrs,
            cfg: place.cfg.clone(),
            is_test: place.is_test,
            file: place.file,
            range: item.range,
            name_range: item.name_range,
            keyword: item.keyword,
            visibility: item.visibility,
        });
        match place.container {
            Container::Module => {}
            Container::Impl(it) => self.program.impls[it.0 as usize].fns.push(id),
            Container::Trait(it) => self.program.traits[it.0 as usize].fns.push(id),
        }
        let key = self.add_body(body, BodyOwner::Fn(id), place, bodies);
        self.program.fns[id.0 as usize].body = key;
        id
    }

    fn add_body(
        &mut self,
        id: Option<BodyId>,
        owner: BodyOwner,
        place: &Place,
        bodies: &mut Bodies,
    ) -> Option<BodyKey> {
        let mut body = bodies.get_mut(id?.0 as usize)?.take()?;
        let key = BodyKey(self.program.bodies.len() as u32);
        let local = body.take_items();
        self.program.bodies.push(BodyData {
            body,
            file: place.file,
            module: place.module,
            owner,
        });
        if !local.is_empty() {
            let module = self.open_body_module(key, place);
            let inner = Place {
                module,
                container: Container::Module,
                ..place.clone()
            };
            self.add_items(local, &inner, bodies);
        }
        Some(key)
    }

    /// The module of a body's local items, made when the first is added.
    pub(crate) fn open_body_module(&mut self, key: BodyKey, place: &Place) -> ModuleId {
        let data = &self.program.bodies[key.0 as usize];
        if self.program[data.module].of_body && data.module != place.module {
            return data.module;
        }
        let parent = &self.program[place.module];
        let module = Module {
            name: Name::new(""),
            krate: parent.krate,
            parent: Some(place.module),
            file: place.file,
            of_body: true,
            is_test: place.is_test,
            cfg: place.cfg.clone(),
            items: FxHashMap::default(),
            imports: Vec::new(),
            attrs: Vec::new(),
        };
        let id = ModuleId(self.program.modules.len() as u32);
        self.program.modules.push(module);
        self.program.bodies[key.0 as usize].module = id;
        id
    }

    fn add_adt(
        &mut self,
        name: Name,
        name_range: TextRange,
        attrs: Vec<Attr>,
        generics: facts::item::Generics,
        kind: AdtKind,
        place: &Place,
    ) -> AdtId {
        let id = AdtId(self.program.adts.len() as u32);
        self.program.adts.push(AdtDef {
            name,
            module: place.module,
            generics,
            kind,
            attrs,
            cfg: place.cfg.clone(),
            is_test: place.is_test,
            file: place.file,
            name_range,
        });
        id
    }

    fn add_trait(&mut self, name: Name, data: TraitItem, place: &Place, bodies: &mut Bodies) {
        let id = TraitId(self.program.traits.len() as u32);
        self.program.traits.push(TraitDef {
            name,
            module: place.module,
            generics: data.generics,
            supertraits: data.supertraits,
            fns: Vec::new(),
            types: Vec::new(),
            consts: Vec::new(),
        });
        self.declare(place.module, name, Def::Trait(id));
        let inner = Place {
            container: Container::Trait(id),
            ..place.clone()
        };
        self.add_items(data.items, &inner, bodies);
    }

    fn add_impl(
        &mut self,
        data: ImplItem,
        attrs: Vec<Attr>,
        range: TextRange,
        place: &Place,
        bodies: &mut Bodies,
    ) {
        let id = ImplId(self.program.impls.len() as u32);
        self.program.impls.push(ImplDef {
            module: place.module,
            generics: data.generics,
            of_trait: data.of_trait,
            self_ty: data.self_ty,
            fns: Vec::new(),
            types: Vec::new(),
            consts: Vec::new(),
            attrs,
            is_test: place.is_test,
            cfg: place.cfg.clone(),
            file: place.file,
            range,
        });
        let inner = Place {
            container: Container::Impl(id),
            ..place.clone()
        };
        self.add_items(data.items, &inner, bodies);
    }

    fn add_const(
        &mut self,
        name: Name,
        name_range: TextRange,
        attrs: Vec<Attr>,
        data: ConstItem,
        place: &Place,
        bodies: &mut Bodies,
    ) {
        let id = ConstId(self.program.consts.len() as u32);
        self.program.consts.push(ConstDef {
            name,
            module: place.module,
            container: place.container,
            ty: data.ty,
            is_static: data.is_static,
            body: None,
            attrs,
            is_test: place.is_test,
            file: place.file,
            name_range,
        });
        match place.container {
            Container::Module => self.declare(place.module, name, Def::Const(id)),
            Container::Impl(it) => self.program.impls[it.0 as usize].consts.push(id),
            Container::Trait(it) => self.program.traits[it.0 as usize].consts.push(id),
        }
        let key = self.add_body(data.body, BodyOwner::Const(id), place, bodies);
        self.program.consts[id.0 as usize].body = key;
    }

    fn add_mod(
        &mut self,
        name: Name,
        data: ModItem,
        mut attrs: Vec<Attr>,
        name_range: TextRange,
        place: &Place,
        bodies: &mut Bodies,
    ) {
        let child_dir = join(&place.dir, name.as_str());
        let (file, dir, items, mut file_bodies) = match data.items {
            Some(items) => {
                let dir = data
                    .path
                    .as_deref()
                    .map_or(child_dir, |path| join(&place.dir, path));
                (place.file, dir, items, None)
            }
            None => {
                let found = self.module_file(name, data.path.as_deref(), place);
                let (file, dir) = match found {
                    Ok(found) => found,
                    Err(expected) => {
                        self.program.unresolved.push(Unresolved {
                            reason: format!("no file for `mod {name}`: expected {expected}"),
                            span: name_range.in_file(place.file),
                        });
                        return;
                    }
                };
                let facts = self.take_facts(file);
                attrs.extend(facts.attrs);
                let bodies: Bodies = facts.bodies.into_iter().map(Some).collect();
                (file, dir, facts.items, Some(bodies))
            }
        };
        let id = ModuleId(self.program.modules.len() as u32);
        self.program.modules.push(Module {
            name,
            krate: self.program[place.module].krate,
            parent: Some(place.module),
            file,
            of_body: false,
            is_test: place.is_test,
            cfg: place.cfg.clone(),
            items: FxHashMap::default(),
            imports: Vec::new(),
            attrs,
        });
        self.declare(place.module, name, Def::Module(id));
        let inner = Place {
            module: id,
            container: Container::Module,
            file,
            dir,
            ..place.clone()
        };
        self.add_items(items, &inner, file_bodies.as_mut().unwrap_or(bodies));
    }

    /// The file of `mod name;` and the folder in which its own modules lie.
    fn module_file(
        &self,
        name: Name,
        path: Option<&str>,
        place: &Place,
    ) -> Result<(FileId, String), String> {
        if let Some(path) = path {
            // `#[path]` counts from the folder of the file that the attribute stands in.
            let base = parent_dir(self.sources.path(place.file));
            let full = join(base, path);
            return match self.paths.get(full.as_str()) {
                Some(id) => Ok((*id, parent_dir(&full).to_owned())),
                None => Err(format!("`{full}`")),
            };
        }
        let dir = join(&place.dir, name.as_str());
        let candidates = [format!("{dir}.rs"), format!("{dir}/mod.rs")];
        for candidate in &candidates {
            if let Some(id) = self.paths.get(candidate.as_str()) {
                return Ok((*id, dir));
            }
        }
        Err(format!("`{}` or `{}`", candidates[0], candidates[1]))
    }

    fn add_use(&mut self, data: UseItem, visibility: facts::item::Visibility, place: &Place) {
        let imports = &mut self.program.modules[place.module.0 as usize].imports;
        for leaf in data.leaves {
            let name = match leaf.kind {
                UseKind::Name(name) => Some(name),
                UseKind::Glob => None,
                UseKind::Anonymous => Some(Name::new("_")),
            };
            imports.push(Import {
                name,
                path: leaf.path,
                global: leaf.global,
                visibility,
                range: leaf.range,
            });
        }
    }

    /// Notes something that could not be followed.
    pub(crate) fn unresolved(&mut self, reason: String, span: Span) {
        self.program.unresolved.push(Unresolved { reason, span });
    }
}

/// The folder of a path, without trailing slash; empty for a bare file name.
fn parent_dir(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// Joins and normalises (`.` and `..` removed).
fn join(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// Both predicates must hold.
pub(crate) fn join_cfg(
    outer: Option<CfgPredicate>,
    inner: Option<CfgPredicate>,
) -> Option<CfgPredicate> {
    match (outer, inner) {
        (Some(outer), Some(inner)) => Some(CfgPredicate::All(vec![outer, inner])),
        (outer, inner) => outer.or(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_paths() {
        for (dir, path, expected) in [
            ("src", "a.rs", "src/a.rs"),
            ("src/a", "../b/c.rs", "src/b/c.rs"),
            ("", "x/./y.rs", "x/y.rs"),
            ("", "../x.rs", "../x.rs"),
        ] {
            assert_eq!(join(dir, path), expected);
        }
    }
}
