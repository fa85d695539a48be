//! What a clip of the world gives of each modality, small enough to stand among others.

mod audio;
mod card;
mod drawing;
mod frames;
mod play;
mod readings;
mod speaker;
mod wave;

pub use audio::Audio;
pub use card::ClipCard;
pub use drawing::GraphDrawing;
pub use play::{PlaySound, RefusedNote};
pub use readings::Readings;
pub use speaker::Speaker;
pub use wave::wave_path;
