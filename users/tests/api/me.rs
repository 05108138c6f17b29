use serde_json::json;

use crate::app::{TestEnvironment, app};

#[tokio::test]
async fn one_sees_ones_own_account() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let answer = app.as_user(&ada).me().await;
    let me = answer.ok();
    assert_eq!(me["user"]["id"], ada.user_id);
    assert_eq!(me["user"]["username"], "ada");
    assert_eq!(me["email"], "ada@example.org");
}

#[tokio::test]
async fn whatever_needs_an_account_is_refused_without_a_token() {
    let (_environment, app) = app().await;
    let id = "00000000-0000-7000-8000-000000000000";
    for operation in [
        "{ me { version } }".to_owned(),
        "{ sessions { id } }".to_owned(),
        format!("{{ user(id: \"{id}\") {{ id }} }}"),
        "{ userByUsername(username: \"ada\") { id } }".to_owned(),
        format!("{{ users(ids: [\"{id}\"]) {{ id }} }}"),
        "{ searchUsers(query: \"ada\") { nodes { id } } }".to_owned(),
        "mutation { logout { sessionId } }".to_owned(),
        format!("mutation {{ revokeSession(input: {{ sessionId: \"{id}\" }}) {{ sessionId }} }}"),
        "mutation { updateProfile(input: { version: 1 }) { account { version } } }".to_owned(),
        "mutation { changeUsername(input: { username: \"ada\" }) { account { version } } }".to_owned(),
        "mutation { changePassword(input: { currentPassword: \"a\", newPassword: \"plover teapot 43\" }) { account { version } } }"
            .to_owned(),
        "mutation { deactivateUser(input: { password: \"a\" }) { userId } }".to_owned(),
    ] {
        let answer = app.anonymous().send(&operation, json!({})).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{operation}");
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    let (_here, app) = app().await;
    let there = TestEnvironment::new().await;
    let elsewhere = there.start(there.config()).await;
    let stranger = elsewhere.sign_up("ada").await;
    assert_eq!(app.as_user(&stranger).me().await.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_token_of_a_session_that_has_expired_is_refused() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    environment
        .execute("UPDATE sessions SET expires_at = clock_timestamp()")
        .await;
    assert_eq!(app.as_user(&ada).me().await.code(), "UNAUTHENTICATED");
}
