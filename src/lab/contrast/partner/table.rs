//! A scene as the readings of sensors.

use super::{Numbers, OBJECTS};
use crate::infer::modality::table::{object_range, read, scene_range};
use crate::world::table::{ObjectColumn, ObjectRow, Scale, SceneColumn};
use crate::world::{Motion, Picture, Rng, Scene, Table};

const COLUMNS: usize = ObjectColumn::ALL.len();

/// A row for each object, then that of the scene.
pub(super) const COUNT: usize = OBJECTS * COLUMNS + SceneColumn::ALL.len();

pub(super) fn numbers(scene: &Scene, picture: &Picture, rng: &mut Rng) -> Numbers {
    let motion = Motion::draw(scene, rng);
    let mut table = Table::draw(scene, &motion, picture, rng);
    table.objects.sort_by_key(|row| {
        let object = &scene.objects[row.object.expect("it was drawn of an object")];
        (object.x, object.y)
    });
    let (mut values, mut known) = (Vec::with_capacity(COUNT), Vec::with_capacity(COUNT));
    let mut put = |cell: Option<f32>, range: [f32; 2]| {
        values.push(read(cell, range)[0]);
        known.push(cell.is_some());
    };
    for row in 0..OBJECTS {
        for column in ObjectColumn::ALL {
            put(table.objects.get(row).and_then(|row| row.get(column)), object_range(column));
        }
    }
    SceneColumn::ALL.into_iter().for_each(|column| put(table.get(column), scene_range(column)));
    Numbers { values, known }
}

/// Rows in which nothing is known are left out.
pub(super) fn table(values: &[f32], known: &[bool]) -> Table {
    let cell = |at: usize, [low, high]: [f32; 2], scale: Scale| {
        known[at].then(|| scale.reading(low + (values[at] + 1.0) / 2.0 * (high - low)))
    };
    let row = |row: usize| ObjectRow {
        object: None,
        cells: ObjectColumn::ALL
            .map(|column| cell(row * COLUMNS + column as usize, object_range(column), column.scale())),
    };
    let rows = (0..OBJECTS).map(row).filter(|row| row.cells.iter().any(Option::is_some));
    let scene = SceneColumn::ALL
        .map(|column| cell(OBJECTS * COLUMNS + column as usize, scene_range(column), column.scale()));
    Table { objects: rows.collect(), scene }
}
