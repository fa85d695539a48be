//! The inspector of the room, and what is said of words without an object.

use super::figures::entropy;
use super::focus::Focus;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::view::Attending;
use leptos::prelude::*;

/// Said where the chosen word leaves nothing to hit.
#[component]
pub fn NoObject(focus: Focus) -> impl IntoView {
    let app = AppContext::here();
    let is_scene = Memo::new(move |_| app.picture.with(|picture| picture.scene.is_some()));
    let has_none = move || is_scene.get() && focus.word.get().is_some() && focus.object.get().is_none();
    move || {
        has_none().then(|| {
            view! { <p class="small quiet">"This word names no single object of the scene: no pointing game."</p> }
        })
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
            return ["Shown", "Max attention", "Entropy"].map(|name| Figure::new(name, "–")).to_vec();
        };
        let strongest = map.iter().copied().fold(0.0, f32::max);
        let entropy = entropy(&map);
        let uniform = (map.len() as f32).log2();
        let which = match (focus.layer.get(), focus.head.get()) {
            (Some(layer), Some(head)) => format!("layer {}, head {}", layer + 1, head + 1),
            (Some(layer), None) => format!("layer {}, mean of heads", layer + 1),
            (None, _) => "mean of all".into(),
        };
        vec![
            Figure::new("Shown", which),
            Figure::new("Max attention", format::percent(strongest))
                .beside(format!("uniform {}", format::percent(1.0 / map.len() as f32))),
            Figure::new("Entropy", format!("{entropy:.2} bit")).beside(format!("uniform {uniform:.2}")),
        ]
    });
    move || {
        match mode.get() {
        Attending::Patches => view! {
            <Inspector title="Self-attention" section="9, attention" figures formula=formula()>
                <p>"The image encoder splits the image into " {patches} " " <Term id="patch">"patches"</Term> ". In every layer and head each patch is a query (" <Term id="self-attention">"self-attention"</Term> ") that
                    attends to all patches. Choose a patch: the map shows what it attends to."</p>
            </Inspector>
        }
        .into_any(),
        Attending::Decoder | Attending::Matcher => view! {
            <Inspector title="Cross-attention" section="9, attention and cross-modal interaction" figures formula=formula()>
                <p>"In " <Term id="cross-attention">"cross-attention"</Term> " queries come from the text, keys and values from the image. Every layer and head has an " <Term id="attention-map">"attention map"</Term> " of its own;
                    a framed tile is a head whose maximum lies in the object that the word names (the " <Term id="pointing-game">"pointing game"</Term> ")."</p>
                <p>"The decoder is causal: it sees only the tokens before. The " <Term id="image-text-matching">"image-text matcher"</Term> " reads the whole sentence at once."</p>
            </Inspector>
        }
        .into_any(),
    }
    }
}

fn formula() -> AnyView {
    view! {
        <span data-term="softmax">"softmax"</span> "(" <var data-term="query">"Q"</var> <span data-term="key"><var>"K"</var><sup>"T"</sup></span> " / "
        <span class="root">"√"<var>"d"</var></span> ") " <var data-term="value">"V"</var>
    }
    .into_any()
}
