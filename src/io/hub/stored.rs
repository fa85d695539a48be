//! A checkpoint that is wholly kept, as files to load from.

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use super::store::storage;
use super::{HubError, Manifest, Store};
use crate::io::read_at::{Files, ReadAt};

/// The files of one checkpoint, all of them open: a browser opens files asynchronously, but a model is loaded at once.
pub struct StoredFiles<F>(BTreeMap<String, Rc<F>>);

impl<F: ReadAt> StoredFiles<F> {
    /// # Errors
    /// [`HubError::Storage`], and [`HubError::Lost`] where a file is not as long as the manifest says.
    pub async fn open<S: Store<File = F>>(store: &S, manifest: &Manifest) -> Result<Self, HubError> {
        let mut files = BTreeMap::new();
        for entry in &manifest.entries {
            let file = store
                .open(&manifest.stored_name(&entry.file))
                .await
                .map_err(|source| storage(&entry.file, source))?;
            let (found, size) = (file.size(), entry.size);
            if found != size {
                return Err(HubError::Lost { file: entry.file.clone(), size, found });
            }
            files.insert(entry.file.clone(), Rc::new(file));
        }
        Ok(StoredFiles(files))
    }
}

impl<F: ReadAt + 'static> Files for StoredFiles<F> {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        self.0.open(name)
    }
}
