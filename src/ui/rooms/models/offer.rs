//! A model by its name: what it is, its download, its use.

use super::abilities_in_words;
use crate::session::protocol::{Command, Lane, Offer, Progress};
use crate::ui::components::choice::Line;
use crate::ui::components::failure::FailureNote;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::show;
use crate::ui::state::Download;
use crate::ui::state::Phase;
use leptos::prelude::*;

/// The line for a name, and below it what came of it.
#[component]
pub fn Asking(name: RwSignal<String>) -> impl IntoView {
    let lab = Lab::here();
    let look = move || {
        let name = name.with_untracked(|name| name.trim().to_owned());
        if !name.is_empty() {
            lab.ask(Command::Offer { name });
        }
    };
    let is_looking = move || lab.offer.with(|offer| offer.is_busy());
    let offer = Memo::new(move |_| {
        lab.offer.with(|offer| offer.is_settled().then(|| (*offer.value).clone()).flatten())
    });
    view! {
        <div class="row asking">
            <Line label="Name or address" placeholder="owner/name, or https://…" value=name change=move |text| name.set(text) done=look />
            <button type="button" class="button" disabled=is_looking on:click=move |_| look()>"Look"</button>
        </div>
        <div aria-live="polite">
            {move || is_looking().then(|| view! { <p class="quiet">"Asking the server…"</p> })}
            <FailureNote lane=Lane::Offer failure=Memo::new(move |_| lab.offer.with(|offer| offer.failure.clone())) />
            {move || offer.get().map(|offer| view! { <Card offer /> })}
        </div>
    }
}

/// What a model is, and what can be done about it.
#[component]
fn Card(offer: Offer) -> impl IntoView {
    let lab = Lab::here();
    let (name, missing) = (offer.name.clone(), offer.size - offer.kept);
    let [as_f32, as_f16, as_int8] = offer.memory;
    let facts = format!(
        "{}, {} parameters: {}. {} to download; {} of memory while it runs, {} as f16, {} as int8.",
        offer.kind.name(),
        show::magnitude(offer.parameters),
        abilities_in_words(offer.abilities),
        show::megabytes(missing),
        show::megabytes(as_f32),
        show::megabytes(as_f16),
        show::megabytes(as_int8),
    );
    let has_obstacle = !offer.obstacle.is_empty();
    let of_this = {
        let name = name.clone();
        Memo::new(move |_| {
            lab.download.with(|asked| {
                let is_this = |command: &Command| match command {
                    Command::Download { name: of } | Command::DownloadInMemory { name: of } => *of == name,
                    _ => false,
                };
                asked.command.as_deref().is_some_and(is_this).then(|| (asked.phase, *asked.value))
            })
        })
    };
    let is_here = {
        let name = name.clone();
        Memo::new(move |_| {
            lab.shelf
                .with(|shelf| shelf.value.iter().any(|model| model.name == name && model.kept == model.size))
        })
    };
    // What has come is on the shelf from now on, and speaks at once.
    Effect::new({
        let name = name.clone();
        move |earlier: Option<bool>| {
            let is_done = of_this.get().is_some_and(|(phase, _)| phase == Phase::Done);
            if is_done && earlier == Some(false) {
                lab.go(|view| view.model = name.clone());
            }
            is_done
        }
    });
    let begin = name.clone();
    let is_short = !offer.shortage.is_empty();
    let download = move |_| match is_short {
        true => lab.ask(Command::DownloadInMemory { name: begin.clone() }),
        false => lab.ask(Command::Download { name: begin.clone() }),
    };
    let verb = if is_short { "Hold in memory for this visit, download" } else { "Download" };
    let chosen = name.clone();
    let choose = move |_| lab.go(|view| view.model = chosen.clone());
    let action = move || {
        match of_this.get() {
        _ if is_here.get() => view! { <button type="button" class="button" on:click=choose.clone()>"Use it"</button> }.into_any(),
        Some((Phase::Running | Phase::Waiting, progress)) => view! { <Coming progress /> }.into_any(),
        _ if has_obstacle => ().into_any(),
        _ => view! {
            <button type="button" class="button" on:click=download.clone()>{format!("{verb} {}", show::memory(missing))}</button>
        }
        .into_any(),
    }
    };
    view! {
        <div class="card">
            <h3>{name}</h3>
            <p>{facts}</p>
            {has_obstacle.then(|| view! { <p class="failure">{offer.obstacle}</p> })}
            {is_short.then(|| view! {
                <p class="failure">{offer.shortage}" Delete a model that is kept, choose a smaller one, or hold this one in memory."</p>
            })}
            {(!offer.lasts).then(|| view! { <p class="note">"This browser keeps no files of this page now, as in a private window: the model is held in memory and is gone when the page is closed."</p> })}
            {action}
            <FailureNote lane=Lane::Download failure=Memo::new(move |_| lab.download.with(|asked| asked.failure.clone())) />
        </div>
    }
}

/// A download under way.
#[component]
fn Coming(progress: Option<Download>) -> impl IntoView {
    let lab = Lab::here();
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
        <div class="loading" role="status">
            <div class="track" aria-hidden="true"><span class="segment"><i style=format!("width:{:.1}%", share * 100.0)></i></span></div>
            <span>{words}</span>
            <button type="button" class="button" on:click=move |_| lab.stop(Lane::Download)>"Stop"</button>
        </div>
    }
}

/// `12.0 MB of 95.0 MB, 4.0 MB a second, 21 s left`
fn tell(at: Progress) -> String {
    let kept = format!("{} of {}", show::megabytes(at.done), show::megabytes(at.total));
    if at.rate < 1.0 {
        return kept;
    }
    let left = (at.total - at.done.min(at.total)) as f64 / at.rate;
    format!("{kept}, {} a second, {} left", show::megabytes(at.rate as u64), show::duration(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_rate_and_time_left() {
        let progress = Progress { done: 15_000_000, total: 95_000_000, rate: 4e6 };
        assert_eq!(tell(progress), "15.0 MB of 95.0 MB, 4.0 MB a second, 20 s left");
        assert_eq!(tell(Progress { rate: 0.0, ..progress }), "15.0 MB of 95.0 MB");
    }
}
