//! Who may do what: every root field, from every position towards a chat.
//!
//! Defects 4 and 5: there was no check at all. Defect 6: whoever one said one was, one was.

use serde_json::{Value, json};
use shared_schema::ChatId;

use crate::app::{ChatFixture, FixturePeople, Person, TestApp, document, input};

/// Positions towards a group or public chat, in the order of the columns below.
const POSITIONS: [&str; 7] = [
    "anonymous",
    "stranger",
    "former",
    "member",
    "author",
    "admin",
    "owner",
];

const U: &str = "UNAUTHENTICATED";
const N: &str = "NOT_FOUND";
const F: &str = "FORBIDDEN";
const C: &str = "CONFLICT";
const OK: &str = "ok";

/// What each position gets in a group. The message is the author's, the one who is removed or promoted is the author.
fn in_a_group(field: &str) -> [&'static str; 7] {
    match field {
        "serviceInfo" => [OK; 7],
        "createChat" => [U, OK, OK, OK, OK, OK, OK],
        "updateChat" | "addParticipant" | "addParticipants" | "removeParticipant" => {
            [U, N, N, F, F, OK, OK]
        }
        "removeChat" | "changeParticipantRole" => [U, N, N, F, F, F, OK],
        "joinChat" => [U, N, N, F, F, F, F],
        "leaveChat" => [U, N, N, OK, OK, OK, C],
        "createMessage" | "markAsRead" | "setTyping" => [U, N, N, OK, OK, OK, OK],
        "updateMessage" => [U, N, N, F, OK, F, F],
        "removeMessage" => [U, N, N, F, OK, OK, OK],
        new => panic!("{new} needs a row here"),
    }
}

/// A public chat is visible to everyone: "not yours" is FORBIDDEN, and anyone may join.
fn in_public(field: &str) -> [&'static str; 7] {
    match field {
        "joinChat" => [U, OK, OK, OK, OK, OK, OK],
        _ => in_a_group(field).map(|verdict| if verdict == N { F } else { verdict }),
    }
}

fn person<'a>(people: &'a FixturePeople, position: &str) -> Option<&'a Person> {
    match position {
        "anonymous" => None,
        "stranger" => Some(&people.stranger),
        "former" => Some(&people.former),
        "member" => Some(&people.member),
        "author" => Some(&people.author),
        "admin" => Some(&people.admin),
        "owner" => Some(&people.owner),
        other => panic!("{other}"),
    }
}

async fn verdict(
    app: &TestApp,
    caller: Option<&Person>,
    field: &str,
    people: &FixturePeople,
    fixture: &ChatFixture,
) -> String {
    let answer = if field == "serviceInfo" {
        app.ask(0, caller, "{ serviceInfo { name } }", json!({}))
            .await
    } else {
        let variables = json!({ "input": input(field, people, fixture) });
        app.ask(0, caller, &document(field), variables).await
    };
    answer.outcome().to_owned()
}

async fn matrix(kind: &str, expected: fn(&str) -> [&'static str; 7]) {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let mut fields = app.root_fields("queryType").await;
    fields.extend(app.root_fields("mutationType").await);
    assert_eq!(
        fields.len(),
        15,
        "a new root field needs a row, and this number"
    );
    let mut fixture = app.chat_fixture(&people, kind).await;
    for field in &fields {
        for (position, expected) in POSITIONS.into_iter().zip(expected(field)) {
            let before = app.feed(&fixture.chat).await.len();
            let caller = person(&people, position);
            let verdict = verdict(&app, caller, field, &people, &fixture).await;
            assert_eq!(verdict, expected, "{field} by {position} in {kind}");
            if verdict == OK {
                fixture = app.chat_fixture(&people, kind).await;
            } else {
                assert_eq!(
                    app.feed(&fixture.chat).await.len(),
                    before,
                    "{field} by {position}"
                );
            }
        }
    }
}

#[tokio::test]
async fn every_root_field_from_every_position_in_a_group() {
    matrix("GROUP", in_a_group).await;
}

#[tokio::test]
async fn every_root_field_from_every_position_in_public() {
    matrix("PUBLIC", in_public).await;
}

#[tokio::test]
async fn every_mutation_from_every_position_in_a_direct_chat() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let chat = app.chat("DIRECT", &people.author, &[&people.member]).await;
    for field in app.root_fields("mutationType").await {
        let message = app.say(&people.author, &chat, "between us").await["id"].clone();
        let fixture = ChatFixture {
            chat: chat.clone(),
            message: message.as_str().unwrap().to_owned(),
        };
        let expected = match field.as_str() {
            "createChat" => [U, OK, OK, OK],
            "createMessage" | "markAsRead" | "setTyping" => [U, N, OK, OK],
            "updateMessage" | "removeMessage" => [U, N, F, OK],
            _ => [U, N, F, F],
        };
        for (position, expected) in ["anonymous", "stranger", "member", "author"]
            .into_iter()
            .zip(expected)
        {
            let caller = person(&people, position);
            let verdict = verdict(&app, caller, &field, &people, &fixture).await;
            assert_eq!(verdict, expected, "{field} by {position}");
        }
    }
}

