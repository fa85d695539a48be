//! What is printed and written: whole or not at all, and texts that begin with a hyphen.

use super::*;

#[test]
fn a_text_may_begin_with_a_hyphen() {
    let (folder, _) = scenes();
    let image = folder.path().join("0000.png");
    let commands: [&[&str]; 4] = [
        &["retrieve", "--images", path(folder.path()), "--text", "-a red ring"],
        &["match", "--image", path(&image), "--text", "-snow"],
        &["answer", "--image", path(&image), "--question", "-how many objects are there?"],
        &["caption", "--image", path(&image), "--prompt", "-a"],
    ];
    for command in commands {
        assert!(json(&[command, &CPU].concat()).is_object());
    }
    let document = json(&[&["embed", "--text", "-snow", "a ring", "-n"], &CPU[..]].concat());
    assert_eq!(document["text_embeds"].as_array().unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    // One line of more than a pipe holds, and several.
    let long = [&["embed", "--json", "--backend", "cpu", "--text"][..], &["a ring"; 60]].concat();
    let commands: [&[&str]; 2] = [&long, &["bench", "--runs", "1", "--backend", "cpu"]];
    for command in commands {
        let mut program = Command::new(env!("CARGO_BIN_EXE_triptych"));
        let mut child = program.args(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // As `head -c 1` does.
        let mut out = BufReader::with_capacity(1, child.stdout.take().unwrap());
        assert!(!out.fill_buf().unwrap().is_empty());
        drop(out);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{command:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let output = program.args(["scene", "--out", path(folder.path())]).stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: cannot write to standard output: No space left"), "{said}");
}

#[test]
fn where_nothing_can_be_written_is_bad_input() {
    let (folder, _) = scenes();
    let image = folder.path().join("0000.png");
    let attend = ["attend", "--image", path(&image), "--text", "a ring", "--out"];
    let below = image.join("out");
    let taken = folder.path().join("taken");
    fs::create_dir_all(taken.join("attention.safetensors/inside")).unwrap();
    fs::create_dir_all(taken.join("scene.json/inside")).unwrap();
    for out in [&image, &below, &taken] {
        for command in [&["scene", "--out"][..], &[&attend[..], &CPU].concat()] {
            let at = command.iter().position(|word| *word == "--out").unwrap() + 1;
            let (code, said) = failure(&[&command[..at], &[path(out)], &command[at..]].concat());
            assert!(code == Some(2) && said.contains(path(out)), "{command:?}: {said}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let mut child =
        program.args(["scene", "--count", "1000000", "--out", path(folder.path())]).spawn().unwrap();
    let names = || fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let is_draft = |name: &std::ffi::OsString| name.to_string_lossy().starts_with('.');
    while names().filter(is_draft).count() < 2 {
        assert!(child.try_wait().unwrap().is_none());
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let left: Vec<_> = names().filter(|name| !name.to_string_lossy().ends_with(".png")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_graphics_processor_is_used_without_a_word() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let arguments = ["embed", "--text", "a ring", "--backend", "gpu", "--json"];
    let output = program.args(arguments).env_remove("XDG_RUNTIME_DIR").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}
