//! What the page may ask of the engine, and what the engine answers.
//!
//! The page sends a [`Request`], the engine answers with any number of [`Reply`]s that carry its id. Both cross to the
//! worker and back as bytes ([`encode`], [`decode`]). Every command belongs to a [`Lane`]: a newer request on a lane
//! supersedes the older one, whose replies then stop. A request ends with the event that its command names, or with
//! [`Event::Failed`].
//!
//! The engine sees pixels, words and waveforms, and of a clip of the world its name, by which it draws what an encoder reads. Truth,
//! rankings and metrics are the page's business: it has the world and, after [`Command::Encode`], every embedding.

mod command;
mod event;
mod input;
mod model;
mod training;

pub use crate::eval::precision_eval::PrecisionMetrics;
pub use crate::infer::modality::is_silent;
pub use crate::io::table_csv::MAX_FILE as MAX_TABLE;
pub use crate::precision::Precision;
pub use command::{Command, EncodeLane, Lane};
pub use event::{
    AlbumPart, Alternative, Answer, AttentionWeights, Backend, Candidate, CaptionHypothesis, DeviceReport,
    DownloadProgress, Event, Failure, FetchProgress, Hit, Loading, LoadingStage, OpenedPicture, Recovery,
    Spectrogram, StepTime, TaskOutput, Token, Trial, WordAlignment,
};
pub use input::{
    BackendChoice, ClipName, ClipTask, DecodingChoice, Input, Modality, Photo, Pixels, Reader, Video, csv_of,
};
pub use model::{Abilities, ModelFacts, ModelKind, ModelName, Offer, PrecisionReport, Stack, StoredModel};
pub use training::{Experiment, KEPT_RUNS, TrainingUpdate};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A command with the id that its replies will carry. Ids rise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: u32,
    pub command: Command,
}

/// An event in answer to the request `id`. A lost device is reported on the id of the last [`Command::Load`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub id: u32,
    pub event: Event,
}

/// The bytes of a [`Request`] or a [`Reply`]. Page and worker are of one build, so there is no version in them.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).expect("messages hold sequences of known length only")
}

/// Reads the bytes of [`encode`].
///
/// # Errors
/// When the bytes are not of a `T`: page and worker are of different builds.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, postcard::Error> {
    postcard::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_way_to_the_worker() {
        let picture = Pixels { width: 2, height: 1, rgb: vec![0, 127, 128, 255, 1, 2] };
        let decoding = DecodingChoice::Sample { temperature: 0.7, seed: 9 };
        let command = Command::Caption { picture, prefix: "a réd".into(), decoding, max_new_tokens: 40 };
        let request = Request { id: 300, command };
        assert_eq!(decode::<Request>(&encode(&request)).unwrap(), request);

        let name = ClipName::Seeded { seed: u64::MAX, index: 3 };
        let frames = vec![Pixels { width: 1, height: 1, rgb: vec![3, 4, 5] }; 2];
        let video = Input::Video(frames);
        let inputs = vec![Input::Clip(name, Modality::Table), Input::Sound(vec![0.5, -1.0]), video];
        let request = Request { id: 301, command: Command::Encode { inputs, lane: EncodeLane::ClipQuery } };
        assert_eq!(decode::<Request>(&encode(&request)).unwrap(), request);

        let event = Event::Encoded { from: 7, width: 4, rows: vec![0.1, f32::MIN_POSITIVE, -0.0, 1.0] };
        let reply = Reply { id: u32::MAX, event };
        assert_eq!(decode::<Reply>(&encode(&reply)).unwrap(), reply);
    }

    #[test]
    fn bytes_of_another_build_are_an_error() {
        let bytes = encode(&Request { id: 1, command: Command::Stop { lane: Lane::Ask } });
        assert!(decode::<Request>(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn a_map_is_one_row_of_one_head() {
        let values = (0..2 * 3 * 2 * 4).map(|i| i as f32).collect();
        let tokens = vec!["a".into(), " b".into()];
        let attention = AttentionWeights { layers: 2, heads: 3, grid: 2, tokens, values };
        assert_eq!(attention.map(1, 2, 1), [44.0, 45.0, 46.0, 47.0]);
    }
}
