//! The source documents' own subscriptions: `messageAdded`, `messageUpdated`, `messageRemoved`, `messageReadUpdated`,
//! `chatAdded`, `chatUpdated` and `unreadCountUpdated`.

use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{ChatId, Cursor};

use crate::{
    app::{TestApp, cursor},
    documents::messages_of,
    inbox::after,
};

/// Operations without a first batch begin some time after they were asked for.
async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
}

/// Defects 1 and 2: messages were announced to everyone, and in a shape that never arrived.
#[tokio::test]
async fn messages_come_by_what_happened_to_them_and_only_to_participants() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let other = app.group(&ada, &[&eve]).await;
    let variables = json!({ "chat": chat });
    let fields = ["messageAdded", "messageUpdated", "messageRemoved"];
    let mut ops = vec![];
    for field in fields {
        ops.push(
            app.follow(&bob, &messages_of(field), variables.clone())
                .await,
        );
    }
    settle().await;
    app.say(&ada, other, "not theirs").await;
    let message = app.say(&ada, chat, "one").await;
    app.edit(&ada, &message, "two").await;
    let edited = shared_schema::Message {
        revision: 2,
        ..message.clone()
    };
    app.unsay(&ada, &edited).await;
    for (op, (content, revision)) in
        ops.iter_mut()
            .zip([(json!("one"), 1), (json!("two"), 2), (Value::Null, 3)])
    {
        let told = op.next().await;
        assert_eq!(told["id"], message.id.to_string());
        assert_eq!(told["content"], content);
        assert_eq!(told["revision"], revision);
        assert_eq!(cursor(&told["cursor"]), message.position());
        op.silence(100).await;
    }
    for field in fields {
        let document = messages_of(field);
        for (person, chat) in [(&eve, chat), (&eve, ChatId::new())] {
            let variables = json!({ "chat": chat });
            app.follow(person, &document, variables)
                .await
                .fails("NOT_FOUND")
                .await;
        }
    }
}

#[tokio::test]
async fn messages_resume_after_a_cursor_and_end_with_the_participation() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let messages = app.say_many(&ada, chat, 130).await;
    let variables = json!({ "chat": chat, "after": messages[9].position().to_string() });
    let mut added = app
        .follow(&bob, &messages_of("messageAdded"), variables)
        .await;
    for number in 11..=130 {
        assert_eq!(added.next().await["number"], number);
    }
    app.say(&ada, chat, "live").await;
    assert_eq!(added.next().await["number"], 131);
    app.remove(&ada, chat, &bob).await;
    added.completes().await;
}

#[tokio::test]
async fn where_a_batch_would_be_reset_a_view_ends_with_one_error() {
    let live = LiveArgs {
        resume_limit: 5,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let messages = app.say_many(&ada, chat, 20).await;
    let variables = json!({ "chat": chat, "after": messages[0].position().to_string() });
    let mut added = app
        .follow(&ada, &messages_of("messageAdded"), variables)
        .await;
    added.fails("CONFLICT").await;
    app.say(&ada, chat, "nobody listens").await;
    added.socket.silence(300).await;
}

#[tokio::test]
async fn read_marks_come_as_they_move_and_after_a_cursor_those_that_moved() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let messages = app.say_many(&ada, chat, 5).await;
    let document = "subscription($chat: ID!, $after: Cursor) {
        messageReadUpdated(chatId: $chat, after: $after) { chatId userId lastReadNumber } }";
    let mut marks = app.follow(&ada, document, json!({ "chat": chat })).await;
    settle().await;
    app.types(&bob, chat).await;
    app.read(&bob, chat, 2).await;
    let mark = json!({ "chatId": chat, "userId": bob.id, "lastReadNumber": 2 });
    assert_eq!(marks.next().await, mark);
    let variables = json!({ "chat": chat, "after": messages[4].position().to_string() });
    let mut again = app.follow(&ada, document, variables).await;
    assert_eq!(again.next().await, mark);
}

#[tokio::test]
async fn chats_come_when_the_caller_begins_to_take_part() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let missed = app.group(&ada, &[&bob]).await;
    let document = "subscription($after: Cursor) { chatAdded(after: $after) { id name } }";
    let start = json!({ "after": Cursor::start(bob.feed()).to_string() });
    let mut all = app.follow(&bob, document, start).await;
    assert_eq!(all.next().await["id"], missed.to_string());
    let mut new = app.follow(&bob, document, json!({})).await;
    settle().await;
    app.group(&ada, &[&eve]).await;
    let own = app.group(&bob, &[]).await;
    for op in [&mut all, &mut new] {
        assert_eq!(op.next().await["id"], own.to_string());
    }
    let foreign = json!({ "after": Cursor::start(ada.feed()).to_string() });
    app.follow(&bob, document, foreign)
        .await
        .fails("BAD_USER_INPUT")
        .await;
}

#[tokio::test]
async fn a_chats_new_name_comes_to_its_participants() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let before = app.head(chat).await;
    let document = "subscription($chat: ID!, $after: Cursor) {
        chatUpdated(chatId: $chat, after: $after) { id name } }";
    let mut updated = app.follow(&bob, document, json!({ "chat": chat })).await;
    settle().await;
    app.say(&ada, chat, "no update").await;
    app.rename(&ada, chat, "New name").await;
    assert_eq!(updated.next().await["name"], "New name");
    let variables = json!({ "chat": chat, "after": before.to_string() });
    let mut missed = app.follow(&bob, document, variables).await;
    assert_eq!(missed.next().await["name"], "New name");
    app.follow(&eve, document, json!({ "chat": chat }))
        .await
        .fails("NOT_FOUND")
        .await;
}

#[tokio::test]
async fn the_unread_count_follows_messages_and_reading_on_any_device() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let cursors = [app.head(chat).await, app.head(bob.id).await];
    let document = "subscription($after: [Cursor!]) { unreadCountUpdated(after: $after) {
        chatId unreadCount lastReadNumber messageCount } }";
    let mut counts = app.follow(&bob, document, json!({})).await;
    settle().await;
    let expect = |unread: i64, read: i64, all: i64| json!({ "chatId": chat, "unreadCount": unread, "lastReadNumber": read, "messageCount": all });
    app.say(&ada, chat, "one").await;
    assert_eq!(counts.next().await, expect(1, 0, 1));
    app.say(&ada, chat, "two").await;
    assert_eq!(counts.next().await, expect(2, 0, 2));
    app.read(&bob, chat, 1).await;
    assert_eq!(counts.next().await, expect(1, 1, 2));
    app.say(&bob, chat, "three").await;
    assert_eq!(counts.next().await, expect(0, 3, 3));
    let mut missed = app.follow(&bob, document, after(&cursors)).await;
    assert_eq!(missed.next().await, expect(0, 3, 3));
}
