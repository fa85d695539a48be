//! What the rooms Fuse and Sabotage claim, as races.

use triptych::device::{CpuDevice, Device};
use triptych::io::safetensors::SafetensorsFile;
use triptych::lab::fuse::task::{Information, Task};
use triptych::lab::fuse::{Contestant, Modality, Race, RaceSettings, parameter_budget};
use triptych::lab::sabotage::{Corruption, Sabotage};

const CPU: Device = Device::Cpu(CpuDevice { exact: false });

fn settings(information: Information, contestants: &[Contestant]) -> RaceSettings {
    let task = Task::pure(information);
    RaceSettings { task, contestants: contestants.to_vec(), ..RaceSettings::default() }
}

/// The race after `steps`, and every loss on its way.
fn run(settings: RaceSettings, steps: u64) -> (Race, Vec<f32>) {
    pollster::block_on(async {
        let mut race = Race::begin(&CPU, settings).await.unwrap();
        let mut losses = Vec::new();
        while race.step < steps {
            let round = race.round().await.unwrap();
            losses.extend(round.learners.iter().map(|learner| learner.loss));
        }
        (race, losses)
    })
}

fn place(race: &Race, contestant: Contestant) -> usize {
    race.settings.entrants().iter().position(|other| *other == contestant).expect("takes part")
}

fn accuracy(race: &Race, contestant: Contestant) -> f32 {
    let evaluation = pollster::block_on(race.evaluate(place(race, contestant))).unwrap();
    evaluation.confusion.accuracy()
}

fn without(race: &Race, contestant: Contestant, modality: Modality) -> f32 {
    let sabotage = Sabotage { modality, corruption: Corruption::Remove, percent: 100 };
    let result = pollster::block_on(race.evaluate_corrupted(place(race, contestant), sabotage)).unwrap();
    result.confusion.accuracy()
}

#[test]
fn exclusive_or_defeats_additive_late_fusion() {
    let contestants = [Contestant::Late, Contestant::Bilinear, Contestant::CoAttention];
    // At 400 steps the bilinear product is still on its way, and how far hangs on the order of the sums.
    let (race, _) = run(settings(Information::Synergy, &contestants), 800);
    for blind in [Contestant::Late, Contestant::Picture, Contestant::Words, Contestant::Majority] {
        let accuracy = accuracy(&race, blind);
        assert!(accuracy <= 0.55, "{blind:?} reaches {accuracy}");
    }
    for fusion in [Contestant::Bilinear, Contestant::CoAttention] {
        let accuracy = accuracy(&race, fusion);
        assert!(accuracy >= 0.9, "{fusion:?} reaches {accuracy} only");
    }
}

#[test]
fn modality_dropout_costs_little_and_helps_when_words_are_missing() {
    let contestants = [Contestant::Concat, Contestant::Dropout];
    let (race, _) = run(RaceSettings { contestants: contestants.to_vec(), ..RaceSettings::sabotage() }, 400);
    let [plain, dropout] = contestants.map(|contestant| accuracy(&race, contestant));
    assert!(dropout >= plain - 0.05, "with both: {dropout}, without dropout {plain}");
    let [plain, dropout] = contestants.map(|contestant| without(&race, contestant, Modality::Words));
    assert!(dropout >= plain + 0.15, "with the picture alone: {dropout}, without dropout {plain}");
}

#[test]
fn shuffling_a_picture_that_tells_nothing_changes_nothing() {
    let (race, _) = run(settings(Information::Words, &[Contestant::Concat]), 120);
    let [own, shuffled] = [Contestant::Concat, Contestant::Shuffled].map(|c| accuracy(&race, c));
    assert!(own > 0.95 && (own - shuffled).abs() < 0.02, "{own} and {shuffled}");
    let sabotage = Sabotage { modality: Modality::Picture, corruption: Corruption::Shuffle, percent: 100 };
    let result =
        pollster::block_on(race.evaluate_corrupted(place(&race, Contestant::Concat), sabotage)).unwrap();
    assert!((result.confusion.accuracy() - own).abs() < 0.02);
}

