//! Texts that are written. The keys and values of their tokens are cached on the device, `[N, L, D]` for `N` rows with `L` places
//! each, so that a token costs the same wherever it stands.

use super::rounded;
use crate::device::{DeviceError, ParamStore};
use crate::nn::DecodePosition;
use crate::ops::embedding::embedding;
use crate::ops::scatter_rows::scatter_rows;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::U32;
use crate::tensor::{HostTensor, Shape};

/// Rows and places, `[N, L]`, for which keys and values are cached.
pub(super) type CacheShape = [usize; 2];

/// What the device keeps of a source and of the texts that read it.
#[derive(Default)]
pub(super) struct KvCache {
    /// The picture's values `[1, 3, S, S]` and the number of its states.
    pub image: Option<(HostTensor, usize)>,
    /// Ids `[1, T]` of a question about that picture, and how many of them count.
    pub question: Option<(HostTensor, u32)>,
    /// The texts whose keys and values the decoder keeps.
    pub rows: Option<CachedRows>,
}

/// Fewest places for which there are plans.
const PLACES: usize = 16;

/// What is cached for `rows`, of which none becomes longer than `longest`.
pub(super) fn shape_of(rows: &[Vec<u32>], longest: usize) -> CacheShape {
    let length = rows[0].len();
    assert!(rows.iter().all(|row| row.len() == length), "rows go on in step");
    assert!(length <= longest, "{length} tokens exceed the longest row of {longest}");
    [rounded(rows.len()), length.next_power_of_two().max(PLACES).min(longest)]
}

/// Rows, all of one length, whose keys and values are cached.
pub(super) struct CachedRows {
    pub rows: Vec<Vec<u32>>,
    pub shape: CacheShape,
}

/// How rows go on from others.
pub(super) struct Resume {
    /// Tokens that need not be computed again, fewer than the rows have.
    pub common: usize,
    /// Slots `source_slots` and `target_slots` of [`move_rows`], where what is cached is not where it will be wanted.
    pub moves: Option<[HostTensor; 2]>,
}

impl CachedRows {
    /// How `rows`, which will be cached as `to`, go on from these.
    pub(super) fn resume(&self, rows: &[Vec<u32>], to: CacheShape) -> Resume {
        let parents: Vec<(usize, usize)> = (0..rows.len()).map(|i| parent(&self.rows, &rows[i], i)).collect();
        let common = parents.iter().map(|(_, common)| *common).min().unwrap_or(0).min(rows[0].len() - 1);
        let stays = parents.iter().enumerate().all(|(i, (parent, _))| i == *parent);
        if common == 0 || (self.shape == to && stays) {
            return Resume { common, moves: None };
        }
        let [from, places] = [self.shape[1], moved(self.shape, to)];
        let parent = |i: usize| parents.get(i).unwrap_or(&parents[0]).0;
        let slots = |slot: &dyn Fn(usize, usize) -> usize| {
            let all = (0..to[0]).flat_map(|i| (0..places).map(move |at| (i, at)));
            HostTensor::u32([to[0] * places], all.map(|(i, at)| slot(i, at) as u32).collect())
        };
        let moves = [slots(&|i, at| parent(i) * from + at), slots(&|i, at| i * to[1] + at)];
        Resume { common, moves: Some(moves) }
    }
}

/// Which of the cached rows has the longest beginning in common with `row`, the `i`-th if it is as good, and how long
/// that is.
fn parent(kept: &[Vec<u32>], row: &[u32], i: usize) -> (usize, usize) {
    let common = |other: &Vec<u32>| row.iter().zip(other).take_while(|(a, b)| a == b).count();
    let all = kept.iter().enumerate().map(|(j, other)| (j, common(other)));
    all.max_by_key(|&(j, common)| (common, j == i)).unwrap_or((0, 0))
}

/// Places of a row that are moved.
fn moved(from: CacheShape, to: CacheShape) -> usize {
    from[1].min(to[1])
}

