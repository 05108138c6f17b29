//! All or nothing.

use crate::app::{FixturePeople, TestApp, input};

/// Everything that the sender writes, as one text.
async fn everything(app: &TestApp) -> String {
    let mut all = String::new();
    for table in ["chats", "participants", "messages", "feeds", "feed_events"] {
        let sql = format!(
            "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} t"
        );
        all += &app
            .owner
            .query_one(&sql, &[])
            .await
            .unwrap()
            .get::<_, String>(0);
    }
    all
}

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

fn caller<'a>(field: &str, people: &'a FixturePeople) -> &'a crate::app::Person {
    match field {
        "updateMessage" => &people.author,
        "joinChat" => &people.stranger,
        "leaveChat" | "markAsRead" => &people.member,
        _ => &people.owner,
    }
}

/// Defect 9: a failure in the middle left half of it behind, published, and told the sender that it had failed.
#[tokio::test]
async fn a_mutation_that_fails_leaves_nothing_behind_and_takes_no_number() {
    let app = TestApp::new().await;
    let people = app.fixture_people().await;
    let fixture = app.chat_fixture(&people, "PUBLIC").await;
    let mut subscriber = app
        .listen(&[&fixture.chat, &people.owner.id, &people.newcomer.id])
        .await;
    // The messages of the fixture's making may still come.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    subscriber.skip_received().await;
    sabotage(&app, "P0001", u32::MAX).await;
    let before = everything(&app).await;
    for field in app.root_fields("mutationType").await {
        if field == "setTyping" {
            continue; // Stores nothing.
        }
        let answer = app
            .call(
                caller(&field, &people),
                &field,
                input(&field, &people, &fixture),
            )
            .await;
        answer.assert_refused("INTERNAL", None);
        assert!(!answer.message().contains("sabotage"));
        assert_eq!(everything(&app).await, before, "{field}");
    }
    subscriber.assert_silence().await;

    app.owner
        .batch_execute("DROP TRIGGER sabotage ON feed_events")
        .await
        .unwrap();
    let message = app.say(&people.owner, &fixture.chat, "at last").await;
    assert_eq!(
        (message["number"].as_i64(), message["seq"].as_i64()),
        (Some(2), Some(6))
    );
    app.feed(&fixture.chat).await;
}

#[tokio::test]
async fn a_transaction_that_lost_a_deadlock_is_run_again_twice() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for state in ["40P01", "40001"] {
        sabotage(&app, state, 2).await;
        app.say(&ada, &chat, "third time lucky").await;
        sabotage(&app, state, 3).await;
        let input = serde_json::json!({ "chatId": chat, "content": "out of luck" });
        app.call(&ada, "createMessage", input)
            .await
            .assert_refused("UNAVAILABLE", None);
    }
    assert_eq!(app.feed(&chat).await.len(), 4);
}
