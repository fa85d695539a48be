//! What supersedes what.

use serde::{Deserialize, Serialize};

/// Requests of one lane supersede each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lane {
    Load,
    Compare,
    Open,
    Gallery,
    Text,
    Picture,
    Match,
    Caption,
    Ask,
    CrossAttention,
    SelfAttention,
    Steps,
    Train,
    Sabotage,
    Weights,
    Texts,
    Labels,
    Album,
    AddPhoto,
    Thumbnails,
    Offer,
    Download,
    Revalidate,
    Take,
    Shelf,
}

impl Lane {
    pub const ALL: [Lane; 25] = [
        Lane::Load,
        Lane::Compare,
        Lane::Open,
        Lane::Gallery,
        Lane::Text,
        Lane::Picture,
        Lane::Match,
        Lane::Caption,
        Lane::Ask,
        Lane::CrossAttention,
        Lane::SelfAttention,
        Lane::Steps,
        Lane::Train,
        Lane::Sabotage,
        Lane::Weights,
        Lane::Texts,
        Lane::Labels,
        Lane::Album,
        Lane::AddPhoto,
        Lane::Thumbnails,
        Lane::Offer,
        Lane::Download,
        Lane::Revalidate,
        Lane::Take,
        Lane::Shelf,
    ];

    /// Whether the library of checkpoints serves this lane: it needs no model, and does not wait for the engine.
    pub fn is_of_library(self) -> bool {
        matches!(self, Lane::Offer | Lane::Download | Lane::Revalidate | Lane::Take | Lane::Shelf)
    }
}
