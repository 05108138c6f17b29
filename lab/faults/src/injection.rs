//! One injection of each fault, with the healing that belongs to it.

mod balancer;
mod clients;
mod clock;
mod failover;
mod flood;
mod memory;
mod nemesis;
mod network;
mod postgres;
mod processes;
mod redis;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::dice::Dice;
use super::scene::Scene;
use super::stage::{Detours, failed};
use lab_stack::Error;
use lab_stack::stack::{Instance, Stack};

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing is.
    Nothing,
    /// A sender is killed at a chosen moment of a transaction.
    SenderAtMoment,
    /// A sender is killed.
    KillSender,
    /// A receiver is killed.
    KillReceiver,
    /// A receiver stands still.
    FreezeReceiver,
    /// A worker is killed.
    KillWorker,
    /// All instances are replaced, one after the other.
    Rolling,
    /// Redis is told to shut down.
    StopRedis,
    /// Redis stands still.
    FreezeRedis,
    /// Redis drops its subscribers.
    DropSubscribers,
    /// Messages from Redis get lost, double and swapped.
    MangleMessages,
    /// Another Redis, which is empty.
    ReplaceRedis,
    /// Postgres is restarted.
    RestartPostgres,
    /// The primary dies, and a standby that has everything takes over.
    FailOver,
    /// The primary dies, and a standby that lacks the tail takes over.
    FailOverWithLoss,
    /// All backends are ended.
    EndBackends,
    /// Postgres stands still.
    FreezePostgres,
    /// A row is locked for long, a transaction stays open for long.
    HoldLocks,
    /// The disk is full.
    FillDisk,
    /// The load balancer dies, or cuts, or is reloaded.
    DisturbBalancer,
    /// One link is dead.
    Partition,
    /// Clients have a bad network.
    BadNetwork,
    /// A device was away, and much has happened.
    LongAbsence,
    /// Readers that do not read.
    SlowReaders,
    /// A clock goes wrong.
    SkewClock,
    /// A receiver runs out of memory.
    StarveReceiver,
    /// All users instances are away.
    StopUsers,
    /// Someone has to go while people write.
    RemoveParticipant,
    /// A session is revoked.
    RevokeSession,
    /// One send from eight connections at once.
    SendEightfold,
    /// A device is away while messages are written and removed.
    ReturnAfterRemoval,
    /// Some of these at once.
    Nemesis,
}

/// How often an instance is started before it is given up: for longer than any fault lasts.
const ATTEMPTS: u32 = 60;

/// One injection.
pub struct Turn<'a> {
    /// Everyone and everything.
    pub scene: &'a Arc<Scene>,
    /// Choices.
    pub dice: &'a mut Dice,
    /// The how-manieth it is, from zero.
    pub round: u32,
    /// How long the fault lasts.
    pub hold: Duration,
}

impl Turn<'_> {
    fn stack(&self) -> &Stack {
        &self.scene.stage.stack
    }

    fn detours(&self) -> Result<&Detours, Error> {
        let detours = self.scene.stage.detours.as_ref();
        detours.ok_or_else(|| failed("the fault lab", "this stage has no detours"))
    }

    /// Starts an instance that has ended, as a supervisor does: once more if it ends at once, because
    /// another fault is not over yet.
    async fn start_again(&self, instance: Instance) -> Result<(), Error> {
        let mut attempts = 0;
        loop {
            match self.stack().restart(instance).await {
                Err(Error::Exited { .. }) if attempts < ATTEMPTS => attempts += 1,
                outcome => return outcome,
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// Tells the history what is done to what.
    fn note(&self, what: impl ToString) {
        let facts = json!({ "what": what.to_string() });
        self.scene.history.write("fault.detail", &facts);
    }
}

impl Fault {
    /// Breaks it once, waits, and heals it. Returns how many times something was broken.
    pub async fn inject(self, turn: &mut Turn<'_>) -> Result<u32, Error> {
        let history = turn.scene.history.clone();
        let begun = json!({ "fault": format!("{self:?}"), "round": turn.round });
        history.write("fault.begin", &begun);
        let outcome = self.act(turn).await;
        let said = outcome.as_ref().err().map(ToString::to_string);
        let ended = json!({ "fault": format!("{self:?}"), "error": said });
        history.write("fault.end", &ended);
        outcome
    }

    async fn act(self, turn: &mut Turn<'_>) -> Result<u32, Error> {
        match self {
            Fault::Nothing => processes::nothing(turn).await,
            Fault::SenderAtMoment => wire::sender_at_moment(turn).await,
            Fault::KillSender => processes::kill_sender(turn).await,
            Fault::KillReceiver => processes::kill_receiver(turn).await,
            Fault::FreezeReceiver => processes::freeze_receiver(turn).await,
            Fault::KillWorker => processes::kill_worker(turn).await,
            Fault::Rolling => processes::rolling(turn).await,
            Fault::StopRedis => redis::stop(turn).await,
            Fault::FreezeRedis => redis::freeze(turn).await,
            Fault::DropSubscribers => redis::drop_subscribers(turn).await,
            Fault::MangleMessages => wire::mangle(turn).await,
            Fault::ReplaceRedis => redis::replace(turn).await,
            Fault::RestartPostgres => postgres::restart(turn).await,
            Fault::FailOver => failover::synchronous(turn).await,
            Fault::FailOverWithLoss => failover::with_loss(turn).await,
            Fault::EndBackends => postgres::end_backends(turn).await,
            Fault::FreezePostgres => postgres::freeze(turn).await,
            Fault::HoldLocks => postgres::hold_locks(turn).await,
            Fault::FillDisk => postgres::fill_disk(turn).await,
            Fault::DisturbBalancer => balancer::disturb(turn).await,
            Fault::Partition => network::partition(turn).await,
            Fault::BadNetwork => network::bad_network(turn).await,
            Fault::LongAbsence => flood::long_absence(turn).await,
            Fault::SlowReaders => flood::slow_readers(turn).await,
            Fault::SkewClock => clock::skew(turn).await,
            Fault::StarveReceiver => memory::starve(turn).await,
            Fault::StopUsers => processes::stop_users(turn).await,
            Fault::RemoveParticipant => clients::remove_participant(turn).await,
            Fault::RevokeSession => clients::revoke_session(turn).await,
            Fault::SendEightfold => clients::send_eightfold(turn).await,
            Fault::Nemesis => nemesis::bout(turn).await,
            Fault::ReturnAfterRemoval => clients::return_after_removal(turn).await,
        }
    }
}
