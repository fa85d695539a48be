//! The networks that hear and see: they learn, are written and read back, compute the same on both devices, and the shipped ones do
//! what their card says.

use std::path::Path;

use pollster::block_on;
use strum::VariantArray;
use triptych::device::{CpuDevice, Device, GpuDevice};
use triptych::eval::senses::{
    SensesReport, clips, evaluate_events, evaluate_reconstruction, evaluate_separation, evaluate_source,
    evaluate_sync,
};
use triptych::infer::audiovisual::{Network, events_inputs, sync_inputs};
use triptych::infer::modality::METADATA_KEY;
use triptych::infer::{VisionLanguageModel, grey_pixels, pixels};
use triptych::io::file::{Folder, read};
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::model::audiovisual::sync::{ANSWERS, OFFSETS};
use triptych::model::audiovisual::{Config, Task};
use triptych::model::playroom;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;
use triptych::train::audiovisual::{Frozen, batch, plan};
use triptych::train::small_trainer::SmallTrainer;
use triptych::world::motion::FRAMES;
use triptych::world::sound::SAMPLES;
use triptych::world::{Clip, Split};

const CPU: Device = Device::Cpu(CpuDevice { exact: false });

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom")
}

fn shipped_model() -> VisionLanguageModel {
    VisionLanguageModel::load(CPU, &Folder(folder()), Precision::F32).expect("the shipped model")
}

fn shipped(task: Task) -> Network {
    let name = format!("{task}.safetensors");
    let file = SafetensorsFile::new(&name, read(&folder().join(&name)).expect("it is shipped"));
    Network::load(&CPU, &file.expect("a safetensors file"), task).expect("the shipped network")
}

/// Networks small enough for a test; that of events has one width only.
fn small(task: Task) -> Config {
    let width = if task == Task::Events { 96 } else { 32 };
    Config { width, ..Config::playroom(task) }
}

fn file(weights: &[(String, HostTensor)], config: &str) -> SafetensorsFile {
    let named = weights.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = to_bytes(named, &[(METADATA_KEY, config)], Floats::F32).expect("weights are finite");
    SafetensorsFile::new("network.safetensors", bytes).expect("what was written is read")
}

