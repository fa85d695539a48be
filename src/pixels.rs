//! Pictures in host memory.

use serde::{Deserialize, Serialize};

/// A picture of `height` rows of `width` RGB bytes: `rgb.len() == width * height * 3`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

impl Pixels {
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        assert_eq!(rgb.len(), width as usize * height as usize * 3, "bytes do not fill {width}x{height} RGB");
        Pixels { width, height, rgb }
    }

    /// `(width, height)` for index arithmetic.
    pub fn size(&self) -> (usize, usize) {
        (self.width as usize, self.height as usize)
    }
}
