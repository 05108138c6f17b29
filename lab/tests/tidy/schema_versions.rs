//! A service refuses to start on a database that lacks what its statements use.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::sql::strings;
use crate::{assert_none, checkout};

/// The services that name a version of the schema, in `src/db.rs`.
const SERVICES: [&str; 4] = ["receiver", "sender", "users", "worker"];

/// What a migration may add, as words before its name.
const ADDITIONS: [&[&str]; 5] = [
    &["CREATE", "TABLE"],
    &["CREATE", "VIEW"],
    &["CREATE", "OR", "REPLACE", "VIEW"],
    &["CREATE", "FUNCTION"],
    &["ADD", "COLUMN"],
];

/// Tables, views, functions and added columns, each with the migration that added it first.
fn additions() -> BTreeMap<String, u32> {
    let mut additions = BTreeMap::new();
    for path in checkout::files(&[".sql"]) {
        if !path.starts_with("migrations/sql") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let version = name.trim_start_matches('V').split("__").next().unwrap();
        let version: u32 = version.parse().unwrap();
        let text = checkout::read(&path);
        let words: Vec<&str> = words(&text).collect();
        for addition in ADDITIONS {
            for window in words.windows(addition.len() + 1) {
                let (said, name) = window.split_at(addition.len());
                if said == addition {
                    let first = additions.entry(name[0].to_owned()).or_insert(version);
                    *first = version.min(*first);
                }
            }
        }
    }
    additions
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

fn schema_version(service: &str) -> u32 {
    let text = checkout::read(&PathBuf::from(format!("{service}/src/db.rs")));
    let (_, behind) = text.split_once("SCHEMA_VERSION: u32 = ").unwrap();
    behind.split(';').next().unwrap().parse().unwrap()
}

#[test]
fn a_service_needs_the_schema_that_its_statements_use() {
    let additions = additions();
    assert!(additions.len() > 20, "{additions:?}");
    let mut offences = Vec::new();
    for service in SERVICES {
        let version = schema_version(service);
        for path in checkout::files(&[".rs"]) {
            if !path.starts_with(format!("{service}/src/db")) {
                continue;
            }
            for text in strings(&path) {
                for word in words(&text.value) {
                    match additions.get(word) {
                        Some(added) if *added > version => offences.push(format!(
                            "{service}/src/db.rs: SCHEMA_VERSION is {version}, and {} uses {word} of V{added}",
                            path.display()
                        )),
                        _ => {}
                    }
                }
            }
        }
    }
    offences.dedup();
    assert_none(
        "raise the version of the schema that the service needs",
        offences,
    );
}
