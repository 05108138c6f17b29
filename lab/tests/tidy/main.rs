//! Rules about the structure of the code, as tests. Each message says what the rule separates, so that you know whether to
//! follow the rule or to change it.
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
mod schema_versions;
mod schemas;
mod sql;
mod versions;
mod words;

/// Fails with all offences, not only with the first.
fn assert_none(rule: &str, offences: Vec<String>) {
    assert!(
        offences.is_empty(),
        "{rule}:\n  {}\n",
        offences.join("\n  ")
    );
}
