//! What stays in place in every room: the rail, the head with its chips, the strip of pictures.

use super::icon::{Glyph, Icon};
use super::loading::LoadingBar;
use super::picture::LostPicture;
use super::picture_strip::PictureStrip;
use super::share::{EndPresentation, OpenInTriptych, Share};
use crate::session::protocol::{Backend, BackendChoice, DeviceReport, ModelName, Precision};
use crate::ui::active_model::lost;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::history::link;
use crate::ui::memo::Memo;
use crate::ui::navigation::visit;
use crate::ui::theme::Theme;
use crate::ui::view::{Group, Room, RoomInfo};
use leptos::prelude::*;
use strum::VariantArray;

/// Links to the rooms by groups: a rail at the left; on a phone a bar of the groups, each of which opens its rooms.
#[component]
pub fn Rail() -> impl IntoView {
    let app = AppContext::here();
    let here = app.pick(|view| view.room);
    let link = move |room: Room| {
        let address = move || app.view.with(|view| link(view, room));
        let current = move || (here.get() == room).then_some("page");
        let RoomInfo { icon, title, .. } = room.info();
        view! { <li><a href=address aria-current=current on:click=move |event| visit(app, room, &event)><Glyph icon /><span>{title}</span></a></li> }
    };
    let group = move |group: Group| {
        let id = format!("rooms-{}", group.title());
        let current = move || (here.get().info().group == group).then_some("true");
        view! {
            <li>
                <button type="button" popovertarget=id.clone() aria-current=current>{group.title()}</button>
                <p aria-hidden="true">{group.title()}</p>
                <ul id=id popover="auto" aria-label=group.title()>{group.rooms().map(link).collect_view()}</ul>
            </li>
        }
    };
    view! {
        <nav class="rail" aria-label="Rooms">
            <p class="brand" aria-hidden="true"><i></i><i></i><i></i></p>
            <ul>{Group::VARIANTS.iter().copied().map(group).collect_view()}</ul>
        </nav>
    }
}

#[component]
pub fn Head() -> impl IntoView {
    let app = AppContext::here();
    let room = app.pick(|view| view.room);
    let mode = app.pick(|view| (view.embed, view.present));
    let badges = move || match mode.get() {
        (true, _) => view! { <OpenInTriptych /> }.into_any(),
        (_, true) => view! { <EndPresentation /> }.into_any(),
        _ => view! { <ModelChip /><DeviceChip /><Share /><ThemeButton /> }.into_any(),
    };
    view! {
        <header class="head">
            <div>
                <h1 id="title">{move || if room.get() == Room::Home { "Triptych" } else { room.get().info().title }}</h1>
                <p class="quiet">{move || room.get().info().subtitle}</p>
            </div>
            <div class="badges">{badges}</div>
        </header>
        <LoadingBar />
        <LostModel />
        {move || room.get().info().has_stage.then(|| view! { <PictureStrip /><LostPicture /> })}
    }
}

/// A note that the address names a checkpoint which this device does not have.
#[component]
fn LostModel() -> impl IntoView {
    let app = AppContext::here();
    let lost = lost(app);
    let is_elsewhere = app.pick(|view| view.room != Room::Models);
    let address = move || app.view.with(|view| link(view, Room::Models));
    let note = move |name: String| {
        view! {
            <p class="note" role="status"><span>"This link was made with " <b>{name}</b> ", which is not on this device. Playroom is used instead."</span>
                <a class="button" href=address on:click=move |event| visit(app, Room::Models, &event)>"See what it is"</a></p>
        }
    };
    move || lost.get().filter(|_| is_elsewhere.get()).map(note)
}

