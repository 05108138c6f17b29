//! `removeReaction`.

use serde_json::json;

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn the_last_reaction_takes_the_group_with_it() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, &chat, "hello").await["id"].clone();
    let input = |emoji| json!({ "chatId": chat, "messageId": message, "emoji": emoji });
    app.call(&ada, "addReaction", input("👍🏽")).await.ok();
    app.call(&bob, "addReaction", input("👍")).await.ok();

    // In whichever skin tone.
    let payload = app.call(&ada, "removeReaction", input("👍")).await.ok();
    assert_eq!(payload["reactionGroup"]["count"], 1);
    assert_eq!(payload["reactionGroup"]["lastUserIds"], json!([bob.id]));
    let events = app.feed(&chat).await;
    let data = events.last().unwrap().data.clone().unwrap();
    assert_eq!(data["variant"], "👍🏽", "what she had chosen");
    assert_eq!(data["added"], false);

    let payload = app.call(&bob, "removeReaction", input("👍")).await.ok();
    assert_eq!(payload["reactionGroup"]["count"], 0);
    assert_eq!(payload["reactionGroup"]["lastUserIds"], json!([]));
    let groups = app.owner.query("SELECT FROM reaction_groups", &[]).await;
    assert!(groups.unwrap().is_empty());
}

#[tokio::test]
async fn removing_what_is_not_there_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "hello").await["id"].clone();
    let events = app.feed(&chat).await;
    let input = json!({ "chatId": chat, "messageId": message, "emoji": "👍" });
    let payload = app.call(&ada, "removeReaction", input).await.ok();
    assert_eq!(payload["reactionGroup"]["count"], 0);
    assert_eq!(
        cursor(&payload["cursor"]).event.0,
        events.last().unwrap().id
    );
    assert_eq!(app.feed(&chat).await.len(), events.len());
}
