//! `createMessage`.

use serde_json::json;
use shared_schema::{Change, MessageId};
use uuid::Uuid;

use crate::app::TestApp;

#[tokio::test]
async fn a_message_is_stored_with_its_event_and_published() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mut subscriber = app.listen(&[&chat]).await;

    let id = MessageId::new().to_string();
    let input = json!({ "id": id, "chatId": chat, "content": "  hello \n" });
    let payload = app.call(&bob, "createMessage", input).await.ok();
    let message = &payload["message"];
    assert_eq!(message["id"], id.as_str());
    assert_eq!(message["content"], "hello");
    assert_eq!(message["number"], 1);
    assert_eq!(message["seq"], 3);
    assert_eq!(message["revision"], 1);
    assert_eq!(message["senderId"], bob.id.as_str());
    assert_eq!(message["senderUsername"], "bob");
    assert_eq!(message["cursor"], payload["cursor"]);

    let events = app.feed(&chat).await;
    let event = events.last().unwrap();
    assert_eq!(event.kind, "MESSAGE_ADDED");
    assert_eq!(event.id.to_string(), id, "the event has the message's id");
    assert_eq!(event.message.unwrap().to_string(), id);
    assert_eq!(event.actor.unwrap().to_string(), bob.id);
    assert_eq!(event.data, None, "a feed never holds a message's text");
    assert_eq!(message["createdAt"], event.at.to_string());

    let publication = subscriber.event(&chat, 3).await;
    assert_eq!(publication.events.len(), 1);
    let heard = &publication.events[0];
    assert_eq!(heard.seq, 3);
    assert_eq!(heard.prev.unwrap().0, events[1].id);
    let Change::MessageAdded(heard) = &heard.change else {
        panic!("{heard:?}");
    };
    assert_eq!(heard.content.as_deref(), Some("hello"));
}

#[tokio::test]
async fn sending_moves_the_senders_own_read_mark_and_nobody_elses() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, &chat, "one").await;
    app.say(&ada, &chat, "two").await;
    let unread = async |person: &str| {
        let sql = "SELECT unread_count FROM unread_counts WHERE chat_id = $1 AND user_id = $2";
        let ids: [Uuid; 2] = [chat.parse().unwrap(), person.parse().unwrap()];
        let row = app.owner.query_one(sql, &[&ids[0], &ids[1]]).await.unwrap();
        row.get::<_, i64>(0)
    };
    assert_eq!(unread(&ada.id).await, 0);
    assert_eq!(unread(&bob.id).await, 2);
    app.say(&bob, &chat, "three").await;
    assert_eq!(unread(&ada.id).await, 1);
    assert_eq!(unread(&bob.id).await, 0);
    let sql = "SELECT count(*) FROM participants WHERE chat_id = $1 AND last_read_at IS NOT NULL";
    assert_eq!(app.number(sql, &chat).await, 0, "only markAsRead says when");
}

#[tokio::test]
async fn content_has_1_to_5000_characters_after_trimming() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    // Four bytes each: characters count, not bytes.
    let longest = "🜁".repeat(5000);
    for content in [
        "x".to_owned(),
        format!(" {longest}\n"),
        "a\nb\u{200d}c".into(),
    ] {
        let message = app.say(&ada, &chat, &content).await;
        assert_eq!(message["content"], content.trim());
    }
    for content in [String::new(), " \n\t\u{a0} ".into(), format!("{longest}x")] {
        let input = json!({ "chatId": chat, "content": content });
        app.call(&ada, "createMessage", input)
            .await
            .assert_refused("BAD_USER_INPUT", "content");
    }
    let input = json!({ "chatId": chat, "content": "a\0b" });
    app.call(&ada, "createMessage", input)
        .await
        .assert_refused("BAD_USER_INPUT", None);
    assert_eq!(app.feed(&chat).await.len(), 2 + 3);
}

