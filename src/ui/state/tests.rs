//! Whole conversations with the engine, event by event.

use super::*;
use crate::session::protocol::{
    Abilities, Alternative, BackendChoice, CaptionHypothesis, ClipName, Command, DecodingChoice, EncodeLane,
    Event, Failure, FetchProgress, Input, Lane, Loading, LoadingStage, Modality, ModelFacts, ModelKind,
    ModelName, OpenedPicture, Pixels, Precision, Recovery, Reply, Request, Stack, StepTime, Token,
};
use strum::VariantArray;

pub fn picture(value: u8) -> Pixels {
    Pixels { width: 1, height: 1, rgb: vec![value; 3] }
}

pub fn facts() -> ModelFacts {
    let stack = Stack { layers: 1, heads: 1 };
    ModelFacts {
        name: "test".into(),
        kind: ModelKind::Playroom,
        abilities: Abilities {
            embeds: true,
            captions: true,
            answers: true,
            matches: true,
            compares_words: true,
        },
        parameters: 10,
        embed_dim: 2,
        image_size: 8,
        grid: 2,
        image_encoder: stack,
        decoder: stack,
        matcher: stack,
        logit_scale: 10.0,
        logit_bias: 0.0,
        late_scale: 0.0,
        is_sigmoid: false,
        pointing_layer: 0,
        precision: Precision::F32,
        decoding: DecodingChoice::Greedy,
        notes: Vec::new(),
        eval_json: String::new(),
    }
}

pub fn load() -> Command {
    load_with(BackendChoice::Auto)
}

fn load_with(backend: BackendChoice) -> Command {
    Command::Load { backend, model: ModelName::Playroom { url: "m/".into() } }
}

pub fn caption(value: u8) -> Command {
    Command::Caption {
        picture: picture(value),
        prefix: String::new(),
        decoding: DecodingChoice::Greedy,
        max_new_tokens: 9,
    }
}

fn token(text: &str) -> Token {
    let alternatives = vec![Alternative { id: 1, text: text.into(), probability: 0.9 }];
    Token { id: 1, text: text.into(), logprob: -0.1, forced: false, alternatives, attention: vec![0.25; 4] }
}

pub fn ready_state() -> UiState {
    let mut state = UiState::default();
    let id = state.ask(load()).unwrap().id;
    assert_eq!(state.apply(Reply { id, event: Event::Ready(facts()) }), []);
    state
}

fn texts(state: &UiState) -> Vec<&str> {
    state.caption.value.tokens.iter().map(|token| token.text.as_str()).collect()
}

pub fn failure(recovery: Recovery) -> Event {
    Event::Failed(Failure { sentence: "It failed.".into(), detail: String::new(), recovery })
}

#[test]
fn what_is_asked_early_is_sent_when_the_model_is_ready() {
    let mut state = UiState::default();
    let id = state.ask(load()).expect("loading is sent at once").id;
    assert_eq!(state.ask(caption(1)), None);
    assert_eq!(state.ask(caption(2)), None);
    assert_eq!(state.caption.phase, Phase::Waiting);
    let weights = Loading { stage: LoadingStage::Weights, done: 3, total: Some(4) };
    state.apply(Reply { id, event: Event::Loading(weights) });
    state.apply(Reply {
        id,
        event: Event::Loading(Loading { stage: LoadingStage::Device, done: 1, total: None }),
    });
    assert_eq!(state.load.value.fraction(LoadingStage::Weights), 0.75);
    assert_eq!(state.load.value.fraction(LoadingStage::Device), 1.0, "a later stage has begun");
    let file = FetchProgress { what: "encoder of sounds".into(), done: 1, total: None };
    state.apply(Reply { id: id + 9, event: Event::Fetching(Some(file.clone())) });
    assert_eq!(state.load.value.fetching, Some(file), "whichever lane needs it");
    state.apply(Reply { id: id + 9, event: Event::Fetching(None) });
    assert_eq!(state.load.value.fetching, None);
    let sent = state.apply(Reply { id, event: Event::Ready(facts()) });
    assert_eq!(sent.iter().map(|request| &request.command).collect::<Vec<_>>(), [&caption(2)]);
    assert_eq!(state.load.value.fraction(LoadingStage::Prepare), 1.0);
}

