//! Redis, which may do anything without anybody losing anything.

use std::time::Duration;

use tokio::time::sleep;

use super::turn::Turn;
use lab_stack::Error;

/// Told to shut down without saving; back after a while.
pub async fn stop(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let redis = turn.stack().redis();
    // It hangs up instead of answering.
    let _ = redis.command("SHUTDOWN NOSAVE");
    sleep(turn.hold).await;
    redis.start_again()?;
    Ok(1)
}

/// Stands still with its connections open: by SIGSTOP, or by its own CLIENT PAUSE.
pub async fn freeze(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let by_signal = turn.round.is_multiple_of(2);
    turn.note(if by_signal { "SIGSTOP" } else { "CLIENT PAUSE" });
    let redis = turn.stack().redis();
    if by_signal {
        redis.freeze();
        sleep(turn.hold).await;
        redis.thaw();
    } else {
        tell(turn, &format!("CLIENT PAUSE {} ALL", turn.hold.as_millis()))?;
        sleep(turn.hold).await;
    }
    Ok(1)
}

/// Subscribers are disconnected once a second.
pub async fn drop_subscribers(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let times = u32::try_from(turn.hold.as_secs()).unwrap_or(1).max(1);
    for _ in 0..times {
        tell(turn, "CLIENT KILL TYPE pubsub")?;
        sleep(Duration::from_secs(1)).await;
    }
    Ok(times)
}

/// Killed, and an empty one takes its place at once.
pub async fn replace(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let redis = turn.stack().redis();
    redis.stop();
    redis.start_again()?;
    tell(turn, "FLUSHALL")?;
    Ok(1)
}

fn tell(turn: &Turn<'_>, command: &str) -> Result<(), Error> {
    match turn.stack().redis().command(command) {
        Ok(answer) if answer.starts_with(['+', ':']) => Ok(()),
        answer => Err(Error::failed(command, format!("{answer:?}"))),
    }
}
