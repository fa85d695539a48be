//! Picture files of every kind, whole, cut and none at all.

use super::*;

use image::{ImageFormat, Rgb, RgbImage};

/// A gradient with noise.
pub(crate) fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)) % 61;
        Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, (noise * 4) as u8])
    })
}

/// The bytes of a picture file.
pub(crate) fn saved(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("the picture is encoded");
    file.into_inner()
}

/// A PNG without pixels that says it is of this size.
pub(crate) fn claimed(width: u32, height: u32) -> Vec<u8> {
    let mut file = saved(&photo(2, 2), ImageFormat::Png);
    file[16..24].copy_from_slice(&[width.to_be_bytes(), height.to_be_bytes()].concat());
    file
}

#[test]
fn pictures_of_any_kind_and_size_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = [
        ("a.jpg", 301, 77),
        ("b.webp", 64, 200),
        ("c.gif", 1, 1),
        ("d.bmp", 33, 9),
        ("e.png", 15, 900),
        ("a name with 'quotes' and spaces.jfif", 30, 30),
        ("no ending", 30, 30),
    ];
    for (name, width, height) in kinds {
        let file = folder.path().join(name);
        let format = ImageFormat::from_path(&file).unwrap_or(ImageFormat::Jpeg);
        fs::write(&file, saved(&photo(width, height), format)).unwrap();
        let document = json(&[&["caption", "--image", path(&file)], &CPU[..]].concat());
        assert!(document["caption"].is_string() && document["incomplete"] == false, "{name}");
    }
}

#[test]
fn a_jpeg_that_ends_early_is_used_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let whole = saved(&photo(300, 200), ImageFormat::Jpeg);
    let file = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        path(&file).to_string()
    };
    let whole_file = file("whole.jpg", &whole);
    let commands: [&[&str]; 4] = [
        &["caption"],
        &["answer", "--question", "how many objects are there?"],
        &["match", "--text", "a ring"],
        &["attend", "--text", "a ring", "--out", path(folder.path())],
    ];
    for (name, bytes) in [("ended.jpg", whole.len() - 2), ("third.jpg", whole.len() / 3)] {
        let cut = file(name, &whole[..bytes]);
        for command in commands {
            let output = triptych(&[command, &["--image", &cut, "--json"], &CPU].concat());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("warning: the end of") && said.contains(name), "{command:?}: {said}");
            let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
            assert_eq!(document["incomplete"], true, "{command:?}");
        }
        let document = json(&[&["embed", "--image", &whole_file, &cut], &CPU[..]].concat());
        let marks: Vec<&Value> =
            document["images"].as_array().unwrap().iter().map(|image| &image["incomplete"]).collect();
        assert_eq!(marks, [false, true]);
        let same = document["image_embeds"][0] == document["image_embeds"][1];
        assert_eq!(same, name == "ended.jpg", "only where no pixel is missing");
    }
}

#[test]
fn what_is_no_picture_is_refused_by_name_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let half = saved(&photo(192, 128), ImageFormat::Png);
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("empty.jpg", Vec::new(), "is empty"),
        ("half.png", half[..half.len() / 2].to_vec(), "ends before its picture does"),
        ("hairline.png", claimed(1, 60_000), "at most 200 times as long as it is broad"),
        ("hairline.jpg", claimed(400_000, 1), "at most 200 times as long as it is broad"),
        ("bomb.png", claimed(100_000, 100_000), "at most 100000000 are decoded"),
        ("phone.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "of the kind HEIC"),
        ("scan.jpg", b"II*\0\x08\0\0\0".to_vec(), "of the kind TIFF"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "of the kind SVG"),
        ("page.jpg", b"<!doctype html><title>Not found</title>".to_vec(), "none of PNG, JPEG"),
    ];
    for (name, bytes, reason) in cases {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        for command in [&["caption"][..], &["embed"], &["match", "--text", "a ring"]] {
            let (code, said) = failure(&[command, &["--image", path(&file)], &CPU].concat());
            assert_eq!(code, Some(2), "{command:?} {name}: {said}");
            assert!(said.contains(name) && said.contains(reason), "{command:?} {name}: {said}");
        }
    }
    for (file, reason) in
        [("nowhere.png", "cannot be read: No such file"), ("src", "src cannot be read: Is a directory")]
    {
        let (code, said) = failure(&[&["caption", "--image", file], &CPU[..]].concat());
        assert_eq!(code, Some(2));
        assert!(cfg!(not(unix)) || said.contains(reason), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn names_need_not_be_text_and_files_not_be_regular() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9 \"1\"\n.jpg"));
    fs::write(&file, saved(&photo(30, 30), ImageFormat::Jpeg)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_triptych"))
        .args(["embed", "--json", "--backend", "cpu", "--image"])
        .arg(&file)
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert!(document["images"][0]["file"].as_str().unwrap().ends_with("\u{fffd} \"1\"\n.jpg"));
    let document = json(&[&["retrieve", "--text", "a", "--images", path(folder.path())], &CPU[..]].concat());
    assert_eq!(document["results"].as_array().unwrap().len(), 1);
    // Without an end.
    let (code, said) = failure(&[&["caption", "--image", "/dev/zero"], &CPU[..]].concat());
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("/dev/zero has more than 134217728 bytes"), "{said}");
}
