//! Who made this sound: the map of the frame for what is heard at the time of the clip.

use super::super::player::{LENGTH, Player};
use super::super::stage_clip::StageClip;
use super::super::video::frame_at;
use super::Heard;
use crate::session::protocol::{ClipTask, Command, TaskOutput, Video};
use crate::ui::components::attention_overlay::{attention_overlay, peak};
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::components::term::Term;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::theme::Theme;
use crate::ui::throttle::throttle;
use crate::ui::view::ListenTask;
use crate::world::sound::SAMPLES;
use leptos::prelude::*;
use std::time::Duration;

/// Between two moments that are asked about while the clip plays or the pointer moves.
const PAUSE: Duration = Duration::from_millis(120);

/// Cells on a side of the map.
const GRID: usize = 8;

/// Seconds within which a hit is heard at a time.
const NEAR: f64 = 0.07;

/// What is asked about a second of the clip.
fn task_at(seconds: f64) -> ClipTask {
    ClipTask::Source { frame: frame_at(seconds) as u32, sample: sample_at(seconds) }
}

fn sample_at(seconds: f64) -> u32 {
    ((seconds / LENGTH * SAMPLES as f64) as usize).min(SAMPLES - 1) as u32
}

/// The second of a sample, `now` where that is of it.
fn second_of(sample: u32, now: f64) -> f64 {
    match sample_at(now) == sample {
        true => now,
        false => f64::from(sample) * LENGTH / SAMPLES as f64,
    }
}

/// The last map of this clip over its frame.
#[component]
pub fn SourceMap(#[prop(into)] clip: Memo<Shared<StageClip>>) -> impl IntoView {
    let app = AppContext::here();
    let theme = Theme::here();
    let is_asked = app.pick(|view| view.listen.task == ListenTask::Source);
    let map = Memo::new(move |_| {
        app.requests.clip_task.with(|request| match (request.answered.as_deref(), &*request.value) {
            (Some(Command::RunTask { video: Video::Clip(name), .. }), Some(TaskOutput::Map(map))) => {
                (is_asked.get() && clip.with(|clip| clip.name == *name)).then(|| map.clone())
            }
            _ => None,
        })
    });
    let rgba = Memo::new(move |_| {
        let covered = map.with(|map| map.as_ref().map(|map| attention_overlay(map, theme.is_dark())));
        Shared::new(covered.unwrap_or_else(|| Rgba { width: 1, height: 1, bytes: vec![0; 4] }))
    });
    view! { <div class="veil"><Raster rgba /></div> }
}

#[component]
pub fn SourcePanel(heard: Heard, player: Player) -> impl IntoView {
    let app = AppContext::here();
    let time = throttle(move || player.seen(), PAUSE);
    let command =
        Memo::new(move |_| heard.asked.with(|asked| Shared::new(asked.command(task_at(time.get())))));
    Effect::new(move || {
        let command = command.with(|command| Command::clone(command));
        // While it plays, the next moment is asked about when there is an answer.
        let is_busy = app.requests.clip_task.with_untracked(|request| request.is_busy());
        if !(player.is_playing.get() && is_busy) {
            app.ask(command);
        }
    });
    let told = move || {
        if player.is_playing.get() {
            return None;
        }
        // The answer of another moment of this sound stays until that of the newest comes.
        app.requests.clip_task.with(|request| match (request.answered.as_deref(), &*request.value) {
            (
                Some(answered @ Command::RunTask { task: task @ ClipTask::Source { sample, .. }, .. }),
                Some(TaskOutput::Map(map)),
            ) => heard.asked.with(|asked| {
                let seconds = second_of(*sample, time.get_untracked());
                (*answered == asked.command(*task)).then(|| tell(&asked.clip, map, seconds))
            }),
            _ => None,
        })
    };
    publish(move || {
        let Some(Told { judged, .. }) = told() else { return Vec::new() };
        let judged = judged.into_iter().flat_map(|Judged { is_right, chance, share }| {
            let right = f64::from(u8::from(is_right));
            [("source.right", right), ("source.chance", chance.into()), ("source.share", share.into())]
        });
        let settings = heard.asked.with(|asked| asked.figures());
        let all = judged.chain(settings).chain([("time", time.get())]);
        all.map(|(name, value)| (format!("listen.{name}"), value)).collect()
    });
    view! {
        <h2>"Who made this sound?"</h2>
        <p class="small quiet"><Term id="sound-source-localisation">"Sound source localisation"</Term>": the network hears a quarter of a second around a time of the clip and shows where in the frame its source is. Point at the spectrogram to ask about its moments; a click keeps one."</p>
        <div aria-live="polite" class="told answer" data-part="answer">
            <p class="small quiet">{move || heard.asked.with(|asked| asked.told())}</p>
            {move || told().map(|Told { sentence, truth, judged }| view! {
                <p>{sentence}</p>
                <p>{truth}" "{judged.map(|Judged { is_right, chance, .. }| view! {
                    <Verdict truth=Some(is_right) words=["right", "wrong", ""] />
                    <span class="small quiet">{format!(" Pointing anywhere is right with {}.", format::percent(chance))}</span>
                })}</p>
            })}
        </div>
    }
}

struct Told {
    sentence: String,
    truth: String,
    /// None without a hit.
    judged: Option<Judged>,
}

struct Judged {
    /// Whether the likeliest cell lies on what hits.
    is_right: bool,
    /// The share of cells that do.
    chance: f32,
    /// The probability of those.
    share: f32,
}

fn tell(clip: &StageClip, map: &[f32], seconds: f64) -> Told {
    let masks = &clip.masks[frame_at(seconds)];
    let share = |object: usize| -> f32 {
        map.iter().zip(masks[object].cells(GRID)).filter(|(_, is_in)| *is_in).map(|(p, _)| p).sum()
    };
    let best = (0..masks.len()).max_by(|&a, &b| share(a).total_cmp(&share(b)));
    let sentence = match best {
        Some(object) => format!(
            "At {seconds:.2} s it points at the {}: {} of the probability.",
            clip.named(object),
            format::percent(share(object))
        ),
        None => "There is nothing in the frame.".to_string(),
    };
    let hits = clip.clip.motion.collisions.iter().filter(|hit| (hit.seconds() - seconds).abs() < NEAR);
    let mut objects: Vec<usize> = hits.flat_map(|hit| hit.objects()).collect();
    objects.sort_unstable();
    objects.dedup();
    let named: Vec<String> = objects.iter().map(|&object| format!("the {}", clip.named(object))).collect();
    match named.is_empty() {
        true => {
            Told { sentence, truth: "Nothing hits at this moment: go to a hit.".to_string(), judged: None }
        }
        false => {
            let is_there = |cell: usize| objects.iter().any(|&object| masks[object].cells(GRID)[cell]);
            let there = || (0..map.len()).filter(|&cell| is_there(cell));
            let chance = there().count() as f32 / map.len() as f32;
            let share = there().map(|cell| map[cell]).sum();
            let judged = peak(map).map(|cell| Judged { is_right: is_there(cell), chance, share });
            Told { sentence, truth: format!("What hits: {}.", named.join(", ")), judged }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_its_second() {
        // A hit lies between two samples.
        let hit = 1.234_56;
        assert_eq!(second_of(sample_at(hit), hit), hit);
        assert_eq!(second_of(sample_at(0.5), hit), 0.5);
        assert_eq!(sample_at(LENGTH), SAMPLES as u32 - 1);
        assert_eq!(task_at(0.5), ClipTask::Source { frame: 4, sample: 8_000 });
    }
}
