//! Devices, models and pictures for the commands.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use super::{Backend, CliError, Common};
use crate::device::{CpuDevice, Device, DeviceError, GpuDevice};
use crate::infer::{ModelFiles, Runner};
use crate::io::file::{read, write_atomic};
use crate::io::image::decode;
use crate::io::resize::resize_square;
use crate::pixels::Pixels;

/// A loaded model, by `--model`.
#[derive(clap::Args, Clone)]
pub struct Model {
    /// `playroom`, or the folder of a model (config.json, tokenizer.json, model.safetensors)
    #[arg(long, default_value = "playroom")]
    model: PathBuf,
}

/// The shipped model's folder in the source tree, and beside the binary of an installation.
fn shipped() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("models/playroom")));
    match beside {
        Some(folder) if folder.is_dir() => folder,
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom"),
    }
}

/// A model in use; when it goes, what its device has measured of itself is kept for the next run.
pub struct Loaded(Runner);

impl Deref for Loaded {
    type Target = Runner;

    fn deref(&self) -> &Runner {
        &self.0
    }
}

impl DerefMut for Loaded {
    fn deref_mut(&mut self) -> &mut Runner {
        &mut self.0
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        if let (Some(news), Some(path)) = (self.0.device().news(), kept_choices()) {
            let text = serde_json::to_vec(&news).expect("plain data serialises");
            // Where nothing can be kept the next run measures anew.
            let _ = path.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok())
                && write_atomic(&path, &text).is_ok();
        }
    }
}

impl Model {
    pub fn load(&self, common: &Common) -> Result<Loaded, CliError> {
        let folder = if self.model == Path::new("playroom") { shipped() } else { self.model.clone() };
        if !folder.is_dir() {
            return Err(CliError::input(format!("--model {}: no such folder", folder.display())));
        }
        load_folder(&folder, choose_device(common.backend)?)
    }
}

/// The model of a folder on a device.
pub fn load_folder(folder: &Path, device: Device) -> Result<Loaded, CliError> {
    let file = |name: &str| read(&folder.join(name)).map_err(CliError::input);
    let files = ModelFiles {
        config: file("config.json")?,
        tokenizer: file("tokenizer.json")?,
        weights: file("model.safetensors")?,
    };
    Runner::load(device, files).map(Loaded).map_err(|e| CliError::Input(format!("{}: {e}", folder.display())))
}

/// The device that the caller wants; `auto` takes a graphics processor unless it is a software one.
pub fn choose_device(backend: Backend) -> Result<Device, CliError> {
    let cpu = || Device::Cpu(CpuDevice { exact: false });
    match backend {
        Backend::Cpu => Ok(cpu()),
        Backend::Gpu => gpu().map(Device::Gpu).map_err(CliError::failure),
        Backend::Auto => match gpu() {
            Ok(device) if !device.info().is_software => Ok(Device::Gpu(device)),
            _ => Ok(cpu()),
        },
    }
}

/// The adapter, with what an earlier run measured of it.
fn gpu() -> Result<GpuDevice, DeviceError> {
    let gpu = pollster::block_on(GpuDevice::request())?;
    let known = kept_choices().and_then(|path| std::fs::read(path).ok());
    known.and_then(|text| serde_json::from_slice(&text).ok()).into_iter().for_each(|known| gpu.recall(known));
    Ok(gpu)
}

/// A file in the user's cache.
fn kept_choices() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA"));
    let cache = cache.or_else(|| set("HOME").map(|home| home.join(".cache")));
    Some(cache?.join("triptych/kernel-choices.json"))
}

/// A picture file of any size and kind, brought to the model's size.
pub fn picture(path: &Path, side: usize) -> Result<Pixels, CliError> {
    let bytes = read(path).map_err(CliError::input)?;
    let pixels = decode(&path.display().to_string(), &bytes).map_err(CliError::input)?;
    Ok(resize_square(&pixels, side as u32))
}

/// Several picture files.
pub fn pictures(paths: &[PathBuf], side: usize) -> Result<Vec<Pixels>, CliError> {
    paths.iter().map(|path| picture(path, side)).collect()
}

/// A sentence as ids; one that is longer than the model's longest row is an error of the caller.
pub fn sentence(runner: &Runner, text: &str) -> Result<Vec<u32>, CliError> {
    let ids = runner.words.sentence(text).map_err(CliError::input)?;
    fits(runner, ids, text)
}

/// Ids that fit into the model's longest row.
pub fn fits(runner: &Runner, ids: Vec<u32>, text: &str) -> Result<Vec<u32>, CliError> {
    let longest = runner.config.max_tokens;
    if ids.len() > longest {
        let (found, start): (usize, String) = (ids.len(), text.chars().take(40).collect());
        return Err(CliError::Input(format!("\"{start}...\" has {found} tokens; the model reads {longest}")));
    }
    Ok(ids)
}
