//! The encoders of sound, videos, tables and graphs, each fetched when it is first needed.

use std::collections::HashMap;

use super::emit::Emit;
use super::failure::unusable;
use super::small_file::{damaged, fetch, unloaded};
use crate::infer::VisionLanguageModel;
use crate::infer::modality::ModalityEncoder;
use crate::session::host::Host;
use crate::session::protocol::{Failure, Input, Modality};

#[derive(Default)]
pub(crate) struct Encoders {
    /// The folder of Playroom's files; none of another model, for which there are no encoders.
    url: Option<String>,
    loaded: HashMap<Modality, ModalityEncoder>,
}

impl Encoders {
    /// Those that lie beside Playroom's own files.
    pub(super) fn beside(url: &str) -> Self {
        Encoders { url: Some(url.trim_end_matches('/').to_string()), loaded: HashMap::new() }
    }

    /// The first modality among the inputs whose encoder is not loaded.
    pub(super) fn missing(&self, inputs: &[Input]) -> Option<Modality> {
        inputs.iter().filter_map(Input::modality).find(|modality| !self.loaded.contains_key(modality))
    }

    /// Fetches and loads an encoder; a failure leaves all as it was, so that it can be tried again.
    pub(super) async fn fetch(
        &mut self,
        host: &impl Host,
        model: &VisionLanguageModel,
        modality: Modality,
        emit: Emit<'_>,
    ) -> Result<(), Failure> {
        let (Some(url), Some((config, _))) = (&self.url, model.playroom()) else {
            let sentence = "Only Playroom has encoders of sound, videos, tables and graphs.";
            return Err(unusable(sentence, String::new()));
        };
        let name = format!("{modality}.safetensors");
        let what = format!("encoder of {}", plural(modality));
        let file = fetch(host, url, &name, &what, emit).await?;
        let encoder = ModalityEncoder::load(model.device(), &file).map_err(|error| unloaded(&what, error))?;
        if encoder.config.modality != modality {
            return Err(damaged(&what, format!("{name} encodes {}", plural(encoder.config.modality))));
        }
        encoder.expect_model(config).map_err(|reason| damaged(&what, reason))?;
        self.loaded.insert(modality, encoder);
        Ok(())
    }

    /// Of a modality whose encoder has been fetched.
    pub(super) fn of(&mut self, modality: Modality) -> &mut ModalityEncoder {
        self.loaded.get_mut(&modality).expect("what is missing is fetched first")
    }
}

fn plural(modality: Modality) -> &'static str {
    match modality {
        Modality::Sound => "sounds",
        Modality::Motion => "videos",
        Modality::Table => "tables",
        Modality::Graph => "graphs",
    }
}
