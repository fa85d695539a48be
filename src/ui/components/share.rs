//! The window by which the page is passed on: link, QR code, embed code, citation, and all figures of the room.

use super::form::NumberField;
use super::icon::{Glyph, Icon};
use super::window::Window;
use crate::ui::context::AppContext;
use crate::ui::download::download;
use crate::ui::history::base;
use crate::ui::memo::Memo;
use crate::ui::room_files::{RoomFile, RoomFiles, archive};
use crate::ui::share::{Day, bibtex, citation, code, embed_code, link};
use crate::ui::view::{PictureName, View};
use js_sys::{Date, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// How long a button says that it has copied.
const COPIED: Duration = Duration::from_secs(2);

/// The size at which a stage is embedded at first.
const EMBEDDED: [u32; 2] = [800, 600];

/// The address of the page's base.
fn page() -> String {
    window().location().origin().unwrap_or_default() + &base()
}

/// The link to what is shown.
pub fn here(app: AppContext) -> Memo<String> {
    Memo::new(move |_| app.view.with(|view| link(&page(), view)))
}

fn today() -> Day {
    let now = Date::new_0();
    [now.get_full_year(), now.get_month() + 1, now.get_date()]
}

/// The button in the head, and its window.
#[component]
pub fn Share() -> impl IntoView {
    let app = AppContext::here();
    let is_open = RwSignal::new(false);
    Effect::new(move || {
        app.settled.track();
        is_open.set(false);
    });
    let content = move || is_open.get().then(|| view! { <Content /> });
    view! {
        <button type="button" class="badge" id="share" aria-haspopup="dialog" on:click=move |_| is_open.set(true)>
            <Glyph icon=Icon::Share /><span>"Share"</span></button>
        <Window class="share" label="Share" is_open close=Callback::new(move |()| is_open.set(false))>{content}</Window>
    }
}

#[component]
fn Content() -> impl IntoView {
    let app = AppContext::here();
    let address = here(app);
    let size = RwSignal::new(EMBEDDED);
    let embed = Memo::new(move |_| app.view.with(|view| embed_code(&page(), view, size.get())));
    let room = app.pick(|view| view.room);
    let cited = Memo::new(move |_| citation(&address.get(), room.get(), today()));
    let entry = Memo::new(move |_| bibtex(&address.get(), today()));
    let own = app.pick(|view| view.picture == PictureName::Own && view.room.info().has_stage);
    let side = move |at: usize| Memo::new(move |_| size.with(|size| size[at]));
    let resize = move |at: usize| move |length: u32| size.update(|size| size[at] = length);
    view! {
        <h2>"Share"</h2>
        <section class="row">
            <input type="text" readonly aria-label="Link to what is shown" prop:value=move || address.get() />
            <Copy text=address name="Copy link" />
            {move || own.get().then(|| view! {
                <p class="small quiet">"Your own image stays on this device: the link shows another image in its place."</p>
            })}
        </section>
        <section class="sides">
            <QrCode address />
            <div>
                <h3>"Present"</h3>
                <p>"Larger type for a projector, without rail and inspector. In a lesson the arrow keys and a presenter’s remote go from step to step."</p>
                <button type="button" class="button" on:click=move |_| app.go(|view| view.present = true)>"Present"</button>
                <Figures />
            </div>
        </section>
        <section>
            <h3>"Embed"</h3>
            <p>"The stage alone, for slides and course pages."</p>
            <div class="row">
                <NumberField label="Width" min=320 max=4000 value=side(0) change=resize(0) />
                <NumberField label="Height" min=240 max=4000 value=side(1) change=resize(1) />
            </div>
            <pre tabindex="0" role="group" aria-label="Embed code">{move || embed.get()}</pre>
            <Copy text=embed name="Copy embed code" />
        </section>
        <section>
            <h3>"Cite"</h3>
            <p class="cited">{move || cited.get()}</p>
            <pre tabindex="0" role="group" aria-label="BibTeX">{move || entry.get()}</pre>
            <div class="row"><Copy text=cited name="Copy citation" /><Copy text=entry name="Copy BibTeX" /></div>
        </section>
    }
}

#[component]
fn QrCode(address: Memo<String>) -> impl IntoView {
    let drawn = move || {
        match code(&address.get()) {
        Some(code) => {
            let area = format!("0 0 {0} {0}", code.side);
            view! {
                <svg class="code" role="img" aria-label="QR code of the link" viewBox=area shape-rendering="crispEdges"><path d=code.path /></svg>
            }
            .into_any()
        }
        None => view! { <p class="quiet">"This link is too long for a QR code that can be read from a screen. Send it as text."</p> }.into_any(),
    }
    };
    view! { <div>{drawn}</div> }
}

/// All that the room's charts and tables can be saved as.
#[component]
fn Figures() -> impl IntoView {
    let (app, files) = (AppContext::here(), RoomFiles::here());
    let is_busy = RwSignal::new(false);
    let outcome = RwSignal::new(None::<String>);
    let press = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let (address, room) = (untrack(|| here(app).get()), app.view.with_untracked(|view| view.room));
        spawn_local(async move {
            let mut made = files.make().await;
            let said = match made.len() {
                0 => "This room shows no figures yet.".into(),
                count => {
                    let bytes = format!("{}\n", citation(&address, room, today())).into_bytes();
                    made.push(RoomFile { name: "source.txt".into(), bytes });
                    let name = format!("triptych-{}.zip", room.info().title.to_lowercase());
                    download(&name, "application/zip", &archive(&made));
                    format!("{name}: {count} files, and their source")
                }
            };
            // The window may have been closed.
            outcome.try_set(Some(said));
            is_busy.try_set(false);
        });
    };
    let is_any = move || !files.is_empty();
    view! {
        <h3>"Figures"</h3>
        {move || match is_any() {
            true => view! {
                <p>"Every chart as SVG and PNG and every table as CSV, in one ZIP file."</p>
                <button type="button" class="button" aria-disabled=move || is_busy.get().then_some("true") on:click=press>
                    <Glyph icon=Icon::Download />"Download all figures of this room"</button>
            }
            .into_any(),
            false => view! { <p class="quiet">"This room shows no figures to download."</p> }.into_any(),
        }}
        <p class="small quiet" role="status">{move || outcome.get()}</p>
    }
}

