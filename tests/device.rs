//! What both devices promise beyond the kernels: banks, views, ranges, errors; and how a GPU chooses variants.

use std::rc::Rc;

use pollster::block_on;
use triptych::device::{
    Bank, Choices, CpuDevice, Device, DeviceError, GpuDevice, Preference, milliseconds, select,
};
use triptych::kernel::{Access, Args, Kernel, Variant};
use triptych::ops::case::noise;
use triptych::ops::matmul::{Transpose, matmul};
use triptych::plan::{Plan, PlanBuilder, fill};
use triptych::tensor::{DType, HostTensor};

fn gpu() -> GpuDevice {
    block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one")
}

fn devices() -> [Device; 3] {
    [Device::Cpu(CpuDevice { exact: true }), Device::Cpu(CpuDevice { exact: false }), Device::Gpu(gpu())]
}

fn f32s(values: &[f32]) -> HostTensor {
    HostTensor::f32([values.len()], values.to_vec())
}

const COUNTS: &str = "
    struct Params { count: u32 }
    @group(0) @binding(0) var<storage, read_write> y: array<f32>;
    @group(0) @binding(1) var<uniform> params: Params;
    @compute @workgroup_size(64)
    fn forward(@builtin(local_invocation_index) i: u32) { if i < params.count { y[i] += 1.0; } }";

/// `y += 1`, for up to 64 elements.
static COUNT: Kernel = Kernel {
    name: "count.forward",
    bindings: &[("y", Access::Write)],
    variants: &[
        Variant { name: "one", source: &[COUNTS], entry: "forward", grid: |_| [1, 1, 1] },
        Variant { name: "two", source: &[COUNTS], entry: "forward", grid: |_| [1, 1, 1] },
    ],
    cpu: |args: &mut Args| args.write[0].iter_mut().for_each(|y| *y += 1.0),
    fast: None,
};

fn counting() -> Rc<Plan> {
    let mut b = PlanBuilder::new();
    let (total, runs) = (b.stored("total", [3]), b.named_temp("runs", [2]));
    b.range("start", |b| fill::fill(b, runs, 0.0));
    b.range("count", |b| {
        b.emit(&COUNT, &[total], vec![3]);
        b.emit(&COUNT, &[runs], vec![2]);
    });
    let view = b.reshape(runs, [1, 2]);
    b.name(view, "runs_as_row");
    Rc::new(b.finish())
}

#[test]
fn plans_share_their_bank_and_ranges_run_alone() {
    for device in devices() {
        let mut bank = device.bank();
        device.store(&mut bank, "total", &f32s(&[1.0, 2.0, 3.0])).unwrap();
        let [first, second] = [0, 1].map(|_| block_on(device.prepare(counting(), &bank)).unwrap());
        for (prepared, range) in
            [(&first, "start"), (&first, "count"), (&second, "start"), (&second, "count"), (&second, "count")]
        {
            device.run(prepared, prepared.plan().range(range)).unwrap();
        }
        assert_eq!(block_on(device.fetch(&bank, "total")).unwrap(), f32s(&[4.0, 5.0, 6.0]));
        assert_eq!(block_on(device.read(&first, "runs")).unwrap(), f32s(&[1.0, 1.0]));
        assert_eq!(
            block_on(device.read(&second, "runs_as_row")).unwrap(),
            HostTensor::f32([1, 2], vec![2.0, 2.0])
        );
        device.store(&mut bank, "total", &f32s(&[0.5, 0.5, 0.5])).unwrap();
        device.run(&first, first.plan().range("count")).unwrap();
        assert_eq!(block_on(device.fetch(&bank, "total")).unwrap(), f32s(&[1.5, 1.5, 1.5]));
    }
}

#[test]
fn missing_and_misshapen_weights_are_errors() {
    for device in devices() {
        let mut bank = device.bank();
        let prepared = |bank: &Bank| block_on(device.prepare(counting(), bank)).map(drop);
        assert!(matches!(prepared(&bank), Err(DeviceError::Missing { name }) if name == "total"));
        assert!(block_on(device.fetch(&bank, "total")).is_err());
        device.store(&mut bank, "total", &f32s(&[1.0, 2.0])).unwrap();
        let message = prepared(&bank).unwrap_err().to_string();
        assert_eq!(message, "`total` has shape [2], expected [3]");
    }
}

#[test]
fn a_buffer_beyond_the_limits_is_an_error() {
    let device = Device::Gpu(gpu());
    let mut b = PlanBuilder::new();
    let y = b.named_temp("y", [1 << 26]);
    fill::fill(&mut b, y, 1.0);
    let prepared = block_on(device.prepare(Rc::new(b.finish()), &device.bank())).map(drop);
    assert!(matches!(prepared, Err(DeviceError::TooLarge { bytes: 268_435_456, limit: 134_217_728, .. })));
}

