//! Hear with your eyes: the hits that a network sees in the silent video.

use super::super::player::Player;
use super::{Heard, output};
use crate::eval::senses::JudgedHits;
use crate::session::protocol::{ClipTask, Command, TaskOutput, Video};
use crate::ui::components::term::Term;
use crate::ui::components::verdict::Verdict;
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::motion::FRAMES_PER_SECOND;
use leptos::prelude::*;

#[component]
pub fn EventsPanel(heard: Heard, player: Player) -> impl IntoView {
    let app = AppContext::here();
    let command = Memo::new(move |_| {
        heard.asked.with(|asked| {
            let (video, samples) = (Video::Clip(asked.clip.name.clone()), Vec::new());
            Shared::new(Command::RunTask { video, is_seen: true, samples, task: ClipTask::Events })
        })
    });
    Effect::new(move || app.ask(command.with(|command| Command::clone(command))));
    let clip = Memo::new(move |_| heard.asked.with(|asked| asked.clip.clone()));
    let judged = Memo::new(move |_| {
        let hits = command.with(|command| {
            output(app, command, |output| match output {
                TaskOutput::Hits(hits) => Some(hits.clone()),
                _ => None,
            })
        });
        hits.map(|hits| clip.with(|clip| JudgedHits::new(&clip.clip, &hits)))
    });
    publish(move || {
        let Some(judged) = judged.get() else { return Vec::new() };
        let count = |name: &str, count: usize| (format!("listen.events.{name}"), count as f64);
        let f1 = judged.f1().map(|f1| ("listen.events.f1".to_owned(), f1));
        let counts = [count("found", judged.right()), count("true", judged.true_hits())];
        counts.into_iter().chain(f1).collect()
    });
    let figure = move || {
        let judged = judged.get()?;
        Some(match judged.f1() {
            Some(f1) => format!(
                "F1 of this clip {f1:.2}: {} of {} hits found, {} seen.",
                judged.right(),
                judged.true_hits(),
                judged.seen.len()
            ),
            None => "Nothing hits in this clip, and nothing is seen to.".to_string(),
        })
    };
    let table = move || {
        let judged = judged.get()?;
        let seen = judged.seen.iter().map(|(hit, object, is_right)| {
            let whose = match object {
                Some(object) => clip.with(|clip| clip.named(*object)),
                None => "nothing that is there".to_string(),
            };
            let probability = format::percent(hit.probability);
            view! {
                <tr>{moment(hit.frame as f32, player)}
                    <td>{whose}</td><td><data>{probability}</data></td>
                    <td><Verdict truth=Some(*is_right) words=["right", "wrong", ""] /></td></tr>
            }
        });
        let missed = judged.missed.iter().map(|missed| {
            let whose = clip.with(|clip| clip.named(missed.object));
            view! {
                <tr>{moment(missed.frame, player)}
                    <td>{whose}</td><td>"–"</td><td><Verdict truth=Some(false) words=["", "missed", ""] /></td></tr>
            }
        });
        let rows = (seen.collect_view(), missed.collect_view());
        Some(view! {
            <WideTable label="Hits that are seen">
                <table class="figures" data-part="seen"><thead><tr><th scope="col">"Time"</th><th scope="col">"Object"</th><th scope="col">"Probability"</th><th scope="col">"Truth"</th></tr></thead>
                    <tbody>{rows}</tbody></table>
            </WideTable>
        })
    };
    view! {
        <h2>"Which hits can be seen without sound?"</h2>
        <p class="small quiet">"The network sees each frame with the two before and after it, and nothing else. A hit is right if its object hits at most a frame from it; "<Term id="f1">"F1"</Term>" joins what is found wrongly and what is missed."</p>
        <p role="status">{figure}</p>
        {table}
    }
}

/// The head of a row: when a frame is seen, and a way there.
pub(super) fn moment(frame: f32, player: Player) -> impl IntoView {
    let seconds = f64::from(frame) / f64::from(FRAMES_PER_SECOND);
    view! {
        <th scope="row"><button type="button" class="link" on:click=move |_| player.go(seconds)>{format!("{seconds:.2} s")}</button></th>
    }
}
