//! Models: which one speaks, which are kept on this device, and how others come to it.

mod copying;
mod files;
mod kept;
mod offer;
mod permission;
mod precision;
mod suggested;
mod timing;

use crate::session::library::place;
use crate::session::protocol::{Abilities, Command};
use crate::ui::lab::Lab;
use crate::ui::speaking::lost;
use crate::ui::state::Asked;
pub use copying::Copying;
use files::FilesIn;
use kept::Kept;
use leptos::prelude::*;
use offer::Asking;
use permission::Permission;
use precision::Keeping;
use suggested::Suggested;
use timing::Timing;

#[component]
pub fn Models() -> impl IntoView {
    let lab = Lab::here();
    lab.ask(Command::Shelf);
    let name = RwSignal::new(String::new());
    let lost = lost(lab);
    // What a link names is asked about only where the visitor has agreed to its server, or where it names none.
    Effect::new(move || {
        let Some(lost) = lost.get() else { return };
        if place(&lost).is_none_or(|place| lab.consent.was_given(&place)) {
            name.set(lost.clone());
            let command = Command::Offer { name: lost, again: false };
            // Once a visit: nobody has pressed anything.
            let is_told = |offer: &Asked<_>| offer.is_settled() && offer.command.as_deref() == Some(&command);
            if !lab.offer.with_untracked(is_told) {
                lab.ask(command);
            }
        }
    });
    view! {
        <section class="stage models">
            <h2>"On this device"</h2>
            <Kept />
            <Keeping />
            <Timing />
            <h2>"From Hugging Face, or any other server"</h2>
            <Permission name lost />
            <Asking name />
            <Suggested name />
            <h2>"From your own disk"</h2>
            <FilesIn />
        </section>
        <aside class="inspector" aria-label="Inspector"><Notes /></aside>
    }
}

#[component]
fn Notes() -> impl IntoView {
    view! {
        <h2>"Two kinds of model"</h2>
        <p>"Playroom is ours: small, trained by this page’s own engine on a world of coloured shapes. The world knows the truth, so
            the page can always say whether the model is right. Of photos it knows nothing."</p>
        <p>"Published checkpoints have seen hundreds of millions of photos with their captions. They run here as they are, by the
            same engine: CLIP and SigLIP find pictures by words, BLIP describes them and answers questions. Nobody knows the truth
            about your photos, so there the page cannot judge."</p>
        <h2>"What is downloaded"</h2>
        <p>"The files of a model come from its server to this browser’s private storage and stay there until you delete them: the
            next visit needs no network. Your photos go nowhere."</p>
        <p>"A link asks no server. Where it names a model that is not here, the page asks you first; the address that you type and
            the button that you press are your agreement, and it is remembered."</p>
        <p class="small quiet">"A download that breaks off goes on where it stopped. Lengths are compared with what the server says, and where it
            gives a SHA-256, that is compared too. A web page in the place of a file, a Git LFS pointer and a damaged file are told and
            not kept."</p>
    }
}

/// What a model does, in a few words.
fn abilities_in_words(abilities: Abilities) -> String {
    let all = [
        (abilities.embeds, "finds by words"),
        (abilities.captions, "describes"),
        (abilities.answers, "answers questions"),
        (abilities.matches, "judges sentences"),
    ];
    let words: Vec<&str> = all.iter().filter(|(can, _)| *can).map(|(_, word)| *word).collect();
    words.join(", ")
}
