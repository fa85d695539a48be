//! The rooms.

pub mod ask;
pub mod attend;
pub mod caption;
pub mod contrast;
pub mod fuse;
pub mod home;
mod race;
pub mod retrieve;
pub mod sabotage;