#[tokio::test]
async fn a_reply_names_a_message_of_the_same_chat_even_a_removed_one() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (here, there) = (app.group(&ada, &[]).await, app.group(&ada, &[]).await);
    let first = app.say(&ada, &here, "one").await["id"].clone();
    let foreign = app.say(&ada, &there, "two").await["id"].clone();
    let reply =
        |to: serde_json::Value| json!({ "chatId": here, "content": "yes", "replyToId": to });

    let payload = app
        .call(&ada, "createMessage", reply(first.clone()))
        .await
        .ok();
    assert_eq!(payload["message"]["replyToId"], first);
    let removal = json!({ "chatId": here, "id": first });
    app.call(&ada, "removeMessage", removal).await.ok();
    app.call(&ada, "createMessage", reply(first)).await.ok();
    for missing in [foreign, json!(MessageId::new().to_string())] {
        let answer = app.call(&ada, "createMessage", reply(missing)).await;
        answer.assert_refused("NOT_FOUND", "replyToId");
    }
}

#[tokio::test]
async fn a_retry_has_the_same_result_and_only_another_publication() {
    let app = TestApp::with(2, lab_stack::servers::shared().redis_url()).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let input = json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": "once" });
    let mut subscriber = app.listen(&[&chat]).await;
    let first = app.call_at(0, &ada, "createMessage", input.clone()).await;
    first.ok();
    subscriber.event(&chat, 3).await;

    // The same after trimming is the same.
    let mut padded = input.clone();
    padded["content"] = json!(" once ");
    for retry in [input.clone(), padded] {
        assert_eq!(app.call_at(1, &ada, "createMessage", retry).await, first);
        let (_, publication) = subscriber.publication().await;
        assert_eq!(publication.events.len(), 1);
        assert_eq!(publication.events[0].seq, 3);
        subscriber.assert_silence().await;
    }
    assert_eq!(app.feed(&chat).await.len(), 3);
}

#[tokio::test]
async fn a_retry_after_an_edit_and_after_the_removal_finds_the_message() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let id = MessageId::new().to_string();
    let input = json!({ "id": id, "chatId": chat, "content": "first words" });
    let first = app.call(&ada, "createMessage", input.clone()).await.ok();

    let edit = json!({ "chatId": chat, "id": id, "content": "better words" });
    app.call(&ada, "updateMessage", edit).await.ok();
    let again = app.call(&ada, "createMessage", input.clone()).await.ok();
    assert_eq!(again["cursor"], first["cursor"]);
    assert_eq!(again["message"]["content"], "better words");

    app.call(&ada, "removeMessage", json!({ "chatId": chat, "id": id }))
        .await
        .ok();
    let again = app.call(&ada, "createMessage", input).await.ok();
    assert_eq!(again["cursor"], first["cursor"]);
    assert_eq!(again["message"]["content"], json!(null));
    assert_eq!(app.feed(&chat).await.len(), 5);
}

#[tokio::test]
async fn a_retry_by_someone_who_was_removed_meanwhile_still_finds_their_message() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("eve").await,
    );
    let chat = app.group(&ada, &[&bob]).await;
    let input = json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": "sent" });
    let first = app.call(&bob, "createMessage", input.clone()).await.ok();
    let removal = json!({ "chatId": chat, "userId": bob.id });
    app.call(&ada, "removeParticipant", removal).await.ok();

    let again = app.call(&bob, "createMessage", input.clone()).await.ok();
    assert_eq!(again["message"], first["message"]);
    assert_eq!(again["cursor"], first["cursor"]);
    let fresh = json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": "sent" });
    app.call(&bob, "createMessage", fresh)
        .await
        .assert_refused("NOT_FOUND", "chatId");
    app.call(&eve, "createMessage", input)
        .await
        .assert_refused("NOT_FOUND", "chatId");
}

