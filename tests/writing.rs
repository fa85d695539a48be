//! Playroom's decoder a token at a time, with what it keeps, beside the same rows computed whole.

use std::path::Path;

use pollster::block_on;
use triptych::device::{CpuDevice, Device, GpuDevice};
use triptych::infer::{GenerationContext, Job, VisionLanguageModel};
use triptych::io::file::Folder;
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::softmax::log_softmax;
use triptych::tensor::HostTensor;
use triptych::world::render::PIXELS;
use triptych::world::{Split, render, splits};

fn model(device: Device) -> VisionLanguageModel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom");
    VisionLanguageModel::load(device, &Folder(folder), Precision::F32).expect("the shipped model")
}

fn devices() -> [Device; 2] {
    let gpu = block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one");
    [Device::Cpu(CpuDevice { exact: false }), Device::Gpu(gpu)]
}

fn source(index: u64) -> GenerationContext {
    let rgb = render(&splits::scene(Split::Test, 5, index)).rgb;
    let picture = Pixels { width: PIXELS as u32, height: PIXELS as u32, rgb };
    GenerationContext { picture, question: None }
}

/// Log-probabilities of what follows rows of one length, all their tokens computed at once.
fn whole(model: &mut VisionLanguageModel, source: &GenerationContext, rows: &[Vec<u32>]) -> Vec<Vec<f32>> {
    let pixels = model.image_processor.pixel_values(std::slice::from_ref(&source.picture));
    let source = block_on(model.encode_image(&pixels)).unwrap();
    let [count, tokens] = [rows.len(), rows[0].len()];
    let ids = HostTensor::u32([count, tokens], rows.concat());
    let last = HostTensor::u32([count], (1..=count).map(|i| (i * tokens - 1) as u32).collect());
    let job = Job::Decode { rows: count, tokens, source };
    let run = block_on(model.run(job, false, &[("ids", &ids), ("last", &last)])).unwrap();
    let logits = block_on(model.read(&run, "logits")).unwrap();
    logits.as_f32().chunks(logits.shape.last()).map(log_softmax).collect()
}

fn near(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 1e-3, "{what}, value {i}: {found}, whole {expected}");
    }
}

/// Rows that grow, change places, become more and fewer, outgrow their places, or begin anew; then another picture.
#[test]
fn a_token_at_a_time_gives_what_whole_rows_give() {
    let row = |length: u32, last: u32| -> Vec<u32> { (1..length).map(|i| 4 + i % 9).chain([last]).collect() };
    let rounds = [
        vec![row(3, 8)],
        vec![row(4, 9)],
        vec![row(5, 10), row(5, 11), row(5, 12)],
        vec![[row(5, 12), vec![4]].concat(), [row(5, 10), vec![5]].concat(), [row(5, 12), vec![6]].concat()],
        vec![[row(5, 12), vec![6, 7]].concat()],
        vec![row(16, 20)],
        vec![row(17, 21), row(17, 22)],
        vec![row(40, 23), row(40, 24), row(40, 25), row(40, 26), row(40, 27)],
        vec![row(2, 28)],
    ];
    for device in devices() {
        let gpu = matches!(device, Device::Gpu(_));
        let mut model = model(device);
        for picture in [0, 1] {
            let source = source(picture);
            for rows in &rounds {
                let what = format!("GPU {gpu}, picture {picture}, rows {rows:?}");
                let next = block_on(model.next(&source, rows, true)).unwrap();
                let whole = whole(&mut model, &source, rows);
                let trace = next.trace.expect("the run was traced");
                assert_eq!(trace.queries, rows.len());
                for (i, row) in rows.iter().enumerate() {
                    near(&next.logprobs[i], &whole[i], &what);
                    let looks = block_on(model.decoder_attention(&source.picture, row)).unwrap();
                    near(&trace.of_query(i), &looks.of_query(row.len() - 1), &what);
                }
            }
        }
    }
}
