//! A checkpoint's folder with what transformers computed: `reference.safetensors`, and how far ours is off.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pollster::block_on;
use triptych::device::{CompiledPlan, CpuDevice, Device, GpuDevice};
use triptych::infer::{Job, VisionLanguageModel};
use triptych::io::file::Folder;
use triptych::io::safetensors::SafetensorsFile;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;

/// What computes, and what it is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    Cpu,
    Gpu,
}

impl Form {
    pub(crate) fn device(self) -> Device {
        match self {
            Form::Cpu => Device::Cpu(CpuDevice { exact: false }),
            Form::Gpu => {
                Device::Gpu(block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one"))
            }
        }
    }

    /// Largest difference of a state and of a logit, relative to numbers beyond 1.
    pub(crate) fn tolerance(self, name: &str) -> f32 {
        match (self, name.contains("logits") || name.contains("score")) {
            (Form::Cpu, false) => 1e-4,
            (Form::Cpu, true) => 2e-4,
            (Form::Gpu, _) => 1e-3,
        }
    }
}

/// A model on a device, its reference, and what was found.
pub(crate) struct Subject {
    pub checkpoint: VisionLanguageModel,
    pub form: Form,
    folder: PathBuf,
    /// Inputs `in.*` and goldens `out.*`.
    pub tensors: BTreeMap<String, HostTensor>,
    used: RefCell<BTreeSet<String>>,
    failures: RefCell<Vec<String>>,
    worst: RefCell<(f32, String)>,
}

/// How a folder came out.
pub(crate) struct Outcome {
    pub compared: usize,
    pub failures: Vec<String>,
    /// The largest difference of a number, relative beyond 1, and the tensor it is in.
    pub worst: (f32, String),
}

impl Subject {
    pub(crate) fn open(folder: &Path, form: Form) -> Self {
        let checkpoint =
            VisionLanguageModel::load(form.device(), &Folder(folder.to_path_buf()), Precision::F32);
        let checkpoint = checkpoint.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let path = folder.join("reference.safetensors");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = SafetensorsFile::new(path.display().to_string(), bytes).expect("a reference");
        let tensor = |name: String| (name.clone(), file.tensor(&name).expect("a tensor"));
        Subject {
            checkpoint,
            form,
            folder: folder.to_path_buf(),
            tensors: file.names().into_iter().map(tensor).collect(),
            used: RefCell::default(),
            failures: RefCell::default(),
            worst: RefCell::default(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> &HostTensor {
        self.used.borrow_mut().insert(name.to_string());
        let found = self.tensors.get(name);
        found.unwrap_or_else(|| panic!("{}: the reference has no `{name}`", self.folder.display()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Row `i` of an input of ids, without the padding that the mask hides.
    pub(crate) fn row(&self, name: &str, i: usize) -> Vec<u32> {
        let (ids, width) = (self.get(name).as_u32(), self.get(name).shape.last());
        let row = &ids[i * width..(i + 1) * width];
        match self.has("in.attention_mask") {
            true => row[..self.lengths().as_u32()[i] as usize].to_vec(),
            false => row.to_vec(),
        }
    }

    /// Tokens of every row that the mask shows, u32 `[N]`.
    pub(crate) fn lengths(&self) -> HostTensor {
        let mask = self.get("in.attention_mask");
        let lengths: Vec<u32> = mask.as_u32().chunks(mask.shape.last()).map(|row| row.iter().sum()).collect();
        HostTensor::u32([lengths.len()], lengths)
    }

    pub(crate) fn run(
        &mut self,
        job: Job,
        traced: bool,
        inputs: &[(&str, &HostTensor)],
    ) -> std::rc::Rc<CompiledPlan> {
        block_on(self.checkpoint.run(job, traced, inputs)).expect("the device is there")
    }

    pub(crate) fn read(&self, compiled: &CompiledPlan, name: &str) -> HostTensor {
        block_on(self.checkpoint.read(compiled, name)).expect("the device is there")
    }

    /// Compares the slot `slot` with the golden `name`.
    pub(crate) fn check_slot(&self, name: &str, compiled: &CompiledPlan, slot: &str) {
        self.check(name, &self.read(compiled, slot));
    }

    /// Compares numbers with the golden `name`.
    pub(crate) fn check(&self, name: &str, got: &HostTensor) {
        let want = self.get(name);
        assert_eq!(got.shape.numel(), want.shape.numel(), "{name}: {} for {}", got.shape, want.shape);
        self.check_part(name, got.as_f32(), 0);
    }

    /// Compares a part of the golden `name`, from element `start` on.
    pub(crate) fn check_part(&self, name: &str, got: &[f32], start: usize) {
        let want = &self.get(name).as_f32()[start..start + got.len()];
        let tolerance = self.form.tolerance(name);
        let error = |(got, want): (&f32, &f32)| (got - want).abs() / want.abs().max(1.0);
        let worst = got.iter().zip(want).map(error).fold(0.0, |worst: f32, error| {
            // A NaN must not lose against a number.
            if error > worst || error.is_nan() { error } else { worst }
        });
        if worst > self.worst.borrow().0 {
            *self.worst.borrow_mut() = (worst, name.to_string());
        }
        if worst.is_nan() || worst > tolerance {
            self.failures.borrow_mut().push(format!("{name}: off by {worst:.1e}, allowed {tolerance:.0e}"));
        }
    }

    /// Compares written ids with row `i` of the golden `name`, up to the first stop token.
    pub(crate) fn check_ids(&self, name: &str, i: usize, got: &[u32], stop: u32) {
        let width = self.get(name).shape.last();
        let want = &self.get(name).as_u32()[i * width..(i + 1) * width];
        // A prompt may begin with a stop token's like only at its first position.
        let end = want.iter().skip(1).position(|&id| id == stop).map_or(width, |at| at + 2);
        if got != &want[..end] {
            self.failures
                .borrow_mut()
                .push(format!("{name}, row {i}: wrote {got:?}, expected {:?}", &want[..end]));
        }
    }

    /// Checks that the logits `got` of the ids in the golden `name` are not below `least`.
    pub(crate) fn check_among(&self, name: &str, got: &[f32], least: f32) {
        let tolerance = self.form.tolerance("logits");
        if let Some(below) = got.iter().find(|logit| **logit < least - tolerance * least.abs().max(1.0)) {
            self.failures.borrow_mut().push(format!("{name}: an id has {below}, the best have {least}"));
        }
    }

    pub(crate) fn outcome(self) -> Outcome {
        let (used, mut failures) = (self.used.into_inner(), self.failures.into_inner());
        let unused = self.tensors.keys().filter(|name| name.starts_with("out.") && !used.contains(*name));
        failures.extend(unused.map(|name| format!("{name}: nothing compares it")));
        let compared = used.iter().filter(|name| name.starts_with("out.")).count();
        Outcome { compared, failures, worst: self.worst.into_inner() }
    }
}
