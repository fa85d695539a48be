//! The shipped Playroom stored in fewer bits and in parts: it loads like any model and stays near itself.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::rc::Rc;

use pollster::block_on;
use triptych::device::{CpuDevice, Device};
use triptych::eval::precision_eval::{ModelOutputs, scenes};
use triptych::infer::{Decoding, GenerationContext, MAX_FILE, VisionLanguageModel, convert};
use triptych::io::file::Folder;
use triptych::io::read_at::{Files, ReadAt};
use triptych::precision::Precision;

fn shipped() -> Folder {
    Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom"))
}

fn load(files: &dyn Files, precision: Precision) -> VisionLanguageModel {
    let device = Device::Cpu(CpuDevice { exact: false });
    VisionLanguageModel::load(device, files, precision).unwrap_or_else(|error| panic!("{error}"))
}

/// Greedy captions of the first scenes of `test`, as ids.
fn captions(model: &mut VisionLanguageModel, count: u64) -> Vec<Vec<u32>> {
    let (prompt, _) = model.caption_prompt("").expect("Playroom writes captions");
    let caption = |picture| {
        let source = GenerationContext { picture, question: None };
        block_on(model.generate(&source, prompt.clone(), Decoding::Greedy, 64)).expect("the CPU computes").ids
    };
    scenes(count).0.into_iter().map(caption).collect()
}

/// Of eight scenes: f16, in which the model is shipped, writes every caption as f32 does, int8 at least seven; cosines of pictures
/// and sentences are at least 0.99999 and 0.9995.
#[test]
fn fewer_bits_are_near_the_original() {
    let above = tempfile::tempdir().expect("a temporary folder");
    let (pictures, texts) = scenes(8);
    let mut whole = load(&shipped(), Precision::F32);
    let bytes = whole.architecture.bytes(Precision::F32);
    let expected = captions(&mut whole, 8);
    let outputs = block_on(ModelOutputs::of(&mut whole, &pictures, &texts)).expect("the CPU computes");
    for (precision, same_captions, cosine, share) in
        [(Precision::F16, 8, 0.999_99, 0.55), (Precision::Int8, 7, 0.9995, 0.4)]
    {
        let out = above.path().join(precision.name());
        let converted = convert(&shipped(), &out, precision, MAX_FILE, |_, _| {}).expect("a conversion");
        assert!(converted.after < converted.before + 2048, "{precision:?}: {converted:?}");
        let mut kept = load(&Folder(out), precision);
        assert!((kept.architecture.bytes(precision) as f64) < share * bytes as f64, "{precision:?}");
        let found = captions(&mut kept, 8);
        let same = found.iter().zip(&expected).filter(|(found, expected)| found == expected).count();
        let metrics = block_on(ModelOutputs::of(&mut kept, &pictures, &texts)).expect("the CPU computes");
        let worst = metrics.compare(&outputs).worst_cosine.expect("Playroom embeds");
        println!("{precision:?}: {same} of 8 captions, worst cosine {worst}");
        assert!(same >= same_captions, "{precision:?}: {found:?}, expected {expected:?}");
        assert!(worst >= cosine, "{precision:?}: {worst}");
    }
}

/// Files of which the longest read is noted.
struct Noted {
    files: Folder,
    longest: Rc<Cell<usize>>,
}

struct NotedFile {
    file: Box<dyn ReadAt>,
    longest: Rc<Cell<usize>>,
}

impl Files for Noted {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        let noted = |file| Box::new(NotedFile { file, longest: self.longest.clone() }) as Box<dyn ReadAt>;
        Ok(self.files.open(name)?.map(noted))
    }
}

impl ReadAt for NotedFile {
    fn size(&self) -> u64 {
        self.file.size()
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.longest.set(self.longest.get().max(bytes.len()));
        self.file.read_at(start, bytes)
    }
}

#[test]
fn weights_come_in_pieces_and_parts() {
    let above = tempfile::tempdir().expect("a temporary folder");
    let (out, limit) = (above.path().join("out"), 200_000);
    let converted = convert(&shipped(), &out, Precision::F32, limit, |_, _| {}).expect("a conversion");
    assert!(converted.files > 10, "{converted:?}");
    let longest = Rc::new(Cell::new(0));
    let mut parts = load(&Noted { files: Folder(out), longest: longest.clone() }, Precision::F32);
    assert!(longest.get() as u64 <= limit, "{longest:?}");
    let mut whole = load(&Noted { files: shipped(), longest: longest.clone() }, Precision::F32);
    // In f16, as the model is shipped.
    let largest = whole.architecture.file_params().iter().map(|param| 2 * param.shape.numel()).max();
    assert!(longest.get() <= largest.expect("weights"), "{longest:?}: no more than a tensor is read at once");
    assert_eq!(captions(&mut parts, 2), captions(&mut whole, 2));
}
