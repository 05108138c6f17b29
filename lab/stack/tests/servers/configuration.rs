//! What is shipped for other people's servers is read by them.

use std::path::{Path, PathBuf};
use std::process::Command;

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(file)
}

fn check(environment: &[(&str, &str)]) {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("haproxy")
        .arg("-c")
        .arg("-f")
        .arg(deploy("haproxy.cfg"))
        .env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"))
        .envs(environment.iter().copied())
        .env("LB_LISTEN", "127.0.0.1:8080")
        .env("LB_METRICS", "127.0.0.1:8405")
        .env("LB_MAXCONN", "100")
        .env("WEB", "127.0.0.1:3000")
        .output()
        .expect("haproxy is installed");
    assert!(output.status.success(), "{environment:?}: {output:?}");
}

/// SCALE 5: instances one by one, as many as there are, and all under a name.
#[test]
fn haproxy_reads_its_configuration_in_every_form() {
    let one = "127.0.0.1:4000";
    check(&[
        ("LB_ADMIN", "unix@haproxy.sock"),
        ("LB_DNS", "off"),
        ("LB_SOURCE", "127.0.0.2"),
        ("USERS_1", one),
        ("SENDER_1", one),
        ("SENDER_2", one),
        ("RECEIVER_1", one),
        ("RECEIVER_8", one),
    ]);
    check(&[
        ("LB_ADMIN", "ipv4@127.0.0.1:9999"),
        ("LB_DNS", "on"),
        ("LB_SLOTS", "20"),
        ("USERS", "localhost:4000"),
        ("SENDER", "localhost:4000"),
        ("RECEIVER", "localhost:4000"),
        ("LB_PER_ADDRESS", "off"),
        ("LB_CONNECTIONS_PER_ADDRESS", "off"),
        ("LB_UPGRADES_PER_ADDRESS", "off"),
    ]);
}
