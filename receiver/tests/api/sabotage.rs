//! Redis and Postgres fail in the middle of a stream, and the client sees nothing of it but a delay.

use std::time::{Duration, Instant};

use lab_stack::servers::Redis;
use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{Change, ChatId, Event, EventId, FeedRef};

use crate::{
    app::{Op, Person, TestApp, seqs},
    documents::{CHAT_EVENTS, INBOX},
};

/// About a second, and what this machine needs on top when everything is tested at once.
const LATE: Duration = Duration::from_millis(2_500);

async fn stage_on(redis: &Redis) -> (TestApp, Person, Person, ChatId) {
    let app = TestApp::on(1, LiveArgs::default(), redis.url()).await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.until_health("ok").await;
    (app, ada, bob, chat)
}

async fn following(app: &TestApp, person: &Person, chat: ChatId) -> Op {
    let mut events = app
        .follow(person, CHAT_EVENTS, json!({ "chat": chat }))
        .await;
    events.next().await;
    events
}

/// Sends so many messages; each arrives once, in order, and not late.
async fn all_arrive(app: &TestApp, ada: &Person, chat: ChatId, events: &mut Op, count: i64) {
    for _ in 0..count {
        let message = app.say(ada, chat, "hello").await;
        let began = Instant::now();
        assert_eq!(seqs(&events.until(chat, message.seq).await), [message.seq]);
        assert!(began.elapsed() < LATE, "{:?} late", began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_stopped_and_back() {
    let redis = Redis::start();
    let (app, ada, bob, chat) = stage_on(&redis).await;
    let mut events = following(&app, &bob, chat).await;
    all_arrive(&app, &ada, chat, &mut events, 3).await;
    redis.stop();
    all_arrive(&app, &ada, chat, &mut events, 5).await;
    app.until_health("degraded").await;
    let mut new = following(&app, &ada, chat).await;
    all_arrive(&app, &ada, chat, &mut events, 2).await;
    assert_eq!(
        seqs(&new.until(chat, app.head(chat).await.seq).await).len(),
        2
    );
    redis.restart();
    app.until_health("ok").await;
    all_arrive(&app, &ada, chat, &mut events, 3).await;
    events.silence(1_200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_frozen_and_back() {
    let redis = Redis::start();
    let (app, ada, bob, chat) = stage_on(&redis).await;
    let mut events = following(&app, &bob, chat).await;
    redis.freeze();
    all_arrive(&app, &ada, chat, &mut events, 5).await;
    let began = Instant::now();
    let mut new = following(&app, &ada, chat).await;
    assert!(began.elapsed() < LATE, "{:?} to open", began.elapsed());
    redis.thaw();
    all_arrive(&app, &ada, chat, &mut events, 5).await;
    assert_eq!(
        seqs(&new.until(chat, app.head(chat).await.seq).await).len(),
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_flushed_and_its_subscribers_cut_off_again_and_again() {
    let redis = Redis::start();
    let (app, ada, bob, chat) = stage_on(&redis).await;
    let mut events = following(&app, &bob, chat).await;
    for _ in 0..4 {
        redis.flush();
        all_arrive(&app, &ada, chat, &mut events, 3).await;
    }
    app.until_health("ok").await;
    // Hints are heard again, not only swept: quicker than any sweep, most of the time.
    let mut quick = 0;
    for _ in 0..10 {
        let began = Instant::now();
        all_arrive(&app, &ada, chat, &mut events, 1).await;
        quick += i32::from(began.elapsed() < Duration::from_millis(200));
    }
    assert!(quick >= 7, "{quick} of 10");
}

#[tokio::test]
async fn every_one_of_many_feeds_is_heard_of_by_hint() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut chats = vec![];
    for _ in 0..60 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    let swept = app.metric("receiver_feeds_behind_total").await;
    for chat in chats {
        app.say(&ada, chat, "hello").await;
        assert_eq!(seqs(&inbox.until(chat, 3).await), [3]);
    }
    let swept = app.metric("receiver_feeds_behind_total").await - swept;
    assert!(swept <= 5.0, "{swept} of 60 came by the sweep");
}

#[tokio::test]
async fn hints_that_are_lost_repeated_and_reordered_change_nothing() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = following(&app, &bob, chat).await;
    app.publisher.mute();
    let mut hints: Vec<Event> = vec![];
    for number in 0..40 {
        let message = app.say(&ada, chat, &number.to_string()).await;
        hints.push(Event {
            feed: chat.into(),
            seq: message.seq,
            id: message.id.into(),
            prev: hints.last().map(|event| event.id),
            at: message.created_at,
            actor: Some(ada.id),
            change: Change::MessageAdded(message),
        });
    }
    // Every third is lost, every second comes twice, and all of it backwards in pairs.
    for pair in hints.chunks(2).rev() {
        for event in pair.iter().rev().filter(|event| event.seq % 3 != 0) {
            for _ in 0..=event.seq % 2 {
                app.publisher
                    .publish(chat.into(), std::slice::from_ref(event), &[])
                    .await;
            }
        }
    }
    let told = events.until(chat, 42).await;
    assert_eq!(seqs(&told), (3..=42).collect::<Vec<_>>());
    for (number, event) in told.iter().enumerate() {
        assert_eq!(event["message"]["content"], number.to_string());
    }
    events.silence(1_200).await;
}

#[tokio::test]
async fn forged_hints_reach_nobody() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let other = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "true").await;
    let mut events = following(&app, &bob, chat).await;
    let forged = |feed: FeedRef, seq: i64, prev: EventId| Event {
        feed,
        seq,
        id: EventId::new(),
        prev: Some(prev),
        at: message.created_at,
        actor: Some(ada.id),
        change: Change::MessageAdded(shared_schema::Message {
            content: Some("forged".into()),
            ..message.clone()
        }),
    };
    let right = EventId::from(message.id);
    let lies = [
        forged(other.into(), 4, right),
        forged(chat.into(), 4, EventId::new()),
        forged(chat.into(), 3, right),
        forged(chat.into(), 99, right),
        forged(chat.into(), 0, right),
        forged(chat.into(), i64::MIN, right),
        forged(chat.into(), i64::MAX, right),
    ];
    for lie in lies {
        app.publisher.publish(chat.into(), &[lie], &[]).await;
    }
    for garbage in [
        &b""[..],
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{\"v\":2}",
        b"{\"v\":1,\"events\":[{}]}",
    ] {
        app.publisher
            .publish_bytes(&FeedRef::from(chat).channel(), garbage)
            .await;
    }
    let elsewhere = shared_schema::Signal::Typing {
        chat_id: other,
        user_id: ada.id,
        until: message.created_at,
    };
    app.publisher.publish(chat.into(), &[], &[elsewhere]).await;
    events.silence(1_500).await;
    app.say(&ada, chat, "true as well").await;
    let told = events.events().await;
    assert_eq!(seqs(&told), [4]);
    assert_eq!(told[0]["message"]["content"], "true as well");
    assert!(app.metric("receiver_hints_unreadable_total").await >= 4.0);
}

#[tokio::test]
async fn database_connections_that_are_cut_off_close_no_socket() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = following(&app, &bob, chat).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    for round in 0..6 {
        if round % 2 == 0 {
            app.publisher.mute();
        } else {
            app.publisher.unmute();
        }
        app.owner
            .execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'receiver'",
                &[],
            )
            .await
            .unwrap();
        let new = app.group(&ada, &[&bob]).await;
        all_arrive(&app, &ada, chat, &mut events, 2).await;
        let head = app.head(chat).await.seq;
        assert_eq!(seqs(&inbox.until(chat, head).await), [head - 1, head]);
        let own = inbox.news(bob.id).await;
        assert_eq!(own["events"][0]["chatId"], new.to_string());
        assert_eq!(own["events"][0]["chat"]["name"], "A chat");
    }
}

/// As after a failover to a standby that had not received the end of the feed.
async fn lose_the_tail(app: &TestApp, feed: FeedRef, to: i64) {
    for sql in [
        "DELETE FROM feed_events WHERE feed_id = $1 AND seq > $2",
        "DELETE FROM messages WHERE chat_id = $1 AND seq > $2",
        "UPDATE feeds SET last_seq = $2,
           head_id = (SELECT id FROM feed_events WHERE feed_id = $1 AND seq = $2),
           message_count = (SELECT count(*) FROM messages WHERE chat_id = $1)
         WHERE id = $1 AND last_seq > $2",
    ] {
        app.owner.execute(sql, &[&feed.id(), &to]).await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_tail_ends_in_a_reset_and_then_goes_on() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    for (hints, rewritten) in [(true, 0), (true, 1), (false, 1), (true, 4), (false, 4)] {
        let chat = app.group(&ada, &[&bob]).await;
        let mut events = following(&app, &bob, chat).await;
        for text in ["kept", "lost", "lost"] {
            app.say(&ada, chat, text).await;
        }
        assert_eq!(seqs(&events.until(chat, 5).await), [3, 4, 5]);
        lose_the_tail(&app, chat.into(), 3).await;
        if !hints {
            app.publisher.mute();
        }
        for _ in 0..rewritten {
            app.say(&ada, chat, "another history").await;
        }
        app.publisher.unmute();
        let batch = events.next().await;
        assert_eq!(
            batch["reset"], "FORKED",
            "hints {hints}, {rewritten}: {batch}"
        );
        assert_eq!(batch["events"], json!([]));
        let position = crate::app::cursor(&batch["cursor"]);
        let head = app.head(chat).await;
        // What was written after the fork was noticed follows the reset.
        if position != head {
            events.until(chat, head.seq).await;
        }
        let message = app.say(&ada, chat, "goes on").await;
        let told = events.until(chat, message.seq).await;
        assert_eq!(seqs(&told), [message.seq]);
        assert_eq!(told[0]["message"]["content"], "goes on");

        // Whoever comes back from before the loss is told as well.
        assert_eq!(app.metric("receiver_feed_forks_total").await.fract(), 0.0);
        let ghost = shared_schema::Cursor {
            event: EventId::new(),
            ..head
        };
        let after = json!({ "chat": chat, "after": ghost.to_string() });
        let mut back = app.follow(&bob, CHAT_EVENTS, after).await;
        assert_eq!(back.next().await["reset"], "FORKED");
    }
}

#[tokio::test]
async fn a_tail_lost_from_the_own_feed_closes_the_socket_since_nobody_knows_what_it_said() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 3).await;
    let mut socket = app.socket(&bob).await;
    app.read(&bob, chat, 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    lose_the_tail(&app, bob.feed(), 1).await;
    app.read(&bob, chat, 2).await;
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_participant_gets_exactly_the_events_up_to_their_removal_also_without_redis() {
    let redis = Redis::start();
    let (app, ada, bob, chat) = stage_on(&redis).await;
    for away in [false, true] {
        if away {
            redis.stop();
        }
        let mut single = following(&app, &bob, chat).await;
        let mut inbox = app.follow(&bob, INBOX, json!({})).await;
        inbox.greeting(bob.id).await;
        let from = app.head(chat).await.seq + 1;
        for _ in 0..20 {
            app.say(&ada, chat, "theirs").await;
        }
        let removed = app.remove(&ada, chat, &bob).await[0].seq;
        for _ in 0..20 {
            app.say(&ada, chat, "not theirs").await;
        }
        let expected: Vec<i64> = (from..=removed).collect();
        assert_eq!(seqs(&single.until(chat, removed).await), expected);
        single.completes().await;
        assert_eq!(seqs(&inbox.until(chat, removed).await), expected);
        let left: Value = inbox.news(bob.id).await;
        assert_eq!(left["events"][0]["__typename"], "ChatLeft");
        inbox.silence(1_500).await;
        app.add(&ada, chat, &[&bob]).await;
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_put_together_now_is_delivered_whole_after_coming_back() {
    const WITH_SENDER: &str = "subscription($chat: ID!, $after: Cursor) {
        chatEvents(chatId: $chat, after: $after) {
            cursor events { seq ... on MessageAdded { message { sender { username } } } } } }";
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = app.follow(&bob, WITH_SENDER, json!({ "chat": chat })).await;
    let cursor = events.next().await["cursor"].clone();

    // Nobody can read a profile: the event is there, its sender is not.
    let other = app.database.connect_as_owner().await;
    let lock = "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    app.say(&ada, chat, "hello").await;
    assert_eq!(events.socket.closed().await, 1013);
    other.batch_execute("COMMIT").await.unwrap();

    let after = json!({ "chat": chat, "after": cursor });
    let mut events = app.follow(&bob, WITH_SENDER, after).await;
    let batch = events.next().await;
    assert_eq!(batch["events"][0]["message"]["sender"]["username"], "ada");
    assert_eq!(batch["events"].as_array().unwrap().len(), 1);
}
