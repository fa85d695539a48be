//! Devices and models for the commands.

mod embeddings;

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use etcetera::BaseStrategy;
use strum::VariantArray;

pub(super) use embeddings::Embedded;

use super::{Backend, CliError, Common};
use crate::device::{CpuDevice, Device, DeviceError, GpuDevice, KernelTuning};
use crate::infer::audiovisual::Network;
use crate::infer::modality::ModalityEncoder;
use crate::infer::{TextNotes, VisionLanguageModel};
use crate::io::file::{Folder, read, write_atomic};
use crate::io::safetensors::SafetensorsFile;
use crate::model::audiovisual::Task;
use crate::model::modality::Modality;
use crate::model::playroom::Config;
use crate::precision::Precision;
use crate::world::render::PIXELS;

/// A loaded model, by `--model`.
#[derive(clap::Args, Clone)]
pub(super) struct Model {
    /// `playroom`, or the folder of a model: one of ours, or a published CLIP, SigLIP or BLIP as it is (config.json,
    /// model.safetensors or its shards, tokenizer, processor_config.json or preprocessor_config.json)
    #[arg(long, default_value = "playroom")]
    model: PathBuf,
    /// Precision of weight matrices on the device
    #[arg(long, value_parser = precision(), default_value = Precision::F32.name())]
    weights: Precision,
    #[command(flatten)]
    pub common: Common,
}

/// Reads a precision by its name.
pub(super) fn precision() -> impl TypedValueParser<Value = Precision> {
    let named = |name: String| Precision::ALL.into_iter().find(|precision| precision.name() == name);
    PossibleValuesParser::new(Precision::ALL.map(Precision::name))
        .map(move |name| named(name).expect("the parser takes no other name"))
}

/// The shipped model's folder in the source tree, and beside the binary of an installation.
fn shipped() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("models/playroom")));
    match beside {
        Some(folder) if folder.is_dir() => folder,
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom"),
    }
}

/// The encoder of a modality that a file holds.
pub(super) fn open_encoder(path: &Path, device: &Device) -> Result<ModalityEncoder, CliError> {
    let bytes = read(path).map_err(CliError::input)?;
    let file = SafetensorsFile::new(path.display().to_string(), bytes).map_err(CliError::input)?;
    ModalityEncoder::load(device, &file).map_err(CliError::input)
}

/// The network that a file holds.
pub(super) fn open_network(path: &Path, task: Task, device: &Device) -> Result<Network, CliError> {
    let bytes = read(path).map_err(CliError::input)?;
    let file = SafetensorsFile::new(path.display().to_string(), bytes).map_err(CliError::input)?;
    Network::load(device, &file, task).map_err(CliError::input)
}

/// The shipped network of a task on the device that the caller wants.
pub(super) fn shipped_network(task: Task, common: &Common) -> Result<Network, CliError> {
    open_network(&shipped().join(format!("{task}.safetensors")), task, &choose_device(common.backend)?)
}

/// The shipped model on the device that the caller wants.
pub(super) fn open_shipped(common: &Common) -> Result<LoadedModel, CliError> {
    open_folder(&shipped(), choose_device(common.backend)?, Precision::F32)
}

/// A model in use; when it goes, what its device has measured of itself is kept for the next run.
pub(super) struct LoadedModel(pub VisionLanguageModel);

impl Drop for LoadedModel {
    fn drop(&mut self) {
        keep_tuning(self.0.device());
    }
}

impl Model {
    /// A Playroom model that can be shown the world's scenes as they are, and read all that is said of them.
    pub(super) fn open_playroom(&self) -> Result<LoadedModel, CliError> {
        let opened = self.open()?;
        sees_scenes(&opened.0)
            .map_err(|error| CliError::Input(format!("--model {}: {error}", self.model.display())))?;
        Ok(opened)
    }

    /// The model.
    pub(super) fn open(&self) -> Result<LoadedModel, CliError> {
        open_folder(&self.folder()?, choose_device(self.common.backend)?, self.weights)
    }

    /// The encoders of modalities that lie in the folder of the model of these sizes, `sound.safetensors` and their like.
    pub(super) fn open_encoders(&self, config: &Config) -> Result<Vec<ModalityEncoder>, CliError> {
        let folder = self.folder()?;
        let device = choose_device(self.common.backend)?;
        let files = Modality::VARIANTS.iter().map(|modality| folder.join(format!("{modality}.safetensors")));
        let opened = files.filter(|file| file.is_file()).map(|file| {
            let encoder = open_encoder(&file, &device)?;
            encoder
                .expect_model(config)
                .map_err(|reason| CliError::Input(format!("{}: {reason}", file.display())))?;
            Ok(encoder)
        });
        opened.collect()
    }

