//! Faults of Redis. None of them may lose anything.

use std::time::Duration;

use tokio::time::sleep;

use super::context::InjectionContext;
use lab_stack::Error;

/// Redis is shut down without saving, and started again.
pub async fn stop(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let redis = context.stack().redis();
    // It closes the connection instead of answering.
    let _ = redis.command("SHUTDOWN NOSAVE");
    sleep(context.fault_duration).await;
    redis.try_restart()?;
    Ok(1)
}

/// Redis is frozen with its connections open: by SIGSTOP, or by CLIENT PAUSE.
pub async fn freeze(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let by_signal = context.round.is_multiple_of(2);
    context.note(if by_signal { "SIGSTOP" } else { "CLIENT PAUSE" });
    let redis = context.stack().redis();
    if by_signal {
        redis.freeze();
        sleep(context.fault_duration).await;
        redis.thaw();
    } else {
        send_command(
            context,
            &format!("CLIENT PAUSE {} ALL", context.fault_duration.as_millis()),
        )?;
        sleep(context.fault_duration).await;
    }
    Ok(1)
}

/// Subscribers are disconnected once a second.
pub async fn drop_subscribers(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let times = u32::try_from(context.fault_duration.as_secs())
        .unwrap_or(1)
        .max(1);
    for _ in 0..times {
        send_command(context, "CLIENT KILL TYPE pubsub")?;
        sleep(Duration::from_secs(1)).await;
    }
    Ok(times)
}

/// Redis is killed, and replaced by an empty one at once.
pub async fn replace(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let redis = context.stack().redis();
    redis.stop();
    redis.try_restart()?;
    send_command(context, "FLUSHALL")?;
    Ok(1)
}

fn send_command(context: &InjectionContext<'_>, command: &str) -> Result<(), Error> {
    match context.stack().redis().command(command) {
        Ok(answer) if answer.starts_with(['+', ':']) => Ok(()),
        answer => Err(Error::failed(command, format!("{answer:?}"))),
    }
}
