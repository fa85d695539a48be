//! The table encoder: a token for each cell (Gorishniy et al. 2021, FT-Transformer), `value w + b` of its column, or a learned token
//! of the column where the reading is missing. Cells of a row share a learned token of the row.
//!
//! Inputs: `scene` `[C, N, 3]` and `objects` `[K, N * R, 3]`, for each column and each row of it (value, 1, 0), or (0, 0, 1) where
//! the cell is missing; `lengths` (u32 `[N]`) tokens: those of the scene, then those of each object, row after row.

use super::Config;
use crate::ops::binary::add;
use crate::ops::concat::concat;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::permute::permute;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::world::scene::MAX_OBJECTS;
use crate::world::table::{ObjectColumn, SceneColumn};

/// Columns of the scene, `C`.
pub const SCENE_COLUMNS: usize = SceneColumn::ALL.len();
/// Columns of an object, `K`.
pub const OBJECT_COLUMNS: usize = ObjectColumn::ALL.len();
/// Most objects, `R`.
pub const ROWS: usize = MAX_OBJECTS;
/// Numbers by which a cell is read.
pub const CELL: usize = 3;

pub(super) fn encode(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let scene = b.input("scene", [SCENE_COLUMNS, count, CELL], F32);
    let objects = b.input("objects", [OBJECT_COLUMNS, count * ROWS, CELL], F32);
    let lengths = b.input("lengths", [count], U32);
    let width = config.width;

    let scene = cells(b, "scene", scene, width);
    let scene = permute(b, scene, &[1, 0, 2]);
    let objects = cells(b, "objects", objects, width);
    let objects = permute(b, objects, &[1, 0, 2]);
    let objects = b.reshape(objects, [count, ROWS, OBJECT_COLUMNS, width]);
    let rows = b.param("rows.embedding", [ROWS, 1, width]);
    let objects = add(b, objects, rows);
    let objects = b.reshape(objects, [count, ROWS * OBJECT_COLUMNS, width]);
    let tokens = concat(b, &[scene, objects], 1);
    config.read(b, tokens, lengths)
}

/// Readings `[C, X, 3]` of each column's own meaning to `[C, X, D]`.
fn cells(b: &mut PlanBuilder, name: &str, readings: SlotId, width: usize) -> SlotId {
    let columns = b.shape(readings)[0];
    let weight = b.param(&format!("{name}.columns.embedding"), [columns, CELL, width]);
    matmul(b, readings, weight, Transpose { x: false, y: false })
}
