//! Signatures, fields and type aliases with canonical paths.

use rustc_hash::FxHashMap;

use super::paths::Paths;
use super::resolve::{Def, Program, Res};
use crate::facts::item::{FnItem, Generics, ImplItem, Visibility};
use crate::facts::{GenericArg, Item, ItemKind, Path, TypeRef};
use crate::models::Kind;
use crate::source::Name;

/// Traits whose methods everybody has; what they return needs no table.
const COMMON_TRAITS: &[&str] = &[
    "Add",
    "AsMut",
    "AsRef",
    "AsyncBufRead",
    "AsyncRead",
    "AsyncSeek",
    "AsyncWrite",
    "Body",
    "Borrow",
    "Buf",
    "BufMut",
    "Clone",
    "ConditionallySelectable",
    "Debug",
    "Decode",
    "Decoder",
    "DerefMut",
    "Deserialize",
    "Deserializer",
    "Display",
    "Drop",
    "Encode",
    "Encoder",
    "Eq",
    "Error",
    "Extend",
    "From",
    "FromIterator",
    "FromRequest",
    "FromRequestParts",
    "Future",
    "Hash",
    "Index",
    "IndexMut",
    "IntoResponse",
    "IntoResponseParts",
    "Layer",
    "MessageBody",
    "Not",
    "OpenApiFromRequest",
    "OpenApiResponder",
    "OperationInput",
    "OperationOutput",
    "OptionalFromRequest",
    "OptionalFromRequestParts",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "PartialSchema",
    "Read",
    "Responder",
    "Serialize",
    "Serializer",
    "Service",
    "Sink",
    "Sizeable",
    "Stream",
    "Sub",
    "ToOwned",
    "ToSchema",
    "ToSql",
    "ToTokens",
    "Transform",
    "Write",
    "Zeroize",
];

/// Writes the second and third section of a crate's table.
pub(super) fn rows(
    program: &Program,
    paths: &Paths<'_>,
    krate: usize,
    aliases: &mut Vec<String>,
    functions: &mut Vec<String>,
) {
    // Of several methods of one name the inherent one comes first.
    for of_traits in [false, true] {
        for (module, here) in program.crates[krate].modules.iter().enumerate() {
            let (aliases, functions) = (&mut *aliases, &mut *functions);
            let mut writer = Writer {
                program,
                paths,
                krate,
                module,
                aliases,
                functions,
            };
            for (index, item) in here.items.iter().enumerate() {
                let of_trait =
                    matches!(&item.kind, ItemKind::Impl(block) if block.of_trait.is_some());
                if of_trait == of_traits {
                    writer.item(index, item);
                }
            }
        }
    }
}

struct Writer<'w, 'p> {
    program: &'p Program,
    paths: &'w Paths<'p>,
    krate: usize,
    module: usize,
    aliases: &'w mut Vec<String>,
    functions: &'w mut Vec<String>,
}

/// What the names of type parameters, and `Self`, stand for.
#[derive(Default, Clone)]
struct Scope {
    params: FxHashMap<Name, String>,
    self_ty: Option<String>,
    /// `Self::Name` of the impl.
    assoc: FxHashMap<Name, String>,
}

impl Scope {
    fn with(&self, generics: &Generics) -> Scope {
        let mut scope = self.clone();
        scope.params.extend(
            generics
                .params
                .iter()
                .map(|param| (param.name, param.name.to_string())),
        );
        scope
    }
}

impl Writer<'_, '_> {
    fn item(&mut self, index: usize, item: &Item) {
        let def = |kind| Def {
            krate: self.krate,
            module: self.module,
            item: index,
            kind,
            name: item.name,
        };
        let public = |kind| {
            let res = Res::Item(def(kind));
            self.paths
                .is_public(&res)
                .then(|| self.paths.canonical(&res))
        };
        match &item.kind {
            ItemKind::Fn(function) => {
                if let Some(path) = public(Kind::Fn) {
                    self.function(&path, function, &Scope::default(), "");
                }
            }
            ItemKind::Struct(shape) => {
                let Some(path) = public(Kind::Struct) else {
                    return;
                };
                let scope = Scope::default().with(&shape.generics);
                let self_ty = with_params(&path, &shape.generics);
                for field in shape.fields.list() {
                    let ty = self.ty(&field.ty, &scope);
                    self.functions
                        .push(format!("{path}::{} field({self_ty}) -> {ty}", field.name));
                }
            }
            ItemKind::TypeAlias(alias) => {
                let (Some(path), Some(ty)) = (public(Kind::Type), &alias.ty) else {
                    return;
                };
                let scope = Scope::default().with(&alias.generics);
                let params = alias
                    .generics
                    .params
                    .iter()
                    .map(|param| match &param.default {
                        Some(default) => format!("{} = {}", param.name, self.ty(default, &scope)),
                        None => param.name.to_string(),
                    });
                let params = params.collect::<Vec<_>>().join("; ");
                let ty = self.ty(ty, &scope);
                self.aliases.push(format!("{path} <{params}> = {ty}"));
            }
            ItemKind::Trait(shape) => {
                let Some(path) = public(Kind::Trait) else {
                    return;
                };
                let scope = Scope::default().with(&shape.generics);
                for member in &shape.items {
                    if let ItemKind::Fn(function) = &member.kind {
                        self.function(&format!("{path}::{}", member.name), function, &scope, "");
                    }
                }
            }
            ItemKind::Impl(block) => self.block(block),
            _ => {}
        }
    }

