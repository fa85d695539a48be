//! Where the disk is full, or there is none.

use super::*;

#[test]
fn a_model_in_memory_is_active_and_is_gone_on_the_next_visit() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(Command::Offer { name: name.clone(), again: false });
    // Of the files themselves two come before the server is in trouble.
    let resolved = session.hub.take_log().len();
    session.hub.set().busy_after = Some(resolved + 2);
    failure(&session.ask(download(&name)));
    session.hub.set().busy_after = None;
    assert_eq!(session.hub.take_log().iter().filter(|line| line.starts_with("config.json")).count(), 2);
    let held = download(&name).in_memory().expect("it keeps something");
    assert_eq!(session.ask(held).last(), Some(&Event::Downloaded));
    assert!(
        session.hub.take_log().iter().all(|line| !line.starts_with("config.json")),
        "what is kept is copied"
    );
    assert_eq!(
        session
            .models()
            .iter()
            .map(|model| (model.stored == model.size, model.is_persistent))
            .collect::<Vec<_>>(),
        [(true, false)]
    );
    session.load(&name);
    session.expect_active();
    session.client = visit(session.folder.path());
    assert!(session.models().iter().all(|model| model.stored < model.size && model.is_persistent));
    assert_eq!(failure(&session.load(&name)).recovery, Recovery::ChangeInput);
}

#[test]
fn where_nothing_can_be_kept_a_model_is_held_in_memory() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let taken = session.folder.path().join("file");
    fs::write(&taken, b"no folder").unwrap();
    session.client = visit(&taken);
    let events = session.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((offer.is_persistent, offer.obstacle.as_str(), offer.shortage.as_str()), (false, "", ""));
    assert_eq!(session.ask(download(&name)).last(), Some(&Event::Downloaded));
    session.load(&name);
    session.expect_active();
    assert_eq!(session.models().len(), 1);
    assert_eq!(session.ask(Command::Delete { name }), [Event::Models(Vec::new())]);
}

#[test]
fn a_full_disk_does_not_keep_a_model_from_being_looked_at_or_had() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.client.leave_room(0);
    let events = session.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((offer.is_persistent, offer.stored, offer.obstacle.as_str()), (false, 0, ""));
    assert_eq!(session.ask(download(&name)).last(), Some(&Event::Downloaded));
    session.load(&name);
    let album = session.ask(Command::OpenAlbum { known: 0 });
    assert!(matches!(&album[..], [Event::Album(part)] if !part.is_persistent), "{album:?}");
}

#[test]
fn memory_is_a_way_on_only_for_what_fits_into_it() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let events = session.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    session.client.leave_room(offer.size / 2);
    let failed = failure(&session.ask(download(&name))).clone();
    assert_eq!(failed.recovery, Recovery::InMemory, "{}", failed.sentence);
    assert_eq!(session.ask(download(&name).in_memory().unwrap()).last(), Some(&Event::Downloaded));

    // 2 GiB are handed in.
    let files = vec![("config.json".into(), 4), ("model.safetensors".into(), 2 << 30)];
    session.client.leave_room(600);
    let take = |file, bytes: &[u8]| {
        let (name, files) = ("large".into(), files.clone());
        Command::Import { name, files, file, start: 0, bytes: bytes.to_vec(), in_memory: false }
    };
    session.ask(take(0, b"{  }"));
    let failed = failure(&session.ask(take(1, &[0; 1000]))).clone();
    assert_eq!(failed.recovery, Recovery::Retry, "{}", failed.sentence);
    assert!(!failed.sentence.contains("in memory"), "{}", failed.sentence);
}
