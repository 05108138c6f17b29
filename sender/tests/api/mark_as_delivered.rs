//! `markAsDelivered` and `markManyAsDelivered`.

use serde_json::{Value, json};
use shared_schema::Signal;

use crate::app::{Person, TestApp};

async fn deliver(app: &TestApp, person: &Person, chat: &str, number: i64) -> Value {
    let input = json!({ "chatId": chat, "upToNumber": number });
    app.call(person, "markAsDelivered", input).await.ok()["mark"]["deliveredNumber"].clone()
}

/// The next signal of a chat.
async fn signal(subscriber: &mut lab_stack::testing::RedisSubscriber) -> Signal {
    loop {
        let (_, publication) = subscriber.publication().await;
        if let Some(signal) = publication.signals.first() {
            return signal.clone();
        }
    }
}

fn marks(signal: &Signal) -> (i64, Option<i64>) {
    match signal {
        Signal::ReceiptChanged {
            delivered_number,
            read_number,
            ..
        } => (*delivered_number, *read_number),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mark_is_told_by_a_signal_and_writes_no_event() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    for _ in 0..4 {
        app.say(&ada, &chat, "x").await;
    }
    let events = app.feed(&chat).await.len() + app.feed(&bob.id).await.len();
    let mut subscriber = app.listen(&[&chat, &bob.id]).await;
    assert_eq!(deliver(&app, &bob, &chat, 3).await, 3);
    assert_eq!(marks(&signal(&mut subscriber).await), (3, Some(0)));
    assert_eq!(deliver(&app, &bob, &chat, 3).await, 3);
    subscriber.assert_silence().await;
    assert_eq!(
        app.feed(&chat).await.len() + app.feed(&bob.id).await.len(),
        events
    );
}

#[tokio::test]
async fn a_mark_never_moves_back_nor_beyond_the_newest_message_and_reading_implies_it() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    assert_eq!(
        deliver(&app, &bob, &chat, 1).await,
        0,
        "there is nothing yet"
    );
    for _ in 0..5 {
        app.say(&ada, &chat, "x").await;
    }
    assert_eq!(deliver(&app, &bob, &chat, 2).await, 2);
    assert_eq!(deliver(&app, &bob, &chat, 1).await, 2);
    let mut subscriber = app.listen(&[&chat]).await;
    let input = json!({ "chatId": chat, "number": 4 });
    app.call(&bob, "markAsRead", input).await.ok();
    assert_eq!(marks(&signal(&mut subscriber).await), (4, Some(4)));
    assert_eq!(deliver(&app, &bob, &chat, 3).await, 4);
    assert_eq!(deliver(&app, &bob, &chat, i64::from(i32::MAX)).await, 5);
    app.say(&bob, &chat, "whoever writes has received").await;
    assert_eq!(deliver(&app, &bob, &chat, 1).await, 6);
    let input = json!({ "chatId": chat, "upToNumber": 0 });
    app.call(&bob, "markAsDelivered", input)
        .await
        .assert_refused("BAD_USER_INPUT", "upToNumber");
}

#[tokio::test]
async fn many_chats_are_marked_at_once_without_those_of_others() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let (one, other) = (
        app.group(&ada, &[&bob]).await,
        app.group(&ada, &[&bob]).await,
    );
    let foreign = app.group(&ada, &[]).await;
    for chat in [&one, &one, &other, &foreign] {
        app.say(&ada, chat, "x").await;
    }
    let mark = |chat: &str, number: i64| json!({ "chatId": chat, "upToNumber": number });
    let given = json!([
        mark(&one, 2),
        mark(&one, 1),
        mark(&other, 1),
        mark(&foreign, 1)
    ]);
    let payload = app
        .call(&bob, "markManyAsDelivered", json!({ "marks": given }))
        .await
        .ok();
    let mut told: Vec<_> = payload["marks"].as_array().unwrap().clone();
    told.sort_by_key(|mark| mark["deliveredNumber"].as_i64());
    let is = |chat: &str, number: i64| json!({ "chatId": chat, "deliveredNumber": number });
    assert_eq!(told, [is(&other, 1), is(&one, 2)]);
    for (given, field) in [(json!([]), "marks"), (json!([mark(&one, 0)]), "upToNumber")] {
        app.call(&bob, "markManyAsDelivered", json!({ "marks": given }))
            .await
            .assert_refused("BAD_USER_INPUT", field);
    }
    let too_many = vec![mark(&one, 1); 101];
    app.call(&bob, "markManyAsDelivered", json!({ "marks": too_many }))
        .await
        .assert_refused("BAD_USER_INPUT", "marks");
}

#[tokio::test]
async fn nothing_is_written_in_a_chat_of_too_many() {
    let mut app = TestApp::with(0, lab_stack::servers::shared().redis_url()).await;
    let mut config = app.config(1);
    config.receipts.max_receipt_participants = 2;
    app.start_with(&config).await;
    app.until_ready(0).await;
    let people = app.people(3).await;
    let [ada, bob, eve] = &people[..] else {
        panic!()
    };
    let small = app.group(ada, &[bob]).await;
    let large = app.group(ada, &[bob, eve]).await;
    for chat in [&small, &large] {
        app.say(ada, chat, "x").await;
    }
    assert_eq!(deliver(&app, bob, &small, 1).await, 1);
    assert_eq!(deliver(&app, bob, &large, 1).await, 0);
}

#[tokio::test]
async fn whoever_hides_what_they_have_read_is_told_of_as_having_received_only() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    for _ in 0..3 {
        app.say(&ada, &chat, "x").await;
    }
    let id: uuid::Uuid = bob.id.parse().unwrap();
    let hide = "UPDATE users SET read_receipts = false WHERE id = $1";
    app.owner.execute(hide, &[&id]).await.unwrap();
    let mut subscriber = app.listen(&[&chat]).await;
    let input = json!({ "chatId": chat, "number": 3 });
    let own = app.call(&bob, "markAsRead", input).await.ok();
    assert_eq!(own["participant"]["lastReadNumber"], 3);
    assert_eq!(marks(&signal(&mut subscriber).await), (3, None));
    let kinds = app.kinds(&bob.id).await;
    assert_eq!(
        kinds.last().unwrap(),
        "READ_MARK_MOVED",
        "their devices know"
    );
    // Nor do the answers of mutations tell it, of anybody.
    let who = json!({ "chatId": chat, "userId": bob.id, "role": "ADMIN" });
    let changed = app.call(&ada, "changeParticipantRole", who).await.ok();
    assert_eq!(changed["participant"]["lastReadNumber"], 0);
    let again = json!({ "chatId": chat, "userIds": [bob.id] });
    let added = app.call(&ada, "addParticipants", again).await.ok();
    assert_eq!(added["participants"][0]["lastReadNumber"], 0);
}
