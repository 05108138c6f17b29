//! Who may do what: every root field, from every position towards a chat.
//!
//! Defects 4 and 5: there was no check at all. Defect 6: whoever one said one was, one was.

use serde_json::{Value, json};
use shared_schema::ChatId;

use crate::{
    app::{
        ChatFixture, FixturePeople, Person,
        Position::{self, Admin, Author, Former, Member, Owner, Stranger},
        TestApp, schema,
    },
    mutations::{Mutation, mutations},
};

/// Positions towards a group or public chat, in the order of the columns of `mutations.rs`.
const POSITIONS: [Position; 6] = [Stranger, Former, Member, Author, Admin, Owner];

/// Positions towards a direct chat, in the order of the columns of `mutations.rs`.
const DIRECT_POSITIONS: [Position; 3] = [Stranger, Member, Author];

const U: &str = "UNAUTHENTICATED";

async fn outcome(
    app: &TestApp,
    caller: Option<&Person>,
    mutation: &Mutation,
    people: &FixturePeople,
    fixture: &ChatFixture,
) -> String {
    let input = (mutation.input)(people, fixture);
    let answer = app.call_as(0, caller, mutation.name, input).await;
    answer.outcome().to_owned()
}

async fn matrix(kind: &str, expected: fn(&Mutation) -> [&'static str; 6]) {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    for query in schema().field_names("Query") {
        let document = match query {
            "serviceInfo" => "{ serviceInfo { name } }",
            new => panic!("`{new}` needs a row in authorization.rs"),
        };
        let everyone = POSITIONS.map(|position| Some(people.at(position)));
        for caller in everyone.into_iter().chain([None]) {
            app.ask(0, caller, document, json!({})).await.ok();
        }
    }
    let mut fixture = app.chat_fixture(&people, kind).await;
    for mutation in mutations() {
        let name = mutation.name;
        let everyone = POSITIONS.into_iter().zip(expected(mutation));
        let everyone = everyone.map(|(position, expected)| (Some(position), expected));
        for (position, expected) in [(None, U)].into_iter().chain(everyone) {
            let before = app.feed(&fixture.chat).await.len();
            let caller = position.map(|position| people.at(position));
            let outcome = outcome(&app, caller, mutation, &people, &fixture).await;
            assert_eq!(outcome, expected, "{name} by {position:?} in {kind}");
            if outcome == "ok" {
                fixture = app.chat_fixture(&people, kind).await;
            } else {
                let now = app.feed(&fixture.chat).await.len();
                assert_eq!(now, before, "{name} by {position:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_root_field_from_every_position_in_a_group() {
    matrix("GROUP", |mutation| mutation.in_group).await;
}

#[tokio::test]
async fn every_root_field_from_every_position_in_public() {
    matrix("PUBLIC", |mutation| mutation.in_public).await;
}

#[tokio::test]
async fn every_mutation_from_every_position_in_a_direct_chat() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let chat = app.chat("DIRECT", &people.author, &[&people.member]).await;
    for mutation in mutations() {
        let message = app.say(&people.author, &chat, "between us").await;
        let fixture = ChatFixture::new(&chat, &message);
        let refused = outcome(&app, None, mutation, &people, &fixture).await;
        assert_eq!(refused, U, "{} by nobody", mutation.name);
        for (position, expected) in DIRECT_POSITIONS.into_iter().zip(mutation.in_direct) {
            let caller = Some(people.at(position));
            let outcome = outcome(&app, caller, mutation, &people, &fixture).await;
            assert_eq!(outcome, expected, "{} by {position:?}", mutation.name);
        }
    }
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
        let input = json!({ "chatId": fixture.chat });
        app.call(&people.owner, "removeChat", input).await.ok();
    }
    let direct = app.chat("DIRECT", &people.owner, &[&people.member]).await;
    let nowhere = group.elsewhere(&ChatId::new().to_string());
    let mut of_a_chat = mutations();
    of_a_chat.retain(|mutation| {
        let mut fields = schema().input_of(mutation.name).iter();
        fields.any(|field| field.name == "chatId")
    });
    assert!(!of_a_chat.is_empty());
    for mutation in of_a_chat {
        let name = mutation.name;
        let answer = async |caller: &Person, fixture: &ChatFixture| {
            let input = (mutation.input)(&people, fixture);
            let answer = app.call(caller, name, input).await;
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
                &group.elsewhere(&direct),
                &group.elsewhere(&people.owner.id),
            ] {
                assert_eq!(answer(caller, fixture).await, not_there, "{name}");
            }
        }
        for fixture in &removed {
            assert_eq!(answer(&people.owner, fixture).await, not_there, "{name}");
        }
    }
}

#[tokio::test]
async fn a_deactivated_account_is_nobody_to_every_mutation() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let fixture = app.chat_fixture(&people, "PUBLIC").await;
    let nowhere = fixture.elsewhere(&ChatId::new().to_string());
    app.deactivate(&people.owner).await;
    for mutation in mutations() {
        for fixture in [&fixture, &nowhere] {
            let input = (mutation.input)(&people, fixture);
            let answer = app.call(&people.owner, mutation.name, input).await;
            assert_eq!(answer.refusal(), (U, ""), "{}", mutation.name);
        }
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_bad_input_everywhere() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let fixture = app.chat_fixture(&people, "GROUP").await;
    let before = app.tables().await;
    for mutation in mutations() {
        for id in schema().ids_of(mutation.name) {
            let mut input = (mutation.input)(&people, &fixture);
            let (id, outer) = id.split_last().unwrap();
            let holder = outer.iter().fold(&mut input, |holder, field| {
                let inner = &mut holder[&field.name];
                if field.is_list { &mut inner[0] } else { inner }
            });
            holder[&id.name] = match id.is_list {
                true => json!(["none"]),
                false => json!("none"),
            };
            let answer = app.call(&people.owner, mutation.name, input).await;
            let (name, field) = (mutation.name, &id.name);
            assert_eq!(answer.outcome(), "BAD_USER_INPUT", "{name} {field}");
        }
    }
    assert_eq!(app.tables().await, before);
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
