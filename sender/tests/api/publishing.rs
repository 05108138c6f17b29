//! Redis is a hint.

use std::time::{Duration, Instant};

use lab_stack::servers::Redis;
use serde_json::json;
use shared_schema::MessageId;
use uuid::Uuid;

use crate::stage::Stage;

/// Defect 9: a failed publish reached the sender as if the send had failed.
#[tokio::test]
async fn a_redis_that_is_gone_or_hangs_fails_nothing_and_slows_nothing() {
    let redis = Redis::start();
    let stage = Stage::with(1, redis.url()).await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    for (break_it, mend_it) in [
        (Redis::stop as fn(&Redis), Redis::restart as fn(&Redis)),
        (Redis::freeze, Redis::thaw),
    ] {
        break_it(&redis);
        let began = Instant::now();
        for _ in 0..20 {
            stage.say(&ada, &chat, "into the void").await;
            let typing = json!({ "chatId": chat, "typing": true });
            stage.call(&ada, "setTyping", typing).await.ok();
        }
        assert!(
            began.elapsed() < Duration::from_secs(4),
            "{:?}",
            began.elapsed()
        );
        assert_eq!(stage.get(0, "/readyz").await.0, 200, "still in rotation");
        mend_it(&redis);

        // It finds its way back without being asked.
        let mut ears = stage.listen(&[&chat]).await;
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let typing = json!({ "chatId": chat, "typing": false });
            stage.call(&ada, "setTyping", typing).await.ok();
            if ears.hears_within(Duration::from_millis(300)).await {
                break;
            }
            assert!(Instant::now() < deadline, "publishing does not come back");
        }
    }
    stage.feed(&chat).await;
}

/// Defect 9: what was published could not be read yet.
#[tokio::test]
async fn what_is_heard_is_committed_and_carries_the_trace_of_its_request() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let id: Uuid = chat.parse().unwrap();
    let mut ears = stage.listen(&[&chat]).await;
    for seq in 3..13 {
        let trace = format!("{:032x}", 0xabc0 + seq);
        let answer = stage.traced(
            &trace,
            &ada,
            "createMessage",
            json!({ "chatId": chat, "content": "x" }),
        );
        let hears = async {
            let publication = ears.hear_event(&chat, seq).await;
            let sql = "SELECT last_seq FROM feeds WHERE id = $1";
            let last: i64 = stage.owner.query_one(sql, &[&id]).await.unwrap().get(0);
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
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let (one, two) = (stage.group(&ada, &[]).await, stage.group(&ada, &[]).await);
    let mut ears = stage.listen(&[&one]).await;
    stage.say(&ada, &two, "there").await;
    stage.say(&ada, &one, "here").await;
    ears.hear_event(&one, 3).await;
    stage.say(&ada, &two, "there").await;
    ears.silence().await;
    let channels = ears.channels();
    assert!(
        channels
            .iter()
            .all(|channel| *channel == format!("feed:{one}")),
        "{channels:?}"
    );
}

#[tokio::test]
async fn what_was_answered_before_the_end_is_published_before_the_end() {
    let mut stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let mut ears = stage.listen(&[&chat]).await;
    let ids: Vec<String> = (0..30).map(|_| MessageId::new().to_string()).collect();
    let sends = ids.iter().map(|id| {
        let input = json!({ "id": id, "chatId": chat, "content": "last words" });
        let (stage, ada) = (&stage, &ada);
        async move { stage.call(ada, "createMessage", input).await.ok() }
    });
    futures_util::future::join_all(sends).await;
    stage.stop(0).await;
    for seq in 3..33 {
        ears.hear_event(&chat, seq).await;
    }
}
