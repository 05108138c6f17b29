//! P9: what was removed is erased from the database, even if workers die again and again.

use std::time::Duration;

use lab_stack::client::{Client, NewMessage};
use lab_stack::servers::connect;
use lab_stack::stack::{Options, Service, Stack, variables};
use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::shared_stack::{PASSWORD, create_group, lock_machine, register_user, start_stack};

/// Part of every text that must be erased, and of no other.
const SECRET: &str = "periwinkle";

/// Longer than the erasure takes on a busy machine.
const ERASURE_TIMEOUT: Duration = Duration::from_secs(60);

async fn count(owner: &tokio_postgres::Client, query: &str) -> i64 {
    owner.query_one(query, &[]).await.unwrap().get(0)
}

/// The number of rows of these tables that contain the secret.
async fn secrets(owner: &tokio_postgres::Client) -> i64 {
    let mut found = 0;
    for table in [
        "messages",
        "message_revisions",
        "feed_events",
        "chats",
        "users",
        "sessions",
    ] {
        let query = format!("SELECT count(*) FROM {table} t WHERE t::text ILIKE '%{SECRET}%'");
        found += count(owner, &query).await;
    }
    found
}

async fn remove_chat(client: &Client, chat: Uuid) {
    let document = "mutation($input: RemoveChatInput!) { removeChat(input: $input) { chatId } }";
    client
        .mutate(document, json!({ "chatId": chat }))
        .await
        .unwrap();
}

async fn close_account(client: &Client) {
    let document =
        "mutation($input: DeactivateUserInput!) { deactivateUser(input: $input) { userId } }";
    let variables = json!({ "input": { "password": PASSWORD } });
    client
        .ask_with_retries(Service::Users, document, variables)
        .await
        .unwrap();
}

/// Kills one worker after the other, and for a moment both.
async fn kill_workers(stack: &Stack) {
    let both = [Service::Worker.instance(1), Service::Worker.instance(2)];
    for worker in both {
        stack.kill(worker);
        sleep(Duration::from_millis(150)).await;
    }
    for worker in both {
        stack.restart(worker).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_is_erased_while_workers_are_killed() {
    let _alone = lock_machine().await;
    let mut options = Options::for_tests();
    options.environment.extend(variables(&[
        ("JOB_POLL_MS", "50"),
        ("JOB_LEASE_MS", "500"),
        ("CONSUMER_POLL_MS", "50"),
    ]));
    let stack = start_stack(options).await;
    let owner = connect(&stack.database_url(None)).await;
    let (ada, ben) = (
        register_user(&stack, "ada").await,
        register_user(&stack, "ben").await,
    );
    let leaving = register_user(&stack, SECRET).await;
    let kept = create_group(&ada, &[&ben]).await;
    ada.send(&NewMessage::new(kept, "kept")).await.unwrap();

    let mut sent = Vec::new();
    for round in 0..3 {
        let chat = create_group(&ada, &[&ben]).await;
        let message = NewMessage::new(chat, format!("{SECRET} {round}"));
        let position = ada.send(&message).await.unwrap();
        for number in 0..20 {
            let further = NewMessage::new(chat, format!("{SECRET} {number}"));
            ben.send(&further).await.unwrap();
        }
        ada.edit(chat, message.id, "something harmless")
            .await
            .unwrap();
        assert!(secrets(&owner).await > 20);
        remove_chat(&ada, chat).await;
        if round == 1 {
            close_account(&leaving).await;
        }
        kill_workers(&stack).await;
        sent.push((message, position));
    }
    let deadline = Instant::now() + ERASURE_TIMEOUT;
    // Its username stays taken and contains the secret, too.
    while secrets(&owner).await > 1 {
        assert!(
            Instant::now() < deadline,
            "{}",
            stack.log(Service::Worker.instance(1))
        );
        sleep(Duration::from_millis(50)).await;
    }
    let erased = "SELECT (SELECT count(*) FROM chats WHERE erased_at IS NOT NULL)
                       + (SELECT count(*) FROM users WHERE erased_at IS NOT NULL)";
    while count(&owner, erased).await < 4 {
        assert!(
            Instant::now() < deadline,
            "{}",
            stack.log(Service::Worker.instance(2))
        );
        sleep(Duration::from_millis(50)).await;
    }
    let twice = "SELECT count(*) FROM messages WHERE content IS NULL AND revision <> 2 + (edited_at IS NOT NULL)::int";
    assert_eq!(count(&owner, twice).await, 0);

    // P4: a retry has the same result as before.
    for (message, position) in sent {
        let again = ada.send(&message).await.unwrap();
        assert_eq!((again.number, again.seq), (position.number, position.seq));
    }
    let history = ben.history(kept, "content").await.unwrap();
    assert_eq!(history, [json!({ "content": "kept" })]);
}
