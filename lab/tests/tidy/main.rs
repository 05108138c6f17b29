//! The walls of the house, as assertions. Each says what it keeps apart, so that whoever
//! runs into one knows whether to go around it or to move it.
#![allow(clippy::unwrap_used)]

mod chassis;
mod checkout;
mod containers;
mod cycles;
mod dependencies;
mod documented;
mod documents;
mod layout;
mod licences;
mod manifests;
mod mutants;
mod schemas;
mod sql;
mod versions;
mod words;

/// Fails with everything that is wrong, not with the first of it.
fn assert_none(rule: &str, offences: Vec<String>) {
    assert!(
        offences.is_empty(),
        "{rule}:\n  {}\n",
        offences.join("\n  ")
    );
}
