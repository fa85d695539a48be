//! Products of matrices: `out = act(x y + bias)`, `x` `[..batch,M,K]`, `y` `[..batch,K,N]` or `[K,N]`, bias `[N]`.
//!
//! Backward: `dx += dout y^T`, `dy += x^T dout`. All three products and every transposition are one kernel, which
//! reads `x` and `y` through strides.

use super::{Mat, gemm, gemm_parallel};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, params, words};
use crate::ops::activation::Activation;
use crate::ops::case::{Case, noise};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

params! {
    pub(super) struct Params {
        batch: u32,
        m: u32,
        n: u32,
        k: u32,
        /// Strides of `x` over batch, M and K.
        x: [u32; 3],
        /// Strides of `y` over batch, K and N.
        y: [u32; 3],
        /// 1 where `bias` is added; otherwise any slot stands on that binding.
        pub(super) has_bias: u32,
        /// An [`Activation`], or 0 for none.
        act: u32,
        /// 1 to add to `out`.
        accumulate: u32,
    }
}

impl Params {
    /// Of a product of matrices with these strides over batch, rows and columns.
    pub(super) fn new([batch, m, n, k]: [usize; 4], [x, y]: [[usize; 3]; 2], epilogue: Epilogue) -> Self {
        Params {
            batch: batch as u32,
            m: m as u32,
            n: n as u32,
            k: k as u32,
            x: x.map(|stride| stride as u32),
            y: y.map(|stride| stride as u32),
            has_bias: epilogue.bias.is_some() as u32,
            act: epilogue.act.map_or(0, |act| act as u32),
            accumulate: epilogue.accumulate as u32,
        }
    }

    pub(super) fn extents(&self) -> [usize; 3] {
        [self.m as usize, self.n as usize, self.k as usize]
    }

    pub(super) fn act(&self) -> Option<Activation> {
        let index = self.act.checked_sub(1)?;
        Some(Activation::ALL[index as usize])
    }

    /// Adds the bias to rows of the product and activates them.
    pub(super) fn finish(&self, rows: &mut [f32], bias: &[f32]) {
        if self.has_bias == 1 {
            add_bias(rows, self.n as usize, bias);
        }
        if let Some(act) = self.act() {
            act.apply(rows);
        }
    }

    pub(super) fn x<'a>(&self, data: &'a [f32], batch: usize) -> Mat<'a> {
        Mat::new(&data[batch * self.x[0] as usize..], self.x[1] as usize, self.x[2] as usize)
    }

    fn y<'a>(&self, data: &'a [f32], batch: usize) -> Mat<'a> {
        Mat::new(&data[batch * self.y[0] as usize..], self.y[1] as usize, self.y[2] as usize)
    }
}

dispatched! {
    /// Adds `bias` to every one of `rows`.
    fn add_bias(rows: &mut [f32], width: usize, bias: &[f32]) {
        for row in rows.chunks_mut(width) {
            row.iter_mut().zip(bias).for_each(|(out, bias)| *out += bias);
        }
    }
}

/// Workgroups that own `rows` x `cols` of `out` each; `batch`, `m`, `n` are the first parameter words.
pub(super) fn grid_tiles(p: &[u32], rows: u32, cols: u32) -> [u32; 3] {
    [p[2].div_ceil(cols), p[1].div_ceil(rows), p[0]]
}

/// The product with `y` kept as a piece of WGSL tells, and its two CPU forms.
macro_rules! product_kernel {
    ($name:literal, $y:expr, $cpu:expr, $fast:expr) => {
        Kernel {
            name: $name,
            bindings: &[
                ("x", Access::Read),
                ("y", Access::Read),
                ("bias", Access::Read),
                ("out", Access::Write),
            ],
            params: crate::ops::gemm::matmul::Params::FIELDS,
            variants: &[
                Variant {
                    name: "blocked",
                    source: &[wgsl::LIB_ACTIVATION, wgsl::LIB_QUAD, $y, wgsl::MATMUL, wgsl::MATMUL_BLOCKED],
                    entry: "forward",
                    grid: |p| crate::ops::gemm::matmul::grid_tiles(p, 32, 64),
                },
                Variant {
                    name: "tiled",
                    source: &[wgsl::LIB_ACTIVATION, $y, wgsl::MATMUL, wgsl::MATMUL_TILED],
                    entry: "forward",
                    grid: |p| crate::ops::gemm::matmul::grid_tiles(p, 64, 64),
                },
            ],
            cpu: $cpu,
            fast: Some($fast),
        }
    };
}
pub(super) use product_kernel;

