//! Where a body uses what a model calls dangerous.

use rustc_hash::FxHashSet;

use crate::checks::Context;
use crate::facts::body::Block;
use crate::facts::{Body, Expr, ExprId, GenericArg, Mention, Path, Stmt, TypeRef};
use crate::models::{Hazard, HazardKind};
use crate::program::ty::TyScope;
use crate::program::{BodyKey, BodyOwner, Program, Ty};
use crate::source::{Name, Span};
use crate::values::Callee;
use crate::values::making::Place;

/// A use of something that a model calls dangerous, on a condition that is not yet looked at.
pub(super) struct Use<'m> {
    /// What the model says.
    pub(super) hazard: &'m Hazard,
    /// The call, or what stands for it.
    pub(super) place: Place,
    /// The argument that decides.
    pub(super) argument: Option<Place>,
    /// The smallest text that shows it.
    pub(super) span: Span,
    /// Of a verifier, where it is made.
    pub(super) made_at: Vec<Place>,
}

/// All uses in a body.
pub(super) fn in_body<'m>(
    cx: &Context<'m>,
    key: BodyKey,
    asked: &FxHashSet<HazardKind>,
) -> Vec<Use<'m>> {
    let program = cx.program;
    let data = &program[key];
    let body = &data.body;
    let typing = cx.values.typing(key);
    let mut found = Vec::new();
    let mut push = |path: Name, id: ExprId, args: &[ExprId], receiver: Option<ExprId>| {
        for hazard in program.models.hazards(path) {
            if !asked.contains(&hazard.kind) || hazard.accepts {
                continue;
            }
            let argument = match hazard.argument {
                Some(-1) => receiver,
                Some(at) => usize::try_from(at)
                    .ok()
                    .and_then(|at| args.get(at).copied()),
                None => None,
            };
            if hazard.argument.is_some() && argument.is_none() {
                continue;
            }
            let on = receiver.and_then(|it| typing.ty(it).peel_refs().external_path());
            if on.is_some_and(|it| hazard.not_on.contains(&it)) {
                continue;
            }
            let range = match body.expr(id) {
                Expr::MethodCall(call) => call.name_range,
                Expr::Call { callee, .. } => body.expr_range(*callee),
                _ => body.expr_range(id),
            };
            found.push(Use {
                hazard,
                place: (key, id),
                argument: argument.map(|it| (key, it)),
                span: range.in_file(data.file),
                made_at: Vec::new(),
            });
        }
    };
    let callees: FxHashSet<ExprId> = body
        .exprs()
        .filter_map(|(_, expr)| match expr {
            Expr::Call { callee, .. } => Some(*callee),
            _ => None,
        })
        .collect();
    let of_types = asked.contains(&HazardKind::WeakCipher)
        || asked.contains(&HazardKind::UnauthenticatedCipher);
    let of_generics =
        asked.contains(&HazardKind::WeakHash) || asked.contains(&HazardKind::FastHash);
    for (id, expr) in body.exprs() {
        if of_types && let Expr::Path(path) = expr {
            for of in types_in(cx, key, path) {
                push(of, id, &[], None);
            }
        }
        match expr {
            Expr::Call { callee, .. }
                if of_generics && matches!(typing.callees(id).first(), Some(Callee::Fn(_))) =>
            {
                for of in generics_of(cx, key, body.expr(*callee)) {
                    for function in ["new", "digest"] {
                        push(
                            program.models.member(of, Name::new(function)),
                            id,
                            &[],
                            None,
                        );
                    }
                }
            }
            Expr::Block(block) if of_types => {
                for (ty, init) in annotated(block) {
                    let Some(made) = made_by_trait(body, init) else {
                        continue;
                    };
                    for of in types_of(cx, key, ty) {
                        push(of, made, &[], None);
                    }
                }
            }
            Expr::Call { args, .. } => {
                let Some(path) = typing.external(id) else {
                    continue;
                };
                // A method that is called by its path: `Builder::setting(builder, true)`.
                let owner = path.as_str().rsplit_once("::").map(|it| it.0);
                let on = args.first().filter(|it| {
                    let ty = typing.ty(**it).peel_refs().external_path();
                    ty.is_some_and(|it| Some(it.as_str()) == owner)
                });
                match on {
                    Some(receiver) => push(path, id, &args[1..], Some(*receiver)),
                    None => push(path, id, args, None),
                }
            }
            Expr::MethodCall(call) => {
                if let Some(path) = typing.external(id) {
                    push(path, id, &call.args, Some(call.receiver));
                }
            }
            Expr::Path(_) if !callees.contains(&id) => {
                if let Some(Callee::External(path)) = typing.defs(id).first() {
                    push(*path, id, &[], None);
                }
            }
            // `Vault { cipher: KeyInit::new(key) }`: the type stands where the field is declared.
            Expr::Struct(literal) if matches!(typing.ty(id).peel_refs(), Ty::Adt(..)) => {
                let Ty::Adt(adt, _) = typing.ty(id).peel_refs() else {
                    continue;
                };
                for field in program[*adt].fields().iter().filter(|_| of_types) {
                    let value = literal.fields.iter().find(|it| it.0 == field.name);
                    let Some(made) = value.and_then(|it| made_by_trait(body, it.1)) else {
                        continue;
                    };
                    let mut names = Vec::new();
                    externals_of(&program.field_ty(*adt, field), &mut names);
                    for of in names {
                        push(of, made, &[], None);
                    }
                }
            }
            Expr::Struct(literal) => {
                if let Ty::External(owner, _) = typing.ty(id).peel_refs() {
                    for (field, value) in &literal.fields {
                        push(
                            program.models.member(*owner, *field),
                            *value,
                            &[*value],
                            None,
                        );
                    }
                }
            }
            Expr::Assign { target, value } => {
                if let Expr::Field { base, name } = body.expr(*target)
                    && let Ty::External(owner, _) = typing.ty(*base).peel_refs()
                {
                    push(
                        program.models.member(*owner, *name),
                        *target,
                        &[*value],
                        None,
                    );
                }
            }
            _ => {}
        }
    }
    found
}