#[test]
fn every_task_is_learned_and_its_network_read_back() {
    let mut model = shipped_model();
    let mut frozen = Frozen { model: &mut model, events: Some(shipped(Task::Events)) };
    for &task in Task::VARIANTS {
        let config = small(task);
        let inputs = block_on(batch(&mut frozen, task, 1, 0, 4)).expect("the CPU computes");
        let mut trainer =
            block_on(SmallTrainer::new(&CPU, plan(&config, 4), 1, &[])).expect("the CPU has room");
        let mut losses = Vec::new();
        for _ in 0..12 {
            losses.push(block_on(trainer.step(&inputs, 3e-3)).expect("the CPU computes"));
        }
        assert!(losses[11] < 0.8 * losses[0], "{task}: {losses:?}");
        let weights = block_on(trainer.weights()).expect("the CPU keeps them");
        let json = |config: &Config| serde_json::to_string(config).unwrap();
        let network = Network::load(&CPU, &file(&weights, &json(&config)), task).expect("a network");
        assert_eq!(network.config, config);

        let refused = |config: &Config, expected: &str| {
            let error =
                Network::load(&CPU, &file(&weights, &json(config)), task).err().expect(expected).to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused(&Config { width: 30, ..config.clone() }, "width is 30, expected a multiple of 4");
        refused(&Config { width: 1 << 13, ..config.clone() }, "width is 8192");
        refused(&Config { model_type: "clip".into(), ..config.clone() }, "model_type is \"clip\"");
        let wide = Config { width: 64 + config.width, ..config.clone() };
        refused(&wide, if task == Task::Events { "which the network for sync reads" } else { task.word() });
        let other = if task == Task::Sync { Task::Source } else { Task::Sync };
        refused(&Config { width: 32, ..Config::playroom(other) }, &format!("expected {task}"));
        let theirs = playroom::Config::playroom(250);
        assert_eq!(network.expect_model(&theirs), Ok(()));
        let coarse = playroom::Config { image_size: 32, ..theirs };
        let reads_pictures = [Task::Source, Task::Events, Task::Separation].contains(&task);
        assert_eq!(network.expect_model(&coarse).is_err(), reads_pictures, "{task}");
    }
}

#[test]
fn the_gpu_computes_what_the_cpu_does() {
    let gpu = Device::Gpu(block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one"));
    let mut model = shipped_model();
    let mut frozen = Frozen { model: &mut model, events: Some(shipped(Task::Events)) };
    for &task in Task::VARIANTS {
        let inputs = block_on(batch(&mut frozen, task, 2, 0, 1)).expect("the CPU computes");
        let loss = |device: &Device| {
            let trainer =
                block_on(SmallTrainer::new(device, plan(&small(task), 1), 1, &[])).expect("there is room");
            let mut trainer = trainer;
            let first = block_on(trainer.step(&inputs, 1e-3)).expect("it computes");
            [first, block_on(trainer.step(&inputs, 1e-3)).expect("it computes")]
        };
        for (cpu, gpu) in loss(&CPU).into_iter().zip(loss(&gpu)) {
            assert!((cpu - gpu).abs() < 2e-3 * cpu.abs().max(1.0), "{task}: CPU {cpu}, GPU {gpu}");
        }
    }
}

/// Whether a share of `count` trials may come from the probability `p`, within four standard deviations.
fn agrees(found: f64, p: f64, count: usize) -> bool {
    let count = count as f64;
    let variance = (p * (1.0 - p)).max(1.0 / count * (1.0 - 1.0 / count));
    (found - p).abs() <= 4.0 * (variance / count).sqrt()
}

#[test]
fn a_hundred_clips_agree_with_the_card() {
    let json = read(&folder().join("senses.json")).expect("the report is shipped");
    let report: SensesReport = serde_json::from_slice(&json).expect("a report");
    let clips: Vec<Clip> = clips(Split::Test, 7, 100);
    let mut model = shipped_model();
    let mut events = shipped(Task::Events);

    let source =
        block_on(evaluate_source(&mut model, &mut shipped(Task::Source), &clips)).expect("it computes");
    let card = report.tasks.source.expect("the card has it");
    assert!(agrees(source.pointing, card.pointing, source.hits), "{source:?} {card:?}");
    assert!(source.pointing > source.any_object && source.energy > 2.0 * source.chance, "{source:?}");

    let found = block_on(evaluate_events(&mut events, &clips)).expect("it computes");
    let card = report.tasks.events.expect("the card has it");
    // Hits share their clips: half as many are independent.
    assert!(agrees(found.precision, card.precision, found.hits / 2), "{found:?} {card:?}");
    assert!(agrees(found.recall, card.recall, found.hits / 2), "{found:?} {card:?}");

    let sync = block_on(evaluate_sync(&mut events, &mut shipped(Task::Sync), &clips)).expect("it computes");
    let card = report.tasks.sync.expect("the card has it");
    assert!(agrees(sync.within_one_frame, card.within_one_frame, sync.with_hits), "{sync:?} {card:?}");
    assert!(agrees(sync.cannot_tell_accuracy, card.cannot_tell_accuracy, sync.without_hits), "{sync:?}");

    let some = &clips[..30];
    let separated = block_on(evaluate_separation(&mut model, &mut shipped(Task::Separation), some));
    let (separated, card) =
        (separated.expect("it computes"), report.tasks.separation.expect("the card has it"));
    assert!((separated.si_sdri - card.si_sdri).abs() < 2.0, "{separated:?} {card:?}");
    assert!(separated.si_sdri > separated.si_sdri_without_picture + 2.0, "{separated:?}");

    let mut drawing = shipped(Task::Reconstruction);
    let drawn = block_on(evaluate_reconstruction(&mut model, &mut [], &mut drawing, &clips));
    let (drawn, card) = (drawn.expect("it computes"), report.tasks.reconstruction.expect("the card has it"));
    for of in ["picture", "words"] {
        assert!((drawn.psnr[of] - card.psnr[of]).abs() < 1.0, "{drawn:?} {card:?}");
        assert!(drawn.psnr[of] > drawn.psnr_of_another + 2.0, "{drawn:?}");
    }
}

#[test]
fn without_sound_or_without_video_no_offset_can_be_told() {
    let (mut events, mut sync) = (shipped(Task::Events), shipped(Task::Sync));
    let clips = clips(Split::Test, 8, 40);
    let (mut missing, mut whole) = (0, 0);
    for clip in clips.iter().filter(|clip| clip.is_told_at(0)) {
        let seen: Vec<_> = clip.frames().map(pixels).collect();
        let (heard, silence) = (clip.sound().mix(), vec![0.0; SAMPLES]);
        let mut says_nothing = |video: Vec<_>, waveform: &[f32]| {
            let activity =
                block_on(events.run(&events_inputs(&[video]), 1, "activity")).expect("it computes");
            let answers = block_on(sync.run(&sync_inputs(activity, &[waveform]), 1, "answers"));
            let answers = answers.expect("it computes");
            let best = (0..ANSWERS).max_by(|&a, &b| answers.as_f32()[a].total_cmp(&answers.as_f32()[b]));
            usize::from(best == Some(OFFSETS))
        };
        missing += says_nothing(seen.clone(), &silence) + says_nothing(vec![grey_pixels(); FRAMES], &heard);
        whole += 1;
    }
    assert!(whole > 20 && missing > 2 * whole * 9 / 10, "{missing} of twice {whole}");
}
