//! Audits that every service has to pass. A service's tests call each with one line.

use std::path::{Path, PathBuf};

use tokio::process::Command;

/// The root of the checkout.
fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Asserts that the endpoint at this address passes every audit of GraphQL over HTTP, by the package `graphql-http`.
///
/// # Panics
/// When it does not, or Node is missing.
pub async fn assert_graphql_over_http(url: &str) {
    let audit = node("lab/stack/graphql-http", "audit.mjs")
        .await
        .arg(url)
        .output()
        .await;
    let audit = audit.expect("node is needed");
    let report = String::from_utf8_lossy(&audit.stdout);
    let complaints = String::from_utf8_lossy(&audit.stderr);
    assert!(audit.status.success(), "{report}{complaints}");
    assert_eq!(report.trim(), "61/61");
}

/// Asserts that `shared-schema` holds the schema that the service prints.
///
/// # Panics
/// When it holds another one.
pub fn assert_committed_schema(service: &str, sdl: &str) {
    let is_current = committed_schema(service) == sdl;
    assert!(
        is_current,
        "the schema of {service} has changed: run `make sdl`"
    );
}

/// The schema of a service as it is committed.
pub(super) fn committed_schema(service: &str) -> String {
    let path = checkout().join(format!("shared-schema/{service}.graphql"));
    std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

/// A command that runs a script with Node in this folder of the checkout, whose packages are installed first if they are
/// missing.
///
/// # Panics
/// When they cannot be installed.
pub async fn node(folder: &str, script: &str) -> Command {
    let directory = checkout().join(folder);
    if !directory.join("node_modules").exists() {
        let mut install = Command::new("npm");
        install
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&directory);
        let status = install.status().await.expect("npm is needed");
        assert!(status.success(), "npm ci failed in {folder}");
    }
    let mut command = Command::new("node");
    command.arg(script).current_dir(&directory);
    command
}
