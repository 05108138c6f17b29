//! One mutation, one event: in the chat's feed, in the feeds of those who gain or lose a chat, and on Redis.
//!
//! Defect 12: mutations changed state and told nobody.

use std::collections::BTreeMap;

use crate::{
    app::{ChatFixture, FixturePeople, TestApp},
    mutations::mutations,
};

/// How many events each feed of the fixture has.
async fn lengths(
    app: &TestApp,
    people: &FixturePeople,
    fixture: &ChatFixture,
) -> BTreeMap<String, usize> {
    let people = people.all().map(|person| &person.id);
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
    for mutation in mutations() {
        let name = mutation.name;
        let (caller, kind) = mutation.caller;
        let fixture = app.chat_fixture(&people, kind).await;
        let before = lengths(&app, &people, &fixture).await;
        let tables = app.tables().await;
        let feeds: Vec<&str> = before.keys().map(String::as_str).collect();
        let mut subscriber = app.listen(&feeds).await;

        let input = (mutation.input)(&people, &fixture);
        app.call(people.at(caller), name, input).await.ok();

        let now = app.tables().await;
        let changed = now.iter().filter(|(table, rows)| tables[*table] != **rows);
        let changed: Vec<&str> = changed.map(|(table, _)| table.as_str()).collect();
        assert_eq!(changed, mutation.tables, "{name}");

        let mut wanted = BTreeMap::from([(&fixture.chat, mutation.in_chat_feed.to_vec())]);
        for (position, kind) in mutation.in_user_feeds {
            wanted.insert(&people.at(*position).id, vec![kind]);
        }
        for (feed, before) in &before {
            let appended = app.feed(feed).await.split_off(*before);
            let kinds: Vec<&str> = appended.iter().map(|event| event.kind.as_str()).collect();
            let wanted = wanted.get(feed).cloned().unwrap_or_default();
            assert_eq!(kinds, wanted, "{name}");
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
