//! `triptych bench --gpu`: how much of a graphics processor the engine's kernels get.

use std::rc::Rc;

use serde_json::json;

use super::Times;
use crate::cli::model::{choose_device, keep_tuning};
use crate::cli::{Backend, CliError, Output};
use crate::device::{CompiledPlan, Device, DeviceError};
use crate::infer::BATCH;
use crate::model::clip;
use crate::model::init::initial;
use crate::ops::attention::{Attention, attention};
use crate::ops::matmul::{Transpose, matmul};
use crate::plan::{Plan, PlanBuilder, SlotKind};
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;

const SEED: u64 = 1;

/// How large the cases are.
struct Sizes {
    /// Rows and columns of both matrices.
    matrix: usize,
    /// Batch, heads, tokens, width of a head.
    attention: [usize; 4],
    tower: Tower,
    /// A multiple of [`BATCH`].
    pictures: usize,
}

/// The image tower of a CLIP whose patches are 14 by 14 pixels and whose heads are 64 wide.
struct Tower {
    side: usize,
    depth: usize,
    width: usize,
    embed: usize,
}

/// Those by which graphics processors are compared; the tower is that of ViT-L/14.
const REAL: Sizes = Sizes {
    matrix: 4096,
    attention: [32, 16, 257, 64],
    tower: Tower { side: 224, depth: 24, width: 1024, embed: 768 },
    pictures: 32,
};

/// A processor in software would take hours for the others; these show that the cases run.
const SOFTWARE: Sizes = Sizes {
    matrix: 256,
    attention: [2, 2, 65, 64],
    tower: Tower { side: 56, depth: 2, width: 128, embed: 64 },
    pictures: 16,
};

#[derive(serde::Serialize)]
struct Row {
    case: String,
    #[serde(flatten)]
    times: Times,
    #[serde(flatten)]
    speed: Speed,
}

/// By the median.
#[derive(serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Speed {
    /// 10^9 additions and multiplications a second.
    Gflops(f64),
    ImagesPerS(f64),
}

/// A plan with random inputs and weights on a device.
struct Ready {
    compiled: CompiledPlan,
}

pub(super) fn run(runs: u16, output: &Output) -> Result<(), CliError> {
    let device = choose_device(Backend::Gpu)?;
    let Device::Gpu(gpu) = &device else { unreachable!("a GPU was asked for") };
    let adapter = gpu.info();
    let sizes = if adapter.is_software { SOFTWARE } else { REAL };
    let rows = [
        product(&device, runs, sizes.matrix)?,
        attend(&device, runs, sizes.attention)?,
        encode(&device, runs, &sizes.tower, sizes.pictures)?,
    ];
    keep_tuning(&device);
    let document = json!({
        "backend": adapter.backend, "adapter": adapter.name, "driver": adapter.driver,
        "software": adapter.is_software, "runs": runs, "rows": rows,
    });
    let mut lines = vec![format!("{}, {}, {}, {runs} runs", adapter.name, adapter.backend, adapter.driver)];
    if adapter.is_software {
        lines.push("this adapter computes in software, and therefore less".into());
    }
    for Row { case, times, speed } in &rows {
        let speed = match speed {
            Speed::Gflops(speed) => format!("{speed:.1} GFLOP/s"),
            Speed::ImagesPerS(speed) => format!("{speed:.1} images/s"),
        };
        lines.push(format!("{case:64} {times}  {speed}"));
    }
    output.print(&document, lines.join("\n"));
    Ok(())
}

/// `x y` of two square matrices.
fn product(device: &Device, runs: u16, side: usize) -> Result<Row, CliError> {
    let mut b = PlanBuilder::new();
    let [x, y] = ["x", "y"].map(|name| b.input(name, [side, side], F32));
    matmul(&mut b, x, y, Transpose::default());
    let case = format!("matmul, {side} x {side} x {side}");
    computed(device, runs, case, b.finish(), 2 * side * side * side)
}

