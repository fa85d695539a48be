//! Checkpoints with something missing, contradictory, too large or not finite: refused in a sentence with the figures, or run
//! with what was taken by default told.

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use serde_json::{Value, json};
use tempfile::TempDir;
use triptych::device::{CpuDevice, Device, DeviceError, GpuDevice};
use triptych::infer::VisionLanguageModel;
use triptych::io::file::Folder;
use triptych::io::image::decode;
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::ops::case::noise;
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;

const PREPROCESSOR: &str = "preprocessor_config.json";
const PROCESSOR: &str = "processor_config.json";
const PATCHES: &str = "vision_model.embeddings.patch_embedding.weight";
const POSITIONS: &str = "vision_model.embeddings.position_embedding.weight";

/// A copy of a golden folder that goes with the test.
struct Faulty(TempDir);

impl Faulty {
    fn new(model: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(Path::new("tests/goldens/checkpoints").join(model)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Faulty(folder)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn remove(self, file: &str) -> Self {
        fs::remove_file(self.path(file)).unwrap();
        self
    }

    fn write(self, file: &str, json: &Value) -> Self {
        fs::write(self.path(file), json.to_string()).unwrap();
        self
    }

    fn read(&self, file: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(file)).unwrap()).unwrap()
    }

    /// Sets entries of a JSON file by pointer; null takes one away.
    fn set(self, file: &str, entries: &[(&str, Value)]) -> Self {
        let mut all = self.read(file);
        for (pointer, value) in entries {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let parent = all.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            if value.is_null() {
                parent.remove(name)
            } else {
                parent.insert(name.to_string(), value.clone())
            };
        }
        self.write(file, &all)
    }

    /// Changes tensors by name.
    fn weights(self, change: impl Fn(&str, HostTensor) -> HostTensor) -> Self {
        let path = self.path("model.safetensors");
        let file = SafetensorsFile::new("model.safetensors", fs::read(&path).unwrap()).unwrap();
        let tensor = |name: String| (name.clone(), change(&name, file.tensor(&name).unwrap()));
        let tensors: Vec<(String, HostTensor)> = file.names().into_iter().map(tensor).collect();
        let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
        fs::write(path, to_bytes(named, &[], Floats::F32).unwrap()).unwrap();
        self
    }

    /// `clip_gelu` for pictures of `side` pixels in patches of `patch`.
    fn clip_of(side: usize, patch: usize) -> Self {
        let sizes = [("/vision_config/image_size", json!(side)), ("/vision_config/patch_size", json!(patch))];
        let places = (side / patch).pow(2) + 1;
        Faulty::new("clip_gelu").set("config.json", &sizes).weights(|name, tensor| match name {
            PATCHES => noise(&[32, 3, patch, patch], 0.05, 1),
            POSITIONS => noise(&[places, 32], 0.5, 2),
            _ => tensor,
        })
    }

    fn load_on(&self, device: Device) -> Result<VisionLanguageModel, String> {
        let loaded = VisionLanguageModel::load(device, &Folder(self.0.path().to_path_buf()), Precision::F32);
        loaded.map_err(|error| error.to_string())
    }

    fn load(&self) -> Result<VisionLanguageModel, String> {
        self.load_on(Device::Cpu(CpuDevice { exact: false }))
    }

    fn refusal(&self) -> String {
        self.load().map(|_| ()).expect_err("a faulty folder")
    }
}

fn picture() -> Pixels {
    decode(&fs::read("tests/goldens/checkpoints/wide.png").unwrap()).unwrap().pixels
}

fn embeds(loaded: &mut VisionLanguageModel) -> Result<HostTensor, DeviceError> {
    let fitted = loaded.fit(&picture());
    block_on(loaded.embed_images(&[fitted]))
}

#[test]
fn an_image_processor_may_stand_in_the_file_of_all_processors() {
    for model in ["clip_gelu", "siglip", "blip_match"] {
        let whole = Faulty::new(model);
        let (own, images) = (whole.read(PREPROCESSOR), whole.load().unwrap().image_processor);
        let forms = [
            json!({ "image_processor": own, "processor_class": "Processor" }),
            json!({ "feature_extractor": own }),
            own.clone(),
        ];
        for form in forms {
            let folder = Faulty::new(model).remove(PREPROCESSOR).write(PROCESSOR, &form);
            let loaded = folder.load().unwrap();
            assert_eq!((&loaded.image_processor, loaded.notes.len()), (&images, 0), "{model}: {form}");
        }
        // The nested one comes first, as in transformers; a file without one says nothing of pictures.
        let mut other = own.clone();
        other["image_mean"] = json!([0.1, 0.2, 0.3]);
        let both = whole.write(PROCESSOR, &json!({ "image_processor": other }));
        assert_ne!(both.load().unwrap().image_processor, images, "{model}");
        let silent = both.write(PROCESSOR, &json!({ "processor_class": "Processor" }));
        assert_eq!(silent.load().unwrap().image_processor, images, "{model}");
    }
}

