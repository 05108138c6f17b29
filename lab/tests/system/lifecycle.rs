//! Instances start and stop without clients noticing.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lab_stack::client::{Client, Inbox, NewMessage, Position};
use lab_stack::stack::{Instance, Options, Service};
use uuid::Uuid;

use crate::shared_stack::{create_group, lock_machine, numbers_up_to, register_user, start_stack};

/// Sends one message after the other until it is told to stop.
async fn keep_writing(writer: &Client, chat: Uuid, stop: &AtomicBool) -> Vec<Position> {
    let mut sent = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let message = NewMessage::new(chat, format!("number {}", sent.len()));
        sent.push(writer.send(&message).await.unwrap());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    sent
}

async fn assert_saw_everything(inbox: &Inbox, chat: Uuid, sent: &[Position]) {
    let last = sent.last().unwrap().seq;
    let sees_last = |record: &lab_stack::client::InboxRecord| {
        record
            .events(chat)
            .last()
            .is_some_and(|event| event.seq >= last)
    };
    assert!(
        inbox.wait(Duration::from_secs(20), sees_last).await,
        "{:?}",
        inbox.record().ends
    );
    let record = inbox.record();
    assert_eq!((record.duplicates, record.gaps), (0, 0));
    assert!(record.resets.is_empty(), "{:?}", record.resets);
    let added = record
        .events(chat)
        .iter()
        .filter(|event| event.kind() == "MessageAdded");
    let seen: Vec<Uuid> = added.filter_map(|event| event.message_id()).collect();
    assert_eq!(
        seen,
        sent.iter().map(|position| position.id).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_instances_cost_no_message_and_show_none_twice() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let (ada, bob) = (
        register_user(&stack, "ada").await.pinned(1),
        register_user(&stack, "bob").await.pinned(1),
    );
    let chat = create_group(&ada, &[&bob]).await;
    let inbox = bob.inbox();
    assert!(inbox.caught_up().await);

    let stop = AtomicBool::new(false);
    let faults = async {
        for service in [Service::Receiver, Service::Sender, Service::Receiver] {
            tokio::time::sleep(Duration::from_secs(2)).await;
            stack.kill(service.instance(1));
            tokio::time::sleep(Duration::from_secs(2)).await;
            stack.restart(service.instance(1)).await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (sent, ()) = tokio::join!(keep_writing(&ada, chat, &stop), faults);

    let numbers: Vec<u64> = sent.iter().map(|position| position.number).collect();
    assert_eq!(numbers, numbers_up_to(sent.len()));
    assert_saw_everything(&inbox, chat, &sent).await;
    assert!(
        !inbox.record().ends.is_empty(),
        "the inbox had to change its instance"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_every_instance_in_turn_fails_no_request() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let (ada, bob) = (
        register_user(&stack, "ada").await,
        register_user(&stack, "bob").await,
    );
    let chat = create_group(&ada, &[&bob]).await;
    let inbox = bob.inbox();
    assert!(inbox.caught_up().await);

    let stop = AtomicBool::new(false);
    let writing = async {
        let mut sent = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let message = NewMessage::new(chat, "steady");
            let answer = ada.send_once(&message).await;
            sent.push(answer.unwrap_or_else(|refusal| panic!("message {}: {refusal}", sent.len())));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sent
    };
    let rolling = async {
        for instance in Instance::all() {
            stack.terminate(instance);
            let ended = stack.wait_for_exit(instance, Duration::from_secs(30)).await;
            assert!(ended, "{instance} did not end: {}", stack.log(instance));
            stack.restart(instance).await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (sent, ()) = tokio::join!(writing, rolling);
    assert_saw_everything(&inbox, chat, &sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_stack_leaves_no_process_and_no_file() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let ada = register_user(&stack, "ada").await;
    let inbox = ada.inbox();
    assert!(inbox.caught_up().await);
    let processes = stack.process_ids();
    assert!(processes.len() >= 9, "{processes:?}");
    let directory = stack.directory().to_owned();

    stack.stop();
    let exists = |pid: &&u32| Path::new(&format!("/proc/{pid}")).exists();
    let left: Vec<&u32> = processes.iter().filter(exists).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!directory.exists());
}