#[test]
fn the_same_is_not_asked_twice() {
    let mut state = ready_state();
    let id = state.ask(caption(1)).unwrap().id;
    assert_eq!(state.ask(caption(1)), None, "under way");
    state.apply(Reply { id, event: Event::Captioned { hypotheses: Vec::new() } });
    assert_eq!(state.ask(caption(1)), None, "done");
    assert!(state.ask(caption(2)).is_some());
}

#[test]
fn a_caption_grows_and_a_beam_changes_its_mind() {
    let mut state = ready_state();
    let id = state.ask(caption(1)).unwrap().id;
    for (position, text) in [(0, "a"), (1, " red"), (2, " star"), (1, " blue")] {
        state.apply(Reply { id, event: Event::TokenWritten { position, token: token(text) } });
    }
    assert_eq!(texts(&state), ["a", " blue"]);
    assert!(state.caption.is_busy());
    let hypotheses = vec![CaptionHypothesis { text: "a blue".into(), logprob: -0.2 }];
    state.apply(Reply { id, event: Event::Captioned { hypotheses } });
    assert!(state.caption.is_settled());
}

#[test]
fn a_superseded_request_is_no_longer_heard() {
    let mut state = ready_state();
    let old = state.ask(caption(1)).unwrap().id;
    state.apply(Reply { id: old, event: Event::TokenWritten { position: 0, token: token("old") } });
    let new = state.ask(caption(2)).unwrap().id;
    assert!(!state.caption.is_current(), "the old caption stays in sight");
    assert_eq!(texts(&state), ["old"]);
    state.apply(Reply { id: old, event: Event::TokenWritten { position: 1, token: token("late") } });
    assert_eq!(texts(&state), ["old"]);
    state.apply(Reply { id: new, event: Event::TokenWritten { position: 0, token: token("new") } });
    assert_eq!(texts(&state), ["new"]);
    assert!(state.caption.is_current());
}

#[test]
fn an_answer_is_that_to_its_own_words() {
    let mut state = ready_state();
    let search = |words: &str| Command::Encode { inputs: vec![words.into()], lane: EncodeLane::Search };
    let id = state.ask(search("a dog")).unwrap().id;
    state.apply(Reply { id, event: Event::Encoded { from: 0, width: 2, rows: vec![0.6, 0.8] } });
    assert!(state.search.answer_to(&search("a cat")).is_none(), "these were not asked yet");
    assert_eq!(state.search.answer_to(&search("a dog")).map(|found| &found.texts[..]), Some(&[0.6, 0.8][..]));
    state.ask(search("a cat")).unwrap();
    assert!(state.search.answer_to(&search("a dog")).is_none(), "others are under way");
}

#[test]
fn a_gallery_comes_in_rows_until_it_is_whole() {
    let mut state = ready_state();
    let inputs = (0..3).flat_map(|at| [picture(at).into(), "a".into()]).collect();
    let id = state.ask(Command::Encode { inputs, lane: EncodeLane::Gallery }).unwrap().id;
    // Of two values each: a picture's are halves, a text's tenths.
    let rows = |from: u32, count: usize| {
        let rows = [0.5, 0.5, 0.1, 0.1].repeat(count);
        Event::Encoded { from, width: 2, rows }
    };
    state.apply(Reply { id, event: rows(0, 2) });
    assert_eq!((state.gallery.value.count(), state.gallery.phase), (2, Phase::Running));
    state.apply(Reply { id, event: rows(4, 1) });
    assert_eq!((state.gallery.value.count(), state.gallery.phase), (3, Phase::Done));
    assert_eq!((&state.gallery.value.pictures, &state.gallery.value.texts), (&vec![0.5; 6], &vec![0.1; 6]));
}

#[test]
fn every_modality_of_the_gallery_has_a_lane_of_its_own() {
    let mut state = ready_state();
    for &modality in Modality::VARIANTS {
        let lane = EncodeLane::of(modality);
        assert_eq!(lane.modality(), Some(modality));
        let clip = |index| Input::Clip(ClipName::Seeded { seed: 1, index }, modality);
        let id = state.ask(Command::Encode { inputs: vec![clip(0), clip(1)], lane }).unwrap().id;
        state
            .apply(Reply { id, event: Event::Encoded { from: 0, width: 2, rows: vec![0.6, 0.8, 0.0, 1.0] } });
    }
    for request in
        [&state.gallery_sounds, &state.gallery_videos, &state.gallery_tables, &state.gallery_graphs]
    {
        assert_eq!((request.phase, request.value.count()), (Phase::Done, 2));
        assert_eq!((request.value.others[..2].to_vec(), request.value.pictures.len()), (vec![0.6, 0.8], 0));
    }
    assert_eq!(EncodeLane::Gallery.modality(), None);
}

