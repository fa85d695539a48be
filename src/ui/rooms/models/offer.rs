//! A model by its name: what it is, its download, its use.

use super::abilities::abilities_in_words;
use crate::session::protocol::{Command, DownloadProgress, Lane, ModelName, Offer};
use crate::ui::active_model::choose;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::TextField;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Download;
use crate::ui::state::Phase;
use leptos::prelude::*;

/// The line for a name, and below it what came of it.
#[component]
pub fn CheckpointForm(name: RwSignal<String>) -> impl IntoView {
    let app = AppContext::here();
    let look = move || {
        let name = name.with_untracked(|name| name.trim().to_owned());
        if !name.is_empty() {
            app.request_offer(&name, false);
        }
    };
    let is_looking = move || app.requests.offer.with(|offer| offer.is_busy());
    let words = move || match app.requests.offer.with(|offer| offer.phase) {
        Phase::Waiting => "The server is asked when the engine has been started again.",
        _ => "Asking the server…",
    };
    let offer = Memo::new(move |_| {
        app.requests.offer.with(|offer| offer.is_settled().then(|| (*offer.value).clone()).flatten())
    });
    view! {
        <div class="row asking">
            <TextField label="Name or address" placeholder="owner/name, or https://…" value=name change=move |text| name.set(text) done=look />
            <button type="button" class="button" disabled=is_looking on:click=move |_| look()>"Details"</button>
        </div>
        <div aria-live="polite">
            {move || is_looking().then(|| view! {
                <p class="row"><span class="quiet">{words}</span>
                    <button type="button" class="button" on:click=move |_| app.stop(Lane::Offer)>"Stop"</button></p>
            })}
            <FailureNote lane=Lane::Offer failure=Memo::new(move |_| app.requests.offer.with(|offer| offer.failure.clone())) />
            {move || offer.get().map(|offer| view! { <Card offer /> })}
        </div>
    }
}

