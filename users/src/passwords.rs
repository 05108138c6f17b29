//! Passwords: which ones are accepted, how they are hashed, and the proof that one was just entered.

pub(crate) mod confirmation;
pub(crate) mod hasher;
pub(crate) mod password;
