//! The engine behind the protocol, natively, with the shipped model: what the page asks and what comes back.

use triptych::device::{CpuDevice, Device};
use triptych::dot::late_score;
use triptych::io::safetensors::SafetensorsFile;
use triptych::lab::contrast::{self, objectives};
use triptych::lab::fuse::{Contestant, Modality, RaceSettings};
use triptych::lab::sabotage::Corruption;
use triptych::session::local::LocalClient;
use triptych::session::protocol::{
    BackendChoice, Command, DecodingChoice, EncodeLane, Event, Experiment, Input, Lane, ModelName, Pixels,
    Reader, Recovery, TrainingUpdate,
};
use triptych::world::language::full_caption;
use triptych::world::render::PIXELS;
use triptych::world::{Split, render, splits};

fn picture(index: u64) -> Pixels {
    let side = PIXELS as u32;
    Pixels { width: side, height: side, rgb: render(&splits::scene(Split::Test, 5, index)).rgb }
}

fn load(url: &str) -> Command {
    Command::Load { backend: BackendChoice::Cpu, model: ModelName::Playroom { url: url.into() } }
}

fn loaded() -> LocalClient {
    let mut client = LocalClient::new(concat!(env!("CARGO_MANIFEST_DIR"), "/public"));
    let events = pollster::block_on(client.ask(load("models/playroom")));
    let Some(Event::Ready(facts)) = events.last() else { panic!("{events:?}") };
    assert!(facts.parameters <= 4_000_000, "{} parameters", facts.parameters);
    assert!(events.iter().any(|event| matches!(event, Event::Device(_))));
    client
}

#[test]
fn a_gallery_comes_in_pieces_and_gives_way_to_typed_words() {
    let mut client = loaded();
    let colours = ["red", "blue", "green", "yellow", "pink"];
    let shapes = ["circle", "star", "ring", "heart"];
    let sentence = |at: u64| {
        let (colour, shape) = (colours[at as usize % 5], shapes[at as usize % 4]);
        Input::from(format!("a {colour} {shape}"))
    };
    let inputs: Vec<Input> = (0..20).flat_map(|at| [picture(at).into(), sentence(at)]).collect();
    let gallery = client.send(Command::Encode { inputs: inputs.clone(), lane: EncodeLane::Gallery });
    let text = client.send(Command::query("a red circle"));
    let replies = pollster::block_on(client.finish());
    assert_eq!(replies[0].id, text);
    let Event::Encoded { from: 0, rows: embedding, .. } = &replies[0].event else {
        panic!("{:?}", replies[0])
    };
    let norm: f32 = embedding.iter().map(|v| v * v).sum();
    assert!((norm - 1.0).abs() < 1e-4, "{norm}");
    let mut found = Vec::new();
    for reply in &replies[1..] {
        let Event::Encoded { from, rows, .. } = &reply.event else { panic!("{reply:?}") };
        assert_eq!((reply.id, *from as usize * embedding.len()), (gallery, found.len()));
        found.extend_from_slice(rows);
    }
    assert_eq!((found.len(), replies.len()), (40 * embedding.len(), 6), "four pairs at a time");
    // Each row is of its own input, and an input gives the same vector alone as among others.
    for (input, row) in inputs.into_iter().zip(found.chunks(embedding.len())) {
        let events = pollster::block_on(client.ask(Command::query(input.clone())));
        let [Event::Encoded { rows, .. }] = &events[..] else { panic!("{events:?}") };
        let difference = row.iter().zip(rows).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(
            difference < 1e-4,
            "{difference} for {}",
            if matches!(input, Input::Text(_)) { "text" } else { "picture" }
        );
    }
}

#[test]
fn a_caption_streams_tokens_and_keeps_its_prefix() {
    let mut client = loaded();
    for decoding in [
        DecodingChoice::Greedy,
        DecodingChoice::Beam { width: 3 },
        DecodingChoice::Sample { temperature: 1.0, seed: 4 },
    ] {
        let prefix = "a large".to_string();
        let events = pollster::block_on(client.ask(Command::Caption {
            picture: picture(1),
            prefix,
            decoding,
            max_new_tokens: 50,
        }));
        let Some(Event::Captioned { hypotheses }) = events.last() else { panic!("{events:?}") };
        assert!(hypotheses[0].text.starts_with("a large "), "{}", hypotheses[0].text);
        let mut tokens = Vec::new();
        for event in &events[..events.len() - 1] {
            let Event::TokenWritten { position, token } = event else { panic!("{event:?}") };
            tokens.truncate(*position as usize);
            assert_eq!(tokens.len(), *position as usize, "positions follow each other");
            tokens.push(token.clone());
        }
        let text: String = tokens.iter().map(|token| token.text.as_str()).collect();
        assert_eq!(text.trim(), hypotheses[0].text);
        assert!(tokens[0].forced && tokens[1].forced && !tokens[2].forced);
        for token in &tokens {
            let sum: f32 = token.attention[..64].iter().sum();
            assert!((sum - 1.0).abs() < 1e-3, "one head's map of 8x8 cells sums to {sum}");
        }
    }
}

