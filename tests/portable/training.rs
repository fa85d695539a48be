//! Live training gives one curve everywhere: natively, in the browser, by the CPU and by the GPU.

use super::device::gpu;
use super::{Case, cases};
use triptych::device::{CpuDevice, Device};
use triptych::lab::contrast;
use triptych::lab::fuse::task::Task;
use triptych::lab::fuse::{Contestant, Race, RaceSettings};

pub(crate) fn cases() -> Vec<Case> {
    cases![a_run_gives_the_recorded_losses, the_gpu_learns_as_the_cpu_does]
}

const CPU: Device = Device::Cpu(CpuDevice { exact: false });

/// The losses of [`curves`] on the machine that recorded them, row after row of `name: losses`.
const RECORDED: &str = include_str!("losses.txt");
const STEPS: u64 = 20;

/// The first losses of a race, the mean of its contestants, and of a contrastive run.
async fn curves(device: &Device, steps: u64, contestants: &[Contestant]) -> Vec<(&'static str, Vec<f32>)> {
    let contestants = contestants.to_vec();
    let settings =
        RaceSettings { task: Task { parts: [1; 5] }, contestants, batch: 8, ..RaceSettings::default() };
    let mut race = Race::begin(device, settings).await.expect("the race begins");
    let settings = contrast::ContrastSettings { batch: 8, ..contrast::ContrastSettings::default() };
    let mut run = contrast::Run::begin(device, settings).await.expect("the run begins");
    let (mut raced, mut contrasted) = (Vec::new(), Vec::new());
    for _ in 0..steps {
        let round = race.round().await.expect("a round");
        raced.push(
            round.learners.iter().map(|learner| learner.loss).sum::<f32>() / round.learners.len() as f32,
        );
        contrasted.push(run.step().await.expect("a step").loss);
    }
    vec![("race", raced), ("contrast", contrasted)]
}

async fn a_run_gives_the_recorded_losses() {
    let all = [&Contestant::FUSIONS[..], &Contestant::ROBUST].concat();
    let curves = curves(&CPU, STEPS, &all).await;
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("WRITE_LOSSES").is_some() {
        let row = |(name, losses): &(&str, Vec<f32>)| {
            let losses: Vec<String> = losses.iter().map(f32::to_string).collect();
            format!("{name}: {}\n", losses.join(" "))
        };
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/portable/losses.txt");
        std::fs::write(path, curves.iter().map(row).collect::<String>()).expect("the tests can be written");
        return;
    }
    let mut compared = 0;
    for ((name, losses), row) in curves.iter().zip(RECORDED.lines()) {
        let recorded =
            row.strip_prefix(name).and_then(|row| row.strip_prefix(": ")).expect("a row of this name");
        let recorded = recorded.split(' ').map(|loss| loss.parse::<f32>().expect("a loss"));
        for (step, (loss, recorded)) in losses.iter().zip(recorded).enumerate() {
            assert!((loss - recorded).abs() < 1e-4, "{name}, step {}: {loss}, recorded {recorded}", step + 1);
            compared += 1;
        }
    }
    assert_eq!(compared, 2 * STEPS);
}

async fn the_gpu_learns_as_the_cpu_does() {
    let some = [Contestant::Gate, Contestant::Cross, Contestant::Modulated];
    let gpu = Device::Gpu(gpu().await);
    for ((name, cpu), (_, gpu)) in curves(&CPU, 2, &some).await.iter().zip(curves(&gpu, 2, &some).await) {
        for (step, (cpu, gpu)) in cpu.iter().zip(gpu).enumerate() {
            assert!((cpu - gpu).abs() < 1e-3, "{name}, step {}: CPU {cpu}, GPU {gpu}", step + 1);
        }
    }
}
