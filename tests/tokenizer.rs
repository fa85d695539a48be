//! Our own reader of the tokenizers that we train, held to the `tokenizers` library.

use std::fs;

use triptych::infer::PlayroomTokenizer;
use triptych::io::bpe;
use triptych::io::tokenizer::{PlayroomBpe, Tokenizer};
use triptych::world::language::{self, vocabulary};
use triptych::world::{Question, QuestionKind, Rng, Scene, Split, Stream, Style, questions, splits};

const FILE: &str = "public/models/playroom/tokenizer.json";
const PLAYROOM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/public/models/playroom/tokenizer.json");

struct Both {
    own: PlayroomBpe,
    library: Tokenizer,
}

impl Both {
    fn of(own: &[u8], library: &[u8]) -> Self {
        Both {
            own: PlayroomBpe::new(FILE, own).expect("our tokenizer"),
            library: Tokenizer::new(FILE, library).expect("a tokenizer"),
        }
    }

    fn playroom() -> Self {
        let json = fs::read(PLAYROOM).expect("the shipped tokenizer");
        Both::of(&json, &json)
    }

    /// What is different of a text: ids or spans.
    fn difference(&self, text: &str) -> Option<String> {
        let (own, library) = (self.own.encode(text), self.library.encode(text).expect("it encodes"));
        (own != library).then(|| format!("{text:?}: {own:?}, the library: {library:?}"))
    }

    fn agree<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) {
        let differences: Vec<String> =
            texts.into_iter().filter_map(|text| self.difference(text.as_ref())).collect();
        assert!(differences.is_empty(), "{}: {}", differences.len(), differences[0]);
    }
}

/// What the world says of a scene: every style, true and false, and every kind of question.
fn sentences(scene: &Scene, rng: &mut Rng) -> Vec<String> {
    let mut found = Vec::new();
    for style in Style::ALL {
        found.extend(language::caption(scene, style, rng).map(|caption| caption.text));
        found.extend(language::false_caption(scene, style, rng).map(|caption| caption.text));
    }
    for kind in QuestionKind::ALL {
        found.extend(questions::ask(scene, kind, rng).map(|question: Question| question.text));
    }
    found
}

#[test]
fn sentences_of_the_world_have_the_librarys_ids_and_spans() {
    let both = Both::playroom();
    both.agree(vocabulary());
    let ordinary = PlayroomTokenizer::new(&fs::read(PLAYROOM).expect("the shipped tokenizer")).expect("ours");
    let pieces = ordinary.pieces();
    let mut count = 0;
    for index in 0..3000 {
        let scene = splits::scene(Split::Test, 7, index);
        let all = sentences(&scene, &mut Rng::new(Split::Test, 7, index, Stream::Captions));
        both.agree(&all);
        both.agree(all.iter().map(|text| text.to_uppercase()));
        for text in &all {
            let ids = both.own.encode(text).ids;
            let spelt: String = ids.iter().map(|&id| pieces[id as usize].as_str()).collect();
            assert_eq!(spelt.trim_start(), both.library.decode(&ids).expect("it decodes"));
        }
        count += all.len();
    }
    assert!(count > 30_000, "only {count} sentences");
}

#[test]
fn odd_strings_have_the_librarys_ids_and_spans() {
    let both = Both::playroom();
    both.agree([
        "",
        " ",
        "\t\r\n\u{b}\u{c}",
        "\u{85}\u{a0}\u{1680}\u{2000}\u{2028}\u{3000}",
        "\u{200b}\u{feff}",
    ]);
    both.agree([
        "É",
        " é",
        "cafe\u{301}",
        "İstanbul İ",
        "ẞß",
        "ΑΣ",
        "👍🏽 a 👩‍👩‍👧 circle",
        "é—é…é",
        "a_b-c",
        "«a»",
    ]);
    both.agree([
        "[pad]",
        "[PAD]",
        "a [start] red[end]circle",
        "[unk][unk]",
        "[[ask]]",
        " [answer] ",
        "[star",
    ]);
    both.agree(["▁", "▁a", "a▁▁b ▁", " ▁red", "\u{2581}\u{301}", "a\0b", "it's 12,5 % of a+b?!"]);
    both.agree([
        &*"a red circle ".repeat(2000),
        &*"circle".repeat(5000),
        &*"é".repeat(9999),
        &*"?".repeat(3000),
    ]);
}

