//! Loading: a device by choice or by trial, the model's files, and a first run that prepares the plans.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::emit::Emit;
use super::encoders::Encoders;
use super::facts::facts;
use super::loaded::Loaded;
use super::networks::Networks;
use crate::device::{BackendChoice, Device, KernelTuning, Selection, select};
use crate::infer::{LoadError, VisionLanguageModel, probe_plan};
use crate::io::hub::{Manifest, StoredFiles, load_manifest};
use crate::io::tokenizer;
use crate::model::playroom::Config;
use crate::pixels::Pixels;
use crate::precision::Precision;
use crate::session::host::Host;
use crate::session::library::{CheckpointId, fits, folder_of, storage};
use crate::session::protocol::{
    Backend, DeviceReport, Event, Failure, Loading, LoadingStage, ModelFacts, ModelName, Recovery, Trial,
};

/// How often a model's files are looked for while others have them, and how long between two times.
const TRIES: u32 = 40;
const REST: Duration = Duration::from_millis(250);

#[derive(Clone)]
pub(super) struct Load {
    pub backend: BackendChoice,
    pub model: ModelName,
}

impl Load {
    /// Loads the model; none where others have its files. Then every look at them is a step of its own, the `tries`-th, so that
    /// another model can be asked for meanwhile.
    pub(super) async fn advance(
        &self,
        host: &impl Host,
        tries: &mut u32,
        emit: Emit<'_>,
    ) -> Result<Option<Loaded>, Failure> {
        let lock = match &self.model {
            ModelName::Stored { name, .. } => match host.try_lock(&folder_of(name)).await.map_err(storage)? {
                None if *tries < TRIES => {
                    if *tries == 0 {
                        emit(Event::Waiting);
                    }
                    *tries += 1;
                    host.sleep(REST).await;
                    return Ok(None);
                }
                lock => Some(lock.ok_or_else(|| busy(name))?),
            },
            ModelName::Playroom { .. } => None,
        };
        let stage = |stage, done, total| emit(Event::Loading(Loading { stage, done, total }));
        stage(LoadingStage::Device, 0, Some(1));
        // The trial needs a model's sizes only, not its weights.
        let known = host.saved_tuning().await.and_then(|text| serde_json::from_str(&text).ok());
        let selection = choose(self.backend, known).await?;
        if let Some(measurements) = &selection.measurements {
            host.save_tuning(serde_json::to_string(measurements).expect("plain data serialises"));
        }
        stage(LoadingStage::Device, 1, Some(1));
        emit(Event::Device(report(&selection)));
        let (model, facts) = match &self.model {
            ModelName::Playroom { url } => playroom(host, selection.device, url, &stage).await?,
            ModelName::Stored { name, precision } => {
                stored(host, selection.device, name, *precision, &stage).await?
            }
        };
        drop(lock);
        stage(LoadingStage::Prepare, 1, Some(1));
        let (encoders, networks) = match &self.model {
            ModelName::Playroom { url } => (Encoders::beside(url), Networks::beside(url)),
            ModelName::Stored { .. } => (Encoders::default(), Networks::default()),
        };
        let loaded = Loaded { encoders, networks, ..Loaded::new(model, &facts) };
        emit(Event::Ready(facts));
        Ok(Some(loaded))
    }
}

type StageNote<'a> = &'a dyn Fn(LoadingStage, u64, Option<u64>);

/// Our own model.
async fn playroom(
    host: &impl Host,
    device: Device,
    url: &str,
    stage: StageNote<'_>,
) -> Result<(VisionLanguageModel, ModelFacts), Failure> {
    let base = url.trim_end_matches('/');
    let fetch = async |name: &str, of: LoadingStage| {
        let whole = host.fetch(&format!("{base}/{name}"), &mut |done, total| stage(of, done, total)).await;
        whole.map(Rc::new).map_err(|detail| {
            let sentence = format!("The model's file {name} could not be downloaded.");
            Failure { sentence, detail, recovery: Recovery::Retry }
        })
    };
    let mut files = BTreeMap::new();
    for name in ["config.json", "tokenizer.json"] {
        files.insert(name, fetch(name, LoadingStage::Vocabulary).await?);
    }
    let eval = host.fetch(&format!("{base}/eval.json"), &mut |_, _| {}).await.unwrap_or_default();
    files.insert("model.safetensors", fetch("model.safetensors", LoadingStage::Weights).await?);
    stage(LoadingStage::Prepare, 0, Some(1));
    let mut model = VisionLanguageModel::load(device, &files, Precision::F32)?;
    drop(files);
    model.embed_images(&[blank(model.image_size() as u32)]).await?;
    let facts = facts(&model, "Playroom", String::from_utf8(eval).unwrap_or_default()).await?;
    Ok((model, facts))
}

