//! The primary dies and a standby takes over.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::context::InjectionContext;
use crate::environment::ReplicationPair;
use lab_stack::Error;
use lab_stack::db::Observer;
use lab_stack::stack::{Instance, Service};

/// How long to wait until the new history is longer than the old one.
const OVERTAKING_TIMEOUT: Duration = Duration::from_secs(5);

fn pair<'a>(context: &InjectionContext<'a>) -> Result<&'a ReplicationPair, Error> {
    let pair = context.workload.environment.replication_pair.as_ref();
    pair.ok_or_else(|| Error::failed("the fault lab", "this environment has no standby"))
}

/// The standby has confirmed everything that was acknowledged. In every other round it is cut off for a while first: what
/// it has not confirmed must not be acknowledged.
pub async fn synchronous(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let pair = pair(context)?;
    pair.wait_until_streaming(context.stack(), true).await?;
    sleep(context.rng.millis(300, 1_200)).await;
    if context.round % 2 == 1 {
        context.note("the standby is cut off");
        pair.set_replication(false);
        sleep(context.fault_duration).await;
    }
    block_in_place(|| pair.primary(context.stack()).kill());
    let proxies = context.proxies()?;
    pair.fail_over(context.stack(), proxies).await?;
    sleep(context.rng.millis(500, 1_500)).await;
    pair.rebuild(context.stack()).await?;
    Ok(1)
}

/// Commits do not wait for the standby, and it is cut off before the primary dies. What it lacks is lost, which clients are
/// told by resets; the run records what was lost, from the dead primary. In every other round the receivers are frozen until
/// the new history is longer than the old one, so that its length alone tells them nothing.
pub async fn with_loss(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let pair = pair(context)?;
    pair.wait_until_streaming(context.stack(), false).await?;
    sleep(context.rng.millis(300, 1_200)).await;
    let heads_before = heads(context).await?;
    pair.set_replication(false);
    sleep(context.fault_duration).await;
    let receivers_frozen = context.round % 2 == 1;
    if receivers_frozen {
        context.note("the receivers are frozen");
        receivers().for_each(|instance| context.stack().freeze(instance));
    }
    let mut lost = heads(context).await?;
    lost.retain(|feed, head| heads_before.get(feed).is_some_and(|before| before < head));
    block_in_place(|| pair.primary(context.stack()).kill());
    let proxies = context.proxies()?;
    pair.fail_over(context.stack(), proxies).await?;
    if receivers_frozen {
        wait_until_longer(context, &lost).await?;
        receivers().for_each(|instance| context.stack().thaw(instance));
    }
    record_loss(context, pair).await?;
    pair.rebuild(context.stack()).await?;
    Ok(1)
}

fn receivers() -> impl Iterator<Item = Instance> {
    Instance::all().filter(|instance| instance.service == Service::Receiver)
}

async fn heads(context: &InjectionContext<'_>) -> Result<HashMap<Uuid, u64>, Error> {
    let feeds = context.workload.feeds().await;
    let heads = context
        .workload
        .environment
        .observer()
        .await?
        .heads(&feeds)
        .await?;
    Ok(heads.into_iter().collect())
}

/// Waits until these feeds are longer than they were, and by a few events more, because something was written between the
/// query and the failover. Gives up after a while, because not every feed is written to.
async fn wait_until_longer(
    context: &InjectionContext<'_>,
    lost: &HashMap<Uuid, u64>,
) -> Result<(), Error> {
    let deadline = Instant::now() + OVERTAKING_TIMEOUT;
    while Instant::now() < deadline {
        let now = heads(context).await?;
        let longer = |feed, head: u64| now.get(feed).is_some_and(|now| *now > head + 5);
        if lost.iter().all(|(feed, head)| longer(feed, *head)) {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Starts the dead primary again, out of reach of the services, and compares it with the new one.
async fn record_loss(context: &InjectionContext<'_>, pair: &ReplicationPair) -> Result<(), Error> {
    let dead = pair.standby(context.stack());
    block_in_place(|| dead.try_restart())?;
    let feeds = context.workload.feeds().await;
    let before = Observer::connect(&dead.owner_url("antiphon")).await?;
    let now = context.workload.environment.observer().await?;
    let kept_events: HashSet<_> = now.events(&feeds).await?.into_iter().collect();
    let events_before = before.events(&feeds).await?;
    for (feed, seq, id) in events_before
        .into_iter()
        .filter(|event| !kept_events.contains(event))
    {
        let fields = json!({ "feed": feed, "seq": seq, "id": id });
        context.workload.history.write("lost", &fields);
    }
    Ok(())
}
