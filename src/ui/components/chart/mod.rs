//! Charts of live runs: SVG in CSS pixels, values under pointer and arrow keys, a table, and files of all of it.

mod export;
mod frame;
mod key;
mod line;
mod path;
mod plot;
mod scale;
mod sheet;
mod tone;

pub use line::{LineChart, Mark, Series};
pub use scale::{Axis, Scale};
pub use tone::{Dash, Marker, Tone};
