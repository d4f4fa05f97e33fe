//! From the things that may be shown to the rows that are: filter, order, tree.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Entry, Rows, Shape};
use crate::query::forest;

/// What happens to a thing before it becomes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is shown.
    Shown,
    /// It does not belong here at all.
    Elsewhere,
    /// The user hid its like.
    Hidden,
    /// The filter leaves it out.
    Filtered,
}

/// Makes rows of `count` things: `fate` sorts out, `compare` orders, `parent` names what a thing hangs below in a tree.
/// Filtered ancestors of what is shown stay as context.
pub(super) fn arrange(
    count: usize,
    shape: Shape,
    fate: impl Fn(usize) -> Fate,
    compare: impl Fn(usize, usize) -> Ordering,
    parent: impl Fn(usize) -> Option<usize>,
) -> Rows {
    let mut rows = Rows::default();
    let mut shown = Vec::new();
    for at in 0..count {
        match fate(at) {
            Fate::Shown => shown.push(at),
            Fate::Hidden => rows.hidden += 1,
            Fate::Filtered => rows.filtered += 1,
            Fate::Elsewhere => {}
        }
    }
    if shape == Shape::Flat {
        shown.sort_by(|a, b| compare(*a, *b));
        rows.entries = shown.into_iter().map(entry).collect();
        return rows;
    }
    let matching: HashSet<usize> = shown.iter().copied().collect();
    add_ancestors(&mut shown, &matching, &fate, &parent);
    shown.sort_by(|a, b| compare(*a, *b));
    let branches = forest(&shown, parent).into_iter();
    rows.entries = branches
        .map(|branch| Entry {
            depth: branch.depth,
            open: branch.open,
            context: !matching.contains(&branch.at),
            ..entry(branch.at)
        })
        .collect();
    rows
}

fn add_ancestors(
    shown: &mut Vec<usize>,
    matching: &HashSet<usize>,
    fate: &impl Fn(usize) -> Fate,
    parent: &impl Fn(usize) -> Option<usize>,
) {
    let mut added = HashSet::new();
    for at in 0..shown.len() {
        let mut above = parent(shown[at]);
        // Whoever was met before has had its ancestors added; that ends cycles too.
        while let Some(at) = above.filter(|at| !matching.contains(at) && added.insert(*at)) {
            if fate(at) == Fate::Filtered {
                shown.push(at);
            }
            above = parent(at);
        }
    }
}

const fn entry(at: usize) -> Entry {
    Entry {
        at,
        depth: 0,
        open: 0,
        context: false,
    }
}
