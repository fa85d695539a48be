// power[r,k] = |sum_n w[n] x[b, f hop + n - N/2] e^(-2 pi i k n / N)|^2, w Hann's window, frame r = b frames + f, N = n_fft at most
// 2048; x [batch, samples], power [batch frames, N/2+1]. And y[i] = 10 log10 max(x[i], 1e-10); x, y [count].

struct PowerParams {
    batch: u32,
    samples: u32,
    frames: u32,
    n_fft: u32,
    hop_length: u32,
}

const LANES = 64u;

@group(0) @binding(0) var<storage, read> waveform: array<f32>;
@group(0) @binding(1) var<storage, read_write> power: array<f32>;
@group(0) @binding(2) var<uniform> power_params: PowerParams;

/// A frame as N/2 complex numbers, and their transform.
var<workgroup> z: array<vec2f, 1024>;

/// e^(i a), a = 2 pi j / N, j < N, by Taylor's series about the nearest multiple of a right angle; WGSL's own sines may be off by
/// 2^-11.
fn root(j: u32) -> vec2f {
    let right = power_params.n_fft / 4u;
    let turns = (j + right / 2u) / right;
    let a = f32(i32(j) - i32(turns * right)) * (6.2831853 / f32(power_params.n_fft));
    let t = a * a;
    let c = 1.0 + t * (-0.5 + t * (0.041666667 + t * (-0.0013888889 + t * 2.4801587e-5)));
    let s = a + a * t * (-0.16666667 + t * (0.0083333333 + t * (-1.984127e-4 + t * 2.7557319e-6)));
    let turned = select(vec2f(c, s), vec2f(-s, c), (turns & 1u) == 1u);
    return select(turned, -turned, (turns & 2u) == 2u);
}

fn conjugate(a: vec2f) -> vec2f {
    return vec2f(a.x, -a.y);
}

fn times(a: vec2f, b: vec2f) -> vec2f {
    return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

/// w[n] times sample `first + n` of the waveform at `start`; zero beyond it, also where `first + n` is negative and wraps around.
fn windowed(start: u32, first: u32, n: u32) -> f32 {
    let at = first + n;
    let last = power_params.samples - 1u;
    return select(0.0, (0.5 - 0.5 * root(n).x) * waveform[start + min(at, last)], at <= last);
}

// One workgroup per frame, by Cooley and Tukey's radix 2: even samples are the real parts of z and odd ones the imaginary parts,
// so that X[k] = E[k] + e^(-2 pi i k / N) O[k], E[k] = (Z[k] + conj Z[N/2-k]) / 2, O[k] = (Z[k] - conj Z[N/2-k]) / 2i.
@compute @workgroup_size(64)
fn spectrum(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= power_params.batch * power_params.frames {
        return;
    }
    let half = power_params.n_fft / 2u;
    let start = row / power_params.frames * power_params.samples;
    let first = row % power_params.frames * power_params.hop_length - half;
    let unused_bits = countLeadingZeros(half) + 1u;
    for (var j = local; j < half; j += LANES) {
        let sample = vec2f(windowed(start, first, 2u * j), windowed(start, first, 2u * j + 1u));
        z[reverseBits(j) >> unused_bits] = sample;
    }
    workgroupBarrier();
    for (var span = 1u; span < half; span *= 2u) {
        for (var j = local; j < half / 2u; j += LANES) {
            let p = j & (span - 1u);
            let low = 2u * j - p;
            let turned = times(conjugate(root(p * (half / span))), z[low + span]);
            z[low + span] = z[low] - turned;
            z[low] += turned;
        }
        workgroupBarrier();
    }
    for (var k = local; k <= half; k += LANES) {
        let a = z[k & (half - 1u)];
        let b = conjugate(z[(half - k) & (half - 1u)]);
        let odd = vec2f(a.y - b.y, b.x - a.x);
        let x = 0.5 * (a + b + times(conjugate(root(k)), odd));
        power[row * (half + 1u) + k] = dot(x, x);
    }
}

struct Params {
    count: u32,
}

const SMALLEST = 1e-10;
/// 10 log10 of it, in dB.
const FLOOR = -100.0;
/// 10 / ln 10.
const DECIBELS = 4.3429448;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.count {
        y[i] = select(FLOOR, DECIBELS * log(max(x[i], SMALLEST)), x[i] > SMALLEST);
    }
}
