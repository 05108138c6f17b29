//! Variables, metrics and tables in documents are those of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use pulldown_cmark::{Event, Parser};

use crate::sql::{production_code, tokens};
use crate::{assert_none, checkout};

const OPERATIONS: &str = "docs/OPERATIONS.md";

/// Names in documents that belong to other programs.
const FOREIGN: [&str; 5] = [
    "_copy_from_iter",
    "pg_dump",
    "remote_apply",
    "remote_write",
    "synchronous_commit",
];

/// The inline code in a document, without its code blocks.
fn code_spans(text: &str) -> Vec<String> {
    let spans = Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES);
    spans
        .filter_map(|event| match event {
            Event::Code(code) => Some(code.to_string()),
            _ => None,
        })
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

/// All files that are neither documents nor generated.
fn sources() -> Vec<PathBuf> {
    let endings = [
        ".rs",
        ".py",
        ".sql",
        ".graphql",
        ".ts",
        ".tsx",
        ".mjs",
        ".json",
        ".toml",
        ".yaml",
        ".yml",
        ".cfg",
        ".conf",
        ".acl",
        ".sh",
        "Makefile",
        "Dockerfile",
        "setup",
        "test",
        "is-ready",
        "make-secrets",
        "start-instance",
        "tell-balancer",
        "env.example",
    ];
    let is_source = |path: &PathBuf| {
        let shown = path.to_string_lossy();
        !["package-lock.json", "/ide/", "/gql/"]
            .iter()
            .any(|part| shown.contains(part))
    };
    checkout::files(&endings)
        .into_iter()
        .filter(is_source)
        .collect()
}

/// The string literals that follow a word and `=` inside the attributes of a file: `env = "PORT"`.
fn attribute_values(stream: TokenStream, found: &mut Vec<BTreeMap<String, String>>) {
    let mut previous = None;
    for token in stream {
        if let TokenTree::Group(group) = &token {
            let is_attribute =
                group.delimiter() == Delimiter::Bracket && matches!(previous, Some('#'));
            if is_attribute {
                let mut values = BTreeMap::new();
                pairs(group.stream(), &mut values);
                found.push(values);
            } else {
                attribute_values(group.stream(), found);
            }
        }
        previous = match token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
    }
}

fn pairs(stream: TokenStream, found: &mut BTreeMap<String, String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1), tokens.get(at + 2)) {
            (TokenTree::Group(group), ..) => pairs(group.stream(), found),
            (
                TokenTree::Ident(name),
                Some(TokenTree::Punct(punct)),
                Some(TokenTree::Literal(value)),
            ) if punct.as_char() == '=' => {
                let value = value.to_string();
                found.insert(name.to_string(), value.trim_matches('"').to_owned());
            }
            _ => {}
        }
    }
}

/// The variables of the services and of `migrate`, each with its default if the source has one.
fn variables() -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for path in production_code().filter(|path| !path.starts_with("lab")) {
        let mut attributes = Vec::new();
        attribute_values(tokens(&path), &mut attributes);
        for values in attributes {
            let default = ["default_value", "default_value_t"]
                .iter()
                .find_map(|key| values.get(*key).cloned());
            found.extend(values.get("env").map(|name| (name.clone(), default)));
        }
    }
    assert!(!found.is_empty(), "this test has found no variable");
    found
}

#[test]
fn every_name_in_a_document_stands_in_a_source() {
    let mut known = BTreeSet::new();
    for path in sources() {
        let text = checkout::read(&path);
        known.extend(
            words(&text)
                .filter(|word| word.contains('_'))
                .map(str::to_owned),
        );
    }
    let metrics = registered_metrics();
    let is_known = |word: &str| {
        let metric = word.strip_suffix("_total").unwrap_or(word);
        let unprefixed = ["users_", "sender_", "receiver_", "worker_"]
            .iter()
            .find_map(|prefix| metric.strip_prefix(prefix));
        known.contains(word)
            || metrics.contains(metric)
            || unprefixed.is_some_and(|name| metrics.contains(name))
            || FOREIGN.contains(&word)
    };
    let mut checked = 0;
    let mut offences = Vec::new();
    for document in checkout::files(&[".md"]) {
        // Old entries keep the names of their time.
        if document == Path::new("CHANGELOG.md") {
            continue;
        }
        for span in code_spans(&checkout::read(&document)) {
            for word in words(&span).filter(|word| word.trim_start_matches('_').contains('_')) {
                checked += 1;
                if !is_known(word) {
                    offences.push(format!("{} names {word}", document.display()));
                }
            }
        }
    }
    assert_none("documents name what no source has", offences);
    assert!(checked > 100, "only {checked} names found in all documents");
}

#[test]
fn every_variable_of_the_services_is_documented() {
    let text = checkout::read(Path::new(OPERATIONS));
    let spans = code_spans(&text);
    let named: BTreeSet<&str> = spans.iter().flat_map(|span| words(span)).collect();
    let missing = variables().into_keys().filter(|variable| {
        // Each secret may come from a file, which is documented once.
        let name = variable.strip_suffix("_FILE").unwrap_or(variable);
        !named.contains(variable.as_str()) && !named.contains(name)
    });
    assert_none("docs/OPERATIONS.md does not name", missing.collect());
}