#[test]
fn a_failure_stays_with_its_request_and_can_be_retried() {
    let mut state = ready_state();
    let ask = Command::Ask { picture: picture(0), question: "?".into() };
    let id = state.ask(ask.clone()).unwrap().id;
    state.apply(Reply { id, event: failure(Recovery::ChangeInput) });
    assert_eq!(state.answer.phase, Phase::Failed);
    assert!(state.is_ready(), "the engine itself goes on");
    let again = state.retry(Lane::Ask).expect("a failed request can be sent again");
    assert_eq!(again.command, ask);
    assert!(again.id > id);
    assert_eq!(state.retry(Lane::Caption), None, "nothing failed there");
}

#[test]
fn after_the_device_was_lost_a_restart_resumes_what_was_under_way() {
    let mut state = UiState::default();
    let id = state.ask(load()).unwrap().id;
    state.apply(Reply { id, event: Event::Ready(facts()) });
    let request = state.ask(caption(1)).unwrap();
    state.apply(Reply { id, event: failure(Recovery::UseCpu) });
    assert_eq!((state.load.phase, state.caption.phase), (Phase::Failed, Phase::Waiting));
    let cpu = load_with(BackendChoice::Cpu);
    let id = state.ask(cpu).unwrap().id;
    assert_eq!(state.apply(Reply { id, event: Event::Ready(facts()) }), [request]);
}

#[test]
fn a_crash_is_a_failure_with_a_way_on() {
    let mut state = ready_state();
    let request = state.ask(caption(1)).unwrap();
    state.crash("out of memory".into());
    assert_eq!(state.load.failure.as_ref().map(|failure| failure.recovery), Some(Recovery::Reload));
    state.restart();
    let id = state.ask(load()).unwrap().id;
    assert_eq!(state.apply(Reply { id, event: Event::Ready(facts()) }), [request]);
}

#[test]
fn stopping_keeps_what_was_shown() {
    let mut state = ready_state();
    let id = state.ask(caption(1)).unwrap().id;
    state.apply(Reply { id, event: Event::TokenWritten { position: 0, token: token("a") } });
    assert_eq!(state.stop(Lane::Caption).command, Command::Stop { lane: Lane::Caption });
    state.apply(Reply { id, event: Event::TokenWritten { position: 1, token: token(" late") } });
    assert_eq!(texts(&state), ["a"]);
    assert_eq!(state.caption.phase, Phase::Stopped);
    assert!(state.ask(caption(1)).is_some(), "it can be asked again");
}

#[test]
fn a_paused_run_is_heard_to_the_end_of_its_step() {
    use crate::lab::fuse::{RaceSettings, RaceStep};
    use crate::session::protocol::{Experiment, TrainingUpdate};
    let mut state = ready_state();
    let command = Command::Train { experiment: Experiment::Race(RaceSettings::default()), until: 40 };
    let request = state.ask(command.clone()).expect("it is sent");
    let teach =
        |state: &mut UiState, update| state.apply(Reply { id: request.id, event: Event::Training(update) });
    let round = |step| TrainingUpdate::RaceStep(RaceStep { step, learners: Vec::new() });
    teach(&mut state, TrainingUpdate::RaceBegun { samples: Vec::new() });
    teach(&mut state, round(1));
    state.stop(Lane::Train);
    assert_eq!(state.training.phase, Phase::Stopped);
    teach(&mut state, round(2));
    let experiment = Experiment::Race(RaceSettings::default());
    let step = |state: &UiState| state.training.value.of(&experiment).expect("it has begun").step();
    assert_eq!((step(&state), state.training.phase), (2, Phase::Stopped));
    let again = state.ask(command).expect("a stopped run goes on");
    state.apply(Reply { id: again.id, event: Event::Training(round(3)) });
    state.apply(Reply { id: again.id, event: Event::Trained { step: 3 } });
    assert_eq!((step(&state), state.training.phase), (3, Phase::Done));
}

