//! Which objects words stand for.

use super::meaning::{Claim, Statement, related};
use super::reader::Reader;
use crate::order;
use crate::world::scene::Scene;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A word that names exactly one object: the byte range of the word and the index of the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointing {
    pub span: Range<usize>,
    pub object: usize,
}

/// The sizes, textures, colours and nouns of `text` that belong to a phrase with exactly one referent in the
/// scene. `statements` are those of `text`; false ones name nothing.
pub fn pointings(text: &str, statements: &[Statement], scene: &Scene) -> Vec<Pointing> {
    let mut pointings = Vec::new();
    for statement in statements {
        for (phrase, object) in statement.phrases.iter().zip(sole_referents(&statement.claim, scene)) {
            let words = Reader::new(&text[phrase.span.clone()]).content_words();
            pointings.extend(words.into_iter().map(|word| Pointing {
                span: phrase.span.start + word.start..phrase.span.start + word.end,
                object,
            }));
        }
    }
    pointings
}

/// The one object for each description of a claim; empty unless all are settled.
fn sole_referents(claim: &Claim, scene: &Scene) -> Vec<usize> {
    match claim {
        Claim::Exists(what) | Claim::Count(1, what) => {
            let referents = what.referents(scene);
            if referents.len() == 1 { referents } else { Vec::new() }
        }
        Claim::Relation(a, relation, b) => match related(scene, a, *relation, b)[..] {
            [(i, j)] => vec![i, j],
            _ => Vec::new(),
        },
        Claim::Count(..) | Claim::None(_) | Claim::Event(_) => Vec::new(),
    }
}

/// For every object of the scene, whether a true statement picks it out. "a red circle" picks out one red
/// circle that nothing else picked; the statements with the fewest candidates choose first.
pub fn mentioned(statements: &[Statement], scene: &Scene) -> Vec<bool> {
    let mut picked = vec![false; scene.objects.len()];
    let mut sets: Vec<Vec<Vec<usize>>> = statements.iter().map(|s| candidates(&s.claim, scene)).collect();
    order::sort_by_key(&mut sets, |candidates| candidates.len());
    for candidates in sets {
        let news = |set: &&Vec<usize>| set.iter().filter(|&&i| !picked[i]).count();
        // The first of the sets that add the most.
        let best = candidates.iter().rev().max_by_key(news).cloned();
        for object in best.unwrap_or_default() {
            picked[object] = true;
        }
    }
    picked
}

/// The sets of objects of which a true claim picks out one; none if it is false or names no object.
fn candidates(claim: &Claim, scene: &Scene) -> Vec<Vec<usize>> {
    match claim {
        Claim::Exists(what) => what.referents(scene).into_iter().map(|i| vec![i]).collect(),
        Claim::Relation(a, relation, b) => {
            related(scene, a, *relation, b).into_iter().map(|(i, j)| vec![i, j]).collect()
        }
        Claim::Count(..) if !claim.is_true_of(scene) => Vec::new(),
        Claim::Count(_, what) => vec![what.referents(scene)],
        Claim::None(_) | Claim::Event(_) => Vec::new(),
    }
}