/// The number after a name in a document: `` `NAME` (5,000 ms) `` is 5000.
fn told_default<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("`{name}` ("))?;
    Some(after.split_once(')')?.0)
}

#[test]
fn defaults_in_documents_are_those_of_the_sources() {
    let variables = variables();
    let mut checked = 0;
    let mut offences = Vec::new();
    for document in checkout::files(&[".md"]) {
        let text = checkout::read(&document);
        for (name, default) in &variables {
            let (Some(told), Some(default)) = (told_default(&text, name), default) else {
                continue;
            };
            let number = told.split_whitespace().next().unwrap().replace(',', "");
            let number = match told.split_once(' ') {
                Some((_, "s")) if name.ends_with("_MS") => format!("{number}000"),
                _ => number,
            };
            checked += 1;
            if number.parse::<u64>().is_ok() && number != *default {
                offences.push(format!(
                    "{}: {name} is {told}, in the source {default}",
                    document.display()
                ));
            }
        }
    }
    assert_none("defaults that are no longer true", offences);
    assert!(checked > 0, "this test has found no default");
}

/// The registered metrics: `.register("name", "Help", …)`, and rows of `("name", "Help", value)` in a collector.
fn metrics(stream: TokenStream, in_collector: bool, found: &mut BTreeSet<String>) {
    let mut is_call = false;
    let mut collects = in_collector;
    for token in stream {
        if let TokenTree::Group(group) = &token {
            let inside: Vec<TokenTree> = group.stream().into_iter().take(3).collect();
            if let [
                TokenTree::Literal(name),
                TokenTree::Punct(_),
                TokenTree::Literal(_),
            ] = inside.as_slice()
                && (is_call || in_collector)
            {
                found.insert(name.to_string().trim_matches('"').to_owned());
            }
            metrics(group.stream(), collects, found);
            if group.delimiter() == Delimiter::Brace {
                collects = in_collector;
            }
        }
        is_call = matches!(&token, TokenTree::Ident(name) if name == "register");
        collects |= matches!(&token, TokenTree::Ident(name) if name == "Collector");
    }
}

fn registered_metrics() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in production_code().filter(|path| !path.starts_with("lab")) {
        metrics(tokens(&path), false, &mut found);
    }
    found
}

/// The first column of the table below a heading.
fn first_column(text: &str, heading: &str) -> BTreeSet<String> {
    let (_, section) = text
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading {heading}"));
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|line| line.split('|').nth(1))
        .flat_map(code_spans)
        .collect()
}

fn assert_same(rule: &str, told: &BTreeSet<String>, real: &BTreeSet<String>) {
    let gone = told
        .difference(real)
        .map(|name| format!("{name} is not there"));
    let untold = real
        .difference(told)
        .map(|name| format!("{name} is not told"));
    assert_none(rule, gone.chain(untold).collect());
    assert!(!real.is_empty(), "{rule}: this test has found nothing");
}

#[test]
fn the_documented_metrics_are_the_registered_ones() {
    let told = first_column(&checkout::read(Path::new(OPERATIONS)), "### Metrics");
    assert_same("docs/OPERATIONS.md, Metrics", &told, &registered_metrics());
}

#[test]
fn the_documented_tables_are_those_of_the_migrations() {
    let mut tables = BTreeSet::new();
    let mut views = BTreeSet::new();
    for path in checkout::files(&[".sql"]) {
        if !path.starts_with("migrations/sql") {
            continue;
        }
        let text = checkout::read(&path);
        for line in text.lines() {
            let mut words = line.split([' ', '(']).filter(|word| !word.is_empty());
            match (words.next(), words.next()) {
                (Some("CREATE"), Some("TABLE")) => tables.extend(words.next().map(str::to_owned)),
                (Some("CREATE"), Some("VIEW")) => views.extend(words.next().map(str::to_owned)),
                _ => {}
            }
        }
    }
    let text = checkout::read(Path::new("migrations/README.md"));
    let told = first_column(&text, "## Tables");
    assert_same("migrations/README.md, Tables", &told, &tables);
    let told = first_column(&text, "## Who may do what");
    let real = tables.union(&views).cloned().collect();
    assert_same("migrations/README.md, Who may do what", &told, &real);
}

#[test]
fn variables_and_metrics_are_read_from_rust() {
    let program = r##"
        struct Args {
            // env = "NOT_ME"
            #[arg(long, env = "PORT", default_value = "4000")]
            port: u16,
        }
        fn f() { registry.register("hints", "Messages heard", x.clone()); say("hello", "there"); }
    "##;
    let tokens: TokenStream = program.parse().unwrap();
    let mut attributes = Vec::new();
    attribute_values(tokens.clone(), &mut attributes);
    let found: Vec<&String> = attributes
        .iter()
        .filter_map(|values| values.get("env"))
        .collect();
    assert_eq!(found, ["PORT"]);
    let mut found = BTreeSet::new();
    metrics(tokens, false, &mut found);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["hints"]);
}
