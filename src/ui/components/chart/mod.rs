//! Charts of live runs: SVG in CSS pixels, values under pointer and arrow keys, a table, and files of all of it.

mod confusion;
mod end;
mod export;
mod frame;
mod histogram;
mod key;
mod line;
mod mark;
mod path;
mod plot;
mod scale;
mod scatter;
mod series;
mod sheet;
mod timeline;
mod tone;

pub use confusion::Confusion;
pub use export::Exports;
pub use histogram::{Histogram, Spread};
pub use key::Hidden;
pub use line::LineChart;
pub use mark::Mark;
pub use plot::measure;
pub use scale::Axis;
pub use scatter::{Group, Scatter};
pub use series::Series;
pub use sheet::csv;
pub use timeline::Timeline;
pub use tone::{Dash, Marker, SERIES, Tone};
