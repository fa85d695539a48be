//! The retrieval figures of this run, and those of all runs of this visit.

use super::contrast_run::ContrastRun;
use crate::lab::contrast::{
    ContrastRetrieval, ContrastSettings, Direction, HELD_OUT, Loss, Space, Temperature,
};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Compared;
use leptos::prelude::*;

#[component]
pub fn RetrievalTable(run: ContrastRun) -> impl IntoView {
    let measured = Memo::new(move |_| {
        run.last.with(|last| last.as_ref().map(|last| [last.to_text, last.to_picture, last.chance]))
    });
    let cells = move |at: usize| {
        let found = measured.get().map(|all: [ContrastRetrieval; 3]| all[at]);
        let numbers =
            |found: ContrastRetrieval| [found.recall_1, found.recall_5, found.mrr].map(format::three);
        let texts = found.map_or_else(|| [const { String::new() }; 3].map(|_| "–".into()), numbers);
        texts.map(|text| view! { <td>{text}</td> }).collect_view()
    };
    view! {
        <WideTable label="Retrieval on held-out pairs"><table class="numbers retrieval" data-part="retrieval">
            <caption>"Retrieval on "{HELD_OUT}" held-out pairs"</caption>
            <thead><tr><th scope="col">"Direction"</th><th scope="col">"R@1"</th><th scope="col">"R@5"</th>
                <th scope="col">"MRR"</th></tr></thead>
            <tbody>
                <tr><th scope="row">"Image to text"</th>{move || cells(0)}</tr>
                <tr><th scope="row">"Text to image"</th>{move || cells(1)}</tr>
                <tr class="quiet"><th scope="row">"Chance"</th>{move || cells(2)}</tr>
            </tbody>
        </table></WideTable>
    }
}

const COLUMNS: [&str; 11] = [
    "Space",
    "Loss",
    "Batch",
    "Step",
    "Pairs seen",
    "Loss value",
    "Image-to-text R@1",
    "Text-to-image R@1",
    "Image-to-text MRR",
    "Text-to-image MRR",
    "Hard-negative accuracy",
];

/// Batch size, step, pairs seen.
fn counts(run: &Compared) -> [u64; 3] {
    let batch = run.settings.batch as u64;
    [batch, run.figures.step, run.figures.step * batch]
}

/// The last columns.
fn metrics(run: &Compared) -> [f32; 6] {
    let (there, back) = (run.figures.to_text, run.figures.to_picture);
    [run.loss, there.recall_1, back.recall_1, there.mrr, back.mrr, run.figures.word_accuracy]
}

fn written(runs: &[Compared]) -> String {
    let head = COLUMNS.map(String::from);
    let fields = |run: &Compared| {
        let space = [space_name(run.settings.space).to_string(), differences(&run.settings)];
        let names = [space.join(" ").trim().to_string(), loss_name(&run.settings).to_string()];
        let numbers = counts(run).map(|count| count.to_string());
        names.into_iter().chain(numbers).chain(metrics(run).map(|metric| metric.to_string())).collect()
    };
    csv(&head, runs.iter().map(fields))
}

/// Runs of other settings stay beside this one; each can be gone back to.
#[component]
pub fn RunsSoFar() -> impl IntoView {
    let app = AppContext::here();
    let runs = Memo::new(move |_| app.requests.training.with(|request| request.value.compared.clone()));
    let count = Memo::new(move |_| runs.with(Vec::len));
    let settings = app.pick(|view| view.contrast.settings.clone());
    let row = move |run: Compared| {
        let is_shown = settings.with(|settings| *settings == run.settings);
        let (figures, own) = (run.figures.clone(), run.settings.clone());
        let go = move |_| {
            let (settings, step) = (own.clone(), figures.step);
            app.go(|view| (view.contrast.settings, view.contrast.step) = (settings, step));
        };
        view! {
            <tr class:chosen=is_shown>
                <th scope="row"><button type="button" class="plain" aria-current=is_shown.then_some("true") on:click=go>
                    {space_name(run.settings.space)}</button><small>{differences(&run.settings)}</small></th>
                <td>{loss_name(&run.settings)}</td>
                {counts(&run).map(|count| view! { <td>{count}</td> }).collect_view()}
                {metrics(&run).map(|metric| view! { <td>{format::three(metric)}</td> }).collect_view()}
            </tr>
        }
    };
    view! {
        {move || (count.get() > 0).then(|| view! {
            <WideTable label="Runs so far">
                <table class="numbers runs" data-part="runs">
                    <caption>"Runs of this visit at their last evaluation. Losses of different kinds cannot be compared; the metrics can, at equal pairs seen."</caption>
                    <thead><tr>{COLUMNS.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr></thead>
                    <tbody>{move || runs.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </WideTable>
            <Exports label="Runs so far" csv=move || runs.with_untracked(|runs| written(runs)) />
        })}
    }
}

fn space_name(space: Space) -> &'static str {
    match space {
        Space::Shared => "Shared",
        Space::Joint => "Joint",
        Space::Coordinated => "Coordinated",
    }
}

fn loss_name(settings: &ContrastSettings) -> &'static str {
    match (settings.space, settings.loss) {
        (Space::Coordinated, _) => "Correlation",
        (_, Loss::InfoNce) => "InfoNCE",
        (_, Loss::Sigmoid) => "Sigmoid",
    }
}

/// What is unusual about settings beside space, loss and batch.
fn differences(settings: &ContrastSettings) -> String {
    let plain = ContrastSettings::default();
    let mut words = Vec::new();
    match settings.direction {
        Direction::Both => {}
        Direction::ToText => words.push("image to text".to_string()),
        Direction::ToPicture => words.push("text to image".to_string()),
    }
    if settings.hard_negatives {
        words.push("hard negatives".into());
    }
    if let Temperature::Fixed { milli } = settings.temperature {
        words.push(format!("τ {:.3}", milli as f32 / 1000.0));
    }
    if settings.width != plain.width {
        words.push(format!("width {}", settings.width));
    }
    if settings.micro_rate != plain.micro_rate {
        words.push(format!("rate {:.4}", settings.micro_rate as f32 * 1e-6));
    }
    if settings.steps != plain.steps {
        words.push(format!("of {} steps", settings.steps));
    }
    if settings.seed != plain.seed {
        words.push(format!("seed {}", settings.seed));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unusual_is_named() {
        assert_eq!(differences(&ContrastSettings::default()), "");
        let settings =
            ContrastSettings { hard_negatives: true, width: 2, seed: 4, ..ContrastSettings::default() };
        assert_eq!(differences(&settings), "hard negatives, width 2, seed 4");
    }
}