/// `out[z,i,j] = act(sum_l x[z,i,l] y[z,l,j] + bias[j])`, or `+=`; x `[batch,M,K]`, y `[batch,K,N]`.
pub static FORWARD: Kernel = product_kernel!("matmul.forward", wgsl::LIB_LINES_F32, definition, fast);

fn definition(args: &mut Args) {
    let p: Params = args.params();
    let ([m, n, k], bias) = (p.extents(), args.read[2]);
    for (index, out) in args.write[0].iter_mut().enumerate() {
        let (batch, i, j) = (index / (m * n), index / n % m, index % n);
        let (x, y) = (p.x(args.read[0], batch), p.y(args.read[1], batch));
        let mut sum: f64 = if p.has_bias == 1 { bias[j] as f64 } else { 0.0 };
        for l in 0..k {
            sum += x.data[i * x.rs + l * x.cs] as f64 * y.data[l * y.rs + j * y.cs] as f64;
        }
        let value = p.act().map_or(sum, |act| act.value(sum));
        *out = if p.accumulate == 1 { (*out as f64 + value) as f32 } else { value as f32 };
    }
}

fn fast(args: &mut Args) {
    let p: Params = args.params();
    let ([m, n, k], bias) = (p.extents(), args.read[2]);
    let (x, y) = (args.read[0], args.read[1]);
    let beta = p.accumulate as f32;
    if p.batch > 1 {
        return for_rows(args.write[0], m * n, m * n * k, |z, out| {
            gemm([m, n, k], p.x(x, z), p.y(y, z), beta, out, (n, 1));
        });
    }
    gemm_parallel([m, n, k], p.x(x, 0), p.y(y, 0), beta, args.write[0], |rows| p.finish(rows, bias));
}

/// Which operands of [`matmul`] are stored with their last two axes swapped.
#[derive(Clone, Copy, Default, Debug)]
pub struct Transpose {
    /// Whether `x` is stored as `[..,K,M]`.
    pub x: bool,
    /// Whether `y` is stored as `[..,N,K]`.
    pub y: bool,
}

/// A slot read as `[batch, rows, cols]` through strides.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    slot: SlotId,
    strides: [usize; 3],
}

impl Operand {
    /// The matrices `[rows, cols]` of `slot`, `batch` elements apart, stored as `[cols, rows]` if `transposed`.
    pub(super) fn new(slot: SlotId, batch: usize, rows: usize, cols: usize, transposed: bool) -> Self {
        Operand { slot, strides: if transposed { [batch, 1, rows] } else { [batch, cols, 1] } }
    }

    fn transposed(self) -> Self {
        let [batch, rows, cols] = self.strides;
        Operand { strides: [batch, cols, rows], ..self }
    }
}

/// What is done to `x y` before it is stored.
#[derive(Clone, Copy, Default)]
pub(super) struct Epilogue {
    pub bias: Option<SlotId>,
    pub act: Option<Activation>,
    pub accumulate: bool,
}

/// `out = x y`, `x` `[batch,M,K]`, `y` `[batch,K,N]`, `out` `[batch,M,N]` contiguous.
pub(super) fn product(
    b: &mut PlanBuilder,
    extents: [usize; 4],
    operands: (Operand, Operand),
    out: SlotId,
    epilogue: Epilogue,
) {
    product_by(&FORWARD, b, extents, operands, out, epilogue);
}

/// `out[batch,M,N] = act(x y + bias)`, or `+=`, by the kernel that reads `y` as it is kept.
pub(super) fn product_by(
    kernel: &'static Kernel,
    b: &mut PlanBuilder,
    extents: [usize; 4],
    (x, y): (Operand, Operand),
    out: SlotId,
    epilogue: Epilogue,
) {
    let params = Params::new(extents, [x.strides, y.strides], epilogue);
    b.emit(kernel, &[x.slot, y.slot, epilogue.bias.unwrap_or(y.slot), out], words(&params));
}

