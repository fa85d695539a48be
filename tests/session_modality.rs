//! Sounds, videos, tables and graphs on a session: their encoders come when they are first needed, or it is told why not.

use std::fs;
use std::path::Path;

use pollster::block_on;
use tempfile::TempDir;
use triptych::device::{CpuDevice, Device};
use triptych::dot::dot;
use triptych::eval::senses::psnr;
use triptych::infer::modality::METADATA_KEY;
use triptych::io::safetensors::{Floats, to_bytes};
use triptych::io::table_csv;
use triptych::model::modality::Config;
use triptych::session::local::LocalClient;
use triptych::session::protocol::{
    BackendChoice, ClipName, ClipTask, Command, EncodeLane, Event, Failure, Hit, Input, Modality, ModelName,
    Pixels, Recovery, TaskOutput, Video,
};
use triptych::train::modality::plan;
use triptych::train::small_trainer::SmallTrainer;
use triptych::world::render::{PIXELS, render};
use triptych::world::sound::{SAMPLE_RATE, SAMPLES};
use triptych::world::{Clip, Split};

const SHIPPED: &str = "public/models/playroom";

/// Playroom's own files with these encoders beside them.
fn folder(encoders: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["config.json", "tokenizer.json", "model.safetensors"].iter().chain(encoders) {
        fs::copy(Path::new(SHIPPED).join(file), folder.path().join(file)).expect("a copy");
    }
    folder
}

fn session(folder: &TempDir) -> LocalClient {
    let mut client = LocalClient::new(folder.path());
    let model = ModelName::Playroom { url: "./".into() };
    let events = block_on(client.ask(Command::Load { backend: BackendChoice::Cpu, model }));
    assert!(matches!(events.last(), Some(Event::Ready(_))), "{events:?}");
    client
}

/// A small encoder that has learned nothing.
fn untrained(modality: Modality) -> Vec<u8> {
    let config = Config { width: 32, depth: 1, heads: 2, pool: 64, ..Config::playroom(modality) };
    let device = Device::Cpu(CpuDevice { exact: false });
    let trainer = block_on(SmallTrainer::new(&device, plan(&config, 8), 1, &[])).expect("the CPU has room");
    let weights = block_on(trainer.weights()).expect("the CPU keeps them");
    let named = weights.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let json = serde_json::to_string(&config).expect("plain data");
    to_bytes(named, &[(METADATA_KEY, &json)], Floats::F32).expect("weights are finite")
}

fn seeded(index: u64, modality: Modality) -> Input {
    Input::Clip(ClipName::Seeded { seed: 5, index }, modality)
}

fn pixels(rgb: Vec<u8>) -> Pixels {
    Pixels { width: PIXELS as u32, height: PIXELS as u32, rgb }
}

fn picture(index: u64) -> Input {
    pixels(Clip::draw(Split::Test, 5, index).picture().rgb).into()
}

fn frames(index: u64) -> Vec<Pixels> {
    Clip::draw(Split::Test, 5, index).frames().map(|frame| pixels(frame.rgb)).collect()
}

/// What is answered, without how far files have come.
fn answers(client: &mut LocalClient, command: Command) -> Vec<Event> {
    let mut events = block_on(client.ask(command));
    events.retain(|event| !matches!(event, Event::Fetching(_)));
    events
}

fn hits(client: &mut LocalClient, video: Video) -> Result<Vec<Hit>, Failure> {
    let (samples, task) = (Vec::new(), ClipTask::Events);
    match answers(client, Command::RunTask { video, is_seen: true, samples, task }).pop() {
        Some(Event::TaskDone(TaskOutput::Hits(hits))) => Ok(hits),
        Some(Event::Failed(failure)) => Err(failure),
        event => panic!("{event:?}"),
    }
}

/// The rows of inputs, and how many pieces they came in.
fn rows(client: &mut LocalClient, inputs: Vec<Input>) -> (Vec<Vec<f32>>, usize) {
    let count = inputs.len();
    let events = answers(client, Command::Encode { inputs, lane: EncodeLane::Gallery });
    let (mut all, pieces) = (Vec::new(), events.len());
    for event in events {
        let Event::Encoded { from, width, rows } = event else { panic!("{event:?}") };
        assert_eq!(from as usize, all.len());
        all.extend(rows.chunks(width as usize).map(<[f32]>::to_vec));
    }
    assert_eq!(all.len(), count);
    (all, pieces)
}