/// What a model is, and what can be done about it.
#[component]
fn Card(offer: Offer) -> impl IntoView {
    let app = AppContext::here();
    let Offer { size, again, .. } = offer;
    let (name, missing) = (offer.name.clone(), size.saturating_sub(offer.stored));
    let [as_f32, as_f16, as_int8] = offer.memory;
    let facts = format!(
        "{}, {} parameters: {}. {} to download; {} of memory while it runs, {} as f16, {} as int8.",
        offer.kind.name(),
        format::magnitude(offer.parameters),
        abilities_in_words(offer.abilities),
        format::megabytes(missing),
        format::megabytes(as_f32),
        format::megabytes(as_f16),
        format::megabytes(as_int8),
    );
    let has_obstacle = !offer.obstacle.is_empty();
    let of_this = {
        let name = name.clone();
        Memo::new(move |_| {
            app.requests.download.with(|request| {
                let this = |in_memory| Command::Download { name: name.clone(), size, again, in_memory };
                let is_this = |command: &Command| [false, true].map(this).contains(command);
                let is_asked = request.command.as_deref().is_some_and(is_this);
                is_asked.then(|| (request.phase, *request.value, request.failure.clone()))
            })
        })
    };
    let failure = Memo::new(move |_| of_this.with(|of_this| of_this.as_ref()?.2.clone()));
    let is_here = {
        let name = name.clone();
        Memo::new(move |_| {
            app.requests.models.with(|models| {
                models.value.iter().any(|model| model.name == name && model.stored == model.size)
            })
        })
    };
    let is_speaking = {
        let name = name.clone();
        Memo::new(
            move |_| matches!(app.active_model.get(), Some(ModelName::Stored { name: active, .. }) if active == name),
        )
    };
    // What has come is in the list from now on, and is loaded at once; the active one only if its loading failed.
    Effect::new({
        let name = name.clone();
        move |earlier: Option<bool>| {
            let is_done = of_this.get().is_some_and(|(phase, ..)| phase == Phase::Done);
            if is_done && earlier == Some(false) {
                match (is_speaking.get_untracked(), app.requests.load.with_untracked(|load| load.phase)) {
                    (false, _) => app.go(|view| view.model = name.clone()),
                    (true, Phase::Failed) => app.reload_model(),
                    (true, _) => {}
                }
            }
            is_done
        }
    });
    let begin = name.clone();
    let is_short = !offer.shortage.is_empty();
    let download =
        move |_| app.ask(Command::Download { name: begin.clone(), size, again, in_memory: is_short });
    let chosen = name.clone();
    let use_it = move |_| choose(app, &chosen);
    // There is one download at a time.
    let other = {
        let name = name.clone();
        Memo::new(move |_| {
            app.requests.download.with(|request| match request.command.as_deref() {
                Some(Command::Download { name: other, .. }) if request.is_busy() && *other != name => {
                    Some(other.clone())
                }
                _ => None,
            })
        })
    };
    let verb = match (is_short, again) {
        (true, _) => "Hold in memory for this visit, download",
        (false, true) => "Fetch again",
        (false, false) => "Download",
    };
    let is_usable = Memo::new(move |_| {
        let is_done = of_this.get().is_some_and(|(phase, ..)| phase == Phase::Done);
        is_here.get() && (is_done || !again)
    });
    let action = move || {
        match of_this.get() {
        _ if is_usable.get() => view! { <button type="button" class="button" on:click=use_it.clone()>"Activate"</button> }.into_any(),
        Some((Phase::Running | Phase::Waiting, progress, _)) => view! { <Coming progress /> }.into_any(),
        _ if has_obstacle => ().into_any(),
        _ => view! {
            <button type="button" class="button" on:click=download.clone()>{format!("{verb} {}", format::memory(missing))}</button>
            {move || other.get().map(|other| view! {
                <p class="note">{other}" is being downloaded: this stops it, and the part that has come is kept for later."</p>
            })}
        }
        .into_any(),
    }
    };
    view! {
        <div class="card">
            <h3>{name}</h3>
            <p>{facts}</p>
            {again.then(|| view! {
                <p class="quiet">"The stored files stay in use until the download is complete. Photos of the album keep the embeddings of the former
                    files; delete them and add them again to encode them anew."</p>
            })}
            {has_obstacle.then(|| view! { <p class="failure">{offer.obstacle}</p> })}
            {is_short.then(|| view! {
                <p class="failure">{offer.shortage}" Delete a model that is kept, choose a smaller one, or hold this one in memory."</p>
            })}
            {(!offer.is_persistent).then(|| view! { <p class="note">"This browser keeps no files of this page now, as in a private window: the model is held in memory and is gone when the page is closed."</p> })}
            {action}
            <FailureNote lane=Lane::Download failure />
        </div>
    }
}

/// A download under way.
#[component]
fn Coming(progress: Option<Download>) -> impl IntoView {
    let app = AppContext::here();
    let share = match progress {
        Some(Download::Here(at)) => at.done as f64 / at.total.max(1) as f64,
        Some(Download::Elsewhere) | None => 0.0,
    };
    let words = match progress {
        Some(Download::Here(at)) => tell(at),
        Some(Download::Elsewhere) => {
            "Another tab is downloading this model; this one goes on when that ends.".into()
        }
        None => "Connecting".into(),
    };
    view! {
        <div class="loading" aria-live="off">
            <div class="track" role="progressbar" aria-label="Download" aria-valuetext=words.clone()><span class="segment"><i style=format!("width:{:.1}%", share * 100.0)></i></span></div>
            <span>{words}</span>
            <button type="button" class="button" on:click=move |_| app.stop(Lane::Download)>"Stop"</button>
        </div>
    }
}

/// `12.0 MB of 95.0 MB, 4.0 MB a second, 21 s left`
fn tell(at: DownloadProgress) -> String {
    let kept = format!("{} of {}", format::megabytes(at.done), format::megabytes(at.total));
    if at.rate < 1.0 {
        return kept;
    }
    let left = (at.total - at.done.min(at.total)) as f64 / at.rate;
    format!("{kept}, {} a second, {} left", format::megabytes(at.rate as u64), format::duration(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_rate_and_time_left() {
        let progress = DownloadProgress { done: 15_000_000, total: 95_000_000, rate: 4e6 };
        assert_eq!(tell(progress), "15.0 MB of 95.0 MB, 4.0 MB a second, 20 s left");
        assert_eq!(tell(DownloadProgress { rate: 0.0, ..progress }), "15.0 MB of 95.0 MB");
    }
}
