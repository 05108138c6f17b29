//! Two Postgres servers, a primary and its standby, and the failover between them.

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

/// How long a standby may take until it streams.
const STREAMING_TIMEOUT: Duration = Duration::from_secs(30);

/// The second server, and which of both is the primary.
pub struct ReplicationPair {
    second: Postgres,
    replication: TcpProxy,
    second_is_primary: AtomicBool,
}

impl ReplicationPair {
    /// Starts a standby for the stack's Postgres.
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

    /// The primary.
    pub fn primary<'a>(&'a self, stack: &'a Stack) -> &'a Postgres {
        match self.second_is_primary.load(Ordering::Acquire) {
            true => &self.second,
            false => stack.postgres(),
        }
    }

    /// The standby.
    pub fn standby<'a>(&'a self, stack: &'a Stack) -> &'a Postgres {
        match self.second_is_primary.load(Ordering::Acquire) {
            true => stack.postgres(),
            false => &self.second,
        }
    }

    /// Connects the standby to the primary, or cuts it off.
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

    /// Makes commits wait for the standby or not, and waits until it streams.
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

    /// Promotes the standby and redirects all services to it. The old primary must be dead.
    pub async fn fail_over(&self, stack: &Stack, proxies: &ServiceProxies) -> Result<(), Error> {
        let new_primary = self.standby(stack);
        let observer = Observer::connect(&new_primary.owner_url("antiphon")).await?;
        observer.promote().await?;
        // There is no standby yet: commits that waited for one would wait forever.
        observer.wait_for_standby(false).await?;
        proxies.redirect_postgres_to(new_primary.port());
        self.second_is_primary.fetch_xor(true, Ordering::AcqRel);
        Ok(())
    }

    /// Discards the data of the old primary and makes it the standby of the new one.
    pub async fn rebuild(&self, stack: &Stack) -> Result<(), Error> {
        self.replication.redirect_to(self.primary(stack).port());
        self.set_replication(true);
        let port = self.replication.port();
        block_in_place(|| self.standby(stack).follow(port))
    }
}