    fn block(&mut self, block: &ImplItem) {
        let scope = Scope::default().with(&block.generics);
        let self_ty = self.ty(block.self_ty.peel_refs(), &scope);
        let Some(target) = block.self_ty.peel_refs().as_path() else {
            return;
        };
        let names: Vec<Name> = target.segments.iter().map(|segment| segment.name).collect();
        let found = self
            .program
            .resolve(self.krate, self.module, &names, target.global);
        let is_type = |res: &&Res| matches!(res, Res::Item(def) if !matches!(def.kind, Kind::Macro | Kind::Fn));
        let Some(Res::Item(def)) = found.iter().find(is_type) else {
            return;
        };
        if !self.paths.is_public(&Res::Item(*def)) {
            return;
        }
        let path = self.paths.canonical(&Res::Item(*def));
        let of_trait = block.of_trait.as_ref().and_then(Path::last);
        if of_trait.is_some_and(|name| COMMON_TRAITS.contains(&name.as_str())) {
            return;
        }
        // A foreign trait's methods are found by the trait.
        let home = |krate: usize| super::facade_of(&self.program.crates[krate].name);
        if home(def.krate) != home(self.krate) {
            return;
        }
        let mut scope = Scope {
            self_ty: Some(self_ty.clone()),
            ..scope
        };
        for member in &block.items {
            if let ItemKind::TypeAlias(alias) = &member.kind
                && let Some(ty) = &alias.ty
            {
                let text = self.ty(ty, &scope);
                scope.assoc.insert(member.name, text);
            }
        }
        for member in &block.items {
            match &member.kind {
                ItemKind::Fn(function)
                    if of_trait.is_some() || member.visibility == Visibility::Public =>
                {
                    self.function(
                        &format!("{path}::{}", member.name),
                        function,
                        &scope,
                        &self_ty,
                    );
                }
                ItemKind::TypeAlias(alias) if of_trait.is_some_and(|name| name == "Deref") => {
                    if let Some(ty) = &alias.ty {
                        let target = self.ty(ty, &scope);
                        self.functions
                            .push(format!("{path}::deref fn({self_ty}) -> {target}"));
                    }
                }
                _ => {}
            }
        }
    }

    fn function(&mut self, path: &str, function: &FnItem, scope: &Scope, self_ty: &str) {
        if path.ends_with("::deref") {
            return;
        }
        let scope = scope.with(&function.generics);
        let (is_async, ret) = match future_output(&function.ret) {
            Some(output) => (true, output),
            None => (function.is_async, &function.ret),
        };
        let ret = self.ty(ret, &scope);
        let of = if self_ty.is_empty() {
            String::new()
        } else {
            format!("({self_ty})")
        };
        let word = if is_async { "async fn" } else { "fn" };
        self.functions.push(format!("{path} {word}{of} -> {ret}"));
    }

    fn ty(&self, ty: &TypeRef, scope: &Scope) -> String {
        match ty {
            TypeRef::Path(path) => self.path(path, scope),
            TypeRef::Ref { mutable, inner } => {
                format!(
                    "&{}{}",
                    if *mutable { "mut " } else { "" },
                    self.ty(inner, scope)
                )
            }
            TypeRef::Ptr(inner) => format!("*const {}", self.ty(inner, scope)),
            TypeRef::Tuple(parts) => match parts.as_slice() {
                [only] => format!("({},)", self.ty(only, scope)),
                parts => format!("({})", self.list(parts, scope)),
            },
            TypeRef::Slice(inner) => format!("[{}]", self.ty(inner, scope)),
            TypeRef::Array(inner) => format!("[{}; _]", self.ty(inner, scope)),
            TypeRef::ImplTrait(bounds) => format!("impl {}", self.bounds(bounds, scope)),
            TypeRef::DynTrait(bounds) => format!("dyn {}", self.bounds(bounds, scope)),
            TypeRef::FnPtr(params, ret) => format!(
                "fn({}) -> {}",
                self.list(params, scope),
                self.ty(ret, scope)
            ),
            TypeRef::Never => "!".into(),
            TypeRef::Infer | TypeRef::Unknown => "_".into(),
        }
    }

