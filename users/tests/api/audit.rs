//! The same audits as the chassis', against the real schema.

use std::path::Path;

use tokio::process::Command;

use crate::app::app;

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_passes_every_audit_of_graphql_over_http() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/stack/graphql-http");
    if !directory.join("node_modules").exists() {
        let mut install = Command::new("npm");
        install
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&directory);
        let status = install
            .status()
            .await
            .expect("npm is needed for the audits");
        assert!(status.success(), "npm ci failed");
    }
    let (_ground, app) = app().await;
    let mut audit = Command::new("node");
    audit
        .arg("audit.mjs")
        .arg(format!("{}/graphql", app.url))
        .current_dir(&directory);
    let output = audit.output().await.expect("node is needed for the audits");
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(report.trim(), "61/61");
}
