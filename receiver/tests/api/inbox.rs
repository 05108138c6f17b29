//! `inbox`.

use std::time::Duration;

use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::Cursor;

use crate::{
    app::{TestApp, cursor, kinds, seqs},
    documents::INBOX,
};

pub fn after(cursors: &[Cursor]) -> Value {
    let cursors: Vec<String> = cursors.iter().map(ToString::to_string).collect();
    json!({ "after": cursors })
}

#[tokio::test]
async fn without_cursors_it_begins_with_where_each_feed_stands_the_own_one_last() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let one = app.group(&ada, &[&bob]).await;
    let other = app.group(&ada, &[&bob]).await;
    app.group(&ada, &[&eve]).await;
    app.say_many(&ada, one, 3).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    let greeting = inbox.greeting(bob.id).await;
    assert_eq!(greeting.len(), 3, "{greeting:?}");
    for feed in [one.into(), other.into(), bob.feed()] {
        let batch = greeting
            .iter()
            .find(|batch| batch["feedId"] == feed.to_string())
            .unwrap();
        assert_eq!(batch["events"], json!([]));
        assert_eq!(batch["caughtUp"], true);
        assert_eq!(cursor(&batch["cursor"]), app.head(feed).await);
    }
    app.say(&ada, one, "live").await;
    app.say(&ada, other, "live too").await;
    assert_eq!(seqs(&inbox.until(one, 6).await), [6]);
    assert_eq!(seqs(&inbox.until(other, 3).await), [3]);
}

#[tokio::test]
async fn without_cursors_each_feed_begins_with_a_position_also_while_much_happens() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut chats = vec![];
    for _ in 0..10 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    let talk = async {
        loop {
            for &chat in &chats {
                app.say(&ada, chat, "and another thing").await;
            }
            app.group(&ada, &[&bob]).await;
        }
    };
    let listen = async {
        for _ in 0..30 {
            let mut inbox = app.follow(&bob, INBOX, json!({})).await;
            let mut known = std::collections::HashSet::new();
            for batch in inbox.greeting(bob.id).await {
                let is_new = known.insert(batch["feedId"].to_string());
                assert!(!is_new || batch["events"] == json!([]), "{batch}");
            }
        }
    };
    tokio::select! {
        () = listen => {}
        () = talk => {}
    }
}

#[tokio::test]
async fn first_comes_what_was_missed_then_the_own_feed_then_live() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let one = app.group(&ada, &[&bob]).await;
    let quiet = app.group(&ada, &[&bob]).await;
    let cursors = [
        app.head(one).await,
        app.head(quiet).await,
        app.head(bob.id).await,
    ];
    app.say_many(&ada, one, 150).await;
    app.read(&bob, one, 2).await;
    let mut inbox = app.follow(&bob, INBOX, after(&cursors)).await;
    let greeting = inbox.greeting(bob.id).await;
    let feeds: Vec<&str> = greeting
        .iter()
        .map(|batch| batch["feedId"].as_str().unwrap())
        .collect();
    let (one_text, own) = (one.to_string(), bob.id.to_string());
    assert!(
        !feeds.contains(&quiet.to_string().as_str()),
        "nothing to say about it"
    );
    let own_at = feeds.iter().position(|feed| *feed == own).unwrap();
    assert!(feeds[own_at..].iter().all(|feed| *feed == own), "{feeds:?}");
    let events = |feed: &str| -> Vec<Value> {
        greeting
            .iter()
            .filter(|batch| batch["feedId"] == feed)
            .flat_map(|batch| batch["events"].as_array().unwrap().clone())
            .collect()
    };
    assert_eq!(seqs(&events(&one_text)), (3..=152).collect::<Vec<_>>());
    assert_eq!(kinds(&events(&own)), ["ReadMarkMoved"]);
    app.say(&ada, quiet, "now").await;
    assert_eq!(seqs(&inbox.until(quiet, 3).await), [3]);
}

#[tokio::test]
async fn a_chat_that_comes_is_followed_from_the_event_that_added_the_caller() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, chat, "welcome").await;
    let added = inbox.news(bob.id).await;
    assert_eq!(kinds(added["events"].as_array().unwrap()), ["ChatAdded"]);
    assert_eq!(added["events"][0]["chat"]["name"], "A chat");
    assert_eq!(added["events"][0]["participant"]["role"], "MEMBER");
    assert_eq!(seqs(&inbox.until(chat, 3).await), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_comes_while_the_inbox_opens_is_followed_too() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for round in 0..30 {
        let bob = app.person(&format!("bob{round}")).await;
        for _ in 0..10 {
            app.group(&ada, &[&bob]).await;
        }
        let socket = app.socket(&bob).await;
        let opening = async {
            tokio::time::sleep(Duration::from_micros(500 * round)).await;
            socket.follow(INBOX, json!({})).await
        };
        let guests = [&bob];
        let (mut inbox, chat) = tokio::join!(opening, app.group(&ada, &guests));
        inbox.greeting(bob.id).await;
        app.say(&ada, chat, "welcome").await;
        assert_eq!(seqs(&inbox.until(chat, 3).await).last(), Some(&3));
    }
}