/// Attention without a mask; what is counted of its work is that of its two products.
fn attend(device: &Device, runs: u16, [batch, heads, tokens, width]: [usize; 4]) -> Result<Row, CliError> {
    let mut b = PlanBuilder::new();
    let [q, k, v] = ["q", "k", "v"].map(|name| b.input(name, [batch, tokens, heads * width], F32));
    attention(&mut b, Attention { heads, causal: false }, q, k, v, None);
    let case = format!("attention, batch {batch}, {heads} heads of {width}, {tokens} tokens");
    computed(device, runs, case, b.finish(), 4 * batch * heads * tokens * tokens * width)
}

/// Times a plan whose result stays on the device; a run is `operations` additions and multiplications.
fn computed(
    device: &Device,
    runs: u16,
    case: String,
    plan: Plan,
    operations: usize,
) -> Result<Row, CliError> {
    let ready = Ready::new(device, plan).map_err(CliError::failure)?;
    let times = Times::of(runs, || pollster::block_on(ready.run()).map_err(CliError::failure))?;
    let speed = Speed::Gflops(operations as f64 / (1e6 * times.median_ms));
    Ok(Row { case, times, speed })
}

/// Pixels in host memory to embeddings in host memory, [`BATCH`] pictures a replay as in every use of a checkpoint: the
/// hidden layer of ViT-L/14 for 32 pictures is larger than WebGPU's default limits let a buffer be.
fn encode(device: &Device, runs: u16, tower: &Tower, pictures: usize) -> Result<Row, CliError> {
    let ready = Ready::new(device, tower.plan()?).map_err(CliError::failure)?;
    let pixels = initial("pixels", &[BATCH, 3, tower.side, tower.side].into(), SEED);
    let times = Times::of(runs, || {
        let mut replays = (0..pictures).step_by(BATCH);
        replays.try_for_each(|_| pollster::block_on(ready.embed(&pixels))).map_err(CliError::failure)
    })?;
    let Tower { side, depth, width, .. } = tower;
    let case = format!("CLIP image tower, {depth} layers of {width}, {side} px, batch {pictures}");
    let speed = Speed::ImagesPerS(1e3 * pictures as f64 / times.median_ms);
    Ok(Row { case, times, speed })
}

impl Tower {
    /// `pixels` `[BATCH, 3, S, S]` to `image_embeds` `[BATCH, E]`.
    fn plan(&self) -> Result<Plan, CliError> {
        let config = json!({
            "projection_dim": self.embed,
            "vision_config": {
                "image_size": self.side, "patch_size": 14, "num_hidden_layers": self.depth,
                "hidden_size": self.width, "num_attention_heads": self.width / 64,
                "intermediate_size": 4 * self.width,
            },
        });
        let config = clip::Config::parse(&config).map_err(CliError::failure)?;
        let mut b = PlanBuilder::new();
        let pixels = b.input("pixels", [BATCH, 3, self.side, self.side], F32);
        let states = clip::encode_image(&mut b, &config, pixels);
        let embeds = clip::image_embeds(&mut b, &config, states);
        b.name(embeds, "image_embeds");
        Ok(b.finish())
    }
}

impl Ready {
    fn new(device: &Device, plan: Plan) -> Result<Self, DeviceError> {
        let plan = Rc::new(plan);
        let mut params = device.param_store();
        for slot in plan.slots_of(SlotKind::Stored) {
            params.store(&slot.name, &initial(&slot.name, &slot.shape, SEED))?;
        }
        let compiled = pollster::block_on(params.compile(plan.clone()))?;
        for slot in plan.slots_of(SlotKind::Input) {
            compiled.write(&slot.name, &initial(&slot.name, &slot.shape, SEED));
        }
        Ok(Ready { compiled })
    }

    async fn run(&self) -> Result<(), DeviceError> {
        self.compiled.run(self.compiled.plan().all())?;
        self.compiled.finish().await
    }

    async fn embed(&self, pixels: &HostTensor) -> Result<(), DeviceError> {
        self.compiled.write("pixels", pixels);
        self.compiled.run(self.compiled.plan().all())?;
        self.compiled.read("image_embeds").await.map(drop)
    }
}
