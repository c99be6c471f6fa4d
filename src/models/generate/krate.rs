//! One crate's source as modules with names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::Source;
use crate::facts::item::{Field, Fields, UseKind, UseLeaf, Visibility};
use crate::facts::{CfgPredicate, FileFacts, Item, ItemKind};
use crate::models::Kind;
use crate::source::Name;

/// A crate.
pub(super) struct Krate {
    pub(super) name: String,
    pub(super) index: usize,
    pub(super) edition_2015: bool,
    /// Dependencies that the crate calls by another name.
    pub(super) renamed: BTreeMap<String, String>,
    /// The first is the root.
    pub(super) modules: Vec<Module>,
}

/// A module.
#[derive(Default)]
pub(super) struct Module {
    /// Names from the root to it, the crate's own not included.
    pub(super) path: Vec<Name>,
    pub(super) parent: Option<usize>,
    pub(super) names: FxHashMap<Name, Vec<Binding>>,
    pub(super) globs: Vec<(Vec<Name>, bool, bool)>,
    pub(super) items: Vec<Item>,
    pub(super) hidden: bool,
}

/// What a name is bound to in a module.
#[derive(Clone)]
pub(super) struct Binding {
    pub(super) public: bool,
    pub(super) hidden: bool,
    pub(super) target: Target,
}

#[derive(Clone)]
pub(super) enum Target {
    /// An item of the module: its kind and its place in [`Module::items`].
    Item(Kind, usize),
    Module(usize),
    Use {
        path: Vec<Name>,
        global: bool,
    },
    /// Hidden in a macro: its canonical path.
    Known(String),
}

pub(super) fn load(source: &Source) -> Option<Krate> {
    let manifest: toml::Table = fs::read_to_string(source.dir.join("Cargo.toml"))
        .ok()?
        .parse()
        .ok()?;
    let text = |table: &str, key: &str| Some(manifest.get(table)?.get(key)?.as_str()?.to_owned());
    let root = source
        .dir
        .join(text("lib", "path").unwrap_or_else(|| "src/lib.rs".into()));
    let mut renamed = BTreeMap::new();
    if let Some(dependencies) = manifest.get("dependencies").and_then(toml::Value::as_table) {
        for (key, value) in dependencies {
            if let Some(package) = value.get("package").and_then(toml::Value::as_str) {
                renamed.insert(key.replace('-', "_"), package.replace('-', "_"));
            }
        }
    }
    let mut krate = Krate {
        name: source.name.clone(),
        index: 0,
        edition_2015: text("package", "edition").is_none_or(|edition| edition == "2015"),
        renamed,
        modules: vec![Module::default()],
    };
    let facts = read(&root)?;
    let dir = root.parent()?.to_owned();
    krate.add(
        0,
        facts.items,
        &Place {
            dir: dir.clone(),
            file_dir: dir,
        },
    );
    Some(krate)
}

/// Where the files of a module's children lie.
struct Place {
    /// For `mod x;`.
    dir: PathBuf,
    /// For `#[path = ".."]`.
    file_dir: PathBuf,
}

