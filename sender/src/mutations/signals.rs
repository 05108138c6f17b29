//! Mutations that store nothing and only publish a signal.

pub mod set_typing;
