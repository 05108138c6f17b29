//! Messages: parsing their text, deciding about drafts, and storing new messages.

pub mod batcher;
pub mod content;
pub mod decide;
pub mod draft;
pub mod number;
