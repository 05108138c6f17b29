//! `chatEvents`.

use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{ChatId, Cursor};

use crate::{
    app::{TestApp, cursor, kinds, seqs},
    documents::CHAT_EVENTS,
};

fn of(chat: ChatId, after: Option<Cursor>) -> Value {
    json!({ "chat": chat, "after": after.map(|cursor| cursor.to_string()) })
}

#[tokio::test]
async fn a_subscriber_learns_where_they_stand_and_then_everything_once_and_in_order() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = app.follow(&bob, CHAT_EVENTS, of(chat, None)).await;
    let first = events.next().await;
    assert_eq!(first["feedId"], chat.to_string());
    assert_eq!(first["events"], json!([]));
    assert_eq!(first["caughtUp"], true);
    assert_eq!(cursor(&first["cursor"]), app.head(chat).await);

    let message = app.say(&ada, chat, "hello").await;
    app.edit(&ada, &message, "Hello").await;
    app.rename(&ada, chat, "Greetings").await;
    app.add(&ada, chat, &[&eve]).await;
    app.promote(&ada, chat, &eve).await;
    app.remove(&ada, chat, &eve).await;
    app.unsay(&ada, &message).await;
    let told = events.until(chat, 9).await;
    assert_eq!(seqs(&told), [3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(
        kinds(&told),
        [
            "MessageAdded",
            "MessageUpdated",
            "ChatUpdated",
            "ParticipantsAdded",
            "ParticipantRoleChanged",
            "ParticipantRemoved",
            "MessageRemoved",
        ]
    );
    assert_eq!(told[0]["actorId"], ada.id.to_string());
    assert_eq!(told[0]["message"]["id"], message.id.to_string());
    assert_eq!(cursor(&told[0]["message"]["cursor"]), message.position());
    assert_eq!(told[2]["chat"]["name"], "Greetings");
    assert_eq!(told[3]["participants"][0]["user"]["username"], "eve");
    assert_eq!(told[4]["role"], "ADMIN");
    assert_eq!(told[6]["message"]["content"], Value::Null);
    events.silence(200).await;
}

#[tokio::test]
async fn after_a_cursor_come_exactly_the_events_that_were_missed() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let messages = app.say_many(&ada, chat, 250).await;
    for (seen, missed) in [(0, 249), (100, 149), (249, 0)] {
        let position = messages[seen].position();
        let mut events = app
            .follow(&bob, CHAT_EVENTS, of(chat, Some(position)))
            .await;
        let mut told = vec![];
        loop {
            let batch = events.next().await;
            told.extend(batch["events"].as_array().unwrap().clone());
            assert!(batch["events"].as_array().unwrap().len() <= 100);
            assert_eq!(batch["reset"], Value::Null);
            if batch["caughtUp"] == true {
                break;
            }
        }
        let expected: Vec<i64> = (position.seq + 1..=252).collect();
        assert_eq!(seqs(&told), expected);
        assert_eq!(told.len(), missed);
    }
    let mut all = app
        .follow(&bob, CHAT_EVENTS, of(chat, Some(Cursor::start(chat))))
        .await;
    let told = all.until(chat, 252).await;
    assert_eq!(seqs(&told), (1..=252).collect::<Vec<_>>());
    assert_eq!(
        kinds(&told[..3]),
        ["ChatCreated", "ParticipantsAdded", "MessageAdded"]
    );
}

#[tokio::test]
async fn more_than_the_limit_is_a_reset_at_the_head_and_then_live() {
    let app = TestApp::with(
        1,
        LiveArgs {
            resume_limit: 50,
            ..LiveArgs::default()
        },
    )
    .await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let messages = app.say_many(&ada, chat, 51).await;
    let mut enough = app
        .follow(&bob, CHAT_EVENTS, of(chat, Some(messages[0].position())))
        .await;
    assert_eq!(seqs(&enough.until(chat, 53).await).len(), 50);

    app.say(&ada, chat, "one more").await;
    let mut late = app
        .follow(&bob, CHAT_EVENTS, of(chat, Some(messages[0].position())))
        .await;
    let batch = late.next().await;
    assert_eq!(batch["reset"], "GAP_TOO_LARGE");
    assert_eq!(batch["events"], json!([]));
    assert_eq!(batch["caughtUp"], true);
    assert_eq!(cursor(&batch["cursor"]), app.head(chat).await);
    app.say(&ada, chat, "live").await;
    assert_eq!(seqs(&late.events().await), [55]);
}

