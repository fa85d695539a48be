//! Changing a scene: objects are moved on the picture, and recoloured, resized or removed beside it.

use super::button::Button;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::world::scene::{MAX_OBJECTS, Object, SIDE};
use crate::world::{Attribute, Colour, Kind, Shape, Size, Texture};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A way to move an object, by an arrow key or a button.
#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    key: &'static str,
    /// In quarter pixels, right and down.
    by: (i16, i16),
}

const STEPS: [Step; 4] = [
    Step { name: "Left", key: "ArrowLeft", by: (-8, 0) },
    Step { name: "Right", key: "ArrowRight", by: (8, 0) },
    Step { name: "Up", key: "ArrowUp", by: (0, -8) },
    Step { name: "Down", key: "ArrowDown", by: (0, 8) },
];

impl Step {
    fn take(self, app: AppContext, index: usize) {
        if let Some(Object { x, y, .. }) = object(app, index) {
            put(app, index, x + self.by.0, y + self.by.1);
        }
    }
}

/// One handle for each object: the pointer drags it, arrow keys move it, Delete removes it. The chosen one also goes where the
/// pointer presses beside them all.
#[component]
pub fn Handles(frame: NodeRef<Div>, selected: RwSignal<Option<usize>>) -> impl IntoView {
    let app = AppContext::here();
    let count =
        Memo::new(move |_| app.picture.with(|picture| picture.scene.as_ref().map_or(0, |s| s.objects.len())));
    // Where the pointer holds the object, relative to its centre.
    let held = RwSignal::new(None::<(i16, i16)>);
    let point = move |event: &MouseEvent| {
        let frame = frame.get_untracked()?;
        let (x, y) = super::heatmap::place(frame.as_ref(), event);
        let units = |share: f64| (share * f64::from(SIDE)) as i16;
        Some((units(x), units(y)))
    };
    let take = move |event: PointerEvent, index: usize| {
        let (Some((x, y)), Some(object)) = (point(&event), object(app, index)) else { return };
        selected.set(Some(index));
        held.set(Some((object.x - x, object.y - y)));
        if let Some(handle) = event.current_target() {
            let handle: web_sys::Element = handle.unchecked_into();
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: PointerEvent, index: usize| {
        if let (Some((dx, dy)), Some((x, y))) = (held.get_untracked(), point(&event)) {
            app.edit(|scene| place(&mut scene.objects[index], x + dx, y + dy));
        }
    };
    let drop = move |_| {
        if held.get_untracked().is_some() {
            held.set(None);
            app.settle();
        }
    };
    let send = move |event: MouseEvent| {
        // A press on a handle comes here too.
        if event.target() != event.current_target() {
            return;
        }
        if let (Some(index), Some((x, y))) = (selected.get_untracked(), point(&event)) {
            put(app, index, x, y);
        }
    };
    let key = move |event: KeyboardEvent, index: usize| {
        if matches!(event.key().as_str(), "Delete" | "Backspace") {
            return remove(app, selected, index);
        }
        if let Some(step) = STEPS.iter().find(|step| step.key == event.key()) {
            event.prevent_default();
            step.take(app, index);
        }
    };
    let handle = move |index: usize| {
        let style = move || object(app, index).map(|object| box_of(&object));
        let label = move || object(app, index).map(|object| name_of(&object));
        view! {
            <button type="button" class="handle" style=style aria-label=label
                aria-pressed=move || (selected.get() == Some(index)).to_string()
                on:focus=move |_| selected.set(Some(index))
                on:pointerdown=move |event| take(event, index) on:pointermove=move |event| drag(event, index)
                on:pointerup=drop on:pointercancel=drop on:keydown=move |event| key(event, index)></button>
        }
    };
    view! {
        <div class="handles" on:click=send>
            <For each=move || 0..count.get() key=|index| *index children=handle />
        </div>
    }
}

/// The chosen object's attributes, and buttons to add and remove.
#[component]
pub fn Properties(selected: RwSignal<Option<usize>>) -> impl IntoView {
    let app = AppContext::here();
    let count =
        Memo::new(move |_| app.picture.with(|picture| picture.scene.as_ref().map_or(0, |s| s.objects.len())));
    let chosen = Memo::new(move |_| selected.get().filter(|&index| index < count.get()));
    let (is_full, has_none) =
        (Memo::new(move |_| count.get() == MAX_OBJECTS), Memo::new(move |_| chosen.get().is_none()));
    let add = move || {
        selected.set(Some(count.get_untracked()));
        app.edit(|scene| scene.objects.push(new_object(scene.objects.len())));
        app.settle();
    };
    let delete = move || {
        if let Some(index) = chosen.get_untracked() {
            remove(app, selected, index);
        }
    };
    let step = move |step: Step| {
        let take = move || {
            if let Some(index) = chosen.get_untracked() {
                step.take(app, index);
            }
        };
        view! { <Button is_idle=has_none press=take>{step.name}</Button> }
    };
    let kinds = move |index| Kind::OWN.map(|kind| view! { <Values kind index /> }).collect_view();
    view! {
        <div class="properties">
            <div class="row">
                <Button is_idle=is_full press=add>"Add object"</Button>
                <Button is_idle=has_none press=delete>"Delete object"</Button>
                {move || is_full.get().then(|| view! { <span class="small quiet" role="status">{format!("{MAX_OBJECTS} objects at most")}</span> })}
            </div>
            <div class="row" role="group" aria-label="Move object">{STEPS.map(step).collect_view()}</div>
            {move || match chosen.get() {
                Some(index) => kinds(index).into_any(),
                None => view! { <p class="small quiet">"Select an object in the image, then drag it, click its new place or change its attributes."</p> }.into_any(),
            }}
        </div>
    }
}

/// The values of one attribute.
#[component]
fn Values(kind: Kind, index: usize) -> impl IntoView {
    let app = AppContext::here();
    let now = Memo::new(move |_| object(app, index).map(|object| object.attribute(kind)));
    let set = move |value| {
        app.edit(|scene| scene.objects[index].set(value));
        app.settle();
    };
    let button = move |value: Attribute| {
        let swatch = match value {
            Attribute::Colour(colour) => Some(view! { <i class="swatch" data-colour=colour.word()></i> }),
            _ => None,
        };
        view! {
            <button type="button" class="chip" aria-pressed=move || (now.get() == Some(value)).to_string()
                on:click=move |_| set(value)>{swatch}{value.word()}</button>
        }
    };
    view! {
        <div class="chips" role="group" aria-label=kind.word()>
            {Attribute::all(kind).into_iter().map(button).collect_view()}
        </div>
    }
}

fn object(app: AppContext, index: usize) -> Option<Object> {
    app.picture.with(|picture| picture.scene.as_ref()?.objects.get(index).copied())
}

/// The one that follows is chosen instead, or where it was the last, the one before.
fn remove(app: AppContext, selected: RwSignal<Option<usize>>, index: usize) {
    app.edit(|scene| {
        scene.objects.remove(index);
        selected.set(scene.objects.len().checked_sub(1).map(|last| last.min(index)));
    });
    app.settle();
}

/// Moves an object for good.
fn put(app: AppContext, index: usize, x: i16, y: i16) {
    app.edit(|scene| place(&mut scene.objects[index], x, y));
    app.settle();
}

/// Moves an object, keeping its centre inside the picture.
fn place(object: &mut Object, x: i16, y: i16) {
    (object.x, object.y) = (x.clamp(0, SIDE), y.clamp(0, SIDE));
}

/// Another object for a scene of `count`: different each time, at the centre.
fn new_object(count: usize) -> Object {
    Object {
        shape: Shape::ALL[(5 * count + 3) % Shape::ALL.len()],
        colour: Colour::ALL[(3 * count + 5) % Colour::ALL.len()],
        size: Size::Medium,
        texture: Texture::Solid,
        x: SIDE / 2,
        y: SIDE / 2,
        tilt: 0,
    }
}

/// The object's nominal square, in percent of the picture.
fn box_of(object: &Object) -> String {
    let percent = |units: i16| 100.0 * f32::from(units) / f32::from(SIDE);
    let radius = object.size.radius();
    let (left, top, side) = (percent(object.x - radius), percent(object.y - radius), percent(2 * radius));
    format!("left:{left}%;top:{top}%;width:{side}%;height:{side}%")
}

fn name_of(object: &Object) -> String {
    let Object { size, texture, colour, shape, .. } = object;
    format!("{size} {texture} {colour} {shape}, {}", object.place())
}
