//! Checkpoints that are known to run here.

use crate::session::protocol::Command;
use crate::ui::lab::Lab;
use leptos::prelude::*;

struct Suggestion {
    name: &'static str,
    /// Megabytes of the download, rounded: the server tells the figure itself before anything comes.
    about: u32,
    licence: &'static str,
    does: &'static str,
}

const SUGGESTIONS: [Suggestion; 6] = [
    Suggestion {
        name: "wkcn/TinyCLIP-ViT-8M-16-Text-3M-YFCC15M",
        about: 95,
        licence: "MIT",
        does: "finds by words; small and quick",
    },
    Suggestion {
        name: "openai/clip-vit-base-patch32",
        about: 605,
        licence: "MIT",
        does: "finds by words; the CLIP of the paper",
    },
    Suggestion {
        name: "google/siglip-base-patch16-224",
        about: 815,
        licence: "Apache 2.0",
        does: "finds by words, trained by a sigmoid for each pair",
    },
    Suggestion {
        name: "Salesforce/blip-image-captioning-base",
        about: 990,
        licence: "BSD 3-Clause",
        does: "describes",
    },
    Suggestion {
        name: "Salesforce/blip-vqa-base",
        about: 1540,
        licence: "BSD 3-Clause",
        does: "answers questions",
    },
    Suggestion {
        name: "Salesforce/blip-itm-base-coco",
        about: 895,
        licence: "BSD 3-Clause",
        does: "finds by words, judges sentences",
    },
];

/// A table of them; choosing one asks its server what it is.
#[component]
pub fn Suggested(name: RwSignal<String>) -> impl IntoView {
    let lab = Lab::here();
    let row = move |model: Suggestion| {
        let look = move |_| {
            name.set(model.name.into());
            lab.ask(Command::Offer { name: model.name.into() });
        };
        view! {
            <tr>
                <th scope="row">{model.name}</th>
                <td>{model.does}</td>
                <td class="figure">{format!("about {} MB", model.about)}</td>
                <td>{model.licence}</td>
                <td><button type="button" class="button" aria-label=format!("Look at {}", model.name) on:click=look>"Look"</button></td>
            </tr>
        }
    };
    view! {
        <div class="wide-table">
            <table class="numbers models">
                <caption>"Known to run here"</caption>
                <thead><tr><th scope="col">"Model"</th><th scope="col">"Does"</th><th scope="col" class="figure">"Download"</th><th scope="col">"Licence"</th><td></td></tr></thead>
                <tbody>{SUGGESTIONS.map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
