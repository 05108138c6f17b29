//! `createChat`.

use serde_json::{Value, json};
use shared_schema::{Change, ChatId, UserId};

use crate::app::{Person, TestApp, cursor};

fn roles(payload: &Value) -> Vec<(String, String)> {
    let participants = payload["participants"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut roles: Vec<_> = participants
        .map(|one| (text(&one["userId"]), text(&one["role"])))
        .collect();
    roles.sort();
    roles
}

fn expected(people: &[(&Person, &str)]) -> Vec<(String, String)> {
    let mut roles: Vec<_> = people
        .iter()
        .map(|(one, role)| (one.id.clone(), (*role).to_owned()))
        .collect();
    roles.sort();
    roles
}

/// Defect 18: the creator of a chat was not made to take part in it.
#[tokio::test]
async fn a_group_starts_with_its_creator_as_owner_and_the_others_as_members() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("eve").await,
    );
    let id = ChatId::new().to_string();
    let mut subscriber = app.listen(&[&id, &bob.id]).await;
    // Duplicates collapse, and the caller need not be named but may be.
    let input = json!({
        "id": id, "kind": "GROUP", "name": " Engines ", "description": " about engines\n",
        "participantIds": [bob.id, eve.id, bob.id, ada.id],
    });
    let payload = app.call(&ada, "createChat", input).await.ok();
    let chat = &payload["chat"];
    assert_eq!(chat["id"], id.as_str());
    assert_eq!(chat["kind"], "GROUP");
    assert_eq!(chat["name"], "Engines");
    assert_eq!(chat["description"], "about engines");
    assert_eq!(chat["participantCount"], 3);
    assert_eq!(chat["messageCount"], 0);
    assert_eq!(chat["lastMessageAt"], json!(null));
    assert_eq!(chat["createdBy"], ada.id.as_str());
    assert_eq!(
        roles(&payload),
        expected(&[(&ada, "OWNER"), (&bob, "MEMBER"), (&eve, "MEMBER")])
    );

    let events = app.feed(&id).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["CHAT_CREATED", "PARTICIPANTS_ADDED"]);
    let position = cursor(&payload["cursor"]);
    assert_eq!((position.seq, position.event.0), (2, events[1].id));
    for person in [&ada, &bob, &eve] {
        let own = app.feed(&person.id).await;
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].kind, "CHAT_ADDED");
        let data = own[0].data.as_ref().unwrap();
        assert_eq!(data["chat_id"], id.as_str());
        assert_eq!(data["joined_seq"], 2);
        assert_eq!(data["joined_event"], events[1].id.to_string());
    }

    let mut heard = [
        subscriber.publication().await,
        subscriber.publication().await,
    ];
    heard.sort_by_key(|(channel, _)| channel == &format!("feed:{}", bob.id));
    let [(channel, of_chat), (_, of_bob)] = heard;
    assert_eq!(channel, format!("feed:{id}"));
    assert_eq!(of_chat.events.len(), 2);
    let Change::ParticipantsAdded { participants } = &of_chat.events[1].change else {
        panic!("{of_chat:?}");
    };
    assert_eq!(participants.len(), 3);
    assert!(matches!(
        of_bob.events[0].change,
        Change::ChatAdded { joined_seq: 2, .. }
    ));
}

#[tokio::test]
async fn a_direct_chat_has_two_members_and_no_name() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let input = json!({ "kind": "DIRECT", "participantIds": [bob.id] });
    let payload = app.call(&ada, "createChat", input).await.ok();
    assert_eq!(payload["chat"]["kind"], "DIRECT");
    assert_eq!(payload["chat"]["name"], json!(null));
    assert_eq!(
        roles(&payload),
        expected(&[(&ada, "MEMBER"), (&bob, "MEMBER")])
    );
}

