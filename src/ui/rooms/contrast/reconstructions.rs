//! Each modality out of the other, beside the truth.

use super::partners::noun;
use super::verdicts::name;
use crate::lab::contrast::objectives::{
    COARSE_GRID, Objective, ObjectiveSettings, ReconstructedPair, Reconstructions, SquaredError, Standing,
};
use crate::lab::contrast::partner::{Content, Partner};
use crate::lab::sound::{BANDS, LEVELS};
use crate::ui::components::clip::{GraphDrawing, Readings};
use crate::ui::components::heatmap::Legend;
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::components::spectrogram::Spectrum;
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::stage::pixels_of;
use crate::ui::state::Shared;
use crate::ui::theme::Theme;
use crate::world::render;
use leptos::prelude::*;

const SPECTRUM: Spectrum = Spectrum { seconds: 0.5, levels: LEVELS, axes: ["", ""] };

/// Figures of all objectives that reconstruct, and what that makes which does nothing else.
#[component]
pub fn ReconstructionsPanel(
    standings: Memo<Vec<Standing>>,
    settings: Memo<ObjectiveSettings>,
) -> impl IntoView {
    let made = Memo::new(move |_| {
        let of = |one: &Standing| Some((one.objective, one.reconstructions.clone()?));
        standings.with(|all| all.iter().filter_map(of).collect::<Vec<_>>())
    });
    let partner = Memo::new(move |_| settings.with(|settings| settings.partner));
    move || {
        let (made, partner) = (made.get(), partner.get());
        let drawn = made.iter().find(|(objective, _)| *objective == Objective::Reconstruction)?;
        let pairs = drawn.1.shown.iter().map(|pair| view! { <Pair pair=pair.clone() partner /> });
        let legend = (partner == Partner::Sound).then(|| {
            let ends = LEVELS.map(|level| format!("{level:.0}"));
            view! { <Legend ends=Memo::from(ends) quantity="Level (dB)" /> }
        });
        Some(view! {
            <section class="reconstructions">
                <h2>"Reconstruction of the missing modality"</h2>
                {errors(&made, partner)}
                <p class="small quiet">{format!(
                    "Held-out pairs: the {0} as it is reconstructed from the image alone, and the image, {COARSE_GRID} × {COARSE_GRID} mean colours, from the {0} alone.",
                    noun(partner)
                )}</p>
                {pairs.collect_view()}
                {legend}
            </section>
        })
    }
}

fn errors(made: &[(Objective, Reconstructions)], partner: Partner) -> impl IntoView + use<> {
    let row = |label: &'static str, figures: [f32; 2]| {
        view! { <tr><th scope="row">{label}</th>{figures.map(|figure| view! { <td>{format::three(figure)}</td> }).collect_view()}</tr> }
    };
    let both =
        |of: &Reconstructions, figure: fn(&SquaredError) -> f32| [figure(&of.partner), figure(&of.picture)];
    let rows = made.iter().map(|(objective, of)| row(name(*objective), both(of, |error| error.error)));
    let rows = rows.collect_view();
    let mean = made.first().map(|(_, of)| row("Mean of the training data", both(of, |error| error.mean)));
    view! {
        <WideTable label="Errors of the reconstructions"><table class="numbers">
            <caption>"Mean squared error on held-out pairs; less is better"</caption>
            <thead><tr><th scope="col">"Objective"</th><th scope="col">{format!("{} from image", capital(noun(partner)))}</th>
                <th scope="col">{format!("Image from {}", noun(partner))}</th></tr></thead>
            <tbody>{rows}{mean}</tbody>
        </table></WideTable>
    }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

#[component]
fn Pair(pair: ReconstructedPair, partner: Partner) -> impl IntoView {
    let noun = noun(partner);
    let truth = partner.content(&pair.truth.values, &pair.truth.known);
    let made = partner.content(&pair.values, &pair.truth.known);
    let image = Shared::new(Rgba::from(&pixels_of(render(&pair.scene).rgb)));
    let coarse = Shared::new(coarse(&pair.coarse));
    let from = format!("Image from the {noun}");
    view! {
        <div class="rebuilt">
            <figure><Raster rgba=Memo::from(image) label=Memo::from("Image".to_string()) /><figcaption class="small">"Image"</figcaption></figure>
            <figure><Raster rgba=Memo::from(coarse) label=Memo::from(from.clone()) /><figcaption class="small">{from}</figcaption></figure>
            <figure>{content(truth, "true")}<figcaption class="small">{format!("True {noun}")}</figcaption></figure>
            <figure>{content(made, "reconstructed")}<figcaption class="small">{format!("{} from the image", capital(noun))}</figcaption></figure>
        </div>
    }
}

/// `kind` is read aloud: `true`.
fn content(content: Content, kind: &str) -> AnyView {
    match content {
        Content::Words(words) => {
            let said: Vec<String> = words.into_iter().filter(|(_, share)| *share > 0.5).map(|(word, _)| word).collect();
            let said = if said.is_empty() { "(no word)".into() } else { said.join(", ") };
            view! { <p class="sentence">{said}</p> }.into_any()
        }
        Content::Sound(decibels) => {
            let theme = Theme::here();
            let matrix = SPECTRUM.matrix(&decibels, BANDS);
            let rgba = Memo::new(move |_| Shared::new(matrix.to_rgba(theme.is_dark())));
            let label = format!("Log-mel spectrogram, {kind}: 0.5 s to the right, frequency upwards");
            view! { <Raster rgba label=Memo::from(label) /> }.into_any()
        }
        Content::Table(table) => view! { <Readings table=Memo::from(Shared::new(table)) /> }.into_any(),
        Content::Graph(graph) => {
            view! { <GraphDrawing graph=Memo::from(Shared::new(graph)) name=Memo::from(format!("Graph, {kind}")) /> }.into_any()
        }
    }
}

/// Mean pixel values in `[-1, 1]` as a picture.
fn coarse(values: &[f32]) -> Rgba {
    let byte = |value: f32| (127.5 * (value + 1.0)).round().clamp(0.0, 255.0) as u8;
    let bytes =
        values.as_chunks().0.iter().flat_map(|&[r, g, b]: &[f32; 3]| [byte(r), byte(g), byte(b), 255]);
    Rgba { width: COARSE_GRID as u32, height: COARSE_GRID as u32, bytes: bytes.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixel_values_become_bytes_again() {
        let mut values = vec![0.0; 3 * COARSE_GRID * COARSE_GRID];
        values[..3].copy_from_slice(&[-1.0, 1.0, 3.0]);
        let rgba = coarse(&values);
        assert_eq!(rgba.bytes[..4], [0, 255, 255, 255]);
        assert_eq!(rgba.bytes.len(), 4 * COARSE_GRID * COARSE_GRID);
        assert_eq!(capital("sound"), "Sound");
    }
}
