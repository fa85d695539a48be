//! The page as a whole.

use super::active_model;
use super::components::frame::{Head, Rail};
use super::components::term::Explanation;
use super::components::unable::{Unable, lacking};
use super::components::unknown::{MisreadAddress, UnknownAddress};
use super::context::AppContext;
use super::focus;
use super::glossary::Glossary;
use super::history;
use super::lessons::{LessonPanel, Lessons, figures::LiveFigures};
use super::navigation;
use super::popups;
use super::presentation;
use super::room_files::RoomFiles;
use super::rooms::{
    album::{Album, Queue},
    ask::Ask,
    attend::Attend,
    caption::Caption,
    contrast::Contrast,
    fuse::Fuse,
    home::Home,
    lessons::Lessons as LessonList,
    listen::{Listen, OwnRecording},
    models::{FolderImport, Models},
    retrieve::{OwnTable, Retrieve},
    sabotage::Sabotage,
    space::Space,
    teachers::{Class, Teachers},
};
use super::stage::Gallery;
use super::state::Shared;
use super::theme::Theme;
use super::upload;
use super::view::Room;
use crate::session::protocol::BackendChoice;
use crate::ui::memo::Memo;
use leptos::ev::MouseEvent;
use leptos::html::Main;
use leptos::prelude::*;
use std::time::Duration;

/// Scenes that are drawn between two frames.
const SCENES_AT_ONCE: usize = 8;

/// Replaces the static page by the living one.
pub fn start() {
    console_error_panic_hook::set_once();
    let root = document().get_element_by_id("page").expect("index.html has a #page");
    root.replace_children_with_node_0();
    leptos::mount::mount_to(wasm_bindgen::JsCast::unchecked_into(root), Page).forget();
    // public/start.js speaks up where this has not come about.
    let document = document().document_element().expect("a page has a root");
    document.set_attribute("data-started", "true").expect("the name is valid");
}

#[component]
fn Page() -> impl IntoView {
    let (view, misread) = history::current();
    let (app, misread) = (AppContext::new(view), RwSignal::new(misread));
    provide_context(app);
    provide_context(misread);
    provide_context(Queue::new(app));
    provide_context(FolderImport::new(app));
    provide_context(OwnRecording::new());
    provide_context(OwnTable::new());
    provide_context(Theme::new());
    provide_context(Glossary::new());
    provide_context(LiveFigures::new());
    provide_context(RoomFiles::new());
    let lessons = Lessons::new(app);
    provide_context(lessons);
    provide_context(Class::new());
    navigation::follow(app, misread);
    popups::follow(app);
    presentation::follow(app, lessons);
    focus::keep(app);
    upload::listen(app);
    fill_gallery(app);
    app.start(BackendChoice::Auto);
    active_model::follow(app);
    let room = app.pick(|view| view.room);
    Effect::new(move || {
        let room = room.get();
        let title = match room {
            Room::Home => "Triptych".into(),
            _ => format!("{} · Triptych", room.info().title),
        };
        document().set_title(&title);
    });
    // Another model begins the room anew.
    let shown = Memo::new(move |_| {
        let (room, facts) = (room.get(), app.facts.get());
        (app.active_model.get(), room, facts.and_then(|facts| lacking(room, facts.abilities)))
    });
    let stage = move || match shown.get() {
        (_, _, Some(sentence)) => view! { <Unable sentence /> }.into_any(),
        (_, room, None) => show(room),
    };
    let main = NodeRef::<Main>::new();
    // Relative to the page's base a bare fragment would be the Home's.
    let address = move || app.view.with(|view| format!("{}#room", history::link(view, view.room)));
    let skip = move |event: MouseEvent| {
        if let Some(main) = main.get_untracked().filter(|_| history::is_ours(&event)) {
            event.prevent_default();
            let _ = main.focus();
        }
    };
    view! {
        <a class="skip" href=address on:click=skip>"Skip to content"</a>
        <Rail />
        <Head />
        <UnknownAddress />
        <MisreadAddress misread />
        <main id="room" tabindex="-1" aria-labelledby="title" node_ref=main>{stage}</main>
        <LessonPanel />
        <Explanation />
    }
}

fn show(room: Room) -> AnyView {
    match room {
        Room::Home => view! { <Home /> }.into_any(),
        Room::Lessons => view! { <LessonList /> }.into_any(),
        Room::Teachers => view! { <Teachers /> }.into_any(),
        Room::Retrieve => view! { <Retrieve /> }.into_any(),
        Room::Caption => view! { <Caption /> }.into_any(),
        Room::Attend => view! { <Attend /> }.into_any(),
        Room::Ask => view! { <Ask /> }.into_any(),
        Room::Listen => view! { <Listen /> }.into_any(),
        Room::Space => view! { <Space /> }.into_any(),
        Room::Contrast => view! { <Contrast /> }.into_any(),
        Room::Fuse => view! { <Fuse /> }.into_any(),
        Room::Sabotage => view! { <Sabotage /> }.into_any(),
        Room::Album => view! { <Album /> }.into_any(),
        Room::Models => view! { <Models /> }.into_any(),
    }
}

/// Draws the gallery's scenes a few at a time, and anew for another seed.
fn fill_gallery(app: AppContext) {
    let seed = app.pick(|view| view.gallery);
    Effect::new(move || {
        let seed = seed.get();
        app.gallery.set(Shared::new(Gallery::new(seed)));
        grow(app, seed);
    });
}

fn grow(app: AppContext, seed: u64) {
    let is_wanted = app.gallery.with_untracked(|gallery| gallery.seed == seed && !gallery.is_whole());
    if is_wanted {
        app.gallery.update(|gallery| gallery.change(|gallery| gallery.grow(SCENES_AT_ONCE)));
        set_timeout(move || grow(app, seed), Duration::ZERO);
    }
}
