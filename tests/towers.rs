//! Training the shared space of a trained model beside its eye and its reader, which stay as they are.

use std::path::Path;

use pollster::block_on;
use triptych::device::{CpuDevice, Device};
use triptych::infer::PlayroomTokenizer;
use triptych::model::playroom::Config;
use triptych::train::batch::Batch;
use triptych::train::checkpoint;
use triptych::train::schedule::{Schedule, Stage};
use triptych::train::trainer::Trainer;

#[test]
fn the_towers_learn_and_what_else_was_learned_stays() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom");
    let tokenizer = std::fs::read(folder.join("tokenizer.json")).expect("the shipped tokenizer");
    let words = PlayroomTokenizer::new(&tokenizer).expect("a tokenizer");
    let theirs = checkpoint::config(&folder).expect("the shipped configuration");
    let config = Config::playroom(words.tokenizer.vocab_size());
    assert_eq!(checkpoint::with_heads_of(&theirs, &config), theirs);
    let (weights, _) = checkpoint::weights(&folder, &theirs).expect("the shipped weights");
    let (weights, _) = checkpoint::adopted(weights, &config);

    let device = Device::Cpu(CpuDevice { exact: false });
    let schedule = Schedule { peak: 1e-3, warmup: 1, towers: 3, pictures: 0, writing: 0, steps: 3, decay: 1 };
    assert_eq!(schedule.stage(3), Stage::Towers);
    let mut trainer = Trainer::new(&device, config, schedule, 1, 8);
    trainer.restore(&weights, 0).expect("they fit");
    for number in 0..2 {
        let batch = Batch::draw(&words, 1, number, 8, Stage::Towers);
        let metrics = block_on(trainer.step(&batch)).expect("the CPU computes");
        assert!(metrics.loss.is_finite());
    }
    let stored = block_on(trainer.stored()).expect("the CPU keeps them");
    let now = |name: &str| &stored.iter().find(|(other, _)| other == name).expect(name).1;
    let (mut same, mut changed) = (0, 0);
    for (name, before) in &weights {
        match name.split('.').next() {
            Some("vision" | "reader") => {
                assert_eq!(now(name).as_f32(), before.as_f32(), "{name}");
                same += 1;
            }
            Some("text") => changed += usize::from(now(name).as_f32() != before.as_f32()),
            _ => {}
        }
    }
    assert!(same > 100 && changed > 40, "{same} stay, {changed} change");
}
