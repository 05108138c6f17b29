//! Faults on the connections between a service and its servers: a kill at a chosen moment, and corrupted messages.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::context::InjectionContext;
use crate::environment::Dependency;
use crate::interceptors::byte_trigger::Trigger;
use crate::interceptors::message_corruption::Damage;
use lab_stack::Error;
use lab_stack::stack::Service;

/// The moments at which a sender can die, as they are visible on its connections: the direction, the bytes, and whether they
/// still pass.
const MOMENTS: [(&str, Dependency, Trigger); 7] = [
    (
        "before the lock",
        Dependency::Postgres,
        moment(true, b"START TRANSACTION", false),
    ),
    (
        "after the insert",
        Dependency::Postgres,
        moment(false, b"INSERT 0 1\0", false),
    ),
    (
        "before the commit",
        Dependency::Postgres,
        moment(true, b"COMMIT\0", false),
    ),
    (
        "after the commit",
        Dependency::Postgres,
        moment(false, b"COMMIT\0", false),
    ),
    (
        "before the publish",
        Dependency::Redis,
        moment(true, b"SPUBLISH", false),
    ),
    (
        "with the publish",
        Dependency::Redis,
        moment(true, b"SPUBLISH", true),
    ),
    (
        "after the publish",
        Dependency::Redis,
        moment(false, b":", false),
    ),
];

const fn moment(upstream: bool, pattern: &'static [u8], passes: bool) -> Trigger {
    Trigger {
        upstream,
        pattern,
        passes,
    }
}

/// How long to wait for the moment.
const TRIGGER_TIMEOUT: Duration = Duration::from_secs(20);

/// `kill -9` of a sender exactly when those bytes are about to pass.
pub async fn sender_at_moment(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let sender = Service::Sender.instance(context.rng.instance());
    let redis = context.workload.environment.stack.redis().pid().is_some();
    // Without Redis nothing is published.
    let is_reachable = |dependency: Dependency| redis || dependency != Dependency::Redis;
    let moments: Vec<_> = MOMENTS
        .iter()
        .filter(|(_, dependency, _)| is_reachable(*dependency))
        .collect();
    let &(name, dependency, condition) = moments[context.round as usize % moments.len()];
    context.note(format!("kill {sender} {name}"));
    let trigger = context.proxies()?.trigger_of(sender, dependency);
    let trigger =
        trigger.ok_or_else(|| Error::failed("the fault lab", "this proxy has no byte trigger"))?;
    let environment = Arc::clone(&context.workload.environment);
    trigger.arm(condition, move || environment.stack.kill(sender));
    let deadline = Instant::now() + TRIGGER_TIMEOUT;
    while trigger.is_armed() {
        if Instant::now() > deadline {
            trigger.disarm();
            return Err(Error::failed(
                "the byte trigger",
                format!("did not match: {name}"),
            ));
        }
        sleep(Duration::from_millis(5)).await;
    }
    sleep(context.fault_duration).await;
    context.start_again(sender).await?;
    Ok(1)
}

/// Messages from Redis to the receivers are dropped, duplicated and swapped.
pub async fn corrupt_messages(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let dropped = if context.round.is_multiple_of(2) {
        10
    } else {
        50
    };
    context.note(format!("{dropped} % dropped, 5 % duplicated, 5 % swapped"));
    let damage = Damage {
        dropped,
        duplicated: 5,
        swapped: 5,
    };
    context.proxies()?.damage(damage);
    sleep(context.fault_duration).await;
    context.proxies()?.damage(Damage::default());
    Ok(1)
}
