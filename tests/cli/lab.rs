//! Training, races and speed.

use super::*;

#[test]
fn training_goes_on_where_it_stopped() {
    let [whole, halved] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let train = |out: &TempDir, more: &[&str]| {
        let stages = ["--pictures", "1", "--writing", "2", "--every", "2", "--decay", "1"];
        json(&[&["train", "--out", path(out.path())], &stages[..], more, &CPU[..]].concat())
    };
    train(&whole, &["--steps", "4", "--batch", "8"]);
    train(&halved, &["--steps", "2", "--batch", "8"]);
    let (code, said) = failure(&["train", "--out", path(halved.path()), "--steps", "4"]);
    assert_eq!(code, Some(2), "a run is not begun over another: {said}");
    let document = train(&halved, &["--resume", "--steps", "4"]);
    assert!(document["val"]["question"]["accuracy"].is_number());
    let log = |out: &TempDir| {
        let text = fs::read_to_string(out.path().join("log.csv")).unwrap();
        let without_seconds = |line: &str| line.rsplit_once(',').unwrap().0.to_string();
        text.lines().map(without_seconds).collect::<Vec<_>>()
    };
    assert_eq!(log(&whole), log(&halved));
    assert_eq!(log(&whole).len(), 5);
    let weights = |out: &TempDir| fs::read(out.path().join("model/model.safetensors")).unwrap();
    assert!(weights(&whole) == weights(&halved), "equal bits, with or without a pause");
    let file = SafetensorsFile::new("model.safetensors", weights(&whole)).unwrap();
    assert!(
        file.names()
            .iter()
            .all(|name| !["adamw", "cells", "referents"].iter().any(|own| name.starts_with(own)))
    );
}

#[test]
fn a_race_is_run_saved_and_judged_again() {
    let folder = tempfile::tempdir().unwrap();
    let race = ["--steps", "2", "--batch", "4", "--contestants", "late"];
    let document = json(&[&["lab", "fuse", "--save", path(folder.path())], &race[..], &CPU[..]].concat());
    let contestants = document["contestants"].as_array().unwrap();
    let names: Vec<&str> = contestants.iter().map(|one| one["contestant"].as_str().unwrap()).collect();
    assert_eq!(names, ["majority", "picture", "words", "shuffled", "late"]);
    assert_eq!(document["rounds"].as_array().unwrap().len(), 2);
    let file = folder.path().join("late.safetensors");
    assert_eq!(json(&[&["lab", "evaluate", path(&file)], &CPU[..]].concat()), contestants[4]);

    let document = json(&[&["lab", "sabotage"], &race[..], &CPU[..]].concat());
    // Of two modalities, six corruptions and five contestants.
    assert_eq!(document["curves"].as_array().unwrap().len(), 2 * 6 * 5);
    let file = folder.path().join("contrast.safetensors");
    let contrast = ["lab", "contrast", "--steps", "10", "--batch", "8", "--save", path(&file)];
    let document = json(&[&contrast[..], &CPU[..]].concat());
    assert_eq!(document["curve"].as_array().unwrap().len(), 1);
    let evaluated = json(&[&["lab", "evaluate", path(&file)], &CPU[..]].concat());
    for figure in ["step", "to_text", "to_picture", "tells_word", "geometry", "map"] {
        assert_eq!(evaluated[figure], document["figures"][figure], "{figure}");
    }
}

#[test]
fn a_race_of_three_modalities_is_saved_and_judged_again_with_every_subset() {
    let folder = tempfile::tempdir().unwrap();
    let race = ["--modalities", "picture,words,sound", "--parts", "1,0,0,1,1", "--contestants", "gate"];
    let run = ["--steps", "2", "--batch", "4", "--save", path(folder.path())];
    let document = json(&[&["lab", "fuse"], &race[..], &run[..], &CPU[..]].concat());
    let contestants = document["contestants"].as_array().unwrap();
    let names: Vec<&str> = contestants.iter().map(|one| one["contestant"].as_str().unwrap()).collect();
    assert_eq!(names, ["majority", "picture", "words", "sound", "shuffled", "gate"]);
    let gate = &contestants[5];
    assert_eq!(gate["subsets"].as_object().unwrap().len(), 7);
    assert_eq!(gate["subsets"]["picture+words+sound"]["accuracy"], gate["accuracy"]);
    assert!(gate["subsets"]["words+sound"]["confidence"].as_f64().unwrap() >= 0.5);
    assert_eq!(gate["gates"].as_array().unwrap().len(), 3);
    let file = folder.path().join("gate.safetensors");
    assert_eq!(json(&[&["lab", "evaluate", path(&file)], &CPU[..]].concat()), *gate);

    for (modalities, said) in [("words,picture", "in that order"), ("picture,smell", "no modality `smell`")] {
        let (code, error) = failure(&["lab", "fuse", "--modalities", modalities]);
        assert!(code == Some(2) && error.contains(said), "{error}");
    }
}

