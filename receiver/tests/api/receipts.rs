//! Delivered and read: what is told of whom, and to whom.

use std::time::Duration;

use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind};

use crate::{
    app::{Op, Person, TestApp},
    documents::{CHAT_EVENTS, INBOX},
    inbox::after,
};

const RECEIPTS: &str = "query($chat: ID!) { chat(id: $chat) {
    maxReceiptParticipants receipts { userId joinedNumber deliveredNumber readNumber user { username } } } }";

async fn receipts(app: &TestApp, person: &Person, chat: ChatId) -> Value {
    let answer = app
        .ask(Some(person), RECEIPTS, json!({ "chat": chat }))
        .await
        .ok();
    answer["receipts"].clone()
}

fn receipt(person: &Person, joined: i64, delivered: i64, read: impl Into<Option<i64>>) -> Value {
    json!({ "userId": person.id, "joinedNumber": joined, "deliveredNumber": delivered, "readNumber": read.into(),
            "user": { "username": person.username } })
}

#[tokio::test]
async fn a_participant_sees_the_marks_of_the_others_and_nobody_else_sees_any() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let zoe = app.person("zoe").await;
    let chat = app
        .chat(ChatKind::Public, "Open", &ada, &[&bob, &eve])
        .await;
    app.say_many(&ada, chat, 4).await;
    app.receive(&bob, chat, 3).await;
    app.read(&bob, chat, 2).await;
    app.read(&eve, chat, 4).await;
    let told = receipts(&app, &ada, chat).await;
    let expected = json!([receipt(&bob, 0, 3, 2), receipt(&eve, 0, 4, 4)]);
    assert_eq!(told, expected, "what was read was delivered");
    assert_eq!(receipts(&app, &zoe, chat).await, json!([]), "a visitor");
    app.remove(&ada, chat, &eve).await;
    let told = receipts(&app, &ada, chat).await;
    assert_eq!(told, json!([receipt(&bob, 0, 3, 2)]), "eve has left");
    let answer = app
        .ask(Some(&eve), RECEIPTS, json!({ "chat": chat }))
        .await
        .ok();
    assert!(answer["receipts"].as_array().is_none_or(Vec::is_empty));
    app.add(&ada, chat, &[&zoe]).await;
    let told = receipts(&app, &bob, chat).await;
    assert_eq!(told[1], receipt(&zoe, 4, 4, 4), "from before she came");
}

#[tokio::test]
async fn a_chat_of_too_many_has_no_receipts() {
    let mut app = TestApp::with(0, LiveArgs::default()).await;
    let mut config = app.config(LiveArgs::default());
    config.receipts.max_receipt_participants = 2;
    app.start(config).await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, chat, "hello").await;
    let answer = app
        .ask(Some(&ada), RECEIPTS, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(answer["maxReceiptParticipants"], 2);
    assert_eq!(answer["receipts"], json!([receipt(&bob, 0, 0, 0)]));
    app.add(&ada, chat, &[&eve]).await;
    assert_eq!(receipts(&app, &ada, chat).await, json!([]));
    let counts = of_message(&app, &ada, chat, 1).await;
    assert_eq!(counts["deliveredCount"], Value::Null);
    assert_eq!(
        (&counts["recipientCount"], &counts["readCount"]),
        (&json!(1), &json!(0))
    );
}

async fn of_message(app: &TestApp, person: &Person, chat: ChatId, number: i64) -> Value {
    let document =
        "query($chat: ID!, $number: Int!) { messageReceipts(chatId: $chat, number: $number) {
        recipientCount deliveredCount readCount nodes { userId deliveredNumber readNumber } } }";
    let variables = json!({ "chat": chat, "number": number });
    app.ask(Some(person), document, variables).await.ok()
}

