//! `updateDraft`.

use serde_json::{Value, json};
use shared_schema::MessageId;

use crate::app::{Person, TestApp, cursor};

async fn write(app: &TestApp, person: &Person, chat: &str, content: Value) -> Value {
    let input = json!({ "chatId": chat, "content": content });
    app.call(person, "updateDraft", input).await.ok()
}

#[tokio::test]
async fn a_draft_is_told_to_ones_own_devices_without_its_text() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let (in_chat, own) = (app.feed(&chat).await.len(), app.feed(&bob.id).await.len());
    let payload = write(&app, &bob, &chat, json!("half a thou ")).await;
    assert_eq!(payload["draft"]["content"], "half a thou ");
    assert_eq!(payload["draft"]["chatId"], json!(chat));
    assert_eq!(payload["draft"]["threadRootId"], Value::Null);
    let told = app.feed(&bob.id).await;
    assert_eq!(told.len(), own + 1);
    assert_eq!(told[own].kind, "DRAFT_CHANGED");
    assert_eq!(
        told[own].data,
        Some(json!({ "chat_id": chat, "thread_root_id": null }))
    );
    assert_eq!(cursor(&payload["cursor"]).event.0, told[own].id);

    // The same again changes nothing; the last text stays, and nothing visible is no draft.
    assert_eq!(
        write(&app, &bob, &chat, json!("half a thou ")).await,
        payload
    );
    assert_eq!(app.feed(&bob.id).await.len(), own + 1);
    let payload = write(&app, &bob, &chat, json!("a whole one")).await;
    assert_eq!(payload["draft"]["content"], "a whole one");
    for nothing in [json!(" \n"), Value::Null] {
        let payload = write(&app, &bob, &chat, nothing).await;
        assert_eq!(payload["draft"], Value::Null);
    }
    assert_eq!(app.feed(&bob.id).await.len(), own + 3);
    let sql = "SELECT count(*) FROM drafts WHERE chat_id = $1";
    assert_eq!(app.number(sql, &chat).await, 0);
    assert_eq!(app.feed(&chat).await.len(), in_chat);
}

#[tokio::test]
async fn a_thread_has_a_draft_of_its_own_and_a_reply_stands_for_its_thread() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    let reply = json!({ "chatId": chat, "threadRootId": root, "content": "an answer" });
    let reply = app.call(&ada, "createMessage", reply).await.ok()["message"]["id"].clone();
    write(&app, &ada, &chat, json!("in the chat")).await;
    let input = json!({ "chatId": chat, "threadRootId": reply, "content": "in the thread" });
    let payload = app.call(&ada, "updateDraft", input).await.ok();
    assert_eq!(payload["draft"]["threadRootId"], root);
    let sql = "SELECT count(*) FROM drafts WHERE chat_id = $1";
    assert_eq!(app.number(sql, &chat).await, 2);
    let input = json!({ "chatId": chat, "threadRootId": MessageId::new(), "content": "nowhere" });
    app.call(&ada, "updateDraft", input)
        .await
        .assert_refused("NOT_FOUND", "rootId");
}

#[tokio::test]
async fn a_draft_has_the_bounds_of_a_message() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    write(&app, &ada, &chat, json!("\u{1F600}".repeat(5_000))).await;
    let input = json!({ "chatId": chat, "content": "x".repeat(5_001) });
    let refused = app.call(&ada, "updateDraft", input).await;
    assert_eq!(refused.refusal(), ("BAD_USER_INPUT", "content"));
    assert_eq!(refused.reason(), Some("TOO_LONG"));
    let input = json!({ "chatId": chat, "content": "nul \0" });
    app.call(&ada, "updateDraft", input)
        .await
        .assert_refused("BAD_USER_INPUT", None);
}

#[tokio::test]
async fn a_hundred_drafts_are_kept_and_not_one_more() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let sql = "INSERT INTO drafts (user_id, chat_id, root_id, content, updated_at)
               SELECT $1, gen_random_uuid(), gen_random_uuid(), 'x', now() FROM generate_series(1, 99)";
    let id: uuid::Uuid = ada.id.parse().unwrap();
    app.owner.execute(sql, &[&id]).await.unwrap();
    write(&app, &ada, &chat, json!("the hundredth")).await;
    let other = app.group(&ada, &[]).await;
    let input = json!({ "chatId": other, "content": "one more" });
    let refused = app.call(&ada, "updateDraft", input).await;
    assert_eq!(refused.refusal(), ("CONFLICT", "chatId"));
    assert_eq!(refused.reason(), Some("TOO_MANY_DRAFTS"));
    write(&app, &ada, &chat, json!("another text")).await;
}

#[tokio::test]
async fn a_message_that_is_sent_leaves_the_draft_to_its_author() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    write(&app, &ada, &chat, json!("half a thou")).await;
    app.say(&ada, &chat, "something else").await;
    let sql = "SELECT count(*) FROM drafts WHERE chat_id = $1";
    assert_eq!(app.number(sql, &chat).await, 1);
}
