//! Puts the expansions of local `macro_rules!` in the place of their calls.
//!
//! Calls in item position become items, calls in bodies statements or values. Expansion is
//! repeated for calls in expansions, to a bounded depth; a call that cannot be expanded
//! stays as it is, and in item position is reported as unresolved.

use std::sync::{Arc, PoisonError, RwLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::build::{Bodies, Builder, PendingMacro};
use super::defs::{BodyData, BodyKey, BodyOwner, Container, Def, MacroId, ModuleId};
use super::expand::{self, Limits};
use super::protos;
use crate::facts::body::{Block, BlockKind, MacroCall};
use crate::facts::lower::{Fragment, FragmentKind, parse_fragment};
use crate::facts::mentions::hash;
use crate::facts::{Expr, ExprId, Item, LazyBody, Mention};
use crate::source::{Name, TextRange};

/// Expansions inside expansions. Deeper ones stay calls.
const MAX_DEPTH: u32 = 16;
/// Calls in bodies that are expanded in one program. Checked between chunks of bodies.
const MAX_CALLS: usize = 50_000;
/// Calls that are expanded in one body.
const MAX_CALLS_OF_BODY: usize = 5_000;
/// Bodies that are expanded at a time, on all threads.
const CHUNK: usize = 1_024;

pub(super) fn expand_all(builder: &mut Builder<'_>) {
    while let Some(call) = builder.macro_calls.pop() {
        expand_item(builder, call);
    }
    builder.program.names = Default::default();
    Cache::update_aliases(builder);
    let mut budget = MAX_CALLS;
    let mut at = 0;
    // Expanding a body may add bodies: those of items in it.
    while at < builder.program.bodies.len() && budget > 0 {
        let end = builder.program.bodies.len().min(at + CHUNK);
        expand_bodies(builder, at..end, &mut budget);
        at = end;
    }
    while let Some(call) = builder.macro_calls.pop() {
        expand_item(builder, call);
    }
    // Names looked up on the way did not see what came later.
    builder.program.names = Default::default();
}

/// Definitions by name, and those that were read.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    by_name: FxHashMap<Name, Vec<MacroId>>,
    /// What a body mentions that may call one of them, under whatever name.
    calls: FxHashSet<u16>,
    /// How many of the program's definitions are in `by_name`.
    indexed: usize,
    read: RwLock<FxHashMap<Rules, Option<Arc<expand::Rules>>>>,
}

impl Cache {
    /// Takes in the definitions that are new.
    fn update(builder: &mut Builder<'_>) {
        let cache = &mut builder.macros;
        for (index, def) in builder
            .program
            .macros
            .iter()
            .enumerate()
            .skip(cache.indexed)
        {
            let id = MacroId(index as u32);
            cache.by_name.entry(def.name).or_default().push(id);
            cache.calls.insert(hash(Mention::Macro, def.name.as_str()));
        }
        cache.indexed = builder.program.macros.len();
    }

    /// Takes in the other names by which definitions are imported, and the stand-ins.
    fn update_aliases(builder: &mut Builder<'_>) {
        Cache::update(builder);
        let stand_ins = STAND_INS.iter().map(|it| Name::new(it.0));
        let defined = builder.macros.by_name.keys().copied();
        let program = &builder.program;
        let calls = defined
            .chain(stand_ins)
            .flat_map(|name| program.hashes_of(name, &[Mention::Macro]))
            .collect();
        builder.macros.calls = calls;
        // Expansions bring more imports.
        builder.program.spellings = Default::default();
    }

    /// Whether a body may call any of the definitions.
    fn may_be_called_in(&self, body: &LazyBody) -> bool {
        body.mentions().has_any(&self.calls)
    }

    /// The rules, read if nobody has asked for them before; `None` if they cannot be read.
    fn rules(&self, which: Rules, text: &str) -> Option<Arc<expand::Rules>> {
        let known = self
            .read
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&which)
            .cloned();
        known.unwrap_or_else(|| {
            let rules = expand::Rules::parse(text).ok().map(Arc::new);
            let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
            read.entry(which).or_insert(rules).clone()
        })
    }
}

