//! Redis is a hint.

use std::time::{Duration, Instant};

use lab_stack::servers::Redis;
use serde_json::json;
use shared_schema::MessageId;
use uuid::Uuid;

use crate::app::TestApp;

/// Defect 9: a failed publish reached the sender as if the send had failed.
#[tokio::test]
async fn a_redis_that_is_gone_or_hangs_fails_nothing_and_slows_nothing() {
    let redis = Redis::start();
    let app = TestApp::with(1, redis.url()).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for (break_it, mend_it) in [
        (Redis::stop as fn(&Redis), Redis::restart as fn(&Redis)),
        (Redis::freeze, Redis::thaw),
    ] {
        break_it(&redis);
        let began = Instant::now();
        for _ in 0..20 {
            app.say(&ada, &chat, "into the void").await;
            let typing = json!({ "chatId": chat, "typing": true });
            app.call(&ada, "setTyping", typing).await.ok();
        }
        assert!(
            began.elapsed() < Duration::from_secs(4),
            "{:?}",
            began.elapsed()
        );
        assert_eq!(app.get(0, "/readyz").await.status, 200, "still in rotation");
        mend_it(&redis);

        // It finds its way back without being asked.
        let mut subscriber = app.listen(&[&chat]).await;
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let typing = json!({ "chatId": chat, "typing": false });
            app.call(&ada, "setTyping", typing).await.ok();
            if subscriber.hears_within(Duration::from_millis(300)).await {
                break;
            }
            assert!(Instant::now() < deadline, "publishing does not come back");
        }
    }
    app.feed(&chat).await;
}

/// Defect 9: what was published could not be read yet.
#[tokio::test]
async fn what_is_heard_is_committed_and_carries_the_trace_of_its_request() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let id: Uuid = chat.parse().unwrap();
    let mut subscriber = app.listen(&[&chat]).await;
    for seq in 3..13 {
        let trace = format!("{:032x}", 0xabc0 + seq);
        let answer = app.traced(
            &trace,
            &ada,
            "createMessage",
            json!({ "chatId": chat, "content": "x" }),
        );
        let hears = async {
            let publication = subscriber.event(&chat, seq).await;
            let sql = "SELECT last_seq FROM feeds WHERE id = $1";
            let last: i64 = app.owner.query_one(sql, &[&id]).await.unwrap().get(0);
            assert!(last >= seq);
            publication
        };
        let (answer, publication) = tokio::join!(answer, hears);
        answer.ok();
        assert_eq!(publication.trace, Some(trace));
        assert_eq!(publication.v, 1);
    }
}

/// Defect 13: everything went through one channel that everyone had to hear.
#[tokio::test]
async fn each_feed_has_its_own_channel() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (one, two) = (app.group(&ada, &[]).await, app.group(&ada, &[]).await);
    let mut subscriber = app.listen(&[&one]).await;
    app.say(&ada, &two, "there").await;
    app.say(&ada, &one, "here").await;
    subscriber.event(&one, 3).await;
    app.say(&ada, &two, "there").await;
    subscriber.assert_silence().await;
    let channels = subscriber.channels();
    assert!(
        channels
            .iter()
            .all(|channel| *channel == format!("feed:{one}")),
        "{channels:?}"
    );
}

#[tokio::test]
async fn what_was_answered_before_the_end_is_published_before_the_end() {
    let mut app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut subscriber = app.listen(&[&chat]).await;
    let ids: Vec<String> = (0..30).map(|_| MessageId::new().to_string()).collect();
    let sends = ids.iter().map(|id| {
        let input = json!({ "id": id, "chatId": chat, "content": "last words" });
        let (app, ada) = (&app, &ada);
        async move { app.call(ada, "createMessage", input).await.ok() }
    });
    futures_util::future::join_all(sends).await;
    app.stop(0).await;
    for seq in 3..33 {
        subscriber.event(&chat, seq).await;
    }
}