#[tokio::test]
async fn a_chat_that_goes_is_told_to_its_end_and_then_silent() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    for hints in [true, false] {
        let mut inbox = app.follow(&bob, INBOX, json!({})).await;
        inbox.greeting(bob.id).await;
        let from = app.head(chat).await.seq + 1;
        if !hints {
            app.publisher.mute();
        }
        app.say(&ada, chat, "last words").await;
        app.remove(&ada, chat, &bob).await;
        app.say(&ada, chat, "behind their back").await;
        app.publisher.unmute();
        // The own feed says so last, so that whoever hears it knows that the chat has said everything.
        let mut told = vec![];
        let left = loop {
            let batch = inbox.next().await;
            let events = batch["events"].as_array().unwrap().clone();
            if batch["feedId"] == bob.id.to_string() {
                break events;
            }
            told.extend(events);
        };
        assert_eq!(kinds(&left), ["ChatLeft"], "hints: {hints}");
        assert_eq!(seqs(&told), [from, from + 1], "hints: {hints}");
        assert_eq!(kinds(&told), ["MessageAdded", "ParticipantRemoved"]);
        app.say(&ada, chat, "and again").await;
        inbox.silence(1_300).await;

        app.add(&ada, chat, &[&bob]).await;
        let back = app.say(&ada, chat, "welcome back").await;
        let added = inbox.news(bob.id).await;
        assert_eq!(kinds(added["events"].as_array().unwrap()), ["ChatAdded"]);
        assert_eq!(seqs(&inbox.until(chat, back.seq).await), [back.seq]);
    }
}

#[tokio::test]
async fn removed_and_added_again_in_one_breath_loses_nothing_and_repeats_nothing() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    app.publisher.mute();
    app.say(&ada, chat, "one").await;
    app.remove(&ada, chat, &bob).await;
    app.add(&ada, chat, &[&bob]).await;
    app.remove(&ada, chat, &bob).await;
    app.add(&ada, chat, &[&bob]).await;
    let last = app.say(&ada, chat, "two").await;
    app.publisher.unmute();
    // What happened while they took no part is theirs to read again once they are back, or left out; never twice.
    let told = inbox.until(chat, last.seq).await;
    let told = seqs(&told);
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    assert_eq!(told.first(), Some(&3));
    for seq in [3, 4, last.seq] {
        assert!(told.contains(&seq), "{seq} in {told:?}");
    }
    app.say(&ada, chat, "three").await;
    assert_eq!(seqs(&inbox.until(chat, last.seq + 1).await), [last.seq + 1]);
}

#[tokio::test]
async fn a_removed_chat_is_told_to_its_end() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    app.dissolve(&ada, chat, &[&ada, &bob]).await;
    assert_eq!(kinds(&inbox.until(chat, 3).await), ["ChatRemoved"]);
    let own = inbox.news(bob.id).await;
    assert_eq!(kinds(own["events"].as_array().unwrap()), ["ChatLeft"]);
    let mut again = app.follow(&bob, INBOX, json!({})).await;
    assert_eq!(again.greeting(bob.id).await.len(), 1);
}

