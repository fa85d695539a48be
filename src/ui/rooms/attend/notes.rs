//! The pointing game's verdict, and the inspector of the room.

use super::focus::Focus;
use crate::ui::components::attention_overlay::peak;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::truth::chance_to_hit;
use crate::ui::view::Attending;
use leptos::prelude::*;

/// Whether the strongest cell of the shown map lies in the object that the word names.
#[component]
pub fn Pointing(focus: Focus) -> impl IntoView {
    let app = AppContext::here();
    let game = Memo::new(move |_| {
        let (map, object) = (focus.map.get()?, focus.object.get()?);
        let grid = map.len().isqrt();
        app.picture.with(|picture| {
            let mask = picture.masks.get(object)?;
            let centre = (grid / 2 * grid) + grid / 2;
            Some((mask.cells(grid)[peak(&map)?], chance_to_hit(mask, grid), mask.cells(grid)[centre]))
        })
    });
    let is_scene = Memo::new(move |_| app.picture.with(|picture| picture.scene.is_some()));
    let word = move || {
        focus
            .word
            .get()
            .and_then(|word| focus.words.with(|words| words.get(word).map(|said| said.word.text.clone())))
    };
    let verdict = move |(hit, chance, centre): (bool, f32, bool)| {
        let centre = if centre { "would hit" } else { "would miss" };
        view! {
            <p>
                <Verdict truth=Some(hit) words=["hit", "missed", ""] />
                " The strongest cell for “" {word} "” "
                {if hit { "lies in the object that it names." } else { "lies outside the object that it names." }}
                <small class="quiet">{format!(" A cell at random hits in {} of cases; the centre {centre}.", format::percent(chance))}</small>
            </p>
        }
    };
    view! {
        <div class="pointing" aria-live="polite">
            {move || match (game.get(), focus.word.get()) {
                (Some(game), _) => verdict(game).into_any(),
                (None, Some(_)) if is_scene.get() => view! { <p class="quiet">"This word names no single object of the scene, so there is nothing to hit."</p> }.into_any(),
                (None, _) => ().into_any(),
            }}
        </div>
    }
}

#[component]
pub fn Notes(focus: Focus) -> impl IntoView {
    let app = AppContext::here();
    let mode = focus.mode;
    let patches =
        move || app.facts.with(|facts| facts.as_ref().map(|facts| (facts.grid * facts.grid).to_string()));
    let figures = Memo::new(move |_| {
        let Some(map) = focus.map.get() else {
            return ["Shown", "Strongest cell", "Entropy"].map(|name| Figure::new(name, "–")).to_vec();
        };
        let strongest = map.iter().copied().fold(0.0, f32::max);
        let total: f32 = map.iter().sum();
        let entropy: f32 = map.iter().filter(|&&p| p > 0.0).map(|p| -(p / total) * (p / total).log2()).sum();
        let uniform = (map.len() as f32).log2();
        let which = match (focus.layer.get(), focus.head.get()) {
            (Some(layer), Some(head)) => format!("layer {}, head {}", layer + 1, head + 1),
            (Some(layer), None) => format!("layer {}, mean of heads", layer + 1),
            (None, _) => "mean of all".into(),
        };
        vec![
            Figure::new("Shown", which),
            Figure::new("Strongest cell", format::percent(strongest))
                .beside(format!("uniform {}", format::percent(1.0 / map.len() as f32))),
            Figure::new("Entropy", format!("{entropy:.2} bit")).beside(format!("uniform {uniform:.2}")),
        ]
    });
    move || {
        match mode.get() {
        Attending::Patches => view! {
            <Inspector title="Self-attention" section="9, attention" figures formula=formula()>
                <p>"The image encoder cuts the picture into " {patches} " patches. In every layer and head each patch asks all others and
                    takes from them. Choose a patch: the map shows whom it asks."</p>
            </Inspector>
        }
        .into_any(),
        Attending::Decoder | Attending::Matcher => view! {
            <Inspector title="Cross-attention" section="9, attention and cross-modal interaction" figures formula=formula()>
                <p>"Queries come from the words, keys and values from the picture. Each head of each layer may look elsewhere;
                    a framed tile is a head whose strongest cell lies in the object that the word names."</p>
                <p>"The decoder sees only the words before; the matcher reads the whole sentence at once."</p>
            </Inspector>
        }
        .into_any(),
    }
    }
}

fn formula() -> AnyView {
    view! {
        "softmax(" <var>"Q"</var> <var>"K"</var><sup>"T"</sup> " / " <span class="root">"√"<var>"d"</var></span> ") " <var>"V"</var>
    }
    .into_any()
}
