//! Faults of our own processes: they are killed, frozen or replaced.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::context::InjectionContext;
use lab_stack::Error;
use lab_stack::client::{NewMessage, Visitor};
use lab_stack::stack::{Instance, Service};

/// How long an instance may take to exit: longer than any drain time.
const EXIT_TIMEOUT: Duration = Duration::from_secs(40);

/// Password of an account that nobody else uses.
const PASSWORD: &str = "the quick brown fox sings";

/// Number of messages that are erased.
const REMOVED_MESSAGES: usize = 30;

/// How long the erasure may take after the fault. The promise is a day.
const ERASURE_TIMEOUT: Duration = Duration::from_secs(60);

/// Waits without a fault.
pub async fn nothing(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    sleep(context.fault_duration).await;
    Ok(0)
}

/// `kill -9` of one sender, which is started again.
pub async fn kill_sender(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let instance = Service::Sender.instance(context.rng.instance());
    kill(context, instance).await
}

/// `kill -9` of one receiver, which closes its sockets.
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

/// SIGSTOP to one receiver: it keeps its sockets and answers nothing.
pub async fn freeze_receiver(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let instance = Service::Receiver.instance(context.rng.instance());
    context.note(format!("freeze {instance}"));
    context.stack().freeze(instance);
    sleep(context.fault_duration).await;
    context.stack().thaw(instance);
    Ok(1)
}

/// SIGTERM to one instance after the other, each only when the previous one is ready again.
pub async fn rolling(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let mut replaced = 0;
    for instance in Instance::all() {
        context.note(format!("replace {instance}"));
        context.stack().terminate(instance);
        if !context.stack().wait_for_exit(instance, EXIT_TIMEOUT).await {
            return Err(Error::failed(
                &instance.to_string(),
                "did not exit after SIGTERM",
            ));
        }
        context.start_again(instance).await?;
        replaced += 1;
    }
    Ok(replaced)
}

/// Both users instances are killed: nobody can sign in, and everything else continues.
pub async fn stop_users(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let both = [Service::Users.instance(1), Service::Users.instance(2)];
    for instance in both {
        context.stack().kill(instance);
    }
    // Killing a receiver makes clients reconnect: their tokens must still be accepted.
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

/// A chat is removed, a worker is killed, and the contents of the chat must be erased all the same. None of the workload's
/// users is in the chat.
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
                format!("chat {chat} is not erased"),
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
        // An earlier attempt succeeded, and its answer was lost.
        Err(refusal) if refusal.code() == Some("NOT_FOUND") => Ok(chat),
        removed => removed.map(|_| chat).map_err(refused),
    }
}
