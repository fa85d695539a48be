//! The waveform that is played, shown and given to the networks.

use super::super::stage_clip::StageClip;
use super::{OwnSound, output};
use crate::session::protocol::{ClipName, ClipTask, Command, TaskOutput};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::throttle::throttle;
use crate::ui::view::{self, ListenTask};
use crate::world::mixture::Mixture;
use std::time::Duration;

/// Between two mixtures that are computed with while sources are switched or a slider moves.
const MIXING_PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy)]
pub struct Heard {
    /// What is played and shown.
    pub mix: Memo<Shared<Vec<f32>>>,
    /// What the networks are given.
    pub given: Memo<Shared<Vec<f32>>>,
    /// The sound of the objects alone, in [`ListenTask::Separation`].
    pub own: Memo<Shared<Vec<f32>>>,
}

impl Heard {
    pub fn of(app: AppContext, clip: Memo<Shared<StageClip>>) -> Self {
        let listen =
            app.pick(|view| (view.listen.task, view.listen.off, view.listen.offset, view.listen.other));
        let recording = OwnSound::here();
        let sounds = Memo::new(move |_| {
            let (task, off, offset, other) = listen.get();
            clip.with(|clip| match task {
                ListenTask::Sync => (Shared::new(clip.mix_at(offset, off)), Shared::new(Vec::new())),
                ListenTask::Separation => {
                    let Mixture { mixed, own } = Mixture::of(&clip.clip, &another(other));
                    (Shared::new(mixed), Shared::new(own))
                }
                ListenTask::Own => (recording.heard(), Shared::new(Vec::new())),
                _ => (Shared::new(clip.mix(off)), Shared::new(Vec::new())),
            })
        });
        let given = Memo::new(move |_| sounds.with(|(given, _)| given.clone()));
        let own = Memo::new(move |_| sounds.with(|(_, own)| own.clone()));
        let given = throttle(move || given.get(), MIXING_PAUSE);
        let heard = app.pick(|view| view.listen.heard);
        let mix = Memo::new(move |_| {
            let whole = || sounds.with(|(given, _)| given.clone());
            if listen.with(|(task, ..)| *task) != ListenTask::Separation {
                return whole();
            }
            match heard.get() {
                view::Heard::Mixture => whole(),
                view::Heard::Truth => own.get(),
                view::Heard::Seen | view::Heard::Unseen => {
                    let command = separate(&clip.with(|clip| clip.name.clone()), &given.get());
                    let separated = output(app, &command, |output| match output {
                        TaskOutput::Separated { with_picture, without_picture } => Some(match heard.get() {
                            view::Heard::Unseen => without_picture.clone(),
                            _ => with_picture.clone(),
                        }),
                        _ => None,
                    });
                    separated.map_or_else(whole, Shared::new)
                }
            }
        });
        Heard { mix, given, own }
    }
}

/// The clip of the gallery that is mixed in.
pub(super) fn another(other: u8) -> crate::world::Clip {
    crate::world::Clip::draw(crate::world::Split::Test, OTHERS, other.into())
}

/// The seed of the clips that are mixed in, which is that of no gallery at first.
const OTHERS: u64 = 2;

/// What asks for the sound of the clip out of a mixture.
pub(super) fn separate(name: &ClipName, samples: &[f32]) -> Command {
    Command::RunTask { clip: name.clone(), samples: samples.to_vec(), task: ClipTask::Separation }
}
