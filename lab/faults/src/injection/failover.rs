//! The primary dies and a standby takes over.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;
use tokio::task::block_in_place;
use tokio::time::{Instant as Moment, sleep};
use uuid::Uuid;

use super::turn::Turn;
use crate::stage::Pair;
use lab_stack::Error;
use lab_stack::db::Observer;
use lab_stack::stack::{Instance, Service};

/// How long the new history has for becoming longer than the old one.
const OVERTAKING: Duration = Duration::from_secs(5);

fn pair<'a>(turn: &Turn<'a>) -> Result<&'a Pair, Error> {
    let pair = turn.scene.stage.pair.as_ref();
    pair.ok_or_else(|| Error::failed("the fault lab", "this stage has one Postgres only"))
}

/// The standby has confirmed everything that was acknowledged. In every other round it first
/// hangs for a while: what is not confirmed must not be acknowledged either.
pub async fn synchronous(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let pair = pair(turn)?;
    pair.settle(turn.stack(), true).await?;
    sleep(turn.dice.millis(300, 1_200)).await;
    if turn.round % 2 == 1 {
        turn.note("the standby hangs");
        pair.let_replicate(false);
        sleep(turn.hold).await;
    }
    block_in_place(|| pair.leader(turn.stack()).kill());
    let detours = turn.detours()?;
    pair.change_roles(turn.stack(), detours).await?;
    sleep(turn.dice.millis(500, 1_500)).await;
    pair.rebuild(turn.stack()).await?;
    Ok(1)
}

/// Nobody waits for the standby, and it is cut off for the last moments. What it lacks is
/// lost, and everybody is told so; the run itself notes what that is, from the dead primary.
/// In every other round the receivers sleep meanwhile, until the new history is longer than
/// the old one: its length alone then tells them nothing.
pub async fn with_loss(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let pair = pair(turn)?;
    pair.settle(turn.stack(), false).await?;
    sleep(turn.dice.millis(300, 1_200)).await;
    let kept = heads(turn).await?;
    pair.let_replicate(false);
    sleep(turn.hold).await;
    let asleep = turn.round % 2 == 1;
    if asleep {
        turn.note("the receivers sleep");
        receivers().for_each(|instance| turn.stack().freeze(instance));
    }
    let mut lost = heads(turn).await?;
    lost.retain(|feed, head| kept.get(feed).is_some_and(|kept| kept < head));
    block_in_place(|| pair.leader(turn.stack()).kill());
    let detours = turn.detours()?;
    pair.change_roles(turn.stack(), detours).await?;
    if asleep {
        wait_until_longer(turn, &lost).await?;
        receivers().for_each(|instance| turn.stack().thaw(instance));
    }
    note_loss(turn, pair).await?;
    pair.rebuild(turn.stack()).await?;
    Ok(1)
}

fn receivers() -> impl Iterator<Item = Instance> {
    Instance::all().filter(|instance| instance.service == Service::Receiver)
}

async fn heads(turn: &Turn<'_>) -> Result<HashMap<Uuid, u64>, Error> {
    let feeds = turn.scene.feeds().await;
    let heads = turn.scene.stage.observer().await?.heads(&feeds).await?;
    Ok(heads.into_iter().collect())
}

/// Waits until these feeds are longer than they were, and by a little more: something was
/// written between looking and the end. Not for ever: not every feed is written to.
async fn wait_until_longer(turn: &Turn<'_>, lost: &HashMap<Uuid, u64>) -> Result<(), Error> {
    let latest = Moment::now() + OVERTAKING;
    while Moment::now() < latest {
        let now = heads(turn).await?;
        let longer = |feed, head: u64| now.get(feed).is_some_and(|now| *now > head + 5);
        if lost.iter().all(|(feed, head)| longer(feed, *head)) {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The dead primary is started once more, out of reach of the services, and compared.
async fn note_loss(turn: &Turn<'_>, pair: &Pair) -> Result<(), Error> {
    let dead = pair.follower(turn.stack());
    block_in_place(|| dead.start_again())?;
    let feeds = turn.scene.feeds().await;
    let before = Observer::connect(&dead.owner_url("antiphon")).await?;
    let now = turn.scene.stage.observer().await?;
    let kept: HashSet<_> = now.events(&feeds).await?.into_iter().collect();
    let had = before.events(&feeds).await?;
    for (feed, seq, id) in had.into_iter().filter(|event| !kept.contains(event)) {
        let facts = json!({ "feed": feed, "seq": seq, "id": id });
        turn.scene.history.write("lost", &facts);
    }
    Ok(())
}
