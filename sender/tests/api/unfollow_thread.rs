//! `unfollowThread`.

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn who_does_not_follow_any_longer_keeps_the_mark_and_follows_again_by_replying() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    let reply = json!({ "chatId": chat, "threadRootId": root, "content": "an answer" });
    app.call(&bob, "createMessage", reply.clone()).await.ok();
    let thread = json!({ "chatId": chat, "rootId": root });
    let payload = app.call(&bob, "unfollowThread", thread.clone()).await.ok();
    let gone = json!({ "chatId": chat, "rootId": root, "following": false, "lastReadNumber": 2 });
    assert_eq!(payload["viewerThread"], gone);
    assert_eq!(
        app.kinds(&bob.id).await.last().map(String::as_str),
        Some("THREAD_FOLLOW_CHANGED")
    );
    let events = app.feed(&bob.id).await.len();
    let again = app.call(&bob, "unfollowThread", thread.clone()).await.ok();
    assert_eq!(again["viewerThread"], gone);
    assert_eq!(app.feed(&bob.id).await.len(), events);

    app.call(&bob, "createMessage", reply).await.ok();
    let state = app.call(&bob, "followThread", thread).await.ok();
    assert_eq!(
        state["viewerThread"],
        json!({ "chatId": chat, "rootId": root, "following": true, "lastReadNumber": 3 })
    );
    // The reply implied it, for all devices.
    assert_eq!(app.feed(&bob.id).await.len(), events);
}

#[tokio::test]
async fn who_never_followed_does_not_and_nothing_changes() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    let before = app.tables().await;
    let thread = json!({ "chatId": chat, "rootId": root });
    let payload = app.call(&bob, "unfollowThread", thread).await.ok();
    assert_eq!(payload["viewerThread"]["following"], false);
    assert_eq!(payload["viewerThread"]["lastReadNumber"], 0);
    assert_eq!(app.tables().await, before);
}
