//! Fusion by attention between the cells of a picture, `[B, C, D]`, and words, `[B, T, D]`.

use super::contestant::Contestant;
use crate::nn::{AttentionMask, Tower};
use crate::ops::{concat, reduce};
use crate::plan::{PlanBuilder, SlotId};

const TOWER: Tower = Tower { depth: 1, heads: 2, mlp_ratio: 2 };
const WHOLE: AttentionMask = AttentionMask::Bidirectional(None);

/// One vector: `[B, D]`, of co-attention `[B, 2D]`.
pub(super) fn fuse(b: &mut PlanBuilder, contestant: Contestant, [cells, words]: [SlotId; 2]) -> SlotId {
    b.scope("fusion", |b| match contestant {
        Contestant::Cross => read(b, "words", words, cells),
        Contestant::CoAttention => {
            let pooled = [read(b, "words", words, cells), read(b, "picture", cells, words)];
            concat::concat(b, &pooled, 1)
        }
        _ => {
            let tokens = concat::concat(b, &[cells, words], 1);
            let tokens = b.scope("joint", |b| TOWER.emit(b, tokens, WHOLE, None));
            reduce::mean(b, tokens, 1)
        }
    })
}

/// `x` reads `source` by cross-attention: the mean of its tokens, `[B, D]`.
fn read(b: &mut PlanBuilder, name: &str, x: SlotId, source: SlotId) -> SlotId {
    b.scope(name, |b| {
        let cross = TOWER.cross_kv(b, source);
        let x = TOWER.emit(b, x, WHOLE, Some(&cross));
        reduce::mean(b, x, 1)
    })
}
