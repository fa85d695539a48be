//! The shelf: Playroom, and the checkpoints that are kept on this device.

use crate::session::protocol::{Command, KeptModel, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::show;
use crate::ui::state::Phase;
use leptos::prelude::*;

#[component]
pub fn Kept() -> impl IntoView {
    let lab = Lab::here();
    let models = Memo::new(move |_| lab.shelf.with(|shelf| (*shelf.value).clone()));
    let speaking = lab.pick(|view| view.model.clone());
    let is_playroom = move || speaking.with(String::is_empty);
    view! {
        <div class="wide-table">
            <table class="numbers models">
                <tbody>
                    <tr aria-current=move || is_playroom().then_some("true")>
                        <th scope="row">"Playroom"</th>
                        <td>"ours, part of this page"</td>
                        <td><button type="button" class="button" disabled=is_playroom on:click=move |_| lab.go(|view| view.model.clear())>
                            {move || if is_playroom() { "Speaks now" } else { "Use it" }}</button></td>
                        <td></td>
                    </tr>
                    {move || models.get().into_iter().map(|model| view! { <Row model speaking /> }).collect_view()}
                </tbody>
            </table>
        </div>
        <FailureNote lane=Lane::Shelf failure=Memo::new(move |_| lab.shelf.with(|shelf| shelf.failure.clone())) />
    }
}

#[component]
fn Row(model: KeptModel, speaking: Memo<String>) -> impl IntoView {
    let lab = Lab::here();
    let KeptModel { name, size, kept, lasts } = model;
    let is_whole = kept == size;
    let sizes = match is_whole {
        true => show::megabytes(size),
        false => format!("{} of {}", show::megabytes(kept), show::megabytes(size)),
    };
    let is_coming = Memo::new(move |_| {
        lab.download.with(|download| matches!(download.phase, Phase::Running | Phase::Waiting))
    });
    let this = name.clone();
    let is_speaking = Memo::new(move |_| speaking.with(|speaking| *speaking == this));
    let use_it = {
        let name = name.clone();
        move |_| match is_whole {
            true => lab.go(|view| view.model = name.clone()),
            false => lab.ask(Command::Offer { name: name.clone() }),
        }
    };
    let words = move || match (is_speaking.get(), is_whole) {
        (true, true) => "Speaks now",
        (_, true) => "Use it",
        (_, false) => "Go on with it",
    };
    let label = format!("Delete {name}");
    let delete = {
        let name = name.clone();
        move |_| {
            if is_speaking.get_untracked() {
                lab.go(|view| view.model.clear());
            }
            lab.ask(Command::Delete { name: name.clone() });
        }
    };
    view! {
        <tr aria-current=move || is_speaking.get().then_some("true")>
            <th scope="row">{name}</th>
            <td class="figure">{sizes}{(!lasts).then_some(", in memory for this visit")}</td>
            <td><button type="button" class="button" disabled=move || is_speaking.get() && is_whole on:click=use_it>{words}</button></td>
            <td><button type="button" class="button" aria-label=label disabled=move || !is_whole && is_coming.get() on:click=delete>"Delete"</button></td>
        </tr>
    }
}