#[tokio::test]
async fn a_client_resumes_on_another_instance_with_exactly_what_it_missed() {
    let app = TestApp::with(2, LiveArgs::default()).await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = app.follow_at(0, &bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    let message = app.say(&ada, chat, "hello").await;
    let seen = inbox.news(chat).await;
    let position = cursor(&seen["cursor"]);
    let own = app.head(bob.id).await;
    drop(inbox);

    for _ in 0..60 {
        let message = app.say(&ada, chat, "one").await;
        app.edit(&ada, &message, "two").await;
        app.unsay(&ada, &message).await;
    }
    app.add(&ada, chat, &[&eve]).await;
    app.rename(&ada, chat, "Renamed").await;
    app.remove(&ada, chat, &eve).await;
    let new = app.group(&eve, &[&bob]).await;
    let head = app.head(chat).await;
    let mut inbox = app.follow_at(1, &bob, INBOX, after(&[position, own])).await;
    let told = inbox.until(chat, head.seq).await;
    assert_eq!(
        seqs(&told),
        (message.seq + 1..=head.seq).collect::<Vec<_>>()
    );
    assert!(
        !told
            .iter()
            .any(|event| event["message"]["content"] == "one"),
        "as it is now"
    );
    let added = inbox.news(bob.id).await;
    assert_eq!(added["events"][0]["chatId"], new.to_string());
    app.say(&eve, new, "hello").await;
    assert_eq!(seqs(&inbox.until(new, 3).await), [3]);
}

#[tokio::test]
async fn a_gap_above_the_limit_and_a_foreign_history_are_resets_of_that_feed_only() {
    let live = LiveArgs {
        resume_limit: 20,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let (ada, bob, _) = app.trio().await;
    let busy = app.group(&ada, &[&bob]).await;
    let forked = app.group(&ada, &[&bob]).await;
    let fine = app.group(&ada, &[&bob]).await;
    let cursors = [
        app.head(busy).await,
        Cursor {
            event: ada.id.0.into(),
            ..app.head(forked).await
        },
        app.head(fine).await,
        app.head(bob.id).await,
    ];
    app.say_many(&ada, busy, 21).await;
    app.say_many(&ada, fine, 20).await;
    let mut inbox = app.follow(&bob, INBOX, after(&cursors)).await;
    let greeting = inbox.greeting(bob.id).await;
    let resets = |feed: String| -> Vec<&Value> {
        greeting
            .iter()
            .filter(|batch| batch["feedId"] == feed.as_str())
            .map(|batch| &batch["reset"])
            .collect()
    };
    assert_eq!(resets(busy.to_string()), [&json!("GAP_TOO_LARGE")]);
    assert_eq!(resets(forked.to_string()), [&json!("FORKED")]);
    assert_eq!(resets(fine.to_string()), [&Value::Null]);
    for chat in [busy, forked, fine] {
        let message = app.say(&ada, chat, "live").await;
        assert_eq!(seqs(&inbox.until(chat, message.seq).await), [message.seq]);
    }
}

#[tokio::test]
async fn chats_that_came_and_went_unseen_are_followed_after_a_reset_of_the_own_feed() {
    let live = LiveArgs {
        resume_limit: 3,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let (ada, bob, _) = app.trio().await;
    let start = app.head(bob.id).await;
    let mut chats = vec![];
    for _ in 0..4 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    let mut inbox = app.follow(&bob, INBOX, after(&[start])).await;
    let greeting = inbox.greeting(bob.id).await;
    assert!(greeting.iter().any(|batch| {
        batch["feedId"] == bob.id.to_string() && batch["reset"] == "GAP_TOO_LARGE"
    }));
    for chat in chats {
        app.say(&ada, chat, "live").await;
        assert_eq!(seqs(&inbox.until(chat, 3).await), [3]);
    }
}

#[tokio::test]
async fn cursors_of_feeds_that_are_not_the_callers_are_ignored() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let theirs = app.group(&ada, &[&eve]).await;
    let left = app.group(&ada, &[&bob]).await;
    app.remove(&ada, left, &bob).await;
    let cursors = [
        Cursor::start(theirs),
        Cursor::start(left),
        Cursor::start(ada.feed()),
    ];
    let mut inbox = app.follow(&bob, INBOX, after(&cursors)).await;
    assert_eq!(inbox.greeting(bob.id).await.len(), 1);
    app.say(&ada, theirs, "secret").await;
    app.say(&ada, left, "secret").await;
    inbox.silence(1_300).await;
}

#[tokio::test]
async fn a_thousand_cursors_fit_into_one_inbox_and_one_more_is_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let many = vec![Cursor::start(ada.feed()); 1_001];
    let socket = app.socket(&ada).await;
    let mut inbox = socket.follow(INBOX, after(&many[..1_000])).await;
    inbox.greeting(ada.id).await;
    let socket = app.socket(&ada).await;
    let mut inbox = socket.follow(INBOX, after(&many)).await;
    inbox.fails("BAD_USER_INPUT").await;
}

#[tokio::test]
async fn what_people_do_to_their_own_account_is_told_to_all_their_devices() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let phone = app.another_device(&bob).await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 3).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    app.read(&bob, chat, 2).await;
    let own = inbox.news(bob.id).await;
    assert_eq!(own["events"][0]["lastReadNumber"], 2);
    app.rename_person(&bob, "Bobby").await;
    let own = inbox.news(bob.id).await;
    assert_eq!(own["events"][0]["user"]["displayName"], "Bobby");
    app.revoke(&phone).await;
    let own = inbox.news(bob.id).await;
    assert_eq!(own["events"][0]["sessionId"], phone.session.to_string());
}
