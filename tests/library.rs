//! Checkpoints offered, downloaded, taken from files, listed and deleted by the session, and then loaded.

#[path = "library/engine.rs"]
mod engine;
#[path = "library/room.rs"]
mod room;
#[path = "hub/server.rs"]
mod server;
#[path = "library/shared.rs"]
mod shared;

use std::fs;
use std::path::Path;

use pollster::block_on;
use server::{Behaviour, Client, Hub};
use tempfile::{TempDir, tempdir};
use triptych::io::file_lock::FileLock;
use triptych::io::hub::key;
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::precision::Precision;
use triptych::session::local::LocalClient;
use triptych::session::protocol::{
    Abilities, BackendChoice, Command, Event, Failure, Lane, ModelKind, ModelName, PrecisionReport, Recovery,
    Reply, StoredModel,
};
use triptych::tensor::{Data, HostTensor};

const MODELS: &str = "tests/goldens/checkpoints";

fn files(model: &str) -> Vec<(String, Vec<u8>)> {
    let all = fs::read_dir(Path::new(MODELS).join(model)).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    });
    all.collect()
}

fn serving(model: &str) -> Behaviour {
    Behaviour { files: files(model).into_iter().collect(), has_digests: true, ..Behaviour::default() }
}

struct TestSession {
    hub: Hub,
    folder: TempDir,
    client: LocalClient<Client>,
}

impl TestSession {
    fn new(model: &str) -> Self {
        let folder = tempdir().unwrap();
        let client = visit(folder.path());
        TestSession { hub: Hub::start(serving(model)), folder, client }
    }

    /// The lock of the folder of a checkpoint, as another page has it.
    fn lock(&self, name: &str) -> FileLock {
        let path = self.folder.path().join(".locks").join(format!("model.{}", key(name)));
        FileLock::take(&path).unwrap().expect("nobody else has it")
    }

    fn ask(&mut self, command: Command) -> Vec<Event> {
        block_on(self.client.ask(command))
    }

    fn name(&self) -> String {
        self.hub.address.clone()
    }

    fn models(&mut self) -> Vec<StoredModel> {
        let events = self.ask(Command::ListModels);
        let [Event::Models(models)] = &events[..] else { panic!("{events:?}") };
        models.clone()
    }

    /// Names of files that hold anything, in all folders.
    fn kept_files(&self) -> Vec<String> {
        let folders = fs::read_dir(self.folder.path()).unwrap().map(|folder| folder.unwrap().path());
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|file| file.unwrap());
        let full = files.filter(|file| file.metadata().unwrap().len() > 0);
        full.map(|file| file.file_name().into_string().unwrap()).collect()
    }

    fn expect_active(&mut self) {
        let events = self.ask(Command::query("a cat"));
        assert!(matches!(events[..], [Event::Encoded { .. }]), "{events:?}");
    }

    fn load(&mut self, name: &str) -> Vec<Event> {
        self.ask(load(name))
    }
}

fn load(name: &str) -> Command {
    let model = ModelName::Stored { name: name.to_string(), precision: Precision::F32 };
    Command::Load { backend: BackendChoice::Cpu, model }
}

/// As if this had been offered.
fn download(name: &str) -> Command {
    Command::Download { name: name.to_string(), size: u64::MAX, again: false, in_memory: false }
}

fn visit(folders: &Path) -> LocalClient<Client> {
    LocalClient::with_network("public", folders, Client)
}

fn failure(events: &[Event]) -> &Failure {
    match events.last() {
        Some(Event::Failed(failure)) => failure,
        _ => panic!("{events:?}"),
    }
}