/// The definition that a call reaches: by scope, then by name in the crate, then exported ones.
fn definition(
    builder: &Builder<'_>,
    module: ModuleId,
    path: &crate::facts::Path,
) -> Option<MacroId> {
    let program = &builder.program;
    let name = path.last()?;
    let found = program.resolve_whole(module, path);
    let defined = found.iter().rev().find_map(|def| match def {
        Def::Macro(id) => Some(*id),
        _ => None,
    });
    if defined.is_some() {
        return defined;
    }
    // A library's macro of the same name.
    if path.segments.len() > 1 && found.iter().any(|def| matches!(def, Def::External(_))) {
        return None;
    }
    let krate = program[module].krate;
    let all = || {
        let named = builder.macros.by_name.get(&name);
        named.into_iter().flatten().copied()
    };
    if path.segments.len() == 1 {
        // Textual scope: any definition of the crate, the nearest file first.
        let file = program[module].file;
        let own = all().filter(|id| program[program[*id].module].krate == krate);
        return own
            .min_by_key(|id| program[*id].file != file)
            .filter(|_| !is_std(name.as_str()));
    }
    // `crate::name!`, `other_crate::name!`.
    let first = path.segments[0].name;
    let target = if first == "crate" || first == "$crate" {
        Some(krate)
    } else {
        program
            .extern_crates
            .get(&(krate, first))
            .and_then(|roots| roots.first())
            .map(|root| program[*root].krate)
    };
    let target = target?;
    let mut exported =
        all().filter(|id| program[*id].exported && program[program[*id].module].krate == target);
    exported.next()
}

/// Names that a crate's own macro seldom takes over.
fn is_std(name: &str) -> bool {
    matches!(
        name,
        "println"
            | "format"
            | "vec"
            | "panic"
            | "assert"
            | "assert_eq"
            | "write"
            | "writeln"
            | "matches"
            | "print"
            | "eprintln"
    )
}

/// Macros of libraries that hold code of the program, as rules that say what matters of them.
/// Sources: rocket_okapi 0.9 `src/lib.rs`, cfg-if 1.0 `src/lib.rs`; `cfg_select!`
/// is the standard library's.
const STAND_INS: [(&str, &str); 3] = [
    (
        "mount_endpoints_and_merged_docs",
        "($rocket:ident, $base:expr, $settings:expr, $($path:expr => $routes:expr),* $(,)?) => { \
         $( $rocket = $rocket.mount(format!(\"{}{}\", $base, $path), ($routes).0); )* }",
    ),
    // All alternatives are kept.
    (
        "cfg_if",
        "(if #[$a:meta] { $($x:tt)* } $(else if #[$b:meta] { $($y:tt)* })* $(else { $($z:tt)* })?) => \
         { $($x)* $($($y)*)* $($($z)*)? }",
    ),
    (
        "cfg_select",
        "($($p:meta => { $($t:tt)* } $(,)?)* $(_ => { $($e:tt)* } $(,)?)?) => { $($($t)*)* $($($e)*)? }",
    ),
];

fn stand_in(name: &str) -> Option<&'static str> {
    let found = STAND_INS.iter().find(|it| it.0 == name);
    found.map(|it| it.1)
}

/// An expansion's text and where its pieces come from, as ranges of the calling file.
struct Expanded {
    text: String,
    pieces: Vec<(u32, TextRange)>,
}

impl Expanded {
    fn range_at(&self, offset: usize) -> TextRange {
        let at = self
            .pieces
            .partition_point(|(start, _)| *start as usize <= offset);
        at.checked_sub(1)
            .map_or_else(TextRange::default, |at| self.pieces[at].1)
    }
}

/// What a call expands by: a definition of the program, or a stand-in for a library's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Rules {
    Local(MacroId),
    StandIn(&'static str),
}

/// What a call hands to its macro.
#[derive(Clone, Copy)]
struct Arguments<'a> {
    /// Where it stands or, in an expansion, is shown.
    tokens: TextRange,
    /// Its text, if it stands in an expansion.
    inline: Option<&'a str>,
}

