//! `use` trees, flattened.

use super::Lowerer;
use crate::facts::item::{UseKind, UseLeaf};
use crate::facts::uses::use_path;
use crate::source::Name;

impl Lowerer<'_> {
    /// The leaves of an item's tree.
    pub(super) fn use_tree(&mut self, item: &syn::ItemUse) -> Vec<UseLeaf> {
        if let syn::UseTree::Group(group) = &item.tree {
            let place = self.spans.local(group.brace_token.span.open());
            if let Some(mut leaves) = self.uses.remove(&place) {
                for leaf in &mut leaves {
                    leaf.range = self.spans.at(leaf.range.start, leaf.range.end);
                }
                return leaves;
            }
        }
        let mut leaves = Vec::new();
        let global = item.leading_colon.is_some();
        self.use_leaves(&item.tree, &mut Vec::new(), global, &mut leaves);
        leaves
    }

    /// Adds the leaves of a tree that stands behind `prefix`.
    fn use_leaves(
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
