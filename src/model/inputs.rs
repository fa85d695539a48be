//! What goes into an encoder: pictures as rows of patches (Dosovitskiy et al. 2021), ids as rows of embedded tokens.

use crate::ops::binary::add;
use crate::ops::concat::concat;
use crate::ops::embedding::{embedding, embedding_of_parts};
use crate::ops::{conv2d, permute, slice};
use crate::plan::fill::fill;
use crate::plan::{Matrix, PlanBuilder, SlotId};

/// Pictures `[B, 3, S, S]` to patches `[B, P, D]` in row-major order, by the convolution `patch_embedding` of stride
/// `patch`; `P = (S / patch)^2`, what is left over at the right and below is not seen.
pub(super) fn patches(b: &mut PlanBuilder, pixels: SlotId, width: usize, patch: usize, bias: bool) -> SlotId {
    let x = b.scope("patch_embedding", |b| {
        let weight = b.param("weight", [width, 3, patch, patch]);
        let bias = bias.then(|| b.param("bias", [width]));
        conv2d::conv2d(b, pixels, weight, bias, patch, 0)
    });
    let [batch, _, rows, columns] = b.shape(x)[..] else { unreachable!("pictures have four axes") };
    let x = b.reshape(x, [batch, width, rows * columns]);
    permute::permute(b, x, &[0, 2, 1])
}

/// The same row `[D]` (or `[1, 1, D]`) for every picture: `[batch, 1, D]`.
pub(super) fn repeated(b: &mut PlanBuilder, row: SlotId, batch: usize) -> SlotId {
    let width = b.shape(row).last();
    let zeros = b.temp("fill", [batch, 1, width]);
    fill(b, zeros, 0.0);
    add(b, zeros, row)
}

/// `class` in front of the patches: `[B, P + 1, D]`.
pub(super) fn with_class(b: &mut PlanBuilder, class: SlotId, patches: SlotId) -> SlotId {
    let batch = b.shape(patches)[0];
    let class = repeated(b, class, batch);
    concat(b, &[class, patches], 1)
}

/// Elements of the largest buffer that WebGPU binds by default: 128 MiB of f32. A packed table is cut at the same rows.
const LARGEST: usize = 128 * 1024 * 1024 / size_of::<f32>();
/// Between a weight's name and the number of its part.
pub(super) const PART: &str = ".rows.";

/// The table `name` `[V, D]`, in as few parts by rows as buffers allow.
fn table_of(b: &mut PlanBuilder, name: &str, [vocabulary, width]: [usize; 2]) -> Vec<Matrix> {
    let mut part = |name: &str, rows: usize| b.table(name, [rows, width]);
    if vocabulary * width <= LARGEST {
        return vec![part(name, vocabulary)];
    }
    let most = LARGEST / width;
    let parts = (0..vocabulary).step_by(most).enumerate();
    parts.map(|(at, first)| part(&format!("{name}{PART}{at}"), most.min(vocabulary - first))).collect()
}

/// Token ids (u32 `[N, T]`) with positions added, `[N, T, D]`, by the weights `table` `[vocabulary, D]` and `positions`
/// `[longest, D]`. They stand at the positions `at` (u32 `[T]`), or at the first.
pub(super) fn tokens(
    b: &mut PlanBuilder,
    ids: SlotId,
    at: Option<SlotId>,
    [table, positions]: [&str; 2],
    [vocabulary, longest, width]: [usize; 3],
) -> SlotId {
    let tokens = b.shape(ids)[1];
    assert!(tokens <= longest, "{tokens} tokens exceed the longest row of {longest}");
    let rows = table_of(b, table, [vocabulary, width]);
    let positions = b.param(positions, [longest, width]);
    let x = embedding_of_parts(b, &rows, ids);
    let positions = match at {
        Some(at) => embedding(b, positions, at),
        None => slice::slice(b, positions, 0, 0, tokens),
    };
    add(b, x, positions)
}
