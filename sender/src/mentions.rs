//! Mentions: the participants whom a text names by `@username`, and whether it mentions all, by `@all`.
//!
//! Invariant: a text is parsed here, once, when it is written. What comes out is stored, and whatever shows, counts or
//! announces mentions uses the stored result: nothing can light up as a mention that notifies nobody.

pub mod edit;
pub mod people;
pub mod rules;
pub mod tokens;
