//! The hits that a network sees in the visitor's own video, of which nobody knows the truth.

use super::super::events::moment;
use super::super::output;
use super::OwnRecording;
use crate::session::protocol::{ClipTask, Command, Hit, TaskOutput, Video};
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::rooms::listen::player::Player;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn OwnHits(player: Player) -> impl IntoView {
    let app = AppContext::here();
    let own = OwnRecording::here();
    let command = Memo::new(move |_| {
        own.frames().map(|frames| {
            let (video, samples) = (Video::Frames(frames.to_vec()), Vec::new());
            Shared::new(Command::RunTask { video, is_seen: true, samples, task: ClipTask::Events })
        })
    });
    Effect::new(move || command.get().into_iter().for_each(|command| app.ask(Command::clone(&command))));
    let hits = Memo::new(move |_| {
        command.get().and_then(|command| {
            output(app, &command, |output| match output {
                TaskOutput::Hits(hits) => Some(hits.clone()),
                _ => None,
            })
        })
    });
    let count = move || {
        hits.get().map(|hits| match hits.len() {
            0 => "No hit is seen.".to_string(),
            1 => "1 hit is seen.".to_string(),
            count => format!("{count} hits are seen."),
        })
    };
    let table = move || {
        let hits = hits.get().filter(|hits| !hits.is_empty())?;
        let row = |hit: &Hit| {
            let [x, y] = hit.at;
            view! {
                <tr>{moment(hit.frame as f32, player)}
                    <td><data>{format!("{x:.0}, {y:.0}")}</data></td><td><data>{format::percent(hit.probability)}</data></td></tr>
            }
        };
        let rows = hits.iter().map(row).collect_view();
        Some(view! {
            <WideTable label="Hits that are seen">
                <table class="figures"><thead><tr><th scope="col">"Time"</th><th scope="col">"Pixels from left, top"</th><th scope="col">"Probability"</th></tr></thead>
                    <tbody>{rows}</tbody></table>
            </WideTable>
        })
    };
    view! {
        <h2>"Which hits are seen in it?"</h2>
        <p class="small quiet">"The network sees the frames without the sound. Nobody has told what really hits, so there is no verdict. It knows only shapes that bounce
            on plain ground: where a whole scene moves it sees hits that are none."</p>
        <p role="status">{count}</p>
        {table}
    }
}
