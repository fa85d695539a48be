//! Where the disk is full, or there is none.

use super::*;

#[test]
fn a_model_in_memory_speaks_and_is_gone_on_the_next_visit() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    lab.ask(Command::Offer { name: name.clone(), again: false });
    // Of the files themselves two come before the server is in trouble.
    let resolved = lab.hub.take_log().len();
    lab.hub.set().busy_after = Some(resolved + 2);
    failure(&lab.ask(download(&name)));
    lab.hub.set().busy_after = None;
    assert_eq!(lab.hub.take_log().iter().filter(|line| line.starts_with("config.json")).count(), 2);
    let held = download(&name).in_memory().expect("it keeps something");
    assert_eq!(lab.ask(held).last(), Some(&Event::Downloaded));
    assert!(lab.hub.take_log().iter().all(|line| !line.starts_with("config.json")), "what is kept is copied");
    assert_eq!(
        lab.shelf().iter().map(|model| (model.stored == model.size, model.lasts)).collect::<Vec<_>>(),
        [(true, false)]
    );
    lab.load(&name);
    lab.speaks();
    lab.client = visit(lab.folder.path());
    assert!(lab.shelf().iter().all(|model| model.stored < model.size && model.lasts));
    assert_eq!(failure(&lab.load(&name)).recovery, Recovery::ChangeInput);
}

#[test]
fn where_nothing_can_be_kept_a_model_is_held_in_memory() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    let taken = lab.folder.path().join("file");
    fs::write(&taken, b"no folder").unwrap();
    lab.client = visit(&taken);
    let events = lab.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((offer.lasts, offer.obstacle.as_str(), offer.shortage.as_str()), (false, "", ""));
    assert_eq!(lab.ask(download(&name)).last(), Some(&Event::Downloaded));
    lab.load(&name);
    lab.speaks();
    assert_eq!(lab.shelf().len(), 1);
    assert_eq!(lab.ask(Command::Delete { name }), [Event::Shelf(Vec::new())]);
}

#[test]
fn a_full_disk_does_not_keep_a_model_from_being_looked_at_or_had() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    lab.client.leave_room(0);
    let events = lab.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((offer.lasts, offer.stored, offer.obstacle.as_str()), (false, 0, ""));
    assert_eq!(lab.ask(download(&name)).last(), Some(&Event::Downloaded));
    lab.load(&name);
    let album = lab.ask(Command::OpenAlbum { known: 0 });
    assert!(matches!(&album[..], [Event::Album(part)] if !part.lasts), "{album:?}");
}

#[test]
fn memory_is_a_way_on_only_for_what_fits_into_it() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    let events = lab.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    lab.client.leave_room(offer.size / 2);
    let failed = failure(&lab.ask(download(&name))).clone();
    assert_eq!(failed.recovery, Recovery::InMemory, "{}", failed.sentence);
    assert_eq!(lab.ask(download(&name).in_memory().unwrap()).last(), Some(&Event::Downloaded));

    // 2 GiB are handed in.
    let files = vec![("config.json".into(), 4), ("model.safetensors".into(), 2 << 30)];
    lab.client.leave_room(600);
    let take = |file, bytes: &[u8]| {
        let (name, files) = ("large".into(), files.clone());
        Command::Import { name, files, file, start: 0, bytes: bytes.to_vec(), in_memory: false }
    };
    lab.ask(take(0, b"{  }"));
    let failed = failure(&lab.ask(take(1, &[0; 1000]))).clone();
    assert_eq!(failed.recovery, Recovery::Retry, "{}", failed.sentence);
    assert!(!failed.sentence.contains("in memory"), "{}", failed.sentence);
}
