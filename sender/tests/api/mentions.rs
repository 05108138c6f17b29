//! Mentions: who is named in a text, and when all may be.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use lab_stack::testing::GraphqlResponse;
use serde_json::{Value, json};
use shared_schema::{Change, MessageId};
use uuid::Uuid;

use crate::app::{Person, TestApp};

fn uuid(id: &str) -> Uuid {
    id.parse().unwrap()
}

/// Ada, Bob and Eve, and a group of the first two.
async fn group(app: &TestApp) -> (Person, Person, Person, String) {
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    (ada, bob, app.person("eve").await, chat)
}

fn message(chat: &str, content: &str) -> Value {
    json!({ "id": MessageId::new(), "chatId": chat, "content": content })
}

fn place(person: &Person, start: i32) -> Value {
    json!({ "userId": person.id, "start": start, "length": person.username.len() + 1 })
}

/// The stored rows of a chat: number and user, with the places.
async fn rows(app: &TestApp, chat: &str) -> BTreeMap<(i64, Uuid), (Vec<i32>, i16)> {
    let sql = "SELECT n.number, n.user_id, n.starts, n.length, n.created_at = m.created_at
               FROM message_mentions n JOIN messages m ON m.chat_id = n.chat_id AND m.number = n.number
               WHERE n.chat_id = $1";
    let rows = app.owner.query(sql, &[&uuid(chat)]).await.unwrap();
    rows.iter()
        .map(|row| {
            assert!(row.get::<_, bool>(4), "the time of the message");
            ((row.get(0), row.get(1)), (row.get(2), row.get(3)))
        })
        .collect()
}

