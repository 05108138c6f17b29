//! GraphQL over HTTP, as others understand it.

use std::path::Path;

use tokio::process::Command;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_passes_every_audit_of_graphql_over_http() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/stack/graphql-http");
    if !directory.join("node_modules").exists() {
        let install = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&directory)
            .status()
            .await
            .expect("npm is needed for the audits");
        assert!(install.success(), "npm ci failed");
    }
    let stage = Stage::new().await;
    let audit = Command::new("node")
        .args(["audit.mjs", &stage.url(0)])
        .current_dir(&directory)
        .output()
        .await
        .expect("node is needed for the audits");
    let report = String::from_utf8_lossy(&audit.stdout);
    assert!(audit.status.success(), "{report}");
    assert_eq!(report.trim(), "61/61");
}
