use futures_util::future::join_all;
use serde_json::json;

use lab_stack::testing::GraphqlResponse;

use crate::app::{PASSWORD, SignedIn, TestApp, app};

async fn change(app: &TestApp, user: &SignedIn, username: &str) -> GraphqlResponse {
    let input = json!({ "username": username });
    app.as_user(user)
        .mutate(
            "changeUsername",
            "account { user { id username } version }",
            input,
        )
        .await
}

#[tokio::test]
async fn one_is_found_and_signs_in_by_the_new_name_only() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let answer = change(&app, &ada, "Countess").await;
    assert_eq!(answer.ok()["account"]["user"]["username"], "countess");
    assert_eq!(answer.ok()["account"]["version"], 2);
    assert_eq!(
        app.as_user(&ada).me().await.ok()["user"]["username"],
        "countess"
    );
    assert_eq!(app.sign_in("countess").await.user_id, ada.user_id);
    assert_eq!(
        app.anonymous().login("ada", PASSWORD).await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    app.sign_up("bob").await;
    assert_eq!(
        change(&app, &ada, "BOB").await.refusal(),
        ("CONFLICT", "username")
    );
    assert_eq!(
        change(&app, &ada, "x").await.refusal(),
        ("BAD_USER_INPUT", "username")
    );
    assert_eq!(app.as_user(&ada).me().await.ok()["user"]["username"], "ada");
}

#[tokio::test]
async fn the_old_name_stays_reserved_for_its_last_holder() {
    let (environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    change(&app, &ada, "countess").await.ok();
    assert_eq!(
        change(&app, &bob, "ada").await.refusal(),
        ("CONFLICT", "username")
    );
    let input = json!({ "email": "new@example.org", "username": "ada", "password": PASSWORD });
    let newcomer = app
        .anonymous()
        .mutate("register", "accessToken", input)
        .await;
    assert_eq!(newcomer.refusal(), ("CONFLICT", "username"));
    assert_eq!(
        environment
            .count("SELECT count(*) FROM users WHERE email = 'new@example.org'")
            .await,
        0
    );

    change(&app, &ada, "ada").await.ok();
    assert_eq!(app.as_user(&ada).me().await.ok()["user"]["username"], "ada");
    assert_eq!(change(&app, &bob, "countess").await.code(), "CONFLICT");
}

#[tokio::test]
async fn a_name_is_free_again_when_its_reservation_has_run_out() {
    let (environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    change(&app, &ada, "countess").await.ok();
    let days = "SELECT round(extract(epoch FROM until - clock_timestamp()) / 86400)::bigint FROM reserved_usernames";
    assert_eq!(environment.count(days).await, 30);
    environment
        .execute("UPDATE reserved_usernames SET until = clock_timestamp()")
        .await;
    change(&app, &bob, "ada").await.ok();
}

#[tokio::test]
async fn the_name_one_has_already_changes_nothing() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(
        change(&app, &ada, "Ada").await.ok()["account"]["version"],
        1
    );
    assert_eq!(
        environment.count("SELECT count(*) FROM feed_events").await,
        0
    );
    assert_eq!(
        environment
            .count("SELECT count(*) FROM reserved_usernames")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_want_one_name_at_once_one_gets_it() {
    let (_environment, app) = app().await;
    let people = join_all((0..6).map(|n| {
        let app = &app;
        async move { app.sign_up(&format!("robot{n}")).await }
    }))
    .await;
    let answers = join_all(people.iter().map(|one| change(&app, one, "marvin"))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| !answer.is_refused());
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_eq!(answer.refusal(), ("CONFLICT", "username"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_slips_into_a_name_while_it_is_being_given_up() {
    let (environment, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    // The holder's transaction, as far as the rows that the other one meets.
    let mut owner = environment.database.connect_as_owner().await;
    let leaving = owner.transaction().await.unwrap();
    let statements = format!(
        "UPDATE users SET username = 'countess' WHERE id = '{0}';
         INSERT INTO reserved_usernames VALUES ('ada', '{0}', clock_timestamp() + interval '30 days')",
        ada.user_id
    );
    leaving.batch_execute(&statements).await.unwrap();
    let taking = change(&app, &bob, "ada");
    let commit = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        leaving.commit().await.unwrap();
    };
    let (answer, ()) = futures_util::future::join(taking, commit).await;
    assert_eq!(answer.refusal(), ("CONFLICT", "username"));
}
