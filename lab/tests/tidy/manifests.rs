//! Which crates may depend on each other.

use std::path::Path;

use crate::{assert_none, checkout};

const SERVICES: [&str; 4] = ["users", "sender", "receiver", "worker"];

/// What two services in different languages would have to agree on needs only these crates: formats, ids, times and GraphQL
/// types. There is no I/O and no runtime among them.
const SHARED_SCHEMA_MAY_USE: [&str; 7] = [
    "async-graphql",
    "base64",
    "jiff",
    "serde",
    "serde_json",
    "thiserror",
    "uuid",
];

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn manifest(of: &str) -> toml::Table {
    checkout::read(&Path::new(of).join("Cargo.toml"))
        .parse()
        .unwrap()
}

fn dependencies(of: &str, kinds: &[&str]) -> Vec<String> {
    let manifest = manifest(of);
    let tables = kinds
        .iter()
        .filter_map(|kind| manifest.get(*kind)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

pub(crate) fn members() -> Vec<String> {
    let workspace = manifest(".");
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| member.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn no_service_depends_on_another_not_even_in_its_tests() {
    let offences = SERVICES.iter().flat_map(|service| {
        let dependencies = dependencies(service, &KINDS);
        dependencies
            .into_iter()
            .filter(|dependency| SERVICES.contains(&dependency.as_str()))
            .map(move |dependency| format!("{service} depends on {dependency}"))
    });
    assert_none(
        "services meet in Postgres and Redis, nowhere else",
        offences.collect(),
    );
}

#[test]
fn shared_schema_depends_on_formats_only() {
    let dependencies = dependencies("shared-schema", &["dependencies", "build-dependencies"]);
    let strange = |name: &String| !SHARED_SCHEMA_MAY_USE.contains(&name.as_str());
    assert_none(
        "the contract is data: no I/O, no async runtime, no SQL",
        dependencies.into_iter().filter(strange).collect(),
    );
}

#[test]
fn chassis_knows_the_contract_and_no_other_crate_of_ours() {
    let ours = members();
    let strange =
        |name: &String| ours.contains(name) && name != "shared-schema" && name != "lab-stack";
    assert_none(
        "chassis is what a process needs before it has a job",
        dependencies("chassis", &KINDS)
            .into_iter()
            .filter(strange)
            .collect(),
    );
}

#[test]
fn feed_log_knows_feeds_and_no_rule() {
    let ours = members();
    let strange = |name: &String| {
        ours.contains(name) && !["chassis", "shared-schema"].contains(&name.as_str())
    };
    assert_none(
        "feed-log is how a feed is written, whoever writes it",
        dependencies("feed-log", &KINDS)
            .into_iter()
            .filter(strange)
            .collect(),
    );
}

#[test]
fn only_tests_use_the_lab_and_only_the_lab_uses_the_migrations() {
    let kinds = ["dependencies", "build-dependencies"];
    let mut offences = Vec::new();
    for member in members() {
        let is_lab = Path::new(&member).starts_with("lab");
        for dependency in dependencies(&member, &kinds) {
            let belongs_to_lab = dependency.starts_with("lab-") || dependency == "migrations";
            if belongs_to_lab && !is_lab {
                offences.push(format!("{member} depends on {dependency}"));
            }
        }
    }
    assert_none("services need neither to run", offences);
}

#[test]
fn the_tests_of_services_compile_neither_the_fault_injector_nor_the_load_generator() {
    let mut offences = Vec::new();
    for member in members() {
        let heavy = ["lab-bench", "lab-faults"];
        let used = dependencies(&member, &KINDS);
        let used = used.iter().filter(|name| heavy.contains(&name.as_str()));
        if member != "lab" {
            offences.extend(used.map(|name| format!("{member} depends on {name}")));
        }
    }
    assert_none("lab-stack is what tests start servers with", offences);
}

#[test]
fn every_version_and_feature_is_chosen_in_the_root_manifest() {
    let mut offences = Vec::new();
    for member in members() {
        let manifest = manifest(&member);
        for table in KINDS
            .iter()
            .filter_map(|kind| manifest.get(*kind)?.as_table())
        {
            for (name, value) in table {
                let from_workspace = value.get("workspace").and_then(toml::Value::as_bool);
                if from_workspace != Some(true) || value.get("features").is_some() {
                    offences.push(format!("{member}: {name}"));
                }
            }
        }
    }
    assert_none(
        "one version of everything, with one set of features",
        offences,
    );
}