impl Krate {
    fn add(&mut self, module: usize, items: Vec<Item>, place: &Place) {
        for item in items {
            if item
                .cfg
                .as_ref()
                .is_some_and(|cfg| holds(cfg) == Some(false))
            {
                continue;
            }
            let public = item.visibility == Visibility::Public;
            let hidden = is_hidden(&item);
            let kind = match &item.kind {
                ItemKind::Mod(_) => {
                    self.add_module(module, item, public, hidden, place);
                    continue;
                }
                ItemKind::Use(used) => {
                    for leaf in &used.leaves {
                        self.add_use(module, leaf, public, hidden);
                    }
                    continue;
                }
                ItemKind::ExternCrate(name) => {
                    let target = Target::Use {
                        path: vec![*name],
                        global: true,
                    };
                    self.bind(
                        module,
                        item.name,
                        Binding {
                            public,
                            hidden,
                            target,
                        },
                    );
                    continue;
                }
                // What it holds was put in its place when the file was read.
                ItemKind::MacroCall(_) => continue,
                ItemKind::MacroRules(rules) => {
                    let home = if rules.exported { 0 } else { module };
                    let target = Target::Item(Kind::Macro, self.modules[home].items.len());
                    self.bind(
                        home,
                        item.name,
                        Binding {
                            public: rules.exported,
                            hidden,
                            target,
                        },
                    );
                    self.modules[home].items.push(item);
                    continue;
                }
                ItemKind::Fn(_) => match proc_macro(&item) {
                    Some(name) => {
                        let target = Target::Item(Kind::Macro, self.modules[module].items.len());
                        self.bind(
                            module,
                            name,
                            Binding {
                                public: true,
                                hidden,
                                target,
                            },
                        );
                        self.modules[module].items.push(item);
                        continue;
                    }
                    None => Some(Kind::Fn),
                },
                ItemKind::Struct(_) => Some(Kind::Struct),
                ItemKind::Enum(_) => Some(Kind::Enum),
                ItemKind::Trait(_) => Some(Kind::Trait),
                ItemKind::TypeAlias(_) => Some(Kind::Type),
                ItemKind::Const(_) => Some(Kind::Const),
                ItemKind::Impl(_) => None,
            };
            if let Some(kind) = kind {
                let target = Target::Item(kind, self.modules[module].items.len());
                self.bind(
                    module,
                    item.name,
                    Binding {
                        public,
                        hidden,
                        target,
                    },
                );
            }
            self.modules[module].items.push(item);
        }
    }

    /// Adds an item that only a macro's expansion declares.
    pub(super) fn add_known(&mut self, path: &str) {
        let mut names: Vec<Name> = path.split("::").skip(1).map(Name::new).collect();
        let Some(name) = names.pop() else { return };
        if let Some(module) = self.modules.iter().position(|module| module.path == names) {
            let target = Target::Known(path.to_owned());
            self.bind(
                module,
                name,
                Binding {
                    public: true,
                    hidden: false,
                    target,
                },
            );
        }
    }

    fn bind(&mut self, module: usize, name: Name, binding: Binding) {
        self.modules[module]
            .names
            .entry(name)
            .or_default()
            .push(binding);
    }

    fn add_use(&mut self, module: usize, leaf: &UseLeaf, public: bool, hidden: bool) {
        match leaf.kind {
            UseKind::Name(name) => {
                let target = Target::Use {
                    path: leaf.path.clone(),
                    global: leaf.global,
                };
                self.bind(
                    module,
                    name,
                    Binding {
                        public,
                        hidden,
                        target,
                    },
                );
            }
            UseKind::Glob => {
                self.modules[module]
                    .globs
                    .push((leaf.path.clone(), leaf.global, public))
            }
            UseKind::Anonymous => {}
        }
    }

    fn add_module(&mut self, parent: usize, item: Item, public: bool, hidden: bool, place: &Place) {
        let (name, item_hidden) = (item.name, is_hidden(&item));
        let ItemKind::Mod(inner) = item.kind else {
            return;
        };
        let (items, place) = match (inner.items, inner.path) {
            (Some(items), _) => {
                let dir = place.dir.join(name.as_str());
                (
                    items,
                    Place {
                        dir: dir.clone(),
                        file_dir: dir,
                    },
                )
            }
            (None, Some(path)) => {
                let file = place.file_dir.join(path);
                let Some(facts) = read(&file) else { return };
                let dir = file.parent().unwrap_or(&place.file_dir).to_owned();
                (
                    facts.items,
                    Place {
                        dir: dir.clone(),
                        file_dir: dir,
                    },
                )
            }
            (None, None) => {
                let dir = place.dir.join(name.as_str());
                let flat = place.dir.join(format!("{name}.rs"));
                let Some(facts) = read(&flat).or_else(|| read(&dir.join("mod.rs"))) else {
                    return;
                };
                let file_dir = if flat.exists() {
                    place.dir.clone()
                } else {
                    dir.clone()
                };
                (facts.items, Place { dir, file_dir })
            }
        };
        let mut path = self.modules[parent].path.clone();
        path.push(name);
        let hidden_here = item_hidden || self.modules[parent].hidden;
        let index = self.modules.len();
        self.modules.push(Module {
            path,
            parent: Some(parent),
            hidden: hidden_here,
            ..Module::default()
        });
        self.bind(
            parent,
            name,
            Binding {
                public,
                hidden,
                target: Target::Module(index),
            },
        );
        self.add(index, items, &place);
    }
}