/// What goes wrong alone goes wrong together too, and the other way round.
#[test]
fn mixtures_have_the_librarys_ids_and_spans() {
    let both = Both::playroom();
    let pieces = [
        "a",
        "red",
        "Circle",
        "left of",
        "x",
        "Q",
        "é",
        "İ",
        "ß",
        "—",
        "?",
        ",",
        "'",
        "_",
        "[",
        "[pad]",
        "[end]",
        "▁",
        " ",
        "  ",
        "\t",
        "\u{a0}",
        "\u{3000}",
        "\n",
        "\u{301}",
        "👍🏽",
        "字",
        "7",
        "\u{2581}\u{2581}",
        "…",
    ];
    let mut rng = Rng::from_seed(5);
    let mixture = |_| (0..1 + rng.below(9)).map(|_| rng.pick(&pieces)).collect::<String>();
    both.agree((0..30_000).map(mixture).collect::<Vec<_>>());
}

/// Whether it is white space, punctuation or neither, and what becomes of it in lower case.
#[test]
fn every_character_is_of_the_librarys_kind() {
    let both = Both::playroom();
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    both.agree(all.chunks(512).map(|some| some.iter().map(|c| format!("é{c}é ")).collect::<String>()));
}

#[test]
fn what_is_trained_anew_is_read_as_the_library_reads_it() {
    let mut rng = Rng::from_seed(3);
    let texts: Vec<String> =
        (0..200).flat_map(|index| sentences(&splits::scene(Split::Train, 1, index), &mut rng)).collect();
    for size in [60, 120, 1000] {
        let json = bpe::train(texts.iter(), &["[pad]", "[unk]", "[start]"], size);
        Both::of(&json, &json).agree(&texts);
    }
}

#[test]
fn a_difference_is_found() {
    let playroom = fs::read_to_string(PLAYROOM).expect("the shipped tokenizer");
    let other = playroom.replacen(r#"["r","e"],"#, "", 1);
    assert_ne!(other, playroom);
    let both = Both::of(other.as_bytes(), playroom.as_bytes());
    assert!(both.difference("a red circle").is_some());
    assert!(both.difference("a").is_none());
}

#[test]
fn errors_name_the_file_and_what_is_different() {
    let playroom = fs::read_to_string(PLAYROOM).expect("the shipped tokenizer");
    let message =
        |json: &str| PlayroomBpe::new("t.json", json.as_bytes()).map(|_| ()).unwrap_err().to_string();
    let found = message(&playroom.replace("\"Isolated\"", "\"Removed\""));
    assert!(found.starts_with("t.json is not a tokenizer: expected pre_tokenizer to be"), "{found}");
    assert!(found.contains("Removed"), "{found}");
    let found = message(&playroom.replace("\"merges\":[", "\"merges\":[[\"q\",\"q\"],"));
    assert_eq!(found, "t.json is not a tokenizer: \"qq\" is not in the vocabulary");
    let found = message(&playroom.replacen("\"lstrip\":false", "\"lstrip\":true", 1));
    assert_eq!(found, "t.json is not a tokenizer: \"[pad]\" is not a special token of this kind");
    assert!(message("{}").starts_with("t.json is not a tokenizer: /model/vocab: "), "{}", message("{}"));
    assert!(message("nonsense").starts_with("t.json is not a tokenizer: "));
    let own = PlayroomBpe::new("t.json", playroom.as_bytes()).expect("ours");
    assert_eq!(own.id("[stop]").unwrap_err().to_string(), "t.json has no token `[stop]`");
}
