//! Play, pause, where the clip is, how fast and whether again.

use super::player::{LENGTH, Player};
use crate::ui::components::clip::RefusedNote;
use crate::ui::components::form::{Segments, Slider, Switch};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// Multiples of the speed, with their names.
const RATES: [(u8, &str); 3] = [(4, "1×"), (2, "½×"), (1, "¼×")];

#[component]
pub fn Transport(player: Player) -> impl IntoView {
    let Player { time, is_playing, rate, is_looping, is_muted, .. } = player;
    let icon = move || if is_playing.get() { Icon::Pause } else { Icon::Play };
    let name = move || if is_playing.get() { "Pause" } else { "Play" };
    let seconds = |seconds: f32| format!("{seconds:.2} s");
    let quarters = Memo::new(move |_| (4.0 * rate.get()) as u8);
    view! {
        <Slider label="Time" min=0.0 max=LENGTH as f32 step=0.01 value=Memo::new(move |_| time.get() as f32) show=seconds
            change=move |seconds| player.seek(f64::from(seconds)) done=move || player.note() />
        <div class="row transport" data-part="transport">
            <button type="button" class="button play" on:click=move |_| player.toggle()>
                {move || view! { <Glyph icon=icon() />{name()} }}</button>
            <Segments label="Speed" options=RATES.to_vec() chosen=quarters choose=move |quarters| rate.set(f64::from(quarters) / 4.0) />
            <div class="row">
            <Switch label="Loop" on=Memo::new(move |_| is_looping.get()) change=move |on| is_looping.set(on) />
            <Switch label="Mute" on=Memo::new(move |_| is_muted.get()) change=move |on| is_muted.set(on) />
            </div>
        </div>
        <RefusedNote is_refused=player.is_audio_refused />
    }
}
