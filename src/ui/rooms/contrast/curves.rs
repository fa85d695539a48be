//! The run over its steps: losses, retrieval, geometry.

use super::contrast_run::{ContrastRun, Measured};
use crate::lab::contrast::{
    ContrastEval, ContrastMetrics, ContrastRetrieval, ContrastSettings, Direction, Geometry, Loss, Space,
};
use crate::ui::components::chart::{Axis, Dash, LineChart, Mark, Series, Tone};
use crate::ui::components::form::Segments;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn Curves(run: ContrastRun) -> impl IntoView {
    let settings = run.settings;
    let by_pairs = RwSignal::new(false);
    // How much of the axis a step is.
    let unit_of_steps = Memo::new(move |_| match by_pairs.get() {
        true => settings.with(|settings| settings.batch as f32),
        false => 1.0,
    });
    let steps = move || Memo::new(move |_| Axis::new(if by_pairs.get() { "Pairs seen" } else { "Step" }, ""));
    let unit =
        move || settings.with(|settings| if settings.space == Space::Coordinated { "" } else { "nats" });
    let losses = Memo::new(move |_| run.reports.with(|reports| losses(reports, unit_of_steps.get())));
    let bottoms = Memo::new(move |_| settings.with(blind));
    let retrieval = Memo::new(move |_| run.figures.with(|figures| retrieval(figures, unit_of_steps.get())));
    let chance = Memo::new(move |_| run.figures.with(|figures| figures.last().map(|last| last.chance)));
    let marks = move || chance.get().map_or_else(Vec::new, |chance| chances(&chance));
    view! {
        <Segments label="Horizontal axis" options=vec![(false, "By steps"), (true, "By pairs seen")] chosen=by_pairs
            choose=move |pairs| by_pairs.set(pairs) />
        <div class="charts" data-part="curves">
            <LineChart label="Training loss" x=steps() y=Memo::new(move |_| Axis::new("Loss", unit()))
                series=losses marks=bottoms />
            <LineChart label="Retrieval on 100 held-out pairs" x=steps() y=Axis::new("Recall and MRR", "").within(0.0, 1.0)
                series=retrieval marks=Memo::new(move |_| marks()) />
        </div>
    }
}

#[component]
pub fn GeometryCurves(run: ContrastRun) -> impl IntoView {
    let is_joint = run.is_joint();
    let series = Memo::new(move |_| run.figures.with(geometry));
    view! {
        {move || match is_joint.get() {
            true => view! {
                <p class="quiet">"A joint space has one vector for each pair and none for an image or a caption alone: there is nothing to
                    align, and no gap."</p>
            }.into_any(),
            false => view! {
                <LineChart label="Alignment and uniformity" x=Axis::new("Step", "")
                    y=Axis::new("Alignment, uniformity, gap", "") series />
            }.into_any(),
        }}
    }
}

fn losses(reports: &[ContrastMetrics], unit: f32) -> Vec<Series> {
    let points = move |value: fn(&ContrastMetrics) -> Option<f32>| -> Vec<(f32, f32)> {
        reports.iter().filter_map(|report| Some((report.step as f32 * unit, value(report)?))).collect()
    };
    let whole = Series::new("Total loss", Tone::Fused, points(|report| Some(report.loss)));
    let ways = [
        Series::new("Image-to-text loss", Tone::Picture, points(|report| report.to_text)).dashed(Dash::Long),
        Series::new("Text-to-image loss", Tone::Words, points(|report| report.to_picture))
            .dashed(Dash::Dashed),
    ];
    let has_ways = reports.first().is_none_or(|report| report.to_text.is_some());
    std::iter::once(whole).chain(ways.into_iter().filter(|_| has_ways)).collect()
}