/// N1: what became of the message after someone went is not theirs to know, in whichever way they went.
#[tokio::test]
async fn a_retry_by_someone_who_is_gone_says_nothing_of_what_happened_since() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    for (kind, going) in [
        ("GROUP", "removeParticipant"),
        ("GROUP", "leaveChat"),
        ("GROUP", "removeChat"),
        ("PUBLIC", "leaveChat"),
    ] {
        let chat = app.chat(kind, &ada, &[&bob]).await;
        let earlier = app.say(&ada, &chat, "what do you say?").await["id"].clone();
        let say = |content: &str| json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": content, "replyToId": earlier });
        let mut sent = vec![];
        for input in [say("kept"), say("edited"), say("removed")] {
            let answer = app.call(&bob, "createMessage", input.clone()).await.ok();
            sent.push((input, answer));
        }
        let edit = json!({ "chatId": chat, "id": sent[1].0["id"], "content": "better" });
        app.call(&bob, "updateMessage", edit).await.ok();
        let (who, input) = match going {
            "removeParticipant" => (&ada, json!({ "chatId": chat, "userId": bob.id })),
            "removeChat" => (&ada, json!({ "chatId": chat })),
            _ => (&bob, json!({ "chatId": chat })),
        };
        if going == "removeChat" {
            let removal = json!({ "chatId": chat, "id": sent[2].0["id"] });
            app.call(&ada, "removeMessage", removal).await.ok();
            app.call(who, going, input).await.ok();
        } else {
            app.call(who, going, input).await.ok();
            let removal = json!({ "chatId": chat, "id": sent[2].0["id"] });
            app.call(&ada, "removeMessage", removal).await.ok();
        }
        for (input, first) in sent {
            let again = app.call(&bob, "createMessage", input).await.ok();
            assert_eq!(again, first, "{kind} {going}");
        }
    }
}

#[tokio::test]
async fn the_same_id_with_another_request_is_a_conflict() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let other = app.say(&ada, &chat, "before").await["id"].clone();
    let id = MessageId::new().to_string();
    let input = json!({ "id": id, "chatId": chat, "content": "mine" });
    app.call(&ada, "createMessage", input.clone()).await.ok();

    let changed = json!({ "id": id, "chatId": chat, "content": "changed" });
    app.call(&ada, "createMessage", changed)
        .await
        .assert_refused("CONFLICT", "id");
    let reply = json!({ "id": id, "chatId": chat, "content": "mine", "replyToId": other });
    app.call(&ada, "createMessage", reply)
        .await
        .assert_refused("CONFLICT", "id");
    app.call(&bob, "createMessage", input)
        .await
        .assert_refused("CONFLICT", "id");
    assert_eq!(app.feed(&chat).await.len(), 4);
}

#[tokio::test]
async fn a_client_made_id_is_a_uuid_of_version_7() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for id in [
        "",
        "7",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "00000000-0000-0000-0000-000000000000",
    ] {
        let input = json!({ "id": id, "chatId": chat, "content": "hello" });
        app.call(&ada, "createMessage", input)
            .await
            .assert_refused("BAD_USER_INPUT", "id");
    }
}

#[tokio::test]
async fn the_username_is_the_one_of_that_moment_and_a_deactivated_account_is_nobody() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let id: Uuid = ada.id.parse().unwrap();
    let rename = "UPDATE users SET username = 'countess' WHERE id = $1";
    app.owner.execute(rename, &[&id]).await.unwrap();
    // The token still says "ada".
    assert_eq!(
        app.say(&ada, &chat, "hello").await["senderUsername"],
        "countess"
    );

    app.deactivate(&ada).await;
    let input = json!({ "chatId": chat, "content": "still here" });
    app.call(&ada, "createMessage", input)
        .await
        .assert_refused("UNAUTHENTICATED", None);
    let nowhere = json!({ "chatId": MessageId::new().to_string(), "content": "still here" });
    app.call(&ada, "createMessage", nowhere)
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

/// Defect 19: with times alone, two messages of one microsecond have no order. Numbers and seqs give it, and the times
/// that go with them strictly grow and carry their zone.
#[tokio::test]
async fn messages_are_ordered_by_numbers_and_their_times_agree() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut last = None;
    for number in 1..=20 {
        let message = app.say(&ada, &chat, "tick").await;
        assert_eq!(message["number"], number);
        let at: jiff::Timestamp = message["createdAt"].as_str().unwrap().parse().unwrap();
        assert!(last.replace(at).is_none_or(|last| last < at));
    }
    let naive = "SELECT count(*) FROM information_schema.columns
                 WHERE table_schema = 'public' AND data_type = 'timestamp without time zone' AND $1::uuid IS NOT NULL";
    assert_eq!(app.number(naive, &chat).await, 0);
}
