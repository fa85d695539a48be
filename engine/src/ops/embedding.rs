//! Rows of a table by id: `y[r] = table[ids[r]]`; table `[V, D]`, ids `[..]` of u32 below V, y `[.., D]`. A table that is
//! larger than a buffer may be is kept in parts by rows: each gives its own rows and zeros elsewhere, and `y` is their sum.
//! For inference a part may be packed, `[V, W]` words in the layout of [`Precision`].

use super::binary::add;
use super::case::{Case, noise, stored_noise};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, grid_rows, params, words};
use crate::layout::{Layout, Storage};
use crate::plan::{Matrix, PlanBuilder, SlotId};
use crate::precision::Precision;
use crate::tensor::{DType, HostTensor, Shape};
use triptych_shaders as wgsl;

params! {
    struct Params {
        rows: u32,
        width: u32,
        vocabulary: u32,
        /// The id of the table's first row.
        first: u32,
    }
}

params! {
    struct PackedParams {
        rows: u32,
        width: u32,
        vocabulary: u32,
        first: u32,
        /// Words of a row of the table.
        words: u32,
        /// 1 for int8, 0 for f16.
        is_int8: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::EMBEDDING];

/// `y[r,:] = table[ids[r] - first,:]`, zeros where the table has no such row; table `[V,D]`, y `[R,D]`.
pub static FORWARD: Kernel = Kernel {
    name: "embedding.forward",
    bindings: &[("table", Access::Read), ("ids", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0] * p[1]) }],
    cpu: forward,
    fast: None,
};

/// `dtable[v,:] += sum of dy[r,:] over r with ids[r] = first + v`.
pub static BACKWARD: Kernel = Kernel {
    name: "embedding.backward",
    bindings: &[("dy_ids", Access::Read), ("dy", Access::Read), ("dtable", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "table_row", source: SOURCE, entry: "backward", grid: |p| grid_rows(p[2]) }],
    cpu: backward,
    fast: Some(fast_backward),
};

/// `y[r,:] = unpack(table[ids[r] - first,:])`, as [`FORWARD`]; table `[V,W]` of packed rows.
pub static PACKED: Kernel = Kernel {
    name: "embedding.packed",
    bindings: &[("table", Access::Read), ("ids", Access::Read), ("y", Access::Write)],
    params: PackedParams::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: &[wgsl::LIB_INDEX, wgsl::EMBEDDING_PACKED],
        entry: "forward",
        grid: |p| grid_flat(p[0] * p[1]),
    }],
    cpu: packed_forward,
    fast: None,
};

fn packed_forward(args: &mut Args) {
    let (p, table, ids): (PackedParams, _, _) = (args.params(), args.ids(0), args.ids(1));
    let precision = if p.is_int8 == 1 { Precision::Int8 } else { Precision::F16 };
    let words = p.words as usize;
    for (y, id) in args.write[0].chunks_mut(p.width as usize).zip(ids) {
        let row = id.wrapping_sub(p.first);
        match row < p.vocabulary {
            true => precision.unpack(&table[row as usize * words..][..words], y),
            false => y.fill(0.0),
        }
    }
}

fn forward(args: &mut Args) {
    let (table, ids, Params { width, vocabulary, first, .. }) = (args.read[0], args.ids(1), args.params());
    let width = width as usize;
    for (y, id) in args.write[0].chunks_mut(width).zip(ids) {
        let row = id.wrapping_sub(first);
        match row < vocabulary {
            true => y.copy_from_slice(&table[row as usize * width..][..width]),
            false => y.fill(0.0),
        }
    }
}

/// `dtable[v] += sum of dy[r] over r with ids[r] = first + v`.
fn backward(args: &mut Args) {
    let (ids, dy, Params { width, first, .. }) = (args.ids(0), args.read[1], args.params());
    let (width, first) = (width as usize, first as usize);
    for (v, row) in args.write[0].chunks_mut(width).enumerate() {
        for (d, out) in row.iter_mut().enumerate() {
            let matching = ids.iter().enumerate().filter(|(_, id)| **id as usize == first + v);
            *out += matching.map(|(r, _)| dy[r * width + d] as f64).sum::<f64>() as f32;
        }
    }
}

dispatched! {
    /// Lists the places of every id first (a counting sort), so that the work is that of the rows, not rows times V.
    fn fast_backward(args: &mut Args) {
        let Params { width, vocabulary, first, .. } = args.params();
        let (ids, dy, width) = (args.ids(0), args.read[1], width as usize);
        let row_of =
            |id: &u32| Some(id.wrapping_sub(first)).filter(|row| *row < vocabulary).map(|row| row as usize);
        let mut starts = vec![0; vocabulary as usize + 1];
        for row in ids.iter().filter_map(row_of) {
            starts[row + 1] += 1;
        }
        for v in 0..vocabulary as usize {
            starts[v + 1] += starts[v];
        }
        let (mut next, mut places) = (starts.clone(), vec![0; ids.len()]);
        for (r, id) in ids.iter().enumerate() {
            if let Some(row) = row_of(id) {
                places[next[row]] = r;
                next[row] += 1;
            }
        }
        let work = width * ids.len().div_ceil(vocabulary as usize);
        for_rows(args.write[0], width, work, |v, row| {
            for r in &places[starts[v]..starts[v + 1]] {
                row.iter_mut().zip(&dy[r * width..]).for_each(|(o, dy)| *o += dy);
            }
        });
    }
}