#[test]
fn a_shader_that_the_adapter_refuses_is_an_error() {
    static BROKEN: Kernel = Kernel {
        name: "broken.forward",
        variants: &[Variant {
            name: "one",
            source: &["fn forward() {"],
            entry: "forward",
            grid: |_| [1, 1, 1],
        }],
        ..COUNT
    };
    let device = Device::Gpu(gpu());
    let mut b = PlanBuilder::new();
    let y = b.named_temp("y", [3]);
    b.emit(&BROKEN, &[y], vec![3]);
    let prepared = block_on(device.prepare(Rc::new(b.finish()), &device.bank())).map(drop);
    assert!(matches!(prepared, Err(DeviceError::Gpu(_))), "{prepared:?}");
}

/// Two variants that tell which ran: the first wastes time and writes 1, the second writes 2.
static TELLING: Kernel = Kernel {
    name: "telling.forward",
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

fn told(device: &Device) -> HostTensor {
    let mut b = PlanBuilder::new();
    let y = b.named_temp("y", [3]);
    b.emit(&TELLING, &[y], vec![3]);
    let prepared = block_on(device.prepare(Rc::new(b.finish()), &device.bank())).unwrap();
    device.run(&prepared, 0..1).unwrap();
    block_on(device.read(&prepared, "y")).unwrap()
}

#[test]
fn the_fastest_variant_is_measured_once_and_remembered() {
    let device = Device::Gpu(gpu());
    assert_eq!(told(&device), f32s(&[2.0; 3]));
    let Device::Gpu(measured) = &device else { unreachable!("made above") };
    let table = serde_json::to_string(&measured.choices()).unwrap();
    assert!(table.contains(r#"{"telling.forward 2":"quick"}"#), "{table}");

    let recall = |table: &str| {
        let later = gpu();
        later.recall(serde_json::from_str::<Choices>(table).unwrap());
        told(&Device::Gpu(later))
    };
    let slow = table.replace("quick", "slow");
    assert_eq!(recall(&slow), f32s(&[1.0; 3]), "what was remembered is not measured again");
    assert_eq!(
        recall(&slow.replace("slow", "gone")),
        f32s(&[2.0; 3]),
        "a variant that is no more is measured anew"
    );
    let elsewhere = slow.replace(&measured.info().name, "another adapter");
    assert_eq!(recall(&elsewhere), f32s(&[2.0; 3]), "another adapter's measurements do not count");
}

fn product(side: usize) -> Rc<Plan> {
    let mut b = PlanBuilder::new();
    let x = b.input("x", [side, side], DType::F32);
    let w = b.param("w", [side, side]);
    let y = matmul(&mut b, x, w, Transpose::default());
    b.name(y, "y");
    Rc::new(b.finish())
}

#[test]
fn equal_inputs_give_equal_bits_on_one_device() {
    for device in devices() {
        let mut bank = device.bank();
        device.store(&mut bank, "w", &noise(&[65, 65], 1.0, 1)).unwrap();
        let run = || {
            let prepared = block_on(device.prepare(product(65), &bank)).unwrap();
            device.write(&prepared, "x", &noise(&[65, 65], 1.0, 2));
            device.run(&prepared, prepared.plan().all()).unwrap();
            block_on(device.read(&prepared, "y")).unwrap()
        };
        assert_eq!(run().words(), run().words());
    }
}

#[test]
fn the_selection_obeys_or_takes_the_faster_and_says_why() {
    let ask = |preference| block_on(select(preference, product(128))).unwrap();
    let cpu = ask(Preference::Cpu);
    assert!(matches!(cpu.device, Device::Cpu(CpuDevice { exact: false })) && cpu.adapter.is_none());
    let asked = ask(Preference::Gpu);
    assert!(matches!(asked.device, Device::Gpu(_)) && asked.adapter.is_some());
    let auto = ask(Preference::Auto);
    let (trial, adapter) = (auto.trial.expect("both were tried"), auto.adapter.expect("there is one"));
    assert!(trial.cpu > 0.0 && trial.gpu > 0.0);
    assert_eq!(matches!(auto.device, Device::Gpu(_)), trial.gpu <= trial.cpu);
    assert!(auto.reason.contains(&adapter.name), "{}", auto.reason);
}

#[test]
fn more_work_takes_longer() {
    let device = Device::Cpu(CpuDevice { exact: true });
    let [little, much] = [16, 256].map(|side| block_on(milliseconds(&device, product(side))).unwrap());
    assert!(much > 10.0 * little, "{much} ms against {little} ms");
}
