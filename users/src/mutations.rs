//! One file per mutation, by noun: input, payload, resolver, rule.

pub(crate) mod account;
pub(crate) mod password;
pub(crate) mod sessions;
