//! A client that was offline receives exactly what happened in the meantime.

use std::time::Duration;

use lab_stack::client::{Client, Inbox, NewMessage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::local_state::LocalState;
use crate::shared_stack::{create_group, lock_machine, register_user, shared};

async fn change(client: &Client, mutation: &str, input: Value) {
    let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let document =
        format!("mutation ($input: {name}!) {{ {mutation}(input: $input) {{ __typename }} }}");
    client
        .mutate(&document, input)
        .await
        .unwrap_or_else(|refusal| panic!("{mutation}: {refusal}"));
}

/// More than 300 changes of every kind, most of them in `chat`.
async fn a_busy_time(owner: &Client, away: &Client, guests: &[Client], chat: Uuid) {
    let guest = |index: usize| guests[index].user_id();
    for index in 0..3 {
        let input = json!({ "chatId": chat, "userId": guest(index), "role": "MEMBER" });
        change(owner, "addParticipant", input).await;
    }
    let many: Vec<Uuid> = (3..8).map(guest).collect();
    change(
        owner,
        "addParticipants",
        json!({ "chatId": chat, "userIds": many }),
    )
    .await;
    change(
        owner,
        "changeParticipantRole",
        json!({ "chatId": chat, "userId": guest(0), "role": "ADMIN" }),
    )
    .await;

    let mut sent = Vec::new();
    for turn in 0..180 {
        let message = NewMessage::new(chat, format!("line {turn}"));
        guests[turn % 8]
            .pinned(1 + (turn % 2) as u8)
            .send(&message)
            .await
            .unwrap();
        sent.push((turn % 8, message.id));
    }
    for (turn, (writer, id)) in sent.iter().enumerate() {
        match turn % 3 {
            0 => {
                let input =
                    json!({ "chatId": chat, "id": id, "content": format!("better {turn}") });
                change(&guests[*writer], "updateMessage", input).await;
            }
            1 => {
                change(
                    &guests[*writer],
                    "removeMessage",
                    json!({ "chatId": chat, "id": id }),
                )
                .await
            }
            _ => {}
        }
    }
    for turn in 0..10 {
        let input =
            json!({ "chatId": chat, "name": format!("Name {turn}"), "description": "Other" });
        change(owner, "updateChat", input).await;
    }
    change(
        owner,
        "removeParticipant",
        json!({ "chatId": chat, "userId": guest(7) }),
    )
    .await;
    change(&guests[6], "leaveChat", json!({ "chatId": chat })).await;
    // On another device of the user who is offline.
    let elsewhere = away.pinned(1);
    elsewhere.mark_as_read(chat, 40).await.unwrap();
    elsewhere
        .send(&NewMessage::new(chat, "from my phone"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_missed_changes_of_every_kind_equal_a_fresh_load_on_the_other_instance() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let owner = register_user(stack, "owner").await;
    let away = register_user(stack, "away").await.pinned(1);
    let guests = crate::shared_stack::register_users(stack, 8).await;
    let chat = create_group(&owner, &[&away]).await;
    let left = create_group(&owner, &[&away]).await;
    let gone = create_group(&owner, &[&away]).await;
    let expelled = create_group(&owner, &[&away]).await;
    for other in [left, gone, expelled, chat] {
        owner.send(&NewMessage::new(other, "before")).await.unwrap();
    }

    let inbox = away.inbox();
    assert!(inbox.caught_up().await);
    let mut local_state = LocalState::load(&away).await;
    assert_eq!(local_state.chats.len(), 4);
    drop(inbox);

    a_busy_time(&owner, &away, &guests, chat).await;
    change(&away.pinned(1), "leaveChat", json!({ "chatId": left })).await;
    change(&owner, "removeChat", json!({ "chatId": gone })).await;
    change(
        &owner,
        "removeParticipant",
        json!({ "chatId": expelled, "userId": away.user_id() }),
    )
    .await;
    owner
        .send(&NewMessage::new(expelled, "not for you"))
        .await
        .unwrap();
    let new = create_group(&guests[0], &[&away]).await;
    guests[0]
        .send(&NewMessage::new(new, "a new chat"))
        .await
        .unwrap();

    let back = away.pinned(2);
    let cursors: Vec<String> = local_state.cursors.values().cloned().collect();
    let inbox = Inbox::follow(back.clone(), cursors);
    assert!(inbox.caught_up().await, "{:?}", inbox.record());
    // The new chat is followed from the event that added it, which may come after catching up.
    let knows_new = |record: &lab_stack::client::InboxRecord| !record.events(new).is_empty();
    inbox.wait(Duration::from_secs(5), knows_new).await;
    let record = inbox.record();
    assert!(record.resets.is_empty(), "{:?}", record.resets);
    assert_eq!((record.duplicates, record.gaps), (0, 0));
    let events: usize = record.feeds.values().map(|feed| feed.events.len()).sum();
    assert!(events > 300, "only {events} events were missed");
    let told = record
        .events(expelled)
        .iter()
        .filter_map(|event| event.message_id())
        .count();
    assert_eq!(told, 0, "nothing after the removal is shown");

    local_state.apply(&back, &record).await;
    let fresh = LocalState::load(&back).await;
    assert_eq!(
        local_state.chats.keys().collect::<Vec<_>>(),
        fresh.chats.keys().collect::<Vec<_>>()
    );
    for (id, copy) in &fresh.chats {
        assert_eq!(&local_state.chats[id], copy, "chat {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_beyond_the_limit_is_an_explicit_reset_and_never_a_silent_hole() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let (ada, bob) = (
        register_user(stack, "ada").await,
        register_user(stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    let cursors: Vec<String> = LocalState::load(&bob).await.cursors.into_values().collect();
    let sends = (0..600).map(|turn| {
        let ada = ada.pinned(1 + (turn % 2) as u8);
        async move { ada.send(&NewMessage::new(chat, format!("{turn}"))).await }
    });
    let sends: Vec<_> = sends.collect();
    for outcome in futures_util::future::join_all(sends).await {
        outcome.unwrap();
    }

    let inbox = Inbox::follow(bob.clone(), cursors);
    assert!(inbox.caught_up().await);
    let record = inbox.record();
    assert_eq!(record.resets, ["GAP_TOO_LARGE"]);
    // After the reset the position is the head: the next events continue from there.
    let next = ada.send(&NewMessage::new(chat, "next")).await.unwrap();
    let sees_next = |record: &lab_stack::client::InboxRecord| {
        record
            .events(chat)
            .iter()
            .any(|event| event.seq == next.seq)
    };
    assert!(inbox.wait(Duration::from_secs(10), sees_next).await);
    assert_eq!(inbox.record().gaps, 0);
}
