//! The shipped model's captions of the first scenes of `test`, byte for byte: whatever changes in how they are written must
//! not change what is written.
//!
//! `WRITE_CAPTIONS=1 cargo test --release --test captions` writes `tests/goldens/captions.txt` anew.

use std::fs;
use std::path::Path;

use pollster::block_on;
use triptych::device::{CpuDevice, Device};
use triptych::infer::{Decoding, GenerationContext, VisionLanguageModel};
use triptych::io::file::Folder;
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::world::render::PIXELS;
use triptych::world::{Split, render, splits};

const GOLDEN: &str = "tests/goldens/captions.txt";
/// Scenes whose likeliest caption is written greedily, and of those the ones for which a beam of 4 searches too.
const GREEDY: u64 = 200;
const BEAMS: u64 = 20;

fn captions() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom");
    let device = Device::Cpu(CpuDevice { exact: false });
    let loaded = VisionLanguageModel::load(device, &Folder(folder), Precision::F32);
    let mut model = loaded.expect("the shipped model");
    let mut caption = |index: u64, decoding: Decoding| {
        let rgb = render(&splits::scene(Split::Test, 1, index)).rgb;
        let picture = Pixels::new(PIXELS as u32, PIXELS as u32, rgb);
        let (prompt, _) = model.caption_prompt("").expect("Playroom writes captions");
        let source = GenerationContext { picture, question: None };
        let written = block_on(model.generate(&source, prompt, decoding, 64)).expect("the CPU computes");
        model.text(&written.ids)
    };
    let greedy = (0..GREEDY).map(|index| (index, Decoding::Greedy));
    let beams = (0..BEAMS).map(|index| (index, Decoding::Beam { width: 4 }));
    greedy.chain(beams).map(|(index, decoding)| caption(index, decoding) + "\n").collect()
}

#[test]
fn captions_are_those_that_were_recorded() {
    let found = captions();
    if std::env::var_os("WRITE_CAPTIONS").is_some() {
        fs::write(GOLDEN, &found).expect("the golden can be written");
    }
    let recorded = fs::read_to_string(GOLDEN).expect("the golden is there");
    assert_eq!(recorded.lines().count(), (GREEDY + BEAMS) as usize);
    for (i, (found, recorded)) in found.lines().zip(recorded.lines()).enumerate() {
        assert_eq!(found, recorded, "line {}", i + 1);
    }
    assert_eq!(found, recorded);
}
