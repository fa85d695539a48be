//! The waveform that is played, shown and given to the networks.

use super::super::stage_clip::StageClip;
use super::{OwnRecording, output};
use crate::session::protocol::{ClipTask, Command, TaskOutput, Video, is_silent};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::throttle::throttle;
use crate::ui::view::{self, CLEAN, ListenTask, ListenView};
use crate::world::mixture::Mixture;
use crate::world::sound::with_noise;
use crate::world::{Clip, Split, Stream};
use std::time::Duration;

/// Between two mixtures that are computed with while sources are switched or a slider moves.
pub const MIXING_PAUSE: Duration = Duration::from_millis(200);

/// What the networks are asked about.
pub struct Asked {
    pub clip: Shared<StageClip>,
    /// Sources that are switched off, as bits.
    pub off: u8,
    pub is_seen: bool,
    /// How many frames after the video the sound begins.
    pub offset: i8,
    /// Signal-to-noise ratio, in dB.
    pub snr: i8,
    pub samples: Shared<Vec<f32>>,
    /// The sound of the clip's objects alone, in [`ListenTask::Separation`].
    pub own: Shared<Vec<f32>>,
}

impl Asked {
    pub fn command(&self, task: ClipTask) -> Command {
        let Asked { clip, is_seen, samples, .. } = self;
        let video = Video::Clip(clip.name.clone());
        Command::RunTask { video, is_seen: *is_seen, samples: samples.to_vec(), task }
    }

    /// What the networks are given, as lessons look at it.
    pub fn figures(&self) -> [(&'static str, f64); 3] {
        [
            ("snr", self.snr.into()),
            ("seen", f64::from(u8::from(self.is_seen))),
            ("off", self.off.count_ones().into()),
        ]
    }

    /// Which modalities an answer is by, in a sentence.
    pub fn told(&self) -> &'static str {
        match (self.is_seen, is_silent(&self.samples)) {
            (true, false) => "The answer is by sound and video.",
            (true, true) => "The answer is by the video alone: the sound is silent.",
            (false, false) => "The answer is by the sound alone: the video is grey.",
            (false, true) => {
                "The network is given neither sound nor video: this is what it answers by habit."
            }
        }
    }
}

#[derive(Clone, Copy)]
pub struct Heard {
    /// What is played and shown.
    pub mix: Memo<Shared<Vec<f32>>>,
    /// Some time behind, so that one answer is judged by what was asked.
    pub asked: Memo<Shared<Asked>>,
}

impl Heard {
    pub fn of(app: AppContext, clip: Memo<Shared<StageClip>>) -> Self {
        let listen = app.pick(|view| {
            let ListenView { task, off, snr, blind, offset, other, .. } = &view.listen;
            (*task, *off, *snr, *blind, *offset, *other)
        });
        let recording = OwnRecording::here();
        let newest = Memo::new(move |_| {
            let (task, off, snr, blind, offset, other) = listen.get();
            let clip = clip.get();
            let noisy = |samples: Vec<f32>| match snr < CLEAN {
                true => with_noise(&samples, snr, &mut clip.clip.rng(Stream::Noise)),
                false => samples,
            };
            let (samples, own) = match task {
                ListenTask::Sync => (Shared::new(noisy(clip.mix_at(offset, off))), Vec::new()),
                ListenTask::Separation => {
                    let Mixture { mixed, own } = Mixture::of(&clip.clip, &another(other));
                    (Shared::new(mixed), own)
                }
                ListenTask::Own => (recording.heard(), Vec::new()),
                _ => (Shared::new(noisy(clip.mix(off))), Vec::new()),
            };
            let is_seen = !(blind && matches!(task, ListenTask::Source | ListenTask::Sync));
            Shared::new(Asked { clip, off, is_seen, offset, snr, samples, own: Shared::new(own) })
        });
        let asked = throttle(move || newest.get(), MIXING_PAUSE);
        let heard = app.pick(|view| view.listen.heard);
        let mix = Memo::new(move |_| {
            let whole = newest.with(|newest| newest.samples.clone());
            if listen.with(|(task, ..)| *task) != ListenTask::Separation {
                return whole;
            }
            match heard.get() {
                view::Heard::Mixture => whole,
                view::Heard::Truth => newest.with(|newest| newest.own.clone()),
                view::Heard::Seen | view::Heard::Unseen => {
                    let command = asked.with(|asked| asked.command(ClipTask::Separation));
                    let separated = output(app, &command, |output| match output {
                        TaskOutput::Separated { with_picture, without_picture } => Some(match heard.get() {
                            view::Heard::Unseen => without_picture.clone(),
                            _ => with_picture.clone(),
                        }),
                        _ => None,
                    });
                    // Nothing, until the network has answered.
                    Shared::new(separated.unwrap_or_else(|| vec![0.0; whole.len()]))
                }
            }
        });
        Heard { mix, asked }
    }
}

/// The clip that is mixed in.
pub(super) fn another(other: u8) -> Clip {
    Clip::draw(Split::Test, OTHERS, other.into())
}

/// The seed of the clips that are mixed in, which is no gallery's, so that none is mixed with itself.
const OTHERS: u64 = u64::MAX;
