//! `markAsRead`.

use serde_json::json;
use shared_schema::{Change, Signal};

use crate::stage::{Stage, cursor};

/// Defect 16: marking was one call per message, and the first one zeroed the count of the whole chat.
#[tokio::test]
async fn one_call_marks_up_to_a_number_and_leaves_the_rest_unread() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    for number in 1..=5 {
        stage.say(&ada, &chat, &format!("message {number}")).await;
    }
    let mut ears = stage.listen(&[&chat, &bob.id]).await;
    let payload = stage
        .call(&bob, "markAsRead", json!({ "chatId": chat, "number": 3 }))
        .await
        .ok();
    assert_eq!(payload["unreadCount"], 2);
    assert_eq!(payload["participant"]["lastReadNumber"], 3);

    assert_eq!(stage.feed(&chat).await.len(), 7, "no event of the chat");
    let own = stage.feed(&bob.id).await;
    assert_eq!(own[1].kind, "READ_MARK_MOVED");
    assert_eq!(
        own[1].data,
        Some(json!({ "chat_id": chat, "last_read_number": 3 }))
    );
    let position = cursor(&payload["cursor"]);
    assert_eq!(
        (position.feed.to_string(), position.event.0),
        (bob.id.clone(), own[1].id)
    );

    let (mut told_chat, mut told_self) = (false, false);
    while !(told_chat && told_self) {
        let (channel, publication) = ears.hear().await;
        for signal in &publication.signals {
            assert_eq!(channel, format!("feed:{chat}"));
            assert!(matches!(
                signal,
                Signal::ReadMark {
                    last_read_number: 3,
                    ..
                }
            ));
            told_chat = true;
        }
        told_self |= publication.events.iter().any(|event| {
            channel == format!("feed:{}", bob.id)
                && matches!(
                    event.change,
                    Change::ReadMarkMoved {
                        last_read_number: 3,
                        ..
                    }
                )
        });
    }
}

#[tokio::test]
async fn a_mark_never_moves_back_nor_beyond_the_newest_message() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let mark = async |number: i64| {
        let input = json!({ "chatId": chat, "number": number });
        stage.call(&bob, "markAsRead", input).await.ok()
    };
    let payload = mark(1).await;
    assert_eq!(
        payload["participant"]["lastReadNumber"], 0,
        "there is nothing to read yet"
    );
    for _ in 0..3 {
        stage.say(&ada, &chat, "x").await;
    }
    let payload = mark(i64::from(i32::MAX)).await;
    assert_eq!(payload["participant"]["lastReadNumber"], 3);
    assert_eq!(payload["unreadCount"], 0);
    let back = mark(1).await;
    assert_eq!(back, payload, "with the head of the own feed");
    assert_eq!(
        stage.kinds(&bob.id).await,
        ["CHAT_ADDED", "READ_MARK_MOVED"]
    );

    let input = json!({ "chatId": chat, "number": 0 });
    stage
        .call(&bob, "markAsRead", input)
        .await
        .is("BAD_USER_INPUT", "number");
}

#[tokio::test]
async fn marks_that_cross_each_other_end_at_the_highest() {
    let stage = Stage::with(2, lab::servers::shared().redis_url()).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    for _ in 0..20 {
        stage.say(&ada, &chat, "x").await;
    }
    let marks = (1..=20).rev().map(|number| {
        let input = json!({ "chatId": chat, "number": number });
        let (stage, bob) = (&stage, &bob);
        async move {
            stage
                .call_at(number % 2, bob, "markAsRead", input)
                .await
                .ok()
        }
    });
    futures_util::future::join_all(marks).await;
    let events = stage.feed(&bob.id).await;
    let moved: Vec<i64> = events[1..]
        .iter()
        .map(|event| {
            event.data.as_ref().unwrap()["last_read_number"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert!(moved.is_sorted(), "{moved:?}");
    assert_eq!(moved.last(), Some(&20));
}
