//! All or nothing.

use crate::{app::TestApp, mutations::mutations};

/// Lets the next `failures` commits of events fail with this SQL state, at the very end of their transactions.
async fn sabotage(app: &TestApp, state: &str, failures: u32) {
    let sql = format!(
        "CREATE SEQUENCE IF NOT EXISTS commits;
         ALTER SEQUENCE commits RESTART;
         CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
         BEGIN
             IF nextval('commits') <= {failures} THEN
                 RAISE EXCEPTION 'sabotage' USING ERRCODE = '{state}';
             END IF;
             RETURN NULL;
         END
         $$;
         CREATE OR REPLACE TRIGGER sabotage AFTER INSERT ON feed_events FOR EACH ROW EXECUTE FUNCTION fail();"
    );
    app.owner.batch_execute(&sql).await.unwrap();
}

/// Defect 9: a failure in the middle left half of it behind, published, and told the sender that it had failed.
#[tokio::test]
async fn a_mutation_that_fails_leaves_nothing_behind_and_takes_no_number() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let (group, public) = (
        app.chat_fixture(&people, "GROUP").await,
        app.chat_fixture(&people, "PUBLIC").await,
    );
    let mut feeds = people.all().map(|person| person.id.as_str()).to_vec();
    feeds.extend([group.chat.as_str(), &public.chat]);
    let mut subscriber = app.listen(&feeds).await;
    // The events of the fixtures may still come.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    subscriber.skip_received().await;
    sabotage(&app, "P0001", u32::MAX).await;
    let before = app.tables().await;
    for mutation in mutations() {
        // What writes no event writes a single table.
        if !mutation.tables.contains(&"feed_events") {
            assert!(mutation.tables.len() <= 1, "{}", mutation.name);
            continue;
        }
        let name = mutation.name;
        let (caller, kind) = mutation.caller;
        let fixture = if kind == "PUBLIC" { &public } else { &group };
        let input = (mutation.input)(&people, fixture);
        let answer = app.call(people.at(caller), name, input).await;
        assert_eq!(answer.refusal(), ("INTERNAL", ""), "{name}");
        assert!(!answer.message().contains("sabotage"));
        assert_eq!(app.tables().await, before, "{name}");
    }
    subscriber.assert_silence().await;

    app.owner
        .batch_execute("DROP TRIGGER sabotage ON feed_events")
        .await
        .unwrap();
    for fixture in [&group, &public] {
        let last = app.feed(&fixture.chat).await.len() as i64;
        let message = app.say(&people.owner, &fixture.chat, "at last").await;
        assert_eq!(message["number"], fixture.newest + 1);
        assert_eq!(message["seq"], last + 1);
        app.feed(&fixture.chat).await;
    }
}

#[tokio::test]
async fn a_transaction_that_lost_a_deadlock_is_run_again_twice() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let before = app.feed(&chat).await.len();
    let states = ["40P01", "40001"];
    for state in states {
        sabotage(&app, state, 2).await;
        app.say(&ada, &chat, "third time lucky").await;
        sabotage(&app, state, 3).await;
        let input = serde_json::json!({ "chatId": chat, "content": "out of luck" });
        app.call(&ada, "createMessage", input)
            .await
            .assert_refused("UNAVAILABLE", None);
    }
    assert_eq!(app.feed(&chat).await.len(), before + states.len());
}