/// Defect 18: two direct chats could be created for the same pair.
#[tokio::test]
async fn asking_for_a_second_direct_chat_answers_with_the_first() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.chat("DIRECT", &ada, &[&bob]).await;
    app.say(&ada, &chat, "hello").await;
    let id = ChatId::new().to_string();
    let input = json!({ "id": id, "kind": "DIRECT", "participantIds": [ada.id] });
    let payload = app.call(&bob, "createChat", input).await.ok();
    assert_eq!(payload["chat"]["id"], chat.as_str());
    assert_eq!(payload["chat"]["messageCount"], 1);
    assert_eq!(
        roles(&payload),
        expected(&[(&ada, "MEMBER"), (&bob, "MEMBER")])
    );
    assert_eq!(cursor(&payload["cursor"]).seq, 3);
    assert_eq!(app.feed(&chat).await.len(), 3);
    assert_eq!(app.feed(&bob.id).await.len(), 1);
    assert_eq!(app.count("SELECT count(*) FROM chats").await, 1);
}

#[tokio::test]
async fn what_a_kind_of_chat_cannot_have_is_refused() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("eve").await,
    );
    let long = |length: usize| "ä".repeat(length);
    let refused = [
        (json!({ "kind": "GROUP", "participantIds": [] }), "name"),
        (
            json!({ "kind": "PUBLIC", "name": "  ", "participantIds": [] }),
            "name",
        ),
        (
            json!({ "kind": "GROUP", "name": long(101), "participantIds": [] }),
            "name",
        ),
        (
            json!({ "kind": "GROUP", "name": "two\nlines", "participantIds": [] }),
            "name",
        ),
        (
            json!({ "kind": "GROUP", "name": "x", "description": long(501), "participantIds": [] }),
            "description",
        ),
        (
            json!({ "kind": "DIRECT", "name": "x", "participantIds": [bob.id] }),
            "name",
        ),
        (
            json!({ "kind": "DIRECT", "description": "x", "participantIds": [bob.id] }),
            "description",
        ),
        (
            json!({ "kind": "DIRECT", "participantIds": [] }),
            "participantIds",
        ),
        (
            json!({ "kind": "DIRECT", "participantIds": [ada.id] }),
            "participantIds",
        ),
        (
            json!({ "kind": "DIRECT", "participantIds": [bob.id, eve.id] }),
            "participantIds",
        ),
        (
            json!({ "kind": "GROUP", "id": "1", "name": "x", "participantIds": [] }),
            "id",
        ),
    ];
    for (input, field) in refused {
        app.call(&ada, "createChat", input)
            .await
            .assert_refused("BAD_USER_INPUT", field);
    }
    let input = json!({ "kind": "PUBLIC", "name": long(100), "description": long(500), "participantIds": [] });
    app.call(&ada, "createChat", input).await.ok();
}

#[tokio::test]
async fn people_who_do_not_exist_are_not_found_and_at_most_250_may_be_named() {
    let app = TestApp::new().await;
    let (ada, gone) = (app.person("ada").await, app.person("gone").await);
    app.deactivate(&gone).await;
    for id in [gone.id.clone(), UserId::new().to_string()] {
        for kind in ["DIRECT", "GROUP"] {
            let name = (kind == "GROUP").then_some("x");
            let input = json!({ "kind": kind, "name": name, "participantIds": [id] });
            app.call(&ada, "createChat", input)
                .await
                .assert_refused("NOT_FOUND", "participantIds");
        }
    }
    let many: Vec<String> = (0..251).map(|_| UserId::new().to_string()).collect();
    let input = json!({ "kind": "GROUP", "name": "x", "participantIds": many });
    app.call(&ada, "createChat", input)
        .await
        .assert_refused("BAD_USER_INPUT", "participantIds");
    let input = json!({ "kind": "GROUP", "name": "x", "participantIds": many[..250] });
    app.call(&ada, "createChat", input)
        .await
        .assert_refused("NOT_FOUND", "participantIds");
    app.call(
        &gone,
        "createChat",
        json!({ "kind": "GROUP", "name": "x", "participantIds": [] }),
    )
    .await
    .assert_refused("UNAUTHENTICATED", None);
    assert_eq!(app.count("SELECT count(*) FROM chats").await, 0);
}

