//! Who made this sound: the map of the frame for what is heard at the time of the clip.

use super::super::player::{LENGTH, Player};
use super::super::stage_clip::StageClip;
use super::{Heard, output};
use crate::session::protocol::{ClipTask, Command, TaskOutput};
use crate::ui::components::attention_overlay::{attention_overlay, peak};
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::components::term::Term;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::theme::Theme;
use crate::ui::throttle::throttle;
use crate::ui::view::ListenTask;
use crate::world::motion::{FRAMES, FRAMES_PER_SECOND};
use crate::world::sound::SAMPLES;
use leptos::prelude::*;
use std::time::Duration;

/// Between two moments that are asked about while the clip plays.
const PLAYING_PAUSE: Duration = Duration::from_millis(120);

/// Cells on a side of the map.
const GRID: usize = 8;

/// Seconds within which a hit is heard at a time.
const NEAR: f64 = 0.07;

/// What asks about a second of the clip.
fn ask(clip: &StageClip, samples: &[f32], seconds: f64) -> Command {
    let frame = ((seconds * f64::from(FRAMES_PER_SECOND)).round() as usize).min(FRAMES - 1) as u32;
    let sample = ((seconds / LENGTH * SAMPLES as f64) as usize).min(SAMPLES - 1) as u32;
    Command::RunTask {
        clip: clip.name.clone(),
        samples: samples.to_vec(),
        task: ClipTask::Source { frame, sample },
    }
}

/// The last map that came.
fn last_map(app: AppContext) -> Option<Vec<f32>> {
    app.requests.clip_task.with(|request| match &*request.value {
        Some(TaskOutput::Map(map)) => Some(map.clone()),
        _ => None,
    })
}

/// The map over the frame.
#[component]
pub fn SourceMap() -> impl IntoView {
    let app = AppContext::here();
    let theme = Theme::here();
    let is_asked = app.pick(|view| view.listen.task == ListenTask::Source);
    let map = Memo::new(move |_| is_asked.get().then(|| last_map(app)).flatten());
    let rgba = Memo::new(move |_| {
        let covered = map.with(|map| map.as_ref().map(|map| attention_overlay(map, theme.is_dark())));
        Shared::new(covered.unwrap_or_else(|| Rgba { width: 1, height: 1, bytes: vec![0; 4] }))
    });
    view! { <div class="veil"><Raster rgba /></div> }
}

#[component]
pub fn SourcePanel(
    #[prop(into)] clip: Memo<Shared<StageClip>>,
    heard: Heard,
    player: Player,
) -> impl IntoView {
    let app = AppContext::here();
    let time = throttle(move || player.time.get(), PLAYING_PAUSE);
    let command = Memo::new(move |_| {
        clip.with(|clip| heard.given.with(|samples| Shared::new(ask(clip, samples, time.get()))))
    });
    Effect::new(move || app.ask(command.with(|command| Command::clone(command))));
    let found = Memo::new(move |_| {
        command.with(|command| {
            output(app, command, |output| match output {
                TaskOutput::Map(map) => Some(map.clone()),
                _ => None,
            })
        })
    });
    let told = move || {
        let map = found.get()?;
        let seconds = time.get_untracked();
        Some(clip.with(|clip| tell(clip, &map, seconds)))
    };
    view! {
        <h2>"Who made this sound?"</h2>
        <p class="small quiet"><Term id="sound-source-localisation">"Sound source localisation"</Term>": the network hears a quarter of a second around the time of the clip and shows where in the frame its source is."</p>
        <div aria-live="polite" class="told">
            {move || told().map(|Told { sentence, truth, judged }| view! {
                <p>{sentence}</p>
                <p>{truth}" "{judged.map(|(is_right, chance)| view! {
                    <Verdict truth=Some(is_right) words=["right", "wrong", ""] />
                    <span class="small quiet">{format!(" Pointing anywhere is right with {:.0} %.", 100.0 * chance)}</span>
                })}</p>
            })}
        </div>
    }
}

struct Told {
    sentence: String,
    truth: String,
    /// Whether the likeliest cell lies on what hits, and the share of cells that do; none without a hit.
    judged: Option<(bool, f32)>,
}

fn tell(clip: &StageClip, map: &[f32], seconds: f64) -> Told {
    let frame = ((seconds * f64::from(FRAMES_PER_SECOND)).round() as usize).min(FRAMES - 1);
    let masks = &clip.masks[frame];
    let share = |object: usize| -> f32 {
        map.iter().zip(masks[object].cells(GRID)).filter(|(_, is_in)| *is_in).map(|(p, _)| p).sum()
    };
    let best = (0..masks.len()).max_by(|&a, &b| share(a).total_cmp(&share(b)));
    let sentence = match best {
        Some(object) => format!(
            "At {seconds:.2} s it points at the {}: {:.0} % of the probability.",
            clip.named(object),
            100.0 * share(object)
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
            let chance = (0..map.len()).filter(|&cell| is_there(cell)).count() as f32 / map.len() as f32;
            let judged = peak(map).map(|cell| (is_there(cell), chance));
            Told { sentence, truth: format!("What hits: {}.", named.join(", ")), judged }
        }
    }
}
