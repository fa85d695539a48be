//! Log-mel spectrograms against librosa's (`python/audio_goldens.py`).

use super::{Bench, Form, Goldens};
use triptych::device::Device;
use triptych::ops::log_mel::{LogMel, log_mel};
use triptych::plan::PlanBuilder;
use triptych::tensor::{DType, HostTensor};

/// The cases of the file by name, with their settings.
const CASES: &[(&str, LogMel)] = &[
    ("chirp", LogMel::DEFAULT),
    (
        "two_tones",
        LogMel { sample_rate: 8000, n_fft: 256, hop_length: 100, n_mels: 40, f_min: 50.0, f_max: 3800.0 },
    ),
];

/// Both sides are rounded to f32 once, and weights are at most 0.05.
const FILTER_TOLERANCE: f32 = 1e-8;
/// In dB, whatever the level.
const TOLERANCE: f32 = 1e-3;

fn computed(device: &Device, settings: &LogMel, waveform: &HostTensor) -> HostTensor {
    let (mut b, filters) = (PlanBuilder::new(), settings.filters());
    let x = b.input("waveform", &waveform.shape, DType::F32);
    let weights = b.input("filters", &filters.shape, DType::F32);
    let y = log_mel(&mut b, x, weights, settings);
    b.name(y, "log_mel");
    let bench = Bench::new(device, b.finish(), |_| None);
    bench.write("waveform", waveform);
    bench.write("filters", &filters);
    bench.run();
    bench.read("log_mel")
}

fn check_all(goldens: &Goldens, form: Form) {
    let device = form.device();
    for (name, settings) in CASES {
        let golden = |part: &str| format!("{name}/{part}");
        goldens.check(&golden("filters"), &settings.filters(), FILTER_TOLERANCE);
        let got = computed(&device, settings, goldens.get(&golden("waveform")));
        let want = goldens.get(&golden("log_mel"));
        assert_eq!(got.shape, want.shape, "{name}");
        let errors = got.as_f32().iter().zip(want.as_f32()).map(|(got, want)| (got - want).abs());
        let worst = errors.fold(0.0, |worst, e| if e > worst || f32::is_nan(e) { e } else { worst });
        if worst.is_nan() || worst >= TOLERANCE {
            goldens.failures.borrow_mut().push(format!("{}: off by {worst} dB", golden("log_mel")));
        }
    }
}

fn agree(form: Form) {
    let goldens = Goldens::open("audio");
    check_all(&goldens, form);
    goldens.expect_clean();
}

#[test]
fn the_definition_agrees_with_librosa() {
    agree(Form::Exact);
}

#[test]
fn the_fast_form_agrees_with_librosa() {
    agree(Form::Fast);
}

#[test]
fn the_gpu_agrees_with_librosa() {
    agree(Form::Gpu);
}

#[test]
fn one_wrong_element_is_found() {
    let goldens = Goldens::open("audio");
    let names = |part: &str| CASES.iter().map(|(name, _)| format!("{name}/{part}")).collect::<Vec<_>>();
    goldens.expect_found(&names("log_mel"), TOLERANCE, |goldens| check_all(goldens, Form::Fast));
    let goldens = Goldens::open("audio");
    goldens.expect_found(&names("filters"), FILTER_TOLERANCE, |goldens| check_all(goldens, Form::Fast));
}

#[test]
fn silence_is_exactly_100_db_below_full_scale() {
    for form in [Form::Exact, Form::Fast, Form::Gpu] {
        let silence = computed(&form.device(), &LogMel::DEFAULT, &HostTensor::zeros([2, 1100]));
        assert_eq!(silence.shape, [2, 4, 64].into());
        assert!(silence.as_f32().iter().all(|decibels| *decibels == -100.0), "{form:?}");
    }
}
