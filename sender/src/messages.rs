//! Messages: their text, and how new ones are stored.

pub mod batcher;
pub mod content;
