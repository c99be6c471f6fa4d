//! Items.

use super::{Lowering, name_of};
use crate::facts::body::{Body, BodyId, Expr};
use crate::facts::item::{
    ConstItem, EnumItem, Field, Fields, FnItem, ImplItem, MacroItem, MacroRulesItem, ModItem,
    Param, SelfParam, StructItem, TraitItem, TypeAliasItem, UseItem, UseKind, UseLeaf, Variant,
    Visibility,
};
use crate::facts::{Extent, Item, ItemKind, Problem, TypeRef, depth};
use crate::source::{Name, TextRange};

/// What an item starts with, before its kind is known.
struct Head<'a> {
    attrs: &'a [syn::Attribute],
    vis: Option<&'a syn::Visibility>,
    ident: Option<&'a proc_macro2::Ident>,
    /// First token after attributes and visibility.
    keyword: proc_macro2::Span,
    /// Last token.
    end: proc_macro2::Span,
}

impl Lowering<'_> {
    pub(in crate::facts) fn items(&mut self, items: &[syn::Item]) -> Vec<Item> {
        items.iter().filter_map(|item| self.item(item)).collect()
    }

    fn finish(&mut self, head: &Head<'_>, kind: ItemKind) -> Item {
        let keyword = self.range(head.keyword);
        let first = head
            .attrs
            .first()
            .map_or(keyword, |attr| self.range(attr.pound_token.span));
        let start = match head.vis {
            Some(syn::Visibility::Public(it)) => self.range(it.span).cover(first),
            Some(syn::Visibility::Restricted(it)) => self.range(it.pub_token.span).cover(first),
            _ => first,
        };
        let end = self.range(head.end);
        Item {
            name: head.ident.map_or_else(|| Name::new(""), name_of),
            name_range: head.ident.map_or(keyword, |ident| self.range(ident.span())),
            range: start.cover(keyword).cover(end),
            keyword,
            visibility: match head.vis {
                Some(syn::Visibility::Public(_)) => Visibility::Public,
                Some(syn::Visibility::Restricted(_)) => Visibility::Restricted,
                _ => Visibility::Private,
            },
            attrs: self.attrs(head.attrs),
            cfg: self.cfg(head.attrs),
            kind,
        }
    }

    fn item(&mut self, item: &syn::Item) -> Option<Item> {
        let (head, kind) = match item {
            syn::Item::Fn(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.sig.ident),
                    keyword: fn_keyword(&it.sig),
                    end: it.block.brace_token.span.close(),
                };
                (head, ItemKind::Fn(self.function(&it.sig, Some(&it.block))))
            }
            syn::Item::Struct(it) => {
                let end = match (&it.semi_token, &it.fields) {
                    (Some(semi), _) => semi.span,
                    (None, syn::Fields::Named(fields)) => fields.brace_token.span.close(),
                    _ => it.ident.span(),
                };
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.struct_token.span,
                    end,
                };
                let data = StructItem {
                    generics: self.generics(&it.generics),
                    fields: self.fields(&it.fields),
                };
                (head, ItemKind::Struct(data))
            }
            syn::Item::Union(it) => {
                let end = it.fields.brace_token.span.close();
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.union_token.span,
                    end,
                };
                let fields = Fields::Named(
                    it.fields
                        .named
                        .iter()
                        .enumerate()
                        .map(|(at, field)| self.field(at, field))
                        .collect(),
                );
                (
                    head,
                    ItemKind::Struct(StructItem {
                        generics: self.generics(&it.generics),
                        fields,
                    }),
                )
            }
            syn::Item::Enum(it) => {
                let end = it.brace_token.span.close();
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.enum_token.span,
                    end,
                };
                let variants = it
                    .variants
                    .iter()
                    .map(|variant| Variant {
                        name: name_of(&variant.ident),
                        range: self.range(variant.ident.span()),
                        fields: self.fields(&variant.fields),
                        attrs: self.attrs(&variant.attrs),
                        cfg: self.cfg(&variant.attrs),
                    })
                    .collect();
                (
                    head,
                    ItemKind::Enum(EnumItem {
                        generics: self.generics(&it.generics),
                        variants,
                    }),
                )
            }
            syn::Item::Type(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.type_token.span,
                    end: it.semi_token.span,
                };
                (
                    head,
                    ItemKind::TypeAlias(TypeAliasItem {
                        generics: self.generics(&it.generics),
                        ty: Some(self.ty(&it.ty)),
                    }),
                )
            }
            syn::Item::Trait(it) => {
                let end = it.brace_token.span.close();
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.trait_token.span,
                    end,
                };
                let items = it
                    .items
                    .iter()
                    .filter_map(|item| self.trait_item(item))
                    .collect();
                let data = TraitItem {
                    generics: self.generics(&it.generics),
                    supertraits: self.bounds(&it.supertraits),
                    items,
                };
                (head, ItemKind::Trait(data))
            }
            syn::Item::TraitAlias(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.trait_token.span,
                    end: it.semi_token.span,
                };
                let data = TraitItem {
                    generics: self.generics(&it.generics),
                    supertraits: self.bounds(&it.bounds),
                    items: Vec::new(),
                };
                (head, ItemKind::Trait(data))
            }
            syn::Item::Impl(it) => {
                if it.modifiers.polarity.is_some() {
                    return None;
                }
                let end = it.brace_token.span.close();
                let head = Head {
                    attrs: &it.attrs,
                    vis: None,
                    ident: None,
                    keyword: it.impl_token.span,
                    end,
                };
                let items = it
                    .items
                    .iter()
                    .filter_map(|item| self.impl_item(item))
                    .collect();
                let data = ImplItem {
                    generics: self.generics(&it.generics),
                    of_trait: it.trait_.as_ref().map(|(path, _)| self.path(None, path)),
                    self_ty: self.ty(&it.self_ty),
                    items,
                };
                (head, ItemKind::Impl(Box::new(data)))
            }
            syn::Item::Const(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.const_token.span,
                    end: it.semi_token.span,
                };
                let body = self.value_body(&it.expr);
                (
                    head,
                    ItemKind::Const(ConstItem {
                        ty: self.ty(&it.ty),
                        body: Some(body),
                        is_static: false,
                    }),
                )
            }
            syn::Item::Static(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.static_token.span,
                    end: it.semi_token.span,
                };
                let body = self.value_body(&it.expr);
                (
                    head,
                    ItemKind::Const(ConstItem {
                        ty: self.ty(&it.ty),
                        body: Some(body),
                        is_static: true,
                    }),
                )
            }
            syn::Item::Mod(it) => {
                let end = match (&it.content, &it.semi) {
                    (Some((brace, _)), _) => brace.span.close(),
                    (None, Some(semi)) => semi.span,
                    (None, None) => it.ident.span(),
                };
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.mod_token.span,
                    end,
                };
                let items = it.content.as_ref().map(|(_, items)| self.items(items));
                (
                    head,
                    ItemKind::Mod(ModItem {
                        items,
                        path: path_attr(&it.attrs),
                    }),
                )
            }
            syn::Item::Use(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: None,
                    keyword: it.use_token.span,
                    end: it.semi_token.span,
                };
                let mut leaves = Vec::new();
                self.use_tree(
                    &it.tree,
                    &mut Vec::new(),
                    it.leading_colon.is_some(),
                    &mut leaves,
                );
                (head, ItemKind::Use(UseItem { leaves }))
            }
            syn::Item::ExternCrate(it) => {
                let ident = it.rename.as_ref().map_or(&it.ident, |(_, ident)| ident);
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(ident),
                    keyword: it.extern_token.span,
                    end: it.semi_token.span,
                };
                (head, ItemKind::ExternCrate(name_of(&it.ident)))
            }
            syn::Item::Macro(it) => return self.item_macro(&it.attrs, it.ident.as_ref(), &it.mac),
            _ => return None,
        };
        Some(self.finish(&head, kind))
    }

    fn item_macro(
        &mut self,
        attrs: &[syn::Attribute],
        ident: Option<&proc_macro2::Ident>,
        mac: &syn::Macro,
    ) -> Option<Item> {
        let (open, close) = super::macros::delimiters(mac);
        let tokens = TextRange::new(self.range(open).end, self.range(close).start);
        let keyword = mac.path.segments.first()?.ident.span();
        let head = Head {
            attrs,
            vis: None,
            ident,
            keyword,
            end: close,
        };
        let kind = if mac.path.is_ident("macro_rules") && ident.is_some() {
            let exported = attrs
                .iter()
                .any(|attr| attr.path().is_ident("macro_export"));
            ItemKind::MacroRules(MacroRulesItem {
                rules: tokens,
                exported,
            })
        } else {
            ItemKind::MacroCall(MacroItem {
                path: self.path(None, &mac.path),
                tokens,
            })
        };
        Some(self.finish(&head, kind))
    }

    fn impl_item(&mut self, item: &syn::ImplItem) -> Option<Item> {
        let (head, kind) = match item {
            syn::ImplItem::Fn(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.sig.ident),
                    keyword: fn_keyword(&it.sig),
                    end: it.block.brace_token.span.close(),
                };
                (head, ItemKind::Fn(self.function(&it.sig, Some(&it.block))))
            }
            syn::ImplItem::Const(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.const_token.span,
                    end: it.semi_token.span,
                };
                let body = self.value_body(&it.expr);
                (
                    head,
                    ItemKind::Const(ConstItem {
                        ty: self.ty(&it.ty),
                        body: Some(body),
                        is_static: false,
                    }),
                )
            }
            syn::ImplItem::Type(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: Some(&it.vis),
                    ident: Some(&it.ident),
                    keyword: it.type_token.span,
                    end: it.semi_token.span,
                };
                (
                    head,
                    ItemKind::TypeAlias(TypeAliasItem {
                        generics: self.generics(&it.generics),
                        ty: Some(self.ty(&it.ty)),
                    }),
                )
            }
            syn::ImplItem::Macro(it) => return self.item_macro(&it.attrs, None, &it.mac),
            _ => return None,
        };
        Some(self.finish(&head, kind))
    }

    fn trait_item(&mut self, item: &syn::TraitItem) -> Option<Item> {
        let (head, kind) = match item {
            syn::TraitItem::Fn(it) => {
                let end = it.default.as_ref().map_or_else(
                    || it.sig.ident.span(),
                    |block| block.brace_token.span.close(),
                );
                let head = Head {
                    attrs: &it.attrs,
                    vis: None,
                    ident: Some(&it.sig.ident),
                    keyword: fn_keyword(&it.sig),
                    end,
                };
                (
                    head,
                    ItemKind::Fn(self.function(&it.sig, it.default.as_ref())),
                )
            }
            syn::TraitItem::Const(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: None,
                    ident: Some(&it.ident),
                    keyword: it.const_token.span,
                    end: it.semi_token.span,
                };
                let body = it.default.as_ref().map(|(_, value)| self.value_body(value));
                (
                    head,
                    ItemKind::Const(ConstItem {
                        ty: self.ty(&it.ty),
                        body,
                        is_static: false,
                    }),
                )
            }
            syn::TraitItem::Type(it) => {
                let head = Head {
                    attrs: &it.attrs,
                    vis: None,
                    ident: Some(&it.ident),
                    keyword: it.type_token.span,
                    end: it.semi_token.span,
                };
                let ty = it.default.as_ref().map(|(_, ty)| self.ty(ty));
                (
                    head,
                    ItemKind::TypeAlias(TypeAliasItem {
                        generics: self.generics(&it.generics),
                        ty,
                    }),
                )
            }
            syn::TraitItem::Macro(it) => return self.item_macro(&it.attrs, None, &it.mac),
            _ => return None,
        };
        Some(self.finish(&head, kind))
    }

    fn function(&mut self, sig: &syn::Signature, block: Option<&syn::Block>) -> FnItem {
        let mut self_param = None;
        let mut params = Vec::new();
        let mut pats = Vec::new();
        for input in &sig.inputs {
            match input {
                syn::FnArg::Receiver(it) => self_param = Some(receiver(it)),
                syn::FnArg::Typed(it) => {
                    let ty_range = self
                        .stream_range(&quote::ToTokens::to_token_stream(&it.ty))
                        .unwrap_or_default();
                    let pat_range = self
                        .stream_range(&quote::ToTokens::to_token_stream(&it.pat))
                        .unwrap_or(ty_range);
                    params.push(Param {
                        name: match &*it.pat {
                            syn::Pat::Ident(pat) => Some(name_of(&pat.ident)),
                            _ => None,
                        },
                        ty: self.ty(&it.ty),
                        range: pat_range.cover(ty_range),
                        ty_range,
                        attrs: self.attrs(&it.attrs),
                        cfg: self.cfg(&it.attrs),
                    });
                    pats.push(&*it.pat);
                }
            }
        }
        let body = block.and_then(|block| self.fn_body(block, &pats));
        FnItem {
            is_async: sig.asyncness.is_some(),
            generics: self.generics(&sig.generics),
            self_param,
            params,
            ret: match &sig.output {
                syn::ReturnType::Default => TypeRef::unit(),
                syn::ReturnType::Type(_, ty) => self.ty(ty),
            },
            body,
        }
    }

    fn fn_body(&mut self, block: &syn::Block, params: &[&syn::Pat]) -> Option<BodyId> {
        let open = self.range(block.brace_token.span.open());
        let range = open.cover(self.range(block.brace_token.span.close()));
        let parsed;
        let stmts = match self.cut.remove(&open.start) {
            Some(tokens) => {
                if let Some(why) = depth::refuse(&tokens) {
                    self.problems.push(Problem {
                        range,
                        message: why.into(),
                        extent: Extent::Body,
                    });
                    return None;
                }
                match syn::parse::Parser::parse2(syn::Block::parse_within, tokens) {
                    Ok(stmts) => {
                        parsed = stmts;
                        &parsed
                    }
                    Err(error) => {
                        self.problem(&error, Extent::Body);
                        return None;
                    }
                }
            }
            None => &block.stmts,
        };
        let mut body = Body::new(range);
        let pats: Vec<_> = params.iter().map(|pat| self.pat(pat, &mut body)).collect();
        body.params = pats.into();
        body.root = self.block_expr(
            crate::facts::body::BlockKind::Plain,
            None,
            stmts,
            range,
            &mut body,
        );
        let id = BodyId(self.bodies.len() as u32);
        self.bodies.push(body);
        Some(id)
    }

    fn value_body(&mut self, value: &syn::Expr) -> BodyId {
        let mut body = Body::new(TextRange::default());
        body.root = self.expr(value, &mut body);
        body.range = body.expr_range(body.root);
        if matches!(body.expr(body.root), Expr::Missing) {
            body.range = TextRange::default();
        }
        let id = BodyId(self.bodies.len() as u32);
        self.bodies.push(body);
        id
    }

    fn fields(&mut self, fields: &syn::Fields) -> Fields {
        match fields {
            syn::Fields::Named(it) => Fields::Named(
                it.named
                    .iter()
                    .enumerate()
                    .map(|(at, field)| self.field(at, field))
                    .collect(),
            ),
            syn::Fields::Unnamed(it) => Fields::Tuple(
                it.unnamed
                    .iter()
                    .enumerate()
                    .map(|(at, field)| self.field(at, field))
                    .collect(),
            ),
            syn::Fields::Unit => Fields::Unit,
        }
    }

    fn field(&mut self, at: usize, field: &syn::Field) -> Field {
        let ty_range = || {
            self.stream_range(&quote::ToTokens::to_token_stream(&field.ty))
                .unwrap_or_default()
        };
        let range = field
            .ident
            .as_ref()
            .map_or_else(ty_range, |ident| self.range(ident.span()));
        Field {
            name: field
                .ident
                .as_ref()
                .map_or_else(|| Name::new(&at.to_string()), name_of),
            range,
            ty: self.ty(&field.ty),
            attrs: self.attrs(&field.attrs),
            cfg: self.cfg(&field.attrs),
        }
    }

    fn use_tree(
        &self,
        tree: &syn::UseTree,
        prefix: &mut Vec<Name>,
        global: bool,
        leaves: &mut Vec<UseLeaf>,
    ) {
        let mut leaf = |path: Vec<Name>, kind, span| {
            leaves.push(UseLeaf {
                path,
                global,
                kind,
                range: self.range(span),
            });
        };
        match tree {
            syn::UseTree::Path(it) => {
                prefix.push(name_of(&it.ident));
                self.use_tree(&it.tree, prefix, global, leaves);
                prefix.pop();
            }
            syn::UseTree::Name(it) if it.ident == "self" => {
                if let Some(last) = prefix.last().copied() {
                    leaf(prefix.clone(), UseKind::Name(last), it.ident.span());
                }
            }
            syn::UseTree::Name(it) => {
                let name = name_of(&it.ident);
                leaf(
                    prefix.iter().copied().chain([name]).collect(),
                    UseKind::Name(name),
                    it.ident.span(),
                );
            }
            syn::UseTree::Rename(it) => {
                let kind = if it.rename == "_" {
                    UseKind::Anonymous
                } else {
                    UseKind::Name(name_of(&it.rename))
                };
                let mut path = prefix.clone();
                if it.ident != "self" {
                    path.push(name_of(&it.ident));
                }
                leaf(path, kind, it.rename.span());
            }
            syn::UseTree::Glob(it) => leaf(prefix.clone(), UseKind::Glob, it.star_token.span),
            syn::UseTree::Group(it) => {
                for tree in &it.items {
                    self.use_tree(tree, prefix, global, leaves);
                }
            }
        }
    }
}

fn fn_keyword(sig: &syn::Signature) -> proc_macro2::Span {
    sig.constness
        .map(|it| it.span)
        .or_else(|| sig.asyncness.map(|it| it.span))
        .unwrap_or(sig.fn_token.span)
}

fn receiver(receiver: &syn::Receiver) -> SelfParam {
    match &receiver.kind {
        syn::ReceiverKind::Reference(_, _, Some(_)) => SelfParam::RefMut,
        syn::ReceiverKind::Reference(..) => SelfParam::Ref,
        syn::ReceiverKind::Typed(..) => SelfParam::Typed,
        _ => SelfParam::Value,
    }
}

/// `#[path = ".."]`.
fn path_attr(attrs: &[syn::Attribute]) -> Option<String> {
    attrs
        .iter()
        .find(|attr| attr.path().is_ident("path"))
        .and_then(|attr| match &attr.meta {
            syn::Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(lit),
                ..
            }) => match &lit.lit {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
}
