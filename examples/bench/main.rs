//! Our side of `cargo xtask bench --against ort` and `--against torch`: pictures to unit vectors by the route that the
//! session takes, tokens of a caption, steps of training, and the album's search.
//!
//! In the browser `benches/worker.mjs` calls `browser`; natively `benches/native.mjs` speaks to `native` by lines.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod search;
mod training;
mod writing;

use triptych::device::{CpuDevice, Device, GpuDevice};
use triptych::infer::{Job, VisionLanguageModel};
use triptych::io::read_at::Files;
use triptych::model::architecture::Architecture;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;

/// The image tower of a model on one device.
struct Tower {
    model: VisionLanguageModel,
}

impl Tower {
    /// Loads the files of a CLIP; the error is a message.
    async fn open(gpu: bool, files: &dyn Files) -> Result<Self, String> {
        let model = load(gpu, files).await?;
        match model.architecture {
            Architecture::Clip(_) => Ok(Tower { model }),
            _ => Err("expected a CLIP".to_string()),
        }
    }

    /// Unit vectors `[B, E]` of `pixels`, the values of `[B, 3, S, S]`, in host memory.
    async fn embed(&mut self, batch: usize, pixels: Vec<f32>) -> Result<HostTensor, String> {
        let side = self.model.architecture.vision().image_size;
        let expected = batch * 3 * side * side;
        if pixels.len() != expected {
            return Err(format!("expected {expected} values of pixels, found {}", pixels.len()));
        }
        let pixels = HostTensor::f32([batch, 3, side, side], pixels);
        let compiled = self.model.run(Job::EncodeImage { batch }, false, &[("pixels", &pixels)]).await;
        let compiled = compiled.map_err(|error| error.to_string())?;
        self.model.read(&compiled, "image_embeds").await.map_err(|error| error.to_string())
    }
}

/// Loads a model; the error is a message.
async fn load(gpu: bool, files: &dyn Files) -> Result<VisionLanguageModel, String> {
    let device = match gpu {
        true => Device::Gpu(GpuDevice::request().await.map_err(|error| error.to_string())?),
        false => Device::Cpu(CpuDevice { exact: false }),
    };
    VisionLanguageModel::load(device, files, Precision::F32).map_err(|error| error.to_string())
}

#[cfg(target_arch = "wasm32")]
fn main() {
    browser::report_panics();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}
