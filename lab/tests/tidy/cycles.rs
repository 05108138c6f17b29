//! The modules of a crate import each other in one direction.
//!
//! A module is a file. It imports another one if its code, except its tests, names a path into it. Rust allows cycles
//! between modules, so only this test reports them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{assert_none, checkout, manifests::members, sql::tokens};

type ModulePath = Vec<String>;

/// Which modules of a crate each of its modules imports.
type Imports = BTreeMap<ModulePath, BTreeSet<ModulePath>>;

#[test]
fn no_import_cycle_between_the_modules_of_a_crate() {
    let mut offences = Vec::new();
    for member in members() {
        let imports = imports(&modules(&member));
        let cycles = cycles(&imports);
        let count: usize = cycles.iter().map(BTreeSet::len).sum();
        offences.extend(cycles.iter().map(|cycle| {
            let modules: Vec<String> = cycle.iter().map(|module| module.join("::")).collect();
            format!("{member}, {count} modules: {}", modules.join(", "))
        }));
    }
    assert_none("modules that import each other are one module", offences);
}

#[test]
fn imports_are_found_in_use_trees_and_in_paths_and_not_in_tests() {
    let modules: BTreeMap<ModulePath, TokenStream> = [
        ("", "mod a; mod b; mod c;"),
        (
            "a",
            "use crate::{b::{self, d::Thing}, c}; #[cfg(test)] mod tests { use crate::e; }",
        ),
        ("b", "mod d; fn f() { super::c::g() }"),
        ("b::d", "use super::Other;"),
        ("c", "fn g() { crate::e::Unit }"),
        ("e", ""),
    ]
    .into_iter()
    .map(|(path, text)| (module_path(path), text.parse().unwrap()))
    .collect();
    let imports = imports(&modules);
    let of = |path: &str| -> Vec<String> {
        let found = imports[&module_path(path)].iter();
        found.map(|path| path.join("::")).collect()
    };
    assert_eq!(of("a"), ["b", "b::d", "c"]);
    assert_eq!(of("b"), ["c"]);
    assert_eq!(of("b::d"), ["b"]);
    assert_eq!(of("c"), ["e"]);
    assert!(cycles(&imports).is_empty());
}

#[test]
fn a_cycle_is_found_also_through_a_third_module() {
    let modules = [
        ("", "mod a; mod b; mod c; mod d; use a::A;"),
        ("a", "use crate::b::B;"),
        ("b", "use crate::c::C;"),
        ("c", "use super::a::A;"),
        ("d", "use super::a::A;"),
    ]
    .into_iter()
    .map(|(path, text)| (module_path(path), text.parse().unwrap()))
    .collect();
    let found = cycles(&imports(&modules));
    let expected: BTreeSet<ModulePath> = ["a", "b", "c"].into_iter().map(module_path).collect();
    assert_eq!(found, [expected]);
}

