//! A path is a sentence.

use std::path::Path;

use crate::{assert_none, checkout};

const SERVICES: [&str; 4] = ["users", "sender", "receiver", "worker"];

/// Names that say nothing about their contents.
const EMPTY_NAMES: [&str; 11] = [
    "util", "utils", "common", "helper", "helpers", "misc", "core", "type", "types", "manager",
    "managers",
];

/// Files that every service has.
const SKELETON: [&str; 7] = [
    "main.rs",
    "lib.rs",
    "app.rs",
    "state.rs",
    "config.rs",
    "schema.rs",
    "db.rs",
];

/// The service without a GraphQL schema.
const WITHOUT_SCHEMA: &str = "worker";

const MAX_FILE_LINES: usize = 400;
const MAX_MAIN_LINES: usize = 40;

/// A file that no module names is not compiled.
#[test]
fn every_source_file_is_a_module_of_its_parent() {
    let roots = ["lib", "main", "mod", "build"];
    let is_module = |path: &Path| {
        let stem = path.file_stem().unwrap().to_string_lossy();
        let folder = path.parent().unwrap();
        let declaration = format!("mod {stem};");
        let parents = roots.map(|root| folder.join(root).with_extension("rs"));
        let mut parents = parents.into_iter().chain([folder.with_extension("rs")]);
        // A separate test, example or program.
        let is_root = ["tests", "examples", "bin", "benches"].map(|name| folder.ends_with(name));
        is_root.contains(&true)
            || roots.contains(&stem.as_ref())
            || parents.any(|parent| {
                checkout::root().join(&parent).is_file()
                    && checkout::read(&parent).contains(&declaration)
            })
    };
    let files = checkout::files(&[".rs"]).into_iter();
    let strays = files.filter(|path| !is_module(path));
    assert_none(
        "a file that nothing compiles",
        strays.map(|path| path.display().to_string()).collect(),
    );
}

#[test]
fn no_folder_or_file_has_a_name_that_says_nothing() {
    let says_nothing = |path: &Path| {
        let stem = path.file_stem().unwrap().to_string_lossy().to_lowercase();
        EMPTY_NAMES.contains(&stem.as_str())
    };
    let files = checkout::files(&[".rs", ".ts", ".tsx"]);
    let paths = checkout::directories().into_iter().chain(files);
    assert_none(
        "name the noun",
        paths
            .filter(|path| says_nothing(path))
            .map(|path| path.display().to_string())
            .collect(),
    );
}

#[test]
fn no_file_is_longer_than_400_lines_without_its_tests() {
    let mut offences = Vec::new();
    for path in checkout::files(&[".rs", ".ts", ".tsx"]) {
        let shown = path.to_string_lossy();
        let is_test = ["/tests/", "/e2e/", ".test.", ".spec."]
            .iter()
            .any(|part| shown.contains(part));
        let is_generated = ["/generated/", "/gql/", ".gen.", ".generated.", ".d.ts"]
            .iter()
            .any(|part| shown.contains(part));
        if is_test || is_generated {
            continue;
        }
        let text = checkout::read(&path);
        let lines = text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .count();
        if lines > MAX_FILE_LINES {
            offences.push(format!("{shown}: {lines} lines"));
        }
    }
    assert_none("this file wants a name that it does not have yet", offences);
}

#[test]
fn the_services_have_one_skeleton() {
    let mut offences = Vec::new();
    for service in SERVICES {
        for file in SKELETON {
            let path = Path::new(service).join("src").join(file);
            let needs_none = service == WITHOUT_SCHEMA && file == "schema.rs";
            if !needs_none && !checkout::root().join(&path).is_file() {
                offences.push(format!("{} is missing", path.display()));
            }
        }
        let main = Path::new(service).join("src/main.rs");
        if checkout::root().join(&main).is_file() {
            let lines = checkout::read(&main).lines().count();
            if lines >= MAX_MAIN_LINES {
                offences.push(format!("{} has {lines} lines", main.display()));
            }
        }
    }
    assert_none("learning one is learning four", offences);
}