    /// The network of a task in the model's folder, if there is one, which reads a model of these sizes.
    pub(super) fn open_task(&self, task: Task, config: &Config) -> Result<Option<Network>, CliError> {
        let file = self.folder()?.join(format!("{task}.safetensors"));
        if !file.is_file() {
            return Ok(None);
        }
        let network = open_network(&file, task, &choose_device(self.common.backend)?)?;
        network
            .expect_model(config)
            .map_err(|reason| CliError::Input(format!("{}: {reason}", file.display())))?;
        Ok(Some(network))
    }

    fn folder(&self) -> Result<PathBuf, CliError> {
        let folder = if self.model == Path::new("playroom") { shipped() } else { self.model.clone() };
        is_folder(&folder).map_err(|error| CliError::Input(format!("--model {error}")))?;
        Ok(folder)
    }
}

/// The error where a path is no folder.
pub(super) fn is_folder(path: &Path) -> Result<(), CliError> {
    let error = match path.metadata() {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => "is no folder".to_string(),
        Err(error) => error.to_string(),
    };
    Err(CliError::Input(format!("{}: {error}", path.display())))
}

/// The model of a folder on a device.
pub(super) fn open_folder(
    folder: &Path,
    device: Device,
    precision: Precision,
) -> Result<LoadedModel, CliError> {
    let loaded = VisionLanguageModel::load(device, &Folder(folder.to_path_buf()), precision);
    let loaded = loaded.map_err(|error| CliError::Input(format!("{}: {error}", folder.display())))?;
    loaded.notes.iter().for_each(|note| status!("note: {note}"));
    Ok(LoadedModel(loaded))
}

impl LoadedModel {
    /// What the model has not read of its texts: each is printed on standard error too.
    pub(super) fn text_notes(&self) -> TextNotes {
        let notes = self.0.take_text_notes();
        notes.sentences().for_each(|sentence| status!("note: {sentence}"));
        notes
    }
}

/// The device that the caller wants; `auto` takes a graphics processor unless it is a software one.
pub(super) fn choose_device(backend: Backend) -> Result<Device, CliError> {
    let cpu = || Device::Cpu(CpuDevice { exact: false });
    match backend {
        Backend::Cpu => Ok(cpu()),
        Backend::Gpu => Ok(Device::Gpu(gpu()?)),
        Backend::Auto => match gpu() {
            Ok(device) if !device.info().is_software => Ok(Device::Gpu(device)),
            _ => Ok(cpu()),
        },
    }
}

/// The adapter, with what an earlier run measured of it.
fn gpu() -> Result<GpuDevice, DeviceError> {
    let gpu = pollster::block_on(GpuDevice::request())?;
    let known = tuning_file().and_then(|path| std::fs::read(path).ok());
    known
        .and_then(|text| serde_json::from_slice(&text).ok())
        .into_iter()
        .for_each(|known| gpu.restore(known));
    Ok(gpu)
}

/// Keeps what the device has measured of itself for the next run.
pub(super) fn keep_tuning(device: &Device) {
    if let (Some(measurements), Some(path)) = (device.take_measurements(), tuning_file()) {
        let text = serde_json::to_vec(&measurements).expect("plain data serialises");
        // Where nothing can be kept the next run measures anew.
        let _ = path.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok())
            && write_atomic(&path, &text).is_ok();
    }
}

/// A file in the user's cache.
fn tuning_file() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.cache_dir().join("triptych").join(KernelTuning::FILE))
}

fn sees_scenes(model: &VisionLanguageModel) -> Result<(), String> {
    let Some((config, _)) = model.playroom() else {
        return Err("this command runs Playroom models only".into());
    };
    let Config { image_size, max_tokens, .. } = *config;
    let (cells, most) = (config.grid(), Config::playroom(config.vocab_size).max_tokens);
    match image_size == PIXELS && cells >= 2 && max_tokens >= most {
        true => Ok(()),
        false => Err(format!(
            "the model's config.json says image_size {image_size} ({cells} x {cells} cells) and max_tokens {max_tokens}; scenes have \
             {PIXELS} pixels, and with their sentences need 2 x 2 cells and {most} tokens"
        )),
    }
}
