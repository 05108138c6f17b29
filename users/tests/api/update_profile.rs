use futures_util::future::join_all;
use serde_json::{Value, json};

use lab_stack::testing::GraphqlResponse;

use crate::app::{SignedIn, TestApp, app};

async fn update(app: &TestApp, user: &SignedIn, input: Value) -> GraphqlResponse {
    app.as_user(user)
        .mutate(
            "updateProfile",
            "account { user { displayName about } version }",
            input,
        )
        .await
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let named = update(&app, &ada, json!({ "displayName": " Ada ", "version": 1 })).await;
    assert_eq!(
        named.ok()["account"],
        json!({ "user": { "displayName": "Ada", "about": "" }, "version": 2 })
    );
    let told = update(&app, &ada, json!({ "about": "two\nlines", "version": 2 })).await;
    let expected = json!({ "user": { "displayName": "Ada", "about": "two\nlines" }, "version": 3 });
    assert_eq!(told.ok()["account"], expected);
    let silent = update(
        &app,
        &ada,
        json!({ "about": "", "displayName": null, "version": 3 }),
    )
    .await;
    assert_eq!(
        silent.ok()["account"]["user"],
        json!({ "displayName": "Ada", "about": "" })
    );
}

#[tokio::test]
async fn a_change_of_an_older_version_is_a_conflict() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let changes =
        (0..8).map(|n| update(&app, &ada, json!({ "about": format!("{n}"), "version": 1 })));
    let answers = Box::pin(join_all(changes)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| !answer.is_refused());
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_eq!(answer.refusal(), ("CONFLICT", "version"));
    }
}

#[tokio::test]
async fn a_bad_value_is_refused_with_its_field() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    for (field, value) in [
        ("displayName", " ".to_owned()),
        ("displayName", "x".repeat(101)),
        ("displayName", "a\tb".to_owned()),
        ("about", "x".repeat(501)),
        ("about", "a\u{1b}b".to_owned()),
    ] {
        let mut input = json!({ "version": 1 });
        input[field] = value.into();
        assert_eq!(
            update(&app, &ada, input).await.refusal(),
            ("BAD_USER_INPUT", field)
        );
    }
    assert_eq!(app.as_user(&ada).me().await.ok()["version"], 1);
}
