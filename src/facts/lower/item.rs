//! Items.

use super::Lowerer;
use super::function::FnBlock;
use crate::facts::Tests;
use crate::facts::item::{
    EnumItem, Field, Fields, ImplItem, Item, ItemKind, MacroItem, MacroRulesItem, ModItem,
    StructItem, TraitItem, TypeAliasItem, UseItem, Variant, Visibility,
};
use crate::source::{Name, TextRange};

/// What all items have, before the rest of the item is known.
pub(super) struct Head {
    pub(super) attrs: Vec<syn::Attribute>,
    pub(super) visibility: syn::Visibility,
    pub(super) keyword: TextRange,
}

impl Lowerer<'_> {
    /// Items of a file or module.
    pub(crate) fn items(&mut self, items: Vec<syn::Item>) -> Vec<Item> {
        items.into_iter().flat_map(|item| self.item(item)).collect()
    }

    /// An item: several for `extern { .. }`, none for syntax that we do not know.
    pub(crate) fn item(&mut self, item: syn::Item) -> Vec<Item> {
        let item = match item {
            syn::Item::Fn(item) => {
                let keyword = self.fn_keyword(&item.sig, item.modifiers.defaultness);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.function(head, item.sig, FnBlock::Present(*item.block), None)
            }
            syn::Item::Struct(item) => {
                let keyword = self.spans.short(item.struct_token.span, 6);
                let end = item.semi_token.map(|token| self.spans.short(token.span, 1));
                let (fields, fields_end) = self.fields(item.fields);
                let kind = StructItem {
                    generics: self.generics(item.generics),
                    fields,
                };
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.named(
                    head,
                    &item.ident,
                    end.or(fields_end),
                    ItemKind::Struct(kind),
                )
            }
            syn::Item::Union(item) => {
                let keyword = self.spans.short(item.union_token.span, 5);
                let (fields, end) = self.fields(syn::Fields::Named(item.fields));
                let kind = StructItem {
                    generics: self.generics(item.generics),
                    fields,
                };
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.named(head, &item.ident, end, ItemKind::Struct(kind))
            }
            syn::Item::Enum(item) => {
                let keyword = self.spans.short(item.enum_token.span, 4);
                let end = self.spans.close(item.brace_token.span);
                let generics = self.generics(item.generics);
                let variants = item
                    .variants
                    .into_iter()
                    .map(|variant| self.variant(variant))
                    .collect();
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.named(
                    head,
                    &item.ident,
                    Some(end),
                    ItemKind::Enum(EnumItem { generics, variants }),
                )
            }
            syn::Item::Type(item) => {
                let keyword = self.spans.short(item.type_token.span, 4);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.alias(
                    head,
                    &item.ident,
                    item.generics,
                    Some(*item.ty),
                    item.semi_token,
                )
            }
            syn::Item::Trait(item) => {
                let keyword = self.spans.short(item.trait_token.span, 5);
                let end = self.spans.close(item.brace_token.span);
                let generics = self.generics(item.generics);
                let supertraits = self.bounds(item.supertraits);
                let items = item
                    .items
                    .into_iter()
                    .flat_map(|item| self.trait_item(item))
                    .collect();
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                let kind = TraitItem {
                    generics,
                    supertraits,
                    items,
                };
                self.named(head, &item.ident, Some(end), ItemKind::Trait(kind))
            }
            syn::Item::TraitAlias(item) => {
                let keyword = self.spans.short(item.trait_token.span, 5);
                let end = self.spans.short(item.semi_token.span, 1);
                let generics = self.generics(item.generics);
                let supertraits = self.bounds(item.bounds);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                let kind = TraitItem {
                    generics,
                    supertraits,
                    items: Vec::new(),
                };
                self.named(head, &item.ident, Some(end), ItemKind::Trait(kind))
            }
            syn::Item::Impl(item) => {
                let mut keyword = self.spans.short(item.impl_token.span, 4);
                if let Some(token) = item.unsafety {
                    keyword = self.spans.short(token.span, 6);
                }
                if item.modifiers.polarity.is_some() {
                    return Vec::new();
                }
                let end = self.spans.close(item.brace_token.span);
                let generics = self.generics(item.generics);
                let of_trait = item.trait_.map(|(path, _)| self.path(path));
                let self_ty = self.ty(*item.self_ty).0;
                let items = self.within(&item.attrs, |this| {
                    let items = item.items.into_iter();
                    items.flat_map(|item| this.impl_item(item)).collect()
                });
                let kind = ImplItem {
                    generics,
                    of_trait,
                    self_ty,
                    items,
                };
                let head = Head {
                    attrs: item.attrs,
                    visibility: syn::Visibility::Inherited,
                    keyword,
                };
                self.unnamed(head, Some(end), ItemKind::Impl(Box::new(kind)))
            }
            syn::Item::Const(item) => {
                let keyword = self.spans.short(item.const_token.span, 5);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.constant(
                    head,
                    &item.ident,
                    *item.ty,
                    Some(*item.expr),
                    item.semi_token,
                    false,
                )
            }
            syn::Item::Static(item) => {
                let keyword = self.spans.short(item.static_token.span, 6);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.constant(
                    head,
                    &item.ident,
                    *item.ty,
                    Some(*item.expr),
                    item.semi_token,
                    true,
                )
            }
            syn::Item::Mod(item) => {
                let keyword = self.spans.short(item.mod_token.span, 3);
                let end = match (&item.content, item.semi) {
                    (Some((brace, _)), _) => Some(self.spans.close(brace.span)),
                    (None, semicolon) => semicolon.map(|token| self.spans.short(token.span, 1)),
                };
                let mut head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                let path = path_attr(&head.attrs);
                let is_outer = |it: &syn::Attribute| matches!(it.style, syn::AttrStyle::Outer);
                let (outer, inner): (Vec<_>, Vec<_>) = head.attrs.into_iter().partition(is_outer);
                let is_left_out = self.tests == Tests::Shells && self.is_test(&outer);
                // What stands in it is left out whole.
                head.attrs = outer;
                if !is_left_out {
                    head.attrs.extend(inner);
                }
                let items = item.content.map(|(_, items)| match is_left_out {
                    true => Vec::new(),
                    false => self.within(&head.attrs, |this| this.items(items)),
                });
                self.named(
                    head,
                    &item.ident,
                    end,
                    ItemKind::Mod(ModItem { items, path }),
                )
            }
            syn::Item::Use(item) => {
                let keyword = self.spans.short(item.use_token.span, 3);
                let end = self.spans.short(item.semi_token.span, 1);
                let leaves = self.use_tree(&item);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.unnamed(head, Some(end), ItemKind::Use(UseItem { leaves }))
            }
            syn::Item::ExternCrate(item) => {
                let keyword = self.spans.short(item.extern_token.span, 6);
                let end = self.spans.short(item.semi_token.span, 1);
                let krate = self.spans.name(&item.ident);
                let name = item.rename.map_or(item.ident, |(_, rename)| rename);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.named(head, &name, Some(end), ItemKind::ExternCrate(krate))
            }
            syn::Item::Macro(item) => {
                self.macro_item(item.attrs, item.ident, item.mac, item.semi_token)
            }
            syn::Item::ForeignMod(item) => {
                return item
                    .items
                    .into_iter()
                    .filter_map(|item| self.foreign_item(item))
                    .collect();
            }
            // `const X: T;`, `fn f();` outside of traits and the like: not Rust that compiles.
            _ => return Vec::new(),
        };
        vec![item]
    }

    /// Items of an impl.
    pub(crate) fn impl_item(&mut self, item: syn::ImplItem) -> Option<Item> {
        Some(match item {
            syn::ImplItem::Fn(item) => {
                let keyword = self.fn_keyword(&item.sig, item.modifiers.defaultness);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.function(head, item.sig, FnBlock::Present(item.block), None)
            }
            syn::ImplItem::Const(item) => {
                let keyword = self.spans.short(item.const_token.span, 5);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.constant(
                    head,
                    &item.ident,
                    item.ty,
                    Some(item.expr),
                    item.semi_token,
                    false,
                )
            }
            syn::ImplItem::Type(item) => {
                let keyword = self.spans.short(item.type_token.span, 4);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.alias(
                    head,
                    &item.ident,
                    item.generics,
                    Some(item.ty),
                    item.semi_token,
                )
            }
            syn::ImplItem::Macro(item) => {
                self.macro_item(item.attrs, None, item.mac, item.semi_token)
            }
            _ => return None,
        })
    }

    /// Items of a trait.
    pub(crate) fn trait_item(&mut self, item: syn::TraitItem) -> Option<Item> {
        let visibility = syn::Visibility::Inherited;
        Some(match item {
            syn::TraitItem::Fn(item) => {
                let keyword = self.fn_keyword(&item.sig, item.modifiers.defaultness);
                let head = Head {
                    attrs: item.attrs,
                    visibility,
                    keyword,
                };
                let block = item.default.map_or(FnBlock::Absent, FnBlock::Present);
                self.function(head, item.sig, block, item.semi_token)
            }
            syn::TraitItem::Const(item) => {
                let keyword = self.spans.short(item.const_token.span, 5);
                let head = Head {
                    attrs: item.attrs,
                    visibility,
                    keyword,
                };
                let value = item.default.map(|(_, value)| value);
                self.constant(head, &item.ident, item.ty, value, item.semi_token, false)
            }
            syn::TraitItem::Type(item) => {
                let keyword = self.spans.short(item.type_token.span, 4);
                let head = Head {
                    attrs: item.attrs,
                    visibility,
                    keyword,
                };
                let default = item.default.map(|(_, ty)| ty);
                self.alias(head, &item.ident, item.generics, default, item.semi_token)
            }
            syn::TraitItem::Macro(item) => {
                self.macro_item(item.attrs, None, item.mac, item.semi_token)
            }
            _ => return None,
        })
    }

    fn foreign_item(&mut self, item: syn::ForeignItem) -> Option<Item> {
        Some(match item {
            syn::ForeignItem::Fn(item) => {
                let keyword = self.fn_keyword(&item.sig, item.modifiers.defaultness);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.function(head, item.sig, FnBlock::Absent, Some(item.semi_token))
            }
            syn::ForeignItem::Static(item) => {
                let keyword = self.spans.short(item.static_token.span, 6);
                let head = Head {
                    attrs: item.attrs,
                    visibility: item.vis,
                    keyword,
                };
                self.constant(head, &item.ident, *item.ty, None, item.semi_token, true)
            }
            _ => return None,
        })
    }

    /// The item that has no name, or whose name is set later.
    fn unnamed(&mut self, head: Head, end: Option<TextRange>, kind: ItemKind) -> Item {
        let (visibility, visibility_range) = self.visibility(head.visibility);
        let mut range = end.map_or(head.keyword, |end| head.keyword.cover(end));
        range = visibility_range.map_or(range, |visibility| visibility.cover(range));
        let mut attrs = head.attrs.iter();
        if let Some(first) = attrs.find(|it| !it.path().is_ident("doc")) {
            range = range.cover(self.spans.token(first.pound_token.span));
        }
        Item {
            name: Name::new(""),
            name_range: head.keyword,
            range,
            keyword: head.keyword,
            visibility,
            cfg: self.cfg(&head.attrs),
            attrs: self.attrs(&head.attrs),
            kind,
        }
    }

    pub(super) fn named(
        &mut self,
        head: Head,
        ident: &syn::Ident,
        end: Option<TextRange>,
        kind: ItemKind,
    ) -> Item {
        let (name, name_range) = self.spans.ident(ident);
        let end = end.map_or(name_range, |end| name_range.cover(end));
        Item {
            name,
            name_range,
            ..self.unnamed(head, Some(end), kind)
        }
    }

    fn visibility(&self, visibility: syn::Visibility) -> (Visibility, Option<TextRange>) {
        match visibility {
            syn::Visibility::Public(token) => {
                (Visibility::Public, Some(self.spans.short(token.span, 3)))
            }
            syn::Visibility::Restricted(restricted) => (
                Visibility::Restricted,
                Some(self.spans.short(restricted.pub_token.span, 3)),
            ),
            syn::Visibility::Inherited => (Visibility::Private, None),
        }
    }

    fn alias(
        &mut self,
        head: Head,
        ident: &syn::Ident,
        generics: syn::Generics,
        ty: Option<syn::Type>,
        semicolon: syn::Token![;],
    ) -> Item {
        let generics = self.generics(generics);
        let ty = ty.map(|ty| self.ty(ty).0);
        let end = self.spans.short(semicolon.span, 1);
        self.named(
            head,
            ident,
            Some(end),
            ItemKind::TypeAlias(TypeAliasItem { generics, ty }),
        )
    }

    fn fields(&mut self, fields: syn::Fields) -> (Fields, Option<TextRange>) {
        match fields {
            syn::Fields::Unit => (Fields::Unit, None),
            syn::Fields::Named(fields) => {
                let end = self.spans.close(fields.brace_token.span);
                let named = fields
                    .named
                    .into_iter()
                    .enumerate()
                    .map(|(index, field)| self.field(index, field));
                (Fields::Named(named.collect()), Some(end))
            }
            syn::Fields::Unnamed(fields) => {
                let end = self.spans.close(fields.paren_token.span);
                let tuple = fields
                    .unnamed
                    .into_iter()
                    .enumerate()
                    .map(|(index, field)| self.field(index, field));
                (Fields::Tuple(tuple.collect()), Some(end))
            }
        }
    }

    fn field(&mut self, index: usize, field: syn::Field) -> Field {
        let (ty, ty_range) = self.ty(field.ty);
        let (name, range) = match &field.ident {
            Some(ident) => self.spans.ident(ident),
            None => (Name::new(&index.to_string()), ty_range),
        };
        Field {
            name,
            range,
            ty,
            attrs: self.attrs(&field.attrs),
            cfg: self.cfg(&field.attrs),
        }
    }

    fn variant(&mut self, variant: syn::Variant) -> Variant {
        let (name, range) = self.spans.ident(&variant.ident);
        let fields = self.fields(variant.fields).0;
        Variant {
            name,
            range,
            fields,
            attrs: self.attrs(&variant.attrs),
            cfg: self.cfg(&variant.attrs),
        }
    }

    fn macro_item(
        &mut self,
        attrs: Vec<syn::Attribute>,
        ident: Option<syn::Ident>,
        mac: syn::Macro,
        semicolon: Option<syn::Token![;]>,
    ) -> Item {
        let delimiters = *mac.delimiter.span();
        let (tokens, inline) = self.spans.inside(delimiters);
        let end = match semicolon {
            Some(token) => self.spans.short(token.span, 1),
            None => self.spans.close(delimiters),
        };
        let path = self.path(mac.path);
        let exported = attrs
            .iter()
            .any(|attr| attr.path().is_ident("macro_export"));
        let head = Head {
            attrs,
            visibility: syn::Visibility::Inherited,
            keyword: path.range,
        };
        match ident {
            Some(ident) if path.as_ident().is_some_and(|name| name == "macro_rules") => {
                let rules = MacroRulesItem {
                    rules: tokens,
                    inline,
                    exported,
                };
                self.named(head, &ident, Some(end), ItemKind::MacroRules(rules))
            }
            _ => self.unnamed(
                head,
                Some(end),
                ItemKind::MacroCall(MacroItem {
                    path,
                    tokens,
                    inline,
                }),
            ),
        }
    }
}

/// `#[path = ".."]`.
fn path_attr(attrs: &[syn::Attribute]) -> Option<String> {
    attrs.iter().find_map(|attr| match &attr.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            path,
            value: syn::Expr::Lit(expr),
            ..
        }) if path.is_ident("path") => match &expr.lit {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}