/// `y[..,D] = table[ids[..],D]`; table `[V,D]`, ids u32. An id of V or more is a bug of the caller.
pub fn embedding(b: &mut PlanBuilder, table: SlotId, ids: SlotId) -> SlotId {
    let table = b.as_matrix(table);
    part(b, table, ids, 0)
}

/// `y[..,D] = table[ids[..],D]`, as [`embedding`]; the rows of the table lie one behind the other in `parts`.
pub fn embedding_of_parts(b: &mut PlanBuilder, parts: &[Matrix], ids: SlotId) -> SlotId {
    let mut first = 0;
    let mut sum = None;
    for &table in parts {
        let rows = part(b, table, ids, first);
        first += table.extents[0];
        sum = Some(sum.map_or(rows, |sum| add(b, sum, rows)));
    }
    sum.expect("a table has at least one part")
}

/// The rows of one part, whose first row has the id `first`; zeros for other ids.
fn part(
    b: &mut PlanBuilder,
    Matrix { slot: table, extents: [vocabulary, width], storage }: Matrix,
    ids: SlotId,
    first: usize,
) -> SlotId {
    let (table_shape, ids_shape) = (b.shape(table).clone(), b.shape(ids).clone());
    assert!(!matches!(storage, Storage::F32(Layout::Columns | Layout::Panels)), "embedding: a table by rows");
    assert_eq!(table_shape, storage.shape([vocabulary, width]), "embedding: a table of {storage:?}");
    assert_eq!(b.dtype(ids), DType::U32, "embedding: ids are u32");
    let sizes = [ids_shape.numel(), width, vocabulary, first].map(|size| size as u32);
    let [rows, width, vocabulary, first] = sizes;
    let y = b.temp("embedding", Shape::from([&ids_shape[..], &[width as usize]].concat()));
    if storage != Storage::PLAIN {
        let (words_of_row, is_int8) = (table_shape[1] as u32, u32::from(storage == Storage::Int8));
        let params = PackedParams { rows, width, vocabulary, first, words: words_of_row, is_int8 };
        b.emit(&PACKED, &[table, ids, y], words(&params));
        return y;
    }
    let params = words(&Params { rows, width, vocabulary, first });
    b.emit(&FORWARD, &[table, ids, y], params.clone());
    b.record(y, &[table], move |b, dy| {
        let dtable = b.grad(table);
        b.emit(&BACKWARD, &[ids, dy, dtable], params);
    });
    y
}

/// Repeated and missing ids; tables whole, in parts and packed.
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
    let ids = HostTensor::u32([7], vec![0, 4, 5, 8, 6, 4, 1]);
    let inputs = vec![noise(&[5, 3], 1.0, 41), noise(&[4, 3], 1.0, 42), ids];
    let parts = Case::new("embedding of parts".to_string(), inputs, |b, s| {
        let parts = [s[0], s[1]].map(|part| b.as_matrix(part));
        embedding_of_parts(b, &parts, s[2])
    });
    let packed = |width: usize, storage: Storage| {
        let ids = HostTensor::u32([4], vec![6, 0, 4, 5]);
        let tables = [5, 2].map(|rows| stored_noise([rows, width], storage, rows as u64));
        let name = format!("embedding [7,{width}] {}", storage.precision().name());
        Case::new(name, [&tables[..], &[ids]].concat(), move |b, s| {
            let part = |slot, rows| Matrix { slot, extents: [rows, width], storage };
            embedding_of_parts(b, &[part(s[0], 5), part(s[1], 2)], s[2])
        })
    };
    vec![
        parts.differentiable(),
        packed(5, Storage::F16),
        packed(66, Storage::Int8),
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
        let params = words(&Params { rows: 3, width: 2, vocabulary: 2, first: 0 });
        let ids: [f32; 3] = bytemuck::cast([1u32, 0, 1]);
        let (table, mut y) = ([1.0, 2.0, 3.0, 4.0], [0.0; 6]);
        forward(&mut Args { params: &params, read: vec![&table, &ids], write: vec![&mut y] });
        assert_eq!(y, [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
        let (dy, mut dtable) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.5; 4]);
        backward(&mut Args { params: &params, read: vec![&ids, &dy], write: vec![&mut dtable] });
        assert_eq!(dtable, [3.5, 4.5, 6.5, 8.5]);
    }
}
