//! Conversations in which a part of the other side fails.

use super::tests::{caption, facts, failure, load, picture, ready_state};
use super::*;
use crate::session::protocol::{
    AlbumPart, Command, EncodeLane, Event, Failure, Lane, Photo, Recovery, Reply, Request, StoredModel, Token,
};

fn ask(question: &str) -> Command {
    Command::Ask { picture: picture(0), question: question.into() }
}

#[test]
fn what_a_crash_has_interrupted_of_foreign_files_is_not_done_again_unasked() {
    let mut state = ready_state();
    let list = state.ask(Command::ListModels).unwrap();
    let offer = state.ask(Command::Offer { name: "a/b".into(), again: false }).unwrap();
    state.crash("unreachable executed".into());
    assert_eq!((state.offer.phase, state.models.phase), (Phase::Failed, Phase::Running));
    assert_eq!(state.restart(), [list], "the list needs no model");
    let again = state.retry(Lane::Offer).expect("the visitor may try it again");
    assert_eq!(again.command, offer.command);
}

#[test]
fn a_crash_before_anything_was_loaded_is_told_and_fails_nothing_else() {
    let mut state = UiState::default();
    let list = state.ask(Command::ListModels).unwrap();
    state.crash(String::new());
    assert_eq!((state.load.phase, state.caption.phase), (Phase::Failed, Phase::Unasked));
    assert_eq!(state.load.failure.as_ref().map(|failure| failure.recovery), Some(Recovery::Reload));
    assert_eq!(state.restart(), [list]);
    assert_eq!(state.load.failure, None);
}

#[test]
fn a_worker_that_ends_in_silence_leaves_no_question_answered() {
    let mut state = ready_state();
    let id = state.ask(ask("is it red?")).unwrap().id;
    state.apply(Reply { id, event: failure(Recovery::ChangeInput) });
    state.crash("its worker ended without an error".into());
    assert_eq!(state.ask(ask("is it blue?")), None, "there is nobody to ask");
    assert_eq!(state.answer.phase, Phase::Waiting);
    assert!(!state.answer.is_current());
}

#[test]
fn what_has_failed_is_not_answered_by_what_came_before() {
    let mut state = ready_state();
    let search = |words: &str| Command::Encode { inputs: vec![words.into()], lane: EncodeLane::TextQuery };
    let id = state.ask(search("a red circle")).unwrap().id;
    state.apply(Reply { id, event: Event::Encoded { from: 0, width: 2, rows: vec![0.6, 0.8] } });
    let id = state.ask(search("too long")).unwrap().id;
    assert_eq!(state.text_query.value.texts, [0.6, 0.8], "the order of before stands meanwhile");
    state.apply(Reply { id, event: failure(Recovery::ChangeInput) });
    assert!(
        state.text_query.has_failed(&search("too long"))
            && !state.text_query.has_failed(&search("a red circle"))
    );
    assert_eq!((state.text_query.value.texts.len(), &state.text_query.answered), (0, &None));
    // The beginning of an answer is that to its own command.
    let id = state.ask(caption(1)).unwrap().id;
    let token = Token {
        id: 1,
        text: "a".into(),
        logprob: 0.0,
        forced: false,
        alternatives: Vec::new(),
        attention: Vec::new(),
    };
    state.apply(Reply { id, event: Event::TokenWritten { position: 0, token } });
    state.apply(Reply { id, event: failure(Recovery::Retry) });
    assert_eq!(state.caption.value.tokens.len(), 1);
    // What is known of the device stays known when a change of it fails.
    let id = state.ask(Command::ListModels).unwrap().id;
    let model = StoredModel { name: "a/b".into(), size: 1, stored: 1, is_persistent: true };
    state.apply(Reply { id, event: Event::Models(vec![model]) });
    let id = state.ask(Command::Delete { name: "a/b".into() }).unwrap().id;
    state.apply(Reply { id, event: failure(Recovery::Retry) });
    assert_eq!(state.models.value.len(), 1);
}

