//! How a GPU chooses among a kernel's variants, and how the device that computes is chosen.

use std::cell::RefCell;
use std::rc::Rc;

use super::device::{COUNT, f32s, gpu, product};
use super::{Case, cases};
use triptych::device::{BackendChoice, CpuDevice, Device, KernelTuning, milliseconds, select};
use triptych::kernel::{Field, Kernel, Variant};
use triptych::layout::Layout;
use triptych::plan::PlanBuilder;
use triptych::tensor::HostTensor;

pub(crate) fn cases() -> Vec<Case> {
    cases![
        the_fastest_variant_is_measured_once_and_remembered,
        the_selection_obeys_or_takes_the_faster_and_says_why,
        more_work_takes_longer,
    ]
}

/// Two variants that tell which ran: the first wastes time and writes 1, the second writes 2.
static TELLING: Kernel = Kernel {
    name: "telling.forward",
    params: &[Field::of::<u32>("count")],
    variants: &[
        Variant {
            name: "slow",
            source: &["
                struct Params { count: u32 }
                @group(0) @binding(0) var<storage, read_write> y: array<f32>;
                @group(0) @binding(1) var<uniform> params: Params;
                @compute @workgroup_size(64) fn forward(@builtin(local_invocation_index) i: u32) {
                    for (var turn = 0u; turn < 3000u; turn++) { y[i % params.count] = sin(y[i % params.count]); }
                    y[i % params.count] = 1.0;
                }"],
            entry: "forward",
            grid: |_| [16, 1, 1],
        },
        Variant {
            name: "quick",
            source: &["
                struct Params { count: u32 }
                @group(0) @binding(0) var<storage, read_write> y: array<f32>;
                @group(0) @binding(1) var<uniform> params: Params;
                @compute @workgroup_size(64) fn forward(@builtin(local_invocation_index) i: u32) {
                    y[i % params.count] = 2.0;
                }"],
            entry: "forward",
            grid: |_| [1, 1, 1],
        },
    ],
    ..COUNT
};

async fn told(device: &Device) -> HostTensor {
    let mut b = PlanBuilder::new();
    let y = b.named_temp("y", [3]);
    b.emit(&TELLING, &[y], vec![3]);
    let compiled = device.param_store().compile(Rc::new(b.finish())).await.unwrap();
    compiled.run(0..1).unwrap();
    compiled.read("y").await.unwrap()
}

async fn the_fastest_variant_is_measured_once_and_remembered() {
    let device = Device::Gpu(gpu().await);
    assert_eq!(told(&device).await, f32s(&[2.0; 3]));
    let Device::Gpu(measured) = &device else { unreachable!("made above") };
    let table = serde_json::to_string(&measured.tuning()).unwrap();
    assert!(table.contains(r#"{"telling.forward 2":"quick"}"#), "{table}");

    assert!(
        measured.take_measurements().is_some() && measured.take_measurements().is_none(),
        "what is new is told once"
    );

    let recall = async |table: &str| {
        let later = gpu().await;
        later.restore(serde_json::from_str::<KernelTuning>(table).unwrap());
        assert!(later.take_measurements().is_none(), "what was restored is not told again");
        told(&Device::Gpu(later)).await
    };
    let slow = table.replace("quick", "slow");
    assert_eq!(recall(&slow).await, f32s(&[1.0; 3]), "what was restored is not measured again");
    assert_eq!(
        recall(&slow.replace("slow", "gone")).await,
        f32s(&[2.0; 3]),
        "a variant that is no more is measured anew"
    );
    let elsewhere = slow.replace(&measured.info().name, "another adapter");
    assert_eq!(recall(&elsewhere).await, f32s(&[2.0; 3]), "another adapter's measurements do not count");
}

async fn the_selection_obeys_or_takes_the_faster_and_says_why() {
    let layouts = RefCell::new(Vec::new());
    let probe = |layout| {
        layouts.borrow_mut().push(layout);
        product(128)
    };
    let ask = async |preference| select(preference, probe, None).await.unwrap();
    let cpu = ask(BackendChoice::Cpu).await;
    assert!(matches!(cpu.device, Device::Cpu(CpuDevice { exact: false })) && cpu.adapter.is_none());
    let asked = ask(BackendChoice::Gpu).await;
    assert!(matches!(asked.device, Device::Gpu(_)) && asked.adapter.is_some());
    let auto = ask(BackendChoice::Auto).await;
    let (trial, adapter) = (auto.trial.expect("both were tried"), auto.adapter.expect("there is one"));
    assert!(trial.cpu > 0.0 && trial.gpu > 0.0);
    let cpu = Device::Cpu(CpuDevice { exact: false }).layout();
    assert_eq!(
        layouts.into_inner(),
        [Layout::Rows, cpu],
        "each device is tried by the layout that it prefers"
    );
    assert_eq!(matches!(auto.device, Device::Gpu(_)), trial.gpu <= trial.cpu);
    assert!(auto.reason.contains(&adapter.name), "{}", auto.reason);
}

async fn more_work_takes_longer() {
    let device = Device::Cpu(CpuDevice { exact: true });
    let time = async |side| milliseconds(&device, product(side)).await.unwrap();
    let (little, much) = (time(16).await, time(256).await);
    assert!(much > 10.0 * little, "{much} ms against {little} ms");
}
