// lanes_sum = sum_i value[i] and lanes_max = max_i value[i] over a workgroup of 64 invocations that share one row. All 64
// must call.

const LANES = 64u;

var<workgroup> lanes: array<f32, LANES>;

fn lanes_sum(local: u32, value: f32) -> f32 {
    lanes[local] = value;
    workgroupBarrier();
    for (var step = LANES / 2u; step > 0u; step /= 2u) {
        if local < step {
            lanes[local] += lanes[local + step];
        }
        workgroupBarrier();
    }
    let total = lanes[0];
    workgroupBarrier();
    return total;
}

fn lanes_max(local: u32, value: f32) -> f32 {
    lanes[local] = value;
    workgroupBarrier();
    for (var step = LANES / 2u; step > 0u; step /= 2u) {
        if local < step {
            lanes[local] = max(lanes[local], lanes[local + step]);
        }
        workgroupBarrier();
    }
    let largest = lanes[0];
    workgroupBarrier();
    return largest;
}
