//! Messages between page and worker.

use serde::{Serialize, de::DeserializeOwned};
use triptych::lab::{contrast, fuse};
use triptych::session::protocol::{
    AlbumPart, BackendChoice, ClipName, ClipTask, Command, DecodingChoice, DownloadProgress, EncodeLane,
    Event, Experiment, Input, Lane, Modality, ModelName, Photo, Pixels, Precision, Reader, Reply, Request,
    StoredModel, Video, decode, encode,
};

use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

const REQUEST: &str = "request.bin";
const REPLY: &str = "reply.bin";

pub(super) fn target() -> Target {
    Target { name: "protocol", share: 2400, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let picture = Pixels { width: 2, height: 1, rgb: vec![0, 127, 128, 255, 1, 2] };
    let photo = Photo { name: "a.png".into(), size: 9, modified: 1_700_000_000_000 };
    let text = || "a réd circle".to_string();
    let kept = ModelName::Stored { name: "openai/clip".into(), precision: Precision::Int8 };
    let commands = [
        Command::Load { backend: BackendChoice::Cpu, model: kept },
        Command::Open { name: "a.png".into(), file: vec![1; 40] },
        Command::Encode {
            inputs: vec![picture.clone().into(), text().into(), picture.clone().into(), text().into()],
            lane: EncodeLane::Gallery,
        },
        Command::Encode {
            inputs: vec![
                Input::Sound(vec![0.5, f32::NAN]),
                Input::Video(vec![picture.clone(); 2]),
                Input::Clip(ClipName::Coded("AAAAA".into()), Modality::Motion),
            ],
            lane: EncodeLane::ClipQuery,
        },
        Command::Caption {
            picture: picture.clone(),
            prefix: text(),
            decoding: DecodingChoice::Sample { temperature: 0.7, seed: 9 },
            max_new_tokens: 40,
        },
        Command::RunTask {
            video: Video::Frames(vec![picture.clone()]),
            is_seen: true,
            samples: vec![0.5],
            task: ClipTask::Source { frame: 1, sample: 2 },
        },
        Command::CrossAttention { picture, text: text(), reader: Reader::Matcher },
        Command::Train { experiment: Experiment::Race(fuse::RaceSettings::default()), until: 300 },
        Command::Train { experiment: Experiment::Contrast(contrast::ContrastSettings::default()), until: 30 },
        Command::AddPhoto { photo: photo.clone(), file: vec![2; 30], in_memory: false },
        Command::Thumbnails { photos: vec![0, 7, u32::MAX] },
        Command::Import {
            name: "own".into(),
            files: vec![("config.json".into(), 9)],
            file: 0,
            start: 0,
            bytes: vec![3; 9],
            in_memory: false,
        },
        Command::Stop { lane: Lane::Ask },
    ];
    let events = [
        Event::Encoded { from: 7, width: 4, rows: vec![0.1, f32::MIN_POSITIVE, -0.0, 1.0] },
        Event::Album(AlbumPart {
            from: 3,
            photos: vec![photo],
            embeddings: vec![0.5; 8],
            damaged: 1,
            incomplete: vec![0],
            is_persistent: true,
        }),
        Event::Thumbnails(vec![(1, vec![4; 20])]),
        Event::Downloading(DownloadProgress { done: 3, total: u64::MAX, rate: 1.5 }),
        Event::Models(vec![StoredModel {
            name: "openai/clip".into(),
            size: 9,
            stored: 3,
            is_persistent: true,
        }]),
        Event::Weights(vec![5; 50]),
    ];
    let requests = commands.map(|command| Files::of([(REQUEST, encode(&Request { id: 300, command }))]));
    let replies = events.map(|event| Files::of([(REPLY, encode(&Reply { id: u32::MAX, event }))]));
    requests.into_iter().chain(replies).collect()
}

fn run(files: &Files) -> Outcome {
    let (name, bytes) = files.only();
    if name == REPLY {
        return there_and_back::<Reply>(bytes);
    }
    if let Ok(request) = decode::<Request>(bytes) {
        request.command.lane();
        request.command.picture();
    }
    there_and_back::<Request>(bytes)
}

/// What can be read has bytes that stay the same from then on.
fn there_and_back<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Outcome {
    let Ok(message) = decode::<T>(bytes) else { return Ok(Verdict::Refused) };
    let written = encode(&message);
    match decode::<T>(&written) {
        Ok(again) if encode(&again) == written => Ok(Verdict::Taken),
        Ok(_) => Err("a message has changed on its way".to_string()),
        Err(error) => Err(format!("a message that was read cannot be read again: {error}")),
    }
}
