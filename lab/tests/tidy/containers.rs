//! What can be checked about `compose.yaml` and the Dockerfile without a container engine. docs/OPERATIONS.md says what was
//! tested with one.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{assert_none, checkout};

fn lines(path: &str) -> Vec<String> {
    let text = checkout::read(Path::new(path));
    // A step of the Dockerfile continues after a backslash.
    let joined = text.replace("\\\n", " ");
    joined
        .lines()
        .map(|line| line.trim_end().to_owned())
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect()
}

/// The values of all `key:` lines.
fn values(lines: &[String], key: &str) -> Vec<String> {
    let key = format!("{key}: ");
    lines
        .iter()
        .filter_map(|line| Some(line.trim_start().strip_prefix(&key)?.trim().to_owned()))
        .collect()
}

/// SCALE 4: Compose 1.29, the version in Debian, supports neither of these.
#[test]
fn every_compose_since_1_29_can_read_compose_yaml() {
    let offences = lines("compose.yaml").into_iter().filter(|line| {
        ["name:", "configs:", "version:", "include:"]
            .iter()
            .any(|word| line.starts_with(word) || line.trim_start().starts_with("configs:"))
    });
    assert_none("what newer Composes alone understand", offences.collect());
}

/// SCALE 3, N6: a password in a URL must not contain all characters, and a password in this file is public.
#[test]
fn no_password_stands_in_compose_yaml() {
    let lines = lines("compose.yaml");
    let in_url = |line: &&String| {
        let address = line.split("://").nth(1).unwrap_or_default();
        address
            .split_once('@')
            .is_some_and(|(who, _)| who.contains(':'))
    };
    let mut offences: Vec<String> = lines.iter().filter(in_url).cloned().collect();
    for line in &lines {
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        if name.ends_with("PASSWORD") && value != format!("${{{name}:-}}") {
            offences.push(line.clone());
        }
    }
    assert_none("passwords are chosen or made, never written down", offences);
}

/// SCALE 10, N6: ports and addresses can be changed, and by default other machines cannot connect.
#[test]
fn what_compose_yaml_offers_is_safe_for_strangers() {
    let lines = lines("compose.yaml");
    let ports = values(&lines, "ports");
    assert_eq!(
        ports,
        ["[\"${ANTIPHON_ADDRESS:-127.0.0.1}:${ANTIPHON_PORT:-8080}:8080\"]"],
        "one port, of the balancer, on this machine"
    );
    for (name, wanted) in [
        ("LB_PINNING", "${LB_PINNING:-off}"),
        ("IDE", "${IDE:-off}"),
        ("INTROSPECTION", "${INTROSPECTION:-off}"),
        ("TRUSTED_PROXIES", "${ANTIPHON_BALANCER:-10.213.57.10}"),
    ] {
        assert_eq!(values(&lines, name), [wanted], "{name}");
    }
    let addresses = values(&lines, "ipv4_address");
    assert_eq!(addresses, values(&lines, "TRUSTED_PROXIES"));
}

/// `${NAME:-default}` in compose.yaml; `$${` is for a shell in the container.
fn variables_of_compose() -> BTreeMap<String, String> {
    let text = lines("compose.yaml").join("\n").replace("$$", "");
    let read = text.split("${").skip(1);
    read.map(|rest| {
        let inside = rest.split('}').next().unwrap();
        // With `-` instead, an empty value is one.
        let (name, default) = inside
            .split_once(":-")
            .or_else(|| inside.split_once('-'))
            .unwrap_or_else(|| panic!("{inside} has no default"));
        (name.to_owned(), default.to_owned())
    })
    .collect()
}

