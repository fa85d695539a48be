//! Golden checkpoints on a session, as a visitor's files come there, and what transformers computed with them.

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use tempfile::TempDir;
use triptych::device::{CpuDevice, Device};
use triptych::infer::VisionLanguageModel;
use triptych::io::file::Folder;
use triptych::io::image::decode;
use triptych::io::safetensors::SafetensorsFile;
use triptych::pixels;
use triptych::precision::Precision;
use triptych::session::local::LocalClient;
use triptych::session::protocol::{
    BackendChoice, Command, Event, Failure, ModelFacts, ModelName, Pixels, Recovery,
};
use triptych::tensor::HostTensor;

/// What the goldens' rows of ids stand for, the first with the wide picture, the second with the tall one.
pub(crate) const SENTENCES: [&str; 2] = ["a cat", "Two DOGS on a càt"];

fn folder(model: &str) -> PathBuf {
    Path::new("tests/goldens/checkpoints").join(model)
}

pub(crate) fn file(name: &str) -> Vec<u8> {
    fs::read(folder(name)).expect("a golden picture")
}

/// `wide.png` or `tall.png`, in its own size.
pub(crate) fn photo(name: &str) -> Pixels {
    let pixels::Pixels { width, height, rgb } = decode(&file(name)).expect("a picture").pixels;
    Pixels { width, height, rgb }
}

pub(crate) fn both() -> Vec<Pixels> {
    vec![photo("wide.png"), photo("tall.png")]
}

pub(crate) fn golden(model: &str, name: &str) -> HostTensor {
    let path = folder(model).join("reference.safetensors");
    let file = SafetensorsFile::new("reference", fs::read(path).expect("a reference")).expect("a reference");
    file.tensor(name).expect(name)
}

/// Row `i` of golden ids, up to the first end token behind the start.
pub(crate) fn golden_ids(model: &str, name: &str, i: usize) -> Vec<u32> {
    let all = golden(model, name);
    let row = &all.as_u32()[i * all.shape.last()..(i + 1) * all.shape.last()];
    let end = row.iter().skip(1).position(|&id| id == 3).map_or(row.len(), |at| at + 2);
    row[..end].to_vec()
}

/// The same checkpoint without a session.
pub(crate) fn checkpoint(model: &str) -> VisionLanguageModel {
    VisionLanguageModel::load(Device::Cpu(CpuDevice { exact: false }), &Folder(folder(model)), Precision::F32)
        .expect("a checkpoint")
}

/// A picture as a model sees it.
pub(crate) fn fitted(model: &VisionLanguageModel, name: &str) -> pixels::Pixels {
    model.fit(&decode(&file(name)).expect("a picture").pixels)
}

/// The files of a golden checkpoint.
pub(crate) fn files(model: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(model)).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = entries.map(|entry| {
        (entry.file_name().into_string().expect("a plain name"), fs::read(entry.path()).expect("a file"))
    });
    files.filter(|(name, _)| name != "reference.safetensors").collect()
}

/// A session with a session, which lasts as long as this.
pub(crate) struct TestSession {
    pub client: LocalClient,
    _folder: TempDir,
}

impl TestSession {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        TestSession { client: LocalClient::new(folder.path()), _folder: folder }
    }

    /// With one golden checkpoint, loaded.
    pub(crate) fn with(model: &str) -> Self {
        let mut session = TestSession::empty();
        session.put(model, files(model));
        session.load(model);
        session
    }

    pub(crate) fn put(&mut self, name: &str, files: Vec<(String, Vec<u8>)>) {
        let sizes: Vec<(String, u64)> =
            files.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
        for (at, (_, bytes)) in files.into_iter().enumerate() {
            let (name, files) = (name.to_string(), sizes.clone());
            let event =
                self.one(Command::Import { name, files, file: at as u32, start: 0, bytes, in_memory: false });
            assert!(matches!(event, Event::Imported { .. }), "{event:?}");
        }
    }

    pub(crate) fn load(&mut self, name: &str) -> ModelFacts {
        let events = self.ask(load(name));
        match events.last() {
            Some(Event::Ready(facts)) => facts.clone(),
            other => panic!("{name}: {other:?}"),
        }
    }

    /// The events of a command but those that [`TestSession::notes`] has.
    pub(crate) fn ask(&mut self, command: Command) -> Vec<Event> {
        let events = block_on(self.client.ask(command));
        events.into_iter().filter(|event| !matches!(event, Event::Noted(_))).collect()
    }

    /// What is said beside the answer to a command.
    pub(crate) fn notes(&mut self, command: Command) -> Vec<String> {
        let note = |event| if let Event::Noted(note) = event { Some(note) } else { None };
        block_on(self.client.ask(command)).into_iter().filter_map(note).collect()
    }

    /// The one event of a command.
    pub(crate) fn one(&mut self, command: Command) -> Event {
        let mut events = self.ask(command);
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }

    /// The refusal of a command: a sentence, and another input as the way on.
    pub(crate) fn refusal(&mut self, command: Command) -> String {
        let Event::Failed(Failure { sentence, recovery, .. }) = self.one(command) else {
            panic!("no refusal")
        };
        assert_eq!(recovery, Recovery::ChangeInput, "{sentence}");
        assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
        sentence
    }
}

pub(crate) fn load(name: &str) -> Command {
    Command::Load {
        backend: BackendChoice::Cpu,
        model: ModelName::Stored { name: name.to_string(), precision: Precision::F32 },
    }
}

pub(crate) fn near(got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len());
    assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 2e-4), "{got:?}, expected {want:?}");
}

/// Checks maps of 4 x 4 cells: each sums to one at most, and to something.
pub(crate) fn is_attention(values: &[f32], layers: usize, heads: usize, queries: usize) {
    assert_eq!(values.len(), layers * heads * queries * 16);
    for map in values.chunks(16) {
        let sum: f32 = map.iter().sum();
        assert!(map.iter().all(|p| *p >= 0.0) && sum > 0.0 && sum < 1.0 + 1e-4, "{map:?}");
    }
}
