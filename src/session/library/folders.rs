//! The names of folders.

use crate::io::hub::key;
use crate::precision::Precision;
use crate::session::protocol::Lane;

const ALBUMS: &str = "album.";
pub(super) const MODELS: &str = "model.";

/// The folder that keeps the files of a checkpoint.
pub(in crate::session) fn folder_of(name: &str) -> String {
    format!("{MODELS}{}", key(name))
}

/// The folder that keeps the photos as a checkpoint in this precision has encoded them.
pub(in crate::session) fn album_of(name: &str, precision: Precision) -> String {
    let key = key(name);
    // A name may end as that of a form does; then all of its albums tell their form.
    let ends_in_a_form = || Precision::ALL.iter().any(|form| key.ends_with(&format!(".{}", form.name())));
    match precision {
        Precision::F32 if !ends_in_a_form() => format!("{ALBUMS}{key}"),
        form => format!("{ALBUMS}{key}.{}", form.name()),
    }
}

/// The lane that tells of what is in a folder.
pub fn lane_of(folder: &str) -> Option<Lane> {
    match folder {
        album if album.starts_with(ALBUMS) => Some(Lane::Album),
        model if model.starts_with(MODELS) => Some(Lane::Models),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_models_share_an_album() {
        assert_eq!(album_of("a/b", Precision::F32), "album.a~2fb");
        assert_eq!(album_of("a/b", Precision::Int8), "album.a~2fb.int8");
        let names = ["a/b", "a/b.int8", "a/b.f16", "a/b.f32", "a/b.int8.f32", "a/b.f32.f32"];
        let all = names.iter().flat_map(|name| Precision::ALL.map(|form| album_of(name, form)));
        assert_eq!(all.collect::<BTreeSet<_>>().len(), names.len() * Precision::ALL.len());
    }
}
