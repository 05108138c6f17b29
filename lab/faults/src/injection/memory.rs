//! A receiver that runs out of memory.
//!
//! By a limit on the process rather than a control group: groups belong to whoever runs the
//! machine, and a process that is refused memory dies in either case.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::time::sleep;

use super::turn::Turn;
use crate::client::wire::Wire;
use lab_stack::Error;
use lab_stack::stack::{Instance, Service};

/// What it may still take, in bytes.
const LEFT: u64 = 256 << 10;

/// Connections that make it want more.
const CROWD: usize = 400;

/// How long it may take until it has to give up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The receiver is refused memory and dies; it is started again.
pub async fn starve(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let receiver = Service::Receiver.instance(turn.dice.instance());
    turn.note(format!("starve {receiver}"));
    let pid = turn.stack().process_id(receiver);
    let pid = pid.ok_or_else(|| Error::failed(&receiver.to_string(), "is not running"))?;
    tighten(pid)?;
    let crowd = crowd(turn, receiver).await;
    let died = turn.stack().wait_for_exit(receiver, PATIENCE).await;
    drop(crowd);
    if !died {
        turn.note("it did not need more than it had: killed by us");
        turn.stack().kill(receiver);
    }
    sleep(turn.hold).await;
    turn.start_again(receiver).await?;
    Ok(1)
}

/// Leaves almost nothing beyond what it has.
fn tighten(pid: u32) -> Result<(), Error> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|cause| Error::failed("looking at a receiver", cause))?;
    let data = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let data = data.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    let limit = Some(data.unwrap_or(0) * 1024 + LEFT);
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
async fn crowd(turn: &Turn<'_>, receiver: Instance) -> Vec<Wire> {
    let mut crowd = Vec::new();
    for number in 0..CROWD {
        let person = &turn.scene.people[number % turn.scene.people.len()];
        let token = person.token().await;
        // Refused ones do not count, they only fail to help.
        crowd.extend(Wire::open(&turn.scene.stage.url(), &token).await.ok());
        if !turn.stack().is_running(receiver) {
            break;
        }
    }
    crowd
}
