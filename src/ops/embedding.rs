//! Rows of a table by id: `y[r] = table[ids[r]]`; table `[V, D]`, ids `[..]` of u32 below V, y `[.., D]`.

use super::case::{Case, noise};
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, grid_rows, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::{DType, HostTensor, Shape};

#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Params {
    rows: u32,
    width: u32,
    vocabulary: u32,
}

const SOURCE: &[&str] =
    &[include_str!("../../shaders/lib/index.wgsl"), include_str!("../../shaders/embedding.wgsl")];

pub static FORWARD: Kernel = Kernel {
    name: "embedding.forward",
    bindings: &[("table", Access::Read), ("ids", Access::Read), ("y", Access::Write)],
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0] * p[1]) }],
    cpu: forward,
    fast: None,
};

pub static BACKWARD: Kernel = Kernel {
    name: "embedding.backward",
    bindings: &[("dy_ids", Access::Read), ("dy", Access::Read), ("dtable", Access::Write)],
    variants: &[Variant { name: "table_row", source: SOURCE, entry: "backward", grid: |p| grid_rows(p[2]) }],
    cpu: backward,
    fast: Some(fast_backward),
};

fn forward(args: &mut Args) {
    let (table, ids, width) = (args.read[0], args.ids(1), args.params::<Params>().width as usize);
    for (y, id) in args.write[0].chunks_mut(width).zip(ids) {
        y.copy_from_slice(&table[*id as usize * width..][..width]);
    }
}

/// `dtable[v] += sum of dy[r] over r with ids[r] = v`.
fn backward(args: &mut Args) {
    let (ids, dy, width) = (args.ids(0), args.read[1], args.params::<Params>().width as usize);
    for (v, row) in args.write[0].chunks_mut(width).enumerate() {
        for (d, out) in row.iter_mut().enumerate() {
            let matching = ids.iter().enumerate().filter(|(_, id)| **id as usize == v);
            *out += matching.map(|(r, _)| dy[r * width + d] as f64).sum::<f64>() as f32;
        }
    }
}

/// Lists the places of every id first (a counting sort), so that the work is that of the rows, not rows times V.
fn fast_backward(args: &mut Args) {
    let Params { width, vocabulary, .. } = args.params();
    let (ids, dy, width) = (args.ids(0), args.read[1], width as usize);
    let mut starts = vec![0; vocabulary as usize + 1];
    for id in ids {
        starts[*id as usize + 1] += 1;
    }
    for v in 0..vocabulary as usize {
        starts[v + 1] += starts[v];
    }
    let (mut next, mut places) = (starts.clone(), vec![0; ids.len()]);
    for (r, id) in ids.iter().enumerate() {
        places[next[*id as usize]] = r;
        next[*id as usize] += 1;
    }
    let work = width * ids.len().div_ceil(vocabulary as usize);
    for_rows(args.write[0], width, work, |v, row| {
        for r in &places[starts[v]..starts[v + 1]] {
            row.iter_mut().zip(&dy[r * width..]).for_each(|(o, dy)| *o += dy);
        }
    });
}

/// Rows of `table` `[V, D]` at `ids` `[..]` (u32): `[.., D]`. An id of V or more is a bug of the caller.
pub fn embedding(b: &mut PlanBuilder, table: SlotId, ids: SlotId) -> SlotId {
    let (table_shape, ids_shape) = (b.shape(table).clone(), b.shape(ids).clone());
    assert_eq!(table_shape.len(), 2, "embedding: the table is {table_shape}");
    assert_eq!(b.dtype(ids), DType::U32, "embedding: ids are u32");
    let (rows, width) = (ids_shape.numel(), table_shape[1]);
    let params = words(&Params { rows: rows as u32, width: width as u32, vocabulary: table_shape[0] as u32 });
    let y = b.temp("embedding", Shape::from([&ids_shape[..], &[width]].concat()));
    b.emit(&FORWARD, &[table, ids, y], params.clone());
    b.record(y, &[table], move |b, dy| {
        let dtable = b.grad(table);
        b.emit(&BACKWARD, &[ids, dy, dtable], params);
    });
    y
}

pub fn cases() -> Vec<Case> {
    let case = |vocabulary: usize, width: usize, shape: &[usize]| {
        let count: usize = shape.iter().product();
        // A multiplier prime to the vocabularies below leaves repeats and gaps.
        let ids = (0..count).map(|i| (i * i * 7 % vocabulary) as u32).collect();
        let inputs = vec![noise(&[vocabulary, width], 1.0, 40), HostTensor::u32(shape, ids)];
        Case::new(format!("embedding [{vocabulary},{width}] {shape:?}"), inputs, |b, s| {
            embedding(b, s[0], s[1])
        })
    };
    vec![
        case(4, 3, &[5]).differentiable(),
        case(1, 1, &[1]),
        case(65, 64, &[3, 63]),
        case(17, 257, &[2, 1100]).tolerance(1e-4),
        case(257, 65, &[65]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_gathers_and_scatters() {
        let params = words(&Params { rows: 3, width: 2, vocabulary: 2 });
        let ids: [f32; 3] = bytemuck::cast([1u32, 0, 1]);
        let (table, mut y) = ([1.0, 2.0, 3.0, 4.0], [0.0; 6]);
        forward(&mut Args { params: &params, read: vec![&table, &ids], write: vec![&mut y] });
        assert_eq!(y, [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
        let (dy, mut dtable) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.5; 4]);
        backward(&mut Args { params: &params, read: vec![&ids, &dy], write: vec![&mut dtable] });
        assert_eq!(dtable, [3.5, 4.5, 6.5, 8.5]);
    }
}
