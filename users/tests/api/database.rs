//! What the service asks of the database, and what the database keeps from the others.

use tokio_util::sync::CancellationToken;
use users::Application;

use crate::app::{TestEnvironment, app};

#[tokio::test]
async fn password_hashes_and_tokens_are_invisible_to_the_other_services() {
    let (environment, app) = app().await;
    app.sign_up("ada").await;
    for role in ["antiphon_sender", "antiphon_receiver"] {
        let other = environment.database.connect_as(role).await;
        for query in [
            "SELECT password_hash FROM users",
            "SELECT email FROM users",
            "SELECT hash FROM refresh_tokens",
            "SELECT user_agent FROM sessions",
            "UPDATE users SET password_hash = ''",
        ] {
            let error = other.batch_execute(query).await.unwrap_err();
            let code = error.code().unwrap().code();
            // Permission denied, or refused because the role may only read.
            assert!(
                code == "42501" || (code == "25006" && query.starts_with("UPDATE")),
                "{role}: {query}: {error:?}"
            );
        }
        other
            .batch_execute("SELECT username FROM public_profiles")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn our_own_role_can_neither_read_messages_nor_change_events() {
    let (environment, _app) = app().await;
    let own = environment.database.connect_as("antiphon_users").await;
    for query in [
        "SELECT content FROM messages",
        "UPDATE feed_events SET kind = ''",
        "DELETE FROM users",
    ] {
        let error = own.batch_execute(query).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "42501", "{query}");
    }
}

#[tokio::test]
async fn an_older_schema_refuses_the_start_in_one_line_and_no_key_is_made() {
    let environment = TestEnvironment::new().await;
    environment
        .execute("DELETE FROM refinery_schema_history")
        .await;
    let error = Application::build(environment.config())
        .await
        .err()
        .expect("a refusal")
        .to_string();
    assert!(error.contains("schema version 0 is older"), "{error}");
    assert!(!environment.key_file("signing.pem").exists());
}

#[tokio::test]
async fn the_process_ends_when_it_is_told_to() {
    let environment = TestEnvironment::new().await;
    let application = Application::build(environment.config()).await.unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    application.run(stop).await.unwrap();
}
