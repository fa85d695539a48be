//! What several pages do with one folder, and what one of them has left.

use super::*;

#[test]
fn a_download_waits_for_that_of_another_page_and_takes_what_it_brought() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let other = session.lock(&name);
    let refused = failure(&session.ask(Command::Delete { name: name.clone() })).clone();
    assert!(refused.sentence.starts_with("These files are in use"), "{}", refused.sentence);
    assert_eq!(refused.recovery, Recovery::Retry);
    let offer = session.ask(Command::Offer { name: name.clone(), again: false });
    assert!(matches!(offer[..], [Event::Offered(_)]), "{offer:?}");

    // The other page brings everything.
    let brought = tempdir().unwrap();
    assert_eq!(block_on(visit(brought.path()).ask(download(&name))).last(), Some(&Event::Downloaded));
    let folder = format!("model.{}", key(&name));
    let bring = |folders: &Path| {
        fs::create_dir_all(folders.join(&folder)).unwrap();
        for file in fs::read_dir(brought.path().join(&folder)).unwrap().flatten() {
            fs::copy(file.path(), folders.join(&folder).join(file.file_name())).unwrap();
        }
    };
    let folders = session.folder.path().to_path_buf();
    session.hub.take_log();
    let events = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            bring(&folders);
            drop(other);
        });
        session.ask(download(&name))
    });
    assert_eq!(events, [Event::Waiting, Event::Downloaded]);
    assert_eq!(session.hub.take_log(), [""; 0], "nothing is downloaded twice");
    session.load(&name);
    session.expect_active();
}

#[test]
fn a_folder_is_handed_in_by_one_page_at_a_time() {
    let mut session = TestSession::new("clip_gelu");
    let take = |bytes: &[u8], start: u64| Command::Import {
        name: "my model".into(),
        files: vec![("config.json".into(), 4)],
        file: 0,
        start,
        bytes: bytes.to_vec(),
        in_memory: false,
    };
    assert_eq!(session.ask(take(b"{ ", 0)), [Event::Imported { done: 2, total: 4 }]);
    let mut other = visit(session.folder.path());
    let refused = block_on(other.ask(take(b"xx", 0)));
    assert!(failure(&refused).sentence.starts_with("These files are in use"), "{refused:?}");
    let refused = block_on(other.ask(Command::Delete { name: "my model".into() }));
    assert_eq!(failure(&refused).recovery, Recovery::Retry);
    assert_eq!(session.ask(take(b" }", 2)), [Event::Imported { done: 4, total: 4 }]);
    assert_eq!(session.models().len(), 1);
    assert_eq!(block_on(other.ask(Command::Delete { name: "my model".into() })), [Event::Models(Vec::new())]);
}

/// The command that hands in a piece of a model of two files.
fn handing_in(file: u32, start: u64, bytes: &[u8]) -> Command {
    let files = vec![("config.json".into(), 4), ("merges.txt".into(), 1000)];
    Command::Import { name: "my model".into(), files, file, start, bytes: bytes.to_vec(), in_memory: false }
}

#[test]
fn a_folder_that_was_handed_in_by_half_can_be_deleted() {
    let mut session = TestSession::new("clip_gelu");
    session.ask(handing_in(0, 0, b"{  }"));
    session.ask(handing_in(1, 0, &[b'a'; 600]));
    // The page is closed, and another one opened.
    session.client = visit(session.folder.path());
    let [model] = &session.models()[..] else { panic!("one model is kept in part") };
    assert_eq!((model.name.as_str(), model.stored, model.size), ("my model", 604, 1004));
    assert_eq!(session.ask(Command::Delete { name: "my model".into() }), [Event::Models(Vec::new())]);
    assert_eq!(session.kept_files(), [""; 0]);
    // What would come of it now had no beginning.
    let late = failure(&session.ask(handing_in(1, 600, &[b'a'; 400]))).clone();
    assert!(late.sentence.contains("hand the folder in again"), "{}", late.sentence);
    session.ask(handing_in(0, 0, b"{  }"));
    assert_eq!(session.models().len(), 1);
}

#[test]
fn a_page_that_waited_fetches_again_what_the_other_one_did_not() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(download(&name));
    session.hub.set().files = files("clip_quick_gelu").into_iter().collect();
    let size = again(&mut session, &name);
    let other = session.lock(&name);
    session.hub.take_log();
    let events = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            drop(other);
        });
        session.ask(Command::Download { name: name.clone(), size, again: true, in_memory: false })
    });
    assert_eq!((events.first(), events.last()), (Some(&Event::Waiting), Some(&Event::Downloaded)));
    assert!(session.hub.take_log().contains(&"model.safetensors 0".to_string()));
    let revalidate = Command::Revalidate { names: vec![name] };
    assert_eq!(session.ask(revalidate), [Event::Outdated(Vec::new())]);
}

#[test]
fn a_copy_that_is_stopped_lets_go_of_the_folder() {
    let mut session = TestSession::new("clip_gelu");
    session.ask(handing_in(0, 0, b"{  }"));
    session.ask(Command::Stop { lane: Lane::Import });
    let mut other = visit(session.folder.path());
    let deleted = block_on(other.ask(Command::Delete { name: "my model".into() }));
    assert_eq!(deleted, [Event::Models(Vec::new())]);
}

#[test]
fn a_copy_that_fails_lets_go_of_the_folder() {
    let mut session = TestSession::new("clip_gelu");
    session.ask(handing_in(0, 0, b"{  }"));
    session.client = visit(session.folder.path());
    // What tells of the files cannot be read.
    let manifest = session.folder.path().join(format!("model.{}", key("my model"))).join("manifest.json");
    fs::remove_file(&manifest).unwrap();
    fs::create_dir(&manifest).unwrap();
    let failed = failure(&session.ask(handing_in(1, 0, &[b'a'; 600]))).clone();
    assert!(failed.sentence.contains("cannot be read"), "{}", failed.sentence);
    session.lock("my model");
}
