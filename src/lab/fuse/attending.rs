//! Fusion by attention between the tokens of modalities, `[B, S, D]` each.

use super::contestant::Contestant;
use super::modality::Modality;
use crate::nn::{AttentionMask, Tower};
use crate::ops::{concat, reduce};
use crate::plan::{PlanBuilder, SlotId};

const TOWER: Tower = Tower { depth: 1, heads: 2, mlp_ratio: 2 };
const WHOLE: AttentionMask = AttentionMask::Bidirectional(None);

/// Who reads the others: the words, or the first where there are none.
pub fn reader(modalities: &[Modality]) -> Modality {
    if modalities.contains(&Modality::Words) { Modality::Words } else { modalities[0] }
}

/// One vector: `[B, D]`, of co-attention `[B, n D]`, the reader's first.
pub(super) fn fuse(b: &mut PlanBuilder, contestant: Contestant, all: &[(Modality, SlotId)]) -> SlotId {
    let modalities: Vec<Modality> = all.iter().map(|(modality, _)| *modality).collect();
    let first = reader(&modalities);
    b.scope("fusion", |b| match contestant {
        Contestant::Cross => read(b, first, all),
        Contestant::CoAttention => {
            let others = modalities.into_iter().filter(|modality| *modality != first);
            let pooled: Vec<SlotId> =
                std::iter::once(first).chain(others).map(|modality| read(b, modality, all)).collect();
            concat::concat(b, &pooled, 1)
        }
        _ => {
            let tokens: Vec<SlotId> = all.iter().map(|(_, tokens)| *tokens).collect();
            let tokens = concat::concat(b, &tokens, 1);
            let tokens = b.scope("joint", |b| TOWER.emit(b, tokens, WHOLE, None));
            reduce::mean(b, tokens, 1)
        }
    })
}

/// The modality reads the others by cross-attention: the mean of its tokens, `[B, D]`.
fn read(b: &mut PlanBuilder, modality: Modality, all: &[(Modality, SlotId)]) -> SlotId {
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|(other, _)| *other == modality);
    let others: Vec<SlotId> = others.into_iter().map(|(_, tokens)| tokens).collect();
    let source = if let [one] = others[..] { one } else { concat::concat(b, &others, 1) };
    b.scope(modality.name(), |b| {
        let cross = TOWER.cross_kv(b, source);
        let x = TOWER.emit(b, own[0].1, WHOLE, Some(&cross));
        reduce::mean(b, x, 1)
    })
}
