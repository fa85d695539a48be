//! One cell of the matrix: a picture, a caption, and what the loss does to the two.

use super::contrast_run::ContrastRun;
use crate::lab::contrast::{
    ContrastEval, ContrastSettings, HardNegative, Loss, PairGradient, pair, pair_gradient,
};
use crate::order;
use crate::session::protocol::Pixels;
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::render::PIXELS;
use crate::world::{Scene, render};
use leptos::prelude::*;

/// Captions that are shown with their weights.
const HEAVIEST: usize = 5;

/// What is known of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    row: usize,
    column: usize,
    /// Numbers of the pairs of all rows in the training data.
    pairs: Vec<usize>,
    cosine: Option<f32>,
    logit: f32,
    gradient: Option<PairGradient>,
    /// The hard negative of the picture.
    altered: Option<HardNegative>,
    loss: Loss,
}

impl Cell {
    fn find(
        figures: &ContrastEval,
        settings: &ContrastSettings,
        (row, column): (usize, usize),
    ) -> Option<Self> {
        let matrix = &figures.matrix;
        let is_inside = row < matrix.size && column < matrix.size;
        let at = row * matrix.size + column;
        is_inside.then(|| Cell {
            row,
            column,
            pairs: matrix.pairs.clone(),
            cosine: matrix.cosines.as_ref().map(|cosines| cosines[at]),
            logit: matrix.logits[at],
            gradient: pair_gradient(&matrix.logits, matrix.size, row, column, settings),
            altered: matrix.altered.get(row).cloned(),
            loss: settings.loss,
        })
    }
}

impl Cell {
    /// Whether image and caption belong together, and what the loss does to the two.
    pub fn figures(&self) -> Vec<(&'static str, Option<f32>)> {
        let gradient = self.gradient.as_ref();
        vec![
            ("own", Some(f32::from(u8::from(self.row == self.column)))),
            ("cosine", self.cosine),
            ("gradient", gradient.map(|of| of.gradient)),
            ("lead", gradient.map(|of| of.row[self.column] - of.row[self.row])),
        ]
    }
}

/// The cell at (picture, caption) of the last batch.
pub fn find(run: ContrastRun, at: Memo<Option<(usize, usize)>>) -> Memo<Option<Cell>> {
    Memo::new(move |_| {
        let (at, last) = (at.get()?, run.last.get()?);
        run.settings.with(|settings| Cell::find(&last, settings, at))
    })
}

/// The picture, the caption, and what the loss does to their score.
#[component]
pub fn CellNote(run: ContrastRun, cell: Memo<Option<Cell>>) -> impl IntoView {
    view! {
        <div class="readout cell" aria-live=move || if run.training.is_busy.get() { "off" } else { "polite" }>
            {move || match cell.get() {
                Some(cell) => view! { <Faces cell=cell.clone() /><Effects cell /> }.into_any(),
                None => view! {
                    <p class="quiet">"Point at a cell, tap it or use the arrow keys; a click pins it. Here stands what the loss does to
                        this image and this caption."</p>
                }.into_any(),
            }}
        </div>
    }
}

/// The picture of the row and the caption of the column, each with its partner.
#[component]
fn Faces(cell: Cell) -> impl IntoView {
    let ((scene, own), (other, caption)) = (pair(cell.pairs[cell.row]), pair(cell.pairs[cell.column]));
    let belongs = cell.row == cell.column;
    view! {
        <div class="faces">
            <figure class="picture-side">
                <Raster rgba=Memo::from(raster(&scene)) label=Memo::from(format!("A scene: {own}")) />
                <figcaption>"Image "{cell.row + 1}</figcaption>
            </figure>
            {(!belongs).then(|| view! {
                <figure class="words-side">
                    <Raster rgba=Memo::from(raster(&other)) label=Memo::from(format!("A scene: {caption}")) />
                    <figcaption>"The image of caption "{cell.column + 1}</figcaption>
                </figure>
            })}
        </div>
        <p class="sentence">{caption.clone()}</p>
        {(!belongs).then(|| view! { <p class="small quiet">"Caption of the image: "{own.clone()}</p> })}
    }
}