#[test]
fn a_checkpoint_is_offered_downloaded_loaded_and_deleted() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let events = session.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((offer.kind, offer.obstacle.as_str()), (ModelKind::Clip, ""));
    assert_eq!(offer.abilities, Abilities { embeds: true, ..Abilities::default() });
    assert_eq!((offer.stored, offer.memory[0]), (0, 4 * offer.parameters));
    assert_eq!(session.kept_files(), [""; 0], "nothing is kept of what was only looked at");
    assert!(offer.memory.is_sorted_by(|more, less| more > less), "{:?}", offer.memory);
    assert!(offer.size > 40_000 && offer.parameters > 10_000);

    assert!(
        failure(&session.load(&name)).sentence.ends_with("is not kept on this device: download it first.")
    );
    let events = session.ask(download(&name));
    assert_eq!(events.last(), Some(&Event::Downloaded));
    assert!(matches!(&events[0], Event::Downloading(progress) if progress.total == offer.size));
    let kept = StoredModel { name: name.clone(), size: offer.size, stored: offer.size, is_persistent: true };
    assert_eq!(session.models(), [kept]);

    session.hub.take_log();
    let events = session.load(&name);
    let Some(Event::Ready(facts)) = events.last() else { panic!("{events:?}") };
    assert_eq!((facts.name.as_str(), facts.parameters), (name.as_str(), offer.parameters));
    assert_eq!(session.hub.take_log(), [""; 0], "what is kept needs no network");

    let events = session.ask(Command::Compare { name: name.clone() });
    let reports = events.iter().map(|event| match event {
        Event::Compared(report) => report,
        other => panic!("{other:?}"),
    });
    let reports: Vec<&PrecisionReport> = reports.collect();
    assert!(reports.iter().map(|report| report.precision).eq(Precision::ALL));
    assert!(reports.is_sorted_by(|more, less| more.bytes > less.bytes), "{reports:?}");
    assert!(reports.iter().all(|report| report.metrics.worst_cosine.is_some_and(|cosine| cosine > 0.99)));
    session.expect_active();
    assert_eq!(session.ask(Command::Delete { name: name.clone() }), [Event::Models(Vec::new())]);
    assert_eq!(failure(&session.load(&name)).recovery, Recovery::ChangeInput);
}

/// Of three forms the second cannot be had: what was measured before stays said, and the model stays active.
#[test]
fn a_form_that_fails_does_not_silence_the_model() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let file = "model.safetensors";
    let whole = SafetensorsFile::new(file, session.hub.set().files[file].clone()).unwrap();
    let tensors = whole.names().into_iter().map(|name| {
        let mut tensor = whole.tensor(&name).unwrap();
        if let (true, Data::F32(values)) = (name.ends_with("layers.0.mlp.fc1.weight"), &mut tensor.data) {
            values[0] = 7e4;
        }
        (name, tensor)
    });
    let tensors: Vec<(String, HostTensor)> = tensors.collect();
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = to_bytes(named, &[], Floats::F32).unwrap();
    session.hub.set().files.insert(file.into(), bytes);
    session.ask(Command::Offer { name: name.clone(), again: false });
    session.ask(download(&name));
    session.load(&name);
    let events = session.ask(Command::Compare { name });
    assert!(matches!(events[0], Event::Compared(report) if report.precision == Precision::F32), "{events:?}");
    assert!(failure(&events).detail.ends_with("which f16 cannot represent"), "{events:?}");
    session.expect_active();
}

#[test]
fn a_comparison_may_be_stopped_and_begun_anew() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(Command::Offer { name: name.clone(), again: false });
    session.ask(download(&name));
    session.load(&name);
    let compare = Command::Compare { name };
    session.client.send(compare.clone());
    assert!(matches!(block_on(session.client.step())[..], [Reply { event: Event::Compared(_), .. }]));
    let id = session.client.send(compare);
    assert!(block_on(session.client.step()).iter().all(|reply| reply.id == id), "the older one has ended");
    session.client.send(Command::Stop { lane: Lane::Compare });
    assert_eq!(block_on(session.client.finish()), [], "what was stopped tells nothing more");
    session.expect_active();
    let other = session.ask(Command::Compare { name: "another".into() });
    assert_eq!(failure(&other).recovery, Recovery::ChangeInput);
    session.expect_active();
}

