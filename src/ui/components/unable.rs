//! What stands in a room whose question the model cannot answer.

use crate::session::protocol::Abilities;
use crate::ui::context::AppContext;
use crate::ui::history::link;
use crate::ui::navigation::visit;
use crate::ui::view::Room;
use leptos::prelude::*;

/// What a room needs of the model, and what to say where the model lacks it; none where any model will do.
pub fn lacking(room: Room, abilities: Abilities) -> Option<&'static str> {
    let (is_able, sentence) = match room {
        Room::Home | Room::Lessons | Room::Teachers => (true, ""),
        Room::Retrieve | Room::Space | Room::Album => {
            (abilities.embeds, "has no shared embedding space of images and text, so they cannot be compared")
        }
        Room::Caption => (abilities.captions, "does not generate captions"),
        Room::Ask => {
            (abilities.answers || abilities.matches, "neither answers questions nor matches images with text")
        }
        Room::Attend | Room::Listen | Room::Contrast | Room::Fuse | Room::Sabotage | Room::Models => {
            (true, "")
        }
    };
    (!is_able).then_some(sentence)
}

#[component]
pub fn Unable(sentence: &'static str) -> impl IntoView {
    let app = AppContext::here();
    let name = move || app.facts.with(|facts| facts.as_ref().map(|facts| facts.name.clone()));
    let address = move || app.view.with(|view| link(view, Room::Models));
    view! {
        <section class="stage">
            <p class="note">{name} " " {sentence} "."</p>
            <div class="row">
                <a class="button" href=address on:click=move |event| visit(app, Room::Models, &event)>"Choose another model"</a>
                <button type="button" class="button" on:click=move |_| app.go(|view| view.model.clear())>"Continue with Playroom"</button>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    #[test]
    fn a_room_is_shut_only_where_its_question_cannot_be_answered() {
        let clip = Abilities { embeds: true, ..Abilities::default() };
        let shut = Room::VARIANTS.iter().copied().filter(|&room| lacking(room, clip).is_some());
        assert_eq!(shut.collect::<Vec<_>>(), [Room::Caption, Room::Ask]);
        let vqa = Abilities { answers: true, ..Abilities::default() };
        assert!(lacking(Room::Ask, vqa).is_none() && lacking(Room::Album, vqa).is_some());
    }
}
