//! The engine behind the protocol, as a state machine without transport: requests are pushed, and every step does one
//! short piece of the most urgent work. A newer request on a lane replaces the older one.

mod album;
mod answer;
mod attention;
mod caption;
mod clip_task;
mod compare;
mod describe;
mod emit;
mod encode;
mod encoders;
mod facts;
mod failure;
mod input;
mod load;
mod loaded;
mod matching;
mod model;
mod networks;
mod run;
mod session;
mod small_file;
mod task;
mod training;

pub use session::Session;
