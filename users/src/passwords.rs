//! Passwords: what is accepted, how they are hashed, and the proof that one was just typed.

pub(crate) mod confirmation;
pub(crate) mod hasher;
pub(crate) mod password;
