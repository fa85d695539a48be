use super::*;
use crate::infer::SPECIALS;
use crate::io::bpe;
use crate::world::language::{is_same, vocabulary};
use crate::world::partition::held_out;
use crate::world::{Colour, Shape};

#[test]
fn half_of_the_sentences_to_be_judged_are_true_and_so_are_half_of_the_negations() {
    let words = PlayroomTokenizer::new(&bpe::train(vocabulary().into_iter(), &SPECIALS, 1024)).unwrap();
    let no = words.tokenizer.encode("no").ids[0];
    let (mut all, mut negations) = ([0, 0], [0, 0]);
    for number in 0..60 {
        let batch = Batch::draw(&words, 3, number, 64, Stage::Judging);
        let input = |name: &str| &batch.inputs.iter().find(|(n, _)| n == name).expect("it is there").1;
        let ids = input("match_short.ids").as_u32();
        for (row, truth) in ids.chunks(SHORT).zip(input("match_short.targets").as_u32()) {
            all[*truth as usize] += 1;
            negations[*truth as usize] += usize::from(row.contains(&no));
        }
    }
    let share = |[no, yes]: [usize; 2]| yes as f64 / (no + yes) as f64;
    // Four standard deviations of a fair coin thrown 3,840 and some 1,000 times.
    assert!((share(all) - 0.5).abs() < 0.032, "{all:?}");
    assert!(negations[0] + negations[1] > 900 && (share(negations) - 0.5).abs() < 0.064, "{negations:?}");
}

#[test]
fn no_batch_shows_or_says_a_held_out_pair() {
    let words = PlayroomTokenizer::new(&bpe::train(vocabulary().into_iter(), &SPECIALS, 1024)).unwrap();
    let pieces = words.pieces();
    let pairs = Colour::ALL.iter().flat_map(|&colour| Shape::ALL.map(|shape| (colour, shape)));
    let (kept, known): (Vec<_>, Vec<_>) = pairs.partition(|&(colour, shape)| held_out(colour, shape));
    // Plurals and synonyms too.
    let says = |text: &str, pairs: &[(Colour, Shape)]| {
        let words: Vec<&str> = text.split(' ').map(|word| word.trim_end_matches([',', '?', '.'])).collect();
        words.windows(2).any(|two| {
            let are_of = [Some(Kind::Colour), Some(Kind::Shape)] == [two[0], two[1]].map(kind_named);
            let is_said = |(colour, shape): &(Colour, Shape)| {
                is_same(two[0], colour.word()) && is_same(two[1], shape.word())
            };
            are_of && pairs.iter().any(is_said)
        })
    };
    assert!(says("no crimson circles?", &[(Colour::Red, Shape::Circle)]));
    let (mut rows, mut cells) = ([0, 0], 0);
    for number in 0..40 {
        let batch = Batch::draw(&words, 5, number, 32, Stage::Judging);
        let input = |name: &str| &batch.inputs.iter().find(|(n, _)| n == name).expect("it is there").1;
        for (name, ids) in batch.inputs.iter().filter(|(name, _)| name.ends_with(".ids")) {
            for row in ids.as_u32().chunks(ids.shape[1]) {
                let text: String = row.iter().map(|&id| &*pieces[id as usize]).collect();
                assert!(!says(&text, &kept), "{name} of batch {number}: {text}");
                rows[usize::from(says(&text, &known))] += 1;
            }
        }
        let shown = input("cells.colour.targets").as_u32().iter().zip(input("cells.shape.targets").as_u32());
        for ((&colour, &shape), weight) in shown.zip(input("cells.shape.weights").as_f32()) {
            assert!(*weight == 0.0 || !held_out(Colour::ALL[colour as usize], Shape::ALL[shape as usize]));
            cells += usize::from(*weight > 0.0);
        }
    }
    assert!(rows[1] > 3_000 && cells > 10_000, "{rows:?} {cells}");
}
