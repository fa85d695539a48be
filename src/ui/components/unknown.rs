//! Notes that the address names no room, or has settings that cannot be used.

use crate::ui::context::AppContext;
use crate::ui::history::{base, unknown};
use crate::ui::memo::Memo;
use crate::ui::navigation::open;
use crate::ui::view::{Misread, Room};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Characters of the address.
const MOST_SHOWN: usize = 60;
/// Settings that are told.
const MOST_TOLD: usize = 5;

/// Says which address is not known and offers the nearest; nothing in a room that the address names.
#[component]
pub fn UnknownAddress() -> impl IntoView {
    let app = AppContext::here();
    let strange = Memo::new(move |_| {
        app.address.track();
        // An address that names no room shows Home.
        if app.view.with(|view| view.room == Room::Home) { unknown() } else { None }
    });
    move || {
        let (path, nearest) = strange.get()?;
        let path: String = path.chars().take(MOST_SHOWN).collect();
        let address = format!("{}{}", base(), nearest.to_address());
        let title = nearest.room.info().title;
        let visit = move |event: MouseEvent| open(app, &event, |view| *view = nearest.clone());
        Some(view! {
            <p class="note" role="status"><span>"This page has no address " <b>{path}</b> ". This is Home."</span>
                <a class="button" href=address on:click=visit>"Go to " {title}</a></p>
        })
    }
}

/// Leaves a layer and a head out of the address that a stack of so many layers and heads does not have, and tells it;
/// `stack` is none before it is known.
pub fn drop_missing_layer(app: AppContext, stack: Memo<Option<[usize; 2]>>) {
    let misread = expect_context::<RwSignal<Vec<Misread>>>();
    let chosen = app.pick(|view| [view.layer, view.head]);
    Effect::new(move || {
        let (Some(has), chosen) = (stack.get(), chosen.get()) else { return };
        let is_missing: [bool; 2] =
            std::array::from_fn(|at| chosen[at].is_some_and(|index| index >= has[at]));
        let [layer, head] = is_missing;
        if !layer && !head {
            return;
        }
        app.note(|view| {
            view.layer = view.layer.filter(|_| !layer);
            view.head = view.head.filter(|_| !head);
        });
        let keys = ["layer-no", "head-no"].into_iter().zip(chosen).zip(is_missing);
        let told = keys.filter(|(_, is_missing)| *is_missing).filter_map(|((key, index), _)| {
            Some(Misread { key: key.into(), value: (index? + 1).to_string(), is_known: true })
        });
        misread.update(|all| all.extend(told));
    });
}

/// Says which settings of the address were left out; the address bar has the rest already.
#[component]
pub fn MisreadAddress(misread: RwSignal<Vec<Misread>>) -> impl IntoView {
    let line = |Misread { key, value, is_known }: Misread| {
        let setting: String = format!("{key}={value}").chars().take(MOST_SHOWN).collect();
        let reason = if is_known { " (not a possible value)" } else { " (no such setting)" };
        view! { <li><b>{setting}</b>{reason}</li> }
    };
    move || {
        let misread_now = misread.get();
        (!misread_now.is_empty()).then(|| {
            view! {
                <div class="note small" role="status"><span>"Left out of the address:"</span>
                    <ul>{misread_now.into_iter().take(MOST_TOLD).map(line).collect_view()}</ul>
                    <button type="button" class="button" on:click=move |_| misread.set(Vec::new())>"Dismiss"</button></div>
            }
        })
    }
}
