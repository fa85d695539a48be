//! Byte-pair encoding of a word (Sennrich, Haddow, Birch 2016).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

/// A token and the bytes of the text it stands for.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub id: u32,
    pub span: Range<usize>,
}

/// Which pairs of tokens become one: the pair's rank, and what becomes of it.
pub(super) type Merges = HashMap<(u32, u32), (u32, u32)>;

/// A node of the word, of which the left of two that are merged remains.
struct Node {
    /// None once it has been merged into another.
    symbol: Option<Symbol>,
    /// Index of the node before, and of the one behind or the word's length.
    before: Option<usize>,
    behind: usize,
}

/// Merges the pair of lowest rank, the leftmost of equals, until none is left. Takes O(n log n) of n symbols.
pub(super) fn merge(word: Vec<Symbol>, merges: &Merges) -> Vec<Symbol> {
    let node =
        |(at, symbol)| Node { symbol: Some(symbol), before: usize::checked_sub(at, 1), behind: at + 1 };
    let mut nodes: Vec<Node> = word.into_iter().enumerate().map(node).collect();
    let mut queue: BinaryHeap<_> = (0..nodes.len()).filter_map(|at| candidate(&nodes, merges, at)).collect();
    while let Some(Reverse((_, left, merged))) = queue.pop() {
        // Since it was queued one of the two may have become another.
        if candidate(&nodes, merges, left).is_none_or(|Reverse((.., now))| now != merged) {
            continue;
        }
        let right = nodes[left].behind;
        let (end, behind) = (nodes[right].symbol.take().map(|symbol| symbol.span.end), nodes[right].behind);
        let symbol = nodes[left].symbol.as_mut().expect("a candidate is there");
        symbol.id = merged;
        symbol.span.end = end.unwrap_or(symbol.span.end);
        nodes[left].behind = behind;
        if let Some(next) = nodes.get_mut(behind) {
            next.before = Some(left);
        }
        queue.extend(candidate(&nodes, merges, left));
        queue.extend(nodes[left].before.and_then(|before| candidate(&nodes, merges, before)));
    }
    nodes.into_iter().filter_map(|node| node.symbol).collect()
}

/// The merge of the symbol at `left` with its neighbour: rank, `left` and what becomes of both, the lowest first.
fn candidate(nodes: &[Node], merges: &Merges, left: usize) -> Option<Reverse<(u32, usize, u32)>> {
    let right = nodes.get(nodes[left].behind)?;
    let pair = (nodes[left].symbol.as_ref()?.id, right.symbol.as_ref()?.id);
    let (rank, merged) = merges.get(&pair)?;
    Some(Reverse((*rank, left, *merged)))
}
