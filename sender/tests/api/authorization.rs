//! Who may do what: every root field, from every position towards a chat.
//!
//! Defects 4 and 5: there was no check at all. Defect 6: whoever one said one was, one was.

use serde_json::{Value, json};
use shared_schema::ChatId;

use crate::stage::{Cast, Person, Scene, Stage, document, input};

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

fn person<'a>(cast: &'a Cast, position: &str) -> Option<&'a Person> {
    match position {
        "anonymous" => None,
        "stranger" => Some(&cast.stranger),
        "former" => Some(&cast.former),
        "member" => Some(&cast.member),
        "author" => Some(&cast.author),
        "admin" => Some(&cast.admin),
        "owner" => Some(&cast.owner),
        other => panic!("{other}"),
    }
}

async fn verdict(
    stage: &Stage,
    caller: Option<&Person>,
    field: &str,
    cast: &Cast,
    scene: &Scene,
) -> String {
    let answer = if field == "serviceInfo" {
        stage
            .ask(0, caller, "{ serviceInfo { name } }", json!({}))
            .await
    } else {
        let variables = json!({ "input": input(field, cast, scene) });
        stage.ask(0, caller, &document(field), variables).await
    };
    answer.verdict()
}

async fn matrix(kind: &str, expected: fn(&str) -> [&'static str; 7]) {
    let stage = Stage::new().await;
    let cast = stage.cast().await;
    let mut fields = stage.root_fields("queryType").await;
    fields.extend(stage.root_fields("mutationType").await);
    assert_eq!(
        fields.len(),
        15,
        "a new root field needs a row, and this number"
    );
    let mut scene = stage.scene(&cast, kind).await;
    for field in &fields {
        for (position, expected) in POSITIONS.into_iter().zip(expected(field)) {
            let before = stage.feed(&scene.chat).await.len();
            let caller = person(&cast, position);
            let verdict = verdict(&stage, caller, field, &cast, &scene).await;
            assert_eq!(verdict, expected, "{field} by {position} in {kind}");
            if verdict == OK {
                scene = stage.scene(&cast, kind).await;
            } else {
                assert_eq!(
                    stage.feed(&scene.chat).await.len(),
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
    let stage = Stage::new().await;
    let cast = stage.cast().await;
    let chat = stage.chat("DIRECT", &cast.author, &[&cast.member]).await;
    for field in stage.root_fields("mutationType").await {
        let message = stage.say(&cast.author, &chat, "between us").await["id"].clone();
        let scene = Scene {
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
            let caller = person(&cast, position);
            let verdict = verdict(&stage, caller, &field, &cast, &scene).await;
            assert_eq!(verdict, expected, "{field} by {position}");
        }
    }
}

/// The mutations that name a chat.
async fn of_a_chat(stage: &Stage) -> Vec<String> {
    let mut fields = stage.root_fields("mutationType").await;
    fields.retain(|field| field != "createChat");
    fields
}

#[tokio::test]
async fn not_yours_and_not_there_are_the_same_answer() {
    let stage = Stage::new().await;
    let cast = stage.cast().await;
    let group = stage.scene(&cast, "GROUP").await;
    let removed = [
        stage.scene(&cast, "GROUP").await,
        stage.scene(&cast, "PUBLIC").await,
    ];
    for scene in &removed {
        stage
            .call(&cast.owner, "removeChat", json!({ "chatId": scene.chat }))
            .await
            .ok();
    }
    let direct = stage.chat("DIRECT", &cast.owner, &[&cast.member]).await;
    let elsewhere = |chat: &str| Scene {
        chat: chat.to_owned(),
        message: group.message.clone(),
    };
    let nowhere = elsewhere(&ChatId::new().to_string());
    for field in of_a_chat(&stage).await {
        let answer = async |caller: &Person, scene: &Scene| {
            let answer = stage
                .call(caller, &field, input(&field, &cast, scene))
                .await;
            answer.is("NOT_FOUND", "chatId");
            answer.bytes()
        };
        let not_there = answer(&cast.stranger, &nowhere).await;
        for caller in [&cast.stranger, &cast.former] {
            // A user's id is a feed's id, too, and no chat's.
            for scene in [
                &group,
                &removed[0],
                &removed[1],
                &elsewhere(&direct),
                &elsewhere(&cast.owner.id),
            ] {
                assert_eq!(answer(caller, scene).await, not_there, "{field}");
            }
        }
        for scene in &removed {
            assert_eq!(answer(&cast.owner, scene).await, not_there, "{field}");
        }
    }
}

#[tokio::test]
async fn a_deactivated_account_is_nobody_to_every_mutation() {
    let stage = Stage::new().await;
    let cast = stage.cast().await;
    let scene = stage.scene(&cast, "PUBLIC").await;
    stage.deactivate(&cast.owner).await;
    for field in stage.root_fields("mutationType").await {
        for scene in [
            &scene,
            &Scene {
                chat: ChatId::new().to_string(),
                message: scene.message.clone(),
            },
        ] {
            let answer = stage
                .call(&cast.owner, &field, input(&field, &cast, scene))
                .await;
            answer.is("UNAUTHENTICATED", None);
        }
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_bad_input_everywhere() {
    let stage = Stage::new().await;
    let cast = stage.cast().await;
    let scene = stage.scene(&cast, "GROUP").await;
    for field in of_a_chat(&stage).await {
        let good = input(&field, &cast, &scene);
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
            let answer = stage.call(&cast.owner, &field, bad).await;
            assert_eq!(answer.refused().0, "BAD_USER_INPUT", "{field} {name}");
        }
    }
    assert_eq!(stage.feed(&scene.chat).await.len(), 5);
}

/// Defect 6: identity was an argument. There is none here, and a token counts only if our issuer has signed it.
#[tokio::test]
async fn identity_comes_from_the_token_only() {
    let stage = Stage::new().await;
    let other = Stage::new().await;
    let ada = stage.person("ada").await;
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
    stage
        .call(&forged, "createChat", input.clone())
        .await
        .is(U, None);
    // A claim beside the token changes nothing.
    let mut claimed: Value = input;
    claimed["senderId"] = json!(ada.id);
    let answer = stage.call(&ada, "createChat", claimed).await;
    assert_eq!(answer.refused().0, "BAD_USER_INPUT");
}
