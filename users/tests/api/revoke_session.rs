use serde_json::json;

use lab_stack::testing::GraphqlResponse;

use crate::app::{SignedIn, TestApp, app};

async fn revoke(app: &TestApp, user: &SignedIn, session_id: &str) -> GraphqlResponse {
    app.as_user(user)
        .mutate(
            "revokeSession",
            "sessionId",
            json!({ "sessionId": session_id }),
        )
        .await
}

#[tokio::test]
async fn one_can_end_ones_own_other_session() {
    let (_environment, app) = app().await;
    let (lost, kept) = (app.sign_up("ada").await, app.sign_in("ada").await);
    assert_eq!(
        revoke(&app, &kept, &lost.session_id).await.ok()["sessionId"],
        lost.session_id
    );
    assert_eq!(app.as_user(&lost).me().await.code(), "UNAUTHENTICATED");
    assert_eq!(
        app.anonymous().refresh(&lost.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    app.as_user(&kept).me().await.ok();
}

#[tokio::test]
async fn a_strangers_session_and_none_at_all_look_alike() {
    let (_environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    let nothing = "01890000-0000-7000-8000-000000000000";
    let strange = revoke(&app, &ada, &bob.session_id).await;
    let missing = revoke(&app, &ada, nothing).await;
    assert_eq!(strange.refusal(), ("NOT_FOUND", "sessionId"));
    assert_eq!(missing.refusal(), strange.refusal());
    assert_eq!(missing.error()["message"], strange.error()["message"]);
    app.as_user(&bob).me().await.ok();
}

#[tokio::test]
async fn a_session_ends_once() {
    let (environment, app) = app().await;
    let (lost, kept) = (app.sign_up("ada").await, app.sign_in("ada").await);
    revoke(&app, &kept, &lost.session_id).await.ok();
    assert_eq!(
        revoke(&app, &kept, &lost.session_id).await.code(),
        "NOT_FOUND"
    );
    assert_eq!(
        environment.count("SELECT count(*) FROM feed_events").await,
        1
    );
}

#[tokio::test]
async fn what_is_not_an_id_is_a_bad_input() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(
        revoke(&app, &ada, "nonsense").await.code(),
        "BAD_USER_INPUT"
    );
}
