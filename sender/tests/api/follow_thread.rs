//! `followThread`.

use serde_json::json;
use shared_schema::MessageId;
use uuid::Uuid;

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn following_is_told_to_the_followers_other_devices_and_to_nobody_else() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    let events = app.feed(&chat).await.len();
    let own = app.feed(&bob.id).await.len();
    let thread = json!({ "chatId": chat, "rootId": root });
    let payload = app.call(&bob, "followThread", thread.clone()).await.ok();
    assert_eq!(
        payload["viewerThread"],
        json!({ "chatId": chat, "rootId": root, "following": true, "lastReadNumber": 0 })
    );
    let told = app.feed(&bob.id).await;
    assert_eq!(told.len(), own + 1);
    assert_eq!(told[own].kind, "THREAD_FOLLOW_CHANGED");
    assert_eq!(
        told[own].data,
        Some(json!({ "chat_id": chat, "root_id": root, "following": true, "last_read_number": 0 }))
    );
    assert_eq!(cursor(&payload["cursor"]).event.0, told[own].id);
    assert_eq!(app.feed(&chat).await.len(), events);

    // Again changes nothing.
    let again = app.call(&bob, "followThread", thread).await.ok();
    assert_eq!(again, payload);
    assert_eq!(app.feed(&bob.id).await.len(), own + 1);
}

#[tokio::test]
async fn the_id_of_a_reply_stands_for_its_thread_and_a_message_that_is_not_there_for_none() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let eve = app.person("eve").await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    let reply = json!({ "chatId": chat, "threadRootId": root, "content": "an answer" });
    let reply = app.call(&bob, "createMessage", reply).await.ok()["message"].clone();
    for mutation in ["followThread", "unfollowThread"] {
        let thread = json!({ "chatId": chat, "rootId": reply["id"] });
        let payload = app.call(&eve, mutation, thread).await.ok();
        assert_eq!(payload["viewerThread"]["rootId"], root);
        let nowhere = json!({ "chatId": chat, "rootId": MessageId::new() });
        app.call(&eve, mutation, nowhere)
            .await
            .assert_refused("NOT_FOUND", "rootId");
    }
}

#[tokio::test]
async fn a_thousand_threads_of_a_chat_can_be_followed_and_not_one_more() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let sql = "INSERT INTO thread_follows (chat_id, root_id, user_id, following)
               SELECT $1, gen_random_uuid(), $2, true FROM generate_series(1, 999)";
    let ids: [Uuid; 2] = [chat.parse().unwrap(), ada.id.parse().unwrap()];
    app.owner.execute(sql, &[&ids[0], &ids[1]]).await.unwrap();
    let mut roots = vec![];
    for _ in 0..2 {
        roots.push(app.say(&ada, &chat, "a question").await["id"].clone());
    }
    let follow = async |root| {
        let thread = json!({ "chatId": chat, "rootId": root });
        app.call(&ada, "followThread", thread).await
    };
    follow(&roots[0]).await.ok();
    let own = app.feed(&ada.id).await.len();
    let refused = follow(&roots[1]).await;
    assert_eq!(refused.refusal(), ("CONFLICT", "rootId"));
    assert_eq!(refused.reason(), Some("TOO_MANY_FOLLOWED_THREADS"));
    assert_eq!(app.feed(&ada.id).await.len(), own, "nothing happened");
    follow(&roots[0]).await.ok();

    // A reply always follows, and after one less there is room again.
    let reply = json!({ "chatId": chat, "threadRootId": roots[1], "content": "an answer" });
    app.call(&ada, "createMessage", reply).await.ok();
    for root in &roots {
        let thread = json!({ "chatId": chat, "rootId": root });
        app.call(&ada, "unfollowThread", thread).await.ok();
    }
    follow(&roots[0]).await.ok();
}
