//! In how many bits the active checkpoint is kept, and what that does to it.

use crate::session::protocol::{Command, Lane, ModelName, Precision, PrecisionMetrics, PrecisionReport};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::Segments;
use crate::ui::components::term::Term;
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// Shown while a published checkpoint is active.
#[component]
pub fn PrecisionChoice() -> impl IntoView {
    let app = AppContext::here();
    let name = Memo::new(move |_| match app.active_model.get() {
        Some(ModelName::Stored { name, .. }) => Some(name),
        _ => None,
    });
    move || name.get().map(|name| view! { <Weights name /> })
}

#[component]
fn Weights(name: String) -> impl IntoView {
    let app = AppContext::here();
    let weights = app.pick(|view| view.weights);
    let choose = move |precision| app.go(|view| view.weights = precision);
    let options = Precision::ALL.map(|precision| (precision, precision.name())).to_vec();
    let command = Command::Compare { name };
    let compared = {
        let command = command.clone();
        Memo::new(move |_| {
            app.requests.compared.with(|request| {
                let is_this = request.command.as_deref() == Some(&command);
                let reports =
                    if is_this && request.is_current() { (*request.value).clone() } else { Vec::new() };
                (is_this && request.is_busy(), reports)
            })
        })
    };
    let is_busy = Memo::new(move |_| compared.get().0);
    let reports = Memo::new(move |_| compared.get().1);
    let measure = move |_| match is_busy.get_untracked() {
        true => app.stop(Lane::Compare),
        false => app.ask(command.clone()),
    };
    let words =
        move || if is_busy.get() { "Loading and measuring one precision after the other" } else { "" };
    view! {
        <h2>"Weight precision"</h2>
        <p class="prose">"Weight matrices and token embeddings are stored with 32 bits per number or quantised: " <Term id="f16">"f16"</Term> " has 16 bits, " <Term id="int8">"int8"</Term> " has 8 bits
            and a scale per row. The download stays the same; each precision has an album of its own."</p>
        <div class="row">
            <Segments label="Weights" options chosen=weights choose />
            <button type="button" class="button" on:click=measure>
                {move || if is_busy.get() { "Stop" } else { "Measure all three here" }}</button>
            <span role="status" class="quiet">{words}</span>
        </div>
        {move || Some(reports.get()).filter(|reports| !reports.is_empty()).map(|reports| view! { <Table reports /> })}
        <FailureNote lane=Lane::Compare failure=Memo::new(move |_| app.requests.compared.with(|request| request.failure.clone())) />
    }
}

#[component]
fn Table(reports: Vec<PrecisionReport>) -> impl IntoView {
    let row = |report: PrecisionReport| {
        view! {
            <tr>
                <th scope="row">{report.precision.name()}</th>
                <td class="figure">{format::memory(report.bytes)}</td>
                <td class="figure">{format!("{:.1} ms", report.milliseconds)}</td>
                <td>{likeness(report.metrics)}</td>
            </tr>
        }
    };
    let beside = reports.first().map(|first| format!("Compared with {}", first.precision.name()));
    view! {
        <WideTable label="Comparison of weight precisions">
            <table class="numbers models" id="precisions">
                <caption>"Measured on this device, on four Playroom scenes"</caption>
                <thead><tr><th scope="col">"Weights"</th><th scope="col" class="figure">"Memory"</th>
                    <th scope="col" class="figure">"Time per image"</th><th scope="col">{beside}</th></tr></thead>
                <tbody>{reports.into_iter().map(row).collect_view()}</tbody>
            </table>
        </WideTable>
    }
}

/// `cosine 0.99962 at worst, same nearest sentence for 100 %`
fn likeness(metrics: PrecisionMetrics) -> String {
    let PrecisionMetrics { worst_cosine, same_top_1, same_tokens, .. } = metrics;
    let all = [
        worst_cosine.map(|cosine| format!("cosine {:.5} at worst", cosine.min(1.0))),
        same_top_1.map(|share| format!("same nearest sentence for {}", format::percent(share))),
        same_tokens.map(|share| format!("{} of the tokens it writes are the same", format::percent(share))),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_tells_what_the_model_can_be_compared_by() {
        let nothing =
            PrecisionMetrics { mean_cosine: None, worst_cosine: None, same_top_1: None, same_tokens: None };
        let embeds = PrecisionMetrics {
            mean_cosine: Some(1.0),
            worst_cosine: Some(0.999_62),
            same_top_1: Some(1.0),
            ..nothing
        };
        assert_eq!(likeness(embeds), "cosine 0.99962 at worst, same nearest sentence for 100 %");
        let writes = PrecisionMetrics { same_tokens: Some(0.5), ..nothing };
        assert_eq!(likeness(writes), "50 % of the tokens it writes are the same");
    }
}
