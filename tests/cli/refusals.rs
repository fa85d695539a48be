//! Bad use and bad input: exit code 2 and a sentence.

use super::*;

#[test]
fn bad_use_and_bad_input_end_with_2_and_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.png");
    fs::write(&broken, [0x89, 0x50, 0x4E, 0x47, 0, 0]).unwrap();
    let empty = folder.path().join("empty.png");
    fs::write(&empty, []).unwrap();
    let long = "a red circle and ".repeat(40);
    let (scenes, _) = scenes();
    let picture = scenes.path().join("0000.png");
    let (foreign, run) = (scenes.path().join("foreign"), scenes.path().join("run"));
    fs::create_dir_all(&foreign).unwrap();
    let config = fs::read_to_string("public/models/playroom/config.json").unwrap();
    fs::write(foreign.join("config.json"), config.replace("\"reader_depth\": 4", "\"reader_depth\": 2"))
        .unwrap();
    let cases: [(&[&str], &str); 26] = [
        (&["lab", "fuse", "--contestants", "late,nobody"], "nobody"),
        (&["lab", "fuse", "--parts", "0,0,0,0"], "0"),
        (&["lab", "sabotage", "--parts", "1,2"], "--parts"),
        (&["lab", "contrast", "--rate", "0"], "learning rate"),
        (&["lab", "evaluate", path(&broken)], "broken.png"),
        (&["train", "--out", path(&run), "--start-from", path(&foreign)], "config.json"),
        (&["train", "--every", "0"], "--every"),
        (&["dance"], "dance"),
        (&["caption"], "--image"),
        (&["caption", "--image", "nowhere.png"], "nowhere.png"),
        (&["caption", "--image", path(&broken)], "broken.png"),
        (&["caption", "--image", path(&empty)], "empty.png"),
        (&["caption", "--image", path(&broken), "--beams", "0"], "--beams"),
        (&["match", "--image", path(&picture), "--text", &long], "64"),
        (&["answer", "--image", path(&picture), "--question", "  "], "--question"),
        (&["caption", "--image", path(&picture), "--seed", "3"], "--temperature"),
        (&["match", "--image", path(&picture), "--text", ""], "--text"),
        (&["retrieve", "--images", "src", "--text", " "], "--text"),
        (&["attend", "--image", path(&picture), "--text", "", "--out", path(&run)], "--text"),
        (&["attend", "--image", path(&picture), "--out", path(&run)], "--text"),
        (&["retrieve", "--images", "src", "--text", "x", "--top", "0"], "--top"),
        (&["embed", "--text", "x", "--model", path(&picture)], "is no folder"),
        (&["retrieve", "--images", path(folder.path()), "--text", "x", "--model", "no/model"], "no/model"),
        (&["retrieve", "--images", "nowhere", "--text", "a ring"], "nowhere"),
        (&["eval", "--split", "holiday"], "holiday"),
        (&["bench", "--gpu", "--backend", "cpu"], "--backend"),
    ];
    for (arguments, named) in cases {
        let (code, said) = failure(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?} does not name {named}: {said}");
    }
}