fn module_path(text: &str) -> ModulePath {
    text.split("::")
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The modules of a crate's library, with their code.
fn modules(member: &str) -> BTreeMap<ModulePath, TokenStream> {
    let source = Path::new(member).join("src");
    checkout::files(&[".rs"])
        .into_iter()
        .filter_map(|path| {
            let inside: PathBuf = path.strip_prefix(&source).ok()?.with_extension("");
            let mut module: ModulePath = inside
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            match module.last()?.as_str() {
                "main" if module.len() == 1 => return None,
                "lib" if module.len() == 1 => module.clear(),
                "mod" => drop(module.pop()),
                _ => {}
            }
            // A file of tests next to its module.
            let is_test = module.iter().any(|name| name == "tests");
            (!is_test).then(|| (module, tokens(&path)))
        })
        .collect()
}

fn imports(modules: &BTreeMap<ModulePath, TokenStream>) -> Imports {
    let known: BTreeSet<&ModulePath> = modules.keys().collect();
    modules
        .iter()
        .map(|(module, code)| {
            let mut paths = Vec::new();
            named_paths(code.clone(), module, &known, &mut paths);
            let imported = paths
                .into_iter()
                .filter_map(|path| owner(path, &known))
                .filter(|imported| imported != module)
                .collect();
            (module.clone(), imported)
        })
        .collect()
}

/// The module that this path leads to: its longest prefix that is a module.
fn owner(mut path: ModulePath, known: &BTreeSet<&ModulePath>) -> Option<ModulePath> {
    while !known.contains(&path) {
        path.pop()?;
    }
    Some(path)
}

/// All paths into this crate that the code names. `scope` is the module around the code, which may be inline.
fn named_paths(
    code: TokenStream,
    scope: &ModulePath,
    known: &BTreeSet<&ModulePath>,
    paths: &mut Vec<ModulePath>,
) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mut index = 0;
    let mut is_test = false;
    while let Some(token) = tokens.get(index) {
        match token {
            TokenTree::Group(group) => {
                let attribute = group.to_string().replace(' ', "");
                let is_attribute = group.delimiter() == Delimiter::Bracket;
                is_test = is_attribute && (is_test || attribute == "[cfg(test)]");
                named_paths(group.stream(), scope, known, paths);
            }
            TokenTree::Ident(name) if *name == "mod" => {
                if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                    (tokens.get(index + 1), tokens.get(index + 2))
                {
                    if !is_test {
                        let mut inner = scope.clone();
                        inner.push(name.to_string());
                        named_paths(body.stream(), &inner, known, paths);
                    }
                    index += 2;
                }
                is_test = false;
            }
            TokenTree::Ident(name)
                if !follows(&tokens, index, ":") && !follows(&tokens, index, ".") =>
            {
                let mut start = scope.clone();
                let begins = match name.to_string().as_str() {
                    "crate" => {
                        start.clear();
                        true
                    }
                    "self" => true,
                    "super" => start.pop().is_some(),
                    name => {
                        // A child of this module can be named without `self`.
                        start.push(name.to_owned());
                        known.contains(&start)
                    }
                };
                if begins && separated(&tokens, index + 1) {
                    index = path_tree(&tokens, index + 1, start, paths);
                    continue;
                }
            }
            _ => {}
        }
        index += 1;
    }
}

/// Whether the previous token is this punctuation.
fn follows(tokens: &[TokenTree], index: usize, mark: &str) -> bool {
    index
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|before| before.to_string() == mark)
}

/// Whether the next tokens are `::`.
fn separated(tokens: &[TokenTree], index: usize) -> bool {
    let is_colon = |token: Option<&TokenTree>| {
        token.is_some_and(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':'))
    };
    is_colon(tokens.get(index)) && is_colon(tokens.get(index + 1))
}

/// Reads the rest of a path, which may branch, and returns the index after it.
fn path_tree(
    tokens: &[TokenTree],
    mut index: usize,
    mut path: ModulePath,
    paths: &mut Vec<ModulePath>,
) -> usize {
    while separated(tokens, index) {
        index += 2;
        match tokens.get(index) {
            Some(TokenTree::Ident(name)) => {
                match name.to_string().as_str() {
                    "super" => drop(path.pop()),
                    "self" => {}
                    name => path.push(name.to_owned()),
                }
                index += 1;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                for branch in branches(group.stream()) {
                    let mut path = path.clone();
                    match branch.first() {
                        Some(TokenTree::Ident(name)) if *name != "self" => {
                            path.push(name.to_string());
                        }
                        _ => {}
                    }
                    path_tree(&branch, 1, path, paths);
                }
                return index + 1;
            }
            _ => break,
        }
    }
    paths.push(path);
    index
}

fn branches(group: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut branches = vec![vec![]];
    for token in group {
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == ',' => branches.push(vec![]),
            _ => branches.last_mut().unwrap().push(token),
        }
    }
    branches.retain(|branch| !branch.is_empty());
    branches
}

/// The sets of modules that import each other, directly or indirectly.
fn cycles(imports: &Imports) -> Vec<BTreeSet<ModulePath>> {
    let reached: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> = imports
        .keys()
        .map(|module| (module, reachable(module, imports)))
        .collect();
    let mut cycles: Vec<BTreeSet<ModulePath>> = Vec::new();
    for (module, others) in &reached {
        let is_counted = cycles.iter().any(|cycle| cycle.contains(*module));
        if !others.contains(module) || is_counted {
            continue;
        }
        let back = others
            .iter()
            .filter(|other| reached[**other].contains(module));
        cycles.push(back.map(|other| (*other).clone()).collect());
    }
    cycles
}

fn reachable<'a>(module: &'a ModulePath, imports: &'a Imports) -> BTreeSet<&'a ModulePath> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&ModulePath> = imports[module].iter().collect();
    while let Some(module) = next.pop() {
        if found.insert(module) {
            next.extend(&imports[module]);
        }
    }
    found
}
