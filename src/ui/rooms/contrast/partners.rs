//! What images are paired with in a race of objectives, in words.

use crate::lab::contrast::partner::Partner;

pub const PARTNERS: [(Partner, &str); 4] = [
    (Partner::Words, "Text"),
    (Partner::Sound, "Sound"),
    (Partner::Table, "Table"),
    (Partner::Graph, "Graph"),
];

/// In the midst of a sentence.
pub const fn noun(partner: Partner) -> &'static str {
    match partner {
        Partner::Words => "caption",
        Partner::Sound => "sound",
        Partner::Table => "table",
        Partner::Graph => "graph",
    }
}

/// How it comes of a scene.
pub const fn about(partner: Partner) -> &'static str {
    match partner {
        Partner::Words => "Each image has its full caption.",
        Partner::Sound => {
            "A line moves over the image from left to right and strikes each object in its centre. Shape, size and texture are heard, colour, \
             background and height are not."
        }
        Partner::Table => {
            "Sensors report place, area, mean colour, speed and temperature of each object, from left to right. A still image shows \
             neither speed nor temperature, though texture makes an object warmer."
        }
        Partner::Graph => {
            "Nodes are the objects from left to right, edges their relations. A still image does not show which of them will touch."
        }
    }
}
