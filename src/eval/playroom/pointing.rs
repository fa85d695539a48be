//! The pointing game (Zhang et al. 2016) with the decoder's cross-attention: where it looked to write a word.

use super::report::Pointing;
use super::{Gallery, Progress, pictures, playroom_parts, share};
use crate::device::DeviceError;
use crate::infer::{VisionLanguageModel, WordMaps};
use crate::pixels::Pixels;
use crate::world::language::{full_caption, pointings};
use crate::world::{Scene, Split, Style, render, splits};

/// Scenes of `val` on which the layer is chosen, with a seed of their own.
const CHOOSING: (u64, u64) = (100, 17);

/// Hits by layer over the words of some scenes, and what chance would hit.
struct Tally {
    words: usize,
    hits: Vec<usize>,
    late: usize,
    random: f64,
    centre: Vec<usize>,
}

pub(super) async fn measure(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    progress: Progress<'_>,
) -> Result<Pointing, DeviceError> {
    let (count, seed) = CHOOSING;
    let scenes: Vec<Scene> = (0..count).map(|i| splits::scene(Split::Val, seed, i)).collect();
    let chosen = tally(model, &scenes, &pictures(&scenes), progress).await?;
    let layer = (0..chosen.hits.len()).rev().max_by_key(|&layer| chosen.hits[layer]).unwrap_or(0);
    let measured = tally(model, &gallery.scenes, &gallery.pictures, progress).await?;
    Ok(Pointing {
        accuracy: share(measured.hits[layer], measured.words),
        late: model.compares_words().then(|| share(measured.late, measured.words)),
        random: measured.random / measured.words.max(1) as f64,
        centre: share(measured.centre.iter().copied().max().unwrap_or(0), measured.words),
        words: measured.words,
        layer,
    })
}

async fn tally(
    model: &mut VisionLanguageModel,
    scenes: &[Scene],
    pictures: &[Pixels],
    progress: Progress<'_>,
) -> Result<Tally, DeviceError> {
    let (grid, layers) = (model.architecture.grid(), playroom_parts(model).0.reader_depth);
    let middle = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(y, x)| (grid / 2 - y) * grid + grid / 2 - x);
    let mut tally = Tally { words: 0, hits: vec![0; layers], late: 0, random: 0.0, centre: vec![0; 4] };
    for (i, scene) in scenes.iter().enumerate() {
        progress("pointing", i, scenes.len());
        let caption = full_caption(scene);
        let picture = render(scene);
        let words = playroom_parts(model).1;
        let encoding = words.tokenizer.encode(&caption.text);
        let row = words.caption(Style::Full, &caption.text);
        let given = row.len() - encoding.ids.len();
        let sentence = words.sentence(&caption.text);
        let trace = model.decoder_attention(&pictures[i], &row).await?;
        let maps = match model.compares_words() {
            true => {
                let cells = model.embed_cells(&pictures[i..=i]).await?;
                let words = model.embed_words(&[sentence]).await?;
                Some(WordMaps::new(&words[0], cells.as_f32()))
            }
            false => None,
        };
        for word in pointings(&caption.text, &caption.statements, scene) {
            let Some(token) = encoding.spans.iter().position(|span| span.start == word.span.start) else {
                continue;
            };
            let inside = picture.masks[word.object].cells(grid);
            tally.words += 1;
            tally.random += inside.iter().filter(|&&inside| inside).count() as f64 / inside.len() as f64;
            for (hits, cell) in tally.centre.iter_mut().zip(middle) {
                *hits += usize::from(inside[cell]);
            }
            // The start token stands before the words of a sentence.
            tally.late +=
                usize::from(maps.as_ref().is_some_and(|maps| inside[strongest(maps.map(1 + token))]));
            // The token at `given + token` was chosen by the query before it.
            for (layer, hits) in tally.hits.iter_mut().enumerate() {
                *hits += usize::from(inside[strongest(&trace.mean(layer, given + token - 1))]);
            }
        }
    }
    Ok(tally)
}

/// Index of the largest value, the first of equals.
fn strongest(map: &[f32]) -> usize {
    (0..map.len()).rev().max_by(|&a, &b| map[a].total_cmp(&map[b])).expect("a map has cells")
}