    fn list(&self, types: &[TypeRef], scope: &Scope) -> String {
        types
            .iter()
            .map(|ty| self.ty(ty, scope))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn bounds(&self, bounds: &[Path], scope: &Scope) -> String {
        let bounds: Vec<String> = bounds.iter().map(|path| self.path(path, scope)).collect();
        if bounds.is_empty() {
            "Sized".into()
        } else {
            bounds.join(" + ")
        }
    }

    fn path(&self, path: &Path, scope: &Scope) -> String {
        let names: Vec<Name> = path.segments.iter().map(|segment| segment.name).collect();
        let joined = names
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join("::");
        if let Some(qself) = &path.qself {
            let of = qself
                .as_trait
                .as_ref()
                .map(|path| format!(" as {}", self.path(path, scope)));
            return format!(
                "<{}{}>::{joined}",
                self.ty(&qself.ty, scope),
                of.unwrap_or_default()
            );
        }
        let args: Vec<String> = path
            .segments
            .last()
            .and_then(|segment| segment.args.as_deref())
            .map_or(Vec::new(), |args| {
                args.iter().filter_map(|arg| self.arg(arg, scope)).collect()
            });
        let with_args = |base: &str| {
            if args.is_empty() {
                base.to_owned()
            } else {
                format!("{base}<{}>", args.join(", "))
            }
        };
        let Some(first) = names.first() else {
            return "_".into();
        };
        if *first == "Self" {
            return match (&scope.self_ty, names.len()) {
                (Some(self_ty), 1) => self_ty.clone(),
                (_, 2) => scope.assoc.get(&names[1]).cloned().unwrap_or(joined),
                _ => joined,
            };
        }
        if let Some(text) = scope.params.get(first) {
            return if names.len() == 1 {
                text.clone()
            } else {
                joined
            };
        }
        let found = self
            .program
            .resolve(self.krate, self.module, &names, path.global);
        let is_type = |res: &&Res| {
            matches!(res, Res::External(_))
                || matches!(res, Res::Item(def) if !matches!(def.kind, Kind::Macro | Kind::Fn))
        };
        match found.iter().find(is_type) {
            Some(Res::Item(def)) => match self.expanded(*def, &args) {
                Some(text) => text,
                None => with_args(&self.paths.canonical(&Res::Item(*def))),
            },
            // One segment that nobody declares: a primitive type or a name of the prelude.
            Some(Res::External(full)) => with_args(full),
            _ => with_args(&joined),
        }
    }

    fn arg(&self, arg: &GenericArg, scope: &Scope) -> Option<String> {
        match arg {
            GenericArg::Type(ty) => Some(self.ty(ty, scope)),
            GenericArg::Assoc(name, ty) => Some(format!("{name} = {}", self.ty(ty, scope))),
            GenericArg::Constraint(name, bounds) => {
                Some(format!("{name}: {}", self.bounds(bounds, scope)))
            }
            GenericArg::Const(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(text.to_string())
            }
            GenericArg::Const(_) => Some("_".into()),
            GenericArg::Lifetime => None,
        }
    }

    /// The target of an alias that is private, or that is a `Result`.
    fn expanded(&self, def: Def, args: &[String]) -> Option<String> {
        let ItemKind::TypeAlias(alias) = &self.program.item(def).kind else {
            return None;
        };
        let to_result = alias
            .ty
            .as_ref()
            .and_then(TypeRef::as_path)
            .and_then(Path::last);
        if self.paths.is_public(&Res::Item(def)) && to_result.is_none_or(|name| name != "Result") {
            return None;
        }
        let there = Writer {
            krate: def.krate,
            module: def.module,
            aliases: &mut Vec::new(),
            functions: &mut Vec::new(),
            ..*self
        };
        let mut scope = Scope::default();
        for (index, param) in alias.generics.params.iter().enumerate() {
            let text = match (args.get(index), &param.default) {
                (Some(text), _) => text.clone(),
                (None, Some(default)) => there.ty(default, &scope),
                (None, None) => "_".into(),
            };
            scope.params.insert(param.name, text);
        }
        Some(there.ty(alias.ty.as_ref()?, &scope))
    }
}

fn with_params(path: &str, generics: &Generics) -> String {
    let names: Vec<&str> = generics
        .params
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    if names.is_empty() {
        path.to_owned()
    } else {
        format!("{path}<{}>", names.join(", "))
    }
}

/// What awaiting a value of this type gives, where the type says so itself.
fn future_output(ty: &TypeRef) -> Option<&TypeRef> {
    let of_bounds = |bounds: &[Path]| -> Option<usize> {
        bounds
            .iter()
            .position(|path| path.last().is_some_and(|name| name == "Future"))
    };
    match ty {
        TypeRef::ImplTrait(bounds) | TypeRef::DynTrait(bounds) => {
            let path = &bounds[of_bounds(bounds)?];
            path.segments
                .last()?
                .args
                .as_deref()?
                .iter()
                .find_map(|arg| match arg {
                    GenericArg::Assoc(name, ty) if *name == "Output" => Some(ty),
                    _ => None,
                })
        }
        TypeRef::Path(path) => match path.last()?.as_str() {
            "BoxFuture" | "LocalBoxFuture" => path.type_args().next(),
            "Pin" | "Box" => future_output(path.type_args().next()?),
            _ => None,
        },
        _ => None,
    }
}
