//! The rooms.

pub mod album;
pub mod ask;
pub mod attend;
pub mod caption;
pub mod contrast;
pub mod fuse;
pub mod home;
pub mod lessons;
pub mod listen;
pub mod models;
mod race;
pub mod retrieve;
pub mod sabotage;
pub mod space;
pub mod teachers;
