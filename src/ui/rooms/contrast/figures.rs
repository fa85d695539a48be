//! What lessons look at.

use super::cell::find;
use super::contrast_run::ContrastRun;
use crate::lab::contrast::objectives::{Objective, ObjectiveSettings, Phase, Standing};
use crate::lab::contrast::{ContrastEval, ContrastSettings, HELD_OUT, ScoreMatrix};
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Compared;
use crate::ui::view::ContrastView;
use leptos::prelude::*;
use std::collections::BTreeMap;

type Known = Vec<(&'static str, Option<f32>)>;

/// Publishes what is known of this run, of its pinned cell, and of the runs of this visit that came to their end.
pub fn publish_run(app: AppContext, run: ContrastRun) {
    publish(move || named("contrast", run.last.get().map_or_else(Vec::new, |last| of_run(run, &last))));
    let cell = find(run, app.pick(|view| view.contrast.cell));
    publish(move || named("contrast.cell", cell.get().map_or_else(Vec::new, |cell| cell.figures())));
    publish(move || {
        app.requests.training.with(|request| {
            let is_over = |run: &&Compared| run.figures.step >= run.settings.steps;
            request.value.compared.iter().filter(is_over).flat_map(of_finished).collect()
        })
    });
    publish_costs(run);
}

/// Milliseconds of a pair in the runs that were trained here.
fn publish_costs(run: ContrastRun) {
    let costs = RwSignal::new(BTreeMap::<String, f64>::new());
    Effect::new(move || {
        // Of a run that stands still, the pace may be that of another.
        if let (true, Some(pace)) = (run.training.is_training.get(), run.training.pace.get()) {
            let settings = run.settings.get();
            let cost = 1e3 * f64::from(pace) / settings.batch as f64;
            costs.update(|costs| {
                costs.insert(query(&settings), cost);
            });
        }
    });
    publish(move || {
        let name = |(query, cost): (&String, &f64)| (format!("contrast.cost.{query}"), *cost);
        costs.with(|costs| costs.iter().filter(|(query, _)| !query.is_empty()).map(name).collect())
    });
}

/// Publishes what is known of a race of objectives.
pub fn publish_race(settings: Memo<ObjectiveSettings>, standings: Memo<Vec<Standing>>) {
    publish(move || settings.with(|settings| standings.with(|standings| of_race(settings, standings))));
}

fn named(of: &str, known: Known) -> Vec<(String, f64)> {
    let name = |(what, value): (&str, Option<f32>)| Some((format!("{of}.{what}"), f64::from(value?)));
    known.into_iter().filter_map(name).collect()
}

/// Of the step at which the run was last measured.
fn of_run(run: ContrastRun, last: &ContrastEval) -> Known {
    let report = run.reports.with(|reports| reports.iter().rfind(|report| report.step == last.step).cloned());
    let ContrastSettings { batch, width, seed, .. } = run.settings.get();
    let (geometry, means) = (last.geometry, means(&last.matrix));
    vec![
        ("step", Some(last.step as f32)),
        ("loss", report.as_ref().map(|report| report.loss)),
        ("temperature", report.and_then(|report| report.temperature)),
        ("recall", Some(last.to_text.recall_1)),
        ("recall-5", Some(last.to_text.recall_5)),
        ("mrr", Some(last.to_text.mrr)),
        ("chance", Some(last.chance.recall_1)),
        ("chance-5", Some(last.chance.recall_5)),
        ("word", Some(last.word_accuracy)),
        ("gap", geometry.map(|geometry| geometry.gap)),
        ("own-cosine", means.map(|[own, _]| own)),
        ("other-cosine", means.map(|[_, other]| other)),
        ("pairs", Some((last.step * batch as u64) as f32)),
        ("batch", Some(batch as f32)),
        ("width", Some(width as f32)),
        ("seed", Some(seed as f32)),
    ]
}

/// Mean cosine of the pairs that belong together, and of all others; none where there are no cosines.
fn means(matrix: &ScoreMatrix) -> Option<[f32; 2]> {
    let (cosines, size) = (matrix.cosines.as_ref()?, matrix.size);
    let own: f32 = cosines.iter().step_by(size + 1).sum();
    let other = cosines.iter().sum::<f32>() - own;
    Some([own / size as f32, other / (size * (size - 1)) as f32])
}

/// Each with the settings of the run, as an address has them.
fn of_finished(run: &Compared) -> Vec<(String, f64)> {
    let query = query(&run.settings);
    if query.is_empty() {
        return Vec::new();
    }
    let (figures, geometry) = (&run.figures, run.figures.geometry);
    let known = [
        ("loss", Some(run.loss)),
        ("recall", Some(figures.to_text.recall_1)),
        ("recall-to-image", Some(figures.to_picture.recall_1)),
        ("word", Some(figures.word_accuracy)),
        ("alignment", geometry.map(|geometry| geometry.alignment)),
        ("uniformity", geometry.map(|geometry| geometry.uniformity_pictures)),
        ("gap", geometry.map(|geometry| geometry.gap)),
    ];
    let name =
        |(what, value): (&str, Option<f32>)| Some((format!("contrast.{what}.{query}"), f64::from(value?)));
    known.into_iter().filter_map(name).collect()
}

/// `batch=32&steps=200`; empty for the settings that the room begins with.
fn query(settings: &ContrastSettings) -> String {
    let view = ContrastView { settings: settings.clone(), ..ContrastView::default() };
    let pairs = view.write().into_iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

fn of_race(settings: &ObjectiveSettings, standings: &[Standing]) -> Vec<(String, f64)> {
    let done = standings.iter().filter(|standing| standing.phase == Phase::Done).count();
    let blind = standings.iter().find_map(|standing| standing.probing);
    let rebuilt = standings.iter().find_map(|standing| standing.reconstructions.as_ref());
    let common = vec![
        ("seed", Some(settings.seed as f32)),
        ("steps", Some(settings.steps as f32)),
        ("done", Some(done as f32)),
        ("chance", Some(1.0 / HELD_OUT as f32)),
        ("majority", blind.map(|blind| blind.count_majority)),
        ("always", blind.map(|blind| blind.colours_always)),
        ("image-error.mean", rebuilt.map(|rebuilt| rebuilt.picture.mean)),
        ("other-error.mean", rebuilt.map(|rebuilt| rebuilt.partner.mean)),
    ];
    let each = standings.iter().flat_map(|standing| {
        let rebuilt = standing.reconstructions.as_ref();
        let known = [
            ("recall", standing.retrieval.map(|found| found.recall_1)),
            ("content", standing.captioning.map(|written| written.content_accuracy)),
            ("perplexity", standing.captioning.map(|written| written.perplexity)),
            ("counting", standing.probing.map(|told| told.count_accuracy)),
            ("colours", standing.probing.map(|told| told.colours_f1)),
            ("image-error", rebuilt.map(|rebuilt| rebuilt.picture.error)),
            ("other-error", rebuilt.map(|rebuilt| rebuilt.partner.error)),
        ];
        let word = word(standing.objective);
        let name = move |(what, value): (&str, Option<f32>)| {
            Some((format!("contrast.race.{what}.{word}"), f64::from(value?)))
        };
        known.into_iter().filter_map(name)
    });
    named("contrast.race", common).into_iter().chain(each).collect()
}

/// What an objective is called in the name of a figure.
fn word(objective: Objective) -> &'static str {
    match objective {
        Objective::Random => "random",
        Objective::Contrastive => "contrastive",
        Objective::Matching => "matching",
        Objective::Masked => "masked",
        Objective::Captioning => "captioning",
        Objective::Reconstruction => "reconstruction",
        Objective::Combined => "combined",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::contrast::Temperature;
    use crate::ui::view::View;

    #[test]
    fn a_run_is_named_as_its_address_names_it() {
        let settings = ContrastSettings {
            temperature: Temperature::Fixed { milli: 5 },
            batch: 32,
            ..ContrastSettings::default()
        };
        assert_eq!(query(&settings), "temp=0.005&batch=32");
        assert_eq!(View::from_address("contrast", &query(&settings)).contrast.settings, settings);
        assert_eq!(query(&ContrastSettings::default()), "");
    }

    #[test]
    fn the_diagonal_is_told_from_all_else() {
        let cosines = Some(vec![1.0, 0.2, 0.4, 0.5]);
        let means =
            means(&ScoreMatrix { size: 2, cosines, ..ScoreMatrix::default() }).expect("there are cosines");
        assert!((means[0] - 0.75).abs() < 1e-6 && (means[1] - 0.3).abs() < 1e-6, "{means:?}");
        assert_eq!(super::means(&ScoreMatrix::default()), None);
    }
}
