//! Processes of ours that die, freeze or are replaced.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::turn::Turn;
use lab_stack::Error;
use lab_stack::client::{NewMessage, Visitor};
use lab_stack::stack::{Instance, Service};

/// Longer than any drain.
const EXIT: Duration = Duration::from_secs(40);

/// Of an account that nobody else uses.
const PASSWORD: &str = "the quick brown fox sings";

/// Messages that are erased.
const REMOVED_MESSAGES: usize = 30;

/// How long the erasing may take from the end of the fault, whatever else is broken meanwhile. The promise is a day.
const ERASURE_TIMEOUT: Duration = Duration::from_secs(60);

/// A while in which nothing happens.
pub async fn nothing(turn: &mut Turn<'_>) -> Result<u32, Error> {
    sleep(turn.hold).await;
    Ok(0)
}

/// `kill -9` of one sender, which comes back after a moment.
pub async fn kill_sender(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let instance = Service::Sender.instance(turn.dice.instance());
    kill(turn, instance).await
}

/// The same with a receiver: its sockets drop.
pub async fn kill_receiver(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let instance = Service::Receiver.instance(turn.dice.instance());
    kill(turn, instance).await
}

async fn kill(turn: &mut Turn<'_>, instance: Instance) -> Result<u32, Error> {
    turn.note(format!("kill {instance}"));
    turn.stack().kill(instance);
    sleep(turn.hold).await;
    turn.start_again(instance).await?;
    Ok(1)
}

/// SIGSTOP: it keeps its sockets and answers nothing.
pub async fn freeze_receiver(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let instance = Service::Receiver.instance(turn.dice.instance());
    turn.note(format!("freeze {instance}"));
    turn.stack().freeze(instance);
    sleep(turn.hold).await;
    turn.stack().thaw(instance);
    Ok(1)
}

/// SIGTERM to each in turn; the next one only when the one before is back.
pub async fn rolling(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let mut replaced = 0;
    for instance in Instance::all() {
        turn.note(format!("replace {instance}"));
        turn.stack().terminate(instance);
        if !turn.stack().wait_for_exit(instance, EXIT).await {
            return Err(Error::failed(
                &instance.to_string(),
                "did not end when it was told to",
            ));
        }
        turn.start_again(instance).await?;
        replaced += 1;
    }
    Ok(replaced)
}

/// Both users instances are gone: nobody can sign in, and everything else goes on.
pub async fn stop_users(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let both = [Service::Users.instance(1), Service::Users.instance(2)];
    for instance in both {
        turn.stack().kill(instance);
    }
    // Someone has to come back meanwhile: their token must still be good.
    let receiver = Service::Receiver.instance(turn.dice.instance());
    turn.note(format!("kill both users, and {receiver}"));
    sleep(turn.hold / 3).await;
    turn.stack().kill(receiver);
    sleep(turn.hold / 3 * 2).await;
    turn.start_again(both[0]).await?;
    turn.start_again(both[1]).await?;
    turn.start_again(receiver).await?;
    Ok(3)
}

/// A chat is removed, a worker is killed, and what the chat held is erased all the same. Nobody else is in the chat: to the
/// people of the scene nothing happens.
pub async fn kill_worker(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let chat = removed_chat(turn).await?;
    let instance = Service::Worker.instance(turn.dice.instance());
    turn.note(format!("kill {instance} while {chat} is erased"));
    sleep(turn.dice.millis(0, 1_500)).await;
    turn.stack().kill(instance);
    sleep(turn.hold).await;
    turn.start_again(instance).await?;

    let deadline = Instant::now() + ERASURE_TIMEOUT;
    while !is_erased(turn, chat).await.unwrap_or(false) {
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

async fn is_erased(turn: &Turn<'_>, chat: Uuid) -> Result<bool, Error> {
    turn.scene.stage.observer().await?.is_erased(chat).await
}

async fn removed_chat(turn: &Turn<'_>) -> Result<Uuid, Error> {
    let unique = Uuid::now_v7().simple().to_string();
    let username = format!("leaving_{}", &unique[20..]);
    let refused = |refusal| Error::failed("making a chat to be removed", refusal);
    let visitor = Visitor::patient(&turn.scene.stage.url(), ERASURE_TIMEOUT);
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
