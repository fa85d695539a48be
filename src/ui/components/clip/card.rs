//! A clip in one modality.

use super::drawing::GraphDrawing;
use super::frames::Frames;
use super::readings::Readings;
use super::wave::Wave;
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::memo::Memo;
use crate::ui::stage::pixels_of;
use crate::ui::state::Shared;
use crate::ui::view::Medium;
use crate::world::Clip;
use crate::world::language::full_caption;
use leptos::prelude::*;

#[component]
pub fn ClipCard(
    medium: Medium,
    #[prop(into)] clip: Memo<Shared<Clip>>,
    /// Of what it is, read aloud: `Clip 12`.
    #[prop(into)]
    name: Memo<String>,
) -> impl IntoView {
    match medium {
        Medium::Image => {
            let rgba =
                Memo::new(move |_| Shared::new(clip.with(|clip| Rgba::from(&pixels_of(clip.picture().rgb)))));
            let label =
                Memo::new(move |_| clip.with(|clip| format!("A scene: {}", full_caption(&clip.scene).text)));
            view! { <Raster rgba label=label /> }.into_any()
        }
        Medium::Text => {
            view! { <p class="sentence">{move || clip.with(|clip| full_caption(&clip.scene).text)}</p> }
                .into_any()
        }
        Medium::Sound => view! { <Wave clip name /> }.into_any(),
        Medium::Video => view! { <Frames clip name /> }.into_any(),
        Medium::Table => {
            let table = Memo::new(move |_| Shared::new(clip.with(|clip| clip.table())));
            view! { <Readings table /> }.into_any()
        }
        Medium::Graph => {
            let graph = Memo::new(move |_| Shared::new(clip.with(|clip| clip.graph())));
            view! { <GraphDrawing graph name /> }.into_any()
        }
    }
}
