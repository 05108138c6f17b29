//! Faults of Postgres: restarts, terminated backends, freezes, locks, a full disk.

use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::sleep;

use super::context::InjectionContext;
use lab_stack::Error;

/// Restarts Postgres: after a fast shutdown, an immediate one, or `kill -9`.
pub async fn restart(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let postgres = context.stack().postgres();
    match context.round % 3 {
        0 => {
            context.note("fast");
            block_in_place(|| postgres.stop_fast());
        }
        1 => {
            context.note("immediate");
            block_in_place(|| postgres.stop());
        }
        _ => {
            context.note("kill -9");
            block_in_place(|| postgres.kill());
        }
    }
    sleep(context.fault_duration).await;
    block_in_place(|| postgres.try_restart())?;
    Ok(1)
}

/// Terminates all backends every two seconds.
pub async fn end_backends(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let times = u32::try_from(context.fault_duration.as_secs() / 2)
        .unwrap_or(1)
        .max(1);
    for _ in 0..times {
        let terminated = context
            .workload
            .environment
            .observer()
            .await?
            .terminate_backends()
            .await?;
        context.note(format!("{terminated} backends"));
        sleep(Duration::from_secs(2)).await;
    }
    Ok(times)
}

/// Freezes the server and its backends.
pub async fn freeze(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    context.stack().postgres().freeze_all();
    sleep(context.fault_duration).await;
    context.stack().postgres().thaw_all();
    Ok(1)
}

/// Locks the row of one chat, and keeps open another transaction that has written.
pub async fn hold_locks(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let chats: Vec<_> = context.workload.chats.iter().map(|chat| chat.id).collect();
    let Some(chat) = context.rng.pick(&chats).copied() else {
        return Ok(0);
    };
    context.note(format!("lock {chat}"));
    let locker = context.workload.environment.observer().await?;
    let lingerer = context.workload.environment.observer().await?;
    let seconds = context.fault_duration.as_secs_f64();
    let (locked, lingered) = tokio::join!(
        locker.lock_feed(chat, seconds),
        lingerer.hold_transaction_open(seconds)
    );
    locked.and(lingered)?;
    Ok(2)
}

/// Fills the disk to the last byte, then frees it and starts Postgres again if it has exited.
pub async fn fill_disk(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let disk = context.workload.environment.disk.as_ref();
    let disk =
        disk.ok_or_else(|| Error::failed("the fault lab", "this environment has no small disk"))?;
    disk.fill()?;
    sleep(context.fault_duration).await;
    disk.free()?;
    let postgres = context.stack().postgres();
    if !postgres.is_running() {
        context.note("Postgres had exited");
        block_in_place(|| postgres.try_restart())?;
    }
    Ok(1)
}
