//! The versions of the tools are the same in all files that contain them.

use std::path::Path;

use crate::{assert_none, checkout};

fn rust_version() -> String {
    let manifest: toml::Table = checkout::read(Path::new("Cargo.toml")).parse().unwrap();
    let package = &manifest["workspace"]["package"];
    package["rust-version"].as_str().unwrap().to_owned()
}

#[test]
fn every_file_names_the_same_rust_and_the_same_node() {
    let rust = rust_version();
    let node = checkout::read(Path::new(".node-version")).trim().to_owned();
    let mut offences = Vec::new();
    for (path, wanted) in [
        ("Dockerfile", format!("FROM rust:{rust}-")),
        ("Dockerfile", format!("FROM node:{node}-")),
        ("README.md", format!("Rust {rust}")),
        ("README.md", format!("Node {node}")),
        ("CONTRIBUTING.md", format!("Rust {rust}")),
        ("CONTRIBUTING.md", format!("Node {node}")),
        ("scripts/setup", format!("Node {node}")),
        ("frontend/package.json", format!("\"node\": \">={node}\"")),
        (
            ".github/workflows/ci.yml",
            format!("image: rust:{rust}.0-bookworm"),
        ),
        (
            ".github/workflows/ci.yml",
            format!("RUSTUP_TOOLCHAIN: {rust}.0"),
        ),
        (
            ".github/workflows/ci.yml",
            "node-version-file: .node-version".to_owned(),
        ),
    ] {
        if !checkout::read(Path::new(path)).contains(&wanted) {
            offences.push(format!("{path} does not say {wanted}"));
        }
    }
    assert_none("one version of each tool", offences);
}

/// With a version number, rustup would download that release even if a newer one is installed or nothing can be downloaded.
#[test]
fn the_toolchain_file_asks_for_what_every_machine_has() {
    let file: toml::Table = checkout::read(Path::new("rust-toolchain.toml"))
        .parse()
        .unwrap();
    assert_eq!(file["toolchain"]["channel"].as_str(), Some("stable"));
}

/// The workflow and `.ci` only run targets of the Makefile, so that everybody can run the same.
#[test]
fn hosted_ci_says_the_words_of_the_makefile() {
    let makefile = checkout::read(Path::new("Makefile"));
    let is_target = |word: &str| {
        makefile
            .lines()
            .any(|line| line.split_once(':').is_some_and(|(name, _)| name == word))
    };
    let mut called = 0;
    let mut offences = Vec::new();
    for path in [".github/workflows/ci.yml", ".ci/run"] {
        let text = checkout::read(Path::new(path));
        for line in text.lines().map(str::trim) {
            let Some((_, word)) = line.split_once("make ") else {
                continue;
            };
            if line.starts_with('#') {
                continue;
            }
            called += 1;
            let word = word.split_whitespace().next().unwrap_or_default();
            if !is_target(word) {
                offences.push(format!("{path}: make {word}"));
            }
        }
    }
    assert_none("make does not know this word", offences);
    assert!(called > 1, "this test has found no call of make");
}
