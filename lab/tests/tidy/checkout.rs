//! The files of this checkout.

use std::fs;
use std::path::{Path, PathBuf};

/// Generated directories, which are not checked.
const GENERATED: [&str; 7] = [
    "target",
    "node_modules",
    "dist",
    ".git",
    ".local",
    "test-results",
    "playwright-report",
];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every file whose name ends in one of `endings`, relative to the checkout.
pub fn files(endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(root(), &mut |path| {
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    });
    found.sort();
    assert!(!found.is_empty(), "no {endings:?} in {}", root().display());
    found
}

/// Every directory, relative to the checkout.
pub fn directories() -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(root(), &mut |path| {
        if path.is_dir() {
            found.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    });
    found
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn walk(directory: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        if GENERATED.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        visit(&entry.path());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), visit);
        }
    }
}
