use serde_json::json;

use lab_stack::testing::GraphqlResponse;

use crate::app::{PASSWORD, SignedIn, TestApp, app};

const NEXT: &str = "walrus gramophone 7";

async fn change(app: &TestApp, user: &SignedIn, current: &str, new: &str) -> GraphqlResponse {
    let input = json!({ "currentPassword": current, "newPassword": new });
    app.as_user(user)
        .mutate("changePassword", "account { user { id } }", input)
        .await
}

#[tokio::test]
async fn the_new_password_counts_from_now_on() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(
        change(&app, &ada, PASSWORD, NEXT).await.ok()["account"]["user"]["id"],
        ada.user_id
    );
    assert_eq!(
        app.anonymous().login("ada", PASSWORD).await.code(),
        "UNAUTHENTICATED"
    );
    app.anonymous().login("ada", NEXT).await.ok();
}

#[tokio::test]
async fn all_other_sessions_end_and_this_one_goes_on() {
    let (environment, app) = app().await;
    let (first, second, this) = (
        app.sign_up("ada").await,
        app.sign_in("ada").await,
        app.sign_in("ada").await,
    );
    let bob = app.sign_up("bob").await;
    change(&app, &this, PASSWORD, NEXT).await.ok();
    for ended in [&first, &second] {
        assert_eq!(app.as_user(ended).me().await.code(), "UNAUTHENTICATED");
        assert_eq!(
            app.anonymous().refresh(&ended.refresh_token).await.code(),
            "UNAUTHENTICATED"
        );
    }
    app.as_user(&this).me().await.ok();
    app.anonymous().refresh(&this.refresh_token).await.ok();
    app.as_user(&bob).me().await.ok();
    assert_eq!(
        environment
            .count("SELECT count(*) FROM feed_events WHERE kind = 'SESSION_REVOKED'")
            .await,
        2
    );
}

#[tokio::test]
async fn a_wrong_current_password_or_a_bad_new_one_is_refused_with_its_field() {
    let (_environment, app) = app().await;
    let (ada, other) = (app.sign_up("lovelace").await, app.sign_in("lovelace").await);
    for (current, new, field) in [
        ("wrong", NEXT, "currentPassword"),
        ("", NEXT, "currentPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "password1", "newPassword"),
        (PASSWORD, "xk lovelace 93 teapot", "newPassword"),
    ] {
        let answer = change(&app, &ada, current, new).await;
        assert_eq!(
            answer.refusal(),
            ("BAD_USER_INPUT", field),
            "{current} {new}"
        );
    }
    app.as_user(&other).me().await.ok();
    app.sign_in("lovelace").await;
}

#[tokio::test]
async fn a_session_that_has_ended_cannot_change_the_password() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    app.as_user(&ada)
        .send("mutation { logout { sessionId } }", json!({}))
        .await
        .ok();
    assert_eq!(
        change(&app, &ada, PASSWORD, NEXT).await.code(),
        "UNAUTHENTICATED"
    );
    app.sign_in("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_counts() {
    let (_environment, app) = app().await;
    let (one, two) = (app.sign_up("ada").await, app.sign_in("ada").await);
    let (first, second) = futures_util::future::join(
        change(&app, &one, PASSWORD, NEXT),
        change(&app, &two, PASSWORD, "oboe marmalade 11"),
    )
    .await;
    let won = [&first, &second]
        .iter()
        .filter(|answer| !answer.is_refused())
        .count();
    assert_eq!(won, 1, "{} {}", first.body(), second.body());
}