#[test]
fn another_engine_is_asked_for_runs_anew() {
    use crate::lab::fuse::RaceSettings;
    use crate::session::protocol::{Experiment, TrainingUpdate};
    let mut state = ready_state();
    let experiment = Experiment::Race(RaceSettings::default());
    let train = |until| Command::Train { experiment: experiment.clone(), until };
    let id = state.ask(train(0)).expect("it is sent").id;
    state.apply(Reply { id, event: Event::Training(TrainingUpdate::RaceBegun { samples: Vec::new() }) });
    state.apply(Reply { id, event: Event::Trained { step: 0 } });
    assert_eq!(state.ask(train(0)), None, "it is done");

    state.restart();
    assert_eq!(state.training.value.of(&experiment), None, "no run is known");
    state.ask(train(0));
    assert_eq!(state.training.phase, Phase::Waiting, "it is asked again");
    state.ask(train(40));
    state.restart();
    let id = state.ask(load()).expect("loading is sent at once").id;
    let sent = state.apply(Reply { id, event: Event::Ready(facts()) });
    let commands: Vec<Command> = sent.into_iter().map(|request| request.command).collect();
    assert_eq!(commands, [train(40)], "what was under way is sent again");
}

#[test]
fn another_device_has_times_of_its_own() {
    let mut state = ready_state();
    let id = state.ask(Command::TimeSteps { picture: picture(1) }).unwrap().id;
    let steps = vec![StepTime { kernel: "add".into(), milliseconds: 0.1 }];
    state.apply(Reply { id, event: Event::StepsTimed(steps.clone()) });
    assert_eq!(*state.steps.value, steps);
    state.restart();
    assert_eq!((state.steps.value.len(), state.steps.phase), (0, Phase::Unasked));
}

#[test]
fn another_model_forgets_answers_and_opens_the_picture_anew() {
    let mut state = ready_state();
    let id = state.ask(caption(1)).unwrap().id;
    state.apply(Reply { id, event: Event::Captioned { hypotheses: Vec::new() } });
    let open = Command::Open { name: "a".into(), file: vec![1] };
    let opened = state.ask(open.clone()).unwrap();
    state.apply(Reply {
        id: opened.id,
        event: Event::Opened(OpenedPicture { picture: picture(1), is_incomplete: false }),
    });
    state.change_model();
    assert_eq!((state.caption.phase, state.opened.phase), (Phase::Unasked, Phase::Waiting));
    let id = state.ask(load()).unwrap().id;
    assert_eq!(state.apply(Reply { id, event: Event::Ready(facts()) }), [opened]);
    // The same question is a new one to the new model.
    assert!(state.ask(caption(1)).is_some());
}

#[test]
fn the_library_waits_for_no_model_and_outlives_a_failed_one() {
    let mut state = UiState::default();
    let load = state.ask(load()).unwrap();
    let download = state
        .ask(Command::Download { name: "a/b".into(), size: 10, again: false, in_memory: false })
        .unwrap();
    assert_eq!(state.download.phase, Phase::Running);
    state.apply(Reply { id: load.id, event: failure(Recovery::ChangeInput) });
    assert_eq!((state.load.phase, state.download.phase), (Phase::Failed, Phase::Running));
    let list = state.ask(Command::ListModels).unwrap();
    state.apply(Reply { id: list.id, event: Event::Models(Vec::new()) });
    // What has come is in the list: it is looked at again.
    let requests = state.apply(Reply { id: download.id, event: Event::Downloaded });
    assert!(matches!(&requests[..], [Request { command: Command::ListModels, .. }]), "{requests:?}");
    assert_eq!(state.models.phase, Phase::Running);
}

#[test]
fn a_download_waits_for_that_of_another_page() {
    let mut state = UiState::default();
    let id = state
        .ask(Command::Download { name: "a/b".into(), size: 10, again: false, in_memory: false })
        .unwrap()
        .id;
    state.apply(Reply { id, event: Event::Waiting });
    assert_eq!((state.download.phase, *state.download.value), (Phase::Running, Some(Download::Elsewhere)));
    state.apply(Reply { id, event: Event::Downloaded });
    assert_eq!(state.download.phase, Phase::Done);
}