/// Copies a text; where the browser does not allow that, it is shown to be copied.
#[component]
fn Copy(text: Memo<String>, name: &'static str) -> impl IntoView {
    let is_copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            if write_clipboard(&text).await.is_some() {
                is_copied.try_set(true);
                let rest = move || {
                    is_copied.try_set(false);
                };
                set_timeout(rest, COPIED);
            } else {
                // Nothing is done with what is typed there.
                let _ = window().prompt_with_message_and_default("Copy this", &text);
            }
        });
    };
    let words = move || if is_copied.get() { "Copied" } else { name };
    let icon = move || view! { <Glyph icon=if is_copied.get() { Icon::Check } else { Icon::Link } /> };
    view! {
        <button type="button" class="button" on:click=copy>{icon}<span>{words}</span></button>
        <span class="aloud" role="status">{move || is_copied.get().then_some("Copied")}</span>
    }
}

/// Without a secure connection there is no clipboard, and it may be denied.
async fn write_clipboard(text: &str) -> Option<()> {
    let navigator = window().navigator();
    if !Reflect::has(&navigator, &"clipboard".into()).unwrap_or_default() {
        return None;
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.ok().map(|_| ())
}

/// In the place of the head's badges on an embedded page.
#[component]
pub fn OpenInTriptych() -> impl IntoView {
    let address = here(AppContext::here());
    view! { <a class="button" target="_blank" rel="noopener" href=move || address.get()>"Open in Triptych"</a> }
}

/// In the place of the head's badges while the page is presented.
#[component]
pub fn EndPresentation() -> impl IntoView {
    let app = AppContext::here();
    let end = move |_| app.go(|view: &mut View| view.present = false);
    view! { <button type="button" class="button" id="end" on:click=end>"End presentation"</button> }
}
