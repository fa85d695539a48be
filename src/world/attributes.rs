//! The attributes of objects: closed sets of values, each with the one word that names it.

use super::rng::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! values {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$about])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(super) use values;

values!(Shape {
    Circle = "circle",
    Square = "square",
    Triangle = "triangle",
    Star = "star",
    Heart = "heart",
    Diamond = "diamond",
    Cross = "cross",
    Ring = "ring",
});

values!(Colour {
    Red = "red",
    Orange = "orange",
    Yellow = "yellow",
    Green = "green",
    Cyan = "cyan",
    Blue = "blue",
    Purple = "purple",
    Pink = "pink",
});

values!(Size { Small = "small", Medium = "medium", Large = "large" });

values!(Texture { Solid = "solid", Striped = "striped", Dotted = "dotted" });

values!(
    /// A cell of the 3x3 grid over the picture, in reading order.
    Place {
        TopLeft = "top left",
        Top = "top",
        TopRight = "top right",
        Left = "left",
        Centre = "centre",
        Right = "right",
        BottomLeft = "bottom left",
        Bottom = "bottom",
        BottomRight = "bottom right",
    }
);

values!(
    /// What can be said or asked of a single object.
    Kind {
        Size = "size",
        Texture = "texture",
        Colour = "colour",
        Shape = "shape",
        Place = "place",
    }
);

impl Kind {
    /// The kinds that an object carries with it, wherever it stands.
    pub const OWN: [Kind; 4] = [Kind::Size, Kind::Texture, Kind::Colour, Kind::Shape];
}

impl Shape {
    pub fn plural(self) -> String {
        let ending = if self == Shape::Cross { "es" } else { "s" };
        format!("{self}{ending}")
    }
}

impl Place {
    /// "at the top left", "in the centre".
    pub fn with_preposition(self) -> String {
        let preposition = if self == Place::Centre { "in" } else { "at" };
        format!("{preposition} the {self}")
    }
}

impl Size {
    /// Nominal radius in quarter pixels.
    pub const fn radius(self) -> i16 {
        match self {
            Size::Small => 21,
            Size::Medium => 31,
            Size::Large => 43,
        }
    }
}

/// One value of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    Size(Size),
    Texture(Texture),
    Colour(Colour),
    Shape(Shape),
    Place(Place),
}

impl Attribute {
    pub const fn kind(self) -> Kind {
        match self {
            Attribute::Size(_) => Kind::Size,
            Attribute::Texture(_) => Kind::Texture,
            Attribute::Colour(_) => Kind::Colour,
            Attribute::Shape(_) => Kind::Shape,
            Attribute::Place(_) => Kind::Place,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Attribute::Size(value) => value.word(),
            Attribute::Texture(value) => value.word(),
            Attribute::Colour(value) => value.word(),
            Attribute::Shape(value) => value.word(),
            Attribute::Place(value) => value.word(),
        }
    }

    /// Every value of `kind`, in its own order.
    pub fn all(kind: Kind) -> Vec<Attribute> {
        match kind {
            Kind::Size => Size::ALL.map(Attribute::Size).to_vec(),
            Kind::Texture => Texture::ALL.map(Attribute::Texture).to_vec(),
            Kind::Colour => Colour::ALL.map(Attribute::Colour).to_vec(),
            Kind::Shape => Shape::ALL.map(Attribute::Shape).to_vec(),
            Kind::Place => Place::ALL.map(Attribute::Place).to_vec(),
        }
    }

    /// A uniformly drawn other value of the same kind.
    pub fn other(self, rng: &mut Rng) -> Attribute {
        let mut values = Attribute::all(self.kind());
        values.retain(|&value| value != self);
        rng.pick(&values)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}