fn refusal(client: &mut LocalClient, input: Input) -> Failure {
    let events = answers(client, Command::query(input));
    match &events[..] {
        [Event::Failed(failure)] => failure.clone(),
        events => panic!("{events:?}"),
    }
}

#[test]
fn tables_and_graphs_lie_near_the_pictures_of_their_clips() {
    let folder = folder(&["table.safetensors", "graph.safetensors"]);
    let mut client = session(&folder);
    let count = 32;
    let (pictures, _) = rows(&mut client, (0..count).map(picture).collect());
    for modality in [Modality::Table, Modality::Graph] {
        let (own, pieces) = rows(&mut client, (0..count).map(|index| seeded(index, modality)).collect());
        assert_eq!(pieces, 8, "four at a time");
        let is_first = |(index, row): (usize, &Vec<f32>)| {
            let cosines = pictures.iter().map(|picture| dot(row, picture));
            let best = cosines.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
            usize::from(best.expect("pictures").0 == index)
        };
        let found: usize = own.iter().enumerate().map(is_first).sum();
        // Chance is one of 32.
        assert!(found >= 16, "{modality}: {found} of {count}");
    }
}

#[test]
fn a_table_of_ones_own_is_read_with_gaps_and_what_is_left_out_is_told() {
    let folder = folder(&["table.safetensors"]);
    let mut client = session(&folder);
    let clip = Clip::draw(Split::Test, 5, 1);
    let csv = [table_csv::header(), table_csv::lines("1", &clip.table())].concat();
    let csv = String::from_utf8(csv).expect("a table is text");
    let (both, _) = rows(&mut client, vec![Input::Table(csv.clone()), seeded(1, Modality::Table)]);
    assert!(dot(&both[0], &both[1]) > 0.9999, "a clip's table is its CSV");
    let mut notes = |csv: &str| {
        let events = block_on(client.ask(Command::query(Input::Table(csv.to_string()))));
        assert!(
            matches!(&events[0], Event::Encoded { rows, .. } if rows.iter().all(|x| x.is_finite())),
            "{events:?}"
        );
        let note = |event| match event {
            Event::Noted(note) => note,
            event => panic!("{event:?}"),
        };
        events.into_iter().skip(1).map(note).collect::<Vec<_>>()
    };
    assert_eq!(notes("x_px,y_px\n20,\n,NaN\n"), [""; 0]);
    assert_eq!(
        notes("file,x_px,mood\na,20,1\nb,30,2\n"),
        [
            "Columns that are not known were left out: mood.",
            "The table holds 2 clips; the first, a, is read."
        ]
    );
    assert_eq!(
        notes(&format!("x_px\n{}", "20\n".repeat(9))),
        ["The model reads the first 5 objects of this table."]
    );
    for (csv, sentence) in [
        ("", "This table names none of the columns"),
        ("x_px,y_px\n", "This table has no rows."),
        ("x_px\nabc\n", "This table has in line 2, column x_px, “abc”, expected a number or nothing."),
    ] {
        let failure = refusal(&mut client, Input::Table(csv.to_string()));
        assert!(failure.sentence.starts_with(sentence), "{}", failure.sentence);
    }
}