/// What a plan of one token of each row takes, for the tokens at this place; rows beyond those that count repeat the first.
pub(super) fn inputs(
    rows: &[Vec<u32>],
    [count, places]: CacheShape,
    at: usize,
) -> [(&'static str, HostTensor); 4] {
    let ids = (0..count).map(|i| rows.get(i).unwrap_or(&rows[0])[at]).collect();
    let slots = (0..count).map(|i| (i * places + at) as u32).collect();
    [
        ("ids", HostTensor::u32([count, 1], ids)),
        ("at", HostTensor::u32([1], vec![at as u32])),
        ("slots", HostTensor::u32([count], slots)),
        ("lengths", HostTensor::u32([count], vec![at as u32 + 1; count])),
    ]
}

/// The slots of what a plan of one token of each row takes.
pub(super) fn emit_inputs(b: &mut PlanBuilder, rows: usize) -> (SlotId, DecodePosition) {
    let ids = b.input("ids", [rows, 1], U32);
    let at = b.input("at", [1], U32);
    let [slots, lengths] = ["slots", "lengths"].map(|name| b.input(name, [rows], U32));
    (ids, DecodePosition { at, slots, lengths })
}

/// Makes room for such texts; what is there stays.
pub(super) fn reserve(
    params: &mut ParamStore,
    paths: &[String],
    cache @ [rows, places]: CacheShape,
    width: usize,
) -> Result<(), DeviceError> {
    let shape = Shape::from([rows, places, width]);
    let names = paths.iter().flat_map(|path| KINDS.map(|kind| name(path, kind, cache)));
    names.into_iter().try_for_each(|name| params.reserve(&name, &shape))
}

/// Under which name the device keeps something of a layer's self-attention, `[N, L, D]`.
fn name(path: &str, kind: &str, [rows, places]: CacheShape) -> String {
    format!("{path}.{kind}.{rows}.{places}")
}

/// Cached keys and values by layer, of which `paths` are the self-attentions.
pub(super) fn stored(
    b: &mut PlanBuilder,
    paths: &[String],
    cache @ [rows, places]: CacheShape,
    width: usize,
) -> Vec<[SlotId; 2]> {
    let stored = |path: &String| KINDS.map(|kind| b.stored(&name(path, kind, cache), [rows, places, width]));
    paths.iter().map(stored).collect()
}

/// The two things that are cached of each layer.
pub(super) const KINDS: [&str; 2] = ["keys", "values"];

/// Keys and values that are cached as `from`, at the slots `source_slots` of `[N * L]`, to the slots `target_slots`
/// of `to`: as many as all rows of `to` have in places that both have.
pub(super) fn move_rows(b: &mut PlanBuilder, paths: &[String], [from, to]: [CacheShape; 2], width: usize) {
    let [source_slots, target_slots] =
        ["source_slots", "target_slots"].map(|name| b.input(name, [to[0] * moved(from, to)], U32));
    let (old, new) = (stored(b, paths, from, width), stored(b, paths, to, width));
    for (old, new) in old.as_flattened().iter().zip(new.as_flattened()) {
        let table = b.reshape(*old, [from[0] * from[1], width]);
        let rows = embedding(b, table, source_slots);
        scatter_rows(b, rows, target_slots, *new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_goes_on_from_the_longest_beginning_its_own_place_first() {
        let kept = [vec![1, 2, 3], vec![1, 2, 4], vec![1, 2, 4], vec![5, 6, 7]];
        assert_eq!(parent(&kept, &[1, 2, 3, 9], 1), (0, 3));
        assert_eq!(parent(&kept, &[1, 2, 4, 9], 1), (1, 3));
        assert_eq!(parent(&kept, &[1, 2, 4, 9], 2), (2, 3));
        assert_eq!(parent(&kept, &[1, 2], 3).1, 2);
        assert_eq!(parent(&kept, &[8], 3), (3, 0));
        assert_eq!(parent(&[], &[8], 0), (0, 0));
    }

    #[test]
    fn rows_that_stay_are_not_moved() {
        let written = CachedRows { rows: vec![vec![1, 2], vec![1, 3]], shape: [2, 16] };
        let start = written.resume(&[vec![1, 2, 4], vec![1, 3, 4]], [2, 16]);
        assert_eq!((start.common, start.moves), (2, None));
        let start = written.resume(&[vec![1, 3, 4], vec![1, 3, 5]], [2, 16]);
        let [source_slots, target_slots] = start.moves.expect("the first row is the second's child");
        assert_eq!(
            (source_slots.as_u32()[0], source_slots.as_u32()[17], target_slots.as_u32()[17]),
            (16, 17, 17)
        );
        // Swapped, more and longer at once.
        let rows = [vec![1, 3, 4], vec![1, 2, 4], vec![1, 2, 5]];
        let [source_slots, target_slots] =
            written.resume(&rows, [4, 32]).moves.expect("they are held elsewhere");
        let first = |tensor: &HostTensor| tensor.as_u32().iter().step_by(16).copied().collect::<Vec<_>>();
        assert_eq!((first(&source_slots), first(&target_slots)), (vec![16, 0, 0, 16], vec![0, 32, 64, 96]));
        assert_eq!((source_slots.as_u32()[17], target_slots.as_u32()[17]), (1, 33));
        // The whole of a row is never common: its last token makes the logits.
        assert_eq!(written.resume(&[vec![1, 2], vec![1, 3]], [2, 16]).common, 1);
    }
}