/// Runs a macro. What comes from the rules is shown at the call.
fn run(
    builder: &Builder<'_>,
    module: ModuleId,
    rules: Rules,
    arguments: Arguments<'_>,
    call: TextRange,
    file: crate::source::FileId,
) -> Option<Expanded> {
    let program = &builder.program;
    let tokens = arguments.tokens;
    let text = match arguments.inline {
        Some(text) => text,
        None => builder.sources.slice(tokens.in_file(file)),
    };
    let (rules_text, foreign) = match rules {
        Rules::StandIn(rules) => (rules, None),
        Rules::Local(id) => {
            let def = &program[id];
            let krate = program[def.module].krate;
            let foreign = (krate != program[module].krate).then(|| program[krate].name.as_str());
            let rules = match &def.inline {
                Some(rules) => rules,
                None => builder.sources.slice(def.rules.in_file(def.file)),
            };
            (rules, foreign)
        }
    };
    let rules = builder.macros.rules(rules, rules_text)?;
    let expansion = rules.transcribe(text, foreign, Limits::default()).ok()?;
    let pieces = expansion
        .pieces
        .iter()
        .map(|piece| {
            let range = match &piece.origin {
                super::expand::Origin::Call(_) if arguments.inline.is_some() => tokens,
                super::expand::Origin::Call(range) => {
                    TextRange::new(tokens.start + range.start, tokens.start + range.end)
                }
                super::expand::Origin::Rules(_) => call,
            };
            (piece.start, range)
        })
        .collect();
    Some(Expanded {
        text: expansion.text,
        pieces,
    })
}

fn expand_item(builder: &mut Builder<'_>, call: PendingMacro) {
    Cache::update(builder);
    let module = call.place.module;
    let file = call.place.file;
    let name = call.item.path.last().map_or("", Name::as_str);
    let by_name = || stand_in(name).map(Rules::StandIn);
    let known = definition(builder, module, &call.item.path)
        .map(Rules::Local)
        .or_else(by_name);
    let arguments = Arguments {
        tokens: call.item.tokens,
        inline: call.item.inline.as_deref(),
    };
    let expanded = known
        .filter(|_| call.depth < MAX_DEPTH)
        .and_then(|id| run(builder, module, id, arguments, call.range, file))
        .or_else(|| included(builder, &call));
    let Some(expanded) = expanded else {
        // Library macros in item position make no routes, but for those that say so.
        if known.is_some() {
            builder.unresolved(
                format!("`{name}!` could not be expanded"),
                call.range.in_file(file),
            );
        }
        return;
    };
    let mut bodies: Vec<LazyBody> = Vec::new();
    let map = |offset: usize| expanded.range_at(offset);
    let text = match call.place.container {
        Container::Module => expanded.text.clone(),
        // Items of an impl are read inside one.
        Container::Impl(_) | Container::Trait(_) => format!("impl X {{{}}}", expanded.text),
    };
    let shift = text.len() - expanded.text.len();
    let shifted = |offset: usize| map(offset.saturating_sub(shift));
    let Some(Fragment::Items(items)) =
        parse_fragment(FragmentKind::Items, &text, &shifted, &mut bodies)
    else {
        builder.unresolved(
            format!("the expansion of `{name}!` could not be read"),
            call.range.in_file(file),
        );
        return;
    };
    let mut bodies: Bodies = bodies.into_iter().map(Some).collect();
    let mut place = call.place.clone();
    place.depth = call.depth + 1;
    match place.container {
        Container::Module => builder.add_items(items, &place, &mut bodies),
        Container::Impl(_) | Container::Trait(_) => {
            for item in items {
                if let crate::facts::ItemKind::Impl(inner) = item.kind {
                    builder.add_items(inner.items, &place, &mut bodies);
                }
            }
        }
    }
}

/// The code that a call includes which the build made: `tonic::include_proto!("shop.v1")`,
/// `include!(concat!(env!("OUT_DIR"), "/shop.v1.rs"))`. It is shown at the call.
fn included(builder: &Builder<'_>, call: &PendingMacro) -> Option<Expanded> {
    let text = match &call.item.inline {
        Some(text) => text,
        None => builder
            .sources
            .slice(call.item.tokens.in_file(call.place.file)),
    };
    let named = text.rsplit('"').nth(1)?;
    let stem = match call.item.path.last()?.as_str() {
        "include_proto" => named,
        "include" if text.contains("OUT_DIR") => named.strip_suffix(".rs")?,
        _ => return None,
    };
    let stem = stem.rsplit('/').next().unwrap_or(stem);
    Some(Expanded {
        text: protos::included(builder, stem, call.place.module)?,
        pieces: vec![(0, call.range)],
    })
}

/// How far the expansion of a body has come.
#[derive(Default)]
struct Progress {
    /// Expressions that were looked at.
    done: usize,
    rounds: u32,
    /// Calls that were found and not yet expanded, the next one last.
    open: Vec<ExprId>,
    /// Calls that were expanded.
    calls: usize,
}

/// Items that an expansion has put into a body, and their bodies.
type NewItems = (Vec<Item>, Vec<LazyBody>);

