//! What every chart with axes has: title, drawing area, legend, table and export.

use super::end::{End, names};
use super::export::Exports;
use super::frame::{Frame, axes};
use super::key::{Hidden, Key, Keys, print_box, printed};
use super::sheet::{Sheet, SheetTable};
use crate::ui::components::heatmap::{is_left, place};
use crate::ui::memo::Memo;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::svg::Svg;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::ResizeObserver;

/// What a chart tells its plot.
#[derive(Clone, Copy)]
pub struct Parts {
    pub label: Memo<String>,
    /// Of the drawing area in CSS pixels; the plot measures it.
    pub width: RwSignal<f32>,
    /// Whoever draws reads what the frame is computed of before the frame, and what is computed of the frame after it: an effect
    /// that reads a memo after another which was computed of it and came out the same is not woken (reactive_graph 0.2.16).
    pub frame: Memo<Frame>,
    pub keys: Memo<Vec<Key>>,
    pub hidden: RwSignal<Hidden>,
    /// Of what the values are: where the cursor is.
    pub heading: Memo<String>,
    /// One for every key.
    pub values: Memo<Vec<Option<String>>>,
    /// There is a cursor, so that its values are read aloud.
    pub is_pointing: Memo<bool>,
    pub sheet: Memo<Sheet>,
    /// There is nothing to draw yet.
    pub is_empty: Memo<bool>,
    /// Names beside the drawing.
    pub ends: Memo<Vec<End>>,
    /// Without one, the values at the cursor stand in the heading.
    pub has_legend: bool,
}

/// The width before it has been measured.
pub const USUAL_WIDTH: f32 = 640.0;

/// Sets a cursor, and tells nobody where it stood there already.
pub fn move_to<T: Copy + PartialEq + Send + Sync + 'static>(cursor: RwSignal<Option<T>>, next: Option<T>) {
    if cursor.get_untracked() != next {
        cursor.set(next);
    }
}

#[component]
pub fn Plot(
    parts: Parts,
    /// The pointer is at a place of the drawing, or has left it.
    point: Callback<Option<(f32, f32)>>,
    /// A key was pressed; says whether it meant something.
    walk: Callback<String, bool>,
    /// The place of the drawing was pressed.
    #[prop(optional)]
    choose: Option<Callback<(f32, f32)>>,
    children: Children,
) -> impl IntoView {
    let Parts { label, width, frame, keys, hidden, heading, values, is_pointing, sheet, .. } = parts;
    let Parts { is_empty, ends, has_legend, .. } = parts;
    let (area, drawing) = (NodeRef::<Div>::new(), NodeRef::<Svg>::new());
    measure(area, width);
    let found = move |event: &MouseEvent| {
        let (x, y) = place(area.get_untracked()?.as_ref(), event);
        let (width, height) = frame.with_untracked(|frame| (frame.width, frame.height));
        Some((x as f32 * width, y as f32 * height))
    };
    let find = move |event: PointerEvent| {
        if let Some(at) = found(&event) {
            point.run(Some(at));
        }
    };
    // Not by the click: what is told of the point may lie over a finger by then.
    let release = move |event: PointerEvent| {
        if let Some((choose, at)) = choose.zip(found(&event)).filter(|_| event.button() == 0) {
            choose.run(at);
        }
    };
    let press = move |event: KeyboardEvent| {
        // With these the browser walks through its history.
        let is_ours = !(event.alt_key() || event.ctrl_key() || event.meta_key());
        if is_ours && walk.run(event.key()) {
            event.prevent_default();
        }
    };
    let size = Memo::new(move |_| frame.with(|frame| (frame.width, frame.height)));
    let inside = Memo::new(move |_| frame.with(Frame::inside));
    let print = move || {
        keys.with(|keys| {
            let ((width, height), label) = (size.get(), label.get());
            printed(label, width, height, keys)
        })
    };
    let print_area = move || {
        let count = keys.with(|keys| keys.iter().filter(|key| key.is_shown).count());
        let (width, height) = size.get();
        written(print_box(width, height, count))
    };
    view! {
        <figure class="plot" class:empty=move || is_empty.get()>
            <figcaption>{move || label.get()}</figcaption>
            {move || is_empty.get().then(|| view! { <p class="small quiet">"Nothing to draw yet."</p> })}
            <div node_ref=area class="area" tabindex=move || if is_empty.get() { "-1" } else { "0" }
                role=move || (!is_empty.get()).then_some("application")
                aria-label=move || format!("{}; arrow keys read values", label.get())
                on:pointermove=find on:pointerdown=find on:pointerleave=move |event| { if is_left(&event) { point.run(None) } } on:pointerup=release on:keydown=press on:blur=move |_| point.run(None)>
                <svg node_ref=drawing viewBox=move || written([0.0, 0.0, size.get().0, size.get().1])
                    style=move || format!("max-width:{}px", size.get().0) data-print=print_area aria-hidden="true">
                    {move || frame.with(axes)}
                    <svg x=move || inside.get()[0] y=move || inside.get()[1] width=move || inside.get()[2]
                        height=move || inside.get()[3] viewBox=move || written(inside.get())>{children()}</svg>
                    {move || frame.with(|frame| ends.with(|ends| names(frame, ends)))}
                    {print}
                </svg>
            </div>
            <p class="heading">{move || if has_legend || !is_pointing.get() { heading.get() } else { sentence(parts) }}</p>
            {has_legend.then(|| view! { <Keys keys values hidden /> })}
            <p class="aloud" aria-live="polite">{move || is_pointing.get().then(|| sentence(parts))}</p>
            <div class="foot">
                <SheetTable label sheet />
                <Exports label drawing csv=move || sheet.get_untracked().csv() />
            </div>
        </figure>
    }
}

/// The values at the cursor in one sentence.
fn sentence(parts: Parts) -> String {
    let said = parts.keys.with(|keys| {
        let values = parts.values.get();
        let told = keys
            .iter()
            .zip(&values)
            .filter_map(|(key, value)| Some(format!("{} {}", key.name, value.as_ref()?)));
        told.collect::<Vec<_>>().join(", ")
    });
    format!("{}: {said}", parts.heading.get())
}

/// A view box as its attribute.
fn written([x, y, width, height]: [f32; 4]) -> String {
    format!("{x} {y} {width} {height}")
}

/// Keeps `width` what the area has on the page.
pub fn measure(area: NodeRef<Div>, width: RwSignal<f32>) {
    Effect::new(move || {
        let Some(area) = area.get() else { return };
        let watched = area.clone();
        let on_change = Closure::<dyn FnMut()>::new(move || {
            let found = watched.client_width() as f32;
            if found > 0.0 && width.try_get_untracked().is_some_and(|width| width != found) {
                width.set(found);
            }
        });
        let observer = ResizeObserver::new(on_change.as_ref().unchecked_ref())
            .expect("every browser with WebGPU has it");
        observer.observe(&area);
        let kept = StoredValue::new_local((observer, on_change));
        on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
    });
}
