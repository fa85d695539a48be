//! Models: they emit plans and know their weights' names.

pub mod init;
pub mod playroom;
