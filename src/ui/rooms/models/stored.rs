//! The list: Playroom, and the checkpoints that are kept on this device.

use crate::session::library::CheckpointId;
use crate::session::protocol::{Command, Lane, Recovery, StoredModel};
use crate::ui::active_model::is_named;
use crate::ui::components::confirm::Confirmed;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Phase;
use leptos::prelude::*;

#[component]
pub fn StoredModels() -> impl IntoView {
    let app = AppContext::here();
    let models = Memo::new(move |_| app.requests.models.with(|models| (*models.value).clone()));
    let active = app.pick(|view| view.model.clone());
    // Once a visit, of servers that the visitor has agreed to; not while a model is loaded, which opens the same files, and not
    // of what has come just now.
    Effect::new(move || {
        let is_loading = app.requests.load.with(|load| !matches!(load.phase, Phase::Done | Phase::Failed));
        if is_loading || app.requests.download.with_untracked(|download| download.phase != Phase::Unasked) {
            return;
        }
        let whole = app.requests.models.with(|models| {
            let whole = models.value.iter().filter(|model| models.is_settled() && model.stored == model.size);
            whole.map(|model| model.name.clone()).collect::<Vec<String>>()
        });
        let is_agreed =
            |name: &String| CheckpointId::parse(name).is_some_and(|id| app.consent.was_given(&id));
        let names: Vec<String> = whole.into_iter().filter(is_agreed).collect();
        if !names.is_empty()
            && app.requests.outdated.with_untracked(|outdated| outdated.phase == Phase::Unasked)
        {
            app.ask(Command::Revalidate { names });
        }
    });
    let is_playroom = move || active.with(String::is_empty);
    view! {
        <WideTable label="Models on this device">
            <table class="numbers models">
                <tbody>
                    <tr aria-current=move || is_playroom().then_some("true")>
                        <th scope="row">"Playroom"</th>
                        <td>"built in"</td>
                        <td><button type="button" class="button" disabled=is_playroom on:click=move |_| app.go(|view| view.model.clear())>
                            {move || if is_playroom() { "Active" } else { "Activate" }}</button></td>
                        <td></td>
                    </tr>
                    {move || models.get().into_iter().map(|model| view! { <Row model active /> }).collect_view()}
                </tbody>
            </table>
        </WideTable>
        <FailureNote lane=Lane::Models failure=Memo::new(move |_| app.requests.models.with(|models| models.failure.clone())) />
    }
}

#[component]
fn Row(model: StoredModel, active: Memo<String>) -> impl IntoView {
    let app = AppContext::here();
    let StoredModel { name, size, stored, is_persistent } = model;
    let is_whole = stored == size;
    let sizes = match is_whole {
        true => format::megabytes(size),
        false => format!("{} of {}", format::megabytes(stored), format::megabytes(size)),
    };
    let is_coming = Memo::new(move |_| {
        app.requests.download.with(|download| matches!(download.phase, Phase::Running | Phase::Waiting))
    });
    let this = name.clone();
    let is_active = Memo::new(move |_| active.with(|active| is_named(&this, active)));
    let use_it = {
        let name = name.clone();
        move |_| match is_whole {
            true => app.go(|view| view.model = name.clone()),
            false => app.request_offer(&name, false),
        }
    };
    let words = move || match (is_active.get(), is_whole) {
        (true, true) => "Active",
        (_, true) => "Activate",
        (_, false) => "Resume download",
    };
    // Its server has other files by now, or those that are kept could not be loaded.
    let is_to_fetch = {
        let name = name.clone();
        Memo::new(move |_| {
            let is_broken = app.requests.load.with(|load| {
                load.failure.as_ref().is_some_and(|failure| failure.recovery == Recovery::FetchAgain)
            });
            let is_outdated = app.requests.outdated.with(|outdated| outdated.value.contains(&name));
            match (is_active.get() && is_broken, is_outdated) {
                (true, _) => Some("Could not be loaded."),
                (_, true) => Some("The server has newer files."),
                _ => None,
            }
        })
    };
    let again = name.clone();
    let fetch = move |_| app.request_offer(&again, true);
    let fetch_label = format!("Fetch {name} again");
    let of = name.clone();
    let confirm = format!("Delete {}", format::megabytes(stored));
    let is_busy = Memo::new(move |_| !is_whole && is_coming.get());
    let delete = {
        let name = name.clone();
        move || {
            if is_active.get_untracked() {
                app.go(|view| view.model.clear());
            }
            app.ask(Command::Delete { name: name.clone() });
        }
    };
    view! {
        <tr aria-current=move || is_active.get().then_some("true")>
            <th scope="row">{name}</th>
            <td class="figure">{sizes}{(!is_persistent).then_some(", in memory for this visit")}
                {move || is_to_fetch.get().map(|reason| view! {
                    <p class="news">{reason}" "
                        <button type="button" class="button" aria-label=fetch_label.clone() on:click=fetch.clone()>"Fetch again"</button></p>
                })}
            </td>
            <td><button type="button" class="button" disabled=move || is_active.get() && is_whole on:click=use_it>{words}</button></td>
            <td><Confirmed words="Delete" of confirm is_idle=is_busy act=delete /></td>
        </tr>
    }
}
