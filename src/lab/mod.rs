//! Experiments that a visitor runs: small models trained live, the same natively and in the browser.

pub mod contrast;
pub mod fuse;
pub mod layers;
pub mod picture;
pub mod sabotage;
pub mod sound;
pub mod weights;