#[test]
fn a_download_that_broke_off_is_listed_and_goes_on() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(Command::Offer { name: name.clone(), again: false });
    // The look and the four small files go well.
    let look = session.hub.take_log().len();
    session.hub.set().busy_after = Some(look + 4);
    let failed = failure(&session.ask(download(&name))).clone();
    assert!(failed.sentence.starts_with("model.safetensors cannot be served now"), "{}", failed.sentence);
    assert_eq!(failed.recovery, Recovery::Retry);
    let [model] = &session.models()[..] else { panic!("one model is kept in part") };
    assert!(model.stored < model.size);
    session.hub.set().busy_after = None;
    assert_eq!(session.ask(download(&name)).last(), Some(&Event::Downloaded));
}

#[test]
fn what_cannot_be_had_is_a_sentence() {
    let mut session = TestSession::new("clip_gelu");
    let told = |session: &mut TestSession, name: &str| {
        failure(&session.ask(Command::Offer { name: name.into(), again: false })).clone()
    };
    let name = session.name();
    let unnamed = told(&mut session, "clip");
    assert_eq!(unnamed.recovery, Recovery::ChangeInput);
    assert!(unnamed.sentence.starts_with("\"clip\" is not the name of a model"), "{}", unnamed.sentence);
    session.hub.set().statuses.insert("config.json".into(), 403);
    assert!(told(&mut session, &name).sentence.starts_with("config.json: access denied (403)"));
    session.hub.set().statuses.clear();
    session.hub.set().files.insert("config.json".into(), br#"{"architectures":["BertModel"]}"#.to_vec());
    let unknown = told(&mut session, &name);
    assert_eq!(unknown.sentence, "This is no model that runs here.");
    assert!(unknown.detail.contains("BertModel"));
}

#[test]
fn what_cannot_fit_is_refused_before_its_weights_come() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let huge = br#"{"model_type":"clip","text_config":{"hidden_size":8192,"intermediate_size":32768}}"#;
    session.hub.set().files.insert("config.json".into(), huge.to_vec());
    let events = session.ask(Command::Offer { name, again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert!(offer.obstacle.ends_with("in memory; a page can hold 3.2 GB."), "{}", offer.obstacle);
    assert!(offer.memory.iter().all(|&memory| memory > 3 << 30), "{:?}", offer.memory);
}

#[test]
fn files_of_the_visitor_are_taken_piece_by_piece() {
    let mut session = TestSession::new("clip_gelu");
    let all = files("blip_caption");
    let listed: Vec<(String, u64)> =
        all.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
    let total: u64 = listed.iter().map(|(_, size)| size).sum();
    let take = |file: usize, start: usize, bytes: &[u8]| Command::Import {
        name: "my model".into(),
        files: listed.clone(),
        file: file as u32,
        start: start as u64,
        bytes: bytes.to_vec(),
        in_memory: false,
    };
    let mut taken = 0;
    for (file, (_, bytes)) in all.iter().enumerate() {
        for (at, piece) in bytes.chunks(100_000).enumerate() {
            taken += piece.len() as u64;
            assert_eq!(
                session.ask(take(file, at * 100_000, piece)),
                [Event::Imported { done: taken, total }]
            );
            let kept: Vec<(u64, u64)> =
                session.models().iter().map(|model| (model.stored, model.size)).collect();
            assert_eq!(kept, [(taken, total)], "what has come stands in the list");
            let whole = session.load("my model").last().is_some_and(|last| matches!(last, Event::Ready(_)));
            assert_eq!(whole, taken == total, "half a model is none");
        }
    }
    assert_eq!(session.models()[0].name, "my model");
    let events = session.load("my model");
    let Some(Event::Ready(facts)) = events.last() else { panic!("{events:?}") };
    assert!(facts.abilities.captions && !facts.abilities.embeds && facts.decoder.layers > 0);
    assert_eq!(failure(&session.ask(take(all.len(), 0, b"x"))).recovery, Recovery::ChangeInput);
    let escape = Command::Import {
        name: "m".into(),
        files: vec![("../x".into(), 1)],
        file: 0,
        start: 0,
        bytes: vec![0],
        in_memory: false,
    };
    assert_eq!(failure(&session.ask(escape)).recovery, Recovery::ChangeInput);
}

/// An offer of what is kept already.
fn again(session: &mut TestSession, name: &str) -> u64 {
    let events = session.ask(Command::Offer { name: name.into(), again: true });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    assert!(offer.again && offer.stored == 0);
    offer.size
}

#[test]
fn what_changes_on_its_server_is_told_and_fetched_again_only_when_asked_for() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    session.ask(download(&name));
    let revalidate = Command::Revalidate { names: vec![name.clone(), "my model".into()] };
    assert_eq!(session.ask(revalidate.clone()), [Event::Outdated(Vec::new())]);
    session.load(&name);
    let before = session.ask(Command::query("a cat"));
    let good = session.hub.set().files.clone();
    session.hub.set().files = files("clip_quick_gelu").into_iter().collect();
    assert_eq!(session.ask(revalidate.clone()), [Event::Outdated(vec![name.clone()])]);
    session.load(&name);
    assert_eq!(session.ask(Command::query("a cat")), before, "nothing was swapped");
    let size = again(&mut session, &name);
    // A server that cannot be asked says nothing new, and what is kept stays usable.
    session.hub.set().statuses.insert("model.safetensors".into(), 500);
    assert_eq!(session.ask(revalidate.clone()), [Event::Outdated(Vec::new())]);
    session.ask(Command::Download { name: name.clone(), size, again: true, in_memory: false });
    session.hub.set().statuses.clear();
    session.load(&name);
    assert_eq!(session.ask(Command::query("a cat")), before);
    let events = session.ask(Command::Download { name: name.clone(), size, again: true, in_memory: false });
    assert_eq!(events.last(), Some(&Event::Downloaded));
    assert_eq!(session.ask(revalidate), [Event::Outdated(Vec::new())]);
    session.load(&name);
    assert_ne!(session.ask(Command::query("a cat")), before);
    assert!(good["config.json"] != session.hub.set().files["config.json"]);
}

#[test]
fn a_kept_model_that_cannot_be_loaded_is_fetched_again() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let good = session.hub.set().files.clone();
    // Well-formed, and no vocabulary.
    session.hub.set().files.insert("vocab.json".into(), b"[]".to_vec());
    session.ask(download(&name));
    let failed = failure(&session.load(&name)).clone();
    assert_eq!(
        (failed.sentence.as_str(), failed.recovery),
        ("The model's files cannot be used.", Recovery::FetchAgain)
    );
    session.hub.set().files = good;
    let size = again(&mut session, &name);
    session.ask(Command::Download { name: name.clone(), size, again: true, in_memory: false });
    assert!(matches!(session.load(&name).last(), Some(Event::Ready(_))));
    session.expect_active();
}