#[test]
fn answers_attention_and_matches_have_their_shapes() {
    let mut client = loaded();
    let question = "how many objects are there?".to_string();
    let events = pollster::block_on(client.ask(Command::Ask { picture: picture(2), question }));
    let [Event::Answered(answer)] = &events[..] else { panic!("{events:?}") };
    let total: f32 = answer.candidates.iter().map(|candidate| candidate.probability).sum();
    assert!(total > 0.5 && total <= 1.001, "{total}");
    assert!(!answer.question_only.is_empty());

    let text = "a red circle above a blue star".to_string();
    for reader in [Reader::Decoder, Reader::Matcher] {
        let command = Command::CrossAttention { picture: picture(2), text: text.clone(), reader };
        let events = pollster::block_on(client.ask(command));
        let [Event::CrossAttention(map)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(map.tokens.concat().trim(), text);
        let sum: f32 = map.map(0, 0, 3).iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    }
    let texts = vec!["a red circle".to_string(), "there is no star".to_string()];
    let command = Command::Match { pictures: vec![picture(0), picture(1), picture(2)], texts };
    let events = pollster::block_on(client.ask(command));
    let [Event::Matched(probabilities)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(probabilities.len(), 6);
    assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn a_waveform_of_any_length_has_a_spectrogram_of_two_seconds() {
    let mut client = loaded();
    let mut heard = |samples: Vec<f32>| {
        let events = pollster::block_on(client.ask(Command::Spectrogram { samples }));
        let [Event::Spectrogram(found)] = &events[..] else { panic!("{events:?}") };
        assert_eq!((found.centres.len(), found.decibels.len()), (64, 128 * 64));
        (found.centres.clone(), found.decibels.clone())
    };
    for silence in [Vec::new(), vec![0.0; 5], vec![0.0; 40_000]] {
        assert!(heard(silence).1.iter().all(|&level| level == -100.0));
    }
    // 1 kHz for half a second: in its band, and in the first quarter of the frames only.
    let tone = (0..8_000).map(|n| (n as f32 * std::f32::consts::TAU / 16.0).sin()).collect();
    let (centres, levels) = heard(tone);
    let loudest = |frame: usize| {
        let bands = &levels[frame * 64..(frame + 1) * 64];
        (0..64).max_by(|&a, &b| bands[a].total_cmp(&bands[b])).unwrap()
    };
    let centre = centres[loudest(16)];
    assert!((centre - 1000.0).abs() < 60.0, "{centre} Hz");
    assert!(levels[16 * 64 + loudest(16)] > -10.0 && levels[100 * 64..].iter().all(|&level| level == -100.0));
}

#[test]
fn words_are_compared_with_patches_and_rank_a_gallery() {
    let mut client = loaded();
    let scene = splits::scene(Split::Test, 5, 0);
    let text = full_caption(&scene).text;
    let command = |picture, text: &str| Command::AlignWords { picture, text: text.to_string() };
    let events = pollster::block_on(client.ask(command(picture(0), &text)));
    let [Event::WordsAligned(found)] = &events[..] else { panic!("{events:?}") };
    let (words, cells) = (found.cosines.tokens.len(), (found.cosines.grid * found.cosines.grid) as usize);
    assert_eq!(
        (found.cosines.tokens.concat().trim(), found.cosines.values.len()),
        (&text[..], words * cells)
    );
    assert!(found.cosines.values.iter().all(|cosine| cosine.abs() <= 1.0 + 1e-5));

    // The same score from the vectors of the words and of the patches, and the highest of some scenes.
    let inputs: Vec<Input> = (0..9).map(|at| picture(at).into()).collect();
    let events = pollster::block_on(client.ask(Command::Encode { inputs, lane: EncodeLane::Patches }));
    let mut scores = Vec::new();
    for event in &events {
        let Event::Encoded { width, rows, .. } = event else { panic!("{event:?}") };
        let each = *width as usize;
        scores.extend(rows.chunks(each).map(|patches| late_score(&found.vectors, patches, each / cells)));
    }
    assert_eq!(scores.len(), 9);
    assert!((scores[0] - found.score).abs() < 1e-4, "{} {}", scores[0], found.score);
    assert!(scores[1..].iter().all(|&other| other < scores[0]), "{scores:?}");
    for (text, says) in [(" ", "no words"), ("a red ball", "")] {
        let events = pollster::block_on(client.ask(command(picture(0), text)));
        match &events[..] {
            [Event::Failed(failure)] => assert!(failure.sentence.contains(says), "{failure:?}"),
            events => assert!(says.is_empty() && matches!(events, [Event::WordsAligned(_)]), "{events:?}"),
        }
    }
}

#[test]
fn a_word_that_playroom_has_never_read_is_told_wherever_it_is_typed() {
    let mut client = loaded();
    let (picture, text) = (picture(0), "a Zebra beside a big ball".to_string());
    let limits = (DecodingChoice::Greedy, 4);
    for command in [
        Command::query(&text[..]),
        Command::AlignWords { picture: picture.clone(), text: text.clone() },
        Command::CrossAttention { picture: picture.clone(), text: text.clone(), reader: Reader::Matcher },
        Command::Match { pictures: vec![picture.clone()], texts: vec![text.clone()] },
        Command::Ask { picture: picture.clone(), question: format!("is there {text}?") },
        Command::Caption { picture, prefix: text, decoding: limits.0, max_new_tokens: limits.1 },
    ] {
        let lane = command.lane();
        let events = pollster::block_on(client.ask(command));
        let noted: Vec<_> = events
            .iter()
            .filter_map(|event| if let Event::Noted(note) = event { Some(note) } else { None })
            .collect();
        let [note] = &noted[..] else { panic!("{lane:?}: {noted:?}") };
        assert!(note.starts_with("\"zebra\"") && !note.contains("ball"), "{lane:?}: {note}");
    }
    let events = pollster::block_on(client.ask(Command::query("a big ball in the upper left corner")));
    assert!(matches!(events[..], [Event::Encoded { .. }]), "{events:?}");
}

#[test]
fn every_step_of_encoding_a_picture_takes_its_time() {
    let mut client = loaded();
    let events = pollster::block_on(client.ask(Command::TimeSteps { picture: picture(0) }));
    let [Event::StepsTimed(steps)] = &events[..] else { panic!("{events:?}") };
    // The blocks of the image encoder have one attention each.
    assert_eq!(steps.iter().filter(|step| step.kernel == "attention.forward").count(), 4);
    assert!(steps.iter().all(|step| step.milliseconds > 0.0), "{steps:?}");
}

#[test]
fn what_cannot_be_done_is_said_with_a_way_on() {
    let mut client = LocalClient::new("nowhere");
    let events = pollster::block_on(client.ask(load("models/none")));
    let Some(Event::Failed(failure)) = events.last() else { panic!("{events:?}") };
    assert_eq!(failure.recovery, Recovery::Retry);

    let mut client = loaded();
    let mut failed = |command| {
        let events = pollster::block_on(client.ask(command));
        let [Event::Failed(failure)] = &events[..] else { panic!("{events:?}") };
        failure.recovery
    };
    let broken = Pixels { width: 9, height: 9, rgb: vec![0; 5] };
    assert_eq!(failed(Command::query(broken.clone())), Recovery::ChangeInput);
    assert_eq!(failed(Command::TimeSteps { picture: broken }), Recovery::ChangeInput);
    assert_eq!(
        failed(Command::Open { name: "a.txt".into(), file: b"no picture".to_vec() }),
        Recovery::ChangeInput
    );
    assert_eq!(failed(Command::Ask { picture: picture(0), question: "  ".into() }), Recovery::ChangeInput);
    assert_eq!(failed(Command::query("a red circle and ".repeat(40))), Recovery::ChangeInput);
}

#[test]
fn a_newer_request_and_a_stop_end_the_older_one() {
    let mut client = loaded();
    let old = client.send(Command::query("a red circle"));
    let new = client.send(Command::query("a blue star"));
    client.send(Command::SelfAttention { picture: picture(0) });
    client.send(Command::Stop { lane: Lane::SelfAttention });
    let replies = pollster::block_on(client.finish());
    assert_eq!(replies.iter().map(|reply| reply.id).collect::<Vec<_>>(), [new]);
    assert_ne!(old, new);
}

#[test]
fn training_goes_on_where_it_stands_and_begins_anew_when_asked_to_go_back() {
    let mut client = loaded();
    let settings = RaceSettings { contestants: vec![Contestant::Late], batch: 4, ..RaceSettings::default() };
    let mut train = |until| {
        let experiment = Experiment::Race(settings.clone());
        let events = pollster::block_on(client.ask(Command::Train { experiment, until }));
        assert!(matches!(events.last(), Some(Event::Trained { step }) if *step == until), "{events:?}");
        let steps = events.iter().filter_map(|event| match event {
            Event::Training(TrainingUpdate::RaceStep(step)) => Some((step.step, step.learners[0].loss)),
            _ => None,
        });
        let begun =
            events.iter().any(|event| matches!(event, Event::Training(TrainingUpdate::RaceBegun { .. })));
        (begun, steps.collect::<Vec<_>>())
    };
    let (begun, first) = train(2);
    assert!(begun && first.len() == 2);
    let (begun, rest) = train(3);
    assert!(!begun && rest.len() == 1);
    let (begun, again) = train(2);
    assert!(begun);
    assert_eq!(again, first);

    let percents = vec![0, 100];
    let (modality, corruption) = (Modality::Words, Corruption::Mask);
    let entrants = settings.entrants().len();
    let experiment = Experiment::Race(settings);
    let command =
        Command::Sabotage { experiment: experiment.clone(), step: 2, modality, corruption, percents };
    let events = pollster::block_on(client.ask(command));
    assert_eq!(events.len(), 2 * entrants + 1);
    assert_eq!(events.last(), Some(&Event::CorruptionsEvaluated));
    let events = pollster::block_on(client.ask(Command::Weights {
        experiment,
        step: 2,
        contestant: Some(Contestant::Late),
    }));
    assert!(matches!(&events[..], [Event::Weights(bytes)] if bytes.len() > 100_000));
}

#[test]
fn runs_of_every_room_are_kept_side_by_side() {
    let mut client = loaded();
    let race = Experiment::Race(RaceSettings {
        contestants: vec![Contestant::Sum],
        batch: 4,
        ..RaceSettings::default()
    });
    let contrast =
        Experiment::Contrast(contrast::ContrastSettings { batch: 8, steps: 12, ..Default::default() });
    let settings = objectives::ObjectiveSettings { batch: 8, steps: 1, probe_steps: 1, ..Default::default() };
    let objectives = Experiment::Objectives(settings);
    let mut updates = |experiment: &Experiment, until| {
        let command = Command::Train { experiment: experiment.clone(), until };
        let events = pollster::block_on(client.ask(command));
        let Some((Event::Trained { step }, updates)) = events.split_last() else { panic!("{events:?}") };
        let updates = updates.iter().map(|event| match event {
            Event::Training(update) => update.clone(),
            other => panic!("{other:?}"),
        });
        (*step, updates.collect::<Vec<_>>())
    };
    assert!(matches!(updates(&race, 1).1[0], TrainingUpdate::RaceBegun { .. }));

    let (step, begun) = updates(&contrast, 9);
    assert_eq!(step, 9);
    assert!(matches!(begun[0], TrainingUpdate::ContrastBegun { parameters } if parameters > 100_000));
    assert!(matches!(begun[1], TrainingUpdate::Measured(_)), "random weights are measured too");
    let reports = |updates: &[TrainingUpdate]| {
        updates.iter().filter(|update| matches!(update, TrainingUpdate::Contrast(_))).count()
    };
    assert_eq!(reports(&begun), 9);

    let (pieces, all) = updates(&objectives, u64::MAX);
    assert!(matches!(&all[0], TrainingUpdate::ObjectivesBegun { standings } if standings.len() == 7));
    assert_eq!(all.len() as u64, pieces + 1);
    assert!(
        matches!(all.last(), Some(TrainingUpdate::Objective(standing)) if standing.phase == objectives::Phase::Done)
    );

    let (step, rest) = updates(&contrast, 500);
    assert_eq!((step, reports(&rest)), (12, 3), "it goes on where it was, to the end of its settings");
    assert!(!rest.iter().any(|update| matches!(update, TrainingUpdate::ContrastBegun { .. })));
    let events =
        pollster::block_on(client.ask(Command::Weights { experiment: contrast, step: 12, contestant: None }));
    let [Event::Weights(bytes)] = &events[..] else { panic!("{events:?}") };
    let file = SafetensorsFile::new("contrast", bytes.clone()).expect("a safetensors file");
    let device = Device::Cpu(CpuDevice { exact: false });
    let run =
        pollster::block_on(contrast::Run::from_file(&device, "contrast", &file)).expect("the run's own");
    assert_eq!(run.steps(), 12);
}
