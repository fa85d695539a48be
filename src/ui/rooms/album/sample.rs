//! A few drawings of our own, for a visitor who has no photos at hand.

use super::adding::Queue;
use crate::js_error::js_error;
use crate::session::protocol::Pixels;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::stage::StagePicture;
use crate::ui::state::Phase;
use crate::ui::view::PictureName;
use crate::world::language::full_caption;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use web_sys::File;

const DRAWINGS: u64 = 12;
/// Not that of the first gallery.
const SEED: u64 = 11;

/// Offers them while the album is empty; they are added and deleted as photos are.
#[component]
pub fn Sample(queue: Queue) -> impl IntoView {
    let app = AppContext::here();
    let is_empty = Memo::new(move |_| {
        let is_known = app.requests.album.with(|album| {
            matches!(album.phase, Phase::Done | Phase::Failed) && album.value.read().photos.is_empty()
        });
        is_known && !queue.is_adding()
    });
    let add = move |_| queue.take((0..DRAWINGS).filter_map(drawing).collect(), Vec::new());
    move || {
        is_empty.get().then(|| {
            view! {
                <p class="row note">
                    <span>"The album is empty. Add photos, or try it with drawings of Playroom scenes."</span>
                    <button type="button" class="button" on:click=add>{format!("Add {DRAWINGS} sample drawings")}</button>
                </p>
            }
        })
    }
}

/// A scene as a picture file that is named for what it shows.
fn drawing(index: u64) -> Option<File> {
    let picture = StagePicture::find(&PictureName::Seeded { seed: SEED, index }, None)?;
    let caption = full_caption(picture.scene.as_ref()?);
    let first = &caption.text[caption.statements.first()?.span.clone()];
    let parts = Array::of1(&Uint8Array::from(bitmap(&picture.pixels).as_slice()));
    let file =
        File::new_with_u8_array_sequence(&parts, &format!("sample drawing {}, {first}.bmp", index + 1));
    file.inspect_err(|error| leptos::logging::warn!("no drawing: {}", js_error(error))).ok()
}

/// A BMP file of 24 bits a pixel: rows from the bottom, blue before red, each filled up to four bytes.
fn bitmap(pixels: &Pixels) -> Vec<u8> {
    const HEAD: usize = 54;
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let row = (3 * width).next_multiple_of(4);
    let mut file = Vec::with_capacity(HEAD + row * height);
    let long = |file: &mut Vec<u8>, value: usize| file.extend((value as u32).to_le_bytes());
    file.extend(b"BM");
    [HEAD + row * height, 0, HEAD, 40, width, height].into_iter().for_each(|value| long(&mut file, value));
    file.extend([1, 0, 24, 0]);
    [0, row * height, 2835, 2835, 0, 0].into_iter().for_each(|value| long(&mut file, value));
    for line in pixels.rgb.chunks_exact(3 * width).rev() {
        file.extend(line.chunks_exact(3).flat_map(|rgb| [rgb[2], rgb[1], rgb[0]]));
        file.extend(std::iter::repeat_n(0, row - 3 * width));
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_is_read_as_it_was_drawn() {
        let rgb: Vec<u8> = (0..3 * 5 * 2).map(|value| value * 7).collect();
        let file = bitmap(&Pixels { width: 5, height: 2, rgb: rgb.clone() });
        assert_eq!(file.len(), 54 + 2 * 16);
        let read = image::load_from_memory(&file).unwrap().to_rgb8();
        assert_eq!((read.dimensions(), read.into_raw()), ((5, 2), rgb));
    }
}