/// Expands the calls in some bodies: on all threads, until one declares items.
fn expand_bodies(builder: &mut Builder<'_>, range: std::ops::Range<usize>, budget: &mut usize) {
    Cache::update(builder);
    let limit = MAX_CALLS_OF_BODY.min(*budget);
    let mut all = std::mem::take(&mut builder.program.bodies);
    let shared = &*builder;
    let paused: Vec<(Progress, Option<NewItems>)> = all[range.clone()]
        .par_iter_mut()
        .map(|data| {
            let mut progress = Progress::default();
            if !shared.macros.may_be_called_in(&data.body) {
                return (progress, None);
            }
            let items = expand_body(shared, data, &mut progress, limit);
            (progress, items)
        })
        .collect();
    builder.program.bodies = all;
    for (index, (mut progress, mut items)) in range.zip(paused) {
        let key = BodyKey(index as u32);
        while let Some((new, bodies)) = items {
            let place = builder.body_place(key);
            let opened = builder.open_body_module(key, &place);
            let place = super::build::Place {
                module: opened,
                container: Container::Module,
                ..place
            };
            let mut bodies: Bodies = bodies.into_iter().map(Some).collect();
            builder.add_items(new, &place, &mut bodies);
            Cache::update(builder);
            let mut all = std::mem::take(&mut builder.program.bodies);
            items = expand_body(builder, &mut all[index], &mut progress, limit);
            // Nothing is added to the program in the meantime.
            builder.program.bodies = all;
        }
        *budget = budget.saturating_sub(progress.calls);
    }
}

/// Expands the calls in a body until one declares items, which are handed out, or none is left.
fn expand_body(
    builder: &Builder<'_>,
    data: &mut BodyData,
    progress: &mut Progress,
    limit: usize,
) -> Option<NewItems> {
    loop {
        while let Some(id) = progress.open.pop() {
            let Expr::Macro(call) = data.body.expr(id) else {
                continue;
            };
            if progress.calls >= limit {
                return None;
            }
            let call = call.clone();
            let local = definition(builder, data.module, &call.path).map(Rules::Local);
            let by_name = || stand_in(call.path.last()?.as_str()).map(Rules::StandIn);
            let Some(rules) = local.or_else(by_name) else {
                continue;
            };
            progress.calls += 1;
            let items = expand_call(builder, data, id, &call, rules);
            if items.is_some() {
                return items;
            }
        }
        let count = data.body.expr_count();
        if progress.done == count || progress.rounds >= MAX_DEPTH {
            return None;
        }
        let new = data.body.exprs().skip(progress.done);
        let calls = new.filter(|(_, expr)| matches!(expr, Expr::Macro(_)));
        progress.open = calls.map(|(id, _)| id).collect();
        progress.open.reverse();
        progress.done = count;
        progress.rounds += 1;
    }
}

fn expand_call(
    builder: &Builder<'_>,
    data: &mut BodyData,
    id: ExprId,
    call: &MacroCall,
    rules: Rules,
) -> Option<NewItems> {
    let range = data.body.expr_range(id);
    let arguments = Arguments {
        tokens: call.tokens,
        inline: call.inline.as_deref(),
    };
    let expanded = run(builder, data.module, rules, arguments, range, data.file)?;
    let mut bodies = Vec::new();
    let map = |offset: usize| expanded.range_at(offset);
    let body = data.body.expand(&expanded.text);
    let fragment = parse_fragment(FragmentKind::Stmts(body), &expanded.text, &map, &mut bodies);
    let Some(Fragment::Stmts(stmts, tail)) = fragment else {
        return None;
    };
    let block = Block {
        kind: BlockKind::Expansion,
        label: None,
        stmts,
        tail,
        cfgs: Default::default(),
    };
    body.set_expr(id, Expr::Block(Box::new(block)));
    let items = std::mem::take(&mut body.items);
    (!items.is_empty()).then_some((items, bodies))
}

impl Builder<'_> {
    /// Where the local items of a body are added.
    pub(super) fn body_place(&self, key: BodyKey) -> super::build::Place {
        let data = &self.program[key];
        let (is_test, cfg) = match data.owner {
            BodyOwner::Fn(id) => (self.program[id].is_test, self.program[id].cfg.clone()),
            BodyOwner::Const(id) => (self.program[id].is_test, None),
        };
        super::build::Place {
            module: data.module,
            container: Container::Module,
            file: data.file,
            dir: String::new(),
            cfg,
            is_test,
            depth: 1,
        }
    }
}
