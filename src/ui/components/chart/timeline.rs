//! Steps one after another: bars as long as the steps take, the value under pointer and arrow keys, and a table by kernel.

use super::path;
use super::plot::move_to;
use super::scale::{Axis, Span};
use super::tone::Tone;
use crate::order;
use crate::session::protocol::StepTime;
use crate::ui::components::heatmap::{is_left, place};
use crate::ui::format;
use crate::ui::state::Shared;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;

/// Height of the bars, and of bars and axis, in CSS pixels.
const BARS: u32 = 44;
const HEIGHT: u32 = 66;
/// About so many ticks have room on a phone.
const TICKS: usize = 4;

/// What the steps of one kernel take together.
#[derive(Debug, Clone, PartialEq)]
struct Total {
    kernel: String,
    count: usize,
    milliseconds: f32,
}

/// By kernel, the slowest first.
fn totals(steps: &[StepTime]) -> Vec<Total> {
    let mut all: Vec<Total> = Vec::new();
    for StepTime { kernel, milliseconds } in steps {
        match all.iter_mut().find(|total| total.kernel == *kernel) {
            Some(total) => {
                total.count += 1;
                total.milliseconds += milliseconds;
            }
            None => all.push(Total { kernel: kernel.clone(), count: 1, milliseconds: *milliseconds }),
        }
    }
    order::sort_by(&mut all, |a, b| b.milliseconds.total_cmp(&a.milliseconds));
    all
}

/// Where the steps begin and, at last, where the last ends: shares of their sum.
fn edges(steps: &[StepTime]) -> Vec<f32> {
    let sum: f32 = steps.iter().map(|step| step.milliseconds).sum();
    let mut at = 0.0;
    let ends = steps.iter().map(|step| {
        at += step.milliseconds;
        at / sum
    });
    std::iter::once(0.0).chain(ends).collect()
}

/// At least one step.
#[component]
pub fn Timeline(label: &'static str, steps: Shared<Vec<StepTime>>) -> impl IntoView {
    let (totals, edges) = (totals(&steps), Shared::new(edges(&steps)));
    let (count, sum) = (steps.len(), totals.iter().map(|total| total.milliseconds).sum::<f32>());
    let (area, cursor) = (NodeRef::<Div>::new(), RwSignal::new(None::<usize>));
    let point = {
        let edges = edges.clone();
        move |event: PointerEvent| {
            let Some(area) = area.get_untracked() else { return };
            let (x, _) = place(area.as_ref(), &event);
            move_to(cursor, Some(edges[1..count].partition_point(|edge| *edge <= x as f32)));
        }
    };
    let press = move |event: KeyboardEvent| {
        // With these the browser walks through its history.
        let is_ours = !(event.alt_key() || event.ctrl_key() || event.meta_key());
        if let Some(next) = path::walk(cursor.get_untracked(), &event.key(), count).filter(|_| is_ours) {
            move_to(cursor, next);
            event.prevent_default();
        }
    };
    let bars = bars(&steps, &edges, &totals);
    let chosen = move || cursor.get().map(|at| bar(&edges, at, "chosen", None));
    let heading = move || match cursor.get() {
        Some(at) => {
            let StepTime { kernel, milliseconds } = &steps[at];
            format!("Step {} of {count}, {kernel}: {} ms", at + 1, format::three(*milliseconds))
        }
        None => format!("{count} steps: {} ms", format::three(sum)),
    };
    view! {
        <figure class="plot">
            <figcaption>{label}</figcaption>
            <div node_ref=area class="area" tabindex="0" role="application" aria-label=format!("{label}; use the arrow keys to read steps")
                on:pointermove=point.clone() on:pointerdown=point on:pointerleave=move |event| { if is_left(&event) { move_to(cursor, None) } }
                on:keydown=press on:blur=move |_| move_to(cursor, None)>
                <svg class="strip" height=HEIGHT aria-hidden="true">{bars}{chosen}{axis(sum)}</svg>
            </div>
            <p class="heading" aria-live="polite">{heading}</p>
            {table(totals, count, sum)}
        </figure>
    }
}

fn bars(steps: &[StepTime], edges: &[f32], totals: &[Total]) -> impl IntoView + use<> {
    let tone = |step: &StepTime| totals.iter().position(|total| total.kernel == step.kernel).map(tone);
    steps.iter().enumerate().map(|(at, step)| bar(edges, at, "", tone(step))).collect_view()
}

/// The colour of the kernel in this row of the table.
fn tone(row: usize) -> Tone {
    Tone::Nth(row as u8)
}

fn bar(edges: &[f32], at: usize, class: &'static str, tone: Option<Tone>) -> impl IntoView + use<> {
    let (x, width) = (percent(edges[at]), percent(edges[at + 1] - edges[at]));
    view! { <rect class=class x=x width=width height=BARS style=tone.map(Tone::style) /> }
}

fn percent(share: f32) -> String {
    format!("{:.4}%", 100.0 * share)
}

/// Ticks at round milliseconds.
fn axis(sum: f32) -> impl IntoView {
    let span = Span::new(&Axis::new("", "ms").within(0.0, sum), std::iter::empty(), TICKS);
    let tick = |&tick: &f64| {
        let share = span.place(tick);
        let anchor = match share {
            ..0.05 => "start",
            0.95.. => "end",
            _ => "middle",
        };
        let x = percent(share);
        view! {
            <line class="edge" x1=x.clone() x2=x.clone() y1=BARS y2=BARS + 5 />
            <text x=x y=HEIGHT - 4 text-anchor=anchor>{format!("{} ms", span.label(tick))}</text>
        }
    };
    span.ticks.iter().map(tick).collect_view()
}

/// It is the legend too.
fn table(totals: Vec<Total>, count: usize, sum: f32) -> impl IntoView {
    let row = |(row, Total { kernel, count, milliseconds }): (usize, Total)| {
        view! {
            <tr><th scope="row"><i class="swatch" style=tone(row).style()></i>{kernel}</th>
                <td>{count}</td><td>{format::three(milliseconds)}</td></tr>
        }
    };
    view! {
        <table class="numbers" id="steps">
            <caption>"Profile by kernel, slowest first"</caption>
            <thead><tr><th scope="col">"Kernel"</th><th scope="col">"Steps"</th><th scope="col">"Milliseconds"</th></tr></thead>
            <tbody>{totals.into_iter().enumerate().map(row).collect_view()}</tbody>
            <tfoot><tr><th scope="row">"All"</th><td>{count}</td><td>{format::three(sum)}</td></tr></tfoot>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<StepTime> {
        let step = |(kernel, milliseconds): (&str, f32)| StepTime { kernel: kernel.into(), milliseconds };
        [("add", 0.5), ("matmul", 1.0), ("add", 0.25), ("matmul", 0.25)].map(step).to_vec()
    }

    #[test]
    fn kernels_have_their_steps_together() {
        let total = |kernel: &str, milliseconds| Total { kernel: kernel.into(), count: 2, milliseconds };
        assert_eq!(totals(&steps()), [total("matmul", 1.25), total("add", 0.75)]);
    }

    #[test]
    fn bars_lie_side_by_side_in_the_order_of_the_plan() {
        assert_eq!(edges(&steps()), [0.0, 0.25, 0.75, 0.875, 1.0]);
    }
}
