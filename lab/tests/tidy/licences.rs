//! Every crate may be distributed under Apache-2.0: the part of deny.toml about licences and bans, without cargo-deny.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::{assert_none, checkout};

fn rules() -> toml::Table {
    checkout::read(Path::new("deny.toml")).parse().unwrap()
}

/// The metadata of all crates of this build. They were fetched before this test was built.
fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(checkout::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Whether these licences suffice for an SPDX expression. WITH binds closest, then AND, then OR; the old `/` is an OR.
fn suffices(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let suffices = any_of(&mut words, allowed);
    suffices && words.next().is_none()
}

type Words<'a, 'b> = &'a mut std::iter::Peekable<std::str::SplitWhitespace<'b>>;

fn any_of(words: Words<'_, '_>, allowed: &BTreeSet<String>) -> bool {
    let mut suffices = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        suffices |= all_of(words, allowed);
    }
    suffices
}

fn all_of(words: Words<'_, '_>, allowed: &BTreeSet<String>) -> bool {
    let mut suffices = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        suffices &= one(words, allowed);
    }
    suffices
}

fn one(words: Words<'_, '_>, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let suffices = any_of(words, allowed);
        return words.next() == Some(")") && suffices;
    }
    let mut licence = words.next().unwrap_or_default().to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next().unwrap_or_default());
    }
    allowed.contains(&licence)
}

#[test]
fn every_crate_may_be_shipped_under_our_licence() {
    let rules = rules();
    let allowed = rules["licenses"]["allow"].as_array().unwrap();
    let allowed = allowed.iter().filter_map(toml::Value::as_str);
    let allowed: BTreeSet<String> = allowed.map(str::to_owned).collect();
    let packages = packages();
    let offences = packages.iter().filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or("no licence");
        (!suffices(licence, &allowed)).then(|| format!("{}: {licence}", package["name"]))
    });
    assert_none("deny.toml allows no such licence", offences.collect());
    assert!(packages.len() > 100, "only {} crates", packages.len());
}

#[test]
fn no_banned_crate_has_come_in() {
    let rules = rules();
    let packages = packages();
    let banned = rules["bans"]["deny"].as_array().unwrap().iter();
    let present = banned.filter(|ban| {
        let name = ban["crate"].as_str().unwrap();
        packages.iter().any(|package| package["name"] == name)
    });
    assert_none(
        "deny.toml bans it",
        present.map(toml::Value::to_string).collect(),
    );
}

#[test]
fn expressions_are_read_as_spdx_has_them() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "A WITH e".to_owned()]);
    for (expression, wanted) in [
        ("MIT", true),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT AND (GPL-3.0 OR A WITH e)", true),
        ("GPL-3.0 OR MIT AND GPL-3.0", false),
        ("A", false),
        ("A WITH e", true),
        ("(MIT", false),
        ("no licence", false),
    ] {
        assert_eq!(suffices(expression, &allowed), wanted, "{expression}");
    }
}
