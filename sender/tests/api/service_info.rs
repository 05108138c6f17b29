//! `serviceInfo`.

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn anyone_may_ask_which_instance_answers() {
    let app = TestApp::with(2, lab_stack::servers::shared().redis_url()).await;
    let document = "{ serviceInfo { name version instance schemaVersion } }";
    for (sender, instance) in ["1", "2"].into_iter().enumerate() {
        let info = app.ask(sender, None, document, json!({})).await.ok();
        assert_eq!(info["name"], "sender");
        assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(info["instance"], instance);
        // Which one it needs is checked against its statements (`lab/tests/tidy`).
        assert!(info["schemaVersion"].as_i64().unwrap() >= 1, "{info}");
    }
}
