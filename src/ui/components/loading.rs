//! How the engine starts, and what it fetches later: stages, with bytes.

use super::failure::FailureNote;
use crate::session::protocol::{FetchProgress, Lane, Loading, LoadingStage};
use crate::ui::active_model::stopped;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Phase;
use leptos::prelude::*;

/// One segment per stage, and the words of the one that runs. It lies above the page, which it does not move.
#[component]
pub fn LoadingBar() -> impl IntoView {
    let app = AppContext::here();
    let phase = Memo::new(move |_| app.requests.load.with(|load| load.phase));
    let stopped = stopped(app);
    let segment = move |stage: LoadingStage| {
        let width = move || {
            app.requests.load.with(|load| format!("width:{:.1}%", load.value.fraction(stage) * 100.0))
        };
        view! { <span class="segment" data-stage=format!("{stage:?}")><i style=width></i></span> }
    };
    let words = move || {
        app.requests.load.with(|load| match load.value.stages.last() {
            _ if load.value.is_waiting => {
                "The model is being downloaded or loaded, here or in another tab".into()
            }
            Some(now) => tell(*now),
            None => "Starting the engine".into(),
        })
    };
    view! {
        {move || (!matches!(phase.get(), Phase::Done | Phase::Failed)).then(|| view! {
            <section class="loading" aria-label="The engine starts">
                <div class="track" role="progressbar" aria-label="The engine starts" aria-valuetext=words>{LoadingStage::ALL.map(segment).collect_view()}</div>
                <span>{words}</span>
            </section>
        })}
        <FetchBar />
        <FailureNote lane=Lane::Load failure=Memo::new(move |_| app.requests.load.with(|load| load.failure.clone())) />
        {move || (phase.get() == Phase::Failed && app.view.with(|view| !view.model.is_empty())).then(|| view! {
            <p class="note"><button type="button" class="button" on:click=move |_| app.go(|view| view.model.clear())>"Continue with Playroom"</button></p>
        })}
        {move || stopped.get().map(|name| view! {
            <p class="note" role="status">
                <span>"The engine stopped with " <b>{name}</b> ". Playroom is used instead."</span>
                <button type="button" class="button" on:click=move |_| app.stopped.set(None)>"Try it again"</button>
                <button type="button" class="button" on:click=move |_| app.go(|view| view.model.clear())>"Continue with Playroom"</button>
            </p>
        })}
    }
}

/// The file of a small model that is on its way, in the same place.
#[component]
fn FetchBar() -> impl IntoView {
    let app = AppContext::here();
    let fetching = Memo::new(move |_| app.requests.load.with(|load| load.value.fetching.clone()));
    let is_there = Memo::new(move |_| fetching.with(Option::is_some));
    let words = move || fetching.with(|file| file.as_ref().map_or_else(String::new, told));
    let width = move || {
        let share = fetching.with(|file| match file {
            Some(FetchProgress { done, total: Some(total), .. }) => *done as f32 / (*total).max(1) as f32,
            _ => 0.0,
        });
        format!("width:{:.1}%", 100.0 * share.min(1.0))
    };
    move || {
        is_there.get().then(|| {
            view! {
                <section class="loading" aria-label="Download">
                    <div class="track" role="progressbar" aria-label="Download" aria-valuetext=words><span class="segment"><i style=width></i></span></div>
                    <span>{words}</span>
                </section>
            }
        })
    }
}

fn told(FetchProgress { what, done, total }: &FetchProgress) -> String {
    format!("Downloading the {what}: {}", bytes(*done, *total))
}

fn bytes(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("{} of {}", format::megabytes(done), format::megabytes(total)),
        None => format::megabytes(done),
    }
}

/// The progress of a stage in words.
fn tell(Loading { stage, done, total }: Loading) -> String {
    match stage {
        LoadingStage::Device => "Looking for a graphics device".into(),
        LoadingStage::Vocabulary => format!("Vocabulary: {}", bytes(done, total)),
        LoadingStage::Weights => format!("Weights: {}", bytes(done, total)),
        LoadingStage::Prepare => match total {
            Some(total) => format!("Preparing: step {done} of {total}"),
            None => "Preparing".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_bytes_where_there_are_bytes() {
        let weights = Loading { stage: LoadingStage::Weights, done: 1_500_000, total: Some(7_900_000) };
        assert_eq!(tell(weights), "Weights: 1.5 MB of 7.9 MB");
        assert_eq!(tell(Loading { total: None, ..weights }), "Weights: 1.5 MB");
        assert_eq!(
            tell(Loading { stage: LoadingStage::Prepare, done: 2, total: Some(5) }),
            "Preparing: step 2 of 5"
        );
        let file = FetchProgress { what: "encoder of sounds".into(), done: 400_000, total: Some(3_100_000) };
        assert_eq!(told(&file), "Downloading the encoder of sounds: 0.4 MB of 3.1 MB");
    }
}
