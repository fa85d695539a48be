//! Synchronisation: the sound of another moment, and by how many frames the network finds it early or late.

use super::{Asked, Heard, output};
use crate::session::protocol::{ClipTask, Command, TaskOutput};
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::form::Slider;
use crate::ui::components::term::Term;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::motion::FRAMES_PER_SECOND;
use leptos::prelude::*;

/// Most frames by which the sound is early or late.
const FARTHEST: i8 = FRAMES_PER_SECOND as i8;

#[component]
pub fn SyncPanel(heard: Heard) -> impl IntoView {
    let app = AppContext::here();
    let offset = app.pick(|view| view.listen.offset);
    let command = Memo::new(move |_| heard.asked.with(|asked| Shared::new(asked.command(ClipTask::Sync))));
    Effect::new(move || app.ask(command.with(|command| Command::clone(command))));
    let answers = Memo::new(move |_| {
        command.with(|command| {
            output(app, command, |output| match output {
                TaskOutput::Answers(answers) => Some(answers.clone()),
                _ => None,
            })
        })
    });
    let truth = Memo::new(move |_| heard.asked.with(|asked| truth(asked)));
    let bars = Memo::new(move |_| answers.get().map_or_else(Vec::new, |answers| bars(&answers, truth.get())));
    publish(move || {
        let told = |answers: Vec<f32>| heard.asked.with(|asked| figures(&answers, truth.get(), asked));
        answers.get().map(told).unwrap_or_default()
    });
    let told = move || {
        let (answers, truth) = (answers.get()?, truth.get());
        let best = (0..answers.len()).max_by(|&a, &b| answers[a].total_cmp(&answers[b]))?;
        let is_right = is_right(answer(best), truth);
        let sentence = format!("Found: {}. True: {}.", named(answer(best)), named(truth));
        let confidence = format!("Probability of what is found: {}. ", format::percent(answers[best]));
        Some(view! {
            <p>{sentence}" "<Verdict truth=Some(is_right) words=["right, within a frame", "wrong", ""] /></p>
            <p class="small quiet">{confidence}{heard.asked.with(|asked| asked.told())}</p>
        })
    };
    view! {
        <h2>"How far apart are sound and video?"</h2>
        <Slider label="Offset in frames" min=f32::from(-FARTHEST) max=f32::from(FARTHEST) step=1.0
            value=Memo::new(move |_| f32::from(offset.get())) show=|frames| format!("{frames:+.0}")
            change=move |frames| app.adjust(|view| view.listen.offset = frames as i8) done=move || app.settle() />
        <p class="small quiet"><Term id="synchronisation">"Synchronisation"</Term>": the sound of the same objects, earlier or later by whole frames of an eighth of a second. Hits outside of the clip are computed
            as well: nothing is cut or repeated that would give the offset away."</p>
        <div aria-live="polite" class="told" data-part="answer">{told}</div>
        <div data-part="offsets">
        <Bars caption="Probability of each offset" what="Offset" unit="Probability" modality="sound" bars />
        </div>
        <p class="small quiet">"Lines mark chance, 1 in 18. The row in bold is the true offset."</p>
    }
}

/// The true offset; none where no hit is both seen and heard, so that it cannot be told.
fn truth(asked: &Asked) -> Option<i8> {
    let Asked { clip, off, is_seen, offset, .. } = asked;
    let mut hits = clip.clip.shared_hits((*offset).into());
    let is_told = *is_seen && hits.any(|hit| hit.objects().any(|object| clip.is_on(object, *off)));
    is_told.then_some(*offset)
}

/// Within a frame, or neither can be told.
fn is_right(found: Option<i8>, truth: Option<i8>) -> bool {
    match (found, truth) {
        (Some(found), Some(truth)) => (found - truth).abs() <= 1,
        (found, truth) => found == truth,
    }
}

/// What lessons look at.
fn figures(answers: &[f32], truth: Option<i8>, asked: &Asked) -> Vec<(String, f64)> {
    let mut order: Vec<usize> = (0..answers.len()).collect();
    order.sort_by(|&a, &b| answers[b].total_cmp(&answers[a]));
    let (best, second) = (order[0], order[1]);
    let of_truth = (0..answers.len()).find(|&index| answer(index) == truth);
    let told = [
        ("sync.offset", Some(asked.offset.into())),
        ("sync.found", answer(best).map(f64::from)),
        ("sync.right", Some(f64::from(u8::from(is_right(answer(best), truth))))),
        ("sync.tellable", Some(f64::from(u8::from(truth.is_some())))),
        ("sync.probability", Some(answers[best].into())),
        ("sync.second", Some(answers[second].into())),
        ("sync.unknown", answers.last().map(|&unknown| unknown.into())),
        ("sync.truth", of_truth.map(|index| answers[index].into())),
        ("sync.chance", Some(1.0 / answers.len() as f64)),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some((name, value?)));
    told.chain(asked.figures()).map(|(name, value)| (format!("listen.{name}"), value)).collect()
}

/// What answer number `index` says.
fn answer(index: usize) -> Option<i8> {
    let offset = index as i8 - FARTHEST;
    (offset <= FARTHEST).then_some(offset)
}

fn named(offset: Option<i8>) -> String {
    match offset {
        None => "cannot be told".to_string(),
        Some(0) => "0 frames".to_string(),
        Some(offset) if offset.abs() == 1 => format!("{offset:+} frame"),
        Some(offset) => format!("{offset:+} frames"),
    }
}

fn bars(answers: &[f32], truth: Option<i8>) -> Vec<Bar> {
    let chance = 1.0 / answers.len() as f32;
    let bar = |(index, &share): (usize, &f32)| Bar {
        label: named(answer(index)),
        share,
        value: format!("{:.1} %", 100.0 * share),
        mark: Some(chance),
        is_chosen: answer(index) == truth,
    };
    answers.iter().enumerate().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_right_within_a_frame() {
        for (found, truth, right) in
            [(Some(3), Some(4), true), (Some(2), Some(4), false), (None, None, true), (Some(0), None, false)]
        {
            assert_eq!(is_right(found, truth), right, "{found:?} {truth:?}");
        }
    }

    #[test]
    fn the_last_answer_is_that_it_cannot_be_told() {
        assert_eq!([0, 8, 16, 17].map(answer), [Some(-8), Some(0), Some(8), None]);
        let bars = bars(&[1.0 / 18.0; 18], Some(3));
        assert_eq!(bars.iter().position(|bar| bar.is_chosen), Some(11));
        assert_eq!((bars[11].label.as_str(), bars[17].label.as_str()), ("+3 frames", "cannot be told"));
    }
}
