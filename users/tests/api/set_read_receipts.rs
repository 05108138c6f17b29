//! `setReadReceipts`.

use serde_json::{Value, json};

use crate::app::{SignedIn, TestApp, app};

async fn set(app: &TestApp, user: &SignedIn, enabled: bool) -> Value {
    let answer = app
        .as_user(user)
        .mutate(
            "setReadReceipts",
            "account { readReceipts version }",
            json!({ "enabled": enabled }),
        )
        .await;
    answer.ok()["account"].clone()
}

#[tokio::test]
async fn a_choice_is_kept_and_told_to_the_other_devices_when_it_changes() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let events = "SELECT count(*) FROM feed_events WHERE kind = 'PROFILE_UPDATED'";
    let shown = "SELECT count(*) FROM public_profiles WHERE NOT read_receipts";
    let kept = json!({ "readReceipts": true, "version": 1 });
    assert_eq!(set(&app, &ada, true).await, kept, "on from the beginning");
    assert_eq!(environment.count(events).await, 0);
    for _ in 0..2 {
        assert_eq!(set(&app, &ada, false).await["readReceipts"], false);
        assert_eq!(environment.count(events).await, 1);
        assert_eq!(environment.count(shown).await, 1, "to the other services");
    }
    assert_eq!(set(&app, &ada, true).await["readReceipts"], true);
    assert_eq!(environment.count(events).await, 2);
    assert_eq!(environment.count(shown).await, 0);
}
