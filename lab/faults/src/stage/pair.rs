//! Two Postgres servers, one of which follows the other, and the change of roles.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};

use super::detours::Detours;
use lab_stack::Error;
use lab_stack::db::Observer;
use lab_stack::servers::Postgres;
use lab_stack::stack::Stack;
use lab_stack::tcp_proxy::{NetworkConditions, TcpProxy};

/// How long a standby may take to stream.
const PATIENCE: Duration = Duration::from_secs(30);

/// The second server, and who leads.
pub struct Pair {
    second: Postgres,
    replication: TcpProxy,
    second_leads: AtomicBool,
}

impl Pair {
    /// A standby for the stack's own Postgres.
    pub async fn beside(stack: &Stack) -> Result<Pair, Error> {
        let replication = TcpProxy::to(stack.postgres().port()).await?;
        let port = replication.port();
        let second = block_in_place(|| stack.standby("postgres-2", port))?;
        Ok(Pair {
            second,
            replication,
            second_leads: AtomicBool::new(false),
        })
    }

    /// Who takes writes.
    pub fn leader<'a>(&'a self, stack: &'a Stack) -> &'a Postgres {
        match self.second_leads.load(Ordering::Acquire) {
            true => &self.second,
            false => stack.postgres(),
        }
    }

    /// Who follows.
    pub fn follower<'a>(&'a self, stack: &'a Stack) -> &'a Postgres {
        match self.second_leads.load(Ordering::Acquire) {
            true => stack.postgres(),
            false => &self.second,
        }
    }

    /// Whether what the leader writes reaches the follower.
    pub fn let_replicate(&self, flows: bool) {
        self.replication.set(NetworkConditions {
            stalled: !flows,
            refusing: !flows,
            ..NetworkConditions::default()
        });
        if !flows {
            self.replication.cut();
        }
    }

    /// Waits until the follower streams, and commits wait for it or not.
    pub async fn settle(&self, stack: &Stack, sync: bool) -> Result<(), Error> {
        let leader = Observer::connect(&self.leader(stack).owner_url("antiphon")).await?;
        leader.wait_for_standby(sync).await?;
        let deadline = Instant::now() + PATIENCE;
        while !leader.has_standby(sync).await? {
            if Instant::now() > deadline {
                return Err(Error::failed("the standby", "it does not stream"));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The follower becomes the leader, and everyone is led there. The old leader is dead.
    pub async fn change_roles(&self, stack: &Stack, detours: &Detours) -> Result<(), Error> {
        let heir = self.follower(stack);
        let observer = Observer::connect(&heir.owner_url("antiphon")).await?;
        observer.promote().await?;
        // Nobody follows yet: who waits for a standby now waits for ever.
        observer.wait_for_standby(false).await?;
        detours.lead_to_postgres(heir.port());
        self.second_leads.fetch_xor(true, Ordering::AcqRel);
        Ok(())
    }

    /// The old leader throws its data away and follows the new one.
    pub async fn rebuild(&self, stack: &Stack) -> Result<(), Error> {
        self.replication.redirect_to(self.leader(stack).port());
        self.let_replicate(true);
        let port = self.replication.port();
        block_in_place(|| self.follower(stack).follow(port))
    }
}
