use serde_json::json;

use lab_stack::testing::GraphqlResponse;

use crate::app::{PASSWORD, SignedIn, TestApp, app};

async fn deactivate(app: &TestApp, user: &SignedIn, password: &str) -> GraphqlResponse {
    app.as_user(user)
        .mutate("deactivateUser", "userId", json!({ "password": password }))
        .await
}

#[tokio::test]
async fn a_deactivated_account_cannot_be_used_any_more() {
    let (environment, app) = app().await;
    let (one, two) = (app.sign_up("ada").await, app.sign_in("ada").await);
    assert_eq!(
        deactivate(&app, &one, PASSWORD).await.ok()["userId"],
        one.user_id
    );
    for ended in [&one, &two] {
        assert_eq!(app.as_user(ended).me().await.code(), "UNAUTHENTICATED");
        assert_eq!(
            app.anonymous().refresh(&ended.refresh_token).await.code(),
            "UNAUTHENTICATED"
        );
    }
    assert_eq!(
        app.anonymous().login("ada", PASSWORD).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        environment
            .count("SELECT count(*) FROM feed_events WHERE kind = 'SESSION_REVOKED'")
            .await,
        2
    );
    assert_eq!(
        environment
            .count("SELECT count(*) FROM public_profiles")
            .await,
        0
    );
}

#[tokio::test]
async fn its_name_and_address_stay_taken() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    deactivate(&app, &ada, PASSWORD).await.ok();
    assert_eq!(
        app.anonymous().register("ada").await.refusal(),
        ("CONFLICT", "username")
    );
    let input = json!({ "email": "ada@example.org", "username": "other", "password": PASSWORD });
    let same_address = app
        .anonymous()
        .mutate("register", "accessToken", input)
        .await;
    assert_eq!(same_address.refusal(), ("CONFLICT", "email"));
}

/// P9: what a worker leaves of it still keeps the name and the address, and looks like a wrong password.
#[tokio::test]
async fn its_name_and_address_stay_taken_when_it_is_erased() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    app.sign_up("ben").await;
    deactivate(&app, &ada, PASSWORD).await.ok();
    environment
        .execute("SELECT erase_account(id) FROM users WHERE username = 'ada'")
        .await;
    let kept = "SELECT count(*) FROM users u WHERE u::text LIKE '%example.org%'";
    assert_eq!(environment.count(kept).await, 1, "ben's");

    for spelling in ["ada@example.org", "ADA@Example.org"] {
        let input = json!({ "email": spelling, "username": "other", "password": PASSWORD });
        let same_address = app
            .anonymous()
            .mutate("register", "accessToken", input)
            .await;
        assert_eq!(same_address.refusal(), ("CONFLICT", "email"), "{spelling}");
    }
    let same_name = app.anonymous().register("ada").await;
    assert_eq!(same_name.refusal(), ("CONFLICT", "username"));
    for login in ["ada", "ada@example.org"] {
        let answer = app.anonymous().login(login, PASSWORD).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    app.sign_up("other").await;
}

#[tokio::test]
async fn a_wrong_password_changes_nothing() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(
        deactivate(&app, &ada, "wrong").await.refusal(),
        ("BAD_USER_INPUT", "password")
    );
    app.as_user(&ada).me().await.ok();
}
