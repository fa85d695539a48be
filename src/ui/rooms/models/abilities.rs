//! What models are able to, in words.

use crate::session::protocol::Abilities;

/// What a model does, in a few words.
pub fn abilities_in_words(abilities: Abilities) -> String {
    let all = [
        (abilities.embeds, "finds by words"),
        (abilities.captions, "describes"),
        (abilities.answers, "answers questions"),
        (abilities.matches, "judges sentences"),
    ];
    let words: Vec<&str> = all.iter().filter(|(can, _)| *can).map(|(_, word)| *word).collect();
    words.join(", ")
}