#[test]
fn parity_of_three_modalities_needs_a_product_and_defeats_a_sum_of_logits() {
    let modalities = Modality::ALL.to_vec();
    let settings = settings(Information::Synergy, &[Contestant::Late, Contestant::Product]);
    let (race, _) = run(RaceSettings { modalities, ..settings }, 1000);
    for blind in [Contestant::Late, Contestant::Picture, Contestant::Words, Contestant::Sound] {
        let accuracy = accuracy(&race, blind);
        assert!(accuracy <= 0.57, "{blind:?} reaches {accuracy}");
    }
    let product = pollster::block_on(race.evaluate(place(&race, Contestant::Product))).unwrap();
    assert!(product.confusion.accuracy() >= 0.9, "the product reaches {}", product.confusion.accuracy());
    let [fewer @ .., all] = &product.subsets[..] else { panic!("{:?}", product.subsets) };
    assert!(
        all.accuracy >= 0.9 && fewer.iter().all(|subset| subset.accuracy <= 0.55),
        "{:?}",
        product.subsets
    );
}

#[test]
fn a_sound_that_is_removed_costs_most_where_it_was_never_missed() {
    let contestants = [Contestant::Concat, Contestant::Dropout];
    let modalities = vec![Modality::Picture, Modality::Sound];
    let settings = settings(Information::Redundant, &contestants);
    let (race, _) = run(RaceSettings { modalities, ..settings }, 300);
    let whole = contestants.map(|contestant| accuracy(&race, contestant));
    assert!(whole.iter().all(|accuracy| *accuracy >= 0.95), "{whole:?}");
    let [plain, dropout] = contestants.map(|contestant| without(&race, contestant, Modality::Sound));
    assert!(
        plain <= whole[0] - 0.2 && dropout >= plain + 0.15,
        "without sound {plain}, with dropout {dropout}"
    );
}

#[test]
fn everyone_has_as_many_weights_and_equal_seeds_give_equal_losses() {
    let all = [&Contestant::FUSIONS[..], &Contestant::ROBUST].concat();
    for &modalities in &Modality::SETS {
        let (contestants, modalities) = (all.clone(), modalities.to_vec());
        let settings = RaceSettings {
            task: Task { parts: [1; 5] },
            contestants,
            modalities,
            batch: 8,
            ..RaceSettings::default()
        };
        let (race, losses) = run(settings.clone(), 2);
        assert_eq!(losses, run(settings, 2).1);
        assert!(losses.iter().all(|loss| loss.is_finite()));
        let budget = parameter_budget(race.settings.modalities.len());
        for at in 1..race.settings.entrants().len() {
            let evaluation = pollster::block_on(race.evaluate(at)).unwrap();
            let share = evaluation.parameters as f32 / budget as f32;
            let who = (evaluation.contestant, &race.settings.modalities);
            assert!((share - 1.0).abs() < 0.025, "{who:?} has {}", evaluation.parameters);
            assert_eq!(evaluation.subsets.len(), (1 << race.settings.modalities.len()) - 1);
            let shares =
                if evaluation.gates.is_empty() { 1.0 } else { evaluation.gates.iter().map(|of| of[0]).sum() };
            let alpha = if evaluation.alpha.is_empty() { 1.0 } else { evaluation.alpha.iter().sum() };
            assert!((shares - 1.0_f32).abs() < 1e-4 && (alpha - 1.0_f32).abs() < 1e-4, "{who:?}");
        }
    }
}

#[test]
fn saved_weights_answer_as_before() {
    for &modalities in &Modality::SETS {
        let modalities = modalities.to_vec();
        let (race, _) =
            run(RaceSettings { modalities, ..settings(Information::Redundant, &[Contestant::Gate]) }, 10);
        pollster::block_on(async {
            let bytes = race.to_file(Contestant::Gate).await.unwrap();
            let file = SafetensorsFile::new("gate.safetensors", bytes).unwrap();
            let (again, at) = Race::from_file(&CPU, "gate.safetensors", &file).await.unwrap();
            let before = race.evaluate(place(&race, Contestant::Gate)).await.unwrap();
            assert_eq!(again.evaluate(at).await.unwrap(), before);
        });
    }
}
