//! Every dependency is used by its crate or package, and comes from the registry.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use crate::sql::tokens;
use crate::{assert_none, checkout};

/// npm packages that no file names, with the reasons for keeping them.
const UNNAMED_PACKAGES: [(&str, &str); 8] = [
    (
        "@graphql-codegen/client-preset",
        "codegen.ts names it `preset: \"client\"`",
    ),
    ("@testing-library/dom", "@testing-library/react asks for it"),
    ("@types/react", "types, found by their folder"),
    ("@types/react-dom", "types, found by their folder"),
    ("@types/selenium-webdriver", "types, found by their folder"),
    ("graphql", "graphql-ws and graphql-http ask for it"),
    ("rxjs", "@apollo/client asks for it"),
    ("typescript", "is the program tsc"),
];

fn manifest(path: &Path) -> toml::Table {
    checkout::read(path).parse().unwrap()
}

fn members() -> Vec<String> {
    let workspace = manifest(Path::new("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let names = members.iter().map(|member| member.as_str().unwrap());
    names.map(str::to_owned).collect()
}

fn keys(manifest: &toml::Table, table: &str) -> BTreeSet<String> {
    let table = manifest.get(table).and_then(toml::Value::as_table);
    table
        .into_iter()
        .flat_map(toml::Table::keys)
        .cloned()
        .collect()
}

/// The first names of paths and the names after `use`: these may be crates.
fn roots(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut tokens = tokens.into_iter().peekable();
    let is_colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    let mut after_use = false;
    // Whether the token before the colons belongs to a path, and how many colons have followed.
    let (mut in_path, mut colons) = (false, 0);
    while let Some(token) = tokens.next() {
        if is_colon(&token) {
            colons += 1;
            continue;
        }
        let goes_on = in_path && colons == 2;
        colons = 0;
        match &token {
            TokenTree::Ident(name) => {
                let begins = !goes_on && tokens.peek().is_some_and(is_colon);
                if begins || after_use {
                    found.insert(name.to_string());
                }
                after_use = name == "use";
                in_path = name != "use";
            }
            TokenTree::Group(group) => {
                roots(group.stream(), found);
                (after_use, in_path) = (false, false);
            }
            TokenTree::Punct(punct) => {
                (after_use, in_path) = (false, punct.as_char() == '>');
            }
            TokenTree::Literal(_) => (after_use, in_path) = (false, false),
        }
    }
}

/// What each Rust file of the workspace names, read once.
fn named_in_files() -> Vec<(PathBuf, BTreeSet<String>)> {
    let files = checkout::files(&[".rs"]).into_iter();
    files
        .map(|path| {
            let mut found = BTreeSet::new();
            roots(tokens(&path), &mut found);
            (path, found)
        })
        .collect()
}

#[test]
fn every_crate_is_used_by_the_crate_that_asks_for_it() {
    let files = named_in_files();
    let mut offences = Vec::new();
    for member in members() {
        let manifest = manifest(&Path::new(&member).join("Cargo.toml"));
        for (table, folders) in [
            ("dependencies", &["src"][..]),
            ("dev-dependencies", &["src", "tests", "examples", "benches"]),
            ("build-dependencies", &["build.rs"]),
        ] {
            let is_inside = |path: &Path| {
                folders
                    .iter()
                    .any(|folder| path.starts_with(Path::new(&member).join(folder)))
            };
            let names = |name: &str| {
                let name = name.replace('-', "_");
                files
                    .iter()
                    .any(|(path, named)| is_inside(path) && named.contains(&name))
            };
            let unused = keys(&manifest, table)
                .into_iter()
                .filter(|name| !names(name));
            offences.extend(unused.map(|name| format!("{member}: [{table}] {name}")));
        }
    }
    assert_none("no line uses it: remove it from Cargo.toml", offences);
}

#[test]
fn every_crate_of_the_workspace_is_asked_for_by_a_member() {
    let root = manifest(Path::new("Cargo.toml"));
    let root = root["workspace"].as_table().unwrap();
    let mut asked = BTreeSet::new();
    for member in members() {
        let manifest = manifest(&Path::new(&member).join("Cargo.toml"));
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            asked.extend(keys(&manifest, table));
        }
    }
    let unasked = keys(root, "dependencies")
        .difference(&asked)
        .cloned()
        .collect();
    assert_none("no member uses it: remove it", unasked);
}

/// An import, a setting or a script that names the package, or something inside it.
fn names_package(text: &str, package: &str) -> bool {
    text.match_indices(package).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + package.len()..].chars().next();
        before.is_some_and(|letter| "\"'`".contains(letter))
            && after.is_some_and(|letter| "\"'/".contains(letter))
    })
}

