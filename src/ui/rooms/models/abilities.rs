//! What models are able to, in words.

use crate::session::protocol::Abilities;

/// What a model does, in a few words.
pub fn abilities_in_words(abilities: Abilities) -> String {
    let all = [
        (abilities.embeds, "retrieval"),
        (abilities.captions, "captioning"),
        (abilities.answers, "question answering"),
        (abilities.matches, "image-text matching"),
    ];
    let words: Vec<&str> = all.iter().filter(|(can, _)| *can).map(|(_, word)| *word).collect();
    words.join(", ")
}