/// Others have the folder of a checkpoint; who fetches it again has it for minutes.
pub(super) fn busy(name: &str) -> Failure {
    Failure {
        sentence: format!(
            "{name} is being fetched or loaded, here or in another tab of this page: try again when that is done, or go \
             on with Playroom."
        ),
        detail: String::new(),
        recovery: Recovery::Retry,
    }
}

/// A checkpoint that is kept on this device; under its folder's lock.
pub(super) async fn stored(
    host: &impl Host,
    device: Device,
    name: &str,
    precision: Precision,
    stage: StageNote<'_>,
) -> Result<(VisionLanguageModel, ModelFacts), Failure> {
    let read = async {
        let (folder, manifest) = whole(host, name).await?;
        let files = StoredFiles::open(&folder, &manifest).await?;
        stage(LoadingStage::Weights, 0, Some(manifest.size()));
        if manifest.has_tokenizer() {
            tokenizer::ready().await.map_err(|error| Failure {
                sentence: "A part of this page that the model needs could not be loaded.".to_string(),
                detail: error.to_string(),
                recovery: Recovery::Retry,
            })?;
        }
        let unloadable = |error: LoadError| match error {
            LoadError::Device(error) => error.into(),
            error => Failure { recovery: Recovery::FetchAgain, ..error.into() },
        };
        fits(&VisionLanguageModel::architecture(&files).map_err(unloadable)?, precision)?;
        let model = VisionLanguageModel::load(device, &files, precision).map_err(unloadable)?;
        stage(LoadingStage::Weights, manifest.size(), Some(manifest.size()));
        stage(LoadingStage::Prepare, 0, Some(1));
        let facts = facts(&model, name, String::new()).await?;
        Ok((model, facts))
    };
    read.await.map_err(|failure: Failure| match failure.recovery {
        // Files of the visitor's own have no server.
        Recovery::FetchAgain if CheckpointId::parse(name).is_none() => Failure {
            sentence: format!("{} Choose its folder again in the room Models.", failure.sentence),
            recovery: Recovery::ChangeInput,
            ..failure
        },
        _ => failure,
    })
}

/// The folder of a checkpoint that is wholly kept.
async fn whole<H: Host>(host: &H, name: &str) -> Result<(H::Folder, Manifest), Failure> {
    let folder = host.folder(&folder_of(name)).await.map_err(storage)?;
    let manifest = load_manifest(&folder).await?.filter(Manifest::is_whole).ok_or_else(|| Failure {
        sentence: format!("{name} is not kept on this device: download it first."),
        detail: String::new(),
        recovery: Recovery::ChangeInput,
    })?;
    Ok((folder, manifest))
}

fn blank(side: u32) -> Pixels {
    Pixels::new(side, side, vec![128; (side * side * 3) as usize])
}

async fn choose(backend: BackendChoice, known: Option<KernelTuning>) -> Result<Selection, Failure> {
    let probe = |layout| Rc::new(probe_plan(&Config::playroom(256), layout));
    Ok(select(backend, probe, known).await?)
}

fn report(selection: &Selection) -> DeviceReport {
    let backend = match selection.device {
        crate::device::Device::Cpu(_) => Backend::Cpu,
        crate::device::Device::Gpu(_) => Backend::Gpu,
    };
    let trials = selection.trial.iter().flat_map(|trial| {
        [(Backend::Gpu, trial.gpu), (Backend::Cpu, trial.cpu)]
            .map(|(backend, ms)| Trial { backend, milliseconds: ms as f32 })
    });
    DeviceReport {
        backend,
        adapter: selection.adapter.as_ref().map(|adapter| adapter.name.clone()),
        is_software: selection.adapter.as_ref().is_some_and(|adapter| adapter.is_software),
        reason: selection.reason.clone(),
        trials: trials.collect(),
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Device(error) => error.into(),
            error => Failure {
                sentence: "The model's files cannot be used.".to_string(),
                detail: error.to_string(),
                recovery: Recovery::Retry,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceError;

    #[test]
    fn a_device_that_fails_while_a_model_loads_is_not_its_files_fault() {
        let recovery = |error: LoadError| Failure::from(error).recovery;
        assert_eq!(recovery(DeviceError::Lost(String::new()).into()), Recovery::UseCpu);
        assert_eq!(recovery(LoadError::Absent("config.json")), Recovery::Retry);
    }
}
