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
use crate::ui::components::term::Term;
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
    // What a link names is asked about only where the visitor has agreed to its server. A folder of a disk has none.
    Effect::new(move || {
        let Some(lost) = lost.get() else { return };
        if CheckpointId::parse(&lost).is_some_and(|id| app.consent.was_given(&id)) {
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
            <h2>"Active model"</h2>
            <StoredModels />
            <PrecisionChoice />
            <Timing />
            <h2>"From Hugging Face or another server"</h2>
            <Permission name lost />
            <CheckpointForm name />
            <Suggested name />
            <h2>"From a local folder"</h2>
            <FilesIn />
        </section>
        <aside class="inspector" aria-label="Inspector"><Notes /></aside>
    }
}

#[component]
fn Notes() -> impl IntoView {
    view! {
        <h2>"Two kinds of model"</h2>
        <p>"Playroom is small and was trained by this page’s own engine on drawn scenes of coloured shapes. The ground truth of every
            scene is known, so the page can check the model. It knows nothing of photos."</p>
        <p>"Published " <Term id="checkpoint">"checkpoints"</Term> " were trained on hundreds of millions of captioned photos and run here unchanged, on the same
            engine: CLIP and SigLIP for retrieval, BLIP for captioning and question answering. For your photos there is no ground
            truth."</p>
        <h2>"What is downloaded"</h2>
        <p>"The files of a model come from its server to this browser’s private storage and stay there until you delete them: the
            next visit needs no network. Your photos go nowhere."</p>
        <p>"A link asks no server. Where it names a model that is not here, the page asks you first; the address that you type and
            the button that you press are your agreement, and it is remembered."</p>
        <p class="small quiet">"An interrupted download resumes where it stopped. Lengths are compared with those of the server, and SHA-256 sums where
            it gives them. A web page in place of a file, a Git LFS pointer and a damaged file are reported and not stored."</p>
    }
}