#[test]
fn a_note_stands_beside_its_answer_until_the_next_question() {
    let mut state = ready_state();
    let id = state.ask(caption(1)).unwrap().id;
    state.apply(Reply { id, event: Event::Captioned { hypotheses: Vec::new() } });
    for _ in 0..2 {
        state.apply(Reply { id, event: Event::Noted("It was cut.".into()) });
    }
    state.apply(Reply { id: id + 1, event: Event::Noted("Of another question.".into()) });
    assert_eq!(state.notes, [(Lane::Caption, "It was cut.".to_string())]);
    state.ask(caption(2));
    assert_eq!(state.notes, []);
}

#[test]
fn a_lost_device_leaves_no_request_behind() {
    let mut state = UiState::default();
    let loaded = state.ask(load()).unwrap().id;
    state.apply(Reply { id: loaded, event: Event::Ready(facts()) });
    let first = state.ask(caption(1)).unwrap();
    let second = state.ask(ask("is it red?")).unwrap();
    state.apply(Reply { id: loaded, event: failure(Recovery::UseCpu) });
    state.restart();
    let id = state.ask(load()).unwrap().id;
    assert_eq!(state.apply(Reply { id, event: Event::Ready(facts()) }), [first, second]);
}

#[test]
fn a_file_that_may_have_stopped_the_engine_is_named_and_not_sent_again() {
    let mut state = ready_state();
    let photo = Photo { name: "bomb.png".into(), size: 1, modified: 2 };
    state.ask(Command::AddPhoto { photo, file: vec![0], in_memory: false }).unwrap();
    state.ask(Command::Open { name: "bomb.png".into(), file: vec![0] }).unwrap();
    let request = state.ask(ask("is it red?")).unwrap();
    state.crash(String::new());
    let told = |failure: &Option<Failure>| failure.as_ref().map(|it| (it.sentence.clone(), it.recovery));
    let sentence = "The engine stopped at the file bomb.png.".to_string();
    assert_eq!(told(&state.adding.failure), Some((sentence.clone(), Recovery::ChangeInput)));
    assert_eq!(told(&state.opened.failure), Some((sentence, Recovery::Retry)));
    state.restart();
    let id = state.ask(load()).unwrap().id;
    assert_eq!(state.apply(Reply { id, event: Event::Ready(facts()) }), [request]);
}

#[test]
fn what_is_asked_of_a_worker_that_has_stopped_waits_for_the_next() {
    let mut state = ready_state();
    state.crash(String::new());
    let offer = Command::Offer { name: "a/b".into(), again: false };
    assert_eq!(state.ask(offer.clone()), None);
    assert_eq!(state.offer.phase, Phase::Waiting);
    let sent = state.restart();
    assert_eq!(sent.iter().map(|request| &request.command).collect::<Vec<_>>(), [&offer]);
    assert!(state.ask(Command::ListModels).is_some(), "somebody listens again");
}

#[test]
fn going_on_in_memory_is_offered_until_it_is_done() {
    let mut state = ready_state();
    let id = state.ask(Command::OpenAlbum { known: 0 }).unwrap().id;
    state.apply(Reply { id, event: failure(Recovery::InMemory) });
    assert_eq!(state.retry_in_memory(Lane::Album), None, "it keeps nothing");
    assert!(state.retry(Lane::Album).is_some(), "and can be tried again");

    let held = Command::Download { name: "a/b".into(), size: 9, again: false, in_memory: true };
    let id = state.ask(held.clone()).unwrap().id;
    state.apply(Reply { id, event: failure(Recovery::InMemory) });
    assert_eq!(state.retry_in_memory(Lane::Download).map(|request| request.command), Some(held));
}

#[test]
fn an_engine_that_was_started_again_tells_of_the_album_anew() {
    let mut state = ready_state();
    let id = state.ask(Command::OpenAlbum { known: 0 }).unwrap().id;
    let photos = vec![Photo { name: "a".into(), size: 1, modified: 2 }];
    let embeddings = vec![0.6, 0.8];
    let part =
        AlbumPart { from: 0, photos, embeddings, incomplete: Vec::new(), damaged: 0, is_persistent: true };
    state.apply(Reply { id, event: Event::Album(part) });
    state.crash(String::new());
    state.restart();
    let id = state.ask(load()).unwrap().id;
    let requests = state.apply(Reply { id, event: Event::Ready(facts()) });
    assert!(
        matches!(requests[..], [Request { command: Command::OpenAlbum { known: 1 }, .. }]),
        "{requests:?}"
    );
}