/// `out[..batch,M,N] = x[..batch,M,K] y[..batch,K,N]`, either stored with its last two axes swapped; or one `y` `[K,N]` for
/// the whole batch, where a batched `x` must not be transposed. Other shapes are a bug of the caller.
pub fn matmul(b: &mut PlanBuilder, x: SlotId, y: SlotId, transpose: Transpose) -> SlotId {
    let (xs, ys) = (b.shape(x).clone(), b.shape(y).clone());
    let matrix = |s: &[usize], t: bool| {
        if t { (s[s.len() - 1], s[s.len() - 2]) } else { (s[s.len() - 2], s[s.len() - 1]) }
    };
    let ((mut m, k), (inner, n)) = (matrix(&xs, transpose.x), matrix(&ys, transpose.y));
    assert_eq!(k, inner, "matmul: {xs} by {ys} with {transpose:?}");
    let leading = &xs[..xs.len() - 2];
    let mut batch: usize = leading.iter().product();
    let mut y_batch = k * n;
    let out_shape = [leading, &[m, n]].concat();
    if ys.len() == 2 {
        assert!(batch == 1 || !transpose.x, "matmul: a batch of transposed x, {xs}, by one y, {ys}");
        (m, batch, y_batch) = (m * batch, 1, 0);
    } else {
        assert_eq!(leading, &ys[..ys.len() - 2], "matmul: {xs} by {ys}");
    }
    let left = Operand::new(x, m * k, m, k, transpose.x);
    let right = Operand::new(y, y_batch, k, n, transpose.y);
    let out = b.temp("matmul", out_shape);
    product(b, [batch, m, n, k], (left, right), out, Epilogue::default());
    b.record(out, &[x, y], move |b, dout| {
        matmul_backward(b, [batch, m, n, k], (left, right), transpose, dout);
    });
    out
}

/// `dx[..batch,M,K] += dout y^T`, `dy[..batch,K,N] += x^T dout`, each in the layout of its operand.
pub(super) fn matmul_backward(
    b: &mut PlanBuilder,
    [batch, m, n, k]: [usize; 4],
    (x, y): (Operand, Operand),
    transpose: Transpose,
    dout: SlotId,
) {
    let accumulate = Epilogue { accumulate: true, ..Epilogue::default() };
    let g = Operand::new(dout, m * n, m, n, false);
    if b.needs_grad(x.slot) {
        let dx = b.grad(x.slot);
        if transpose.x {
            product(b, [batch, k, m, n], (y, g.transposed()), dx, accumulate);
        } else {
            product(b, [batch, m, k, n], (g, y.transposed()), dx, accumulate);
        }
    }
    if b.needs_grad(y.slot) {
        let dy = b.grad(y.slot);
        if transpose.y {
            product(b, [batch, n, k, m], (g.transposed(), x), dy, accumulate);
        } else {
            product(b, [batch, k, n, m], (x.transposed(), g), dy, accumulate);
        }
    }
}

/// All transpositions, batched and not, one `y` for a batch, and sums of large terms that cancel.
pub fn cases() -> Vec<Case> {
    let transposes = [(false, false), (false, true), (true, false), (true, true)];
    let shape = |batch: &[usize], rows: usize, cols: usize, transposed| {
        let matrix = if transposed { [cols, rows] } else { [rows, cols] };
        [batch, &matrix].concat()
    };
    let product = |batch: &[usize], [m, n, k]: [usize; 3], (tx, ty): (bool, bool), scale| {
        let x = noise(&shape(batch, m, k, tx), scale, 1);
        let y = noise(&shape(batch, k, n, ty), 1.0, 2);
        let name = format!(
            "matmul {} {} {}{}",
            x.shape,
            y.shape,
            if tx { 't' } else { 'n' },
            if ty { 't' } else { 'n' }
        );
        Case::new(name, vec![x, y], move |b, s| matmul(b, s[0], s[1], Transpose { x: tx, y: ty }))
    };
    let mut cases = Vec::new();
    for t in transposes {
        cases.push(product(&[], [63, 65, 64], t, 1.0).tolerance(2e-5));
        cases.push(product(&[3, 2], [5, 9, 17], t, 1.0));
        cases.push(product(&[2], [2, 3, 4], t, 1.0).differentiable());
        cases.push(product(&[], [4, 2, 3], t, 1.0).differentiable());
    }
    cases.push(product(&[], [1, 1, 1], (false, false), 1.0));
    // Sums of terms of 1e4 that cancel: the error follows the terms, not the result.
    cases.push(product(&[], [1, 257, 65], (false, true), 1e4).tolerance(1e-3));
    cases.push(product(&[], [257, 1, 63], (true, false), 1.0));
    cases.push(product(&[], [3, 5, 4097], (true, false), 1.0).tolerance(1e-4));
    cases.push(
        Case::new("matmul one y", vec![noise(&[3, 2, 4], 1.0, 1), noise(&[4, 5], 1.0, 2)], |b, s| {
            matmul(b, s[0], s[1], Transpose::default())
        })
        .differentiable(),
    );
    cases
}