fn read(file: &Path) -> Option<FileFacts> {
    let text = fs::read_to_string(file).ok()?;
    let mut facts = crate::facts::extract(&text);
    facts.items = expand(facts.items, &text, 0);
    Some(facts)
}

/// Replaces `macro! { items }` by the items: `cfg_feature! { pub use .. }` and the like.
fn expand(items: Vec<Item>, text: &str, depth: u32) -> Vec<Item> {
    let mut all = Vec::new();
    for mut item in items {
        match &mut item.kind {
            ItemKind::MacroCall(call) if depth < 4 => {
                let name = call.path.last().map_or("", Name::as_str);
                let inside = text
                    .get(call.tokens.start as usize..call.tokens.end as usize)
                    .unwrap_or("");
                let blocks = if name == "cfg_if" {
                    blocks(inside)
                } else {
                    vec![inside]
                };
                for block in blocks.iter().filter(|_| name != "if_wasm") {
                    let inner = crate::facts::extract(block);
                    if inner.problems.is_empty() && !inner.items.is_empty() {
                        all.extend(expand(inner.items, block, depth + 1));
                    }
                }
            }
            ItemKind::Struct(shape) => {
                shape.fields = match std::mem::replace(&mut shape.fields, Fields::Unit) {
                    Fields::Named(fields) => Fields::Named(public_fields(fields, text)),
                    Fields::Tuple(fields) => Fields::Tuple(public_fields(fields, text)),
                    Fields::Unit => Fields::Unit,
                };
                all.push(item);
            }
            ItemKind::Mod(module) => {
                if let Some(items) = module.items.take() {
                    module.items = Some(expand(items, text, depth));
                }
                all.push(item);
            }
            _ => all.push(item),
        }
    }
    all
}

/// What stands in the outermost braces of `if #[cfg(..)] { .. } else { .. }`.
fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    blocks.push(&text[start..at]);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// The facts keep no visibility of fields: it is read from the text before their names.
fn public_fields(fields: Vec<Field>, text: &str) -> Vec<Field> {
    let is_public = |field: &Field| {
        text.get(..field.range.start as usize)
            .is_some_and(|before| before.trim_end().ends_with("pub"))
    };
    fields.into_iter().filter(is_public).collect()
}

/// The name under which a procedural macro is used.
fn proc_macro(item: &Item) -> Option<Name> {
    item.attrs.iter().find_map(|attr| {
        let meta = &attr.meta;
        if meta.is("proc_macro") || meta.is("proc_macro_attribute") {
            return Some(item.name);
        }
        let derive = meta
            .is("proc_macro_derive")
            .then(|| meta.list().first())
            .flatten()?;
        derive.last_segment()
    })
}

fn is_hidden(item: &Item) -> bool {
    let attribute = item
        .attrs
        .iter()
        .any(|attr| attr.meta.is("doc") && attr.meta.entry("hidden").is_some());
    attribute || item.name.as_str().starts_with("__")
}

/// Whether a predicate holds on a usual server, `None` if that depends on features.
fn holds(cfg: &CfgPredicate) -> Option<bool> {
    const NEVER: &[&str] = &[
        "test", "doc", "docsrs", "doctest", "miri", "loom", "kani", "fuzzing", "windows",
        "trybuild",
    ];
    match cfg {
        CfgPredicate::Flag(name) if NEVER.contains(&name.as_str()) => Some(false),
        CfgPredicate::Flag(name) if *name == "unix" => Some(true),
        CfgPredicate::Flag(_) => None,
        CfgPredicate::KeyValue(key, value) => match key.as_str() {
            "target_arch" => Some(*value == "x86_64"),
            "target_os" => Some(*value == "linux"),
            "target_family" => Some(*value == "unix"),
            _ => None,
        },
        CfgPredicate::All(parts) => {
            let parts: Vec<_> = parts.iter().map(holds).collect();
            if parts.contains(&Some(false)) {
                return Some(false);
            }
            parts.iter().all(|part| *part == Some(true)).then_some(true)
        }
        CfgPredicate::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(holds).collect();
            if parts.contains(&Some(true)) {
                return Some(true);
            }
            parts
                .iter()
                .all(|part| *part == Some(false))
                .then_some(false)
        }
        CfgPredicate::Not(part) => holds(part).map(|value| !value),
        CfgPredicate::Bool(value) => Some(*value),
    }
}
