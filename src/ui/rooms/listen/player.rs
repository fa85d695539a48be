//! The clock of a clip, with the sound that goes by it.

use crate::ui::components::clip::Audio;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::motion::SECONDS;
use leptos::prelude::*;
use web_time::Instant;

/// Length of a clip in seconds.
pub const LENGTH: f64 = SECONDS as f64;

/// Where a clip is, and how it is played.
#[derive(Clone, Copy)]
pub struct Player {
    /// Seconds since the beginning.
    pub time: RwSignal<f64>,
    /// The second that is pointed at while the clip stands; it is seen in place of that of now.
    pub pointed: RwSignal<Option<f64>>,
    pub is_playing: RwSignal<bool>,
    /// A multiple of the speed.
    pub rate: RwSignal<f64>,
    pub is_looping: RwSignal<bool>,
    pub is_muted: RwSignal<bool>,
    /// Whether the browser has refused to play.
    pub is_audio_refused: RwSignal<bool>,
    app: AppContext,
    mix: Memo<Shared<Vec<f32>>>,
    audio: StoredValue<Option<Audio>, LocalStorage>,
    /// Rises with every beginning, so that the frames of an earlier one end.
    turn: StoredValue<u32>,
}

impl Player {
    /// At the time that the address names.
    pub fn new(app: AppContext, mix: Memo<Shared<Vec<f32>>>) -> Self {
        let at = app.pick(|view| view.listen.milliseconds);
        let player = Player {
            time: RwSignal::new(0.0),
            pointed: RwSignal::new(None),
            is_playing: RwSignal::new(false),
            rate: RwSignal::new(1.0),
            is_looping: RwSignal::new(false),
            is_muted: RwSignal::new(false),
            is_audio_refused: RwSignal::new(false),
            app,
            mix,
            audio: StoredValue::new_local(None),
            turn: StoredValue::new(0),
        };
        // Also when Back and Forward lead to another.
        Effect::new(move || {
            let at = at.get();
            if at != milliseconds(player.time.get_untracked()) {
                player.seek(f64::from(at) / 1000.0);
            }
        });
        // What is played changes with what is switched.
        Effect::new(move |before: Option<()>| {
            player.rate.track();
            player.is_muted.track();
            player.mix.track();
            if before.is_some() && player.is_playing.get_untracked() {
                player.play();
            }
        });
        on_cleanup(move || player.stop());
        player
    }

    pub fn toggle(self) {
        match self.is_playing.get_untracked() {
            true => {
                self.stop();
                self.note();
            }
            false => self.play(),
        }
    }

    /// Goes to a second that was chosen, and tells the address.
    pub fn go(self, seconds: f64) {
        self.seek(seconds);
        self.note();
    }

    /// Tells the address where the clip is.
    pub fn note(self) {
        let at = milliseconds(self.time.get_untracked());
        self.app.note(|view| view.listen.milliseconds = at);
    }

    /// The second whose frame is seen.
    pub fn seen(self) -> f64 {
        self.pointed.get().unwrap_or_else(|| self.time.get())
    }

    /// Points at a second, or at none any more.
    pub fn point(self, seconds: Option<f64>) {
        if !self.is_playing.get_untracked() {
            self.pointed.set(seconds);
        }
    }

    /// Plays from where the clip is; from the beginning, where that is its end.
    pub fn play(self) {
        if self.time.get_untracked() >= LENGTH {
            self.time.set(0.0);
        }
        self.pointed.set(None);
        self.is_playing.set(true);
        let (from, rate) = (self.time.get_untracked(), self.rate.get_untracked());
        if self.is_muted.get_untracked() {
            self.silence();
        } else {
            self.sound(from, rate);
        }
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        let begun = Instant::now();
        request_animation_frame(move || self.frame(turn, begun, from));
    }

    fn stop(self) {
        // All are gone where the room is left.
        self.is_playing.try_set(false);
        self.turn.try_update_value(|turn| *turn += 1);
        self.silence();
    }

    /// Goes to a second, playing or not.
    pub fn seek(self, seconds: f64) {
        self.pointed.set(None);
        self.time.set(seconds.clamp(0.0, LENGTH));
        if self.is_playing.get_untracked() {
            self.play();
        }
    }

    fn frame(self, turn: u32, begun: Instant, from: f64) {
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        // The sound's own clock, where it runs: a loudspeaker may begin late. Time does not go back to wait for it.
        let heard = self.audio.with_value(|audio| audio.as_ref().and_then(Audio::elapsed));
        let elapsed = heard.unwrap_or_else(|| begun.elapsed().as_secs_f64());
        let now = (from + elapsed * self.rate.get_untracked()).max(self.time.get_untracked());
        if now < LENGTH {
            self.time.set(now);
            request_animation_frame(move || self.frame(turn, begun, from));
            return;
        }
        self.time.set(LENGTH);
        if self.is_looping.get_untracked() { self.play() } else { self.stop() }
    }

    fn sound(self, from: f64, rate: f64) {
        let played = self.audio.try_update_value(|audio| {
            if audio.is_none() {
                *audio = Some(Audio::new()?);
            }
            let audio = audio.as_mut().expect("it is there by now");
            self.mix.with_untracked(|samples| audio.play(samples, from, rate))
        });
        self.is_audio_refused.set(matches!(played, Some(Err(_))));
    }

    fn silence(self) {
        self.audio.try_update_value(|audio| audio.iter_mut().for_each(Audio::stop));
    }
}

/// In whole milliseconds, as an address has it.
fn milliseconds(seconds: f64) -> u16 {
    (1000.0 * seconds).round() as u16
}
