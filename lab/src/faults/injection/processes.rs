//! Processes of ours that die, freeze or are replaced.

use std::time::Duration;

use tokio::time::sleep;

use super::Turn;
use crate::Error;
use crate::faults::stage::failed;
use crate::stack::{Instance, Service};

/// Longer than any drain.
const EXIT: Duration = Duration::from_secs(40);

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
            return Err(failed(
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
