//! Where the tokens of one modality look in the others.

use super::RaceRoom;
use super::map::Map;
use super::modalities::word;
use crate::lab::fuse::task::sentence;
use crate::lab::fuse::{Modality, grid, reader, tokens};
use crate::ui::components::heatmap::Matrix;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// Of the first held-out sample.
#[component]
pub fn Attention(room: RaceRoom) -> impl IntoView {
    let modalities = room.modalities.get_untracked();
    let first = reader(&modalities);
    let sources: Vec<Modality> = modalities.into_iter().filter(|modality| *modality != first).collect();
    let (rows, columns) = (tokens(first), sources.iter().map(|&source| tokens(source)).sum::<usize>());
    let words = Memo::new(move |_| {
        let words = |words: &[u32]| sentence(words).split(' ').map(str::to_owned).collect::<Vec<_>>();
        room.samples.with(|samples| samples.first().map(|sample| words(&sample.words))).unwrap_or_default()
    });
    let matrix = Memo::new(move |_| {
        let values = room.evaluation.with(|all| all.as_ref().map(|evaluation| evaluation.attention.clone()));
        let values = values
            .filter(|values| values.len() == rows * columns)
            .unwrap_or_else(|| vec![0.0; rows * columns]);
        Shared::new(Matrix::new(rows, columns, values))
    });
    let axes =
        [place_axis(first), if sources.len() == 1 { place_axis(sources[0]) } else { "image, then sound" }];
    let say = move |matrix: &Matrix, (row, column): (usize, usize)| {
        let from = match first {
            Modality::Words => {
                let word = words.with_untracked(|words| words.get(row).cloned());
                format!("“{}”", word.unwrap_or_else(|| "padding".into()))
            }
            other => token(other, row),
        };
        format!("{from} attends to {}: {}", source(&sources, column), format::percent(matrix.at(row, column)))
    };
    view! {
        <Map part="attention" label="Cross-attention in sample 0, mean over heads; use the arrow keys" axes matrix quantity="attention" say />
    }
}

/// What an axis of this modality's tokens shows.
fn place_axis(modality: Modality) -> &'static str {
    match modality {
        Modality::Picture => "cells of the image, row by row",
        Modality::Words => "words",
        Modality::Sound => "cells of the spectrogram, time by time",
    }
}

/// The token behind a column: those of the sources stand one after the other.
fn source(sources: &[Modality], mut column: usize) -> String {
    for &modality in sources {
        match column.checked_sub(tokens(modality)) {
            Some(rest) => column = rest,
            None => return token(modality, column),
        }
    }
    String::new()
}

fn token(modality: Modality, at: usize) -> String {
    let [_, columns] = grid(modality);
    let (row, column) = (at / columns + 1, at % columns + 1);
    match modality {
        Modality::Picture => format!("row {row}, column {column} of the image"),
        Modality::Words => format!("word {column} of the {}", word(modality)),
        Modality::Sound => format!("quarter {row} of the time, quarter {column} of the bands of the sound"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_several_sources_stand_one_after_the_other() {
        let sources = [Modality::Picture, Modality::Sound];
        assert_eq!(source(&sources, 5), "row 2, column 2 of the image");
        assert_eq!(source(&sources, 16), "quarter 1 of the time, quarter 1 of the bands of the sound");
        assert_eq!(source(&[Modality::Words], 3), "word 4 of the text");
    }
}
