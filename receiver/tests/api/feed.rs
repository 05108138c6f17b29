//! `feed`, for clients that poll.

use receiver::LiveArgs;
use serde_json::json;
use shared_schema::{ChatId, Cursor};

use crate::app::{TestApp, cursor, kinds, seqs};

const FEED: &str = "query($id: ID!, $after: Cursor!) { feed(id: $id, after: $after) {
    feedId cursor caughtUp reset events { __typename seq ... on MessageAdded { message { content } } } } }";

#[tokio::test]
async fn polling_until_it_is_caught_up_gives_every_event_once() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 230).await;
    let mut position = Cursor::start(chat);
    let mut told = vec![];
    for round in 0.. {
        let variables = json!({ "id": chat, "after": position.to_string() });
        let batch = app.ask(Some(&bob), FEED, variables).await.ok();
        told.extend(batch["events"].as_array().unwrap().clone());
        position = cursor(&batch["cursor"]);
        if batch["caughtUp"] == true {
            assert_eq!(round, 2);
            break;
        }
    }
    assert_eq!(seqs(&told), (1..=232).collect::<Vec<_>>());
    let variables = json!({ "id": chat, "after": position.to_string() });
    let nothing = app.ask(Some(&bob), FEED, variables).await.ok();
    assert_eq!(
        (&nothing["events"], &nothing["caughtUp"]),
        (&json!([]), &json!(true))
    );
    assert_eq!(cursor(&nothing["cursor"]), position);
}

#[tokio::test]
async fn ones_own_feed_can_be_polled_and_nobody_elses() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let poll = async |person, feed: shared_schema::FeedRef| {
        let variables = json!({ "id": feed.id(), "after": Cursor::start(feed).to_string() });
        app.ask(person, FEED, variables).await
    };
    let own = poll(Some(&bob), bob.feed()).await.ok();
    assert_eq!(kinds(own["events"].as_array().unwrap()), ["ChatAdded"]);
    app.remove(&ada, chat, &bob).await;
    let mut answers = vec![];
    for (person, feed) in [
        (&eve, chat.into()),
        (&bob, chat.into()),
        (&eve, bob.feed()),
        (&eve, ChatId::new().into()),
    ] {
        let answer = poll(Some(person), feed).await;
        answer.assert_refused("NOT_FOUND", None);
        answers.push(answer.without_trace());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    poll(None, bob.feed())
        .await
        .assert_refused("UNAUTHENTICATED", None);
    let elsewhere = json!({ "id": bob.id, "after": Cursor::start(chat).to_string() });
    app.ask(Some(&bob), FEED, elsewhere)
        .await
        .assert_refused("BAD_USER_INPUT", "after");
}

#[tokio::test]
async fn a_gap_above_the_limit_and_another_history_are_resets() {
    let live = LiveArgs {
        resume_limit: 10,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let messages = app.say_many(&ada, chat, 30).await;
    let forked = Cursor {
        event: ada.id.0.into(),
        ..messages[28].position()
    };
    for (position, reset) in [
        (messages[3].position(), "GAP_TOO_LARGE"),
        (forked, "FORKED"),
    ] {
        let variables = json!({ "id": chat, "after": position.to_string() });
        let batch = app.ask(Some(&ada), FEED, variables).await.ok();
        assert_eq!(batch["reset"], reset);
        assert_eq!(cursor(&batch["cursor"]), messages[29].position());
    }
}
