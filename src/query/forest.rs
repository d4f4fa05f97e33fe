//! Rows as a forest: each under its parent, where that is a row too.

use std::collections::HashMap;

/// One row of a forest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The item.
    pub at: usize,
    /// How many of its ancestors are rows; no more than fit are counted.
    pub depth: u16,
    /// Lines that go on below the row: bit 0 is set where its ancestor at depth 1, or it itself, has a sibling further
    /// down, bit 1 for depth 2, and so on as far as there are bits.
    pub open: u64,
}

/// The items of `order`, each behind its parent and before its parent's next child; roots and siblings in the given
/// order. An item is a root where `parent` names none, or one that is not in `order`. Where items are each other's
/// ancestors, the first of them is a root.
pub fn forest(order: &[usize], parent: impl Fn(usize) -> Option<usize>) -> Vec<Branch> {
    let place = order.iter().enumerate().map(|(place, at)| (*at, place));
    let place: HashMap<usize, usize> = place.collect();
    let parents = order.iter().map(|at| place.get(&parent(*at)?).copied());
    let mut parents: Vec<_> = parents.collect();
    cut_cycles(&mut parents);
    flatten(order, &parents)
}

/// Makes a root of the first item of every cycle. Each item is walked over once, so this takes linear time.
fn cut_cycles(parents: &mut [Option<usize>]) {
    let mut walked_from = vec![None; parents.len()];
    for start in 0..parents.len() {
        let mut next = Some(start);
        while let Some(at) = next {
            if walked_from[at] == Some(start) {
                let first = first_of_cycle(parents, at);
                parents[first] = None;
            }
            if walked_from[at].is_some() {
                break;
            }
            walked_from[at] = Some(start);
            next = parents[at];
        }
    }
}

/// The first in the order of the items on the cycle through `at`.
fn first_of_cycle(parents: &[Option<usize>], at: usize) -> usize {
    let (mut first, mut next) = (at, parents[at]);
    while let Some(ancestor) = next.filter(|next| *next != at) {
        first = first.min(ancestor);
        next = parents[ancestor];
    }
    first
}

/// Depth first, with a stack of its own: a chain of processes can be longer than ours.
fn flatten(order: &[usize], parents: &[Option<usize>]) -> Vec<Branch> {
    // Linked lists of siblings, made from behind; the last one is that of the roots.
    let roots = order.len();
    let mut first_child = vec![None; order.len() + 1];
    let mut next_sibling = vec![None; order.len()];
    for (place, parent) in parents.iter().enumerate().rev() {
        let parent = parent.unwrap_or(roots);
        next_sibling[place] = first_child[parent].replace(place);
    }
    let mut rows = Vec::with_capacity(order.len());
    // Each with its depth and the lines beside it that its ancestors leave open.
    let mut waiting: Vec<(usize, u16, u64)> = Vec::new();
    waiting.extend(first_child[roots].map(|place| (place, 0, 0)));
    while let Some((place, depth, beside)) = waiting.pop() {
        let next = next_sibling[place];
        let open = beside | next.map_or(0, |_| line(depth));
        rows.push(Branch {
            at: order[place],
            depth,
            open,
        });
        waiting.extend(next.map(|place| (place, depth, beside)));
        waiting.extend(first_child[place].map(|place| (place, depth.saturating_add(1), open)));
    }
    rows
}