/// The types of libraries that a path names before its last name, or as arguments: `des::Des` of
/// `cbc::Encryptor::<des::Des>::new`, whatever aliases stand for them.
fn types_in(cx: &Context<'_>, key: BodyKey, path: &Path) -> Vec<Name> {
    let [prefix @ .., _] = &*path.segments else {
        return Vec::new();
    };
    if path.qself.is_some() || prefix.is_empty() {
        return Vec::new();
    }
    let program = cx.program;
    let of = Path {
        segments: prefix.into(),
        ..Path::clone(path)
    };
    let mut names = Vec::new();
    externals_of(&program.lower_path_ty(&scope_of(cx, key), &of), &mut names);
    names
}

/// A value that is made by a function of a trait, which does not say of what type: `KeyInit::new(key)`.
fn made_by_trait(body: &Body, id: ExprId) -> Option<ExprId> {
    const TRAITS: [&str; 4] = ["KeyInit", "KeyIvInit", "InnerIvInit", "NewCipher"];
    match body.expr(id) {
        Expr::Try(inner) => made_by_trait(body, *inner),
        Expr::MethodCall(call) => made_by_trait(body, call.receiver),
        Expr::Call { callee, .. } => match body.expr(*callee) {
            Expr::Path(path) => {
                let owner = path.segments.iter().rev().nth(1)?;
                TRAITS.contains(&owner.name.as_str()).then_some(id)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The variables of a block whose types are written, each with what it begins with:
/// `let cipher: cbc::Encryptor<des::Des> = KeyIvInit::new(key, iv);`.
fn annotated(block: &Block) -> impl Iterator<Item = (&TypeRef, ExprId)> {
    block.stmts.iter().filter_map(|it| match it {
        Stmt::Let(data) => Some((data.ty.as_ref()?, data.init?)),
        Stmt::Expr(_) => None,
    })
}

/// The types of libraries that a type names, whatever aliases stand for them.
fn types_of(cx: &Context<'_>, key: BodyKey, ty: &TypeRef) -> Vec<Name> {
    let mut names = Vec::new();
    externals_of(&cx.program.lower_ty(&scope_of(cx, key), ty), &mut names);
    names
}

/// The types that a function of the program is given as generic arguments: `digest_all::<Sha256>(parts)`.
fn generics_of(cx: &Context<'_>, key: BodyKey, callee: &Expr) -> Vec<Name> {
    let Expr::Path(path) = callee else {
        return Vec::new();
    };
    let args = path.segments.last().and_then(|it| it.args.as_deref());
    let types = args.unwrap_or(&[]).iter().filter_map(|it| match it {
        GenericArg::Type(ty) => Some(ty),
        _ => None,
    });
    types.flat_map(|it| types_of(cx, key, it)).collect()
}

fn scope_of<'a>(cx: &Context<'a>, key: BodyKey) -> TyScope<'a> {
    let program = cx.program;
    let data = &program[key];
    let mut scope = match data.owner {
        BodyOwner::Fn(id) => program.fn_scope(id),
        BodyOwner::Const(id) => program.container_scope(program[id].container, program[id].module),
    };
    scope.module = data.module;
    scope
}

fn externals_of(ty: &Ty, names: &mut Vec<Name>) {
    if let Ty::External(path, args) = ty {
        names.push(*path);
        args.iter().for_each(|it| externals_of(it, names));
    }
}

/// What mentions an alias of the program that stands for one of these types, or has one as argument.
pub(super) fn aliases(program: &Program, meant: &FxHashSet<Name>) -> Vec<u16> {
    let last = |it: &Name| it.as_str().rsplit("::").next().map(Name::new);
    let types = meant.iter().filter_map(last);
    let types: FxHashSet<Name> = types
        .filter(|it| it.as_str().starts_with(char::is_uppercase))
        .collect();
    let named = program.aliases.iter().filter(|alias| {
        alias.ty.as_ref().is_some_and(|ty| {
            let mut names = Vec::new();
            names_of(ty, &mut names);
            names.iter().any(|it| types.contains(it))
        })
    });
    let aliases = named.flat_map(|it| program.hashes_of(it.name, &Mention::IN_PATH));
    // `Vault { cipher: KeyInit::new(key) }`.
    let holders = program.adts.iter().filter(|it| {
        let mut fields = it.fields().iter();
        fields.any(|it| names_of_type(&it.ty).iter().any(|it| types.contains(it)))
    });
    let holders = holders.flat_map(|it| program.hashes_of(it.name, &Mention::NAMED));
    aliases.chain(holders).collect()
}

/// The names in a type: `Arc<Vault>` gives `Arc` and `Vault`.
pub(super) fn names_of_type(ty: &TypeRef) -> Vec<Name> {
    let mut names = Vec::new();
    names_of(ty, &mut names);
    names
}

fn names_of(ty: &TypeRef, names: &mut Vec<Name>) {
    let Some(path) = ty.peel_refs().as_path() else {
        return;
    };
    for segment in &path.segments {
        names.push(segment.name);
        for arg in segment.args.as_deref().unwrap_or(&[]) {
            if let GenericArg::Type(ty) = arg {
                names_of(ty, names);
            }
        }
    }
}