#[tokio::test]
async fn a_cursor_of_another_history_is_a_reset_and_of_another_feed_an_error() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let other = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "hello").await;
    let elsewhere = app.say(&ada, other, "hello").await;

    let forged = Cursor {
        event: elsewhere.id.into(),
        ..message.position()
    };
    let ahead = Cursor {
        seq: 99,
        ..message.position()
    };
    for position in [forged, ahead] {
        let mut events = app
            .follow(&bob, CHAT_EVENTS, of(chat, Some(position)))
            .await;
        let batch = events.next().await;
        assert_eq!(batch["reset"], "FORKED", "{batch}");
        assert_eq!(cursor(&batch["cursor"]), message.position());
    }
    app.follow(&bob, CHAT_EVENTS, of(chat, Some(elsewhere.position())))
        .await
        .fails("BAD_USER_INPUT")
        .await;
    app.follow(
        &bob,
        CHAT_EVENTS,
        json!({ "chat": chat, "after": "nonsense" }),
    )
    .await
    .fails("BAD_USER_INPUT")
    .await;
}

#[tokio::test]
async fn a_cursor_that_this_instance_has_not_heard_of_yet_is_no_fork() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut first = app.follow(&ada, CHAT_EVENTS, of(chat, None)).await;
    first.next().await;
    for round in 0..20 {
        app.publisher.mute();
        let message = app.say(&ada, chat, "unheard").await;
        app.publisher.unmute();
        let mut second = app
            .follow(&bob, CHAT_EVENTS, of(chat, Some(message.position())))
            .await;
        let batch = second.next().await;
        assert_eq!(batch["reset"], Value::Null, "round {round}: {batch}");
        assert_eq!(batch["events"], json!([]));
        assert_eq!(cursor(&batch["cursor"]), message.position());
        let next = app.say(&ada, chat, "heard").await;
        assert_eq!(seqs(&second.events().await), [next.seq]);
    }
}

#[tokio::test]
async fn the_stream_ends_with_the_event_that_ends_the_participation() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = app.follow(&bob, CHAT_EVENTS, of(chat, None)).await;
    events.next().await;
    app.say(&ada, chat, "before").await;
    app.remove(&ada, chat, &bob).await;
    app.say(&ada, chat, "after").await;
    let told = events.until(chat, 4).await;
    assert_eq!(kinds(&told), ["MessageAdded", "ParticipantRemoved"]);
    events.completes().await;
    events.silence(200).await;

    let gone = app.group(&ada, &[&bob]).await;
    let mut events = app.follow(&bob, CHAT_EVENTS, of(gone, None)).await;
    events.next().await;
    app.dissolve(&ada, gone, &[&ada, &bob]).await;
    assert_eq!(kinds(&events.events().await), ["ChatRemoved"]);
    events.completes().await;
}

#[tokio::test]
async fn whoever_came_back_is_not_stopped_by_an_earlier_removal() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let seen = app.say(&ada, chat, "before").await;
    app.remove(&ada, chat, &bob).await;
    app.say(&ada, chat, "meanwhile").await;
    app.add(&ada, chat, &[&bob]).await;
    let mut events = app
        .follow(&bob, CHAT_EVENTS, of(chat, Some(seen.position())))
        .await;
    let told = events.until(chat, 6).await;
    assert_eq!(
        kinds(&told),
        ["ParticipantRemoved", "MessageAdded", "ParticipantsAdded"]
    );
    app.say(&ada, chat, "welcome").await;
    assert_eq!(seqs(&events.events().await), [7]);
}

#[tokio::test]
async fn not_yours_and_not_there_are_the_same_refusal() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.remove(&ada, chat, &bob).await;
    for (person, chat) in [(&eve, chat), (&bob, chat), (&eve, ChatId::new())] {
        app.follow(person, CHAT_EVENTS, of(chat, None))
            .await
            .fails("NOT_FOUND")
            .await;
    }
}

#[tokio::test]
async fn a_kind_that_is_newer_than_this_build_counts_as_a_position() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = app.follow(&bob, CHAT_EVENTS, of(chat, None)).await;
    events.next().await;
    let kind = "CHAT_SET_ON_FIRE".to_owned();
    let change = shared_schema::Change::Unknown { kind };
    app.append(ada.id, vec![(chat.into(), change)]).await;
    let told = events.events().await;
    assert_eq!(told[0]["__typename"], "UnknownEvent");
    assert_eq!(told[0]["kind"], "CHAT_SET_ON_FIRE");
    app.say(&ada, chat, "still here").await;
    assert_eq!(seqs(&events.events().await), [4]);
}
