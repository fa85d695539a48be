//! What lessons look at of a race in either room, see `ui::lessons::figures`.

use super::RaceRoom;
use super::modalities::word;
use crate::lab::fuse::{Evaluation, Modality};
use crate::ui::lessons::figures::publish;
use crate::ui::state::Shared;

/// Publishes under the name of the room.
pub fn publish_race(room: RaceRoom, name: &'static str) {
    publish(move || {
        let has = |modality| room.modalities.with(|all| all.contains(&modality));
        let figure = |modality| (format!("{name}.has.{}", word(modality)), has(modality).into());
        Modality::ALL.map(figure).into()
    });
    publish(move || room.evaluations.with(|all| evaluated(name, all)));
}

fn evaluated(name: &str, all: &[Shared<Evaluation>]) -> Vec<(String, f64)> {
    let step = all.iter().map(|evaluation| evaluation.step).min();
    let mut figures: Vec<_> = step.map(|step| (format!("{name}.step"), step as f64)).into_iter().collect();
    for evaluation in all {
        let who = evaluation.contestant.name();
        figures.push((format!("{name}.accuracy.{who}"), evaluation.confusion.accuracy().into()));
        let alone =
            Modality::ALL.into_iter().filter_map(|modality| Some((modality, evaluation.alone(modality)?)));
        let figure = |(modality, accuracy): (Modality, f32)| {
            (format!("{name}.given.{}.{who}", word(modality)), accuracy.into())
        };
        figures.extend(alone.map(figure));
    }
    figures
}
