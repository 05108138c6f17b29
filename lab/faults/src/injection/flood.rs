//! Much at once: a backlog for who was away, and more than a reader reads.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::turn::Turn;
use crate::client::deed::Deed;
use crate::client::wire::Wire;
use crate::scene::{Scene, make_group};
use lab_stack::Error;
use lab_stack::stack::Service;

/// Missed messages: the first time so many, later so many.
const MISSED: (usize, usize) = (10_000, 700);

/// People who write them together.
const WRITERS: usize = 8;

/// "Usable" again, after a long absence.
const USABLE: Duration = Duration::from_secs(2);

/// A device is off while more is written than is replayed. It comes back to a reset, or to
/// everything, and is usable at once.
pub async fn long_absence(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let scene = turn.scene;
    // The hold says how much the machine is to be asked for: the long one is the full backlog.
    let missed = if turn.hold > Duration::from_secs(5) {
        MISSED.0
    } else {
        MISSED.1
    };
    let members: Vec<usize> = (0..scene.people.len().min(WRITERS)).collect();
    let chat = make_group(&scene.people, 0, &members)
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    scene.more_chats.write().await.push(chat);
    let absent = turn.dice.below(members.len());
    let devices = scene.devices.read().await;
    let device = devices
        .iter()
        .find(|device| device.account.user_id == scene.people[absent].user_id)
        .ok_or_else(|| Error::failed("the fault lab", "a person without a device"))?;
    sleep(Duration::from_millis(500)).await;
    scene.history.write("away", &json!({ "d": device.name }));
    device.go_offline();
    turn.note(format!("{missed} messages while {} is away", device.name));
    let writing = members.iter().map(|member| {
        let share = missed / members.len() + 1;
        write(scene, *member, chat, share)
    });
    join_all(writing).await;
    let begun = Instant::now();
    device.go_online();
    let caught_up = device.caught_up(Duration::from_secs(60)).await;
    let took = begun.elapsed();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    scene
        .history
        .write("usable", &json!({ "d": device.name, "ms": took_ms }));
    if !caught_up || took > USABLE * 5 {
        return Err(Error::failed(
            "a long absence",
            format!("usable only after {took:?}"),
        ));
    }
    Ok(1)
}

async fn write(scene: &Arc<Scene>, member: usize, chat: Uuid, share: usize) {
    for number in 0..share {
        let deed = Deed::send(chat, &format!("{member} fills {number}"));
        deed.perform(&scene.people[member], &scene.history).await;
    }
}

/// Connections that ask for everything, many times over, and read nothing.
const GREEDY: &str = "subscription { inbox { feedId events { __typename id
    ... on MessageAdded { a: message { content } b: message { content } c: message { content }
        d: message { content } e: message { content } f: message { content }
        g: message { content } h: message { content } } } } }";

/// Slow readers at a time. One user may have fifty sockets on an instance.
const READERS: usize = 20;

/// Events that fill every buffer on the way, at eight times five kilobytes each.
const BYTES: usize = 5_000;
const EVENTS: usize = 120;

/// The stall limit of the impatient stage, and time for a busy machine to get there.
const GIVEN_UP: Duration = Duration::from_secs(60);

/// Twenty sockets that do not read are closed; nobody else notices.
pub async fn slow_readers(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let scene = turn.scene;
    let (owner, reader) = (0, 1);
    let chat = make_group(&scene.people, owner, &[owner, reader])
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    scene.more_chats.write().await.push(chat);
    let token = scene.people[reader].token().await;
    let mut sockets = Vec::new();
    for _ in 0..READERS {
        let mut wire = Wire::open(&scene.stage.url(), &token)
            .await
            .map_err(|end| Error::failed("a slow reader", format!("{end:?}")))?;
        let asked = wire.subscribe(GREEDY, json!({})).await;
        asked.map_err(|end| Error::failed("a slow reader", format!("{end:?}")))?;
        sockets.push(wire);
    }
    sleep(Duration::from_secs(1)).await;
    let words = "so much to say ".repeat(BYTES / 15);
    let writing = (0..WRITERS).map(|part| {
        let words = format!("{part} {}", &words[..BYTES - 100]);
        async move {
            for _ in 0..EVENTS / WRITERS {
                let deed = Deed::send(chat, &words);
                deed.perform(&scene.people[owner], &scene.history).await;
            }
        }
    });
    let before = given_up(turn).await?;
    join_all(writing).await;
    let deadline = Instant::now() + GIVEN_UP;
    while given_up(turn).await? < before + READERS as u64 && Instant::now() < deadline {
        sleep(Duration::from_millis(500)).await;
    }
    let mut closed = 0;
    for mut wire in sockets {
        // What was buffered on the way comes first; then the end.
        let deadline = Instant::now() + Duration::from_secs(5);
        while let Ok(read) = tokio::time::timeout_at(deadline, wire.read()).await {
            if read.is_err() {
                closed += 1;
                break;
            }
        }
    }
    turn.note(format!("{closed} of {READERS} slow readers were closed"));
    match closed {
        READERS => Ok(1),
        closed => Err(Error::failed(
            "slow readers",
            format!("only {closed} of {READERS} were closed"),
        )),
    }
}

/// How many sockets both receivers have closed with 1013, as they say themselves.
async fn given_up(turn: &Turn<'_>) -> Result<u64, Error> {
    let mut closed = 0;
    for number in 1..=2 {
        let receiver = turn
            .stack()
            .instance_url(Service::Receiver.instance(number));
        let page = async {
            reqwest::get(format!("{receiver}/metrics"))
                .await?
                .text()
                .await
        };
        let page = page
            .await
            .map_err(|cause| Error::failed("asking a receiver", cause))?;
        let counter = "receiver_sockets_closed_total{code=\"1013\"} ";
        let count = page.lines().find_map(|line| line.strip_prefix(counter));
        closed += count
            .and_then(|count| count.parse::<u64>().ok())
            .unwrap_or(0);
    }
    Ok(closed)
}
