//! What continues to work if a part is missing: the table of the design, row by row.

use std::time::Duration;

use lab_stack::client::{NewMessage, Visitor};
use lab_stack::stack::{Instance, Options, Service, Stack};
use serde_json::json;

use crate::shared_stack::{PASSWORD, create_group, lock_machine, register_user, start_stack};

fn kill_all(stack: &Stack, service: Service) {
    for instance in Instance::all().filter(|instance| instance.service == service) {
        stack.kill(instance);
    }
}

async fn start_all(stack: &Stack, service: Service) {
    for instance in Instance::all().filter(|instance| instance.service == service) {
        stack.restart(instance).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_goes_on_without_the_others() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let (ada, bob) = (
        register_user(&stack, "ada").await,
        register_user(&stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    let first = NewMessage::new(chat, "before");
    ada.send(&first).await.unwrap();

    // Without receivers: writing and signing in work, and readers lose nothing.
    let inbox = bob.inbox();
    assert!(inbox.caught_up().await);
    kill_all(&stack, Service::Receiver);
    let second = NewMessage::new(chat, "while nobody could read");
    ada.send_once(&second).await.unwrap();
    Visitor::new(&stack.url())
        .sign_in(ada.username(), PASSWORD)
        .await
        .unwrap();
    start_all(&stack, Service::Receiver).await;
    let arrived = inbox
        .wait(Duration::from_secs(20), |record| {
            let mut seen = record
                .events(chat)
                .iter()
                .filter_map(|event| event.message_id());
            seen.any(|id| id == second.id)
        })
        .await;
    assert!(arrived, "{:?}", inbox.record());

    // Without senders: reading, live sockets and signing in work; sending fails quickly.
    kill_all(&stack, Service::Sender);
    let history = bob.history(chat, "content").await.unwrap();
    assert_eq!(history.len(), 2);
    assert!(bob.inbox().caught_up().await);
    let third = NewMessage::new(chat, "in vain, for now");
    let refusal = ada.send_once(&third).await.unwrap_err();
    assert_eq!(refusal.code(), Some("UNAVAILABLE"));
    start_all(&stack, Service::Sender).await;
    ada.send(&third).await.unwrap();

    // Without users: tokens keep working, and profiles are still shown.
    kill_all(&stack, Service::Users);
    ada.send_once(&NewMessage::new(chat, "still here"))
        .await
        .unwrap();
    let history = bob
        .history(chat, "content sender { username }")
        .await
        .unwrap();
    assert_eq!(
        history.last().unwrap()["sender"],
        json!({ "username": ada.username() })
    );
    let refusal = Visitor::new(&stack.url())
        .sign_in(ada.username(), PASSWORD)
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), Some("UNAVAILABLE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_nothing_is_acknowledged_sockets_stay_and_all_recovers() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let (ada, bob) = (
        register_user(&stack, "ada").await,
        register_user(&stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    let inbox = bob.inbox();
    assert!(inbox.caught_up().await);

    stack.postgres().stop();
    let message = NewMessage::new(chat, "patience");
    let begun = std::time::Instant::now();
    let refusal = ada.send_once(&message).await.unwrap_err();
    assert_eq!(refusal.code(), Some("UNAVAILABLE"));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "fast: {:?}",
        begun.elapsed()
    );
    stack.postgres().restart();

    ada.send(&message).await.unwrap();
    let arrived = inbox
        .wait(Duration::from_secs(20), |record| {
            record
                .events(chat)
                .iter()
                .any(|event| event.message_id() == Some(message.id))
        })
        .await;
    let record = inbox.record();
    assert!(arrived, "{record:?}");
    assert!(
        record.ends.is_empty(),
        "the socket stayed open: {:?}",
        record.ends
    );
}
