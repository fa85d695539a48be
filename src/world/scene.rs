//! The scene graph: what stands where.

use super::attributes::{Attribute, Colour, Kind, Place, Shape, Size, Texture};
use super::relation::Relation;
use crate::order;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Side of the picture in quarter pixels, the unit of positions.
pub const SIDE: i16 = 256;

/// The most objects that a scene may hold.
pub const MAX_OBJECTS: usize = 5;

/// The steepest tilt, in steps of `render::TILT_DEGREES`.
pub const MAX_TILT: i8 = 2;

/// How far two centres must lie apart along an axis for a spatial relation to hold, in quarter pixels.
pub const RELATION_MARGIN: i16 = 16;

/// One object. `x` and `y` are its centre in quarter pixels, right and down from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Object {
    pub shape: Shape,
    pub colour: Colour,
    pub size: Size,
    pub texture: Texture,
    pub x: i16,
    pub y: i16,
    /// Clockwise, in steps of `render::TILT_DEGREES`.
    pub tilt: i8,
}

/// What lies behind the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    Paper,
    Mist,
    Sand,
    Checks,
    Rules,
    Slate,
    Dusk,
    Night,
}

impl Background {
    pub const ALL: [Self; 8] = [
        Self::Paper,
        Self::Mist,
        Self::Sand,
        Self::Checks,
        Self::Rules,
        Self::Slate,
        Self::Dusk,
        Self::Night,
    ];
}

/// A scene graph. Later objects lie over earlier ones; `noise` seeds the grain of the picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scene {
    pub objects: Vec<Object>,
    pub background: Background,
    pub noise: u16,
}

/// Why a hand-made scene cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SceneError {
    TooManyObjects { found: usize },
    OutsidePicture { object: usize, x: i16, y: i16 },
    TiltTooSteep { object: usize, tilt: i8 },
}

impl fmt::Display for SceneError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::TooManyObjects { found } => {
                write!(f, "a scene holds at most {MAX_OBJECTS} objects, found {found}")
            }
            Self::OutsidePicture { object, x, y } => write!(
                f,
                "the centre of object {object} must lie in 0..={SIDE} quarter pixels, found ({x}, {y})"
            ),
            Self::TiltTooSteep { object, tilt } => write!(
                f,
                "the tilt of object {object} must lie in -{MAX_TILT}..={MAX_TILT} steps, found {tilt}"
            ),
        }
    }
}

impl std::error::Error for SceneError {}

impl Object {
    /// The cell of the 3x3 grid that holds the centre; a centre outside the picture counts for the nearest
    /// cell.
    pub fn place(&self) -> Place {
        let third = |v: i16| (i32::from(v) * 3 / i32::from(SIDE)).clamp(0, 2) as usize;
        Place::ALL[third(self.y) * 3 + third(self.x)]
    }

    pub fn attribute(&self, kind: Kind) -> Attribute {
        match kind {
            Kind::Size => Attribute::Size(self.size),
            Kind::Texture => Attribute::Texture(self.texture),
            Kind::Colour => Attribute::Colour(self.colour),
            Kind::Shape => Attribute::Shape(self.shape),
            Kind::Place => Attribute::Place(self.place()),
        }
    }

    /// Gives the object an attribute of its own. A place is not one: it follows from the centre.
    pub fn set(&mut self, attribute: Attribute) {
        match attribute {
            Attribute::Size(value) => self.size = value,
            Attribute::Texture(value) => self.texture = value,
            Attribute::Colour(value) => self.colour = value,
            Attribute::Shape(value) => self.shape = value,
            Attribute::Place(_) => panic!("a place is set by moving the centre"),
        }
    }

    /// Whether two objects look the same apart from where they stand.
    pub fn looks_like(&self, other: &Object) -> bool {
        Kind::OWN.iter().all(|&kind| self.attribute(kind) == other.attribute(kind))
    }

    /// Whether `self` stands in `relation` to `other`, by their centres and with [`RELATION_MARGIN`].
    pub fn stands(&self, relation: Relation, other: &Object) -> bool {
        self.lead(relation, other) >= i32::from(RELATION_MARGIN)
    }

    /// How far `self` lies from `other` in the direction of `relation`, in quarter pixels.
    pub(super) fn lead(&self, relation: Relation, other: &Object) -> i32 {
        let (dx, dy) = (i32::from(other.x) - i32::from(self.x), i32::from(other.y) - i32::from(self.y));
        match relation {
            Relation::LeftOf => dx,
            Relation::RightOf => -dx,
            Relation::Above => dy,
            Relation::Below => -dy,
        }
    }
}

impl Scene {
    /// The same objects on paper: of backgrounds no caption says anything.
    pub fn on_paper(&self) -> Scene {
        Scene { objects: self.objects.clone(), background: Background::Paper, noise: 0 }
    }

    /// Indices of the objects in reading order: by cell, then from top to bottom and left to right.
    pub fn reading_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.objects.len()).collect();
        order::sort_by_key(&mut order, |&i| {
            let object = &self.objects[i];
            (object.place(), object.y, object.x, i)
        });
        order
    }

    /// Whether a hand-made scene can be shown and coded.
    pub fn check(&self) -> Result<(), SceneError> {
        if self.objects.len() > MAX_OBJECTS {
            return Err(SceneError::TooManyObjects { found: self.objects.len() });
        }
        for (index, &Object { x, y, tilt, .. }) in self.objects.iter().enumerate() {
            if !(0..=SIDE).contains(&x) || !(0..=SIDE).contains(&y) {
                return Err(SceneError::OutsidePicture { object: index, x, y });
            }
            if !(-MAX_TILT..=MAX_TILT).contains(&tilt) {
                return Err(SceneError::TiltTooSteep { object: index, tilt });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: i16, y: i16) -> Object {
        Object {
            shape: Shape::Ring,
            colour: Colour::Cyan,
            size: Size::Small,
            texture: Texture::Dotted,
            x,
            y,
            tilt: 0,
        }
    }

    #[test]
    fn places_are_thirds_of_the_picture() {
        assert_eq!(at(85, 85).place(), Place::TopLeft);
        assert_eq!(at(86, 85).place(), Place::Top);
        assert_eq!(at(170, 86).place(), Place::Centre);
        assert_eq!(at(171, 256).place(), Place::BottomRight);
        assert_eq!(at(i16::MIN, i16::MAX).place(), Place::BottomLeft);
    }

    #[test]
    fn relations_need_the_margin() {
        assert!(at(100, 0).stands(Relation::LeftOf, &at(100 + RELATION_MARGIN, 0)));
        assert!(!at(100, 0).stands(Relation::LeftOf, &at(99 + RELATION_MARGIN, 0)));
        assert!(at(0, 200).stands(Relation::Below, &at(200, 100)));
        assert!(!at(0, 200).stands(Relation::Above, &at(200, 100)));
    }

    #[test]
    fn reading_goes_row_by_row() {
        let objects = vec![at(200, 200), at(60, 100), at(50, 100), at(200, 10), at(128, 40)];
        let scene = Scene { objects, background: Background::Dusk, noise: 0 };
        assert_eq!(scene.reading_order(), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn scenes_travel_as_json() {
        let scene = Scene { objects: vec![at(1, 2)], background: Background::Dusk, noise: 9 };
        let json = serde_json::to_string(&scene).unwrap();
        assert!(json.contains(r#""colour":"cyan""#) && json.contains(r#""background":"dusk""#), "{json}");
        assert_eq!(serde_json::from_str::<Scene>(&json).unwrap(), scene);
    }
}
