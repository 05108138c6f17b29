//! S2: the token of a session that ended writes nothing any more.

use std::time::{Duration, Instant};

use lab_stack::servers::Redis;
use serde_json::json;
use shared_schema::SessionId;

use crate::app::{Person, TestApp};

/// Ends a session, as `users` does.
async fn revoke(app: &TestApp, session: SessionId) {
    app.owner
        .execute(
            "UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = $1",
            &[&session.0],
        )
        .await
        .unwrap();
}

async fn messages(app: &TestApp) -> i64 {
    let row = app.owner.query_one("SELECT count(*) FROM messages", &[]);
    row.await.unwrap().get(0)
}

/// Writes until it is refused, and answers with how long that took.
async fn until_refused(app: &TestApp, sender: usize, person: &Person, chat: &str) -> Duration {
    let begun = Instant::now();
    loop {
        let input = json!({ "chatId": chat, "content": "still here" });
        let answer = app.call_at(sender, person, "createMessage", input).await;
        match answer.outcome() {
            "UNAUTHENTICATED" => return begun.elapsed(),
            "ok" => tokio::time::sleep(Duration::from_millis(20)).await,
            other => panic!("{other}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "not refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_an_ended_session_is_refused_by_every_sender_within_a_second_without_redis() {
    let redis = Redis::start();
    let app = TestApp::with(2, redis.url()).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let ((phone, session), (laptop, _)) =
        (app.on_a_device(&ada).await, app.on_a_device(&ada).await);
    // Both remember the token.
    for sender in [0, 1] {
        let input = json!({ "chatId": chat, "content": "here" });
        app.call_at(sender, &phone, "createMessage", input)
            .await
            .ok();
    }
    redis.stop();
    revoke(&app, session).await;
    for sender in [0, 1] {
        let took = until_refused(&app, sender, &phone, &chat).await;
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    let written = messages(&app).await;
    for field in ["createMessage", "createChat", "leaveChat", "setTyping"] {
        let input = match field {
            "createMessage" => json!({ "chatId": chat, "content": "again" }),
            "createChat" => json!({ "kind": "GROUP", "name": "mine", "participantIds": [] }),
            "leaveChat" => json!({ "chatId": chat }),
            _ => json!({ "chatId": chat, "typing": true }),
        };
        let answer = app.call(&phone, field, input).await;
        answer.assert_refused("UNAUTHENTICATED", None);
    }
    assert_eq!(messages(&app).await, written);
    let input = json!({ "chatId": chat, "content": "I am still signed in" });
    app.call(&laptop, "createMessage", input).await.ok();
}

/// A sender that starts knows what ended before, and does not become ready without.
#[tokio::test]
async fn a_sender_that_starts_later_refuses_the_token_from_its_first_request() {
    let mut app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let (phone, session) = app.on_a_device(&ada).await;
    revoke(&app, session).await;
    app.start(2).await;
    let input = json!({ "chatId": chat, "content": "hello?" });
    let answer = app.call_at(1, &phone, "createMessage", input).await;
    answer.assert_refused("UNAUTHENTICATED", None);
}

/// Who cannot be asked does not make anyone forget.
#[tokio::test(flavor = "multi_thread")]
async fn what_ended_stays_ended_while_postgres_is_away_and_after() {
    let postgres = lab_stack::servers::Postgres::start();
    let database = postgres.database().await;
    let app = TestApp::on(database, 1, lab_stack::servers::shared().redis_url()).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let (phone, session) = app.on_a_device(&ada).await;
    revoke(&app, session).await;
    until_refused(&app, 0, &phone, &chat).await;
    postgres.stop();
    // Refused before anything is asked of Postgres, which would be UNAVAILABLE.
    for _ in 0..10 {
        let input = json!({ "chatId": chat, "content": "hello?" });
        let answer = app.call(&phone, "createMessage", input).await;
        answer.assert_refused("UNAUTHENTICATED", None);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    postgres.restart();
    until_refused(&app, 0, &phone, &chat).await;
}