#[test]
fn preprocessing_that_makes_other_sizes_is_refused_at_the_door() {
    let cases = [
        ("clip_gelu", json!({ "crop_size": 48 }), "crop_size is 48 x 48;", "expected 32 x 32"),
        ("clip_gelu", json!({ "size": 16 }), "size is a shortest edge of 16;", "expected 32 to 128"),
        ("clip_gelu", json!({ "size": 16384 }), "size is a shortest edge of 16384;", "expected 32 to 128"),
        (
            "clip_gelu",
            json!({ "do_center_crop": false }),
            "a shortest edge of 32 without a crop",
            "height and a width",
        ),
        ("clip_gelu", json!({ "do_resize": false, "do_center_crop": false }), "are false", "one of them"),
        (
            "clip_gelu",
            json!({ "size": { "height": 40, "width": 20 } }),
            "size is 40 x 20;",
            "edges of 32 to 128",
        ),
        ("siglip", json!({ "size": { "height": 32, "width": 31 } }), "size is 32 x 31;", "expected 32 x 32"),
        ("siglip", json!({ "size": null }), "size is 224 x 224;", "expected 32 x 32"),
        (
            "blip_match",
            json!({ "size": { "shortest_edge": 32 } }),
            "without a crop",
            "height and a width of 32",
        ),
    ];
    for (model, entries, found, expected) in cases {
        let entries: Vec<(String, Value)> = entries
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (format!("/{name}"), value.clone()))
            .collect();
        let entries: Vec<(&str, Value)> =
            entries.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let message = Faulty::new(model).set(PREPROCESSOR, &entries).refusal();
        assert!(message.starts_with(PREPROCESSOR) && message.contains(found), "{message}");
        assert!(
            message.contains("image_size of config.json is 32") && message.contains(expected),
            "{message}"
        );
    }
    let message = Faulty::new("clip_gelu").remove(PREPROCESSOR).refusal();
    assert!(
        message.contains("crop_size is 224 x 224; vision_config.image_size of config.json is 32"),
        "{message}"
    );
    // Larger than the crop is what many were trained with.
    assert!(Faulty::new("clip_gelu").set(PREPROCESSOR, &[("/size", json!(36))]).load().is_ok());
}

#[test]
fn defaults_are_those_of_the_class_that_the_file_names_and_are_told() {
    let without_mean = [("/image_mean", Value::Null), ("/image_std", Value::Null)];
    let values = |folder: &Faulty| {
        let loaded = folder.load().unwrap();
        let pixels = loaded.image_processor.pixel_values(&[loaded.image_processor.fit(&picture())]);
        (pixels, loaded.notes)
    };
    let folder = Faulty::new("clip_gelu");
    let own = values(&folder).0;
    let folder = folder.set(PREPROCESSOR, &without_mean);
    let (same, notes) = values(&folder);
    assert_eq!(same, own);
    let told = "preprocessor_config.json leaves out image_mean, image_std: the defaults of CLIPImageProcessor were taken";
    assert_eq!(notes, [told]);
    let folder = folder.set(PREPROCESSOR, &[("/image_processor_type", json!("SiglipImageProcessorFast"))]);
    let (other, notes) = values(&folder);
    assert!(
        other != own && notes[0].ends_with("the defaults of SiglipImageProcessor were taken"),
        "{notes:?}"
    );
    let unnamed = folder.set(PREPROCESSOR, &[("/image_processor_type", Value::Null)]);
    assert!(values(&unnamed).1[0].contains("and names no class: the defaults of CLIPImageProcessor"));
    let older = [("/feature_extractor_type", json!("CLIPFeatureExtractor"))];
    assert_eq!(values(&unnamed.set(PREPROCESSOR, &older)).1, [told]);
    let unknown = [("/image_processor_type", json!("ViTImageProcessor"))];
    let message =
        Faulty::new("clip_gelu").set(PREPROCESSOR, &unknown).set(PREPROCESSOR, &without_mean).refusal();
    assert_eq!(
        message,
        "preprocessor_config.json: `image_mean` is not there, and the defaults of ViTImageProcessor are not known here"
    );
    let nothing = Faulty::clip_of(224, 56).remove(PREPROCESSOR);
    let note = &nothing.load().unwrap().notes[0];
    assert!(note.contains("neither processor_config") && note.contains("224 pixels, mean [0.48"), "{note}");
    // Who is refused by a default hears of it.
    let refusal = Faulty::clip_of(448, 56).remove(PREPROCESSOR).refusal();
    let defaults =
        "neither processor_config.json nor preprocessor_config.json says how pictures are prepared";
    assert!(refusal.starts_with(defaults) && refusal.contains("crop_size is 224 x 224"), "{refusal}");
}

