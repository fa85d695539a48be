//! The input of a case: files by their names.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::{fs, io};

use triptych::io::read_at::{self, ReadAt};

/// Shared until they are changed, so that a case copies only what it mutates.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Files(pub BTreeMap<String, Rc<Vec<u8>>>);

impl Files {
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Self {
        Files(files.into_iter().map(|(name, bytes)| (name.to_string(), Rc::new(bytes))).collect())
    }

    /// All files of a folder, without those of folders in it.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.insert(name, Rc::new(fs::read(&path)?));
            }
        }
        Ok(Files(files))
    }

    /// Writes them into a folder, which is made.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        self.0.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), &**bytes))
    }

    /// The bytes of a file; none where it is not there.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(|bytes| &bytes[..])
    }

    /// The one file of a target that has but one.
    pub(crate) fn only(&self) -> (&str, &[u8]) {
        self.0.iter().next().map_or(("", &[]), |(name, bytes)| (name, bytes))
    }

    pub(crate) fn set(&mut self, name: &str, bytes: Vec<u8>) {
        self.0.insert(name.to_string(), Rc::new(bytes));
    }
}

impl read_at::Files for Files {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        self.0.open(name)
    }
}
