//! A kernel: one computation in two forms, a WGSL entry point and its CPU twin, over the same bindings.

use crate::tensor::DType;

/// How a kernel uses a binding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`: written, or added to, as gradients always are.
    Write,
}

/// One computation. Binding `i` of group 0 is `bindings[i]`; the parameters are the uniform buffer that follows.
///
/// ```
/// use triptych_engine::kernel::{Access, Args, Field, Kernel, Variant, grid_flat};
///
/// /// `y[i] = x[i]^2`.
/// static SQUARE: Kernel = Kernel {
///     name: "square.forward",
///     bindings: &[("x", Access::Read), ("y", Access::Write)],
///     params: &[Field::of::<u32>("count")],
///     variants: &[Variant {
///         name: "flat",
///         source: &["
///             struct Params { count: u32 }
///             @group(0) @binding(0) var<storage, read> x: array<f32>;
///             @group(0) @binding(1) var<storage, read_write> y: array<f32>;
///             @group(0) @binding(2) var<uniform> params: Params;
///             @compute @workgroup_size(256) fn forward(@builtin(global_invocation_id) id: vec3u) {
///                 if id.x < params.count { y[id.x] = x[id.x] * x[id.x]; }
///             }"],
///         entry: "forward",
///         grid: |params| grid_flat(params[0]),
///     }],
///     cpu: |args| args.write[0].iter_mut().zip(args.read[0]).for_each(|(y, x)| *y = x * x),
///     fast: None,
/// };
///
/// let (x, mut y) = ([1.0, -3.0], [0.0; 2]);
/// (SQUARE.cpu)(&mut Args { params: &[2], read: vec![&x], write: vec![&mut y] });
/// assert_eq!(y, [1.0, 9.0]);
/// ```
#[derive(Debug)]
pub struct Kernel {
    /// `op.direction`, for example `softmax.forward`.
    pub name: &'static str,
    /// Names (as in the WGSL source) and uses of the storage bindings, at most eight.
    pub bindings: &'static [(&'static str, Access)],
    /// The parameters, as the shader's struct has them.
    pub params: &'static [Field],
    /// The WGSL forms, at least one. Where there are several, the device measures them and keeps the fastest.
    pub variants: &'static [Variant],
    /// The definition: plain loops, sums in f64.
    pub cpu: fn(&mut Args),
    /// A faster CPU form, held to `cpu` by the same cases.
    pub fast: Option<fn(&mut Args)>,
}

/// One WGSL form of a kernel.
#[derive(Debug)]
pub struct Variant {
    /// Unique in the kernel; what measurements are kept under.
    pub name: &'static str,
    /// Pieces of WGSL, concatenated: shared ones of `shaders/lib/` and the op's own file.
    pub source: &'static [&'static str],
    /// The entry point, a `@compute` function.
    pub entry: &'static str,
    /// Workgroups `[x, y, z]` to dispatch, from the parameter words; at most 65,535 each.
    pub grid: fn(&[u32]) -> [u32; 3],
}

impl Variant {
    /// The whole module.
    pub fn wgsl(&self) -> String {
        self.source.concat()
    }
}

/// What a CPU form of a kernel gets: its parameter words, and its bindings in order, split by their use.
pub struct Args<'a> {
    /// The uniform buffer, word by word.
    pub params: &'a [u32],
    /// The bindings of [`Access::Read`]; u32 stand there bit by bit, see [`Args::ids`].
    pub read: Vec<&'a [f32]>,
    /// The bindings of [`Access::Write`].
    pub write: Vec<&'a mut [f32]>,
}

impl<'a> Args<'a> {
    /// The parameters as the kernel's own `#[repr(C)]` struct; panics where its size is another.
    pub fn params<P: bytemuck::AnyBitPattern>(&self) -> P {
        bytemuck::pod_read_unaligned(bytemuck::cast_slice(self.params))
    }

    /// The `i`-th read binding as u32 (ids, lengths, seeds).
    pub fn ids(&self, i: usize) -> &'a [u32] {
        bytemuck::cast_slice(self.read[i])
    }
}

/// A field of a kernel's parameters: a scalar, or the scalars of an array, for which WGSL has a field each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// The scalar's name in the shader, or the array's.
    pub name: &'static str,
    /// The type of its scalars.
    pub dtype: DType,
    /// How many scalars it has.
    pub count: usize,
}

impl Field {
    /// A field of this type.
    pub const fn of<P: Parameter>(name: &'static str) -> Self {
        Field { name, dtype: P::DTYPE, count: P::COUNT }
    }
}

/// What the field of a kernel's parameters may be: u32, f32, or an array of them.
pub trait Parameter {
    /// The type of its scalars.
    const DTYPE: DType;
    /// How many scalars it has.
    const COUNT: usize = 1;
}

impl Parameter for u32 {
    const DTYPE: DType = DType::U32;
}

impl Parameter for f32 {
    const DTYPE: DType = DType::F32;
}

impl<T: Parameter, const N: usize> Parameter for [T; N] {
    const DTYPE: DType = T::DTYPE;
    const COUNT: usize = N;
}

/// Declares the parameters of a kernel as a `#[repr(C)]` struct and lists its fields, to which `tests/shaders.rs` holds the
/// struct in the shader.
macro_rules! params {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$doc:meta])* $of:vis $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
        $vis struct $name { $($(#[$doc])* $of $field: $type,)* }

        impl $name {
            $vis const FIELDS: &'static [$crate::kernel::Field] =
                &[$($crate::kernel::Field::of::<$type>(stringify!($field))),*];
        }
    };
}
pub(crate) use params;

/// Parameter words of a kernel's `#[repr(C)]` struct.
pub fn words<P: bytemuck::NoUninit>(params: &P) -> Vec<u32> {
    bytemuck::cast_slice(bytemuck::bytes_of(params)).to_vec()
}

/// Grid for one invocation per element in workgroups of 256, folded to two dimensions beyond 65,535 workgroups.
/// `flat_index` of `shaders/lib/index.wgsl` is its inverse.
pub fn grid_flat(elements: u32) -> [u32; 3] {
    fold(elements.div_ceil(256))
}

/// Grid for one workgroup per row, folded likewise; `flat_group` is its inverse.
pub fn grid_rows(rows: u32) -> [u32; 3] {
    fold(rows)
}

fn fold(groups: u32) -> [u32; 3] {
    const MAX: u32 = 65_535;
    if groups <= MAX {
        [groups, 1, 1]
    } else {
        let y = groups.div_ceil(MAX);
        [groups.div_ceil(y), y, 1]
    }
}

/// Runs `body(i, row)` for every row `[row]` of `out` `[rows, row]`, on all cores where there are threads.
/// `work` is the cost of a row in elementary operations; small jobs stay on one core.
pub fn for_rows(out: &mut [f32], row: usize, work: usize, body: impl Fn(usize, &mut [f32]) + Sync) {
    if row == 0 || out.is_empty() {
        return;
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        let rows = out.len() / row;
        if rows > 1 && rows * work > 32_768 {
            let chunk = rows.div_ceil(4 * rayon::current_num_threads());
            out.par_chunks_mut(chunk * row).enumerate().for_each(|(c, part)| {
                for (i, r) in part.chunks_mut(row).enumerate() {
                    body(c * chunk + i, r);
                }
            });
            return;
        }
    }
    let _ = work;
    for (i, r) in out.chunks_mut(row).enumerate() {
        body(i, r);
    }
}
