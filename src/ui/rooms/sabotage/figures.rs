//! What lessons look at of a race that is corrupted, see `ui::lessons::figures`.

use super::imbalance::norms;
use super::results::DeskResults;
use crate::lab::fuse::{Contestant, Modality};
use crate::lab::sabotage::Corruption;
use crate::ui::lessons::figures::publish;
use crate::ui::rooms::race::{RaceRoom, word};

pub fn publish_sabotage(room: RaceRoom, results: DeskResults) {
    publish(move || {
        let (corruption, percent) = room.view.with(|view| (view.corruption, view.percent));
        let (spoilt, alpha) = (results.modality.get(), room.settings.with(|settings| settings.modulation));
        let kind = |kind: Corruption| (format!("sabotage.is.{}", kind.name()), (kind == corruption).into());
        let modality = |one: Modality| (format!("sabotage.corrupts.{}", word(one)), (one == spoilt).into());
        let settings =
            [("sabotage.strength", f64::from(percent)), ("sabotage.alpha", f64::from(alpha) / 10.0)];
        let settings = settings.map(|(name, value)| (name.into(), value));
        Corruption::ALL.into_iter().map(kind).chain(Modality::ALL.map(modality)).chain(settings).collect()
    });
    publish(move || {
        let entrants = room.settings.with(|settings| settings.entrants());
        let left = |contestant: Contestant| {
            Some((format!("sabotage.corrupted.{}", contestant.name()), results.at_dial(contestant)?.into()))
        };
        entrants.into_iter().filter_map(left).collect()
    });
    publish(move || {
        // Steps come far more often than evaluations.
        room.evaluations.track();
        let modalities = room.modalities.get();
        room.race.with_untracked(|race| {
            let of = |contestant| {
                let last = norms(race, contestant, &modalities);
                last.into_iter().map(move |(modality, points)| {
                    let norm = points.last().map_or(f64::NAN, |(_, norm)| f64::from(*norm));
                    (format!("sabotage.norm.{}.{}", word(modality), contestant.name()), norm)
                })
            };
            room.settings.with(|settings| settings.entrants()).into_iter().flat_map(of).collect()
        })
    });
}
