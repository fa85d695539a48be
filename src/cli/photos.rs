//! Picture files: one, or all of a folder, of which what cannot be used is left out and named.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{CliError, bar};
use crate::io::image::decode;
use crate::io::picture::{Picture, PictureError, format};
use crate::limits::{self, MAX_PICTURE_FILE};

/// Levels of folders that are looked through below the one that was named.
const DEPTH: usize = 16;
/// Bytes at a file's beginning by which its kind is known.
const HEAD: u64 = 1024;
/// Most files that one reason names on standard error and in messages; `--json` names all.
const NAMED: usize = 10;

/// A file that was left out, and why: the reason goes on after the file's name.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Skipped {
    pub file: String,
    pub reason: String,
}

impl Skipped {
    pub(super) fn new(file: &Path, reason: impl ToString) -> Self {
        Skipped { file: file.display().to_string(), reason: reason.to_string() }
    }
}

/// Why a picture file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PhotoError {
    #[error("cannot be read: {0}")]
    File(#[from] io::Error),
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// The picture in a file of any name.
pub(super) fn open(path: &Path) -> Result<Picture, PhotoError> {
    let file = File::open(path)?;
    let limit = |size| limits::picture_file(size).map_err(PictureError::Limit);
    limit(file.metadata()?.len())?;
    let mut bytes = Vec::new();
    // What is no regular file tells no length.
    file.take(MAX_PICTURE_FILE + 1).read_to_end(&mut bytes)?;
    limit(bytes.len() as u64)?;
    Ok(decode(&bytes)?)
}

/// The one picture that a command is about.
pub(super) fn photo(path: &Path) -> Result<Picture, CliError> {
    let picture = open(path).map_err(|error| CliError::Input(format!("{} {error}", path.display())))?;
    if picture.is_incomplete {
        warn_incomplete(path);
    }
    Ok(picture)
}

/// A picture file in use.
pub(super) struct UsablePicture {
    pub path: PathBuf,
    pub is_incomplete: bool,
}

/// Hands out the pictures of files, one in memory at a time, and none after the last; what cannot be used is left out, and an
/// error where nothing is left.
pub(super) fn each(
    paths: &[PathBuf],
    mut take: impl FnMut(Option<&Picture>) -> Result<(), CliError>,
) -> Result<(Vec<UsablePicture>, Vec<Skipped>), CliError> {
    let bar = bar(paths.len() as u64, "pictures");
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    for path in paths {
        match open(path) {
            Ok(picture) => {
                take(Some(&picture))?;
                files.push(UsablePicture { path: path.clone(), is_incomplete: picture.is_incomplete });
            }
            Err(reason) => skipped.push(Skipped::new(path, reason)),
        }
        bar.inc(1);
    }
    take(None)?;
    bar.finish_and_clear();
    files.iter().filter(|file| file.is_incomplete).for_each(|file| warn_incomplete(&file.path));
    match files.is_empty() && !paths.is_empty() {
        true => Err(none_left("no picture is left", &skipped)),
        false => Ok((files, skipped)),
    }
}

fn warn_incomplete(path: &Path) {
    status!("warning: the end of {} is missing; what is there was used", path.display());
}

/// The picture files below a folder, and what else is there.
#[derive(Default)]
pub(super) struct Found {
    pub pictures: Vec<PathBuf>,
    pub skipped: Vec<Skipped>,
}

/// Looks for pictures in a folder and, up to [`DEPTH`] levels, in the folders below it, by what files hold and not by their
/// names; in the order of their paths.
pub(super) fn below(folder: &Path) -> Result<Found, CliError> {
    let mut walk = Walk { known: HashSet::new(), found: Found::default() };
    walk.folder(folder, 0).map_err(|error| CliError::Input(format!("{}: {error}", folder.display())))?;
    match walk.found.pictures.is_empty() {
        true => Err(none_left(&format!("{} has no pictures", folder.display()), &walk.found.skipped)),
        false => Ok(walk.found),
    }
}

struct Walk {
    /// Folders without links in their paths: a link may lead back to one.
    known: HashSet<PathBuf>,
    found: Found,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        let mut entries =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        self.known.insert(folder.canonicalize()?);
        for path in entries {
            if let Err(reason) = self.entry(&path, depth) {
                self.found.skipped.push(Skipped::new(&path, reason));
            }
        }
        Ok(())
    }

    /// Takes what is at a path; the reason where it is left out.
    fn entry(&mut self, path: &Path, depth: usize) -> Result<(), String> {
        let unreadable = |error: io::Error| PhotoError::File(error).to_string();
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            return Err("is hidden".to_string());
        }
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return match self.known.contains(&path.canonicalize().map_err(unreadable)?) {
                true => Err("is a link to a folder that is read already".to_string()),
                false if depth == DEPTH => Err(format!("is a folder more than {DEPTH} levels down")),
                false => self.folder(path, depth + 1).map_err(unreadable),
            };
        }
        if !metadata.is_file() {
            return Err("is no file".to_string());
        }
        if let Some(part) = part_of_scene(path) {
            return Err(format!("is a {part} of a scene"));
        }
        let mut head = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
        match format(&head).map_err(|error| error.to_string())? {
            common if common.is_common() => self.found.pictures.push(path.to_path_buf()),
            foreign => return Err(PictureError::Foreign(foreign).to_string()),
        }
        Ok(())
    }
}

/// What a file is that `triptych scene` wrote beside `NNNN.png`: the mask `NNNN.mask.K.png` or the clip `NNNN.clip.png`.
fn part_of_scene(path: &Path) -> Option<&'static str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (scene, rest) = path.file_name()?.to_str()?.split_once('.')?;
    let part = match rest.strip_suffix(".png")? {
        "clip" => "clip",
        mask if mask.strip_prefix("mask.").is_some_and(is_number) => "mask",
        _ => return None,
    };
    let is_scene = is_number(scene) && scene.len() >= 4;
    (is_scene && path.with_file_name(format!("{scene}.png")).is_file()).then_some(part)
}

/// Names on standard error what was left out.
pub(super) fn warn_skipped(skipped: &[Skipped]) {
    by_reason(skipped).into_iter().for_each(|line| status!("left out: {line}"));
}

/// The error where of many files none can be used.
pub(super) fn none_left(what: &str, skipped: &[Skipped]) -> CliError {
    match skipped {
        [] => CliError::Input(format!("{what}: there are no files")),
        skipped => CliError::Input(format!("{what}: {}", by_reason(skipped).join("; "))),
    }
}

/// A line for each file, and one for those of a reason that are too many.
fn by_reason(skipped: &[Skipped]) -> Vec<String> {
    let mut reasons: Vec<&str> = Vec::new();
    for Skipped { reason, .. } in skipped {
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    let of = |reason: &str| {
        let all: Vec<&Skipped> = skipped.iter().filter(|file| file.reason == reason).collect();
        let mut lines: Vec<String> =
            all.iter().take(NAMED).map(|Skipped { file, .. }| format!("{file} {reason}")).collect();
        if all.len() > NAMED {
            lines.push(format!("{} more files: each {reason}", all.len() - NAMED));
        }
        lines
    };
    reasons.into_iter().flat_map(of).collect()
}
