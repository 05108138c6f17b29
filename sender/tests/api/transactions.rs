//! All or nothing.

use crate::stage::{Cast, Stage, input};

/// Everything that the sender writes, as one text.
async fn everything(stage: &Stage) -> String {
    let mut all = String::new();
    for table in ["chats", "participants", "messages", "feeds", "feed_events"] {
        let sql = format!(
            "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} t"
        );
        all += &stage
            .owner
            .query_one(&sql, &[])
            .await
            .unwrap()
            .get::<_, String>(0);
    }
    all
}

/// Lets the next `failures` commits of events fail with this SQL state, at the very end of their transactions.
async fn sabotage(stage: &Stage, state: &str, failures: u32) {
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
    stage.owner.batch_execute(&sql).await.unwrap();
}

fn caller<'a>(field: &str, cast: &'a Cast) -> &'a crate::stage::Person {
    match field {
        "updateMessage" => &cast.author,
        "joinChat" => &cast.stranger,
        "leaveChat" | "markAsRead" => &cast.member,
        _ => &cast.owner,
    }
}

/// Defect 9: a failure in the middle left half of it behind, published, and told the sender that it had failed.
#[tokio::test]
async fn a_mutation_that_fails_leaves_nothing_behind_and_takes_no_number() {
    let stage = Stage::new().await;
    let cast = stage.cast().await;
    let scene = stage.scene(&cast, "PUBLIC").await;
    let mut ears = stage
        .listen(&[&scene.chat, &cast.owner.id, &cast.newcomer.id])
        .await;
    // The messages of the scene's making may still come.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    ears.forget().await;
    sabotage(&stage, "P0001", u32::MAX).await;
    let before = everything(&stage).await;
    for field in stage.root_fields("mutationType").await {
        if field == "setTyping" {
            continue; // Stores nothing.
        }
        let answer = stage
            .call(caller(&field, &cast), &field, input(&field, &cast, &scene))
            .await;
        answer.is("INTERNAL", None);
        assert!(!answer.message().contains("sabotage"));
        assert_eq!(everything(&stage).await, before, "{field}");
    }
    ears.silence().await;

    stage
        .owner
        .batch_execute("DROP TRIGGER sabotage ON feed_events")
        .await
        .unwrap();
    let message = stage.say(&cast.owner, &scene.chat, "at last").await;
    assert_eq!(
        (message["number"].as_i64(), message["seq"].as_i64()),
        (Some(2), Some(6))
    );
    stage.feed(&scene.chat).await;
}

#[tokio::test]
async fn a_transaction_that_lost_a_deadlock_is_run_again_twice() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    for state in ["40P01", "40001"] {
        sabotage(&stage, state, 2).await;
        stage.say(&ada, &chat, "third time lucky").await;
        sabotage(&stage, state, 3).await;
        let input = serde_json::json!({ "chatId": chat, "content": "out of luck" });
        stage
            .call(&ada, "createMessage", input)
            .await
            .is("UNAVAILABLE", None);
    }
    assert_eq!(stage.feed(&chat).await.len(), 4);
}
