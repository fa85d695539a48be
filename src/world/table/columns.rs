//! What the columns of a table are named and which numbers stand in them.

use crate::world::attributes::values;

values!(
    /// What is measured of an object. The words name the columns in files, with their units.
    ObjectColumn {
        /// Centre when the clip begins, right and down from the top left corner.
        X = "x_px",
        Y = "y_px",
        /// Visible pixels in the first frame.
        Area = "area_px",
        /// Means over the visible pixels, sRGB bytes.
        Red = "red",
        Green = "green",
        Blue = "blue",
        /// Speed when the clip begins.
        Speed = "speed_px_per_s",
        /// Degrees Celsius of the object's surface.
        Temperature = "temperature_c",
    }
);

values!(
    /// What is measured of a scene. The words name the columns in files, with their units.
    SceneColumn {
        /// Number of objects.
        Count = "count",
        /// Mean of all bytes of the first frame, as a share of 255.
        Brightness = "brightness",
        /// Time of day in hours.
        Hour = "time_h",
    }
);

/// The readings that a sensor gives: the multiples of `1 / steps` from `least` to `most`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    pub least: f32,
    pub most: f32,
    steps: f32,
}

impl Scale {
    const fn new(least: f32, most: f32, steps: f32) -> Self {
        Self { least, most, steps }
    }

    /// The nearest reading; a value out of reach gives the last one. As an f32 it is the one nearest to its decimal digits, so
    /// that it survives being written and read.
    pub fn reading(self, value: f32) -> f32 {
        (value.clamp(self.least, self.most) * self.steps + 0.5).floor() / self.steps
    }
}

impl ObjectColumn {
    pub const fn scale(self) -> Scale {
        match self {
            Self::X | Self::Y => Scale::new(0.0, 64.0, 10.0),
            Self::Area => Scale::new(0.0, 4096.0, 1.0),
            Self::Red | Self::Green | Self::Blue => Scale::new(0.0, 255.0, 10.0),
            Self::Speed => Scale::new(0.0, 100.0, 10.0),
            Self::Temperature => Scale::new(-50.0, 150.0, 10.0),
        }
    }
}

impl SceneColumn {
    pub const fn scale(self) -> Scale {
        match self {
            Self::Count => Scale::new(0.0, 64.0, 1.0),
            Self::Brightness => Scale::new(0.0, 1.0, 100.0),
            Self::Hour => Scale::new(0.0, 24.0, 10.0),
        }
    }
}