#[test]
fn env_example_names_what_compose_yaml_reads_with_its_defaults() {
    let read = variables_of_compose();
    let told: BTreeMap<String, String> = lines("deploy/env.example")
        .iter()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let untold = read
        .iter()
        .filter(|(name, default)| told.get(*name) != Some(default))
        .map(|(name, default)| {
            format!("compose.yaml reads {name}, which is {default:?} unless set")
        });
    let unread = told
        .keys()
        .filter(|name| !read.contains_key(*name))
        .map(|name| format!("compose.yaml does not read {name}"));
    assert_none("deploy/env.example", untold.chain(unread).collect());
    assert!(!read.is_empty(), "this test has found no variable");
}

/// SCALE 6, 14: requirements of Kubernetes, of an engine without BuildKit and of a machine without a registry.
#[test]
fn any_engine_builds_every_image_and_none_runs_as_root() {
    let text = checkout::read(Path::new("Dockerfile"));
    let dockerfile = lines("Dockerfile");
    let mut offences = Vec::new();
    for line in &dockerfile {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("USER") => {
                let user = words.next().unwrap_or_default();
                if user.parse::<u32>().is_err() {
                    offences.push(format!("not a number: {line}"));
                }
            }
            Some("COPY") if line.contains("COPY . ") => {
                offences.push(format!("copies everything: {line}"));
            }
            Some("COPY") => {
                let mut sources: Vec<&str> = words.collect();
                sources.pop();
                if !line.contains("--from=") {
                    let missing = sources
                        .into_iter()
                        .filter(|source| !checkout::root().join(source).exists());
                    offences.extend(missing.map(|source| format!("is not there: {source}")));
                }
            }
            _ => {}
        }
        if line.contains("--mount") || line.contains("--chmod") {
            offences.push(format!("needs BuildKit: {line}"));
        }
    }
    let is_syntax = |line: &str| line.to_lowercase().starts_with("# syntax=");
    if text.lines().any(is_syntax) {
        offences.push("# syntax= is fetched from a registry".to_owned());
    }
    for target in values(&lines("compose.yaml"), "target") {
        if !dockerfile
            .iter()
            .any(|line| line.starts_with("FROM ") && line.ends_with(&format!(" AS {target}")))
        {
            offences.push(format!("there is no image {target}"));
        }
    }
    // An image runs as its last user.
    let last = dockerfile
        .split(|line| line.starts_with("FROM "))
        .filter_map(|stage| stage.iter().rfind(|line| line.starts_with("USER ")));
    offences.extend(last.filter(|line| *line == "USER 0").cloned());
    assert_none("the Dockerfile", offences);
}

#[test]
fn the_dockerfile_knows_every_crate() {
    let workspace: toml::Table = checkout::read(Path::new("Cargo.toml")).parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let dockerfile = checkout::read(Path::new("Dockerfile"));
    let offences = members
        .iter()
        .map(|member| member.as_str().unwrap())
        .map(|member| format!("COPY {member}/Cargo.toml {member}/"))
        .filter(|line| !dockerfile.contains(line));
    assert_none(
        "cargo refuses a workspace with a member missing",
        offences.collect(),
    );
}

/// SCALE 7: the programs in the images contain no debug information.
#[test]
fn the_programs_of_the_images_are_stripped() {
    let workspace: toml::Table = checkout::read(Path::new("Cargo.toml")).parse().unwrap();
    let dist = &workspace["profile"]["dist"];
    assert_eq!(dist["strip"].as_bool(), Some(true));
    assert_eq!(dist["debug"].as_bool(), Some(false));
}

#[test]
fn the_scripts_of_the_containers_can_be_run() {
    let mut offences = Vec::new();
    for name in [
        "deploy/is-ready",
        "deploy/make-secrets",
        "deploy/start-instance",
        "deploy/tell-balancer",
        "scripts/play-containers",
    ] {
        let path = checkout::root().join(name);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        let parsed = std::process::Command::new("bash")
            .arg("-n")
            .arg(&path)
            .status();
        if mode & 0o111 == 0 || !parsed.unwrap().success() {
            offences.push(name.to_owned());
        }
    }
    assert_none("they are executable files of bash", offences);
}
