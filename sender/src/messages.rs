//! Messages: their text, what becomes of a draft, and how new ones are stored.

pub mod batcher;
pub mod content;
pub mod decide;
pub mod draft;
