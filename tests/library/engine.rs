//! The engine beside the library: files that others have or that are gone, and what a comparison leaves.

use triptych::io::image::encode_png;
use triptych::pixels::Pixels;
use triptych::session::protocol::Photo;

use super::*;

#[test]
fn a_model_that_another_page_fetches_again_is_not_waited_for_without_end() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(download(&name));
    let other = session.lock(&name);
    for _ in 0..2 {
        // A newer request is heard between two looks.
        let id = session.client.send(load(&name));
        assert_eq!(block_on(session.client.step()), [Reply { id, event: Event::Waiting }]);
        assert_eq!(block_on(session.client.step()), [], "it is told once");
    }
    let failed = failure(&session.load(&name)).clone();
    assert!(failed.sentence.contains("is being fetched or loaded"), "{}", failed.sentence);
    assert_eq!(failed.recovery, Recovery::Retry);
    drop(other);
    session.load(&name);
    let other = session.lock(&name);
    let failed = failure(&session.ask(Command::Compare { name: name.clone() })).clone();
    assert!(failed.sentence.contains("is being fetched or loaded"), "{}", failed.sentence);
    session.expect_active();
    drop(other);
}

#[test]
fn where_a_model_is_gone_after_a_comparison_what_is_asked_waits_for_the_next() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(download(&name));
    let loading = session.client.send(load(&name));
    block_on(session.client.finish());
    let comparing = session.client.send(Command::Compare { name: name.clone() });
    block_on(session.client.step());
    fs::remove_dir_all(session.folder.path().join(format!("model.{}", key(&name)))).unwrap();
    let replies = block_on(session.client.finish());
    let failed = replies.iter().filter(|reply| matches!(reply.event, Event::Failed(_))).map(|reply| reply.id);
    assert_eq!(failed.collect::<Vec<_>>(), [comparing, loading], "{replies:?}");
    // The page sends it again when a model is ready.
    assert_eq!(session.ask(Command::query("a cat")), []);
}

#[test]
fn an_album_that_was_told_stays_told_after_a_comparison() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(download(&name));
    session.load(&name);
    let photo = Photo { name: "a.png".into(), size: 1, modified: 2 };
    let file = encode_png(&Pixels::new(8, 8, (0..192).collect()));
    session.ask(Command::AddPhoto { photo, file, in_memory: false });
    session.ask(Command::Compare { name });
    let events = session.ask(Command::Thumbnails { photos: vec![0] });
    assert!(matches!(&events[..], [Event::Thumbnails(files)] if files.len() == 1), "{events:?}");
}

#[test]
fn what_is_lost_of_the_visitors_own_files_is_to_come_from_no_server() {
    let mut session = TestSession::new("clip_gelu");
    let all = files("clip_gelu");
    let sizes: Vec<_> = all.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
    for (at, (_, bytes)) in all.into_iter().enumerate() {
        let (name, files) = ("my model".to_string(), sizes.clone());
        session.ask(Command::Import { name, files, file: at as u32, start: 0, bytes, in_memory: false });
    }
    assert!(matches!(session.load("my model").last(), Some(Event::Ready(_))));
    let vocabulary = session.folder.path().join(format!("model.{}", key("my model"))).join("vocab.json");
    fs::File::options().write(true).open(vocabulary).unwrap().set_len(1).unwrap();
    let failed = failure(&session.load("my model")).clone();
    assert!(failed.sentence.ends_with("Choose its folder again in the room Models."), "{}", failed.sentence);
    assert_eq!(failed.recovery, Recovery::ChangeInput);
}
