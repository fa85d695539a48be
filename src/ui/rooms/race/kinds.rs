//! The tasks that a race of some modalities can be run on, in words.

use super::modalities::word;
use crate::lab::fuse::task::{Information, Task};
use crate::lab::fuse::{Modality, RaceSettings};
use crate::ui::format;

/// Kinds of samples in the order in which the page names them.
pub const ORDER: [Information; 5] = [
    Information::Redundant,
    Information::Picture,
    Information::Words,
    Information::Sound,
    Information::Synergy,
];

/// What a kind of samples is called.
pub const fn title(information: Information) -> &'static str {
    match information {
        Information::Redundant => "Redundant",
        Information::Picture => "Unique to the image",
        Information::Words => "Unique to the text",
        Information::Sound => "Unique to the sound",
        Information::Synergy => "Synergy (XOR)",
    }
}

/// Half of the samples tell their answer in every modality, half in the first alone.
fn half(modalities: &[Modality]) -> Task {
    let mut task = Task::pure(Information::Redundant);
    task.parts[Information::unique(modalities[0]) as usize] = 1;
    task
}

/// Every kind as often as the others.
fn mixed(modalities: &[Modality]) -> Task {
    Task { parts: [1; ORDER.len()] }.among(modalities)
}

/// The tasks to choose from.
pub fn kinds(modalities: &[Modality]) -> Vec<(Task, &'static str)> {
    let pure = ORDER.into_iter().filter(|information| information.is_among(modalities));
    let mut kinds: Vec<_> = pure.map(|information| (Task::pure(information), title(information))).collect();
    kinds.push((
        half(modalities),
        if modalities[0] == Modality::Picture { "Image in half" } else { "Text in half" },
    ));
    // Without words nothing would say which kind a sample is of.
    if modalities.contains(&Modality::Words) {
        kinds.push((mixed(modalities), if modalities.len() == 2 { "All four" } else { "All five" }));
    }
    kinds
}

/// What the samples of the task are like.
pub fn about(settings: &RaceSettings) -> String {
    let (task, modalities) = (settings.mixture(), settings.modalities.as_slice());
    match ORDER.into_iter().find(|information| task == Task::pure(*information)) {
        Some(information) => example(information, modalities).into(),
        None if task == half(modalities) => format!(
            "In half of the samples every modality tells the answer; in the other half only the {}.",
            word(modalities[0])
        ),
        None => {
            let known = task.ceiling(modalities, modalities);
            let mut about = "A mix: each kind of sample comes as often as its part says.".to_string();
            if known < 0.999 {
                about += &format!(
                    " Without text nothing says which modality holds the answer: even together they allow only {}.",
                    format::percent(known)
                );
            }
            about
        }
    }
}

fn example(information: Information, modalities: &[Modality]) -> &'static str {
    let has = |modality| modalities.contains(&modality);
    let [shown, said, heard] = Modality::ALL.map(has);
    match (information, shown, said, heard) {
        (Information::Redundant, true, true, false) => {
            "“it is red” of something red: either modality suffices."
        }
        (Information::Redundant, true, true, true) => {
            "“it is red” of something red that knocks twice; blue things knock once: any modality suffices."
        }
        (Information::Redundant, ..) => "Red goes with two knocks, blue with one: either modality suffices.",
        (Information::Picture, _, true, _) => "“which colour is it”: the answer is in the image alone.",
        (Information::Picture, ..) => "The answer is the colour in the image, however often it knocks.",
        (Information::Words, _, _, false) => "“answer red please”, whatever the image shows.",
        (Information::Words, ..) => "“answer red please”, whatever else is shown or heard.",
        (Information::Sound, ..) => {
            "Two knocks mean “red”, one means “blue”: the answer is in the sound alone."
        }
        (Information::Synergy, true, true, false) => {
            "“is it red”: the answer is whether image and text agree. Neither alone says anything."
        }
        (Information::Synergy, true, true, true) => {
            "“is it red”: whether image and text agree, and two knocks turn the answer round. No two of the three say anything."
        }
        (Information::Synergy, true, ..) => {
            "The answer is the colour in the image, or after two knocks the other one. Neither alone says anything."
        }
        (Information::Synergy, ..) => {
            "The answer is the colour in the text, or after two knocks the other one. Neither alone says anything."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_tasks_of_its_own_and_each_a_sentence() {
        assert_eq!(kinds(Modality::SETS[0]).len(), 6);
        assert_eq!(kinds(Modality::SETS[1]).len(), 5);
        assert_eq!(kinds(Modality::SETS[3]).len(), 7);
        for &modalities in &Modality::SETS {
            for (task, _) in kinds(modalities) {
                let settings =
                    RaceSettings { task, modalities: modalities.to_vec(), ..RaceSettings::default() };
                assert_eq!(settings.check(), Ok(()));
                assert!(!about(&settings).contains("even together"), "{task:?} of {modalities:?}");
            }
        }
        let (task, modalities) = (Task { parts: [0, 1, 0, 0, 1] }, Modality::SETS[1].to_vec());
        let untold = RaceSettings { task, modalities, ..RaceSettings::default() };
        assert!(about(&untold).contains("75 %"), "{}", about(&untold));
    }
}
