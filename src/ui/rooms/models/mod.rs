//! Models: which one is active, which are kept on this device, and how others come to it.

mod abilities;
mod files;
mod folder_import;
mod offer;
mod permission;
mod precision;
mod stored;
mod suggested;
mod timing;

use crate::session::library::CheckpointId;
use crate::session::protocol::Command;
use crate::ui::active_model::lost;
use crate::ui::context::AppContext;
use crate::ui::state::RequestState;
use files::FilesIn;
pub use folder_import::FolderImport;
use leptos::prelude::*;
use offer::CheckpointForm;
use permission::Permission;
use precision::PrecisionChoice;
use stored::StoredModels;
use suggested::Suggested;
use timing::Timing;

#[component]
pub fn Models() -> impl IntoView {
    let app = AppContext::here();
    app.ask(Command::ListModels);
    let name = RwSignal::new(String::new());
    let lost = lost(app);
    // What a link names is asked about only where the visitor has agreed to its server, or where it names none.
    Effect::new(move || {
        let Some(lost) = lost.get() else { return };
        if CheckpointId::parse(&lost).is_none_or(|id| app.consent.was_given(&id)) {
            name.set(lost.clone());
            let command = Command::Offer { name: lost, again: false };
            // Once a visit: nobody has pressed anything.
            let is_told =
                |offer: &RequestState<_>| offer.is_settled() && offer.command.as_deref() == Some(&command);
            if !app.requests.offer.with_untracked(is_told) {
                app.ask(command);
            }
        }
    });
    view! {
        <section class="stage models">
            <h2>"On this device"</h2>
            <StoredModels />
            <PrecisionChoice />
            <Timing />
            <h2>"From Hugging Face, or any other server"</h2>
            <Permission name lost />
            <CheckpointForm name />
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