/// Signal-Android#2260: the tick of a group must not say what is true of one of them only.
#[tokio::test]
async fn the_receipts_of_a_message_count_those_to_whom_it_was_sent_and_who_are_here() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let (zoe, ida) = (app.person("zoe").await, app.person("ida").await);
    let chat = app.group(&ada, &[&bob, &eve, &ida]).await;
    app.say_many(&ada, chat, 2).await;
    app.add(&ada, chat, &[&zoe]).await;
    app.receive(&bob, chat, 2).await;
    app.read(&eve, chat, 2).await;
    app.read(&ida, chat, 2).await;
    app.remove(&ada, chat, &ida).await;
    let told = of_message(&app, &ada, chat, 2).await;
    let counts = ["recipientCount", "deliveredCount", "readCount"].map(|count| told[count].clone());
    assert_eq!(counts, [json!(2), json!(2), json!(1)]);
    let users = told["nodes"].as_array().unwrap().iter();
    let users: Vec<_> = users.map(|node| node["userId"].clone()).collect();
    assert_eq!(users.len(), 2);
    assert!(users.contains(&json!(bob.id)) && users.contains(&json!(eve.id)));
    assert_eq!(of_message(&app, &ada, chat, 3).await, Value::Null);

    let message = app.say(&ada, chat, "gone soon").await;
    app.unsay(&ada, &message).await;
    assert_eq!(
        of_message(&app, &ada, chat, 3).await,
        Value::Null,
        "removed"
    );
    let document = "query($chat: ID!) { messageReceipts(chatId: $chat, number: 2) { readCount } }";
    for person in [&ida, &app.person("stranger").await] {
        let answer = app
            .ask(Some(person), document, json!({ "chat": chat }))
            .await;
        assert_eq!(answer.code(), "NOT_FOUND");
    }
}

#[tokio::test]
async fn the_receipts_of_a_message_come_in_pages() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    app.say(&ada, chat, "hello").await;
    let document = "query($chat: ID!, $after: String) { messageReceipts(chatId: $chat, number: 1, first: 1, after: $after) {
        recipientCount nodes { userId } pageInfo { hasNextPage endCursor } } }";
    let mut after = Value::Null;
    let mut seen = vec![];
    for more in [true, false] {
        let variables = json!({ "chat": chat, "after": after });
        let page = app.ask(Some(&ada), document, variables).await.ok();
        assert_eq!(page["recipientCount"], 2);
        assert_eq!(page["pageInfo"]["hasNextPage"], more);
        seen.push(page["nodes"][0]["userId"].clone());
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert!(seen.contains(&json!(bob.id)) && seen.contains(&json!(eve.id)));
}

const MARKS: &str = "query($chat: ID!, $user: ID!) { chat(id: $chat) {
    participants(first: 10) { nodes { userId lastReadNumber } }
    named: participants(query: \"bo\") { nodes { userId lastReadNumber } }
    participant(userId: $user) { userId lastReadNumber }
    receipts { userId deliveredNumber readNumber } } }";

/// What `viewer` is told of how far `user` has read, on every path by which it could be told.
async fn marks(app: &TestApp, viewer: &Person, chat: ChatId, user: &Person) -> Vec<Value> {
    let variables = json!({ "chat": chat, "user": user.id });
    let answer = app.ask(Some(viewer), MARKS, variables).await.ok();
    let chat_told = &answer;
    let of = |list: &Value, field: &str| {
        let list = list.as_array().unwrap();
        let found = list.iter().find(|one| one["userId"] == json!(user.id));
        found.map_or(Value::Null, |one| one[field].clone())
    };
    let counts = of_message(app, viewer, chat, 1).await;
    vec![
        of(&chat_told["participants"]["nodes"], "lastReadNumber"),
        of(&chat_told["named"]["nodes"], "lastReadNumber"),
        chat_told["participant"]["lastReadNumber"].clone(),
        of(&chat_told["receipts"], "readNumber"),
        of(&counts["nodes"], "readNumber"),
        counts["readCount"].clone(),
    ]
}

#[tokio::test]
async fn whoever_hides_what_they_have_read_is_told_of_nobody_on_any_path() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 3).await;
    app.receive(&bob, chat, 3).await;
    app.read(&bob, chat, 2).await;
    let [two, none, null] = [json!(2), json!(0), Value::Null];
    let open = vec![
        two.clone(),
        two.clone(),
        two.clone(),
        two.clone(),
        two.clone(),
        json!(1),
    ];
    assert_eq!(marks(&app, &ada, chat, &bob).await, open);

    app.tells_reads(&bob, false).await;
    let hidden = marks(&app, &ada, chat, &bob).await;
    assert_eq!(hidden[..3], [none.clone(), none.clone(), none.clone()]);
    assert_eq!(hidden[3..], [null.clone(), null.clone(), json!(0)]);
    let told = receipts(&app, &ada, chat).await;
    assert_eq!(
        told[0]["deliveredNumber"], 3,
        "delivered is told nevertheless"
    );
    let own = marks(&app, &bob, chat, &bob).await;
    assert_eq!(
        own[..3],
        [two.clone(), two.clone(), two],
        "their own they see"
    );
    let seen = "SELECT count(*) FROM message_reads WHERE chat_id = $1";
    let count: i64 = app.owner.query_one(seen, &[&chat.0]).await.unwrap().get(0);
    assert_eq!(count, 0, "the view says the same");

    // And the other way round.
    app.tells_reads(&bob, true).await;
    app.tells_reads(&ada, false).await;
    let hidden = marks(&app, &ada, chat, &bob).await;
    assert_eq!(hidden[..3], [none.clone(), none.clone(), none]);
    assert_eq!(hidden[3..], [null.clone(), null.clone(), null]);
}

