//! Paths in documents exist.

use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Parser, Tag};

use crate::{assert_none, checkout};

/// Paths that tools create and that are not in a fresh clone.
const MADE_LATER: [&str; 5] = [
    "target",
    ".local",
    "frontend/dist",
    "frontend/node_modules",
    "dist",
];

const FILE_ENDINGS: [&str; 12] = [
    ".rs", ".ts", ".tsx", ".toml", ".yaml", ".yml", ".md", ".sql", ".sh", ".cfg", ".conf",
    ".graphql",
];

/// The paths that a document names: in links, and in code that looks like a path.
fn named_paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let is_elsewhere = dest_url.contains("://") || dest_url.starts_with(['#', '<']);
                if !is_elsewhere && !dest_url.starts_with("mailto:") {
                    paths.push(dest_url.split('#').next().unwrap().to_owned());
                }
            }
            Event::Code(code) if looks_like_a_path(&code) => paths.push(code.to_string()),
            _ => {}
        }
    }
    paths
}

fn looks_like_a_path(code: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "._-/@".contains(letter);
    if !code.chars().all(plain) || code.starts_with(['/', '@', '.']) {
        return false;
    }
    let first = code.split('/').next().unwrap();
    let is_in_checkout = code.contains('/') && checkout::root().join(first).is_dir();
    is_in_checkout
        || FILE_ENDINGS
            .iter()
            .any(|ending| code.ends_with(ending) && code.len() > ending.len())
}

/// A path in a document is relative to the checkout, to the document, or to the `src` beside it.
fn exists(path: &str, document: &Path) -> bool {
    if MADE_LATER
        .iter()
        .any(|made| Path::new(path).starts_with(made))
    {
        return true;
    }
    let beside = checkout::root().join(document.parent().unwrap());
    let bases: [PathBuf; 3] = [
        checkout::root().to_owned(),
        beside.clone(),
        beside.join("src"),
    ];
    bases.iter().any(|base| base.join(path).exists())
}

#[test]
fn every_path_in_a_document_exists() {
    let mut checked = 0;
    let mut offences = Vec::new();
    for document in checkout::files(&[".md"]) {
        for path in named_paths(&checkout::read(&document)) {
            checked += 1;
            if !exists(&path, &document) {
                offences.push(format!("{} names {path}", document.display()));
            }
        }
    }
    assert_none("documents that are no longer true", offences);
    assert!(checked > 0, "this test has found no path in any document");
}

#[test]
fn paths_are_told_from_other_code() {
    let text = "`lab/src` `migrations/nowhere.rs` `compose.yaml` `application/json` `a b/c.rs` \
        `/users/graphql` `sender` [link](docs/gone.md#part) [out](https://example.org/x.md)";
    let paths = named_paths(text);
    assert_eq!(
        paths,
        [
            "lab/src",
            "migrations/nowhere.rs",
            "compose.yaml",
            "docs/gone.md"
        ]
    );
    assert!(!exists("docs/gone.md", Path::new("README.md")));
}
