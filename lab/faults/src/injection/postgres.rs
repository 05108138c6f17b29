//! The one Postgres: restarted, cut off, frozen, locked, full.

use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::sleep;

use super::turn::Turn;
use lab_stack::Error;

/// A restart: fast, immediate, or after `kill -9`.
pub async fn restart(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let postgres = turn.stack().postgres();
    match turn.round % 3 {
        0 => {
            turn.note("fast");
            block_in_place(|| postgres.stop_fast());
        }
        1 => {
            turn.note("immediate");
            block_in_place(|| postgres.stop());
        }
        _ => {
            turn.note("kill -9");
            block_in_place(|| postgres.kill());
        }
    }
    sleep(turn.hold).await;
    block_in_place(|| postgres.start_again())?;
    Ok(1)
}

/// Every backend is ended, every two seconds.
pub async fn end_backends(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let times = u32::try_from(turn.hold.as_secs() / 2).unwrap_or(1).max(1);
    for _ in 0..times {
        let ended = turn
            .scene
            .stage
            .observer()
            .await?
            .terminate_backends()
            .await?;
        turn.note(format!("{ended} backends"));
        sleep(Duration::from_secs(2)).await;
    }
    Ok(times)
}

/// Server and backends stand still.
pub async fn freeze(turn: &mut Turn<'_>) -> Result<u32, Error> {
    turn.stack().postgres().freeze_all();
    sleep(turn.hold).await;
    turn.stack().postgres().thaw_all();
    Ok(1)
}

/// One chat's row is locked, and elsewhere a transaction that has written stays open.
pub async fn hold_locks(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let chats: Vec<_> = turn.scene.chats.iter().map(|chat| chat.id).collect();
    let Some(chat) = turn.dice.pick(&chats).copied() else {
        return Ok(0);
    };
    turn.note(format!("lock {chat}"));
    let locker = turn.scene.stage.observer().await?;
    let lingerer = turn.scene.stage.observer().await?;
    let seconds = turn.hold.as_secs_f64();
    let (locked, lingered) =
        tokio::join!(locker.lock_feed(chat, seconds), lingerer.linger(seconds));
    locked.and(lingered)?;
    Ok(2)
}

/// Not a byte is left; then there is room again, and an operator starts what has ended.
pub async fn fill_disk(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let disk = turn.scene.stage.disk.as_ref();
    let disk =
        disk.ok_or_else(|| Error::failed("the fault lab", "this stage has no small disk"))?;
    disk.fill()?;
    sleep(turn.hold).await;
    disk.relieve()?;
    let postgres = turn.stack().postgres();
    if !postgres.is_running() {
        turn.note("Postgres had ended");
        block_in_place(|| postgres.start_again())?;
    }
    Ok(1)
}