#[test]
fn every_npm_package_is_used_by_the_folder_that_asks_for_it() {
    let mut offences = Vec::new();
    let mut excused = BTreeSet::new();
    let sources = checkout::files(&[".ts", ".tsx", ".mts", ".mjs", ".js", ".css", ".html"]);
    let packages = checkout::files(&["package.json"]);
    for path in &packages {
        let folder = path.parent().unwrap();
        let package: serde_json::Value = serde_json::from_str(&checkout::read(path)).unwrap();
        let texts: Vec<String> = sources
            .iter()
            .filter(|source| source.starts_with(folder))
            .map(|source| checkout::read(source))
            .collect();
        let scripts = package["scripts"].to_string();
        for table in ["dependencies", "devDependencies"] {
            let table = package[table].as_object();
            for name in table.into_iter().flat_map(serde_json::Map::keys) {
                let program = name.rsplit('/').next().unwrap();
                let is_run = scripts
                    .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
                    .any(|word| word == program);
                if is_run || texts.iter().any(|text| names_package(text, name)) {
                    continue;
                }
                match UNNAMED_PACKAGES.iter().find(|(package, _)| package == name) {
                    Some((package, _)) => drop(excused.insert(*package)),
                    None => offences.push(format!("{}: {name}", path.display())),
                }
            }
        }
    }
    assert_none("no file names it: npm uninstall", offences);
    let idle = UNNAMED_PACKAGES
        .iter()
        .filter(|(package, _)| !excused.contains(package));
    assert_none(
        "exceptions that nothing needs",
        idle.map(|(package, reason)| format!("{package}: {reason}"))
            .collect(),
    );
}

/// The part of deny.toml about sources: no forks, and no other registries.
#[test]
fn every_crate_comes_from_the_registry() {
    let lock = manifest(Path::new("Cargo.lock"));
    let strange = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| {
            let source = package.get("source").and_then(toml::Value::as_str);
            source.is_some_and(|source| {
                source != "registry+https://github.com/rust-lang/crates.io-index"
            })
        });
    assert_none(
        "crates come from crates.io",
        strange.map(toml::Value::to_string).collect(),
    );
}

#[test]
fn names_are_told_from_what_only_looks_like_them() {
    let program = r##"
        #![doc = "unused::Thing"]
        use serde::Serialize;
        use crate::{tokio::Local};
        use ::uuid::Uuid;
        fn f() -> axum::Router { local.moka(); let jiff = 1; macro_is!(rand::random()) }
    "##;
    let mut found = BTreeSet::new();
    roots(program.parse().unwrap(), &mut found);
    for used in ["serde", "uuid", "axum", "rand"] {
        assert!(found.contains(used), "{used} in {found:?}");
    }
    for unused in ["unused", "moka", "jiff"] {
        assert!(!found.contains(unused), "{unused} in {found:?}");
    }
    assert!(names_package("from \"idb\"", "idb"));
    assert!(names_package(
        "import '@mantine/core/styles.css'",
        "@mantine/core"
    ));
    assert!(!names_package("from \"fake-indexeddb\"", "idb"));
}
