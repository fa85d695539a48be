//! The table of a race of objectives: how far each is, and the figures of its probes.

use super::verdicts::name;
use crate::eval::retrieval::RetrievalMetrics;
use crate::lab::contrast::HELD_OUT;
use crate::lab::contrast::objectives::{Objective, ObjectiveSettings, Phase, Standing};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// The figures of the probes, column by column.
const COLUMNS: [&str; 7] = [
    "Recall@1",
    "MRR",
    "Perplexity",
    "Word accuracy",
    "Content-word accuracy",
    "Counting accuracy",
    "Colour F1",
];

/// How far each objective is, and the figures of its probes.
#[component]
pub fn Standings(standings: Memo<Vec<Standing>>, settings: Memo<ObjectiveSettings>) -> impl IntoView {
    let row = |standing: Standing, settings: &ObjectiveSettings| {
        view! {
            <tr class:quiet=standing.objective == Objective::Random>
                <th scope="row">{name(standing.objective)}</th>
                <td class="phase">{phase(&standing, settings)}</td>
                {cells(&standing).map(|text| view! { <td>{text}</td> }).collect_view()}
            </tr>
        }
    };
    let blind = move || {
        standings.with(|standings| {
            let told = standings.iter().find_map(|standing| standing.probing);
            let count = told.map_or_else(dash, |told| format::three(told.count_majority));
            let colours = told.map_or_else(dash, |told| format::three(told.colours_always));
            let chance = RetrievalMetrics::chance(HELD_OUT);
            [
                format::three(chance.recall[0]),
                format::three(chance.mrr),
                dash(),
                dash(),
                dash(),
                count,
                colours,
            ]
        })
    };
    view! {
        <WideTable label="Results of the objectives">
            <table class="numbers objectives" data-part="standings">
                <caption>"The same encoders from the same weights, for as many steps of each objective; then frozen, and probed"</caption>
                <thead>
                    <tr><td colspan="2"></td><th scope="colgroup" colspan="2">"Retrieval"</th>
                        <th scope="colgroup" colspan="3">"Captioning"</th><th scope="colgroup" colspan="2">"Probing"</th></tr>
                    <tr><th scope="col">"Objective"</th><th scope="col">"Status"</th>
                        {COLUMNS.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                </thead>
                <tbody>
                    {move || settings.with(|settings| standings.get().into_iter().map(|standing| row(standing, settings)).collect_view())}
                    <tr class="quiet blind"><th scope="row">"Chance baseline"</th><td class="phase">"chance, majority, always"</td>
                        {move || blind().map(|text| view! { <td>{text}</td> }).collect_view()}</tr>
                </tbody>
            </table>
        </WideTable>
        <Exports label="Results of the objectives" csv=move || standings.with_untracked(|standings| written(standings)) />
    }
}

fn dash() -> String {
    "–".into()
}

fn phase(standing: &Standing, settings: &ObjectiveSettings) -> String {
    let of = |name: &str, steps: u64| format!("{name} {}/{steps}", standing.step);
    match standing.phase {
        Phase::Pretraining if standing.objective == Objective::Random => "waiting".into(),
        Phase::Pretraining => of("pre-training", settings.steps),
        Phase::Retrieval => of("retrieval", settings.probe_steps),
        Phase::Captioning => of("captioning", settings.probe_steps),
        Phase::Probing => of("probing", settings.probe_steps),
        Phase::Done => "done".into(),
    }
}

/// The figures of [`COLUMNS`].
fn figures(standing: &Standing) -> [Option<f32>; 7] {
    let (retrieval, captioning, probing) = (standing.retrieval, standing.captioning, standing.probing);
    [
        retrieval.map(|found| found.recall_1),
        retrieval.map(|found| found.mrr),
        captioning.map(|written| written.perplexity),
        captioning.map(|written| written.accuracy),
        captioning.map(|written| written.content_accuracy),
        probing.map(|told| told.count_accuracy),
        probing.map(|told| told.colours_f1),
    ]
}

fn cells(standing: &Standing) -> [String; 7] {
    let mut cells = figures(standing).map(|figure| figure.map_or_else(dash, format::three));
    if let Some(written) = standing.captioning {
        cells[2] = format!("{:.2}", written.perplexity);
    }
    cells
}

fn written(standings: &[Standing]) -> String {
    let head: Vec<String> = std::iter::once("Objective").chain(COLUMNS).map(String::from).collect();
    let row = |standing: &Standing| {
        let figures =
            figures(standing).map(|figure| figure.map_or_else(String::new, |figure| figure.to_string()));
        std::iter::once(name(standing.objective).to_string()).chain(figures).collect()
    };
    csv(&head, standings.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_measured_stays_empty_in_the_file() {
        let standing = Standing {
            objective: Objective::Matching,
            phase: Phase::Captioning,
            step: 3,
            loss: None,
            retrieval: Some(crate::lab::contrast::ContrastRetrieval {
                recall_1: 0.25,
                recall_5: 0.5,
                mrr: 0.375,
            }),
            captioning: None,
            probing: None,
            reconstructions: None,
        };
        let table = written(std::slice::from_ref(&standing));
        assert!(table.starts_with("Objective,Recall@1,MRR,Perplexity,"), "{table}");
        assert!(table.ends_with("\r\nMatching,0.25,0.375,,,,,\r\n"), "{table}");
        assert_eq!(phase(&standing, &ObjectiveSettings::default()), "captioning 3/80");
    }
}