#[test]
fn a_weight_that_is_no_number_is_named() {
    let tensor = "text_model.encoder.layers.1.mlp.fc1.bias";
    for (value, shown) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
        let folder = Faulty::new("clip_gelu").weights(|name, tensor_of| {
            match (name == tensor, tensor_of.shape.clone()) {
                (true, shape) => {
                    let mut values = tensor_of.as_f32().to_vec();
                    values[7] = value;
                    HostTensor::f32(shape, values)
                }
                (false, _) => tensor_of,
            }
        });
        let expected =
            format!("`{tensor}` in model.safetensors holds {shown} at element 7, expected finite numbers");
        assert_eq!(folder.refusal(), expected);
    }
}

#[test]
fn results_that_are_no_numbers_tell_where_they_begin() {
    let tensor = "vision_model.post_layernorm.weight";
    let huge = |name: &str, found: HostTensor| match name == tensor {
        true => HostTensor::f32(found.shape.clone(), vec![3e38; found.shape.numel()]),
        false => found,
    };
    let mut loaded = Faulty::new("clip_gelu").weights(huge).load().unwrap();
    let message = embeds(&mut loaded).unwrap_err().to_string();
    assert!(message.starts_with("`image_embeds` holds ") && message.contains(" at element 0, "), "{message}");
    assert!(message.contains("first they are not in `vision_model.post_layernorm."), "{message}");
    let texts = loaded.tokenizer.as_ref().unwrap().row("a cat").unwrap();
    assert!(block_on(loaded.embed_texts(&[texts])).is_ok(), "the other tower is whole");
    let scale = Faulty::new("clip_gelu").weights(|name, found| match name {
        "logit_scale" => HostTensor::f32(found.shape.clone(), vec![100.0]),
        _ => found,
    });
    let message = block_on(scale.load().unwrap().logit_scale()).unwrap_err().to_string();
    assert!(message.starts_with("`exp(logit_scale)` holds inf"), "{message}");
}

#[test]
fn sizes_that_are_beyond_memory_or_the_file_are_refused_before_anything_is_allocated() {
    let set = |pointer: &str, value: u64| {
        Faulty::new("clip_gelu").set("config.json", &[(pointer, json!(value))]).refusal()
    };
    let message = set("/vision_config/image_size", 1 << 20);
    assert!(message.starts_with("config.json: the weights take "), "{message}");
    let message = set("/text_config/vocab_size", 1 << 20);
    assert!(message.ends_with(" in model.safetensors has shape [58,24], expected [1048576,24]"), "{message}");
    let message = Faulty::new("clip_gelu")
        .set(
            "config.json",
            &[("/text_config/hidden_size", json!(3 << 18)), ("/text_config/vocab_size", json!(1 << 20))],
        )
        .refusal();
    assert!(
        message.starts_with("config.json: the weights take ") && message.ends_with(" are there"),
        "{message}"
    );
    let message = set("/vision_config/num_attention_heads", 5);
    assert!(message.ends_with("num_attention_heads is 5, expected a divisor of hidden_size 32"), "{message}");
    let small = Faulty::new("clip_gelu").set("config.json", &[("/text_config/layer_norm_eps", json!(-1.0))]);
    assert!(small.refusal().ends_with("text_config.layer_norm_eps is -1, expected a positive number"));
}

#[test]
fn a_text_must_have_the_token_that_stands_for_it() {
    let end = |id: u32| {
        Faulty::new("clip_gelu").set("config.json", &[("/text_config/eos_token_id", json!(id))]).refusal()
    };
    assert_eq!(end(9999), "config.json: text_config.eos_token_id is 9999, expected an id below 58");
    assert!(
        end(7).starts_with(
            "config.json says that a text ends in the token 7, which the tokenizer puts into none"
        )
    );
}

/// 700 / 14 patches a side and the class token.
#[test]
fn attention_takes_2501_keys_on_every_device_and_traced() {
    let folder =
        Faulty::clip_of(700, 14).set(PREPROCESSOR, &[("/size", json!(700)), ("/crop_size", json!(700))]);
    let devices = [
        Device::Cpu(CpuDevice { exact: false }),
        Device::Gpu(block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one")),
    ];
    let mut found: Vec<(Vec<f32>, Vec<f32>)> = Vec::new();
    for device in devices {
        let mut loaded = folder.load_on(device).unwrap();
        let embeds = embeds(&mut loaded).unwrap();
        let fitted = loaded.fit(&picture());
        let trace = block_on(loaded.self_attention(&fitted)).unwrap();
        assert_eq!((trace.layers(), trace.heads, trace.queries, trace.keys), (2, 4, 2500, 2500));
        found.push((embeds.as_f32().to_vec(), trace.row(1, 3, 1234).to_vec()));
    }
    let sum: f32 = found[0].1.iter().sum();
    assert!(0.9 < sum && sum <= 1.0 + 1e-4, "{sum}");
    for (embeds, row) in &found[1..] {
        let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart(embeds, &found[0].0) < 1e-3, "{embeds:?}, {:?}", found[0].0);
        assert!(apart(row, &found[0].1) < 1e-5, "{}", apart(row, &found[0].1));
    }
}
