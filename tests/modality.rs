//! Encoders of sound, motion, tables and graphs: they learn, are written and read back, and what is no encoder is refused.

use std::path::Path;

use pollster::block_on;
use strum::VariantArray;
use triptych::device::{CpuDevice, Device};
use triptych::infer::VisionLanguageModel;
use triptych::infer::modality::{METADATA_KEY, ModalityEncoder};
use triptych::io::file::Folder;
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::model::modality::{Config, Modality};
use triptych::model::playroom;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;
use triptych::train::modality::{batch, plan};
use triptych::train::small_trainer::SmallTrainer;
use triptych::world::{Clip, Split};

fn shipped() -> VisionLanguageModel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom");
    let device = Device::Cpu(CpuDevice { exact: false });
    VisionLanguageModel::load(device, &Folder(folder), Precision::F32).expect("the shipped model")
}

fn small(modality: Modality) -> Config {
    Config { width: 32, depth: 1, heads: 2, pool: 64, ..Config::playroom(modality) }
}

fn file(weights: &[(String, HostTensor)], config: &str) -> SafetensorsFile {
    let named = weights.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = to_bytes(named, &[(METADATA_KEY, config)], Floats::F32).expect("weights are finite");
    SafetensorsFile::new("encoder.safetensors", bytes).expect("what was written is read")
}

#[test]
fn every_modality_learns_to_lie_where_its_pictures_do() {
    let mut model = shipped();
    let device = Device::Cpu(CpuDevice { exact: false });
    for &modality in Modality::VARIANTS {
        let config = small(modality);
        let inputs = block_on(batch(&mut model, modality, 1, 0, 8)).expect("the CPU computes");
        let mut trainer =
            block_on(SmallTrainer::new(&device, plan(&config, 8), 1, &[])).expect("the CPU has room");
        let mut losses = Vec::new();
        for _ in 0..12 {
            losses.push(block_on(trainer.step(&inputs, 3e-3)).expect("the CPU computes"));
        }
        // Chance is ln 8 = 2.08.
        assert!(losses[11] < 0.6 * losses[0] && losses[11] < 1.2, "{modality}: {losses:?}");

        let weights = block_on(trainer.weights()).expect("the CPU keeps them");
        let json = serde_json::to_string(&config).unwrap();
        let mut encoder = ModalityEncoder::load(&device, &file(&weights, &json)).expect("an encoder");
        let clips: Vec<Clip> = (0..3).map(|index| Clip::draw(Split::Train, 1, index)).collect();
        let embeds = block_on(encoder.embed(&mut model, &clips)).expect("the CPU computes");
        assert_eq!(embeds.shape[..], [3, 256], "{modality}");
        let alone = block_on(encoder.embed(&mut model, &clips[2..])).expect("the CPU computes");
        for (a, b) in embeds.as_f32()[2 * 256..].iter().zip(alone.as_f32()) {
            assert!((a - b).abs() < 1e-4, "{modality}: a clip's vector does not depend on the others");
        }
        let theirs = playroom::Config::playroom(250);
        assert_eq!(encoder.expect_model(&theirs), Ok(()));
        let narrow = playroom::Config { embed_width: 128, ..theirs.clone() };
        let refused = encoder.expect_model(&narrow).unwrap_err();
        assert_eq!(refused, "embed_width is 256, expected that of the model, 128");
        let coarse = playroom::Config { image_size: 32, ..theirs };
        assert_eq!(encoder.expect_model(&coarse).is_err(), modality == Modality::Motion, "{modality}");
        let square: f32 = alone.as_f32().iter().map(|x| x * x).sum();
        assert!((square - 1.0).abs() < 1e-4);
        assert_eq!(block_on(encoder.embed(&mut model, &[])).expect("nothing to do").shape[..], [0, 256]);
    }
}

#[test]
fn a_file_that_is_no_encoder_is_refused_with_the_reason() {
    let device = Device::Cpu(CpuDevice { exact: false });
    let config = small(Modality::Graph);
    let trainer = block_on(SmallTrainer::new(&device, plan(&config, 8), 1, &[])).expect("the CPU has room");
    let weights = block_on(trainer.weights()).expect("the CPU keeps them");
    let json = |config: &Config| serde_json::to_string(config).unwrap();
    let refused = |weights: &[(String, HostTensor)], config: &str, expected: &str| {
        let error = ModalityEncoder::load(&device, &file(weights, config)).err().expect(expected).to_string();
        assert!(error.contains(expected) && error.contains("encoder.safetensors"), "{error}");
    };
    refused(&weights, "{}", "is of another kind: missing field");
    refused(
        &weights,
        &json(&Config { model_type: "clip".into(), ..config.clone() }),
        "model_type is \"clip\"",
    );
    refused(&weights, &json(&Config { heads: 3, ..config.clone() }), "heads is 3, expected a divisor");
    refused(&weights, &json(&Config { width: 1 << 20, ..config.clone() }), "width is 1048576, expected 1 to");
    refused(&weights, &json(&Config { depth: 2, ..config.clone() }), "graph.blocks.1");
    refused(&weights, &json(&Config { pool: 63, ..config.clone() }), "graph.pool.weight");
    refused(&weights, &json(&small(Modality::Table)), "table.");
    // A number that is none: the last four bytes are of the last tensor.
    let of_encoder = weights.iter().filter(|(name, _)| name.starts_with("graph."));
    let named = of_encoder.map(|(name, tensor)| (name.as_str(), tensor));
    let mut bytes = to_bytes(named, &[(METADATA_KEY, &json(&config))], Floats::F32).unwrap();
    let end = bytes.len() - 4;
    bytes[end..].copy_from_slice(&f32::NAN.to_le_bytes());
    let broken = SafetensorsFile::new("encoder.safetensors", bytes).unwrap();
    let error = ModalityEncoder::load(&device, &broken).err().expect("a weight is no number").to_string();
    assert!(error.contains("encoder.safetensors") && error.contains("NaN"), "{error}");
}