fn raster(scene: &Scene) -> Shared<Rgba> {
    let side = PIXELS as u32;
    Shared::new(Rgba::from(&Pixels { width: side, height: side, rgb: render(scene).rgb }))
}

#[component]
fn Effects(cell: Cell) -> impl IntoView {
    let cosine =
        cell.cosine.map(|cosine| view! { <div><dt>"Cosine"</dt><dd>{format::three(cosine)}</dd></div> });
    let altered = cell.altered.map(|HardNegative { text, logit }| {
        view! { <p class="small">"Hard negative: "<i>{text}</i>", logit "{format::three(logit)}"."</p> }
    });
    let Some(of) = cell.gradient else {
        return view! {
            <dl class="figures">{cosine}</dl>
            <p>"The correlation loss compares no single pairs: this is the cosine that results."</p>
        }
        .into_any();
    };
    let (word, class, effect) = match of.attracts {
        true => ("Attracts", "pull attracts", "a step of descent raises this score"),
        false => ("Repels", "pull repels", "a step of descent lowers this score"),
    };
    let [by_picture, by_caption] = match cell.loss {
        Loss::InfoNce => ["Softmax over captions", "Softmax over images"],
        Loss::Sigmoid => ["Sigmoid, for the image", "Sigmoid, for the caption"],
    };
    let weights = [(by_picture, of.row[cell.column]), (by_caption, of.column[cell.row])];
    let weight = |(name, value)| view! { <div><dt>{name}</dt><dd>{format::percent(value)}</dd></div> };
    view! {
        <p class=class><b>{word}</b>": "{effect}"."</p>
        <dl class="figures">
            {cosine}
            <div><dt>"Logit "<var>"s"</var></dt><dd>{format::three(cell.logit)}</dd></div>
            {weights.map(weight).collect_view()}
            <div><dt>"Gradient ∂"<var>"L"</var>"/∂"<var>"s"</var></dt><dd>{signed(of.gradient)}</dd></div>
        </dl>
        {altered}
    }
    .into_any()
}

/// The captions that weigh most for the picture: what it is drawn to, and what it pushes away.
#[component]
pub fn Weights(cell: Memo<Option<Cell>>) -> impl IntoView {
    let shown = move |cell: Cell| {
        let (count, bars) = (cell.pairs.len(), heaviest(&cell.gradient?.row, cell.row, &cell.pairs));
        let title = match cell.loss {
            Loss::InfoNce => "softmax weight",
            Loss::Sigmoid => "sigmoid",
        };
        Some(view! {
            <h3>"Captions by their "{title}" for image "{cell.row + 1}</h3>
            <Bars caption="Weights of captions" what="Caption" unit="Weight" modality="words" bars=Memo::from(bars) />
            <p class="small quiet">"Its own caption is in bold; all others are negatives, each with its weight. Computed over the "
                {count}" pairs shown."</p>
        })
    };
    view! { <div class="weights">{move || cell.get().and_then(shown)}</div> }
}

/// With its sign, and digits that say something of small values too.
fn signed(value: f32) -> String {
    if value.abs() < 1e-4 { format!("{value:+.1e}") } else { format!("{value:+.5}") }
}

fn heaviest(weights: &[f32], own: usize, pairs: &[usize]) -> Vec<Bar> {
    let bar = |at: usize| Bar {
        label: pair(pairs[at]).1,
        share: weights[at],
        value: format::percent(weights[at]),
        mark: None,
        is_chosen: at == own,
    };
    order::argsort_desc(weights).into_iter().take(HEAVIEST).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gradients_keep_their_digits() {
        assert_eq!([0.0037, -0.000_002].map(signed), ["+0.00370", "-2.0e-6"]);
    }

    #[test]
    fn the_heaviest_captions_come_first_and_the_own_one_stands_out() {
        let bars = heaviest(&[0.1, 0.6, 0.3], 2, &[5, 6, 7]);
        let found: Vec<(f32, bool)> = bars.iter().map(|bar| (bar.share, bar.is_chosen)).collect();
        assert_eq!(found, [(0.6, false), (0.3, true), (0.1, false)]);
        assert_eq!(bars[0].label, pair(6).1);
    }
}
