//! A receiver that runs out of memory.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use super::Turn;
use crate::Error;
use crate::faults::stage::failed;
use crate::stack::Service;

const GROUPS: &str = "/sys/fs/cgroup/memory";

/// What it may still take, in bytes, once the limit is in force.
const LEFT: u64 = 1 << 20;

/// How long it may take until the kernel has to act.
const PATIENCE: Duration = Duration::from_secs(20);

/// A control group with almost no memory left. The kernel kills who is in it.
struct Group(PathBuf);

impl Group {
    fn make() -> Result<Group, Error> {
        let path = PathBuf::from(format!("{GROUPS}/antiphon-lab-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|cause| failed("a control group", cause))?;
        let group = Group(path);
        group.write("memory.limit_in_bytes", &LEFT.to_string())?;
        Ok(group)
    }

    fn write(&self, file: &str, text: &str) -> Result<(), Error> {
        fs::write(self.0.join(file), text).map_err(|cause| failed(file, cause))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Only an empty one can be removed, and an empty one does no harm.
        let _ = fs::remove_dir(&self.0);
    }
}

/// Why this cannot be done here; none if it can.
pub fn obstacle() -> Option<String> {
    let root = rustix::process::getuid().is_root();
    let has_groups = fs::metadata(format!("{GROUPS}/memory.limit_in_bytes")).is_ok();
    (!root || !has_groups).then(|| "needs root and the memory controller of cgroup v1".to_owned())
}

/// The kernel kills a receiver for want of memory; it is started again.
pub async fn starve(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let receiver = Service::Receiver.instance(turn.dice.instance());
    let Some(pid) = turn.stack().process_id(receiver) else {
        return Err(failed(&receiver.to_string(), "is not running"));
    };
    turn.note(format!("starve {receiver}"));
    let group = Group::make()?;
    group.write("cgroup.procs", &pid.to_string())?;
    let killed = turn.stack().wait_for_exit(receiver, PATIENCE).await;
    if !killed {
        turn.note("it did not need that much: killed by us");
        turn.stack().kill(receiver);
    }
    sleep(turn.hold).await;
    drop(group);
    turn.stack().restart(receiver).await?;
    Ok(1)
}