/// The bit for the line at a depth. Roots hang below nothing.
fn line(depth: u16) -> u64 {
    let bit = u32::from(depth).checked_sub(1);
    bit.and_then(|bit| 1_u64.checked_shl(bit)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forest of `order` as text, where each pair of `parents` is a child and its parent.
    fn drawn(order: &[usize], parents: &[(usize, usize)]) -> String {
        let parents: HashMap<usize, usize> = parents.iter().copied().collect();
        let rows = forest(order, |at| parents.get(&at).copied());
        let rows = rows
            .iter()
            .map(|row| format!("{}{}", "-".repeat(row.depth.into()), row.at));
        rows.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_item_is_below_its_parent() {
        for (order, parents, rows) in [
            (&[][..], &[][..], ""),
            (&[3, 1, 2], &[], "3 1 2"),
            (&[1, 2, 3], &[(2, 1), (3, 2)], "1 -2 --3"),
            // Children that come before their parent, and siblings in the order given.
            (&[5, 4, 3, 1], &[(5, 1), (4, 3), (3, 1)], "1 -5 -3 --4"),
            (&[1, 2, 3, 4], &[(3, 1), (4, 2)], "1 -3 2 -4"),
            // A parent that is not in the order is not there, nor is a grandparent in its place.
            (&[1, 3], &[(3, 2), (2, 1)], "1 3"),
            (&[1, 2], &[(2, 9)], "1 2"),
        ] {
            assert_eq!(drawn(order, parents), rows, "{order:?} {parents:?}");
        }
    }

    #[test]
    fn lines_are_open_where_a_sibling_follows() {
        // 1 has 2 and 5, 2 has 3 and 4; 6 is another root with 7.
        let parents = HashMap::from([(2, 1), (3, 2), (4, 2), (5, 1), (7, 6)]);
        let rows = forest(&[1, 2, 3, 4, 5, 6, 7], |at| parents.get(&at).copied());
        let open: Vec<_> = rows.iter().map(|row| row.open).collect();
        assert_eq!(open, [0, 0b01, 0b11, 0b01, 0, 0, 0]);
    }

    #[test]
    fn cycles_lose_nobody() {
        for (order, parents, rows) in [
            (&[1, 2][..], &[(1, 1), (2, 1)][..], "1 -2"),
            (&[2, 1], &[(1, 2), (2, 1)], "2 -1"),
            // A tail comes first, and hangs below the cycle all the same.
            (
                &[9, 3, 2, 1],
                &[(9, 2), (1, 2), (2, 3), (3, 1)],
                "3 -2 --9 --1",
            ),
            (
                &[1, 2, 3, 4],
                &[(1, 2), (2, 1), (3, 4), (4, 3)],
                "1 -2 3 -4",
            ),
        ] {
            assert_eq!(drawn(order, parents), rows, "{order:?} {parents:?}");
        }
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        const LENGTH: usize = 100_000;
        let order: Vec<_> = (0..LENGTH).rev().collect();
        let rows = forest(&order, |at| at.checked_sub(1));
        assert!(rows.iter().map(|row| row.at).eq(0..LENGTH));
        assert_eq!(rows[70].depth, 70);
        assert_eq!(rows[LENGTH - 1].depth, u16::MAX);
        // Two below each, of which the second has none.
        let pairs: Vec<_> = (0..200).collect();
        let rows = forest(&pairs, |at| (at > 1).then(|| (at - 2) & !1));
        assert_eq!((rows[64].depth, rows[64].open), (64, u64::MAX));
        assert_eq!((rows[99].depth, rows[99].open), (99, u64::MAX));
        let loops = forest(&order, |at| Some((at + 1) % LENGTH));
        assert_eq!(loops.len(), LENGTH);
    }

    /// Numbers that look random and are the same each time.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(self.0 >> 33).unwrap() % limit
        }
    }

    /// Whether going up from `at` leads to `at` again.
    fn is_on_cycle(at: usize, parents: &[Option<usize>], order: &[usize]) -> bool {
        let mut up = parents[at];
        for _ in 0..parents.len() {
            match up.filter(|up| order.contains(up)) {
                Some(next) if next == at => return true,
                Some(next) => up = parents[next],
                None => return false,
            }
        }
        false
    }

    #[test]
    fn every_item_is_there_once_and_behind_its_parent() {
        let mut dice = Dice(1);
        for _ in 0..300 {
            let count = 1 + dice.below(30);
            let mut parent = |_| Some(dice.below(count + 5)).filter(|up| *up < count);
            let parents: Vec<_> = (0..count).map(&mut parent).collect();
            let mut order: Vec<_> = (0..count).filter(|_| dice.below(5) > 0).collect();
            for last in (1..order.len()).rev() {
                order.swap(last, dice.below(last + 1));
            }
            let rows = forest(&order, |at| parents[at]);
            let mut seen: Vec<_> = rows.iter().map(|row| row.at).collect();
            for (place, row) in rows.iter().enumerate() {
                let above = rows[..place]
                    .iter()
                    .rev()
                    .find(|above| above.depth < row.depth);
                let expected = parents[row.at].filter(|up| order.contains(up));
                assert_eq!(row.depth, above.map_or(0, |above| above.depth + 1));
                match above {
                    Some(above) => assert_eq!(Some(above.at), expected),
                    None => assert!(expected.is_none() || is_on_cycle(row.at, &parents, &order)),
                }
            }
            seen.sort_unstable();
            order.sort_unstable();
            assert_eq!(seen, order);
        }
    }
}
