use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use lab_stack::testing::GraphqlResponse;

use crate::app::{PASSWORD, SIGN_IN, TestApp, app};

async fn register(app: &TestApp, changes: Value) -> GraphqlResponse {
    let mut input = json!({ "email": "ada@example.org", "username": "ada", "password": PASSWORD });
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    app.anonymous().mutate("register", SIGN_IN, input).await
}

#[tokio::test]
async fn someone_who_registers_is_signed_in() {
    let (_environment, app) = app().await;
    let answer = register(
        &app,
        json!({ "username": "Ada", "email": " Ada@Example.org " }),
    )
    .await;
    let payload = answer.ok();
    assert_eq!(payload["account"]["user"]["username"], "ada");
    assert_eq!(payload["account"]["user"]["displayName"], "ada");
    assert_eq!(payload["account"]["user"]["about"], "");
    assert_eq!(payload["account"]["email"], "Ada@Example.org");
    assert_eq!(payload["account"]["version"], 1);
    assert_eq!(payload["session"]["current"], true);

    let token = payload["accessToken"].as_str().unwrap();
    let me = app.with_token(token).me().await;
    assert_eq!(me.ok(), payload["account"]);
}

#[tokio::test]
async fn the_display_name_is_the_one_that_was_given_without_the_space_around_it() {
    let (_environment, app) = app().await;
    let answer = register(&app, json!({ "displayName": "  Ada Lovelace " })).await;
    assert_eq!(
        answer.ok()["account"]["user"]["displayName"],
        "Ada Lovelace"
    );
}

#[tokio::test]
async fn a_bad_input_is_refused_with_the_field_that_is_at_fault() {
    let (_environment, app) = app().await;
    for (field, value) in [
        ("username", "ab".to_owned()),
        ("username", "a".repeat(51)),
        ("username", "ada lovelace".to_owned()),
        ("email", "ada".to_owned()),
        ("email", "ada@localhost".to_owned()),
        ("email", format!("{}@example.org", "a".repeat(250))),
        ("displayName", "  ".to_owned()),
        ("displayName", "a\u{7}b".to_owned()),
        ("displayName", "é".repeat(101)),
        ("password", "tea 42".to_owned()),
        ("password", "plover teapot ".repeat(10)),
        ("password", "password1".to_owned()),
        ("password", "xk lovelace 93 teapot".to_owned()),
    ] {
        let mut changes = json!({ "username": "lovelace" });
        changes[field] = value.clone().into();
        let answer = register(&app, changes).await;
        assert_eq!(answer.refusal(), ("BAD_USER_INPUT", field), "{value}");
    }
}

/// F5, F31: why it was refused, as a code with its numbers and as a whole sentence. Lengths are in characters everywhere.
#[tokio::test]
async fn f5_a_refused_field_says_why() {
    let (_environment, app) = app().await;
    for (field, value, reason, message) in [
        (
            "username",
            "ab",
            "TOO_SHORT",
            "It must have at least 3 characters.",
        ),
        (
            "username",
            "ada!",
            "CHARACTER_NOT_ALLOWED",
            "Only these characters are allowed: a-z 0-9 _ -.",
        ),
        (
            "email",
            "ada",
            "NOT_AN_EMAIL_ADDRESS",
            "It must be an e-mail address.",
        ),
        (
            "displayName",
            " ",
            "NOTHING_VISIBLE",
            "It must contain at least one visible character.",
        ),
        (
            "displayName",
            "a\u{7}b",
            "CONTROL_CHARACTER",
            "It must not contain control characters.",
        ),
        (
            "password",
            "üüüüüüü",
            "TOO_SHORT",
            "It must have at least 8 characters.",
        ),
        (
            "password",
            "qwertyuiop",
            "TOO_EASY_TO_GUESS",
            "It is too easy to guess. Add another word or two.",
        ),
        (
            "password",
            "ada@example.org 93",
            "CONTAINS_PERSONAL_DATA",
            "It must not contain your username or e-mail address.",
        ),
    ] {
        let answer = register(&app, json!({ field: value })).await;
        let error = answer.error();
        assert_eq!(error["extensions"]["reason"], reason, "{value}");
        assert_eq!(error["message"], message, "{value}");
    }
    let long = register(&app, json!({ "displayName": "é".repeat(101) })).await;
    assert_eq!(
        long.error()["extensions"]["arguments"],
        json!({ "max": 100 })
    );
    register(&app, json!({})).await.ok();
    let taken = register(&app, json!({ "email": "other@example.org" })).await;
    assert_eq!(taken.error()["extensions"]["reason"], "TAKEN");
}

#[tokio::test]
async fn a_name_or_address_that_differs_only_in_case_is_taken() {
    let (_environment, app) = app().await;
    register(&app, json!({})).await.ok();
    let same_name = register(
        &app,
        json!({ "username": "ADA", "email": "other@example.org" }),
    )
    .await;
    assert_eq!(same_name.refusal(), ("CONFLICT", "username"));
    let same_address = register(
        &app,
        json!({ "username": "other", "email": "ADA@EXAMPLE.ORG" }),
    )
    .await;
    assert_eq!(same_address.refusal(), ("CONFLICT", "email"));
}

/// Registers; asks again, as clients do, when a busy machine does not hash eight passwords within the time of a request.
async fn register_in_time(app: &TestApp, email: String) -> GraphqlResponse {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = register(app, json!({ "email": email })).await;
        let is_late = answer.body()["errors"][0]["extensions"]["code"] == "UNAVAILABLE";
        if !is_late || Instant::now() > deadline {
            return answer;
        }
    }
}

#[tokio::test]
async fn of_several_who_want_one_name_at_once_one_gets_it() {
    let (environment, app) = app().await;
    let attempts = (0..8).map(|n| register_in_time(&app, format!("ada{n}@example.org")));
    let answers = Box::pin(join_all(attempts)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| !answer.is_refused());
    let accounts = "SELECT count(*) FROM users WHERE username = 'ada'";
    assert_eq!(environment.count(accounts).await, 1);
    // Whose answer was late may have got the name and be told that it is taken.
    assert!(won.len() <= 1, "{}", won.len());
    for answer in lost {
        let (code, field) = answer.refusal();
        assert_eq!(code, "CONFLICT");
        assert!(["username", "email"].contains(&field), "{field}");
    }
}

#[tokio::test]
async fn a_registration_that_fails_leaves_nothing_behind() {
    let (environment, app) = app().await;
    register(&app, json!({})).await.ok();
    register(&app, json!({ "email": "other@example.org" }))
        .await
        .error();
    let count = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM feeds), (SELECT count(*) FROM sessions)";
    let row = environment
        .database
        .connect_as_owner()
        .await
        .query_one(count, &[])
        .await
        .unwrap();
    let counts: (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(counts, (1, 1, 1));
}
