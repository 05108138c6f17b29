use serde_json::{Value, json};

use lab_stack::testing::GraphqlResponse;

use crate::app::{SIGN_IN, SignedIn, TestApp, app};

async fn sessions(app: &TestApp, user: &SignedIn) -> GraphqlResponse {
    app.as_user(user)
        .send(
            "{ sessions { id userAgent createdAt lastUsedAt current } }",
            json!({}),
        )
        .await
}

fn ids(answer: &GraphqlResponse) -> Vec<&str> {
    answer
        .payload()
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_live_sessions_are_listed_newest_first_and_the_current_one_is_marked() {
    let (_environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = app.sign_in("ada").await;
    app.sign_up("bob").await;
    let answer = sessions(&app, &first).await;
    assert_eq!(ids(&answer), [&second.session_id, &first.session_id]);
    assert_eq!(answer.ok()[0]["current"], false);
    assert_eq!(answer.ok()[1]["current"], true);
}

#[tokio::test]
async fn a_session_remembers_what_the_device_called_itself() {
    let (_environment, app) = app().await;
    let agent = format!("Teapot/1.0 {}", "x".repeat(1000));
    let input =
        json!({ "email": "ada@example.org", "username": "ada", "password": crate::app::PASSWORD });
    let call = app.anonymous().header("user-agent", &agent);
    let answer = call.mutate("register", SIGN_IN, input).await;
    assert_eq!(answer.ok()["session"]["userAgent"], agent[..256]);
}

#[tokio::test]
async fn ended_and_expired_sessions_are_not_listed() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let (second, third) = (app.sign_in("ada").await, app.sign_in("ada").await);
    app.as_user(&second)
        .send("mutation { logout { sessionId } }", json!({}))
        .await
        .ok();
    let expire = format!(
        "UPDATE sessions SET expires_at = clock_timestamp() WHERE id = '{}'",
        third.session_id
    );
    environment.execute(&expire).await;
    assert_eq!(ids(&sessions(&app, &first).await), [&first.session_id]);
}

#[tokio::test]
async fn the_fifty_first_session_ends_the_oldest() {
    let (environment, app) = app().await;
    let oldest = app.sign_up("ada").await;
    let mut newest = oldest.clone();
    for _ in 0..50 {
        newest = app.sign_in("ada").await;
    }
    let answer = sessions(&app, &newest).await;
    assert_eq!(ids(&answer).len(), 50);
    assert_eq!(app.as_user(&oldest).me().await.code(), "UNAUTHENTICATED");
    let told = "SELECT count(*) FROM feed_events WHERE kind = 'SESSION_REVOKED'";
    assert_eq!(environment.count(told).await, 1);
    let data: Value = environment
        .database
        .connect_as_owner()
        .await
        .query_one(
            "SELECT data FROM feed_events WHERE kind = 'SESSION_REVOKED'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(data, json!({ "session_id": oldest.session_id }));
}
