//! Processes of ours that die, freeze or are replaced.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::context::InjectionContext;
use lab_stack::Error;
use lab_stack::client::{NewMessage, Visitor};
use lab_stack::stack::{Instance, Service};

/// Longer than any drain.
const EXIT_TIMEOUT: Duration = Duration::from_secs(40);

/// Of an account that nobody else uses.
const PASSWORD: &str = "the quick brown fox sings";

/// Messages that are erased.
const REMOVED_MESSAGES: usize = 30;

/// How long the erasing may take from the end of the fault, whatever else is broken meanwhile. The promise is a day.
const ERASURE_TIMEOUT: Duration = Duration::from_secs(60);

/// A while in which nothing happens.
pub async fn nothing(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    sleep(context.fault_duration).await;
    Ok(0)
}

/// `kill -9` of one sender, which comes back after a moment.
pub async fn kill_sender(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let instance = Service::Sender.instance(context.rng.instance());
    kill(context, instance).await
}

/// The same with a receiver: its sockets drop.
pub async fn kill_receiver(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let instance = Service::Receiver.instance(context.rng.instance());
    kill(context, instance).await
}

async fn kill(context: &mut InjectionContext<'_>, instance: Instance) -> Result<u32, Error> {
    context.note(format!("kill {instance}"));
    context.stack().kill(instance);
    sleep(context.fault_duration).await;
    context.start_again(instance).await?;
    Ok(1)
}

/// SIGSTOP: it keeps its sockets and answers nothing.
pub async fn freeze_receiver(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let instance = Service::Receiver.instance(context.rng.instance());
    context.note(format!("freeze {instance}"));
    context.stack().freeze(instance);
    sleep(context.fault_duration).await;
    context.stack().thaw(instance);
    Ok(1)
}

/// SIGTERM to each in turn; the next one only when the one before is back.
pub async fn rolling(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let mut replaced = 0;
    for instance in Instance::all() {
        context.note(format!("replace {instance}"));
        context.stack().terminate(instance);
        if !context.stack().wait_for_exit(instance, EXIT_TIMEOUT).await {
            return Err(Error::failed(
                &instance.to_string(),
                "did not end when it was told to",
            ));
        }
        context.start_again(instance).await?;
        replaced += 1;
    }
    Ok(replaced)
}

/// Both users instances are gone: nobody can sign in, and everything else goes on.
pub async fn stop_users(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let both = [Service::Users.instance(1), Service::Users.instance(2)];
    for instance in both {
        context.stack().kill(instance);
    }
    // Someone has to come back meanwhile: their token must still be good.
    let receiver = Service::Receiver.instance(context.rng.instance());
    context.note(format!("kill both users, and {receiver}"));
    sleep(context.fault_duration / 3).await;
    context.stack().kill(receiver);
    sleep(context.fault_duration / 3 * 2).await;
    context.start_again(both[0]).await?;
    context.start_again(both[1]).await?;
    context.start_again(receiver).await?;
    Ok(3)
}

/// A chat is removed, a worker is killed, and what the chat held is erased all the same. Nobody else is in the chat: to the
/// people of the scene nothing happens.
pub async fn kill_worker(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let chat = removed_chat(context).await?;
    let instance = Service::Worker.instance(context.rng.instance());
    context.note(format!("kill {instance} while {chat} is erased"));
    sleep(context.rng.millis(0, 1_500)).await;
    context.stack().kill(instance);
    sleep(context.fault_duration).await;
    context.start_again(instance).await?;

    let deadline = Instant::now() + ERASURE_TIMEOUT;
    while !is_erased(context, chat).await.unwrap_or(false) {
        if Instant::now() > deadline {
            return Err(Error::failed(
                "erasing",
                format!("chat {chat} is still there"),
            ));
        }
        sleep(Duration::from_millis(200)).await;
    }
    Ok(1)
}

async fn is_erased(context: &InjectionContext<'_>, chat: Uuid) -> Result<bool, Error> {
    context
        .workload
        .environment
        .observer()
        .await?
        .is_erased(chat)
        .await
}

async fn removed_chat(context: &InjectionContext<'_>) -> Result<Uuid, Error> {
    let unique = Uuid::now_v7().simple().to_string();
    let username = format!("leaving_{}", &unique[20..]);
    let refused = |refusal| Error::failed("making a chat to be removed", refusal);
    let visitor = Visitor::with_timeout(&context.workload.environment.url(), ERASURE_TIMEOUT);
    let owner = visitor.register(&username, PASSWORD).await;
    let owner = owner.map_err(refused)?;
    let id = Uuid::now_v7();
    let chat = owner.create_chat(id, "GROUP", Some("A chat that goes"), &[]);
    let chat = chat.await.map_err(refused)?;
    for number in 0..REMOVED_MESSAGES {
        let message = NewMessage::new(chat, format!("gone {number}"));
        owner.send(&message).await.map_err(refused)?;
    }
    let document = "mutation ($input: RemoveChatInput!) { removeChat(input: $input) { chatId } }";
    match owner.mutate(document, json!({ "chatId": chat })).await {
        // The answer to an earlier attempt was lost.
        Err(refusal) if refusal.code() == Some("NOT_FOUND") => Ok(chat),
        removed => removed.map(|_| chat).map_err(refused),
    }
}