#[tokio::test]
async fn a_retry_has_the_same_result_and_another_request_is_a_conflict() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let id = ChatId::new().to_string();
    let input = json!({ "id": id, "kind": "GROUP", "name": "x", "participantIds": [bob.id] });
    let first = app.call(&ada, "createChat", input.clone()).await.ok();
    let again = app.call(&ada, "createChat", input.clone()).await.ok();
    assert_eq!(again["chat"], first["chat"]);
    assert_eq!(again["cursor"], first["cursor"]);
    assert_eq!(roles(&again), roles(&first));
    assert_eq!(app.feed(&id).await.len(), 2);

    let mut other = input.clone();
    other["name"] = json!("y");
    app.call(&ada, "createChat", other)
        .await
        .assert_refused("CONFLICT", "id");
    app.call(&bob, "createChat", input.clone())
        .await
        .assert_refused("CONFLICT", "id");
    // The id of a user is the id of a feed, too.
    let mut stolen = input.clone();
    stolen["id"] = json!(bob.id);
    app.call(&ada, "createChat", stolen)
        .await
        .assert_refused("CONFLICT", "id");
    assert_eq!(app.count("SELECT count(*) FROM chats").await, 1);

    // Whoever has left sees nothing of the chat, whatever they know about it.
    app.promote(&ada, &id, &bob, "OWNER").await;
    app.call(&ada, "leaveChat", json!({ "chatId": id }))
        .await
        .ok();
    app.call(&ada, "createChat", input)
        .await
        .assert_refused("NOT_FOUND", "id");
}

#[tokio::test]
async fn a_thousand_others_come_with_the_chat_and_are_told_when_it_goes() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let others = app.crowd(250).await;
    let input = json!({ "kind": "PUBLIC", "name": "All", "participantIds": others });
    let payload = app.call(&ada, "createChat", input).await.ok();
    let chat = payload["chat"]["id"].as_str().unwrap();
    assert_eq!(payload["chat"]["participantCount"], 251);
    assert_eq!(payload["participants"].as_array().unwrap().len(), 251);
    assert_eq!(app.feed(chat).await.len(), 2);
    let told = "SELECT count(DISTINCT feed_id) FROM feed_events WHERE data ->> 'chat_id' = $1::uuid::text AND kind = ";
    assert_eq!(app.number(&format!("{told} 'CHAT_ADDED'"), chat).await, 251);

    app.call(&ada, "removeChat", json!({ "chatId": chat }))
        .await
        .ok();
    assert_eq!(app.number(&format!("{told} 'CHAT_LEFT'"), chat).await, 251);
}

/// B17, N3: a name that shows nothing is refused, what nobody sees is taken out, and what is left is stored composed.
#[tokio::test]
async fn b17_the_name_of_a_chat_shows_something() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let create = async |name: &str| {
        let input = json!({ "kind": "GROUP", "name": name, "participantIds": [] });
        app.call(&ada, "createChat", input).await
    };
    for blank in [
        "\u{2800}",
        "\u{3164}",
        "\u{115f}",
        "\u{ffa0}",
        "\u{34f}",
        "\u{e0020}",
        "\u{180e}",
        "\u{200b}",
        "\u{202e}",
    ] {
        create(blank).await.assert_refused("BAD_USER_INPUT", "name");
    }
    create("two\nlines")
        .await
        .assert_refused("BAD_USER_INPUT", "name");
    for (typed, stored) in [
        ("Choir\u{202e}", "Choir"),
        ("Cafe\u{301}", "Caf\u{e9}"),
        ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
    ] {
        assert_eq!(create(typed).await.ok()["chat"]["name"], stored);
    }
}
