// power[b,f,k] = |sum_n w[n] x[b, f hop + n - N/2] e^(-2 pi i k n / N)|^2, w Hann's window; x [batch, samples], power [batch,
// frames, N/2+1]; and y[r,m] = 10 log10 max(sum_k filters[m,k] power[r,k], 1e-10); filters [n_mels, bins], y [rows, n_mels].

struct PowerParams {
    batch: u32,
    samples: u32,
    frames: u32,
    n_fft: u32,
    hop_length: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> power: array<f32>;
@group(0) @binding(2) var<uniform> power_params: PowerParams;

/// (cos a, sin a), a = 2 pi j / N, by Taylor's series in the nearest quadrant; WGSL's own may be off by 2^-11.
fn root(j: u32) -> vec2f {
    let n = power_params.n_fft;
    let quadrant = ((j & (n - 1u)) + n / 8u) / (n / 4u);
    let a = f32(i32(j & (n - 1u)) - i32(quadrant * (n / 4u))) * (6.2831853 / f32(n));
    let t = a * a;
    let c = 1.0 + t * (-0.5 + t * (0.041666667 + t * (-0.0013888889 + t * 2.4801587e-5)));
    let s = a + a * t * (-0.16666667 + t * (0.0083333333 + t * (-1.9841270e-4 + t * 2.7557319e-6)));
    let turned = select(vec2f(c, s), vec2f(-s, c), (quadrant & 1u) == 1u);
    return select(turned, -turned, (quadrant & 2u) == 2u);
}

fn times(a: vec2f, b: vec2f) -> vec2f {
    return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn square(a: vec2f) -> f32 {
    return dot(a, a);
}

/// Sample `at` of the waveform that begins at `start`; zero beyond it, also where `at` has wrapped around.
fn padded(start: u32, at: u32) -> f32 {
    return select(0.0, x[start + min(at, power_params.samples - 1u)], at < power_params.samples);
}

// One invocation per frame and k < N/4: with S_r[k] = sum_m w x[4m+r] e^(-2 pi i 4mk / N), r < 4, for which one root serves,
// X[k + j N/4] = sum_r e^(-2 pi i r (k + j N/4) / N) S_r[k].
@compute @workgroup_size(256)
fn power_forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    let quarter = power_params.n_fft / 4u;
    let row = i / quarter;
    if row >= power_params.batch * power_params.frames {
        return;
    }
    let k = i % quarter;
    let start = row / power_params.frames * power_params.samples;
    let first = row % power_params.frames * power_params.hop_length - 2u * quarter;
    // cos(a + b) = cos a cos b - sin a sin b for the window at 4m + r.
    let one = root(1u);
    let two = root(2u);
    let three = root(3u);
    let cosines = vec4f(1.0, one.x, two.x, three.x);
    let sines = vec4f(0.0, one.y, two.y, three.y);
    var re = vec4f();
    var im = vec4f();
    for (var n = 0u; n < power_params.n_fft; n += 4u) {
        let at = first + n;
        let samples = vec4f(padded(start, at), padded(start, at + 1u), padded(start, at + 2u), padded(start, at + 3u));
        let here = root(n);
        let windowed = samples * (0.5 - 0.5 * (here.x * cosines - here.y * sines));
        let turn = root(n * k);
        re += windowed * turn.x;
        im -= windowed * turn.y;
    }
    let turn = vec2f(1.0, -1.0);
    let s0 = vec2f(re.x, im.x);
    let s1 = times(root(k) * turn, vec2f(re.y, im.y));
    let s2 = times(root(2u * k) * turn, vec2f(re.z, im.z));
    let s3 = times(root(3u * k) * turn, vec2f(re.w, im.w));
    let to = row * (2u * quarter + 1u) + k;
    power[to] = square(s0 + s1 + s2 + s3);
    // (s1 - s3) times -i.
    power[to + quarter] = square(s0 - s2 + (s1 - s3).yx * turn);
    if k == 0u {
        power[to + 2u * quarter] = square(s0 - s1 + s2 - s3);
    }
}

struct Params {
    rows: u32,
    bins: u32,
    n_mels: u32,
}

const SMALLEST = 1e-10;
/// 10 / ln 10.
const DECIBELS = 4.3429448;

@group(0) @binding(0) var<storage, read> mel_power: array<f32>;
@group(0) @binding(1) var<storage, read> filters: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.rows * params.n_mels {
        let row = i / params.n_mels * params.bins;
        let filter_row = i % params.n_mels * params.bins;
        var total = 0.0;
        for (var k = 0u; k < params.bins; k++) {
            total += filters[filter_row + k] * mel_power[row + k];
        }
        y[i] = select(-100.0, DECIBELS * log(total), total > SMALLEST);
    }
}
