//! Every WGSL variant of every kernel: it parses and validates, and it is what its Rust description says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use naga::valid::{Capabilities, GlobalUse, ModuleInfo, ValidationFlags, Validator};
use naga::{
    AddressSpace, Expression, GlobalVariable, Module, Scalar, ScalarKind, StorageAccess, StructMember,
    TypeInner,
};
use triptych::check::plans;
use triptych::kernel::{Access, Field, Kernel, Variant};
use triptych::ops::registry::{all_cases, all_kernels};
use triptych::tensor::DType;

/// What naga calls a capability though every WebGPU device has it: `unpack2x16float`.
const WEBGPU: Capabilities = Capabilities::SHADER_FLOAT16_IN_FLOAT32;
/// WebGPU's default limits.
const MAX_STORAGE_BUFFERS: usize = 8;
const MAX_INVOCATIONS: u32 = 256;
const MAX_WORKGROUP_SIZE: [u32; 3] = [256, 256, 64];
const MAX_WORKGROUP_BYTES: u32 = 16_384;
const MAX_WORKGROUPS: u32 = 65_535;

/// Checks one variant; returns the number of its parameter words.
fn inspect(kernel: &Kernel, variant: &Variant) -> Result<usize, String> {
    let source = variant.wgsl();
    let module = naga::front::wgsl::parse_str(&source).map_err(|e| e.emit_to_string(&source))?;
    let mut validator = Validator::new(ValidationFlags::all(), WEBGPU);
    let info = validator.validate(&module).map_err(|e| e.emit_to_string(&source))?;
    let entry = module.entry_points.iter().position(|entry| entry.name == variant.entry);
    let entry = entry.ok_or_else(|| format!("no entry point `{}`", variant.entry))?;
    check_bindings(kernel, &module, &info, entry)?;
    check_limits(kernel, &module, &info, entry)?;
    if lengths_are_asked(&module) {
        return Err("arrayLength is not a parameter: sizes come from the plan".to_string());
    }
    check_params(kernel, &params(&module, &info, entry)?)
}

/// The global variables that the entry point uses, with how.
fn used<'a>(
    module: &'a Module,
    info: &'a ModuleInfo,
    entry: usize,
) -> impl Iterator<Item = (&'a GlobalVariable, GlobalUse)> {
    let info = info.get_entry_point(entry);
    module
        .global_variables
        .iter()
        .map(|(handle, var)| (var, info[handle]))
        .filter(|(_, usage)| !usage.is_empty())
}

fn check_bindings(kernel: &Kernel, module: &Module, info: &ModuleInfo, entry: usize) -> Result<(), String> {
    let mut reflected = BTreeMap::new();
    for (var, usage) in used(module, info, entry) {
        let Some(binding) = &var.binding else { continue };
        if binding.group != 0 {
            return Err(format!("group {} is not ours", binding.group));
        }
        let name = var.name.clone().unwrap_or_default();
        let (name, access) = match var.space {
            AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => {
                if !usage.contains(GlobalUse::WRITE) {
                    return Err(format!("`{name}` is read_write but only read"));
                }
                (name, "write")
            }
            AddressSpace::Storage { .. } => (name, "read"),
            // Entry points of one file may need parameters at different binding numbers, so under different names.
            _ => ("params".to_string(), "uniform"),
        };
        reflected.insert(binding.binding, (name, access));
    }
    let storage = kernel.bindings.iter().map(|(name, access)| match access {
        Access::Read => (name.to_string(), "read"),
        Access::Write => (name.to_string(), "write"),
    });
    let described: BTreeMap<u32, _> = (0..).zip(storage.chain([("params".to_string(), "uniform")])).collect();
    match reflected == described {
        true => Ok(()),
        false => Err(format!("the shader binds {reflected:?}, the kernel describes {described:?}")),
    }
}

fn check_limits(kernel: &Kernel, module: &Module, info: &ModuleInfo, entry: usize) -> Result<(), String> {
    let size = module.entry_points[entry].workgroup_size;
    let within = size.iter().zip(MAX_WORKGROUP_SIZE).all(|(n, max)| *n <= max);
    if !within || size.iter().product::<u32>() > MAX_INVOCATIONS {
        return Err(format!("workgroup size {size:?}"));
    }
    let shared = used(module, info, entry).filter(|(var, _)| var.space == AddressSpace::WorkGroup);
    let bytes: u32 = shared.map(|(var, _)| module.types[var.ty].inner.size(module.to_ctx())).sum();
    if bytes > MAX_WORKGROUP_BYTES {
        return Err(format!("{bytes} bytes of workgroup memory"));
    }
    match kernel.bindings.len() <= MAX_STORAGE_BUFFERS {
        true => Ok(()),
        false => Err(format!("{} storage buffers", kernel.bindings.len())),
    }
}

