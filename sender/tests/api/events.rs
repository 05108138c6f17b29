//! One mutation, one event: in the chat's feed, in the feeds of those who gain or lose a chat, and on Redis.
//!
//! Defect 12: mutations changed state and told nobody.

use std::collections::BTreeMap;

use crate::app::{ChatFixture, FixturePeople, Person, TestApp, input};

/// What one call appends.
struct Expected<'a> {
    caller: &'a Person,
    kind: &'static str,
    in_chat: &'static [&'static str],
    in_users: Vec<(&'a Person, &'static str)>,
}

fn expected<'a>(field: &str, people: &'a FixturePeople) -> Expected<'a> {
    let of = |caller, in_chat, in_users| Expected {
        caller,
        kind: "GROUP",
        in_chat,
        in_users,
    };
    let FixturePeople {
        owner,
        admin,
        member,
        author,
        newcomer,
        stranger,
        ..
    } = people;
    match field {
        // Of the new chat, which is not the fixture's.
        "createChat" => of(
            owner,
            &[],
            vec![(owner, "CHAT_ADDED"), (newcomer, "CHAT_ADDED")],
        ),
        "updateChat" => of(owner, &["CHAT_UPDATED"], vec![]),
        "removeChat" => {
            let everyone = [owner, admin, member, author].map(|person| (person, "CHAT_LEFT"));
            of(owner, &["CHAT_REMOVED"], everyone.to_vec())
        }
        "joinChat" => Expected {
            kind: "PUBLIC",
            ..of(
                stranger,
                &["PARTICIPANTS_ADDED"],
                vec![(stranger, "CHAT_ADDED")],
            )
        },
        "leaveChat" => of(
            member,
            &["PARTICIPANT_REMOVED"],
            vec![(member, "CHAT_LEFT")],
        ),
        "addParticipant" | "addParticipants" => of(
            owner,
            &["PARTICIPANTS_ADDED"],
            vec![(newcomer, "CHAT_ADDED")],
        ),
        "removeParticipant" => of(owner, &["PARTICIPANT_REMOVED"], vec![(author, "CHAT_LEFT")]),
        "changeParticipantRole" => of(owner, &["PARTICIPANT_ROLE_CHANGED"], vec![]),
        "createMessage" => of(member, &["MESSAGE_ADDED"], vec![]),
        "updateMessage" => of(author, &["MESSAGE_UPDATED"], vec![]),
        "removeMessage" => of(author, &["MESSAGE_REMOVED"], vec![]),
        "markAsRead" => of(member, &[], vec![(member, "READ_MARK_MOVED")]),
        "setTyping" => of(member, &[], vec![]),
        new => panic!("{new} needs a row here"),
    }
}

/// How many events each feed of the fixture has.
async fn lengths(
    app: &TestApp,
    people: &FixturePeople,
    fixture: &ChatFixture,
) -> BTreeMap<String, usize> {
    let FixturePeople {
        owner,
        admin,
        member,
        author,
        former,
        stranger,
        newcomer,
    } = people;
    let people =
        [owner, admin, member, author, former, stranger, newcomer].map(|person| &person.id);
    let mut lengths = BTreeMap::new();
    for feed in people.into_iter().chain([&fixture.chat]) {
        lengths.insert(feed.clone(), app.feed(feed).await.len());
    }
    lengths
}

#[tokio::test]
async fn every_mutation_appends_its_events_once_and_publishes_what_it_appended() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let fields = app.root_fields("mutationType").await;
    assert_eq!(
        fields.len(),
        14,
        "a new mutation needs a row, and this number"
    );
    for field in fields {
        let expected = expected(&field, &people);
        let fixture = app.chat_fixture(&people, expected.kind).await;
        let before = lengths(&app, &people, &fixture).await;
        let feeds: Vec<&str> = before.keys().map(String::as_str).collect();
        let mut subscriber = app.listen(&feeds).await;

        let input = input(&field, &people, &fixture);
        app.call(expected.caller, &field, input).await.ok();

        let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        if !expected.in_chat.is_empty() {
            wanted.insert(&fixture.chat, expected.in_chat.to_vec());
        }
        for (person, kind) in &expected.in_users {
            wanted.insert(&person.id, vec![kind]);
        }
        for (feed, before) in &before {
            let appended = app.feed(feed).await.split_off(*before);
            let kinds: Vec<&str> = appended.iter().map(|event| event.kind.as_str()).collect();
            let wanted = wanted.get(feed.as_str()).cloned().unwrap_or_default();
            assert_eq!(kinds, wanted, "{field}");
            for record in &appended {
                let publication = subscriber.event(feed, record.seq).await;
                let event = publication
                    .events
                    .iter()
                    .find(|event| event.seq == record.seq);
                let event = event.unwrap();
                assert_eq!(
                    (event.id.0, event.prev.map(|id| id.0)),
                    (record.id, record.prev)
                );
                assert_eq!(
                    (event.at, event.change.kind()),
                    (record.at, record.kind.as_str())
                );
                assert_eq!(event.actor.map(|id| id.0), record.actor);
                assert_eq!(event.change.message_id().map(|id| id.0), record.message);
                assert_eq!(event.change.data(), record.data);
            }
        }
    }
}
