//! Clean by looking: one sound out of two, with the help of the picture and without it.

use super::heard::another;
use super::{Heard, output};
use crate::eval::senses::si_sdr;
use crate::session::protocol::{ClipTask, Command, TaskOutput};
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::form::{Segments, Slider};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view;
use crate::world::language::full_caption;
use crate::world::mixture::Mixture;
use leptos::prelude::*;

const HEARD: [(view::Heard, &str); 4] = [
    (view::Heard::Mixture, "Mixture"),
    (view::Heard::Seen, "With the image"),
    (view::Heard::Unseen, "Without it"),
    (view::Heard::Truth, "Target"),
];

/// Decibels at the end of a bar.
const LONGEST: f64 = 20.0;

#[component]
pub fn SeparationPanel(heard: Heard) -> impl IntoView {
    let app = AppContext::here();
    let other = app.pick(|view| view.listen.other);
    let chosen = app.pick(|view| view.listen.heard);
    let command =
        Memo::new(move |_| heard.asked.with(|asked| Shared::new(asked.command(ClipTask::Separation))));
    Effect::new(move || app.ask(command.with(|command| Command::clone(command))));
    let gains = Memo::new(move |_| {
        let separated = command.with(|command| {
            output(app, command, |output| match output {
                TaskOutput::Separated { with_picture, without_picture } => {
                    Some([with_picture.clone(), without_picture.clone()])
                }
                _ => None,
            })
        });
        let separated = separated?;
        heard.asked.with(|asked| {
            let before = si_sdr(&asked.samples, &asked.own);
            let is_audible = asked.own.iter().any(|&sample| sample != 0.0);
            is_audible.then(|| separated.map(|waveform| si_sdr(&waveform, &asked.own) - before))
        })
    });
    publish(move || {
        let names = ["listen.separation.seen", "listen.separation.unseen"].map(str::to_owned);
        gains.get().map_or_else(Vec::new, |gains| names.into_iter().zip(gains).collect())
    });
    let bars = Memo::new(move |_| {
        let names = ["With the image", "Without the image"];
        let bar = |(name, gain): (&str, f64)| Bar {
            label: name.to_string(),
            share: (gain / LONGEST).clamp(0.0, 1.0) as f32,
            value: format!("{gain:+.1} dB"),
            mark: None,
            is_chosen: false,
        };
        gains.get().map_or_else(Vec::new, |gains| names.into_iter().zip(gains).map(bar).collect())
    });
    let caption = Memo::new(move |_| full_caption(&another(other.get()).scene).text);
    let silent = move || {
        let is_silent = heard.asked.with(|asked| !Mixture::can_be_of(&asked.clip.clip));
        is_silent.then(|| view! { <p class="note">"Nothing hits in this clip, so that there is little to be heard of it. Choose another scene."</p> })
    };
    view! {
        <h2>"Can the image clean the sound?"</h2>
        <Slider label="Mixed with clip" min=0.0 max=255.0 step=1.0 value=Memo::new(move |_| f32::from(other.get())) show=|clip| format!("{:.0}", clip + 1.0)
            change=move |other| app.adjust(|view| view.listen.other = other as u8) done=move || app.settle() />
        <p class="small quiet">"Heard at once: this clip, and one of "{move || caption.get()}"."</p>
        {silent}
        <div data-part="played">
            <Segments label="What is played and shown" options=HEARD.to_vec() chosen=chosen choose=move |heard| app.go(|view| view.listen.heard = heard) />
        </div>
        <div data-part="gains">
            <Bars caption="Improvement over the mixture" what="Network" unit="SI-SDR improvement in dB" modality="sound" bars />
        </div>
        <p class="small quiet">"Improvement of the "<Term id="si-sdr">"SI-SDR"</Term>" over the mixture, in dB. Without the image the network cannot know
            which of the two clips is wanted."</p>
    }
}