/// Buffers may be longer than their slots, as in the twins' padding.
fn lengths_are_asked(module: &Module) -> bool {
    let functions = module.functions.iter().map(|(_, function)| function);
    let entries = module.entry_points.iter().map(|entry| &entry.function);
    functions
        .chain(entries)
        .any(|function| function.expressions.iter().any(|(_, e)| matches!(e, Expression::ArrayLength(_))))
}

/// Names and types of the scalars in the parameters.
fn params(module: &Module, info: &ModuleInfo, entry: usize) -> Result<Vec<(String, DType)>, String> {
    let mut uniforms = used(module, info, entry).filter(|(var, _)| var.space == AddressSpace::Uniform);
    let (var, _) = uniforms.next().ok_or("no parameters")?;
    let TypeInner::Struct { members, .. } = &module.types[var.ty].inner else {
        return Err("the parameters are no struct".to_string());
    };
    let scalar = |member: &StructMember| {
        let name = member.name.clone().unwrap_or_default();
        match &module.types[member.ty].inner {
            TypeInner::Scalar(Scalar { kind: ScalarKind::Uint, width: 4 }) => Ok((name, DType::U32)),
            TypeInner::Scalar(Scalar { kind: ScalarKind::Float, width: 4 }) => Ok((name, DType::F32)),
            _ => Err(format!("parameter `{name}` is neither u32 nor f32")),
        }
    };
    members.iter().map(scalar).collect()
}

/// The shader's parameters are the kernel's, by order, type and name; those of an array begin with its name.
fn check_params(kernel: &Kernel, found: &[(String, DType)]) -> Result<usize, String> {
    let mut rest = found;
    for field in kernel.params {
        let (some, tail) = rest.split_at_checked(field.count).ok_or(format!("no parameter {field:?}"))?;
        let same = |(name, dtype): &(String, DType)| {
            let is_named = if field.count > 1 { name.starts_with(field.name) } else { name == field.name };
            *dtype == field.dtype && is_named
        };
        if let Some(other) = some.iter().find(|other| !same(other)) {
            return Err(format!("parameter {other:?} of the shader stands for {field:?}"));
        }
        rest = tail;
    }
    match rest.first() {
        Some(other) => Err(format!("the kernel has no parameter {other:?}")),
        None => Ok(found.len()),
    }
}

/// Leaves the source of a variant in the folder that WRITE_SHADERS names, for other compilers to read.
fn write(kernel: &Kernel, variant: &Variant) {
    if let Some(folder) = std::env::var_os("WRITE_SHADERS") {
        let file = Path::new(&folder).join(format!("{}.{}.wgsl", kernel.name, variant.name));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(file, variant.wgsl()))
            .expect("the folder is writable");
    }
}