/// The loss of one who cannot tell pairs apart. Among `m` captions it is `ln m` for a softmax; for the sigmoid, who says
/// `1 / m` of each, it is `m H(1 / m)`; correlations of nothing with nothing cost 1.
fn blind(settings: &ContrastSettings) -> Vec<Mark> {
    let n = settings.batch as f32;
    let captions = if settings.hard_negatives { 2.0 * n } else { n };
    if settings.space == Space::Coordinated {
        return vec![Mark::level(1.0, "uncorrelated, 1")];
    }
    if settings.loss == Loss::Sigmoid {
        let blind = captions.ln() + (captions - 1.0) * (captions / (captions - 1.0)).ln();
        return vec![Mark::level(blind, format!("chance baseline, {blind:.2}"))];
    }
    let mut among = match settings.direction {
        Direction::Both => vec![captions, n],
        Direction::ToText => vec![captions],
        Direction::ToPicture => vec![n],
    };
    among.dedup();
    let level = |m: f32| Mark::level(m.ln(), format!("chance, ln {m} = {:.2}", m.ln()));
    among.into_iter().map(level).collect()
}

fn retrieval(figures: &Measured, unit: f32) -> Vec<Series> {
    let points = |value: &dyn Fn(&ContrastEval) -> f32| -> Vec<(f32, f32)> {
        figures.iter().map(|figures| (figures.step as f32 * unit, value(figures))).collect()
    };
    type Measure = (&'static str, fn(&ContrastRetrieval) -> f32, [Dash; 2]);
    const MEASURES: [Measure; 3] = [
        ("R@1", |found| found.recall_1, [Dash::Solid, Dash::Long]),
        ("R@5", |found| found.recall_5, [Dash::Dashed, Dash::Mixed]),
        ("MRR", |found| found.mrr, [Dash::Dotted, Dash::Sparse]),
    ];
    let both = |(name, measure, [first, second]): Measure| {
        [
            Series::new(format!("Image-to-text {name}"), Tone::Picture, points(&|f| measure(&f.to_text)))
                .dashed(first),
            Series::new(format!("Text-to-image {name}"), Tone::Words, points(&|f| measure(&f.to_picture)))
                .dashed(second),
        ]
    };
    MEASURES.into_iter().flat_map(both).collect()
}

/// One label for both: near the axis two would stand on each other.
fn chances(chance: &ContrastRetrieval) -> Vec<Mark> {
    let ContrastRetrieval { recall_1, recall_5, .. } = *chance;
    let label = format!("chance, R@1 {recall_1}, R@5 {recall_5}");
    vec![Mark::level(recall_5, label), Mark::level(recall_1, "")]
}

fn geometry(figures: &Measured) -> Vec<Series> {
    let points = |value: fn(&Geometry) -> f32| -> Vec<(f32, f32)> {
        figures.iter().filter_map(|f| Some((f.step as f32, value(f.geometry.as_ref()?)))).collect()
    };
    vec![
        Series::new("Alignment", Tone::Fused, points(|g| g.alignment)),
        Series::new("Uniformity of images", Tone::Picture, points(|g| g.uniformity_pictures))
            .dashed(Dash::Dashed),
        Series::new("Uniformity of captions", Tone::Words, points(|g| g.uniformity_texts))
            .dashed(Dash::Dotted),
        Series::new("Modality gap", Tone::Ink, points(|g| g.gap)).dashed(Dash::Long),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_tell_pairs_apart_pays_this() {
        let at =
            |settings: ContrastSettings| blind(&settings).iter().map(|mark| mark.at).collect::<Vec<f32>>();
        let plain = ContrastSettings { batch: 16, ..ContrastSettings::default() };
        assert_eq!(at(plain.clone()), [16_f32.ln()]);
        assert_eq!(
            at(ContrastSettings { hard_negatives: true, ..plain.clone() }),
            [32_f32.ln(), 16_f32.ln()]
        );
        let sigmoid = at(ContrastSettings { loss: Loss::Sigmoid, ..plain })[0];
        let says = |p: f32| -(p.ln() + 15.0 * (1.0 - p).ln());
        assert!((sigmoid - says(1.0 / 16.0)).abs() < 1e-4, "{sigmoid}");
        assert!(says(0.05) > sigmoid && says(0.08) > sigmoid, "the best that can be said of all alike");
    }

    #[test]
    fn a_loss_without_ways_is_one_line() {
        let report =
            |to_text| ContrastMetrics { step: 1, loss: 0.5, to_text, to_picture: to_text, temperature: None };
        assert_eq!(losses(&[report(Some(1.0))], 16.0).len(), 3);
        assert_eq!(losses(&[report(None)], 1.0).len(), 1);
    }
}
