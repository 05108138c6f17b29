//! Subscriptions as server-sent events.

use std::time::Duration;

use receiver::LiveArgs;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    app::{Person, TestApp, cursor, seqs},
    documents::{CHAT_EVENTS, INBOX},
    inbox::after,
};

/// What a request for an event stream is answered with.
struct Events {
    response: Response,
    text: String,
}

async fn ask(app: &TestApp, receiver: usize, token: Option<&str>, body: Value) -> Response {
    let request = reqwest::Client::new()
        .post(app.url(receiver))
        .header("accept", "text/event-stream")
        .json(&body);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

impl Events {
    async fn of(app: &TestApp, receiver: usize, person: &Person, body: Value) -> Self {
        let response = ask(app, receiver, Some(&person.token), body).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
        }
    }

    async fn follow(app: &TestApp, person: &Person, document: &str, variables: Value) -> Self {
        let body = json!({ "query": document, "variables": variables });
        Self::of(app, 0, person, body).await
    }

    /// The next event and its data; none when the stream has ended.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                // A comment says no more than that the connection lives.
                if event == ":" {
                    continue;
                }
                let (name, data) = event.split_once('\n').unwrap();
                let name = name.strip_prefix("event: ").unwrap();
                let data = data.strip_prefix("data:").unwrap().trim_start();
                return Some((name.to_owned(), data.to_owned()));
            }
            let chunk = timeout(Duration::from_secs(10), self.response.chunk()).await;
            match chunk.expect("nothing comes") {
                Ok(Some(chunk)) => self.text.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// The root field of the next answer.
    async fn answer(&mut self) -> Value {
        let (name, data) = self.next().await.expect("the stream has ended");
        assert_eq!(name, "next");
        let data: Value = serde_json::from_str(&data).unwrap();
        assert!(data.get("errors").is_none(), "{data}");
        data["data"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .cloned()
            .unwrap()
    }

    /// Batches of this feed up to this event.
    async fn until(&mut self, feed: impl ToString, seq: i64) -> Vec<Value> {
        let feed = feed.to_string();
        let mut events: Vec<Value> = vec![];
        while events.last().is_none_or(|event| event["seq"] != seq) {
            let batch = self.answer().await;
            if batch["feedId"] == feed.as_str() {
                events.extend(batch["events"].as_array().unwrap().iter().cloned());
            }
        }
        events
    }
}

#[tokio::test]
async fn the_inbox_comes_as_events_and_resumes_by_cursor_on_another_instance() {
    let app = TestApp::with(2, LiveArgs::default()).await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = Events::follow(&app, &bob, INBOX, json!({})).await;
    // The chat, and then the own feed: from here on it is live.
    let (first, second) = (inbox.answer().await, inbox.answer().await);
    let mut cursors = [cursor(&first["cursor"]), cursor(&second["cursor"])];
    app.say_many(&ada, chat, 3).await;
    assert_eq!(seqs(&inbox.until(chat, 5).await), [3, 4, 5]);
    drop(inbox);

    cursors[0] = app.head(chat).await;
    app.say_many(&ada, chat, 2).await;
    let body = json!({ "query": INBOX, "variables": after(&cursors) });
    let mut inbox = Events::of(&app, 1, &bob, body).await;
    assert_eq!(seqs(&inbox.until(chat, 7).await), [6, 7]);
}

#[tokio::test]
async fn the_end_of_the_right_to_read_completes_the_stream() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = Events::follow(&app, &bob, CHAT_EVENTS, json!({ "chat": chat })).await;
    events.answer().await;
    app.remove(&ada, chat, &bob).await;
    app.say(&ada, chat, "among ourselves").await;
    let batch = events.answer().await;
    assert_eq!(batch["events"][0]["__typename"], "ParticipantRemoved");
    assert_eq!(batch["events"].as_array().unwrap().len(), 1);
    let (name, data) = events.next().await.unwrap();
    assert_eq!((name.as_str(), data.as_str()), ("complete", ""));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_revoked_session_and_a_drain_end_streams_without_completing_them() {
    let mut app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut revoked = Events::follow(&app, &ada, INBOX, json!({})).await;
    let mut drained = Events::follow(&app, &bob, INBOX, json!({})).await;
    revoked.answer().await;
    drained.answer().await;
    app.revoke(&ada).await;
    while let Some((name, _)) = revoked.next().await {
        assert_eq!(name, "next");
    }
    app.stop(0).await;
    while let Some((name, _)) = drained.next().await {
        assert_eq!(name, "next");
    }
}

#[tokio::test]
async fn who_may_not_subscribe_is_refused_before_a_stream_begins() {
    let app = TestApp::new().await;
    let (ada, _, eve) = app.trio().await;
    let body = json!({ "query": INBOX });
    for token in [None, Some("no.such.token")] {
        let refused = ask(&app, 0, token, body.clone()).await;
        assert_eq!(refused.status(), 401);
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(
            refused["errors"][0]["extensions"]["code"],
            "UNAUTHENTICATED"
        );
    }
    app.revoke(&eve).await;
    let refused = ask(&app, 0, Some(&eve.token), body).await;
    assert_eq!(refused.status(), 401);

    let two = json!({ "query": "subscription { a: inbox { cursor } b: inbox { cursor } }" });
    let refused = ask(&app, 0, Some(&ada.token), two).await;
    assert_eq!(refused.status(), 400);

    let chat = app.group(&ada, &[]).await;
    let bob = app.person("bobby").await;
    let mut other = Events::follow(&app, &bob, CHAT_EVENTS, json!({ "chat": chat })).await;
    let (name, data) = other.next().await.unwrap();
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(name, "next");
    assert_eq!(data["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(other.next().await.unwrap().0, "complete");
}

#[tokio::test]
async fn streams_count_as_sockets_do() {
    let live = LiveArgs {
        max_sockets_per_user: 2,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let body = json!({ "query": INBOX });
    let one = ask(&app, 0, Some(&ada.token), body.clone()).await;
    let two = ask(&app, 0, Some(&ada.token), body.clone()).await;
    assert_eq!((one.status().as_u16(), two.status().as_u16()), (200, 200));
    let third = ask(&app, 0, Some(&ada.token), body).await;
    assert_eq!(third.status(), 503);
    let seconds: u64 = third.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=10).contains(&seconds), "{seconds}");
    let refusal: Value = third.json().await.unwrap();
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "UNAVAILABLE");

    // Whoever goes leaves a place at once, not with the next sign of life.
    drop(one);
    let freed = async {
        while ask(&app, 0, Some(&ada.token), json!({ "query": INBOX }))
            .await
            .status()
            != 200
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(5), freed)
        .await
        .expect("the place is still taken");
}

#[tokio::test]
async fn a_query_may_be_answered_as_events_too() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let body = json!({ "query": "{ unreadCounts { chatId } }" });
    let mut events = Events::of(&app, 0, &ada, body).await;
    assert_eq!(events.answer().await, json!([]));
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);
}