/// The mutations that name a chat.
async fn of_a_chat(app: &TestApp) -> Vec<String> {
    let mut fields = app.root_fields("mutationType").await;
    fields.retain(|field| field != "createChat");
    fields
}

#[tokio::test]
async fn not_yours_and_not_there_are_the_same_answer() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let group = app.chat_fixture(&people, "GROUP").await;
    let removed = [
        app.chat_fixture(&people, "GROUP").await,
        app.chat_fixture(&people, "PUBLIC").await,
    ];
    for fixture in &removed {
        app.call(
            &people.owner,
            "removeChat",
            json!({ "chatId": fixture.chat }),
        )
        .await
        .ok();
    }
    let direct = app.chat("DIRECT", &people.owner, &[&people.member]).await;
    let elsewhere = |chat: &str| ChatFixture {
        chat: chat.to_owned(),
        message: group.message.clone(),
    };
    let nowhere = elsewhere(&ChatId::new().to_string());
    for field in of_a_chat(&app).await {
        let answer = async |caller: &Person, fixture: &ChatFixture| {
            let answer = app
                .call(caller, &field, input(&field, &people, fixture))
                .await;
            answer.assert_refused("NOT_FOUND", "chatId");
            answer.without_trace()
        };
        let not_there = answer(&people.stranger, &nowhere).await;
        for caller in [&people.stranger, &people.former] {
            // A user's id is a feed's id, too, and no chat's.
            for fixture in [
                &group,
                &removed[0],
                &removed[1],
                &elsewhere(&direct),
                &elsewhere(&people.owner.id),
            ] {
                assert_eq!(answer(caller, fixture).await, not_there, "{field}");
            }
        }
        for fixture in &removed {
            assert_eq!(answer(&people.owner, fixture).await, not_there, "{field}");
        }
    }
}

#[tokio::test]
async fn a_deactivated_account_is_nobody_to_every_mutation() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let fixture = app.chat_fixture(&people, "PUBLIC").await;
    app.deactivate(&people.owner).await;
    for field in app.root_fields("mutationType").await {
        for fixture in [
            &fixture,
            &ChatFixture {
                chat: ChatId::new().to_string(),
                message: fixture.message.clone(),
            },
        ] {
            let answer = app
                .call(&people.owner, &field, input(&field, &people, fixture))
                .await;
            answer.assert_refused("UNAUTHENTICATED", None);
        }
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_bad_input_everywhere() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let fixture = app.chat_fixture(&people, "GROUP").await;
    for field in of_a_chat(&app).await {
        let good = input(&field, &people, &fixture);
        for name in ["chatId", "userId", "userIds", "id"] {
            let mut bad = good.clone();
            let Some(id) = bad.get_mut(name) else {
                continue;
            };
            *id = if id.is_array() {
                json!(["none"])
            } else {
                json!("none")
            };
            let answer = app.call(&people.owner, &field, bad).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{field} {name}");
        }
    }
    assert_eq!(app.feed(&fixture.chat).await.len(), 5);
}

/// Defect 6: identity was an argument. There is none here, and a token counts only if our issuer has signed it.
#[tokio::test]
async fn identity_comes_from_the_token_only() {
    let app = TestApp::new().await;
    let other = TestApp::new().await;
    let ada = app.person("ada").await;
    let schema = sender::schema::sdl();
    let inputs = schema
        .split("\n\n")
        .filter(|definition| definition.contains("\ninput "));
    for definition in inputs {
        for name in ["senderId", "callerId", "actorId", "authorId", "username"] {
            assert!(!definition.contains(name), "{definition}");
        }
    }
    let forged = Person {
        token: other.token_for(&ada),
        ..ada.clone()
    };
    let input = json!({ "kind": "GROUP", "name": "x", "participantIds": [] });
    app.call(&forged, "createChat", input.clone())
        .await
        .assert_refused(U, None);
    // A claim beside the token changes nothing.
    let mut claimed: Value = input;
    claimed["senderId"] = json!(ada.id);
    let answer = app.call(&ada, "createChat", claimed).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
}
