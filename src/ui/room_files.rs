//! The files that can be made of the room that is shown: each chart and table offers its own, and one archive takes them all.

use super::zip::Zip;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Files that are being made.
pub type Making = Pin<Box<dyn Future<Output = Vec<RoomFile>>>>;
type Maker = Rc<dyn Fn() -> Making>;

#[derive(Default)]
struct Offers {
    next: u32,
    makers: Vec<(u32, Maker)>,
}

/// What is offered now.
#[derive(Clone, Copy)]
pub struct RoomFiles(RwSignal<Offers, LocalStorage>);

impl RoomFiles {
    pub fn new() -> Self {
        RoomFiles(RwSignal::new_local(Offers::default()))
    }

    pub fn here() -> Self {
        expect_context()
    }

    /// Offers files as long as the component that calls this is there.
    pub fn offer(self, make: impl Fn() -> Making + 'static) {
        let id = self.0.try_update(|offers| {
            offers.makers.push((offers.next, Rc::new(make)));
            offers.next += 1;
            offers.next - 1
        });
        on_cleanup(move || {
            self.0.try_update(|offers| offers.makers.retain(|(other, _)| Some(*other) != id));
        });
    }

    pub fn is_empty(self) -> bool {
        self.0.with(|offers| offers.makers.is_empty())
    }

    /// Makes all files, those that have something in them.
    pub async fn make(self) -> Vec<RoomFile> {
        let makers = self.0.with_untracked(|offers| offers.makers.clone());
        let mut files = Vec::new();
        for (id, make) in makers {
            // One that has gone meanwhile can tell nothing any more.
            if self.0.with_untracked(|offers| offers.makers.iter().any(|(other, _)| *other == id)) {
                files.extend(make().await);
            }
        }
        files
    }
}

/// One archive of files, under names that are distinct.
pub fn archive(files: &[RoomFile]) -> Vec<u8> {
    let mut zip = Zip::default();
    let mut taken = BTreeSet::new();
    for RoomFile { name, bytes } in files {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let numbered = (2..).map(|number| format!("{stem}-{number}.{ending}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
        let name = free.expect("numbers do not end");
        zip.add(&name, bytes);
        taken.insert(name);
    }
    zip.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_of_one_title_are_kept_apart() {
        let file = |name: &str, byte| RoomFile { name: name.into(), bytes: vec![byte] };
        let bytes =
            archive(&[file("loss.csv", 1), file("loss.csv", 2), file("loss.svg", 3), file("loss.csv", 4)]);
        let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let mut entries = archive.entries();
        let mut names = Vec::new();
        while let Some(entry) = entries.next_entry().unwrap() {
            names.push(String::from_utf8(entry.file_path().as_ref().to_vec()).unwrap());
        }
        assert_eq!(names, ["loss.csv", "loss-2.csv", "loss.svg", "loss-3.csv"]);
    }
}
