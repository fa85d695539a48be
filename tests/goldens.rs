//! What PyTorch (`python/goldens.py`) and librosa (`python/audio_goldens.py`) computed, against both CPU forms and the GPU.

#[path = "goldens/audio.rs"]
mod audio;
#[path = "goldens/ops.rs"]
mod ops;
#[path = "goldens/transformer.rs"]
mod transformer;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pollster::block_on;
use triptych::check::compare;
use triptych::device::{CompiledPlan, CpuDevice, Device, GpuDevice};
use triptych::io::safetensors::SafetensorsFile;
use triptych::plan::SlotKind;
use triptych::tensor::{Data, HostTensor};

/// What computes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Form {
    Exact,
    Fast,
    Gpu,
}

impl Form {
    fn device(self) -> Device {
        match self {
            Form::Exact => Device::Cpu(CpuDevice { exact: true }),
            Form::Fast => Device::Cpu(CpuDevice { exact: false }),
            Form::Gpu => {
                Device::Gpu(block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one"))
            }
        }
    }

    /// The definitions sum in f64 and round where a kernel ends, so they differ from PyTorch's f64 by a few roundings.
    /// The other forms sum in f32 and approximate `exp`, `tanh` and `erf`; they get what the twins' cases allow them.
    fn tolerance(self) -> f32 {
        if self == Form::Exact { 1e-6 } else { 1e-5 }
    }
}

/// The tensors of a golden file, which of them a test has used, and what it found wrong.
struct Goldens {
    tensors: BTreeMap<String, HostTensor>,
    used: RefCell<BTreeSet<String>>,
    failures: RefCell<Vec<String>>,
}

impl Goldens {
    fn open(name: &str) -> Self {
        let path = format!("tests/goldens/{name}.safetensors");
        let file = SafetensorsFile::new(&path, std::fs::read(&path).expect(&path)).expect(&path);
        let tensor = |name: String| {
            let tensor = file.tensor(&name).expect(&name);
            (name, tensor)
        };
        let tensors = file.names().into_iter().map(tensor).collect();
        Goldens { tensors, used: RefCell::default(), failures: RefCell::default() }
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    fn get(&self, name: &str) -> &HostTensor {
        self.used.borrow_mut().insert(name.to_string());
        self.tensors.get(name).unwrap_or_else(|| panic!("there is no golden `{name}`"))
    }

    /// The names that begin with `prefix`, without it.
    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.tensors.keys().filter_map(move |name| name.strip_prefix(prefix))
    }

    /// Compares a result with the golden `name`.
    fn check(&self, name: &str, got: &HostTensor, tolerance: f32) {
        if let Err(what) = compare(got, self.get(name), tolerance) {
            self.failures.borrow_mut().push(format!("{name}: {what}"));
        }
    }

    /// Every comparison held, and no golden is left that nothing looked at.
    fn expect_clean(&self) {
        let failures = self.failures.borrow();
        assert!(failures.is_empty(), "{} goldens missed:\n{}", failures.len(), failures.join("\n"));
        let used = self.used.borrow();
        let unused: Vec<&String> = self.tensors.keys().filter(|name| !used.contains(*name)).collect();
        assert!(unused.is_empty(), "nothing tests {unused:?}");
    }

    /// Puts one element of each golden of `names` off by a few times what is tolerated, runs `test`, and expects that
    /// it reports these goldens and no others.
    fn expect_found(mut self, names: &[String], tolerance: f32, test: impl Fn(&Goldens)) {
        assert!(!names.is_empty(), "nothing to alter");
        for name in names {
            let Data::F32(values) = &mut self.tensors.get_mut(name).expect(name).data else {
                panic!("`{name}` holds ids")
            };
            let middle = values.len() / 2;
            values[middle] += 4.0 * tolerance * (1.0 + values[middle].abs());
        }
        test(&self);
        let failures = self.failures.borrow();
        let found: BTreeSet<&str> = failures.iter().map(|f| f.split_once(": ").expect("a label").0).collect();
        assert_eq!(found, names.iter().map(String::as_str).collect());
    }
}

/// A plan on a device with weights from goldens.
struct Bench {
    compiled: CompiledPlan,
}

impl Bench {
    /// Stored tensors start as `initial` says, those it does not know at zero.
    fn new<'a>(
        device: &Device,
        plan: triptych::plan::Plan,
        initial: impl Fn(&str) -> Option<&'a HostTensor>,
    ) -> Self {
        let mut params = device.param_store();
        for slot in plan.slots_of(SlotKind::Stored) {
            let zeros = HostTensor::zeros(&slot.shape);
            let tensor = initial(&slot.name).unwrap_or(&zeros);
            params.store(&slot.name, tensor).expect("a small tensor");
        }
        let compiled = block_on(params.compile(plan.into())).expect("every weight is stored");
        Bench { compiled }
    }

    fn write(&self, name: &str, tensor: &HostTensor) {
        self.compiled.write(name, tensor);
    }

    fn run(&self) {
        self.compiled.run(self.compiled.plan().all()).expect("the device is there");
    }

    fn read(&self, name: &str) -> HostTensor {
        block_on(self.compiled.read(name)).expect("the device is there")
    }
}
