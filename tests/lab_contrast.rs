//! Contrastive runs of every kind, on the CPU.

use triptych::device::{CpuDevice, Device};
use triptych::lab::contrast::objectives::{
    self, Objective, ObjectiveComparison, Phase, SquaredError, Standing,
};
use triptych::lab::contrast::partner::Partner;
use triptych::lab::contrast::{
    ContrastEval, ContrastMetrics, ContrastSettings, Correlations, Direction, HELD_OUT, Loss, Run, Space,
    Temperature,
};

const DEVICE: Device = Device::Cpu(CpuDevice { exact: false });

fn small() -> ContrastSettings {
    ContrastSettings { batch: 13, width: 17, steps: 30, ..ContrastSettings::default() }
}

fn begin(settings: ContrastSettings) -> Run {
    pollster::block_on(Run::begin(&DEVICE, settings)).expect("the CPU device prepares")
}

fn train(run: &mut Run, steps: u64) -> Vec<ContrastMetrics> {
    (0..steps).map(|_| pollster::block_on(run.step()).expect("the CPU device runs")).collect()
}

fn figures(run: &mut Run) -> ContrastEval {
    pollster::block_on(run.figures()).expect("the CPU device runs")
}

fn all_settings() -> Vec<ContrastSettings> {
    let mut all = Vec::new();
    for space in [Space::Shared, Space::Joint, Space::Coordinated] {
        for loss in [Loss::InfoNce, Loss::Sigmoid] {
            for direction in [Direction::Both, Direction::ToText, Direction::ToPicture] {
                for hard_negatives in [false, true] {
                    for temperature in [Temperature::Learned, Temperature::Fixed { milli: 70 }] {
                        all.push(ContrastSettings {
                            space,
                            loss,
                            direction,
                            hard_negatives,
                            temperature,
                            ..small()
                        });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn every_kind_of_run_learns() {
    let kinds: Vec<ContrastSettings> =
        all_settings().into_iter().filter(|kind| kind.check().is_ok()).collect();
    // Shared: InfoNCE 3 directions x hard negatives, less one, x 2 temperatures; sigmoid 2 x 2. Joint: 5 and 2.
    assert_eq!(kinds.len(), 10 + 4 + 5 + 2 + 1);
    for settings in kinds {
        let mut run = begin(settings.clone());
        let reports = train(&mut run, 30);
        assert!(reports.iter().all(|report| report.loss.is_finite()), "{settings:?}");
        let mean =
            |part: &[ContrastMetrics]| part.iter().map(|report| report.loss).sum::<f32>() / part.len() as f32;
        let (first, last) = (mean(&reports[..5]), mean(&reports[20..]));
        // A joint space begins on a plateau.
        let share = match settings.space {
            Space::Shared => 0.9,
            Space::Coordinated => 0.95,
            Space::Joint => 1.0,
        };
        assert!(last < share * first, "{settings:?}: {first} {last}");
        let shared = settings.space == Space::Shared;
        assert_eq!(reports[0].temperature.is_some(), shared);
        let directed = settings.loss == Loss::InfoNce && settings.space != Space::Coordinated;
        assert_eq!((reports[0].to_text.is_some(), reports[0].to_picture.is_some()), (directed, directed));
        let found = figures(&mut run);
        assert_eq!((found.matrix.size, found.matrix.logits.len()), (13, 169));
        assert_eq!(found.matrix.altered.len(), if settings.hard_negatives { 13 } else { 0 });
        assert_eq!(found.map.first.len(), HELD_OUT);
        assert_eq!(found.geometry.is_none(), settings.space == Space::Joint);
        assert!(found.matrix.logits.iter().all(|logit| logit.is_finite()));
    }
}

#[test]
fn equal_seeds_give_equal_losses() {
    let losses = |seed: u64| {
        let reports = train(&mut begin(ContrastSettings { seed, ..small() }), 5);
        reports.iter().map(|report| report.loss.to_bits()).collect::<Vec<u32>>()
    };
    assert_eq!(losses(4), losses(4));
    assert_ne!(losses(4), losses(5));
}

#[test]
fn a_short_run_finds_partners() {
    let settings = ContrastSettings { batch: 32, steps: 80, ..ContrastSettings::default() };
    let mut run = begin(settings);
    let before = figures(&mut run);
    assert!(before.to_text.recall_1 < 0.06 && before.matrix.size == 0, "{:?}", before.to_text);
    train(&mut run, 80);
    let after = figures(&mut run);
    assert!(after.to_text.recall_1 > 0.3 && after.to_picture.recall_1 > 0.3, "{:?}", after.to_text);
    assert!(after.to_text.recall_5 > after.to_text.recall_1 && after.chance.recall_1 == 0.01);
    let geometry = after.geometry.expect("vectors of either side");
    assert!(geometry.alignment < before.geometry.expect("the same").alignment);
}

#[test]
fn coordinated_dimensions_come_to_correlate() {
    let diagonal = |found: &Correlations| {
        (0..found.size).map(|i| found.values[i * found.size + i]).sum::<f32>() / found.size as f32
    };
    let mut run = begin(ContrastSettings { space: Space::Coordinated, batch: 32, steps: 120, ..small() });
    train(&mut run, 1);
    let before = diagonal(&figures(&mut run).correlations.expect("of a coordinated space"));
    train(&mut run, 119);
    let after = diagonal(&figures(&mut run).correlations.expect("of a coordinated space"));
    assert!(before < 0.2 && after > 0.3, "{before} {after}");
}

#[test]
fn what_cannot_be_run_is_refused_in_words() {
    let refused = |settings: ContrastSettings| settings.check().expect_err("it cannot be run");
    assert!(refused(ContrastSettings { batch: 7, ..small() }).contains("between 8 and 128"));
    assert!(refused(ContrastSettings { width: 1, ..small() }).contains("between 2 and 128"));
    assert!(refused(ContrastSettings { steps: 1, ..small() }).contains("steps"));
    let fixed = Temperature::Fixed { milli: 70 };
    assert!(
        refused(ContrastSettings { space: Space::Joint, temperature: fixed, ..small() })
            .contains("temperature")
    );
    let one_way = ContrastSettings { direction: Direction::ToPicture, ..small() };
    assert!(refused(ContrastSettings { loss: Loss::Sigmoid, ..one_way.clone() }).contains("direction"));
    assert!(refused(ContrastSettings { hard_negatives: true, ..one_way.clone() }).contains("Hard negatives"));
    assert!(refused(ContrastSettings { space: Space::Coordinated, ..one_way }).contains("correlations"));
}

#[test]
fn the_weights_are_named_after_the_towers() {
    let run = begin(small());
    let weights = pollster::block_on(run.weights()).expect("they are on the device");
    let names: Vec<&str> = weights.iter().map(|(name, _)| &name[..]).collect();
    for name in ["picture.stem.0.weight", "text.token_embedding", "picture_projection.weight", "logit_scale"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    assert_eq!(weights.iter().map(|(_, tensor)| tensor.shape.numel()).sum::<usize>(), run.parameters());
}

fn race(seed: u64) -> Vec<Standing> {
    let settings =
        objectives::ObjectiveSettings { seed, batch: 8, steps: 2, probe_steps: 2, ..Default::default() };
    // Of each contestant two batches and an end in four phases; the baseline does without pre-training.
    assert_eq!(settings.pieces(), 7 * 4 * 3 - 2);
    let mut race =
        pollster::block_on(ObjectiveComparison::begin(&DEVICE, settings)).expect("the CPU device prepares");
    while pollster::block_on(race.step(&DEVICE)).expect("the CPU device runs").is_some() {}
    assert_eq!(race.pieces, race.settings.pieces());
    race.standings()
}

#[test]
fn a_race_ends_with_figures_of_everybody_and_repeats() {
    let standings = race(1);
    assert!(standings.iter().map(|standing| standing.objective).eq(Objective::ALL));
    for standing in &standings {
        assert_eq!(standing.phase, Phase::Done);
        let captioning = standing.captioning.expect("a captioning probe");
        let probing = standing.probing.expect("a classifying probe");
        assert!(standing.retrieval.is_some() && captioning.perplexity > 1.0 && probing.colours_always > 0.0);
        assert!(standing.loss.is_some_and(f32::is_finite));
    }
    assert_eq!(standings, race(1));
    assert_ne!(standings, race(2));
}

#[test]
fn objectives_teach_the_encoders() {
    let settings =
        objectives::ObjectiveSettings { batch: 32, steps: 60, probe_steps: 20, ..Default::default() };
    let mut race =
        pollster::block_on(ObjectiveComparison::begin(&DEVICE, settings)).expect("the CPU device prepares");
    let mut losses: Vec<Vec<f32>> = vec![Vec::new(); Objective::ALL.len()];
    while race.standings().iter().any(|standing| standing.phase == Phase::Pretraining) {
        pollster::block_on(race.step(&DEVICE)).expect("the CPU device runs");
        for (standing, losses) in race.standings().iter().zip(&mut losses) {
            if standing.phase == Phase::Pretraining && standing.step as usize > losses.len() {
                losses.extend(standing.loss);
            }
        }
    }
    for (objective, losses) in Objective::ALL.iter().zip(&losses).skip(1) {
        assert_eq!(losses.len(), 60);
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        let (first, last) = (mean(&losses[..10]), mean(&losses[50..]));
        // Matching leaves its plateau last of all.
        let share = if *objective == Objective::Matching { 0.995 } else { 0.9 };
        assert!(last < share * first, "{objective:?}: {first} {last}");
    }
}

#[test]
fn every_partner_is_reconstructed_beside_the_mean_of_the_training_data() {
    for partner in [Partner::Words, Partner::Sound, Partner::Table, Partner::Graph] {
        let settings = objectives::ObjectiveSettings {
            partner,
            batch: 32,
            steps: 60,
            probe_steps: 1,
            ..Default::default()
        };
        let mut race = pollster::block_on(ObjectiveComparison::begin(&DEVICE, settings.clone()))
            .expect("the CPU device prepares");
        while pollster::block_on(race.step(&DEVICE)).expect("the CPU device runs").is_some() {}
        assert_eq!(race.pieces, settings.pieces());
        let standings = race.standings();
        let objectives: Vec<Objective> = standings.iter().map(|standing| standing.objective).collect();
        assert_eq!(objectives.contains(&Objective::Captioning), partner == Partner::Words);
        for standing in standings {
            let reconstructs = [Objective::Reconstruction, Objective::Combined].contains(&standing.objective);
            let Some(found) = standing.reconstructions else {
                assert!(!reconstructs, "{standing:?}");
                continue;
            };
            assert!(reconstructs);
            // In so few steps; sound and graph tell nothing of the background, which most of a coarse picture is.
            let [of_picture, of_partner] = match partner {
                Partner::Words => [1.03, 0.96],
                Partner::Table => [0.8, 0.9],
                Partner::Sound | Partner::Graph => [1.03, 1.05],
            };
            for (SquaredError { error, mean }, most) in
                [(found.picture, of_picture), (found.partner, of_partner)]
            {
                assert!(error < most * mean, "{partner:?}, {:?}: {error} {mean}", standing.objective);
            }
            assert!(found.shown.iter().all(|pair| pair.values.len() == pair.truth.values.len()));
        }
    }
}
