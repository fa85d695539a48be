//! A link names a model of a server that the visitor has not agreed to: the server is asked nothing before the visitor says so.

use crate::session::library::CheckpointId;
use crate::ui::consent::is_near;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn Permission(
    name: RwSignal<String>,
    /// What the link names and this device does not have.
    lost: Memo<Option<String>>,
) -> impl IntoView {
    let app = AppContext::here();
    let request = Memo::new(move |_| {
        let id = CheckpointId::parse(&lost.get()?)?;
        (!app.consent.is_given(&id)).then_some((id.name, id.host))
    });
    let question = move |(model, host): (String, String)| {
        let near =
            is_near(&host).then_some(" This is an address of this computer or of the network that it is in.");
        let agree = format!("Ask {host}");
        let chosen = model.clone();
        let look = move |_| {
            name.set(chosen.clone());
            app.request_offer(&chosen, false);
        };
        view! {
            <div class="card" role="group" aria-label="The model of this link">
                <h3>{model}</h3>
                <p>"This link names a model that is not on this device. May the page ask " <b>{host}</b> " what it is? It would fetch the
                    model’s config.json and ask for the size of each of its files, some ten requests; the server sees the internet
                    address of this device, as with any page. No weights come before you have seen their size." {near}</p>
                <div class="row">
                    <button type="button" class="button" on:click=look>{agree}</button>
                    <button type="button" class="button" on:click=move |_| app.go(|view| view.model.clear())>"Continue with Playroom"</button>
                </div>
            </div>
        }
    };
    move || request.get().map(question)
}
