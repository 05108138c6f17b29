//! `user`, `userByUsername` and `users`: what everyone may see of somebody.

use serde_json::{Value, json};

use lab_stack::testing::GraphqlResponse;

use crate::app::{PASSWORD, SignedIn, TestApp, app};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";
const PROFILE: &str = "id username displayName about createdAt";

async fn by_id(app: &TestApp, asking: &SignedIn, id: &str) -> GraphqlResponse {
    let query = format!("query($id: ID!) {{ user(id: $id) {{ {PROFILE} }} }}");
    app.as_user(asking).send(&query, json!({ "id": id })).await
}

async fn by_name(app: &TestApp, asking: &SignedIn, name: &str) -> GraphqlResponse {
    let query =
        format!("query($name: String!) {{ userByUsername(username: $name) {{ {PROFILE} }} }}");
    app.as_user(asking)
        .send(&query, json!({ "name": name }))
        .await
}

async fn several(app: &TestApp, asking: &SignedIn, ids: &[&str]) -> GraphqlResponse {
    let query = "query($ids: [ID!]!) { users(ids: $ids) { username } }";
    app.as_user(asking).send(query, json!({ "ids": ids })).await
}

/// B15's kind: a name is looked up in the folding in which people sign in with it.
#[tokio::test]
async fn b15_somebody_is_found_by_id_and_by_name_in_any_case_and_width() {
    let (_environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    let found = by_id(&app, &ada, &bob.user_id).await;
    assert_eq!(found.ok()["username"], "bob");
    for name in ["BOB", "ｂｏｂ", "ＢＯＢ", " Bob "] {
        assert_eq!(by_name(&app, &ada, name).await.ok(), found.ok(), "{name}");
    }
}

#[tokio::test]
async fn nobody_is_null() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(by_id(&app, &ada, NOBODY).await.ok(), Value::Null);
    assert_eq!(by_name(&app, &ada, "nobody").await.ok(), Value::Null);
    assert_eq!(by_name(&app, &ada, "not a name!").await.ok(), Value::Null);
    assert_eq!(
        by_id(&app, &ada, "not-an-id").await.code(),
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn several_come_in_the_order_asked_with_null_where_there_is_none() {
    let (_environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    let answer = several(
        &app,
        &ada,
        &[&bob.user_id, NOBODY, &ada.user_id, &bob.user_id],
    )
    .await;
    let expected =
        json!([{ "username": "bob" }, null, { "username": "ada" }, { "username": "bob" }]);
    assert_eq!(answer.ok(), expected);
    assert_eq!(several(&app, &ada, &[]).await.ok(), json!([]));
}

#[tokio::test]
async fn a_hundred_may_be_asked_for_and_not_one_more() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(
        several(&app, &ada, &[NOBODY; 100])
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        100
    );
    assert_eq!(
        several(&app, &ada, &[NOBODY; 101]).await.refusal(),
        ("BAD_USER_INPUT", "ids")
    );
}

#[tokio::test]
async fn an_address_is_nobody_elses_business() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let answer = app
        .as_user(&ada)
        .send("{ userByUsername(username: \"ada\") { email } }", json!({}))
        .await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_deactivated_user_is_nobody() {
    let (_environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    let input = json!({ "password": PASSWORD });
    app.as_user(&bob)
        .mutate("deactivateUser", "userId", input)
        .await
        .ok();
    assert_eq!(by_id(&app, &ada, &bob.user_id).await.ok(), Value::Null);
    assert_eq!(by_name(&app, &ada, "bob").await.ok(), Value::Null);
    assert_eq!(
        several(&app, &ada, &[&bob.user_id]).await.ok(),
        json!([null])
    );
}
