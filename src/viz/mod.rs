//! Numbers as pictures: colours, heat maps over pictures, outlines, and points in the plane.

pub mod colour;
pub mod heat;
pub mod outline;