#[test]
fn no_more_comes_than_was_offered() {
    let mut session = TestSession::new("clip_gelu");
    let name = session.name();
    let events = session.ask(Command::Offer { name: name.clone(), again: false });
    let [Event::Offered(offer)] = &events[..] else { panic!("{events:?}") };
    session.hub.set().files.get_mut("merges.txt").unwrap().push(b'\n');
    let told = session.ask(Command::Download {
        name: name.clone(),
        size: offer.size,
        again: false,
        in_memory: false,
    });
    let sentence = format!(
        "The files have become larger since they were offered ({} bytes, {} were offered): look at the model again.",
        offer.size + 1,
        offer.size
    );
    assert_eq!(failure(&told).sentence, sentence);
    assert_eq!(session.kept_files(), [""; 0]);
}

#[test]
fn a_pointer_of_git_among_the_visitors_files_is_told() {
    let mut session = TestSession::new("clip_gelu");
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 6\n".to_vec();
    let size = pointer.len() as u64;
    let files = vec![("model.safetensors".to_string(), size)];
    let take = Command::Import {
        name: "my model".into(),
        files,
        file: 0,
        start: 0,
        bytes: pointer,
        in_memory: false,
    };
    let sentence = failure(&session.ask(take)).sentence.clone();
    assert!(sentence.starts_with("model.safetensors is only a Git LFS pointer"), "{sentence}");
    assert!(session.models().is_empty());
}
