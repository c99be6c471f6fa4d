//! `use` trees, flattened.

use super::Lowerer;
use crate::facts::item::{UseKind, UseLeaf};
use crate::source::Name;

impl Lowerer<'_> {
    /// Adds the leaves of a tree that stands behind `prefix`.
    pub(super) fn use_leaves(
        &self,
        tree: &syn::UseTree,
        prefix: &mut Vec<Name>,
        global: bool,
        leaves: &mut Vec<UseLeaf>,
    ) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(self.spans.name(&path.ident));
                self.use_leaves(&path.tree, prefix, global, leaves);
                prefix.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_leaves(tree, prefix, global, leaves);
                }
            }
            syn::UseTree::Glob(glob) => {
                let range = self.spans.short(glob.star_token.span, 1);
                leaves.push(UseLeaf {
                    path: prefix.clone(),
                    global,
                    kind: UseKind::Glob,
                    range,
                });
            }
            syn::UseTree::Name(leaf) => {
                let (name, range) = self.spans.ident(&leaf.ident);
                let path = use_path(prefix, name);
                let name = path.last().copied().unwrap_or(name);
                leaves.push(UseLeaf {
                    path,
                    global,
                    kind: UseKind::Name(name),
                    range,
                });
            }
            syn::UseTree::Rename(leaf) => {
                let (name, range) = self.spans.ident(&leaf.ident);
                let kind = match self.spans.name(&leaf.rename) {
                    anonymous if anonymous == "_" => UseKind::Anonymous,
                    rename => UseKind::Name(rename),
                };
                leaves.push(UseLeaf {
                    path: use_path(prefix, name),
                    global,
                    kind,
                    range,
                });
            }
        }
    }
}

/// The segments of a leaf; `a::{self}` is `a`.
fn use_path(prefix: &[Name], name: Name) -> Vec<Name> {
    let mut path = prefix.to_vec();
    if name != "self" || path.is_empty() {
        path.push(name);
    }
    path
}
