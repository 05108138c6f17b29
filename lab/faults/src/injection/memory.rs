//! A receiver that runs out of memory.
//!
//! By a limit on the process rather than a control group: groups belong to whoever runs the
//! machine, and a process that is refused memory dies in either case.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::time::sleep;

use super::context::InjectionContext;
use crate::client::ws_connection;
use lab_stack::Error;
use lab_stack::client::Socket;
use lab_stack::stack::{Instance, Service};

/// What it may still take, in bytes.
const ADDITIONAL_BYTES: u64 = 256 << 10;

/// Connections that make it want more.
const MAX_CONNECTIONS: usize = 400;

/// How long it may take until it has to give up.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// The receiver is refused memory and dies; it is started again.
pub async fn starve(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let receiver = Service::Receiver.instance(context.rng.instance());
    context.note(format!("starve {receiver}"));
    let pid = context.stack().process_id(receiver);
    let pid = pid.ok_or_else(|| Error::failed(&receiver.to_string(), "is not running"))?;
    limit_memory(pid)?;
    let connections = open_connections(context, receiver).await;
    let died = context.stack().wait_for_exit(receiver, EXIT_TIMEOUT).await;
    drop(connections);
    if !died {
        context.note("it did not need more than it had: killed by us");
        context.stack().kill(receiver);
    }
    sleep(context.fault_duration).await;
    context.start_again(receiver).await?;
    Ok(1)
}

/// Leaves almost nothing beyond what it has.
fn limit_memory(pid: u32) -> Result<(), Error> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|cause| Error::failed("looking at a receiver", cause))?;
    let data = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let data = data.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    let limit = Some(data.unwrap_or(0) * 1024 + ADDITIONAL_BYTES);
    let limit = Rlimit {
        current: limit,
        maximum: limit,
    };
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    prlimit(pid, Resource::Data, limit)
        .map(drop)
        .map_err(|cause| Error::failed("limiting a receiver", cause))
}

/// Connects people until the receiver is gone.
async fn open_connections(context: &InjectionContext<'_>, receiver: Instance) -> Vec<Socket> {
    let mut connections = Vec::new();
    for number in 0..MAX_CONNECTIONS {
        let user = &context.workload.users[number % context.workload.users.len()];
        let token = user.token().await;
        // Refused ones do not count, they only fail to help.
        connections.extend(
            ws_connection::connect(&context.workload.environment.url(), &token)
                .await
                .ok(),
        );
        if !context.stack().is_running(receiver) {
            break;
        }
    }
    connections
}
