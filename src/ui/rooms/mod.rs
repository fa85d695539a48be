//! The rooms.

pub mod ask;
pub mod attend;
pub mod caption;
pub mod home;
pub mod retrieve;