/// What the messages of a chat say about mentions, by number.
async fn counts(app: &TestApp, chat: &str) -> Vec<(i16, bool)> {
    let sql = "SELECT mention_count, mentions_all FROM messages WHERE chat_id = $1 ORDER BY number";
    let rows = app.owner.query(sql, &[&uuid(chat)]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn edit(app: &TestApp, person: &Person, message: &Value, content: &str) -> GraphqlResponse {
    let input = json!({ "chatId": message["chatId"], "id": message["id"], "content": content });
    app.call(person, "updateMessage", input).await
}

#[tokio::test]
async fn a_message_says_whom_it_mentions_and_where() {
    let app = TestApp::new().await;
    let (ada, bob, _, chat) = group(&app).await;
    let mut subscriber = app.listen(&[&chat]).await;
    let text = "🙂 @Bob and @ADA, and @bob again; not `@ada`, nor @eve, nor @nobody";
    let said = app.say(&ada, &chat, text).await;
    let places = json!([place(&bob, 3), place(&ada, 12), place(&bob, 22)]);
    assert_eq!(said["mentions"], places);
    assert_eq!(said["mentionsAll"], false);
    let expected = BTreeMap::from([
        ((1, uuid(&ada.id)), (vec![12], 4)),
        ((1, uuid(&bob.id)), (vec![3, 22], 4)),
    ]);
    assert_eq!(rows(&app, &chat).await, expected);
    assert_eq!(counts(&app, &chat).await, [(2, false)]);
    let event = subscriber.event(&chat, 3).await.events.remove(0);
    let Change::MessageAdded(told) = event.change else {
        panic!("{event:?}");
    };
    assert_eq!((told.mention_count, told.mentions_all), (2, false));

    let plain = app.say(&ada, &chat, "nobody at all").await;
    assert_eq!(plain["mentions"], json!([]));
    let all = app.say(&bob, &chat, "@all and @ada").await;
    assert_eq!(all["mentionsAll"], true);
    assert_eq!(all["mentions"], json!([place(&ada, 9)]));
    let expected = [(2, false), (0, false), (1, true)];
    assert_eq!(counts(&app, &chat).await, expected);
}

#[tokio::test]
async fn only_current_participants_are_mentioned() {
    let app = TestApp::new().await;
    let (ada, bob, eve, chat) = group(&app).await;
    app.call(&bob, "leaveChat", json!({ "chatId": chat }))
        .await
        .ok();
    let gone = app.person("gone").await;
    let input = json!({ "chatId": chat, "userIds": [gone.id] });
    app.call(&ada, "addParticipants", input).await.ok();
    app.deactivate(&gone).await;
    let said = app.say(&ada, &chat, "@bob @eve @gone @ada").await;
    assert_eq!(said["mentions"], json!([place(&ada, 16)]));
    // Whoever joins later was not mentioned, and is by the next text.
    let input = json!({ "chatId": chat, "userIds": [eve.id] });
    app.call(&ada, "addParticipants", input).await.ok();
    assert_eq!(rows(&app, &chat).await.len(), 1);
    let said = app.say(&ada, &chat, "@eve").await;
    assert_eq!(said["mentions"], json!([place(&eve, 0)]));
}

#[tokio::test]
async fn messages_of_one_batch_mention_people_of_their_own_chats() {
    let app = TestApp::new().await;
    let (ada, bob, eve, first) = group(&app).await;
    let second = app.group(&ada, &[&eve]).await;
    let sends = (0..40).map(|number| {
        let chat = if number % 2 == 0 { &first } else { &second };
        app.say(&ada, chat, "@bob @eve")
    });
    for said in join_all(sends).await {
        let expected = match said["chatId"] == first {
            true => place(&bob, 0),
            false => place(&eve, 5),
        };
        assert_eq!(said["mentions"], json!([expected]));
    }
    for (chat, person) in [(&first, &bob), (&second, &eve)] {
        let rows = rows(&app, chat).await;
        assert_eq!(rows.len(), 20);
        assert!(rows.keys().all(|(_, user)| *user == uuid(&person.id)));
    }
}

#[tokio::test]
async fn a_retry_gives_the_stored_mentions_and_never_meets_a_rule() {
    let app = TestApp::new().await;
    let (ada, bob, _, chat) = group(&app).await;
    let input = message(&chat, "@all and @bob");
    let first = app.call(&ada, "createMessage", input.clone()).await.ok();
    // Bob's name and the minute are of no concern any more.
    let sql = "UPDATE users SET username = 'robert' WHERE id = $1";
    app.owner.execute(sql, &[&uuid(&bob.id)]).await.unwrap();
    for _ in 0..3 {
        let again = app.call(&ada, "createMessage", input.clone()).await.ok();
        assert_eq!(again, first);
    }
    assert_eq!(first["message"]["mentions"], json!([place(&bob, 9)]));
    assert_eq!(rows(&app, &chat).await.len(), 1);
    // A sender who has left gets the message as it was sent.
    app.promote(&ada, &chat, &bob, "OWNER").await;
    app.call(&ada, "leaveChat", json!({ "chatId": chat }))
        .await
        .ok();
    let again = app.call(&ada, "createMessage", input).await.ok();
    assert_eq!(again["message"], first["message"]);
}

#[tokio::test]
async fn fifty_people_may_be_mentioned_and_one_more_may_not() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let people = app.people(51).await;
    let others: Vec<&Person> = people.iter().collect();
    let chat = app.group(&ada, &others).await;
    let named = |count: usize| {
        let names = people.iter().map(|person| format!("@{}", person.username));
        names.take(count).collect::<Vec<_>>().join(" ")
    };
    let refused = app
        .call(&ada, "createMessage", message(&chat, &named(51)))
        .await;
    refused.assert_refused("BAD_USER_INPUT", "content");
    assert_eq!(refused.reason(), Some("TOO_MANY_MENTIONS"));
    assert!(counts(&app, &chat).await.is_empty());
    // The same people again and again are 50 people, and so many names that nobody has are none.
    let text = format!("{} {}", named(50), named(50));
    let said = app.say(&ada, &chat, &text).await;
    assert_eq!(said["mentions"].as_array().unwrap().len(), 100);
    let nobody: Vec<String> = (0..150).map(|number| format!("@nobody{number}")).collect();
    let text = format!("{} {}", named(50), nobody.join(" "));
    let said = app.say(&ada, &chat, &text).await;
    assert_eq!(said["mentions"].as_array().unwrap().len(), 50);
    assert_eq!(rows(&app, &chat).await.len(), 100);
    // An edit has the same limit, and changes nothing if it is refused.
    let refused = edit(&app, &ada, &said, &named(51)).await;
    assert_eq!(refused.reason(), Some("TOO_MANY_MENTIONS"));
    assert_eq!(rows(&app, &chat).await.len(), 100);
    // Of one person, ten places are told.
    let said = app.say(&ada, &chat, &"@ada ".repeat(11)).await;
    assert_eq!(said["mentions"].as_array().unwrap().len(), 10);
}

/// The chat with so many more participants, who are only counted.
async fn crowd(app: &TestApp, chat: &str, count: i32) {
    let sql = "UPDATE chats SET participant_count = participant_count + $2 WHERE id = $1";
    app.owner
        .execute(sql, &[&uuid(chat), &count])
        .await
        .unwrap();
}

/// As if the last minute had passed.
async fn a_minute_later(app: &TestApp, chat: &str) {
    let sql = "UPDATE chats SET all_mentioned_at = all_mentioned_at - interval '61 seconds' WHERE id = $1";
    app.owner.execute(sql, &[&uuid(chat)]).await.unwrap();
}

#[tokio::test]
async fn in_a_large_chat_only_owners_and_admins_mention_all() {
    let app = TestApp::new().await;
    let (ada, bob, eve, chat) = group(&app).await;
    let input = json!({ "chatId": chat, "userIds": [eve.id] });
    app.call(&ada, "addParticipants", input).await.ok();
    app.promote(&ada, &chat, &bob, "ADMIN").await;
    // Fifty people.
    crowd(&app, &chat, 47).await;
    app.say(&eve, &chat, "@all").await;
    crowd(&app, &chat, 1).await;
    a_minute_later(&app, &chat).await;
    let refused = app
        .call(&eve, "createMessage", message(&chat, "@all"))
        .await;
    refused.assert_refused("FORBIDDEN", None);
    assert_eq!(refused.reason(), Some("MENTION_ALL_NOT_ALLOWED"));
    let said = app.say(&eve, &chat, "not all").await;
    let refused = edit(&app, &eve, &said, "@all").await;
    assert_eq!(refused.reason(), Some("MENTION_ALL_NOT_ALLOWED"));
    assert_eq!(counts(&app, &chat).await, [(0, true), (0, false)]);
    for person in [&ada, &bob] {
        a_minute_later(&app, &chat).await;
        app.say(person, &chat, "@all").await;
    }
}

#[tokio::test]
async fn all_are_mentioned_once_a_minute_whatever_becomes_of_the_message() {
    let app = TestApp::new().await;
    let (ada, bob, _, chat) = group(&app).await;
    let first = app.say(&ada, &chat, "@all").await;
    let too_often = async |what: &str| {
        let refused = app
            .call(&bob, "createMessage", message(&chat, "@all"))
            .await;
        refused.assert_refused("RATE_LIMITED", None);
        assert_eq!(refused.reason(), Some("MENTION_ALL_TOO_OFTEN"), "{what}");
        let wait = refused.extension("retryAfterMs").as_u64().unwrap();
        assert!((50_000..=60_000).contains(&wait), "{what}: {wait}");
    };
    too_often("at once").await;
    edit(&app, &ada, &first, "nobody").await.ok();
    too_often("after an edit").await;
    // An edit may not do what a message may not.
    let refused = edit(&app, &ada, &first, "@all again").await;
    assert_eq!(refused.reason(), Some("MENTION_ALL_TOO_OFTEN"));
    let input = json!({ "chatId": chat, "id": first["id"] });
    app.call(&ada, "removeMessage", input).await.ok();
    too_often("after the removal").await;
    assert_eq!(counts(&app, &chat).await, [(0, false)]);
    // Other chats, and other mentions, are of no concern.
    let other = app.group(&ada, &[&bob]).await;
    app.say(&bob, &other, "@all").await;
    app.say(&bob, &chat, "@ada").await;

    a_minute_later(&app, &chat).await;
    let second = app.say(&bob, &chat, "@all").await;
    // What mentioned all before and still does, does so in silence.
    edit(&app, &bob, &second, "@all of you").await.ok();
    let expected = [(0, false), (1, false), (0, true)];
    assert_eq!(counts(&app, &chat).await, expected);
}

#[tokio::test]
async fn of_many_who_mention_all_at_once_one_does() {
    let app = TestApp::new().await;
    let (ada, bob, _, chat) = group(&app).await;
    let sends = (0..20).map(|number| {
        let person = if number % 2 == 0 { &ada } else { &bob };
        app.call(person, "createMessage", message(&chat, "@all"))
    });
    let answers = join_all(sends).await;
    let outcomes: Vec<&str> = answers.iter().map(GraphqlResponse::outcome).collect();
    let sent = outcomes.iter().filter(|outcome| **outcome == "ok").count();
    let refused = outcomes
        .iter()
        .filter(|outcome| **outcome == "RATE_LIMITED");
    assert_eq!((sent, refused.count()), (1, 19), "{outcomes:?}");
    assert_eq!(counts(&app, &chat).await, [(0, true)]);
}

#[tokio::test]
async fn an_edit_changes_what_differs() {
    let app = TestApp::new().await;
    let (ada, bob, eve, chat) = group(&app).await;
    let input = json!({ "chatId": chat, "userIds": [eve.id] });
    app.call(&ada, "addParticipants", input).await.ok();
    let said = app.say(&ada, &chat, "@bob and @eve").await;
    let edited = edit(&app, &ada, &said, "hello @eve and @ada").await.ok();
    let places = json!([place(&eve, 6), place(&ada, 15)]);
    assert_eq!(edited["message"]["mentions"], places);
    let users: Vec<Uuid> = rows(&app, &chat).await.keys().map(|key| key.1).collect();
    let mut expected = [uuid(&ada.id), uuid(&eve.id)];
    expected.sort_unstable();
    assert_eq!(users, expected);
    // Code mentions nobody.
    let edited = edit(&app, &ada, &said, "`@eve` and `@ada`").await.ok();
    assert_eq!(edited["message"]["mentions"], json!([]));
    assert_eq!(rows(&app, &chat).await, BTreeMap::new());
    assert_eq!(counts(&app, &chat).await, [(0, false)]);
    // And an edit may be the first to mention somebody.
    let edited = edit(&app, &ada, &said, "@bob").await.ok();
    assert_eq!(edited["message"]["mentions"], json!([place(&bob, 0)]));
}

#[tokio::test]
async fn a_name_that_stays_in_a_text_means_whom_it_meant_whatever_they_are_called_by_now() {
    let app = TestApp::new().await;
    let (ada, bob, eve, chat) = group(&app).await;
    let input = json!({ "chatId": chat, "userIds": [eve.id] });
    app.call(&ada, "addParticipants", input).await.ok();
    let said = app.say(&ada, &chat, "@bob?").await;
    let rename = "UPDATE users SET username = $2 WHERE id = $1";
    for (person, name) in [(&bob, "robert"), (&eve, "bob")] {
        app.owner
            .execute(rename, &[&uuid(&person.id), &name])
            .await
            .unwrap();
    }
    let edited = edit(&app, &ada, &said, "well, @bob?").await.ok();
    assert_eq!(edited["message"]["mentions"], json!([place(&bob, 6)]));
    // In a new text it is the name of somebody else.
    let said = app.say(&ada, &chat, "@bob").await;
    assert_eq!(said["mentions"], json!([place(&eve, 0)]));
}

#[tokio::test]
async fn a_removed_message_mentions_nobody() {
    let app = TestApp::new().await;
    let (ada, bob, _, chat) = group(&app).await;
    let said = app.say(&ada, &chat, "@all, @bob and @ada").await;
    let kept = app.say(&ada, &chat, "@bob").await;
    let input = json!({ "chatId": chat, "id": said["id"] });
    let removed = app.call(&ada, "removeMessage", input).await.ok();
    assert_eq!(removed["message"]["mentions"], json!([]));
    assert_eq!(removed["message"]["mentionsAll"], false);
    let number = kept["number"].as_i64().unwrap();
    let expected = BTreeMap::from([((number, uuid(&bob.id)), (vec![0], 4))]);
    assert_eq!(rows(&app, &chat).await, expected);
    assert_eq!(counts(&app, &chat).await, [(0, false), (1, false)]);
}

#[tokio::test]
async fn the_mentions_of_a_removed_chat_are_erased_with_its_texts() {
    let app = TestApp::new().await;
    let (ada, _, _, chat) = group(&app).await;
    for _ in 0..3 {
        app.say(&ada, &chat, "@bob").await;
    }
    app.say(&ada, &chat, "@all").await;
    app.call(&ada, "removeChat", json!({ "chatId": chat }))
        .await
        .ok();
    let erase = "SELECT erase_messages($1, 2, 4)";
    app.owner.execute(erase, &[&uuid(&chat)]).await.unwrap();
    let numbers: Vec<i64> = rows(&app, &chat).await.keys().map(|key| key.0).collect();
    assert_eq!(numbers, [1]);
    let expected = [(1, false), (0, false), (0, false), (0, false)];
    assert_eq!(counts(&app, &chat).await, expected);
}