/// The active model, and what it cannot know.
#[component]
fn ModelChip() -> impl IntoView {
    let app = AppContext::here();
    let name = move || match (app.facts.get(), app.active_model.get()) {
        (Some(facts), _) if facts.precision != Precision::F32 => {
            let parameters = format::magnitude(facts.parameters);
            format!("Model: {} ({parameters}, {})", facts.name, facts.precision.name())
        }
        (Some(facts), _) => format!("Model: {} ({})", facts.name, format::magnitude(facts.parameters)),
        (None, Some(ModelName::Stored { name, .. })) => format!("Model: {name}"),
        (None, _) => "Model: Playroom".into(),
    };
    let is_playroom = Memo::new(move |_| !matches!(app.active_model.get(), Some(ModelName::Stored { .. })));
    let about = move || match is_playroom.get() {
        true => {
            "Our own small model, trained by this page’s engine on Playroom, a synthetic world of coloured shapes in which the \
             ground truth is known exactly. It has seen nothing else: no photographs, no people, no written text."
        }
        false => {
            "A published model, run unchanged by this page’s engine. It was trained on photos from the web and their captions. It \
             may be wrong, and for your photos there is no ground truth."
        }
    };
    let notes = Memo::new(move |_| {
        let notes = app.facts.with(|facts| facts.as_ref().map(|facts| facts.notes.join(". ")))?;
        (!notes.is_empty()).then(|| format!("Not said by its files: {notes}."))
    });
    let address = move || app.view.with(|view| link(view, Room::Models));
    view! {
        <details class="badge" name="badge" id="model">
            <summary>{name}</summary>
            <p class="whole">{name}</p>
            <p>{about}</p>
            {move || notes.get().map(|notes| view! { <p class="small quiet">{notes}</p> })}
            <p><a href=address on:click=move |event| visit(app, Room::Models, &event)>"Other models"</a></p>
        </details>
    }
}

/// Which device computes, and why.
#[component]
fn DeviceChip() -> impl IntoView {
    let app = AppContext::here();
    let device = Memo::new(move |_| app.requests.load.with(|load| load.value.device.clone()));
    let name = move || {
        device.get().map_or("Device", |device| match device.backend {
            Backend::Cpu => "CPU",
            Backend::Gpu => "WebGPU",
        })
    };
    let choices =
        [(BackendChoice::Auto, "Automatic"), (BackendChoice::Gpu, "WebGPU"), (BackendChoice::Cpu, "CPU")];
    let button = move |(choice, name): (BackendChoice, &'static str)| {
        view! { <button type="button" class="button" on:click=move |_| app.start(choice)>{name}</button> }
    };
    view! {
        <details class="badge" name="badge" id="engine">
            <summary><Glyph icon=Icon::Chip />{name}</summary>
            {move || device.get().map(about_device)}
            <p>"Compute with"</p>
            <div class="row">{choices.map(button).collect_view()}</div>
        </details>
    }
}

fn about_device(device: DeviceReport) -> impl IntoView {
    let adapter = device.adapter.map(|adapter| {
        let kind = if device.is_software { " (computed in software)" } else { "" };
        view! { <p class="small quiet">"Adapter: " {adapter} {kind}</p> }
    });
    let trial = |trial: crate::session::protocol::Trial| {
        let name = match trial.backend {
            Backend::Cpu => "CPU",
            Backend::Gpu => "WebGPU",
        };
        view! { <li>{format!("{name}: {:.1} ms for the same work", trial.milliseconds)}</li> }
    };
    let name = match device.backend {
        Backend::Cpu => "the CPU",
        Backend::Gpu => "the graphics device, by WebGPU",
    };
    view! {
        <p>"The model runs on " {name} "."</p>
        <ul class="small quiet">{device.trials.into_iter().map(trial).collect_view()}</ul>
        <details class="small"><summary>"Technical details"</summary>
            <p>{device.reason}</p>
            {adapter}
        </details>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let theme = Theme::here();
    let icon = move || view! { <Glyph icon=if theme.is_dark() { Icon::Sun } else { Icon::Moon } /> };
    let name = move || if theme.is_dark() { "Light theme" } else { "Dark theme" };
    view! { <button type="button" class="badge" id="theme" aria-label=name title=name on:click=move |_| theme.toggle()>{icon}</button> }
}
