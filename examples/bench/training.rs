//! A training step of a CLIP's image tower: cross-entropy of `10 * image_embeds` against class `n mod E` for picture `n`,
//! gradients of every weight, their norm clipped, AdamW. `python/bench_torch.py` takes the same step.

use triptych::device::{CpuDevice, Device};
use triptych::io::read_at::Files;
use triptych::io::safetensors::SafetensorsFile;
use triptych::model::clip::{Config, encode_image, image_embeds};
use triptych::ops::cross_entropy::cross_entropy;
use triptych::ops::scale::scale;
use triptych::tensor::DType::{F32, U32};
use triptych::tensor::HostTensor;
use triptych::train::small_trainer::{Inputs, SmallTrainer, training_plan};

const SHARPNESS: f32 = 10.0;
const LEARNING_RATE: f32 = 1e-3;

/// The tower on the CPU, and the batch that it learns again and again.
pub(crate) struct Training {
    trainer: SmallTrainer,
    batch: Inputs,
}

impl Training {
    /// From the files of a CLIP and the values of `pixels` `[B, 3, S, S]`; the error is a message.
    pub(crate) async fn open(files: &dyn Files, batch: usize, pixels: Vec<f32>) -> Result<Self, String> {
        let file = |name: &str| match files.open(name) {
            Ok(found) => found.ok_or_else(|| format!("{name} is missing")),
            Err(error) => Err(format!("{name}: {error}")),
        };
        let source = file("config.json")?;
        let mut json = vec![0; source.size() as usize];
        source.read_at(0, &mut json).map_err(|error| format!("config.json: {error}"))?;
        let json: serde_json::Value =
            serde_json::from_slice(&json).map_err(|error| format!("config.json: {error}"))?;
        let config = Config::parse(&json).map_err(|error| error.to_string())?;
        let name = "model.safetensors";
        let weights = SafetensorsFile::open(name.into(), file(name)?).map_err(|error| error.to_string())?;

        let (side, classes) = (config.vision.image_size, config.projection_dim);
        let plan = training_plan(
            |b| {
                let pixels = b.input("pixels", [batch, 3, side, side], F32);
                let (targets, ones) = (b.input("targets", [batch], U32), b.input("ones", [batch], F32));
                let states = encode_image(b, &config, pixels);
                let embeds = image_embeds(b, &config, states);
                let logits = scale(b, embeds, SHARPNESS);
                cross_entropy(b, logits, targets, ones)
            },
            |_, gradients| gradients,
        );
        let own = weights.names().into_iter().map(|name| weights.tensor(&name).map(|tensor| (name, tensor)));
        let own: Inputs = own.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        let device = Device::Cpu(CpuDevice { exact: false });
        let trainer = SmallTrainer::new(&device, plan, 0, &own).await.map_err(|error| error.to_string())?;
        let batch = vec![
            ("pixels".into(), HostTensor::f32([batch, 3, side, side], pixels)),
            ("targets".into(), HostTensor::u32([batch], (0..batch).map(|n| (n % classes) as u32).collect())),
            ("ones".into(), HostTensor::f32([batch], vec![1.0; batch])),
        ];
        Ok(Training { trainer, batch })
    }

    /// One step; the loss before it, in nats.
    pub(crate) async fn step(&mut self) -> Result<f32, String> {
        self.trainer.step(&self.batch, LEARNING_RATE).await.map_err(|error| error.to_string())
    }
}
