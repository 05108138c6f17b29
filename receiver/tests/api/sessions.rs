//! A socket never outlives its session or its token.

use std::time::{Duration, Instant};

use lab_stack::servers::Redis;
use receiver::LiveArgs;
use serde_json::json;

use crate::{
    app::{Person, Socket, TestApp},
    documents::INBOX,
};

async fn until_closed(socket: &mut Socket) -> (u16, Duration) {
    let began = Instant::now();
    let code = socket.closed().await;
    (code, began.elapsed())
}

#[tokio::test]
async fn the_sockets_of_a_revoked_session_close_4403_within_a_second_and_the_others_stay() {
    let app = TestApp::with(2, LiveArgs::default()).await;
    let ada = app.person("ada").await;
    let phone = app.another_device(&ada).await;
    let mut laptop = app.follow(&ada, INBOX, json!({})).await;
    laptop.next().await;
    let mut here = app.socket_to(0, &phone).await;
    let mut there = app.socket_to(1, &phone).await;
    app.revoke(&phone).await;
    for socket in [&mut here, &mut there] {
        let (code, took) = until_closed(socket).await;
        assert_eq!(code, 4403);
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    assert_eq!(
        laptop.next().await["events"][0]["__typename"],
        "SessionRevoked"
    );

    // The token itself would be good for ten more minutes, but its session is not.
    let mut again = Socket::greeted(app.port(1), &phone.token).await;
    assert_eq!(again.closed().await, 4403);
}

#[tokio::test]
async fn a_revocation_that_no_hint_tells_of_closes_within_a_second_and_a_half() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut socket = app.socket(&ada).await;
    app.publisher.mute();
    app.revoke(&ada).await;
    let (code, took) = until_closed(&mut socket).await;
    assert_eq!(code, 4403);
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_a_revocation_closes_within_a_second_and_a_half() {
    let redis = Redis::start();
    let app = TestApp::on(1, LiveArgs::default(), redis.url()).await;
    let ada = app.person("ada").await;
    let mut socket = app.socket(&ada).await;
    redis.stop();
    app.revoke(&ada).await;
    let (code, took) = until_closed(&mut socket).await;
    assert_eq!(code, 4403);
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

#[tokio::test]
async fn a_token_is_good_for_a_minute_after_it_expires_and_not_for_longer() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let began = Instant::now();
    let mut nearly = Socket::signed_in(app.port(0), &app.token_for(&ada, -57)).await;
    let mut young = Socket::signed_in(app.port(0), &app.token_for(&ada, 5)).await;
    assert_eq!(nearly.closed().await, 4403);
    let took = began.elapsed();
    assert!((1_900..=4_500).contains(&took.as_millis()), "{took:?}");
    young.silence(200).await;
}

#[tokio::test]
async fn a_session_of_somebody_else_or_of_nobody_opens_nothing() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let borrowed = Person {
        session: bob.session,
        ..ada.clone()
    };
    let unknown = Person {
        session: shared_schema::SessionId::new(),
        ..ada
    };
    for person in [borrowed, unknown] {
        let token = app.token_for(&person, 600);
        let mut socket = Socket::greeted(app.port(0), &token).await;
        assert_eq!(socket.closed().await, 4403);
    }
}

const CHATS: &str = "{ chats { nodes { id } } }";

/// Asks until it is refused, and answers with how long that took.
async fn until_refused(app: &TestApp, receiver: usize, person: &Person) -> Duration {
    let began = Instant::now();
    loop {
        let answer = app.ask_at(receiver, Some(person), CHATS, json!({})).await;
        if answer.is_refused() {
            answer.assert_refused("UNAUTHENTICATED", None);
            return began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(began.elapsed() < Duration::from_secs(10), "not refused");
    }
}

/// Whether a request for an event stream is let in.
async fn opens_events(app: &TestApp, receiver: usize, person: &Person) -> bool {
    let response = reqwest::Client::new()
        .post(app.url(receiver))
        .header("accept", "text/event-stream")
        .bearer_auth(&person.token)
        .json(&json!({ "query": INBOX }))
        .send()
        .await
        .unwrap();
    response.headers()["content-type"] == "text/event-stream"
}

/// S2: queries, event streams and sockets, on every receiver.
#[tokio::test]
async fn the_token_of_an_ended_session_reads_nothing_after_a_second() {
    let app = TestApp::with(2, LiveArgs::default()).await;
    let ada = app.person("ada").await;
    let phone = app.another_device(&ada).await;
    for receiver in [0, 1] {
        // Both remember the token.
        app.ask_at(receiver, Some(&phone), CHATS, json!({}))
            .await
            .ok();
        assert!(opens_events(&app, receiver, &phone).await);
    }
    app.revoke(&phone).await;
    for receiver in [0, 1] {
        let took = until_refused(&app, receiver, &phone).await;
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert!(!opens_events(&app, receiver, &phone).await);
        let mut socket = Socket::greeted(app.port(receiver), &phone.token).await;
        assert_eq!(socket.closed().await, 4403);
        app.ask_at(receiver, Some(&ada), CHATS, json!({}))
            .await
            .ok();
    }
}

/// S2: the same without hints.
#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_token_of_an_ended_session_reads_nothing_after_a_second() {
    let redis = Redis::start();
    let app = TestApp::on(1, LiveArgs::default(), redis.url()).await;
    let ada = app.person("ada").await;
    app.ask(Some(&ada), CHATS, json!({})).await.ok();
    redis.stop();
    app.revoke(&ada).await;
    let took = until_refused(&app, 0, &ada).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// S16: the end of a session that its user's feed does not tell of closes sockets and event streams, too.
#[tokio::test]
async fn an_end_that_no_feed_tells_of_closes_within_a_second() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut socket = app.socket(&ada).await;
    let mut events = reqwest::Client::new()
        .post(app.url(0))
        .header("accept", "text/event-stream")
        .bearer_auth(&ada.token)
        .json(&json!({ "query": INBOX }))
        .send()
        .await
        .unwrap();
    app.owner
        .execute(
            "UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = $1",
            &[&ada.session.0],
        )
        .await
        .unwrap();
    let (code, took) = until_closed(&mut socket).await;
    assert_eq!(code, 4403);
    assert!(took < Duration::from_secs(1), "{took:?}");
    let ended = async { while let Ok(Some(_)) = events.chunk().await {} };
    tokio::time::timeout(Duration::from_secs(1), ended)
        .await
        .expect("the event stream goes on");
}

/// A session that is older than it may be is over although nobody ended it.
#[tokio::test]
async fn a_session_that_is_too_old_opens_nothing() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.owner
        .execute("UPDATE sessions SET expires_at = now()", &[])
        .await
        .unwrap();
    let mut socket = Socket::greeted(app.port(0), &ada.token).await;
    assert_eq!(socket.closed().await, 4403);
}
