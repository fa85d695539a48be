//! Tables as tensors, see [`crate::model::modality::table`].

use super::Inputs;
use crate::model::modality::table::{CELL, OBJECT_COLUMNS, ROWS, SCENE_COLUMNS};
use crate::tensor::HostTensor;
use crate::world::table::{ObjectColumn, SceneColumn, Table};

/// `scene`, `objects` and `lengths` of tables of at most [`ROWS`] objects.
pub(super) fn table_inputs(tables: &[&Table]) -> Inputs {
    let count = tables.len();
    let mut scene = vec![0.0; SCENE_COLUMNS * count * CELL];
    let mut objects = vec![0.0; OBJECT_COLUMNS * count * ROWS * CELL];
    for (n, table) in tables.iter().enumerate() {
        assert!(table.objects.len() <= ROWS, "{} rows, of at most {ROWS}", table.objects.len());
        for (column, cell) in SceneColumn::ALL.into_iter().zip(table.scene) {
            let at = (column as usize * count + n) * CELL;
            scene[at..at + CELL].copy_from_slice(&read(cell, scene_range(column)));
        }
        for (row, object) in table.objects.iter().enumerate() {
            for (column, cell) in ObjectColumn::ALL.into_iter().zip(object.cells) {
                let at = ((column as usize * count + n) * ROWS + row) * CELL;
                objects[at..at + CELL].copy_from_slice(&read(cell, object_range(column)));
            }
        }
    }
    let length = |table: &&Table| (SCENE_COLUMNS + OBJECT_COLUMNS * table.objects.len()) as u32;
    vec![
        ("scene".into(), HostTensor::f32([SCENE_COLUMNS, count, CELL], scene)),
        ("objects".into(), HostTensor::f32([OBJECT_COLUMNS, count * ROWS, CELL], objects)),
        ("lengths".into(), HostTensor::u32([count], tables.iter().map(length).collect())),
    ]
}

/// A reading, its range put to `[-1, 1]`, and which of the two it is: there or missing.
pub(crate) fn read(cell: Option<f32>, [low, high]: [f32; 2]) -> [f32; CELL] {
    match cell {
        Some(value) => [2.0 * (value - low) / (high - low) - 1.0, 1.0, 0.0],
        None => [0.0, 0.0, 1.0],
    }
}

pub(crate) fn object_range(column: ObjectColumn) -> [f32; 2] {
    match column {
        ObjectColumn::X | ObjectColumn::Y => [0.0, 64.0],
        ObjectColumn::Area => [0.0, 500.0],
        ObjectColumn::Red | ObjectColumn::Green | ObjectColumn::Blue => [0.0, 255.0],
        ObjectColumn::Speed => [0.0, 32.0],
        ObjectColumn::Temperature => [10.0, 50.0],
    }
}

pub(crate) fn scene_range(column: SceneColumn) -> [f32; 2] {
    match column {
        SceneColumn::Count => [0.0, 5.0],
        SceneColumn::Brightness => [0.0, 1.0],
        SceneColumn::Hour => [0.0, 24.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_put_to_their_range_and_missing_ones_marked() {
        assert_eq!(read(Some(48.0), object_range(ObjectColumn::X)), [0.5, 1.0, 0.0]);
        assert_eq!(read(None, object_range(ObjectColumn::X)), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn cells_stand_by_column_then_clip_then_row() {
        let row = |x: f32| crate::world::table::ObjectRow {
            object: None,
            cells: ObjectColumn::ALL.map(|column| (column == ObjectColumn::X).then_some(x)),
        };
        let first = Table { objects: vec![row(0.0)], scene: [None, Some(1.0), None] };
        let second = Table { objects: vec![row(32.0), row(64.0)], scene: [Some(5.0), None, None] };
        let inputs = table_inputs(&[&first, &second]);
        let (scene, objects) = (inputs[0].1.as_f32(), inputs[1].1.as_f32());
        assert_eq!(scene[..6], [0.0, 0.0, 1.0, 1.0, 1.0, 0.0], "the counts of both");
        assert_eq!(scene[6..9], [1.0, 1.0, 0.0], "the brightness of the first");
        assert_eq!(objects[..3], [-1.0, 1.0, 0.0]);
        assert_eq!(objects[ROWS * CELL..][..6], [0.0, 1.0, 0.0, 1.0, 1.0, 0.0], "the rows of the second");
        assert_eq!(inputs[2].1.as_u32(), [11, 19]);
    }
}
