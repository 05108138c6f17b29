//! `chatEvents`.

use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{ChatId, Cursor};

use crate::{
    documents::CHAT_EVENTS,
    stage::{Stage, cursor, kinds, seqs},
};

fn of(chat: ChatId, after: Option<Cursor>) -> Value {
    json!({ "chat": chat, "after": after.map(|cursor| cursor.to_string()) })
}

#[tokio::test]
async fn a_subscriber_learns_where_they_stand_and_then_everything_once_and_in_order() {
    let stage = Stage::new().await;
    let (ada, bob, eve) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let mut events = stage.follow(&bob, CHAT_EVENTS, of(chat, None)).await;
    let first = events.next().await;
    assert_eq!(first["feedId"], chat.to_string());
    assert_eq!(first["events"], json!([]));
    assert_eq!(first["caughtUp"], true);
    assert_eq!(cursor(&first["cursor"]), stage.head(chat).await);

    let message = stage.say(&ada, chat, "hello").await;
    stage.edit(&ada, &message, "Hello").await;
    stage.rename(&ada, chat, "Greetings").await;
    stage.add(&ada, chat, &[&eve]).await;
    stage.promote(&ada, chat, &eve).await;
    stage.remove(&ada, chat, &eve).await;
    stage.unsay(&ada, &message).await;
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
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let messages = stage.say_many(&ada, chat, 250).await;
    for (seen, missed) in [(0, 249), (100, 149), (249, 0)] {
        let position = messages[seen].position();
        let mut events = stage
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
    let mut all = stage
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
    let stage = Stage::with(
        1,
        LiveArgs {
            resume_limit: 50,
            ..LiveArgs::default()
        },
    )
    .await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let messages = stage.say_many(&ada, chat, 51).await;
    let mut enough = stage
        .follow(&bob, CHAT_EVENTS, of(chat, Some(messages[0].position())))
        .await;
    assert_eq!(seqs(&enough.until(chat, 53).await).len(), 50);

    stage.say(&ada, chat, "one more").await;
    let mut late = stage
        .follow(&bob, CHAT_EVENTS, of(chat, Some(messages[0].position())))
        .await;
    let batch = late.next().await;
    assert_eq!(batch["reset"], "GAP_TOO_LARGE");
    assert_eq!(batch["events"], json!([]));
    assert_eq!(batch["caughtUp"], true);
    assert_eq!(cursor(&batch["cursor"]), stage.head(chat).await);
    stage.say(&ada, chat, "live").await;
    assert_eq!(seqs(&late.events().await), [55]);
}

#[tokio::test]
async fn a_cursor_of_another_history_is_a_reset_and_of_another_feed_an_error() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let other = stage.group(&ada, &[&bob]).await;
    let message = stage.say(&ada, chat, "hello").await;
    let elsewhere = stage.say(&ada, other, "hello").await;

    let forged = Cursor {
        event: elsewhere.id.into(),
        ..message.position()
    };
    let ahead = Cursor {
        seq: 99,
        ..message.position()
    };
    for position in [forged, ahead] {
        let mut events = stage
            .follow(&bob, CHAT_EVENTS, of(chat, Some(position)))
            .await;
        let batch = events.next().await;
        assert_eq!(batch["reset"], "FORKED", "{batch}");
        assert_eq!(cursor(&batch["cursor"]), message.position());
    }
    stage
        .follow(&bob, CHAT_EVENTS, of(chat, Some(elsewhere.position())))
        .await
        .fails("BAD_USER_INPUT")
        .await;
    stage
        .follow(
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
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let mut first = stage.follow(&ada, CHAT_EVENTS, of(chat, None)).await;
    first.next().await;
    for round in 0..20 {
        stage.voice.hush();
        let message = stage.say(&ada, chat, "unheard").await;
        stage.voice.speak();
        let mut second = stage
            .follow(&bob, CHAT_EVENTS, of(chat, Some(message.position())))
            .await;
        let batch = second.next().await;
        assert_eq!(batch["reset"], Value::Null, "round {round}: {batch}");
        assert_eq!(batch["events"], json!([]));
        assert_eq!(cursor(&batch["cursor"]), message.position());
        let next = stage.say(&ada, chat, "heard").await;
        assert_eq!(seqs(&second.events().await), [next.seq]);
    }
}

#[tokio::test]
async fn the_stream_ends_with_the_event_that_ends_the_participation() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let mut events = stage.follow(&bob, CHAT_EVENTS, of(chat, None)).await;
    events.next().await;
    stage.say(&ada, chat, "before").await;
    stage.remove(&ada, chat, &bob).await;
    stage.say(&ada, chat, "after").await;
    let told = events.until(chat, 4).await;
    assert_eq!(kinds(&told), ["MessageAdded", "ParticipantRemoved"]);
    events.completes().await;
    events.silence(200).await;

    let gone = stage.group(&ada, &[&bob]).await;
    let mut events = stage.follow(&bob, CHAT_EVENTS, of(gone, None)).await;
    events.next().await;
    stage.dissolve(&ada, gone, &[&ada, &bob]).await;
    assert_eq!(kinds(&events.events().await), ["ChatRemoved"]);
    events.completes().await;
}

#[tokio::test]
async fn whoever_came_back_is_not_stopped_by_an_earlier_removal() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let seen = stage.say(&ada, chat, "before").await;
    stage.remove(&ada, chat, &bob).await;
    stage.say(&ada, chat, "meanwhile").await;
    stage.add(&ada, chat, &[&bob]).await;
    let mut events = stage
        .follow(&bob, CHAT_EVENTS, of(chat, Some(seen.position())))
        .await;
    let told = events.until(chat, 6).await;
    assert_eq!(
        kinds(&told),
        ["ParticipantRemoved", "MessageAdded", "ParticipantsAdded"]
    );
    stage.say(&ada, chat, "welcome").await;
    assert_eq!(seqs(&events.events().await), [7]);
}

#[tokio::test]
async fn not_yours_and_not_there_are_the_same_refusal() {
    let stage = Stage::new().await;
    let (ada, bob, eve) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    stage.remove(&ada, chat, &bob).await;
    for (person, chat) in [(&eve, chat), (&bob, chat), (&eve, ChatId::new())] {
        stage
            .follow(person, CHAT_EVENTS, of(chat, None))
            .await
            .fails("NOT_FOUND")
            .await;
    }
}

#[tokio::test]
async fn a_kind_that_is_newer_than_this_build_counts_as_a_position() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let mut events = stage.follow(&bob, CHAT_EVENTS, of(chat, None)).await;
    events.next().await;
    let kind = "CHAT_SET_ON_FIRE".to_owned();
    let change = shared_schema::Change::Unknown { kind };
    stage.append(ada.id, vec![(chat.into(), change)]).await;
    let told = events.events().await;
    assert_eq!(told[0]["__typename"], "UnknownEvent");
    assert_eq!(told[0]["kind"], "CHAT_SET_ON_FIRE");
    stage.say(&ada, chat, "still here").await;
    assert_eq!(seqs(&events.events().await), [4]);
}
