//! Two Postgres servers, one of which follows the other, and the change of roles.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};

use super::proxies::ServiceProxies;
use lab_stack::Error;
use lab_stack::db::Observer;
use lab_stack::servers::Postgres;
use lab_stack::stack::Stack;
use lab_stack::tcp_proxy::{NetworkConditions, TcpProxy};

/// How long a standby may take to stream.
const STREAMING_TIMEOUT: Duration = Duration::from_secs(30);

/// The second server, and who leads.
pub struct ReplicationPair {
    second: Postgres,
    replication: TcpProxy,
    second_is_primary: AtomicBool,
}

impl ReplicationPair {
    /// A standby for the stack's own Postgres.
    pub async fn start(stack: &Stack) -> Result<ReplicationPair, Error> {
        let replication = TcpProxy::to(stack.postgres().port()).await?;
        let port = replication.port();
        let second = block_in_place(|| stack.standby("postgres-2", port))?;
        Ok(ReplicationPair {
            second,
            replication,
            second_is_primary: AtomicBool::new(false),
        })
    }

    /// Who takes writes.
    pub fn primary<'a>(&'a self, stack: &'a Stack) -> &'a Postgres {
        match self.second_is_primary.load(Ordering::Acquire) {
            true => &self.second,
            false => stack.postgres(),
        }
    }

    /// Who follows.
    pub fn standby<'a>(&'a self, stack: &'a Stack) -> &'a Postgres {
        match self.second_is_primary.load(Ordering::Acquire) {
            true => stack.postgres(),
            false => &self.second,
        }
    }

    /// Whether what the leader writes reaches the follower.
    pub fn set_replication(&self, replicates: bool) {
        self.replication.set(NetworkConditions {
            stalled: !replicates,
            refusing: !replicates,
            ..NetworkConditions::default()
        });
        if !replicates {
            self.replication.cut();
        }
    }

    /// Waits until the follower streams, and commits wait for it or not.
    pub async fn wait_until_streaming(&self, stack: &Stack, sync: bool) -> Result<(), Error> {
        let primary = Observer::connect(&self.primary(stack).owner_url("antiphon")).await?;
        primary.wait_for_standby(sync).await?;
        let deadline = Instant::now() + STREAMING_TIMEOUT;
        while !primary.has_standby(sync).await? {
            if Instant::now() > deadline {
                return Err(Error::failed("the standby", "it does not stream"));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The follower becomes the leader, and everyone is led there. The old leader is dead.
    pub async fn fail_over(&self, stack: &Stack, proxies: &ServiceProxies) -> Result<(), Error> {
        let new_primary = self.standby(stack);
        let observer = Observer::connect(&new_primary.owner_url("antiphon")).await?;
        observer.promote().await?;
        // Nobody follows yet: who waits for a standby now waits for ever.
        observer.wait_for_standby(false).await?;
        proxies.redirect_postgres_to(new_primary.port());
        self.second_is_primary.fetch_xor(true, Ordering::AcqRel);
        Ok(())
    }

    /// The old leader throws its data away and follows the new one.
    pub async fn rebuild(&self, stack: &Stack) -> Result<(), Error> {
        self.replication.redirect_to(self.primary(stack).port());
        self.set_replication(true);
        let port = self.replication.port();
        block_in_place(|| self.standby(stack).follow(port))
    }
}