#[test]
fn a_picture_is_drawn_of_a_vector_and_of_nothing_else() {
    let folder = folder(&["reconstruction.safetensors"]);
    let mut client = session(&folder);
    let count = 8;
    let (vectors, _) = rows(&mut client, (0..count).map(picture).collect());
    let mut draw = |vector: &Vec<f32>| {
        let mut events = answers(&mut client, Command::Reconstruct { vector: vector.clone() });
        match events.pop() {
            Some(Event::Reconstructed(drawn)) if events.is_empty() => drawn,
            other => panic!("{events:?} {other:?}"),
        }
    };
    let drawn: Vec<Pixels> = vectors.iter().map(&mut draw).collect();
    assert_eq!(drawn[0].size(), (PIXELS, PIXELS));
    let truth = |index: u64| {
        let rgb = render(&Clip::draw(Split::Test, 5, index).scene.on_paper()).rgb;
        Pixels { width: PIXELS as u32, height: PIXELS as u32, rgb }
    };
    // Mean over the clips of what is drawn of the clip `apart` further on.
    let mean = |apart: usize| -> f64 {
        let one = |index: u64| psnr(&drawn[(index as usize + apart) % drawn.len()], &truth(index));
        (0..count).map(one).sum::<f64>() / count as f64
    };
    assert!(mean(0) > mean(1) + 2.0, "{} dB of its own, {} dB of another", mean(0), mean(1));
    for vector in [vec![], vec![0.5; 7], vec![f32::NAN; vectors[0].len()]] {
        let events = answers(&mut client, Command::Reconstruct { vector });
        let [Event::Failed(failure)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(failure.sentence, "This is no vector of the model.");
    }
}

#[test]
fn every_row_is_of_its_own_input() {
    let folder = folder(&["table.safetensors", "graph.safetensors"]);
    for modality in [Modality::Sound, Modality::Motion] {
        let file = folder.path().join(format!("{modality}.safetensors"));
        fs::write(file, untrained(modality)).expect("a file");
    }
    let mut client = session(&folder);
    let clip = Clip::draw(Split::Test, 5, 2);
    let code = ClipName::Coded(clip.scene.to_code().expect("a scene"));
    let inputs = vec![
        seeded(1, Modality::Graph),
        "a red circle".into(),
        seeded(1, Modality::Table),
        Input::Sound(clip.sound().mix()),
        picture(1),
        seeded(1, Modality::Motion),
        seeded(2, Modality::Sound),
        Input::Clip(code, Modality::Graph),
        seeded(2, Modality::Table),
    ];
    let (all, _) = rows(&mut client, inputs.clone());
    let difference = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    for (input, row) in inputs.into_iter().zip(&all) {
        assert!((dot(row, row) - 1.0).abs() < 1e-4);
        let (alone, _) = rows(&mut client, vec![input]);
        assert!(difference(&alone[0], row) < 1e-4);
    }
    assert!(difference(&all[3], &all[6]) < 1e-4, "a clip's sound is its waveform");
    assert!(difference(&all[2], &all[8]) > 1e-2, "two clips have two tables");
}

#[test]
fn an_encoder_that_is_absent_or_damaged_is_told_and_tried_again() {
    let folder = folder(&["graph.safetensors"]);
    let mut client = session(&folder);
    let failure = refusal(&mut client, seeded(0, Modality::Table));
    assert_eq!(failure.sentence, "The encoder of tables could not be downloaded.");
    assert_eq!(failure.recovery, Recovery::Retry);

    let whole = fs::read(Path::new(SHIPPED).join("table.safetensors")).expect("the shipped encoder");
    let mut broken = whole.clone();
    let end = broken.len() - 4;
    broken[end..].copy_from_slice(&f32::NAN.to_le_bytes());
    let graph = fs::read(Path::new(SHIPPED).join("graph.safetensors")).expect("the shipped encoder");
    let file = folder.path().join("table.safetensors");
    for damaged in [Vec::new(), b"<!doctype html>".to_vec(), whole[..end].to_vec(), broken, graph] {
        fs::write(&file, damaged).expect("a file");
        let failure = refusal(&mut client, seeded(0, Modality::Table));
        assert_eq!(failure.sentence, "The encoder of tables is damaged.");
        assert_eq!(failure.recovery, Recovery::Retry);
        assert!(failure.detail.contains("table.safetensors"), "{}", failure.detail);
    }
    fs::write(&file, whole).expect("a file");
    rows(&mut client, vec![seeded(0, Modality::Table)]);
    // From now on it is kept.
    fs::remove_file(&file).expect("it is there");
    rows(&mut client, vec![seeded(1, Modality::Table)]);
    // Whoever loads anew fetches anew.
    let model = ModelName::Playroom { url: "./".into() };
    block_on(client.ask(Command::Load { backend: BackendChoice::Cpu, model }));
    refusal(&mut client, seeded(0, Modality::Table));
}

#[test]
fn a_download_is_told_with_its_bytes_and_its_end() {
    let folder = folder(&["table.safetensors"]);
    let mut client = session(&folder);
    let mut fetched = |modality| {
        let events = block_on(client.ask(Command::query(seeded(0, modality))));
        let of = |event| match event {
            Event::Fetching(progress) => Some(progress.map(|file| (file.what, file.done, file.total))),
            _ => None,
        };
        events.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    let bytes = fs::metadata(folder.path().join("table.safetensors")).expect("a file").len();
    let what = || "encoder of tables".to_string();
    let all = [Some((what(), 0, None)), Some((what(), bytes, Some(bytes))), None];
    assert_eq!(fetched(Modality::Table), all);
    assert!(fetched(Modality::Table).is_empty(), "it is kept");
    assert_eq!(fetched(Modality::Graph), [Some(("encoder of graphs".to_string(), 0, None)), None]);
}

#[test]
fn sounds_that_are_none_are_refused_and_long_ones_cut() {
    let folder = folder(&[]);
    fs::write(folder.path().join("sound.safetensors"), untrained(Modality::Sound)).expect("a file");
    let mut client = session(&folder);
    let mut said = |input| refusal(&mut client, input).sentence;
    assert_eq!(said(Input::Sound(Vec::new())), "This sound is empty.");
    let broken = Input::Sound(vec![0.0, f32::INFINITY]);
    assert_eq!(said(broken), "This sound is broken: it holds values that are no numbers.");
    let hours = vec![0.0; 2 * 3600 * SAMPLE_RATE as usize];
    assert_eq!(said(Input::Sound(hours)), "This sound is too long.");
    assert_eq!(said(Input::Clip(ClipName::Coded("?".into()), Modality::Sound)), "No clip has this code.");

    let mut samples = Clip::draw(Split::Test, 5, 0).sound().mix();
    let (short, _) = rows(&mut client, vec![Input::Sound(samples.clone())]);
    samples.resize(2 * SAMPLES, 0.5);
    let events = block_on(client.ask(Command::query(Input::Sound(samples))));
    let [Event::Encoded { rows: long, .. }, Event::Noted(note)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((long, note.as_str()), (&short[0], "The model reads the first two seconds of this sound."));
    rows(&mut client, vec![Input::Sound(vec![0.25]), Input::Sound(vec![0.0; SAMPLES])]);
}

#[test]
fn a_video_of_ones_own_is_read_as_that_of_a_clip() {
    let folder = folder(&["events.safetensors", "motion.safetensors"]);
    let mut client = session(&folder);
    let inputs = vec![
        Input::Video(frames(1)),
        seeded(1, Modality::Motion),
        picture(1),
        Input::Video(frames(2)),
        seeded(2, Modality::Motion),
    ];
    let (all, _) = rows(&mut client, inputs);
    assert_eq!((&all[0], &all[3]), (&all[1], &all[4]));
    assert!(all[0] != all[3], "two videos have two vectors");

    let mut count = 0;
    for index in 1..5 {
        let seen = hits(&mut client, Video::Frames(frames(index))).expect("a video");
        let name = ClipName::Seeded { seed: 5, index };
        assert_eq!(seen, hits(&mut client, Video::Clip(name)).expect("a clip"));
        count += seen.len();
    }
    assert!(count > 0, "something hits");

    // A frame of another size is fitted, as a picture is.
    let mut large = frames(1);
    let doubled = |row: &[u8]| row.chunks(3).flat_map(|pixel| [pixel, pixel].concat()).collect::<Vec<_>>();
    let rows_of =
        |frame: &Pixels| frame.rgb.chunks(3 * PIXELS).flat_map(|row| doubled(row).repeat(2)).collect();
    large[3] = Pixels { width: 2 * PIXELS as u32, height: 2 * PIXELS as u32, rgb: rows_of(&large[3]) };
    let (fitted, _) = rows(&mut client, vec![Input::Video(large.clone())]);
    assert!(dot(&fitted[0], &all[0]) > 0.99);
    hits(&mut client, Video::Frames(large)).expect("a video");
}

#[test]
fn a_video_of_another_length_or_with_a_broken_frame_is_refused() {
    let folder = folder(&["events.safetensors", "motion.safetensors"]);
    let mut client = session(&folder);
    let whole = frames(1);
    let mut broken = whole.clone();
    broken[7].rgb.pop();
    let mut narrow = whole.clone();
    narrow[15] = Pixels { width: 1, height: 1000, rgb: vec![0; 3000] };
    for (frames, sentence) in [
        (Vec::new(), "A video is 16 pictures to the model: this one has 0."),
        (whole[..15].to_vec(), "A video is 16 pictures to the model: this one has 15."),
        ([whole.clone(), whole.clone()].concat(), "A video is 16 pictures to the model: this one has 32."),
        (broken, "This picture is broken."),
        (narrow, "This picture is too narrow for the model."),
    ] {
        assert_eq!(refusal(&mut client, Input::Video(frames.clone())).sentence, sentence);
        assert_eq!(
            hits(&mut client, Video::Frames(frames)).map_err(|failure| failure.sentence),
            Err(sentence.into())
        );
    }
}
