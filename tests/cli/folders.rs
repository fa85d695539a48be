//! Many pictures: what can be used is, the rest is named.

use super::pictures::{claimed, photo, saved};
use super::*;

use image::ImageFormat;

/// `file` and `reason` of what was left out, without the folder.
fn skipped(document: &Value, folder: &Path) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    let one = |skipped: &Value| {
        let file = PathBuf::from(text(&skipped["file"]));
        let file = file.strip_prefix(folder).unwrap_or(&file);
        (file.to_str().unwrap().replace('\\', "/"), text(&skipped["reason"]))
    };
    document["skipped"].as_array().expect("a list").iter().map(one).collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

fn retrieve(folder: &Path) -> (Value, String) {
    let arguments = ["retrieve", "--images", path(folder), "--text", "a ring", "--top", "100", "--json"];
    let output = triptych(&[&arguments[..], &CPU].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    (serde_json::from_slice(&output.stdout).expect("a document"), said)
}

#[test]
fn pictures_are_taken_by_what_they_hold_from_all_folders() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = saved(&photo(60, 40), ImageFormat::Jpeg);
    let taken = [
        "CAMERA.JFIF",
        "a/b/c/deep",
        "a/photo.JPG",
        "text.txt",
        "x.mask.jpg",
        "0001.mask.0.png",
        "0001.clip.png",
        "dots.tif",
    ];
    taken.iter().for_each(|name| write(folder.path(), name, &jpeg));
    let (document, said) = retrieve(folder.path());
    let results = document["results"].as_array().unwrap().iter();
    let mut files: Vec<&str> = results.map(|result| result["file"].as_str().unwrap()).collect();
    files.sort();
    let mut expected = taken.map(|name| path(&folder.path().join(name)).to_string());
    expected.sort();
    assert_eq!(files, expected);
    assert_eq!((skipped(&document, folder.path()), said), (Vec::new(), String::new()));
}

#[test]
fn damaged_pictures_and_other_files_are_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (jpeg, png) = (saved(&photo(60, 40), ImageFormat::Jpeg), saved(&photo(60, 40), ImageFormat::Png));
    write(folder.path(), "good.jpg", &jpeg);
    write(folder.path(), "ends.jpg", &jpeg[..jpeg.len() - 2]);
    write(folder.path(), "0000.png", &png);
    let left: [(&str, &[u8], &str); 8] = [
        (".hidden/x.jpg", &jpeg, ""),
        ("0000.clip.png", &png, "is a clip of a scene"),
        ("0000.mask.0.png", &png, "is a mask of a scene"),
        ("empty.jpg", b"", "is empty"),
        ("half.png", &png[..png.len() / 2], "ends before its picture does"),
        ("notes.txt", b"hello", "is none of PNG, JPEG, WebP, GIF and BMP"),
        ("sub/hairline.png", &claimed(1, 60_000), "at most 200 times as long"),
        ("sub/phone", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "of the kind HEIC"),
    ];
    left.iter().for_each(|(name, bytes, _)| write(folder.path(), name, bytes));
    let (document, said) = retrieve(folder.path());
    let results = document["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        assert_eq!(result["incomplete"], result["file"].as_str().unwrap().ends_with("ends.jpg"));
    }
    let mut skipped = skipped(&document, folder.path());
    skipped.sort();
    assert_eq!(skipped.len(), left.len(), "{skipped:?}");
    for ((file, why), (name, _, reason)) in skipped.iter().zip(left) {
        assert!(*file == name || name.starts_with(&format!("{file}/")), "{file}, expected {name}");
        assert!(why.contains(reason) && said.contains(file) && said.contains(why), "{file}: {why}\n{said}");
    }
    assert!(said.contains("warning: the end of") && said.contains("ends.jpg"), "{said}");
    assert_eq!(said.lines().count(), left.len() + 1, "{said}");
}

#[test]
fn a_folder_without_pictures_is_an_error_that_says_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let say = || failure(&[&["retrieve", "--images", path(folder.path()), "--text", "a"], &CPU[..]].concat());
    let (code, said) = say();
    assert!(code == Some(2) && said.contains("there are no files"), "{said}");
    (0..30).for_each(|i| write(folder.path(), &format!("{i:02}.txt"), b"hello"));
    let (code, said) = say();
    assert!(code == Some(2) && said.contains("00.txt") && said.contains("20 more files"), "{said}");
    // Pictures by their first bytes, none of which can be decoded.
    write(folder.path(), "cut.png", &saved(&photo(9, 9), ImageFormat::Png)[..40]);
    let (code, said) = say();
    assert!(code == Some(2) && said.contains("no picture is left") && said.contains("cut.png"), "{said}");
}

#[test]
fn many_named_pictures_go_on_without_the_damaged_ones() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good.png", &saved(&photo(60, 40), ImageFormat::Png));
    write(folder.path(), "empty.png", b"");
    let [good, empty, absent] = ["good.png", "empty.png", "absent.png"].map(|name| folder.path().join(name));
    let images = [path(&absent), path(&good), path(&empty), path(&good)];
    let document = json(&[&["embed", "--text", "a ring", "--image"], &images[..], &CPU[..]].concat());
    assert_eq!(document["image_embeds"].as_array().unwrap().len(), 2);
    assert_eq!(document["logits_per_image"].as_array().unwrap().len(), 2);
    assert_eq!(document["images"][1]["file"], path(&good));
    let skipped = skipped(&document, folder.path());
    assert_eq!(skipped[1], ("empty.png".to_string(), "is empty".to_string()));
    assert!(skipped[0].0 == "absent.png" && skipped[0].1.starts_with("cannot be read: "), "{skipped:?}");
    let (code, said) = failure(&[&["embed", "--text", "a", "--image", path(&empty)], &CPU[..]].concat());
    assert!(code == Some(2) && said.contains("empty.png is empty"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_once() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "inner/good.png", &saved(&photo(60, 40), ImageFormat::Png));
    symlink("..", folder.path().join("inner/back")).unwrap();
    symlink("absent", folder.path().join("inner/broken")).unwrap();
    symlink("inner", folder.path().join("twice")).unwrap();
    symlink("inner/good.png", folder.path().join("link.png")).unwrap();
    let (document, _) = retrieve(folder.path());
    assert_eq!(document["results"].as_array().unwrap().len(), 2);
    let skipped = skipped(&document, folder.path());
    assert_eq!(skipped.len(), 3, "{skipped:?}");
    for ((file, why), (name, reason)) in skipped.iter().zip([
        ("inner/back", "a link to a folder that is read already"),
        ("inner/broken", "cannot be read"),
        ("twice", "a link to a folder that is read already"),
    ]) {
        assert!(file == name && why.contains(reason), "{skipped:?}");
    }
}

/// The most memory that the program had, in kilobytes.
#[cfg(target_os = "linux")]
fn peak(arguments: &[&str]) -> u64 {
    let mut program = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let mut child = program.args(arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_pictures() {
    let folder = tempfile::tempdir().unwrap();
    // 3 MB each when decoded.
    let file = saved(&photo(1000, 1000), ImageFormat::Bmp);
    let peak = |count: usize| {
        (0..count).for_each(|i| write(folder.path(), &format!("{i}.bmp"), &file));
        peak(&[&["retrieve", "--images", path(folder.path()), "--text", "a ring"], &CPU[..]].concat())
    };
    let (few, many) = (peak(8), peak(24));
    assert!(many < few + 16_000, "{few} kB for 8 pictures, {many} kB for 24");
}
