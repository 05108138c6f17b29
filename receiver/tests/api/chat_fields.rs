//! Who sees which field of a chat. Root fields stand in the authorization matrix; these stand here.

use std::collections::BTreeSet;

use lab_stack::testing::SchemaDocument;
use serde_json::{Value, json};
use shared_schema::ChatKind;

use crate::app::TestApp;

/// What someone sees who does not take part.
enum Seen {
    /// The same as a participant.
    Same,
    /// Nothing, in this form.
    Nothing(Value),
}

use Seen::{Nothing, Same};

/// Every field of `Chat`: how it is asked for, what of a public chat someone sees who never took part, and what someone
/// sees who has left it.
fn fields() -> Vec<(&'static str, &'static str, Seen, Seen)> {
    let nobody = || Nothing(json!({ "nodes": [] }));
    vec![
        ("createdAt", "createdAt", Same, Same),
        ("createdBy", "createdBy", Same, Same),
        ("description", "description", Same, Same),
        ("feedCursor", "feedCursor", Same, Same),
        ("id", "id", Same, Same),
        ("kind", "kind", Same, Same),
        (
            "lastMessage",
            "lastMessage { content }",
            Same,
            Nothing(Value::Null),
        ),
        ("lastMessageAt", "lastMessageAt", Same, Same),
        (
            "maxReceiptParticipants",
            "maxReceiptParticipants",
            Same,
            Same,
        ),
        (
            "mentionNumbers",
            "mentionNumbers",
            Nothing(json!([])),
            Nothing(json!([])),
        ),
        ("messageCount", "messageCount", Same, Same),
        ("name", "name", Same, Same),
        (
            "ownReplyNumbers",
            "ownReplyNumbers",
            Nothing(json!([])),
            Nothing(json!([])),
        ),
        (
            "participant",
            "participant(userId: $user) { userId }",
            Nothing(Value::Null),
            Nothing(Value::Null),
        ),
        ("participantCount", "participantCount", Same, Same),
        (
            "participants",
            "participants(first: 100) { nodes { userId } }",
            Same,
            nobody(),
        ),
        (
            "pinnedMessages",
            "pinnedMessages { nodes { message { content } } }",
            Same,
            nobody(),
        ),
        ("reactionsAllowed", "reactionsAllowed", Same, Same),
        (
            "receipts",
            "receipts { user { username } }",
            Nothing(json!([])),
            Nothing(json!([])),
        ),
        (
            "removedNumbers",
            "removedNumbers",
            Nothing(json!([])),
            Nothing(json!([])),
        ),
        (
            "settings",
            "settings { notificationLevel }",
            Nothing(Value::Null),
            Nothing(Value::Null),
        ),
        ("threadsAllowed", "threadsAllowed", Same, Same),
    ]
}

#[tokio::test]
async fn every_field_of_a_public_chat_shows_a_stranger_what_is_written_here() {
    let rows = fields();
    let written: BTreeSet<&str> = rows.iter().map(|row| row.0).collect();
    let schema = SchemaDocument::parse(&receiver::sdl());
    let fields = BTreeSet::from_iter(schema.field_names("Chat"));
    assert_eq!(written, fields, "each field of Chat needs a row");

    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let left = app.person("left").await;
    let chat = app
        .chat(ChatKind::Public, "Public", &ada, &[&bob, &left])
        .await;
    let removed = app.say(&ada, chat, "gone").await;
    app.unsay(&ada, &removed).await;
    let root = app.say(&ada, chat, "inside").await;
    app.reply_in_thread(&bob, &root, "in a thread").await;
    app.pin(&ada, &root).await;
    app.mention(&ada, chat, "@bob", &[&bob, &eve, &left]).await;
    app.remove(&ada, chat, &left).await;
    for (name, selection, stranger, former) in rows {
        let document = match selection.contains("$user") {
            true => {
                format!("query($id: ID!, $user: ID!) {{ chat(id: $id) {{ shown: {selection} }} }}")
            }
            false => format!("query($id: ID!) {{ chat(id: $id) {{ shown: {selection} }} }}"),
        };
        let variables = json!({ "id": chat, "user": ada.id });
        let mut shown = vec![];
        for person in [&bob, &eve, &left] {
            let answer = app.ask(Some(person), &document, variables.clone()).await;
            shown.push(answer.ok()["shown"].clone());
        }
        for (who, shown_to_them, expected) in [
            ("a stranger", &shown[1], stranger),
            ("who left", &shown[2], former),
        ] {
            match expected {
                Same => assert_eq!(shown_to_them, &shown[0], "{name}, to {who}"),
                Nothing(nothing) => {
                    assert_eq!(shown_to_them, &nothing, "{name}, to {who}");
                    assert_ne!(shown[0], nothing, "{name}: a participant sees something");
                }
            }
        }
    }
}
