//! Mutations that store nothing and tell others at once.

pub mod set_typing;