#[test]
fn every_variant_is_what_its_kernel_describes() {
    let mut failures = Vec::new();
    for kernel in all_kernels() {
        for variant in kernel.variants {
            if let Err(what) = inspect(kernel, variant) {
                failures.push(format!("{} {}: {what}", kernel.name, variant.name));
            }
            write(kernel, variant);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn names_are_unique_and_no_kernel_lacks_a_variant() {
    let kernels = all_kernels();
    let names: BTreeSet<_> = kernels.iter().map(|kernel| kernel.name).collect();
    assert_eq!(names.len(), kernels.len(), "two kernels share a name");
    for kernel in kernels {
        let variants: BTreeSet<_> = kernel.variants.iter().map(|variant| variant.name).collect();
        assert!(!variants.is_empty(), "{} has no variant", kernel.name);
        assert_eq!(variants.len(), kernel.variants.len(), "{} has two variants of one name", kernel.name);
    }
}

#[test]
fn cases_reach_every_kernel_with_the_parameters_and_grids_that_webgpu_allows() {
    let mut reached = BTreeSet::new();
    for case in all_cases() {
        for step in plans(&case).iter().flat_map(|plan| &plan.steps) {
            reached.insert(step.kernel.name);
            for variant in step.kernel.variants {
                let label = || format!("{}: {} {}", case.name, step.kernel.name, variant.name);
                assert_eq!(inspect(step.kernel, variant), Ok(step.params.len()), "{}", label());
                let grid = (variant.grid)(&step.params);
                assert!(grid.iter().all(|n| (1..=MAX_WORKGROUPS).contains(n)), "{}: {grid:?}", label());
            }
        }
    }
    let registered: BTreeSet<_> = all_kernels().iter().map(|kernel| kernel.name).collect();
    assert_eq!(reached, registered, "kernels that the cases reach, and those in the registry");
}

#[test]
fn no_shader_file_is_an_orphan() {
    let pieces: BTreeSet<&str> = all_kernels()
        .iter()
        .flat_map(|kernel| kernel.variants)
        .flat_map(|variant| variant.source)
        .copied()
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut files = 0;
    for folder in [root.clone(), root.join("lib")] {
        for entry in fs::read_dir(&folder).expect("the shaders are here") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|e| e == "wgsl") {
                let source = fs::read_to_string(&path).expect("a shader is text");
                assert!(pieces.contains(source.as_str()), "no kernel uses {}", path.display());
                files += 1;
            }
        }
    }
    assert_eq!(files, pieces.len(), "every piece is a file, no two files are equal");
}

const COPY: &str = "
    struct Params { count: u32, a0: f32, a1: f32, b0: f32, b1: f32 }
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>;
    @group(0) @binding(2) var<uniform> params: Params;
    @compute @workgroup_size(64) fn forward(@builtin(global_invocation_id) id: vec3u) {
        if id.x < params.count { y[id.x] = x[id.x]; }
    }";

fn inspect_copy(change: (&str, &str), bindings: &'static [(&'static str, Access)]) -> Result<usize, String> {
    assert!(COPY.contains(change.0));
    let source: &'static str = COPY.replace(change.0, change.1).leak();
    let variant = Variant {
        name: "flat",
        source: vec![source].leak(),
        entry: "forward",
        grid: |p| [p[0].div_ceil(64), 1, 1],
    };
    const PARAMS: &[Field] =
        &[Field::of::<u32>("count"), Field::of::<[f32; 2]>("a"), Field::of::<[f32; 2]>("b")];
    let kernel =
        Kernel { name: "copy.forward", bindings, params: PARAMS, variants: &[], cpu: |_| (), fast: None };
    inspect(&kernel, &variant)
}

#[test]
fn a_shader_that_differs_from_its_description_is_found() {
    let right: &[_] = &[("x", Access::Read), ("y", Access::Write)];
    let same = ("count", "count");
    assert_eq!(inspect_copy(same, right), Ok(5));
    for wrong in [
        &[("y", Access::Read), ("x", Access::Write)] as &[_],
        &[("x", Access::Read), ("y", Access::Read)],
        &[("x", Access::Read)],
        &[("x", Access::Read), ("y", Access::Write), ("z", Access::Read)],
    ] {
        assert!(inspect_copy(same, wrong).unwrap_err().contains("the kernel describes"), "{wrong:?}");
    }
    for (change, complaint) in [
        (("64", "512"), "workgroup size"),
        (("params.count", "arrayLength(&x) + params.count"), "arrayLength"),
        (("b1: f32", "b1: f32, size: vec2u"), "neither u32 nor f32"),
        (("b1: f32", "b1: f32, c: f32"), "the kernel has no parameter"),
        ((", b1: f32", ""), "no parameter Field"),
        (("a0: f32", "a0: u32"), "stands for"),
        (("count: u32, a0: f32", "a0: f32, count: u32"), "stands for"),
        (("a0: f32, a1: f32, b0: f32, b1: f32", "b0: f32, b1: f32, a0: f32, a1: f32"), "stands for"),
        (("count", "size"), "stands for"),
        (("fn forward", "fn other"), "no entry point"),
        (("= x[id.x]", "= x[id]"), "index"),
        (("y[id.x] = x[id.x]", "let z = x[id.x] + y[id.x]"), "only read"),
    ] {
        let found = inspect_copy(change, right).expect_err(change.1);
        assert!(found.contains(complaint), "{change:?}: {found}");
    }
}
