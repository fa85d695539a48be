//! Zero-shot classification (Radford et al. 2021, section 3.1.2): how probable each label of a photo is to a CLIP or SigLIP.
//!
//!     cargo run --release --example clip_zero_shot -- FOLDER PHOTO cat dog bicycle

use std::error::Error;
use std::path::Path;

use pollster::block_on;
use triptych::device::{CpuDevice, Device, GpuDevice};
use triptych::dot::dot;
use triptych::infer::VisionLanguageModel;
use triptych::io::{file::Folder, image};
use triptych::order::argsort_desc;
use triptych::precision::Precision;

/// `p[N] = softmax(exp(logit_scale) texts[N,E] image[E])`, image and texts of length one; a SigLIP adds a bias and takes the
/// sigmoid of each logit.
async fn zero_shot(
    device: Device,
    folder: &Path,
    photo: &Path,
    texts: &[String],
) -> Result<Vec<f32>, Box<dyn Error>> {
    let mut model = VisionLanguageModel::load(device, &Folder(folder.to_path_buf()), Precision::F32)?;
    model.expect_embeddings()?;
    let picture = model.fit(&image::decode(&std::fs::read(photo)?)?.pixels);
    let image = model.embed_images(&[picture]).await?;
    let ids = texts.iter().map(|text| model.sentence(text)).collect::<Result<Vec<_>, _>>()?;
    let texts = model.embed_texts(&ids).await?;
    let scale = model.logit_scale().await?;
    let logit = |text: &[f32]| scale.logit(dot(text, image.as_f32()));
    let logits: Vec<f32> = texts.as_f32().chunks(texts.shape.last()).map(logit).collect();
    Ok(scale.probabilities(&logits))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, photo, labels) = match &arguments[..] {
        [folder, photo, labels @ ..] if !labels.is_empty() => (folder, photo, labels),
        _ => return Err("usage: clip_zero_shot FOLDER PHOTO LABEL...".into()),
    };
    // The prompt of the paper, section 3.1.4.
    let texts: Vec<String> = labels.iter().map(|label| format!("a photo of a {label}.")).collect();
    let device = block_on(GpuDevice::request()).map_or(Device::Cpu(CpuDevice { exact: false }), Device::Gpu);
    let probabilities = block_on(zero_shot(device, folder.as_ref(), photo.as_ref(), &texts))?;
    for i in argsort_desc(&probabilities) {
        println!("{:6.2} %  {}", 100.0 * probabilities[i], labels[i]);
    }
    Ok(())
}

/// On a CLIP of random weights, whose logits transformers has computed.
#[test]
fn the_probabilities_are_those_of_transformers() {
    let folder = Path::new("tests/goldens/checkpoints");
    let reference = std::fs::read(folder.join("clip_gelu/reference.safetensors")).expect("a reference");
    let reference =
        triptych::io::safetensors::SafetensorsFile::new("reference", reference).expect("a reference");
    let logits = reference.tensor("out.logits_per_image").expect("a golden");
    let texts = ["a cat", "Two DOGS on a càt"].map(String::from);
    for (photo, logits) in ["wide.png", "tall.png"].iter().zip(logits.as_f32().chunks(2)) {
        let device = Device::Cpu(CpuDevice { exact: false });
        let got = block_on(zero_shot(device, &folder.join("clip_gelu"), &folder.join(photo), &texts));
        let got = got.expect("a model, a photo and two texts");
        let want = 1.0 / (1.0 + (logits[1] - logits[0]).exp());
        assert!((got[0] + got[1] - 1.0).abs() < 1e-6, "{photo}: {got:?}");
        assert!((got[0] - want).abs() < 1e-4, "{photo}: {got:?}, expected {want}");
        assert_eq!(argsort_desc(&got), argsort_desc(logits), "{photo}");
    }
}
