//! The engine beside the library: files that others have or that are gone, and what a comparison leaves.

use triptych::io::image::encode_png;
use triptych::pixels::Pixels;
use triptych::session::protocol::Photo;

use super::*;

#[test]
fn a_model_that_another_page_fetches_again_is_not_waited_for_without_end() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    lab.ask(download(&name));
    let other = lab.lock(&name);
    for _ in 0..2 {
        // A newer request is heard between two looks.
        let id = lab.client.send(load(&name));
        assert_eq!(block_on(lab.client.step()), [Reply { id, event: Event::Waiting }]);
        assert_eq!(block_on(lab.client.step()), [], "it is told once");
    }
    let failed = failure(&lab.load(&name)).clone();
    assert!(failed.sentence.contains("is being fetched or loaded"), "{}", failed.sentence);
    assert_eq!(failed.recovery, Recovery::Retry);
    drop(other);
    lab.load(&name);
    let other = lab.lock(&name);
    let failed = failure(&lab.ask(Command::Compare { name: name.clone() })).clone();
    assert!(failed.sentence.contains("is being fetched or loaded"), "{}", failed.sentence);
    lab.speaks();
    drop(other);
}

#[test]
fn where_a_model_is_gone_after_a_comparison_what_is_asked_waits_for_the_next() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    lab.ask(download(&name));
    let loading = lab.client.send(load(&name));
    block_on(lab.client.finish());
    let comparing = lab.client.send(Command::Compare { name: name.clone() });
    block_on(lab.client.step());
    fs::remove_dir_all(lab.folder.path().join(format!("model.{}", key(&name)))).unwrap();
    let replies = block_on(lab.client.finish());
    let failed = replies.iter().filter(|reply| matches!(reply.event, Event::Failed(_))).map(|reply| reply.id);
    assert_eq!(failed.collect::<Vec<_>>(), [comparing, loading], "{replies:?}");
    // The page sends it again when a model is ready.
    assert_eq!(lab.ask(Command::query("a cat")), []);
}

#[test]
fn an_album_that_was_told_stays_told_after_a_comparison() {
    let mut lab = Lab::new("clip_gelu");
    let name = lab.name();
    lab.ask(download(&name));
    lab.load(&name);
    let photo = Photo { name: "a.png".into(), size: 1, modified: 2 };
    let file = encode_png(&Pixels::new(8, 8, (0..192).collect()));
    lab.ask(Command::AddPhoto { photo, file, in_memory: false });
    lab.ask(Command::Compare { name });
    let events = lab.ask(Command::Thumbnails { photos: vec![0] });
    assert!(matches!(&events[..], [Event::Thumbnails(files)] if files.len() == 1), "{events:?}");
}

#[test]
fn what_is_lost_of_the_visitors_own_files_is_to_come_from_no_server() {
    let mut lab = Lab::new("clip_gelu");
    let all = files("clip_gelu");
    let sizes: Vec<_> = all.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
    for (at, (_, bytes)) in all.into_iter().enumerate() {
        let (name, files) = ("my model".to_string(), sizes.clone());
        lab.ask(Command::Import { name, files, file: at as u32, start: 0, bytes, in_memory: false });
    }
    assert!(matches!(lab.load("my model").last(), Some(Event::Ready(_))));
    let vocabulary = lab.folder.path().join(format!("model.{}", key("my model"))).join("vocab.json");
    fs::File::options().write(true).open(vocabulary).unwrap().set_len(1).unwrap();
    let failed = failure(&lab.load("my model")).clone();
    assert!(failed.sentence.ends_with("Choose its folder again in the room Models."), "{}", failed.sentence);
    assert_eq!(failed.recovery, Recovery::ChangeInput);
}
