//! What a chat says about itself.

pub mod description;
pub mod name;
