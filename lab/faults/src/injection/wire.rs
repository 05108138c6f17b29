//! Moments and messages on the wire between a service and its servers.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::turn::Turn;
use crate::interceptors::byte_trigger::Trigger;
use crate::interceptors::message_corruption::Damage;
use crate::stage::Part;
use lab_stack::Error;
use lab_stack::stack::Service;

/// The moments at which a sender can die, as they look from outside: the way from or to the
/// sender, the bytes, and whether they still pass.
const MOMENTS: [(&str, Part, Trigger); 7] = [
    (
        "before the lock",
        Part::Postgres,
        at(true, b"START TRANSACTION", false),
    ),
    (
        "after the insert",
        Part::Postgres,
        at(false, b"INSERT 0 1\0", false),
    ),
    (
        "before the commit",
        Part::Postgres,
        at(true, b"COMMIT\0", false),
    ),
    (
        "after the commit",
        Part::Postgres,
        at(false, b"COMMIT\0", false),
    ),
    (
        "before the publish",
        Part::Redis,
        at(true, b"SPUBLISH", false),
    ),
    ("with the publish", Part::Redis, at(true, b"SPUBLISH", true)),
    ("after the publish", Part::Redis, at(false, b":", false)),
];

const fn at(upstream: bool, pattern: &'static [u8], passes: bool) -> Trigger {
    Trigger {
        upstream,
        pattern,
        passes,
    }
}

/// How long traffic may take to come to the moment.
const PATIENCE: Duration = Duration::from_secs(20);

/// `kill -9` of a sender exactly when those bytes are about to pass.
pub async fn sender_at_moment(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let sender = Service::Sender.instance(turn.dice.instance());
    let redis = turn.scene.stage.stack.redis().pid().is_some();
    // Nothing is published to a Redis that is not there.
    let comes = |part: Part| redis || part != Part::Redis;
    let moments: Vec<_> = MOMENTS.iter().filter(|(_, part, _)| comes(*part)).collect();
    let &(name, part, trigger) = moments[turn.round as usize % moments.len()];
    turn.note(format!("kill {sender} {name}"));
    let wire = turn.detours()?.wire(sender, part);
    let wire = wire.ok_or_else(|| Error::failed("the fault lab", "this detour has no tripwire"))?;
    let stage = Arc::clone(&turn.scene.stage);
    wire.arm(trigger, move || stage.stack.kill(sender));
    let deadline = Instant::now() + PATIENCE;
    while wire.is_armed() {
        if Instant::now() > deadline {
            wire.disarm();
            return Err(Error::failed(
                "the tripwire",
                format!("nothing came: {name}"),
            ));
        }
        sleep(Duration::from_millis(5)).await;
    }
    sleep(turn.hold).await;
    turn.start_again(sender).await?;
    Ok(1)
}

/// Messages from Redis to the receivers get lost, double, and swapped.
pub async fn mangle(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let dropped = if turn.round.is_multiple_of(2) { 10 } else { 50 };
    turn.note(format!("{dropped} % lost, 5 % doubled, 5 % swapped"));
    let damage = Damage {
        dropped,
        doubled: 5,
        swapped: 5,
    };
    turn.detours()?.damage(damage);
    sleep(turn.hold).await;
    turn.detours()?.damage(Damage::default());
    Ok(1)
}
