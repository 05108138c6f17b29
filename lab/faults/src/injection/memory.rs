//! A receiver that runs out of memory.
//!
//! The limit is set on the process, not with a control group: that would need privileges, and a process that is refused
//! memory dies in both cases.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::time::sleep;

use super::context::InjectionContext;
use crate::client::ws_connection;
use lab_stack::Error;
use lab_stack::client::Socket;
use lab_stack::stack::{Instance, Service};

/// Bytes that it may still allocate.
const ADDITIONAL_BYTES: u64 = 256 << 10;

/// Maximum number of connections, which make it need more memory.
const MAX_CONNECTIONS: usize = 400;

/// How long it may take to exit.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A receiver is refused memory and dies. It is started again.
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
        context.note("it did not need more memory, and was killed");
        context.stack().kill(receiver);
    }
    sleep(context.fault_duration).await;
    context.start_again(receiver).await?;
    Ok(1)
}

/// Limits its memory to little more than it uses.
fn limit_memory(pid: u32) -> Result<(), Error> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|cause| Error::failed("reading the memory of a receiver", cause))?;
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

/// Opens connections until the receiver has exited.
async fn open_connections(context: &InjectionContext<'_>, receiver: Instance) -> Vec<Socket> {
    let mut connections = Vec::new();
    for number in 0..MAX_CONNECTIONS {
        let user = &context.workload.users[number % context.workload.users.len()];
        let token = user.token().await;
        // Connections that are refused do not matter.
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
