use lab_stack::testing::SchemaDocument;
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

/// An operation of this root field, unless it is for people without an account.
fn operation(field: &str) -> Option<String> {
    let id = "00000000-0000-7000-8000-000000000000";
    let operation = match field {
        "login" | "refreshSession" | "register" => return None,
        "me" => "{ me { version } }".into(),
        "sessions" => "{ sessions { id } }".into(),
        "user" => format!("{{ user(id: \"{id}\") {{ id }} }}"),
        "userByUsername" => "{ userByUsername(username: \"ada\") { id } }".into(),
        "users" => format!("{{ users(ids: [\"{id}\"]) {{ id }} }}"),
        "searchUsers" => "{ searchUsers(query: \"ada\") { nodes { id } } }".into(),
        "logout" => "mutation { logout { sessionId } }".into(),
        "revokeSession" => {
            format!(
                "mutation {{ revokeSession(input: {{ sessionId: \"{id}\" }}) {{ sessionId }} }}"
            )
        }
        "updateProfile" => {
            "mutation { updateProfile(input: { version: 1 }) { account { version } } }".into()
        }
        "setReadReceipts" => {
            "mutation { setReadReceipts(input: { enabled: true }) { account { version } } }".into()
        }
        "changeUsername" => {
            "mutation { changeUsername(input: { username: \"ada\" }) { account { version } } }"
                .into()
        }
        "changePassword" => {
            let input = "{ currentPassword: \"a\", newPassword: \"plover teapot 43\" }";
            format!("mutation {{ changePassword(input: {input}) {{ account {{ version }} }} }}")
        }
        "deactivateUser" => {
            "mutation { deactivateUser(input: { password: \"a\" }) { userId } }".into()
        }
        new => panic!("`{new}` needs a row in me.rs"),
    };
    Some(operation)
}

#[tokio::test]
async fn whatever_needs_an_account_is_refused_without_a_token() {
    let (_environment, app) = app().await;
    let schema = SchemaDocument::committed("users");
    let mut fields = schema.field_names("Query");
    fields.extend(schema.field_names("Mutation"));
    for operation in fields.into_iter().filter_map(operation) {
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
