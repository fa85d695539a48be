//! The visitor's photos as the model encodes them: kept on the device, in a folder for each model, and searched by the page.

mod files;
mod serve;

pub(crate) use files::Album;
pub(super) use serve::serve;