#[test]
fn a_graphics_processor_is_timed_and_a_software_one_on_less_work() {
    let document = json(&["bench", "--gpu", "--runs", "2"]);
    let is_software = document["software"].as_bool().unwrap();
    for told in ["backend", "adapter", "driver"] {
        assert!(!document[told].as_str().unwrap().is_empty(), "{told}");
    }
    // Sides of the matrices; batch, heads, tokens and width of attention; pictures.
    let (side, [b, h, t, d], pictures) = if is_software {
        (256.0, [2.0, 2.0, 65.0, 64.0], 16.0)
    } else {
        (4096.0, [32.0, 16.0, 257.0, 64.0], 32.0)
    };
    let work = [
        ("matmul", "gflops", 2.0 * f64::powi(side, 3) / 1e9),
        ("attention", "gflops", 4.0 * b * h * t * t * d / 1e9),
        ("CLIP image tower", "images_per_s", pictures),
    ];
    let rows = document["rows"].as_array().unwrap();
    assert_eq!(rows.len(), work.len());
    for (row, (case, speed, amount)) in rows.iter().zip(work) {
        assert!(row["case"].as_str().unwrap().starts_with(case), "{row}");
        let number = |key: &str| row[key].as_f64().unwrap();
        let (least, median, most) = (number("least_ms"), number("median_ms"), number("most_ms"));
        assert!(0.0 < least && least <= median && median <= most, "{row}");
        assert!((number(speed) * median / 1e3 / amount - 1.0).abs() < 1e-6, "{row}");
    }
}

#[test]
fn an_encoder_of_a_modality_is_trained_gone_on_with_and_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path());
    fn train<'a>(own: &[&'a str], out: &'a str) -> Vec<&'a str> {
        [&["train", "--modality"], own, &["--out", out, "--every", "1"], &CPU[..]].concat()
    }
    json(&train(&["graph", "--batch", "2", "--steps", "1"], out));
    let document = json(&train(&["graph", "--resume", "--steps", "2"], out));
    assert!(document["val"]["retrieval"]["graph"]["picture"]["recall@1"].as_f64().is_some(), "{document}");
    for (file, lines) in [("log.csv", 3), ("val.csv", 3)] {
        assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap().lines().count(), lines, "{file}");
    }
    assert!(folder.path().join("graph.safetensors").is_file());

    let refused = |own: &[&str], expected: &str| {
        let (code, said) = failure(&train(own, out));
        assert!(code == Some(2) && said.contains(expected), "{said}");
    };
    refused(&["table", "--resume"], "the run is of --modality graph");

    // From the shipped weights another run begins far below a random one.
    let shipped = "public/models/playroom/graph.safetensors";
    let other = tempfile::tempdir().unwrap();
    json(&train(&["graph", "--start-from", shipped, "--batch", "8", "--steps", "1"], path(other.path())));
    let loss = |folder: &Path| -> f64 {
        let log = fs::read_to_string(folder.join("log.csv")).unwrap();
        log.lines().nth(1).unwrap().split(',').nth(2).unwrap().parse().unwrap()
    };
    let random = tempfile::tempdir().unwrap();
    json(&train(&["graph", "--batch", "8", "--steps", "1"], path(random.path())));
    assert!(loss(other.path()) < loss(random.path()) / 4.0);
    let (code, said) =
        failure(&train(&["table", "--start-from", shipped], path(tempfile::tempdir().unwrap().path())));
    assert!(code == Some(2) && said.contains("not of the sizes of --modality table"), "{said}");

    refused(&["graph"], "holds a run");
    refused(&["smell"], "expected sound, motion, table, graph");
    // A checkpoint that lacks a weight.
    let checkpoint = folder.path().join("checkpoint.safetensors");
    let name = b"\"graph.nodes.weight\"";
    let mut bytes = fs::read(&checkpoint).unwrap();
    let at = bytes.windows(name.len()).position(|window| window == name).expect("it has the weight");
    bytes[at + 1] = b'x';
    fs::write(&checkpoint, bytes).unwrap();
    refused(&["graph", "--resume", "--steps", "3"], "graph.nodes.weight");
}
