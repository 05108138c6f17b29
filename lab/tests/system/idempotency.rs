//! One message per id, whatever happens at the same time.

use std::collections::HashSet;

use futures_util::future::join_all;
use lab_stack::client::{NewMessage, Position};
use serde_json::json;
use uuid::Uuid;

use crate::shared_stack::{
    create_group, lock_machine, numbers_up_to, register_user, register_users, shared,
};

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_concurrent_writers_get_sixty_four_places_without_a_hole() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let writers = register_users(stack, 64).await;
    let owner = register_user(stack, "owner").await;
    let chat = owner
        .create_chat(Uuid::now_v7(), "PUBLIC", Some("Busy"), &[])
        .await
        .unwrap();
    for outcome in join_all(writers.iter().map(|writer| writer.join_chat(chat))).await {
        outcome.unwrap();
    }

    let sends = writers
        .iter()
        .enumerate()
        .map(|(index, writer)| async move {
            let writer = writer.pinned(1 + u8::from(index % 2 == 1));
            let mut positions = Vec::new();
            for turn in 0..4 {
                let message = NewMessage::new(chat, format!("{index} {turn}"));
                positions.push(writer.send(&message).await.unwrap());
            }
            positions
        });
    let positions: Vec<Position> = join_all(sends).await.into_iter().flatten().collect();

    let mut numbers: Vec<u64> = positions.iter().map(|position| position.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, numbers_up_to(256));
    let mut seqs: Vec<u64> = positions.iter().map(|position| position.seq).collect();
    seqs.sort_unstable();
    let first = seqs[0];
    assert_eq!(
        seqs,
        (first..first + 256).collect::<Vec<u64>>(),
        "only messages were added"
    );

    let history = owner.history(chat, "id number").await.unwrap();
    let stored: Vec<u64> = history
        .iter()
        .map(|message| message["number"].as_u64().unwrap())
        .collect();
    assert_eq!(stored, numbers_up_to(256));
    // A writer's own messages keep the order in which they were acknowledged.
    for own in positions.chunks(4) {
        assert!(own.is_sorted_by_key(|position| position.number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sends_of_one_id_through_both_senders_are_one_message() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let (ada, bob) = (
        register_user(stack, "ada").await,
        register_user(stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    let message = NewMessage::new(chat, "said once");

    let sends = (0..200).map(|index| {
        let (ada, message) = (ada.pinned(1 + index % 2), &message);
        async move { ada.send(message).await }
    });
    let answers: HashSet<Position> = join_all(sends)
        .await
        .into_iter()
        .map(|answer| answer.unwrap())
        .collect();
    assert_eq!(answers.len(), 1, "all answers are equal");
    let history = bob.history(chat, "id content").await.unwrap();
    assert_eq!(
        history,
        [json!({ "id": message.id, "content": "said once" })]
    );

    let other = NewMessage {
        content: "said otherwise".to_owned(),
        ..message.clone()
    };
    for instance in [1, 2] {
        let refusal = ada.pinned(instance).send(&other).await.unwrap_err();
        assert_eq!(refusal.code(), Some("CONFLICT"));
    }
    assert_eq!(
        bob.history(chat, "content").await.unwrap(),
        [json!({ "content": "said once" })]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_creations_of_one_direct_chat_through_both_senders_are_one_chat() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let (ada, bob) = (
        register_user(stack, "ada").await,
        register_user(stack, "bob").await,
    );
    let creations = (0..40).map(|index| {
        let (one, other) = if index % 4 < 2 {
            (&ada, &bob)
        } else {
            (&bob, &ada)
        };
        let (one, other) = (one.pinned(1 + index % 2), other.user_id());
        async move {
            one.create_chat(Uuid::now_v7(), "DIRECT", None, &[other])
                .await
        }
    });
    let chats: HashSet<Uuid> = join_all(creations)
        .await
        .into_iter()
        .map(|chat| chat.unwrap())
        .collect();
    assert_eq!(chats.len(), 1);
}
