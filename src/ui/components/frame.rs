//! What stays in place in every room: the rail, the head with its chips, the strip of pictures.

use super::icon::{Glyph, Icon};
use super::loading::LoadingBar;
use super::picture::LostPicture;
use super::picture_strip::PictureStrip;
use crate::session::protocol::{Backend, BackendChoice, DeviceReport, ModelName, Precision};
use crate::ui::active_model::lost;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::history::link;
use crate::ui::memo::Memo;
use crate::ui::navigation::visit;
use crate::ui::theme::Theme;
use crate::ui::view::Room;
use leptos::prelude::*;
use strum::VariantArray;

/// Links to the rooms: a rail at the left, a bar at the foot of a phone.
#[component]
pub fn Rail() -> impl IntoView {
    let app = AppContext::here();
    let here = app.pick(|view| view.room);
    let link = move |room: Room| {
        let address = move || app.view.with(|view| link(view, room));
        let current = move || (here.get() == room).then_some("page");
        view! { <li><a href=address aria-current=current on:click=move |event| visit(app, room, &event)><Glyph icon=icon_of(room) /><span>{room.title()}</span></a></li> }
    };
    view! {
        <nav class="rail" aria-label="Rooms">
            <p class="brand" aria-hidden="true"><i></i><i></i><i></i></p>
            <ul>{Room::VARIANTS.iter().copied().map(link).collect_view()}</ul>
        </nav>
    }
}

fn icon_of(room: Room) -> Icon {
    match room {
        Room::Home => Icon::Home,
        Room::Retrieve => Icon::Retrieve,
        Room::Caption => Icon::Caption,
        Room::Attend => Icon::Attend,
        Room::Ask => Icon::Ask,
        Room::Contrast => Icon::Contrast,
        Room::Fuse => Icon::Fuse,
        Room::Sabotage => Icon::Sabotage,
        Room::Album => Icon::Album,
        Room::Models => Icon::Models,
    }
}

const fn subtitle(room: Room) -> &'static str {
    match room {
        Room::Home => "A laboratory of multimodal learning that runs in your browser",
        Room::Retrieve => "Words and pictures in one space, found by their angle",
        Room::Caption => "A picture put into words, one token at a time",
        Room::Attend => "What looks at what, in every layer and head",
        Room::Ask => "Questions about a picture, and how the model knows",
        Room::Contrast => "Two towers learn which words belong to which picture, before your eyes",
        Room::Fuse => "Ways to bring a picture and words together, raced from the same seed",
        Room::Album => "Your own photos, found by words; nothing leaves this device",
        Room::Models => "Which model speaks, and where it comes from",
        Room::Sabotage => "A modality goes missing, is disturbed or comes late: what is left?",
    }
}

#[component]
pub fn Head() -> impl IntoView {
    let app = AppContext::here();
    let room = app.pick(|view| view.room);
    view! {
        <header class="head">
            <div>
                <h1 id="title">{move || if room.get() == Room::Home { "Triptych" } else { room.get().title() }}</h1>
                <p class="quiet">{move || subtitle(room.get())}</p>
            </div>
            <div class="badges"><ModelChip /><DeviceChip /><ThemeButton /></div>
        </header>
        <LoadingBar />
        <LostModel />
        {move || room.get().has_stage().then(|| view! { <PictureStrip /><LostPicture /> })}
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
            <p class="note" role="status"><span>"This link was made with " <b>{name}</b> ", which is not on this device. Playroom speaks in its place."</span>
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
            format!("{}, {parameters} parameters, {}", facts.name, facts.precision.name())
        }
        (Some(facts), _) => format!("{}, {} parameters", facts.name, format::magnitude(facts.parameters)),
        (None, Some(ModelName::Stored { name, .. })) => name,
        (None, _) => "Playroom".into(),
    };
    let is_playroom = Memo::new(move |_| !matches!(app.active_model.get(), Some(ModelName::Stored { .. })));
    let about = move || match is_playroom.get() {
        true => {
            "Our own small model, trained by this engine on Playroom: a world of coloured shapes whose truth is known exactly. It \
             has seen nothing else. Of photographs, people or text it knows nothing."
        }
        false => {
            "A published model as it is, run by this engine. It has learned from photos of the web and their captions; what it \
             says may be wrong, and nobody here knows the truth about your photos."
        }
    };
    let notes = Memo::new(move |_| {
        let notes = app.facts.with(|facts| facts.as_ref().map(|facts| facts.notes.join(". ")))?;
        (!notes.is_empty()).then(|| format!("What its files leave open: {notes}."))
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
        [(BackendChoice::Auto, "The faster"), (BackendChoice::Gpu, "WebGPU"), (BackendChoice::Cpu, "CPU")];
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
    view! {
        <p>{device.reason}</p>
        {adapter}
        <ul class="small quiet">{device.trials.into_iter().map(trial).collect_view()}</ul>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let theme = Theme::here();
    let icon = move || view! { <Glyph icon=if theme.is_dark() { Icon::Sun } else { Icon::Moon } /> };
    let name = move || if theme.is_dark() { "Light theme" } else { "Dark theme" };
    view! { <button type="button" class="badge" aria-label=name title=name on:click=move |_| theme.toggle()>{icon}</button> }
}
