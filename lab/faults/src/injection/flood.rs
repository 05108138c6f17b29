//! Large amounts of data: a backlog for a device that was offline, and sockets whose client does not read.

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

/// Messages that the device misses: in the first injection, and in later ones.
const MISSED_MESSAGES: (usize, usize) = (10_000, 700);

/// Number of users who send them.
const WRITER_COUNT: usize = 8;

/// How long a device may take to catch up after it was offline.
const MAX_CATCH_UP_TIME: Duration = Duration::from_secs(2);

/// A device is offline while more messages are sent than the server replays. Afterwards it is reset, or receives everything,
/// and catches up at once.
pub async fn long_absence(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    // The first, long injection uses the full backlog.
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
        .ok_or_else(|| Error::failed("the fault lab", "a user has no device"))?;
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
            format!("caught up only after {took:?}"),
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

/// A subscription that selects everything many times over.
const LARGE_SUBSCRIPTION: &str = "subscription { inbox { feedId events { __typename id
    ... on MessageAdded { a: message { content } b: message { content } c: message { content }
        d: message { content } e: message { content } f: message { content }
        g: message { content } h: message { content } } } } }";

/// Number of slow readers. A user may have fifty sockets on an instance.
const SLOW_READER_COUNT: usize = 20;

/// Size and number of messages that fill every buffer on the way: each event contains the text eight times.
const CONTENT_BYTES: usize = 5_000;
const EVENT_COUNT: usize = 120;

/// How long the sockets may take to be closed: the short stall limit, and time for a busy machine.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(60);

/// Twenty sockets whose client does not read are closed. Others are not affected.
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
    let writers = (0..WRITER_COUNT).map(|number| {
        let content = format!("{number} {}", &content[..CONTENT_BYTES - 100]);
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
        // Buffered data comes first, then the close frame.
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

/// The number of sockets that both receivers have closed with 1013, according to their metrics.
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