async fn following(app: &TestApp, person: &Person, chat: ChatId) -> Op {
    let mut events = app
        .follow(person, CHAT_EVENTS, json!({ "chat": chat }))
        .await;
    events.next().await;
    events
}

/// The next receipts, past anything else.
async fn told(op: &mut Op) -> Vec<Value> {
    loop {
        let batch = op.next().await;
        let signals = batch["signals"].as_array().unwrap();
        let receipts = signals
            .iter()
            .filter(|signal| signal["__typename"] == "ReceiptChanged");
        let receipts: Vec<Value> = receipts.cloned().collect();
        if !receipts.is_empty() {
            return receipts;
        }
    }
}

#[tokio::test]
async fn receipts_of_one_second_come_together_and_each_person_once() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    app.say_many(&ada, chat, 9).await;
    let mut events = following(&app, &ada, chat).await;
    app.receive(&bob, chat, 1).await;
    assert_eq!(told(&mut events).await.len(), 1);
    for number in 2..=9 {
        app.receive(&bob, chat, number).await;
        app.receive(&eve, chat, number).await;
    }
    let receipts = told(&mut events).await;
    assert_eq!(receipts.len(), 2, "{receipts:?}");
    for receipt in receipts {
        assert_eq!(
            (&receipt["deliveredNumber"], &receipt["readNumber"]),
            (&json!(9), &json!(0))
        );
    }
    events.silence(1_300).await;

    app.publisher.mute();
    app.receive(&bob, chat, 9).await;
    events.silence(1_300).await;
}

#[tokio::test]
async fn a_lost_receipt_is_told_by_the_sweep_and_on_resuming() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let messages = app.say_many(&ada, chat, 3).await;
    let mut events = following(&app, &ada, chat).await;
    app.publisher.mute();
    app.receive(&bob, chat, 2).await;
    assert_eq!(told(&mut events).await[0]["deliveredNumber"], 2);
    let position = messages[2].position();
    let mut inbox = app.follow(&ada, INBOX, after(&[position])).await;
    assert_eq!(told(&mut inbox).await[0]["deliveredNumber"], 2);
}

#[tokio::test]
async fn live_marks_are_hidden_from_whoever_hides_theirs_within_seconds() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    let messages = app.say_many(&ada, chat, 9).await;
    let mut open = following(&app, &ada, chat).await;
    let mut inbox = app.follow(&eve, INBOX, json!({})).await;
    inbox.greeting(eve.id).await;
    app.read(&bob, chat, 1).await;
    for op in [&mut open, &mut inbox] {
        assert_eq!(told(op).await[0]["readNumber"], 1);
    }
    app.tells_reads(&eve, false).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    app.read(&bob, chat, 2).await;
    assert_eq!(told(&mut open).await[0]["readNumber"], 2, "others go on");
    let hidden = told(&mut inbox).await;
    assert_eq!(
        (&hidden[0]["deliveredNumber"], &hidden[0]["readNumber"]),
        (&json!(2), &Value::Null)
    );
    // Also what is told again on resuming, and by the other subscription.
    let mut again = app
        .follow(&eve, INBOX, after(&[messages[8].position()]))
        .await;
    assert_eq!(told(&mut again).await[0]["readNumber"], Value::Null);
    let document =
        "subscription($chat: ID!) { messageReadUpdated(chatId: $chat) { lastReadNumber } }";
    let mut reads = app.follow(&eve, document, json!({ "chat": chat })).await;
    app.read(&bob, chat, 3).await;
    reads.silence(1_300).await;

    // Whoever is read of may hide, too.
    app.tells_reads(&bob, false).await;
    app.read(&bob, chat, 4).await;
    loop {
        let receipt = told(&mut open).await.remove(0);
        if receipt["deliveredNumber"] == 4 {
            assert_eq!(receipt["readNumber"], Value::Null);
            break;
        }
    }
}
