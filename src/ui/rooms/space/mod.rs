//! Space: all modalities of the gallery's clips on one map, the gap between them, and arithmetic with words.

mod arithmetic;
mod gaps;
mod map;
mod neighbours;
mod notes;
mod reconstruction;
mod vectors;

use crate::session::protocol::{EncodeLane, Lane, ModelKind};
use crate::ui::components::form::Segments;
use crate::ui::components::gallery_progress::GalleryProgress;
use crate::ui::context::AppContext;
use crate::ui::gallery;
use crate::ui::memo::Memo;
use crate::ui::view::{Medium, SpaceMode};
use arithmetic::Arithmetic;
use gaps::Gaps;
use leptos::prelude::*;
use map::SpaceMap;
use neighbours::Neighbours;
use notes::Notes;
use reconstruction::Reconstruction;
use strum::VariantArray;
use vectors::Vectors;

const MODES: [(SpaceMode, &str); 2] = [(SpaceMode::Joint, "Joint"), (SpaceMode::Coordinated, "Coordinated")];

#[component]
pub fn Space() -> impl IntoView {
    let app = AppContext::here();
    let lanes = lanes(app);
    gallery::encode(app, lanes);
    let vectors = Vectors::new(app);
    let mode = app.pick(|view| view.space.mode);
    let about = move || match mode.get() {
        SpaceMode::Joint => {
            "Joint: the vectors as the encoders give them. Those of one clip should coincide; what keeps whole modalities apart is \
             the modality gap."
        }
        SpaceMode::Coordinated => {
            "Coordinated: each modality keeps a space of its own, from which its mean is taken. The gap is gone, and what is left is how \
             clips lie to each other."
        }
    };
    view! {
        <section class="stage">
            <Segments attr:data-part="mode" label="Space" options=MODES.to_vec() chosen=mode
                choose=move |mode| app.go(|view| view.space.mode = mode) />
            <p class="small">{about}</p>
            <GalleryProgress lanes />
            <div data-part="map"><SpaceMap vectors /></div>
            <Neighbours vectors />
            <Reconstruction vectors />
            <Gaps vectors />
            <Arithmetic />
        </section>
        <Notes vectors />
    }
}

/// All that the model has encoders for.
fn lanes(app: AppContext) -> Memo<Vec<EncodeLane>> {
    let is_playroom = Memo::new(move |_| {
        app.facts.with(|facts| facts.as_ref().is_none_or(|facts| facts.kind == ModelKind::Playroom))
    });
    Memo::new(move |_| {
        let media = Medium::VARIANTS.iter().filter(|medium| medium.modality().is_none() || is_playroom.get());
        let mut lanes: Vec<EncodeLane> = media.map(|medium| medium.lane()).collect();
        lanes.sort_by_key(|lane| Lane::from(*lane));
        lanes.dedup();
        lanes
    })
}
