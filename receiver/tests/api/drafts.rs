//! `drafts` and `DraftChanged`.

use serde_json::{Value, json};

use crate::{app::TestApp, documents::INBOX};

const DRAFTS: &str = "{ drafts { chatId threadRootId content } }";

#[tokio::test]
async fn drafts_are_their_authors_newest_first_of_the_chats_they_take_part_in() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let (chat, other) = (
        app.group(&ada, &[&bob]).await,
        app.group(&ada, &[&bob]).await,
    );
    let root = app.say(&ada, chat, "a question").await;
    app.draft(&bob, chat, None, Some("in the chat")).await;
    app.draft(&bob, other, None, Some("elsewhere")).await;
    app.draft(&bob, chat, Some(root.id), Some("in the thread"))
        .await;
    app.draft(&ada, chat, None, Some("somebody else's")).await;
    assert_eq!(
        app.ask(Some(&bob), DRAFTS, json!({})).await.ok(),
        json!([
            { "chatId": chat, "threadRootId": root.id, "content": "in the thread" },
            { "chatId": other, "threadRootId": null, "content": "elsewhere" },
            { "chatId": chat, "threadRootId": null, "content": "in the chat" },
        ])
    );
    app.remove(&ada, chat, &bob).await;
    let left = app.ask(Some(&bob), DRAFTS, json!({})).await.ok();
    assert_eq!(
        left,
        json!([{ "chatId": other, "threadRootId": null, "content": "elsewhere" }])
    );
}

#[tokio::test]
async fn an_event_tells_where_and_the_draft_is_read_as_it_is() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    app.draft(&bob, chat, None, Some("half a thou")).await;
    let events = inbox.events().await;
    assert_eq!(events[0]["__typename"], "DraftChanged");
    assert_eq!(events[0]["chatId"], json!(chat));
    assert_eq!(events[0]["threadRootId"], Value::Null);
    assert_eq!(events[0]["draft"], json!({ "content": "half a thou" }));
    app.draft(&bob, chat, None, None).await;
    assert_eq!(inbox.events().await[0]["draft"], Value::Null);
    // The author of another draft hears nothing of it.
    app.draft(&ada, chat, None, Some("mine")).await;
    inbox.silence(200).await;
}
