//! The users service is stopped.

use std::time::Duration;

use lab_stack::client::{Client, NewMessage, Visitor};
use lab_stack::stack::{Service, Stack};
use serde_json::json;

use crate::shared_stack::{
    PASSWORD, assert_no_panic, create_group, eventually, lock_stack, register_user,
};

fn kill_users(stack: &Stack) {
    for number in [1, 2] {
        stack.kill(Service::Users.instance(number));
    }
}

async fn restart_users(stack: &Stack) {
    for number in [1, 2] {
        stack
            .restart(Service::Users.instance(number))
            .await
            .unwrap();
    }
}

async fn ready(stack: &Stack, service: Service, number: u8) -> u16 {
    let url = format!("{}/readyz", stack.instance_url(service.instance(number)));
    reqwest::get(url)
        .await
        .map_or(0, |answer| answer.status().as_u16())
}

/// Sends a query to one receiver without the load balancer, and returns the code of its error.
async fn refusal_of_receiver_1(stack: &Stack, token: &str) -> Option<String> {
    let url = format!(
        "{}/graphql",
        stack.instance_url(Service::Receiver.instance(1))
    );
    let request = reqwest::Client::new()
        .post(url)
        .bearer_auth(token)
        .json(&json!({ "query": "{ unreadCounts { chatId } }" }));
    let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    let code = answer.pointer("/errors/0/extensions/code")?;
    Some(code.as_str().unwrap_or("(none)").to_owned())
}

/// Sends, reads and subscribes on both instances.
async fn assert_works(client: &Client, chat: uuid::Uuid) {
    for pin in [1, 2] {
        let client = client.pinned(pin);
        let inbox = client.inbox();
        assert!(inbox.caught_up().await, "{:?}", inbox.record().ends);
        let sent = client
            .send(&NewMessage::new(chat, "still here"))
            .await
            .unwrap();
        let arrives = |record: &lab_stack::client::InboxRecord| {
            record
                .events(chat)
                .iter()
                .any(|event| event.seq == sent.seq)
        };
        assert!(inbox.wait(Duration::from_secs(10), arrives).await);
        let history = client.history(chat, "id").await.unwrap();
        assert_eq!(history.last().unwrap()["id"], sent.id.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_keep_working_on_sender_and_receiver_while_users_is_stopped() {
    let guard = lock_stack().await;
    let stack = guard.stack;
    let (ada, bob) = (
        register_user(stack, "ada").await,
        register_user(stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    kill_users(stack);

    assert_works(&ada, chat).await;
    let visitor = Visitor::new(&stack.url());
    let refused = visitor.sign_in(ada.username(), PASSWORD).await.map(drop);
    assert_eq!(refused.unwrap_err().code(), Some("UNAVAILABLE"));

    restart_users(stack).await;
    visitor.sign_in(ada.username(), PASSWORD).await.unwrap();
    assert_no_panic(stack);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_starts_while_users_is_down_is_ready_once_users_is_back() {
    let guard = lock_stack().await;
    let stack = guard.stack;
    let (ada, bob) = (
        register_user(stack, "ada").await,
        register_user(stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    kill_users(stack);
    let receiver = Service::Receiver.instance(1);
    stack.kill(receiver);

    let starting = stack.restart(receiver);
    let meanwhile = async {
        let listens = |status: &u16| *status != 0;
        let look = async || ready(stack, Service::Receiver, 1).await;
        eventually(Duration::from_secs(20), look, listens).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(ready(stack, Service::Receiver, 1).await, 503);
        // It has no key yet. Clients must not be asked to sign in again because of that.
        let refusal = refusal_of_receiver_1(stack, ada.token()).await;
        assert_eq!(refusal.as_deref(), Some("UNAVAILABLE"));
        assert_works(&ada, chat).await;
        restart_users(stack).await;
    };
    let (started, ()) = tokio::join!(starting, meanwhile);
    started.unwrap();
    assert_eq!(ready(stack, Service::Receiver, 1).await, 200);
    assert_eq!(refusal_of_receiver_1(stack, ada.token()).await, None);
    assert_works(&ada, chat).await;
    assert_no_panic(stack);
}
