//! Models: they emit plans and know their weights' names.

pub mod architecture;
pub mod audiovisual;
pub mod blip;
pub mod clip;
pub mod config_error;
pub mod emit;
mod encoder;
pub mod init;
mod inputs;
mod memory;
pub mod modality;
pub mod param_spec;
pub mod playroom;
pub mod siglip;
mod text_model;
pub mod transformers;
