//! Tables of sensor readings that visitors bring.

use triptych::io::table_csv::{header, lines, read};
use triptych::world::{Motion, Rng, Split, Table, render, splits};

use super::finite;
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
    Target { name: "table", share: 1000, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let mut rng = Rng::from_seed(5);
    let mut drawn = |index: u64| {
        let scene = splits::scene(Split::Test, 5, index);
        let motion = Motion::draw(&scene, &mut rng);
        Table::draw(&scene, &motion, &render(&scene), &mut rng)
    };
    let mut tables = header();
    (0..4).for_each(|index| tables.extend(lines(&format!("{index:04}.png"), &drawn(index))));
    let own = "\u{feff}mass_kg, x_px ,row,time_h\r\n1.5,\"12\",object,\r\n\r\n,NaN,scene,7.5\r\n,3\r\n";
    [tables, own.into()].map(|table| Files::of([("table.csv", table)])).into()
}

fn run(files: &Files) -> Outcome {
    let Ok(found) = read(files.only().1) else { return Ok(Verdict::Refused) };
    let mut written = header();
    for (file, table) in &found.tables {
        let cells = table.objects.iter().flat_map(|row| row.cells).chain(table.scene);
        finite("the cells of a table", &cells.flatten().collect::<Vec<f32>>())?;
        written.extend(lines(file, table));
    }
    match read(&written) {
        // Each table has a line for its scene, and a file of too many need not be read.
        Ok(again) if again.tables != found.tables => {
            Err(format!("{:?} became {:?}", found.tables, again.tables))
        }
        _ => Ok(Verdict::Taken),
    }
}
