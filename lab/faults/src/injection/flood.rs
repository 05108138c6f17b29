//! Much at once: a backlog for who was away, and more than a reader reads.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::context::InjectionContext;
use crate::client::mutation::ClientMutation;
use crate::client::ws_connection;
use crate::workload::{Workload, create_group};
use lab_stack::Error;
use lab_stack::stack::Service;

/// Missed messages: the first time so many, later so many.
const MISSED_MESSAGES: (usize, usize) = (10_000, 700);

/// People who write them together.
const WRITER_COUNT: usize = 8;

/// "Usable" again, after a long absence.
const MAX_CATCH_UP_TIME: Duration = Duration::from_secs(2);

/// A device is off while more is written than is replayed. It comes back to a reset, or to
/// everything, and is usable at once.
pub async fn long_absence(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    // The hold says how much the machine is to be asked for: the long one is the full backlog.
    let missed = if context.fault_duration > Duration::from_secs(5) {
        MISSED_MESSAGES.0
    } else {
        MISSED_MESSAGES.1
    };
    let members: Vec<usize> = (0..workload.users.len().min(WRITER_COUNT)).collect();
    let chat = create_group(&workload.users, 0, &members)
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    workload.more_chats.write().await.push(chat);
    let absent = context.rng.below(members.len());
    let devices = workload.devices.read().await;
    let device = devices
        .iter()
        .find(|device| device.user.user_id == workload.users[absent].user_id)
        .ok_or_else(|| Error::failed("the fault lab", "a person without a device"))?;
    sleep(Duration::from_millis(500)).await;
    workload.history.write("away", &json!({ "d": device.name }));
    device.go_offline();
    context.note(format!("{missed} messages while {} is away", device.name));
    let writers = members.iter().map(|member| {
        let share = missed / members.len() + 1;
        write(workload, *member, chat, share)
    });
    join_all(writers).await;
    let began = Instant::now();
    device.go_online();
    let caught_up = device.caught_up(Duration::from_secs(60)).await;
    let took = began.elapsed();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    workload
        .history
        .write("usable", &json!({ "d": device.name, "ms": took_ms }));
    if !caught_up || took > MAX_CATCH_UP_TIME * 5 {
        return Err(Error::failed(
            "a long absence",
            format!("usable only after {took:?}"),
        ));
    }
    Ok(1)
}

async fn write(workload: &Arc<Workload>, member: usize, chat: Uuid, share: usize) {
    for number in 0..share {
        let mutation = ClientMutation::send_message(chat, &format!("{member} fills {number}"));
        mutation
            .execute(&workload.users[member], &workload.history)
            .await;
    }
}

/// Connections that ask for everything, many times over, and read nothing.
const LARGE_SUBSCRIPTION: &str = "subscription { inbox { feedId events { __typename id
    ... on MessageAdded { a: message { content } b: message { content } c: message { content }
        d: message { content } e: message { content } f: message { content }
        g: message { content } h: message { content } } } } }";

/// Slow readers at a time. One user may have fifty sockets on an instance.
const SLOW_READER_COUNT: usize = 20;

/// Events that fill every buffer on the way, at eight times five kilobytes each.
const CONTENT_BYTES: usize = 5_000;
const EVENT_COUNT: usize = 120;

/// The stall limit of the impatient stage, and time for a busy machine to get there.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(60);

/// Twenty sockets that do not read are closed; nobody else notices.
pub async fn slow_readers(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    let (owner, reader) = (0, 1);
    let chat = create_group(&workload.users, owner, &[owner, reader])
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    workload.more_chats.write().await.push(chat);
    let token = workload.users[reader].token().await;
    let mut sockets = Vec::new();
    for _ in 0..SLOW_READER_COUNT {
        let mut connection = ws_connection::connect(&workload.environment.url(), &token)
            .await
            .map_err(|end| Error::failed("a slow reader", format!("{end:?}")))?;
        let subscribed = connection.subscribe(LARGE_SUBSCRIPTION, json!({})).await;
        subscribed.map_err(|end| Error::failed("a slow reader", format!("{end:?}")))?;
        sockets.push(connection);
    }
    sleep(Duration::from_secs(1)).await;
    let content = "so much to say ".repeat(CONTENT_BYTES / 15);
    let writers = (0..WRITER_COUNT).map(|dependency| {
        let content = format!("{dependency} {}", &content[..CONTENT_BYTES - 100]);
        async move {
            for _ in 0..EVENT_COUNT / WRITER_COUNT {
                let mutation = ClientMutation::send_message(chat, &content);
                mutation
                    .execute(&workload.users[owner], &workload.history)
                    .await;
            }
        }
    });
    let before = closed_sockets(context).await?;
    join_all(writers).await;
    let deadline = Instant::now() + CLOSE_TIMEOUT;
    while closed_sockets(context).await? < before + SLOW_READER_COUNT as u64
        && Instant::now() < deadline
    {
        sleep(Duration::from_millis(500)).await;
    }
    let mut closed = 0;
    for mut connection in sockets {
        // What was buffered on the way comes first; then the end.
        let deadline = Instant::now() + Duration::from_secs(5);
        while let Ok(read) = tokio::time::timeout_at(deadline, connection.read()).await {
            if read.is_err() {
                closed += 1;
                break;
            }
        }
    }
    context.note(format!(
        "{closed} of {SLOW_READER_COUNT} slow readers were closed"
    ));
    match closed {
        SLOW_READER_COUNT => Ok(1),
        closed => Err(Error::failed(
            "slow readers",
            format!("only {closed} of {SLOW_READER_COUNT} were closed"),
        )),
    }
}

/// How many sockets both receivers have closed with 1013, as they say themselves.
async fn closed_sockets(context: &InjectionContext<'_>) -> Result<u64, Error> {
    let mut closed = 0;
    for number in 1..=2 {
        let receiver = context
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
