//! How much a query is, before an encoder makes one vector of it.

use super::own_table::OwnTable;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::view::Medium;
use crate::world::motion::FRAMES;
use crate::world::render::PIXELS;
use crate::world::sound::SAMPLES;
use crate::world::{Clip, Graph, Table};

/// Numbers of an image, a sound or a video, words of a text, readings of a table, nodes and edges of a graph; none where there is no such
/// query, and of the visitor's own table.
pub fn query_size(app: AppContext) -> Memo<Option<usize>> {
    let from = app.pick(|view| view.from);
    let words = app.pick(|view| view.query.split_whitespace().count());
    let own_table = OwnTable::here();
    Memo::new(move |_| {
        let clip = || app.steady.with(|picture| picture.name.clip());
        match from.get() {
            Medium::Text => Some(words.get()).filter(|count| *count > 0),
            Medium::Image => Some(app.steady.with(|picture| picture.pixels.rgb.len())),
            Medium::Sound => clip().map(|_| SAMPLES),
            Medium::Video => clip().map(|_| FRAMES * 3 * PIXELS * PIXELS),
            Medium::Table if own_table.is_there() => None,
            Medium::Table => Some(readings(&clip()?.draw().ok()?)),
            Medium::Graph => {
                let Graph { nodes, edges } = clip()?.draw().ok()?.graph();
                Some(nodes.len() + edges.len())
            }
        }
    })
}

/// Those that are not missing.
fn readings(clip: &Clip) -> usize {
    let Table { objects, scene } = clip.table();
    objects.iter().flat_map(|row| row.cells).chain(scene).flatten().count()
}
